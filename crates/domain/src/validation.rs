//! Validation of user input, with one fixed text per problem.
//!
//! A [`Problem`] states what is wrong with one field. The `/v1` API answers with its text, as in the Mudawyl
//! document; the pages translate it.

mod problem;

pub use problem::{FieldProblem, Problem};

use crate::{Side, StrategyType, Symbol, TradeType, unseen::unseen};

/// Validates an e-mail address and converts it to lower case, for comparison.
///
/// # Errors
/// [`Problem::NotEmail`].
pub fn email(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let (local, host) = text.rsplit_once('@').ok_or(Problem::NotEmail)?;
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',' | '(' | ')');
    let labels = host.split('.').collect::<Vec<_>>();
    let host_good = labels.len() > 1
        && labels.iter().all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'));
    if local.is_empty() || text.len() > 254 || !text.chars().all(plain) || local.contains('@') || !host_good {
        return Err(Problem::NotEmail);
    }
    Ok(text.to_lowercase())
}

/// Parses the e-mail address of a new account. Only ASCII, because letters of other scripts look like Latin ones: an
/// admin could not distinguish two accounts. Domains may be in Punycode.
///
/// # Errors
/// [`Problem::NotEmail`] or [`Problem::EmailNotAscii`].
pub fn new_email(text: &str) -> Result<String, Problem> {
    let email = email(text)?;
    if email.is_ascii() { Ok(email) } else { Err(Problem::EmailNotAscii) }
}

/// Validates the length of a password. The service checks the other requirements (`password::policy`),
/// because they need word lists that are too large for the browser.
///
/// # Errors
/// [`Problem::PasswordTooShort`] or [`Problem::PasswordTooLong`].
pub fn password(text: &str) -> Result<(), Problem> {
    match text.chars().count() {
        ..10 => Err(Problem::PasswordTooShort),
        10..=200 => Ok(()),
        _ => Err(Problem::PasswordTooLong),
    }
}

/// Validates a key's name: 1 to 24 characters, as the document's "less than 25".
///
/// # Errors
/// [`Problem::Required`], [`Problem::NameTooLong`], or [`Problem::NotText`] for characters that are
/// [`unseen`], some of which Postgres would not store.
pub fn key_name(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::Required),
        1..=24 if text.chars().any(unseen) => Err(Problem::NotText),
        1..=24 => Ok(text.to_owned()),
        _ => Err(Problem::NameTooLong),
    }
}

/// Validates an exchange key or secret: 1 to 256 bytes without whitespace or control characters inside.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TooLong`] or [`Problem::HasSpaces`].
pub fn credential(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    match text.len() {
        0 => Err(Problem::Required),
        1..=256 if text.contains(|c: char| c.is_whitespace() || c.is_control()) => Err(Problem::HasSpaces),
        1..=256 => Ok(text.to_owned()),
        _ => Err(Problem::TooLong),
    }
}

/// The longest private key in PEM: one of RSA with 4,096 bits has about 3,300 bytes.
const LONGEST_PRIVATE_KEY: usize = 4_096;

/// Validates an exchange secret: as [`credential`], or a private key in PEM, whose lines are kept.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TooLong`] or [`Problem::HasSpaces`].
pub fn secret(text: &str) -> Result<String, Problem> {
    let trimmed = text.trim();
    if !trimmed.starts_with("-----BEGIN ") {
        return credential(text);
    }
    let plain = |c: char| c.is_ascii_graphic() || matches!(c, ' ' | '\r' | '\n');
    if trimmed.len() > LONGEST_PRIVATE_KEY {
        Err(Problem::TooLong)
    } else if trimmed.ends_with("-----") && trimmed.chars().all(plain) {
        Ok(trimmed.to_owned())
    } else {
        Err(Problem::HasSpaces)
    }
}

