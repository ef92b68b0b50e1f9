//! Which new passwords are accepted. NIST SP 800-63B and ASVS 5.0 (6.2): length, known passwords and the person's own names are
//! judged; nothing is asked about kinds of characters. Decision 0012 says why `zxcvbn` judges.

use domain::validation::{self, Problem};
use std::{borrow::Cow, collections::BTreeSet};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

/// The name that is on every page: a first guess for whoever attacks this desk.
const PRODUCT: &str = "slipstream";
/// A shorter local part ("al@…") is part of too many good passwords; `zxcvbn` still counts it as known.
const SHORTEST_LOCAL_PART: usize = 4;
/// A password that fewer guesses find is refused.
const GUESSES: u64 = 100_000_000;
/// A passphrase has at least so many different words.
const PASSPHRASE_WORDS: usize = 4;
/// A word of a passphrase has at least so many letters.
const SHORTEST_WORD: usize = 3;

/// The one form in which a password is hashed and judged. Keyboards compose the same letters differently (NFC, NFD).
pub(super) fn normalized(password: &str) -> Cow<'_, str> {
    match is_nfkc_quick(password.chars()) {
        IsNormalized::Yes => Cow::Borrowed(password),
        _ => Cow::Owned(password.nfkc().collect()),
    }
}

/// Judges a new password of the person with this address.
///
/// # Errors
/// The first rule that it breaks.
pub(super) fn judge(email: &str, password: &str) -> Result<(), Problem> {
    let password = normalized(password);
    validation::password(&password)?;
    let folded = password.to_lowercase();
    let email = email.to_lowercase();
    let local = email.rsplit_once('@').map_or(email.as_str(), |(local, _)| local);
    if !email.is_empty() && folded.contains(&email) {
        return Err(Problem::PasswordHasName);
    }
    if is_passphrase(&folded) {
        return Ok(());
    }
    let names_person = local.chars().count() >= SHORTEST_LOCAL_PART && folded.contains(local);
    if names_person || folded.contains(PRODUCT) {
        return Err(Problem::PasswordHasName);
    }
    // Folded: upper case makes no known password unknown.
    let estimate = zxcvbn::zxcvbn(&folded, &[local, email.as_str(), PRODUCT]);
    if estimate.guesses() < GUESSES { Err(Problem::PasswordTooCommon) } else { Ok(()) }
}

/// Four different words or more: length alone makes them hard to guess.
fn is_passphrase(folded: &str) -> bool {
    let is_word = |word: &&str| {
        let letters: BTreeSet<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
        word.chars().count() >= SHORTEST_WORD && letters.len() > 1
    };
    let words: BTreeSet<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(is_word).collect();
    words.len() >= PASSPHRASE_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), Problem> {
        judge("same1234567@example.org", password)
    }

    #[test]
    fn known_passwords_are_refused_however_they_are_written() {
        // The first part is from the security review; the second is the end of the package's list of 30,000.
        for known in [
            "12345678901234",
            "qwerty12345",
            "0123456789",
            "abcdefghij",
            "1q2w3e4r5t",
            "1qaz2wsx3edc",
            "football123",
            "princess123",
            "Passw0rd123",
            "P@ssw0rd123",
            "letmein1234",
            "admin12345",
            "changeme123",
            "bitcoin1234",
            "trustno1trustno1",
            "PASSWORD123",
            "iloveyou12",
            "qwertyuiop",
            "aaaaaaaaaaaa",
            "wonderwoman",
            "WonderWoman",
            "WONDERWOMAN",
            "jessejames",
            "FKTRCFYLTH",
            "Weihnachtsbaum",
            "xxxp455w0rd5",
        ] {
            assert_eq!(judged(known), Err(Problem::PasswordTooCommon), "{known}");
        }
    }

    #[test]
    fn the_list_has_thirty_thousand_passwords() {
        // The package does not show its list; the rank of one of its last entries shows how long it is.
        let known = zxcvbn::zxcvbn("wonderwoman", &[]);
        assert_eq!(known.guesses(), 29_977 + 1);
    }

    #[test]
    fn names_that_an_attacker_knows_are_refused() {
        for named in [
            "slipstream1234",
            "my-SlipStream-42!",
            "same1234567@example.org",
            "Same1234567!!x",
            "xx-SAME1234567-kq9",
            "same1234567@example.org and three more words",
        ] {
            assert_eq!(judged(named), Err(Problem::PasswordHasName), "{named}");
        }
        // Two letters are in too many words to be refused wherever they stand.
        assert_eq!(judge("al@example.org", "canal horse battery"), Ok(()));
    }

    #[test]
    fn passphrases_are_judged_by_their_length() {
        for phrase in ["correct horse battery staple", "dragon monkey football master", "one-two-three-four"]
        {
            assert_eq!(judged(phrase), Ok(()), "{phrase}");
        }
        for short in ["a b c d", "one two", ""] {
            assert_eq!(judged(short), Err(Problem::PasswordTooShort), "{short}");
        }
        // Not four different words.
        assert_eq!(judged("monkey monkey monkey monkey"), Err(Problem::PasswordTooCommon));
        assert!(!is_passphrase("aaa bbb ccc ddd") && !is_passphrase("one two one two"));
        assert_eq!(judged(&"long ".repeat(41)), Err(Problem::PasswordTooLong));
    }

    #[test]
    fn unusual_passwords_are_accepted() {
        for good in [
            "correct horse battery",
            "kx9!mQ2vLp",
            "Zürich crème brûlée",
            "пароль-для-моего-стола",
            "Tr0ub4dor&3",
        ] {
            assert_eq!(judged(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn one_form_of_the_same_letters() {
        assert_eq!(normalized("Zu\u{308}rich"), "Z\u{fc}rich");
        assert_eq!(normalized("\u{ff46}ull"), "full");
        assert!(matches!(normalized("plain"), Cow::Borrowed("plain")));
    }
}
