//! The JSON result of a form's endpoint for a script; a browser's own post is answered with a redirect
//! instead.

use crate::notice::{PostNotice, Rejection};
use domain::validation::FieldProblem;
use serde::{Deserialize, Serialize};

/// The result of a successful post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The page to go to next.
    pub to: String,
    /// The success message.
    pub notice: Option<PostNotice>,
    /// The name of the object that the message is about, such as a strategy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// A new idempotency key for the form's next post.
    pub fresh: Option<String>,
    /// The results piece by piece, or a secret that is shown once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "told")]
    pub details: Vec<(String, String)>,
}

impl Done {
    /// Success, continuing at this page.
    #[must_use]
    pub fn at(to: impl Into<String>) -> Self {
        Self { to: to.into(), ..Self::default() }
    }

    /// Adds a success message to show on that page.
    #[must_use]
    pub fn with_notice(mut self, notice: impl Into<PostNotice>) -> Self {
        self.notice = Some(notice.into());
        self
    }

    /// Names the object that the success message is about.
    #[must_use]
    pub fn about(mut self, name: impl Into<String>) -> Self {
        self.about = Some(name.into());
        self
    }

    /// Adds results to show once on that page.
    #[must_use]
    pub fn with_details(mut self, details: Vec<(String, String)>) -> Self {
        self.details = details;
        self
    }
}

/// The result of a failed post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormFailure {
    /// Problems to show beside their fields.
    pub fields: Vec<FieldProblem>,
    /// The error of the whole post.
    pub refusal: Option<Rejection>,
    /// A new idempotency key for the form's next post.
    pub fresh: Option<String>,
}