/// Checks that a SPOT key is not AUTOMATED.
///
/// # Errors
/// [`Problem::SpotNotAutomated`], on `tradeType`.
pub fn key_kind(trade: TradeType, strategy: StrategyType) -> Result<(), Problem> {
    if trade == TradeType::Spot && strategy == StrategyType::Automated {
        Err(Problem::SpotNotAutomated)
    } else {
        Ok(())
    }
}

/// Parses a pair of the form BASE/QUOTE.
///
/// # Errors
/// [`Problem::NotSymbol`].
pub fn symbol(text: &str) -> Result<Symbol, Problem> {
    text.parse().map_err(|_| Problem::NotSymbol)
}

/// Parses `BUY` or `SELL`.
///
/// # Errors
/// [`Problem::NotSide`].
pub fn side(text: &str) -> Result<Side, Problem> {
    Side::parse(text).ok_or(Problem::NotSide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        assert_eq!(email(" Ada@Example.org ").unwrap(), "ada@example.org");
        for bad in ["", "a", "a@b", "@b.c", "a b@c.d", "a@b..c", "a@@b.c", "<a@b.c>"] {
            assert_eq!(email(bad), Err(Problem::NotEmail), "{bad}");
        }
    }

    #[test]
    fn new_addresses_are_ascii() {
        for good in ["Ada@Example.org", "o'hara+desk@xn--mnchen-3ya.de"] {
            assert_eq!(new_email(good), email(good), "{good}");
        }
        // A Cyrillic a, letters of full width, and an umlaut in the domain.
        for bad in ["\u{430}da@example.org", "\u{ff41}da@example.org", "ada@m\u{fc}nchen.de"] {
            assert!(email(bad).is_ok(), "{bad}: accounts of earlier releases sign in");
            assert_eq!(new_email(bad), Err(Problem::EmailNotAscii), "{bad}");
        }
        assert_eq!(new_email("ada"), Err(Problem::NotEmail));
    }

    #[test]
    fn passwords() {
        assert_eq!(password("short"), Err(Problem::PasswordTooShort));
        assert_eq!(password(&"é".repeat(201)), Err(Problem::PasswordTooLong));
        assert_eq!(password("correct horse battery"), Ok(()));
    }

    #[test]
    fn credentials_are_one_word_of_at_most_256_bytes() {
        assert_eq!(credential(" abc\n").unwrap(), "abc");
        assert_eq!(credential(&"x".repeat(256)).unwrap().len(), 256);
        assert_eq!(credential(&"x".repeat(257)), Err(Problem::TooLong));
        assert_eq!(credential(" \n"), Err(Problem::Required));
        for bad in ["a b", "a\nb", "a\u{a0}b", "a\0b"] {
            assert_eq!(credential(bad), Err(Problem::HasSpaces), "{bad:?}");
        }
    }

    #[test]
    fn a_secret_may_be_a_private_key() {
        let pem = format!("-----BEGIN PRIVATE KEY-----\r\n{}\n-----END PRIVATE KEY-----", "M".repeat(1_700));
        assert_eq!(secret(&format!(" {pem}\n")), Ok(pem.clone()));
        assert_eq!(secret(&pem.replace('M', "MMM")), Err(Problem::TooLong));
        assert_eq!(secret(&pem.replace("KEY-----", "KEY")), Err(Problem::HasSpaces));
        assert_eq!(secret(&pem.replace("MMMM", "\u{a0}")), Err(Problem::HasSpaces));
        assert_eq!((secret("abc"), secret("a b")), (Ok("abc".to_owned()), Err(Problem::HasSpaces)));
    }

    #[test]
    fn key_names_end_at_24_characters() {
        assert!(key_name(&"x".repeat(24)).is_ok());
        assert_eq!(key_name(&"x".repeat(25)), Err(Problem::NameTooLong));
        assert_eq!(key_name("  "), Err(Problem::Required));
        for bad in ["a\0b", "a\u{202e}gpj.exe", "a\u{200b}"] {
            assert_eq!(key_name(bad), Err(Problem::NotText), "{bad:?}");
        }
    }
}
