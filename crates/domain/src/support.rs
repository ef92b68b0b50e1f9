//! What people ask the operator.

use crate::{Micros, TicketId, validation::Problem};
use serde::{Deserialize, Serialize};

/// The most characters of a subject.
pub const LONGEST_SUBJECT: usize = 120;
/// The most characters of a message.
pub const LONGEST_MESSAGE: usize = 5_000;

/// A question, and whether it is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// Where its author reads mail.
    pub email: String,
    /// What it is about, on one line.
    pub subject: String,
    /// What they wrote.
    pub message: String,
    /// When.
    pub created_at: Micros,
    /// When the operator closed it; none while it is open.
    pub closed_at: Option<Micros>,
}

impl Ticket {
    /// Its state on the wire.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        if self.closed_at.is_some() { "CLOSED" } else { "OPEN" }
    }
}

/// A subject: one line.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TextTooLong`], or [`Problem::NotText`] for control characters.
pub fn subject(text: &str) -> Result<String, Problem> {
    checked(text, LONGEST_SUBJECT, char::is_control)
}

/// A message: many lines.
///
/// # Errors
/// As [`subject`]; lines and tabs are text.
pub fn message(text: &str) -> Result<String, Problem> {
    // Browsers post lines with a carriage return.
    let text = text.replace("\r\n", "\n");
    checked(&text, LONGEST_MESSAGE, |c| c.is_control() && !matches!(c, '\n' | '\t'))
}

fn checked(text: &str, most: usize, strange: fn(char) -> bool) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::Required),
        count if count > most => Err(Problem::TextTooLong),
        _ if text.chars().any(strange) => Err(Problem::NotText),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line_and_a_message_many() {
        assert_eq!(subject(" مرحبا ").as_deref(), Ok("مرحبا"));
        assert_eq!(subject("a\r\nBcc: b"), Err(Problem::NotText));
        assert_eq!(message("a\r\nb\tc\n").as_deref(), Ok("a\nb\tc"));
        assert_eq!(message("a\0b"), Err(Problem::NotText));
        for rule in [subject, message] {
            assert_eq!(rule(" \n "), Err(Problem::Required));
        }
        assert!(subject(&"x".repeat(LONGEST_SUBJECT)).is_ok());
        assert_eq!(subject(&"x".repeat(LONGEST_SUBJECT + 1)), Err(Problem::TextTooLong));
        assert_eq!(message(&"x".repeat(LONGEST_MESSAGE + 1)), Err(Problem::TextTooLong));
    }
}
