//! Texts of transactional mails.

use super::Letter;
use crate::Desk;
use domain::support::Ticket;

/// The mail with a password reset link.
pub(crate) fn reset_link(desk: &Desk, token: &str) -> Letter {
    let base = &desk.settings.public_url;
    Letter {
        subject: "Set a new Slipstream password".to_owned(),
        body: format!(
            "Someone, probably you, asked to set a new password for your Slipstream account.\n\n\
             {base}/reset?token={token}\n\n\
             The link works once, within an hour. If it was not you, do nothing: your password stays as it is.\n"
        ),
        secret: true,
        alarm: false,
    }
}

/// The mail that tells the operator about a support request.
pub(crate) fn support_asked(desk: &Desk, ticket: &Ticket) -> Letter {
    let base = &desk.settings.public_url;
    let Ticket { email, subject, message, .. } = ticket;
    Letter {
        subject: format!("Support: {subject}"),
        body: format!(
            "{email} writes:\n\n{message}\n\nAnswer by mail to {email}, then close the request: {base}/admin/support\n"
        ),
        secret: false,
        alarm: false,
    }
}
