//! What we write to people.

use super::Letter;
use crate::Desk;
use domain::support::Ticket;

/// The way to a new password.
pub(crate) fn reset_link(desk: &Desk, token: &str) -> Letter {
    let base = &desk.settings.public_url;
    Letter {
        subject: "Set a new Slipstream password".to_owned(),
        body: format!(
            "Someone, probably you, asked to set a new password for your Slipstream account.\n\n\
             {base}/reset?token={token}\n\n\
             The link works once, within an hour. If it was not you, do nothing: your password stays as it is.\n"
        ),
    }
}

/// The owner is told, in case it was somebody else.
pub(crate) fn password_changed(desk: &Desk) -> Letter {
    let base = &desk.settings.public_url;
    Letter {
        subject: "Your Slipstream password was changed".to_owned(),
        body: format!(
            "The password of your Slipstream account was changed, and every other session was signed out.\n\n\
             If it was not you, set a new one now: {base}/forgot\n"
        ),
    }
}

/// The owner is told that nothing is traded with a key any more.
pub(crate) fn key_refused(desk: &Desk, name: &str) -> Letter {
    let base = &desk.settings.public_url;
    Letter {
        subject: format!("The exchange refuses your key {name}"),
        body: format!(
            "The exchange does not let your key \u{201c}{name}\u{201d} in any more, so it was switched off: nothing new is traded \
             with it. Orders and positions that stand at the exchange were left alone; look after them there.\n\n\
             When the key is in order again (not expired, allowed to trade, our addresses on its list), switch it on or \
             give it new credentials: {base}/keys\n"
        ),
    }
}

/// The operator is told that somebody needs help.
pub(crate) fn support_asked(desk: &Desk, ticket: &Ticket) -> Letter {
    let base = &desk.settings.public_url;
    let Ticket { email, subject, message, .. } = ticket;
    Letter {
        subject: format!("Support: {subject}"),
        body: format!(
            "{email} writes:\n\n{message}\n\nAnswer by mail to {email}, then close the request: {base}/admin/support\n"
        ),
    }
}
