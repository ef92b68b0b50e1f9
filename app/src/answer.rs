//! What a form's endpoint answers to a script; a browser's own post is answered with a redirect instead.

use domain::validation::FieldProblem;
use serde::{Deserialize, Serialize};

/// It was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The page to go to next.
    pub to: String,
    /// The key of good news.
    pub notice: Option<String>,
    /// A new idempotency key for the form's next post.
    pub fresh: Option<String>,
    /// What was done, piece by piece, or a secret that is shown once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<(String, String)>,
}

impl Done {
    /// Go there.
    #[must_use]
    pub fn at(to: impl Into<String>) -> Self {
        Self { to: to.into(), ..Self::default() }
    }

    /// And say this there.
    #[must_use]
    pub fn saying(mut self, notice: &str) -> Self {
        self.notice = Some(notice.to_owned());
        self
    }

    /// And tell this there, once.
    #[must_use]
    pub fn telling(mut self, told: Vec<(String, String)>) -> Self {
        self.told = told;
        self
    }
}

/// It was not done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Problems, to stand beside their fields.
    pub fields: Vec<FieldProblem>,
    /// The key of a refusal: Mudawyl's code, or a word of [`crate::words`].
    pub refusal: Option<String>,
    /// A new idempotency key for the form's next post.
    pub fresh: Option<String>,
}
