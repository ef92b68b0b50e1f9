//! What we write to people.

use super::Letter;
use crate::Desk;

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
