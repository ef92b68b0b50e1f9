//! The content of a message.

use domain::notification::Topic;
use serde::{Deserialize, Serialize};

/// Content of a message. It may contain a reset link: it is encrypted in the database and never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The subject, one line.
    pub subject: String,
    /// The body as plain text.
    pub body: String,
    /// The body as an HTML fragment, fully escaped; generated from the plain text if absent.
    #[serde(default)]
    pub html: Option<String>,
    /// The topic that the unsubscribe link turns off; `None` for a mail without that link.
    #[serde(default)]
    pub topic: Option<Topic>,
    /// The text gives its reader access to the account: it is sent, but never shown in the outbox.
    #[serde(default)]
    pub secret: bool,
    /// As a mail, it ends with the link that freezes the recipient's account.
    #[serde(default)]
    pub alarm: bool,
}

impl Content {
    /// A plain-text message without an unsubscribe link.
    #[must_use]
    pub fn plain(subject: &str, body: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            body: body.to_owned(),
            html: None,
            topic: None,
            secret: false,
            alarm: false,
        }
    }
}
