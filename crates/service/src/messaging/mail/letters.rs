//! Texts of transactional mails.

use super::Letter;
use crate::messaging::Messaging;
use domain::support::Ticket;

/// The mail with a password reset link.
pub(crate) fn reset_link(desk: &Messaging, token: &str) -> Letter {
    let base = &desk.settings.public_url;
    Letter {
        subject: "Reset your Slipstream password".to_owned(),
        body: format!(
            "Someone, probably you, asked to reset the password of your Slipstream account.\n\n\
             {base}/reset?token={token}\n\n\
             The link works once and expires in one hour. If this wasn't you, ignore this e-mail: your password stays the same.\n"
        ),
        secret: true,
        alarm: false,
    }
}

/// The mail that notifies the admin of a support request.
pub(crate) fn support_requested(desk: &Messaging, ticket: &Ticket) -> Letter {
    let base = &desk.settings.public_url;
    let Ticket { email, subject, message, .. } = ticket;
    Letter {
        subject: format!("Support: {subject}"),
        body: format!(
            "{email} wrote:\n\n{message}\n\nReply to {email} by e-mail, then close the request: {base}/admin/support\n"
        ),
        secret: false,
        alarm: false,
    }
}
