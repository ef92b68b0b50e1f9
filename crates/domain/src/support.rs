//! Support tickets: questions of users to the admins.

use crate::{Micros, TicketId, validation::Problem};
use serde::{Deserialize, Serialize};

/// Maximum length of a subject, in characters.
pub const LONGEST_SUBJECT: usize = 120;
/// Maximum length of a message, in characters.
pub const LONGEST_MESSAGE: usize = 5_000;

/// A support ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Id of the ticket.
    pub id: TicketId,
    /// E-mail address of its author.
    pub email: String,
    /// Subject, on one line.
    pub subject: String,
    /// The message text.
    pub message: String,
    /// When it was sent.
    pub created_at: Micros,
    /// When an admin closed it; `None` while it is open.
    pub closed_at: Option<Micros>,
}

impl Ticket {
    /// Returns its status on the wire.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        if self.closed_at.is_some() { "CLOSED" } else { "OPEN" }
    }
}

/// Validates a subject: a single line.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TextTooLong`], or [`Problem::NotText`] for control characters.
pub fn subject(text: &str) -> Result<String, Problem> {
    checked(text, LONGEST_SUBJECT, char::is_control)
}

/// Validates a message, which may have several lines.
///
/// # Errors
/// As [`subject`], but line breaks and tabs are allowed.
pub fn message(text: &str) -> Result<String, Problem> {
    // Browsers send line breaks as CR LF.
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
