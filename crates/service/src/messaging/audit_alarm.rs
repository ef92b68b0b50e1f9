//! The notice to admins that the audit log in the database was changed.

use crate::{
    error::Result,
    messaging::{
        Messaging, mail,
        notify::{Content, outbox},
    },
    platform::recipient::lang_of_user,
};
use domain::notification::Channel;

/// Mails every admin when the audit log was found to be changed: once for each fault, however often the server starts.
///
/// # Errors
/// When the database cannot be used.
pub async fn report_fault(desk: &Messaging) -> Result<()> {
    let Some(fault) = desk.unreported_audit_fault() else { return Ok(()) };
    let mut tx = desk.db.begin().await?;
    for admin in store::user::list_admins(&mut tx).await? {
        let lang = lang_of_user(desk, &mut tx, admin.id).await?;
        let letter = mail::audit_changed(desk, lang, fault);
        let once = format!("audit-fault {} {fault}", admin.id);
        let content = Content::plain(&letter.subject, &letter.body);
        let draft = outbox::PlainMessage {
            user: Some(admin.id),
            channel: Channel::Email,
            to: &admin.email,
            once: Some(&once),
            content: &content,
        };
        outbox::put(desk, &mut tx, &draft).await?;
    }
    tx.commit().await?;
    desk.set_audit_fault_reported();
    Ok(())
}
