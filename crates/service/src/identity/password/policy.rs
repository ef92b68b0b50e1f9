//! Policy for new passwords, after NIST SP 800-63B and ASVS 5.0 (6.2): length, known passwords and the user's
//! own names are checked; character classes are not required. Decision 0012 explains the use of `zxcvbn`.

use domain::validation::{self, Problem};
use std::{borrow::Cow, collections::BTreeSet};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};
use zxcvbn::matching::patterns::{DictionaryPattern, MatchPattern};

/// The product name, a first guess of an attacker.
const PRODUCT: &str = "slipstream";
/// Words of the trade, which an attacker of a trading desk tries before the words of a dictionary.
const TRADE: [&str; 5] = ["trading", "trader", "desk", "binance", "crypto"];
/// Minimum length of a local part that passwords must not contain: a shorter one ("al@…") occurs in too many
/// good passwords. `zxcvbn` still counts it as known.
const SHORTEST_LOCAL_PART: usize = 4;
/// Minimum number of guesses that a password must withstand.
const GUESSES: u64 = 100_000_000;
/// Minimum number of different words in a passphrase.
const PASSPHRASE_WORDS: usize = 4;
/// Minimum letters of a word in a passphrase.
const SHORTEST_WORD: usize = 3;

/// Normalizes a password before hashing and checking: keyboards compose the same letters differently (NFC,
/// NFD).
pub(super) fn normalized(password: &str) -> Cow<'_, str> {
    match is_nfkc_quick(password.chars()) {
        IsNormalized::Yes => Cow::Borrowed(password),
        _ => Cow::Owned(password.nfkc().collect()),
    }
}

/// Checks a new password of the user with this e-mail.
///
/// # Errors
/// The first rule that is violated.
pub(super) fn judge(email: &str, password: &str) -> Result<(), Problem> {
    let password = normalized(password);
    validation::password(&password)?;
    let folded = password.to_lowercase();
    let email = email.to_lowercase();
    let local = email.rsplit_once('@').map_or(email.as_str(), |(local, _)| local);
    let names_person = local.chars().count() >= SHORTEST_LOCAL_PART && folded.contains(local);
    if names_person || (!email.is_empty() && folded.contains(&email)) || folded.contains(PRODUCT) {
        return Err(Problem::PasswordHasName);
    }
    // Lower case, because upper case does not make a known password unknown.
    let [first, second, third, fourth, fifth] = TRADE;
    let known = [local, email.as_str(), PRODUCT, first, second, third, fourth, fifth];
    let rest = without_common_words(&folded, &known);
    if is_passphrase(&rest) {
        return Ok(());
    }
    let estimate = zxcvbn::zxcvbn(without_last_signs(&rest), &known);
    if estimate.guesses() < GUESSES { Err(Problem::PasswordTooCommon) } else { Ok(()) }
}

/// Removes the words that are common passwords, known names or rows of keys: they add nothing to a passphrase.
fn without_common_words(folded: &str, known: &[&str]) -> String {
    let is_separator = |c: char| !c.is_alphanumeric();
    let mut rest = String::with_capacity(folded.len());
    for piece in folded.split_inclusive(is_separator) {
        let word = piece.trim_end_matches(is_separator);
        let kept = if is_common(word, known) { piece.strip_prefix(word).unwrap_or(piece) } else { piece };
        rest.push_str(kept);
    }
    rest
}

/// Whether a word is guessed as a whole: a common password, a known name, a row of keys, a sequence, a date. A word
/// of the language is not.
fn is_common(word: &str, known: &[&str]) -> bool {
    if word.chars().count() < SHORTEST_WORD {
        return false;
    }
    // The default is the list of passwords; the package does not export the names of its lists.
    let passwords = DictionaryPattern::default().dictionary_name;
    let estimate = zxcvbn::zxcvbn(word, known);
    let [only] = estimate.sequence() else { return false };
    match &only.pattern {
        MatchPattern::BruteForce => false,
        MatchPattern::Dictionary(found) => {
            found.dictionary_name == passwords || known.contains(&found.matched_word.as_str())
        }
        _ => true,
    }
}

/// Removes a sign at the end, however often it is repeated: `winter2025!!` is guessed like `winter2025`.
fn without_last_signs(text: &str) -> &str {
    match text.chars().next_back() {
        Some(last) if !last.is_alphanumeric() => text.trim_end_matches(last),
        _ => text,
    }
}

/// Whether a text has four different words or more: its length alone then makes it hard to guess.
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
        // The first ones are from the security review; the others are from the end of the package's list of
        // 30,000.
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
        // The package does not expose its list; the rank of one of its last entries shows its length.
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
            "slipstream trading desk login",
            "https://www.slipstream.com/desk",
            "velvet glacier same1234567 tuba lantern",
        ] {
            assert_eq!(judged(named), Err(Problem::PasswordHasName), "{named}");
        }
        let named = judge("veryuser@mail.test", "veryuser velvet glacier lantern");
        assert_eq!(named, Err(Problem::PasswordHasName), "four words do not hide a name");
        // Two letters occur in too many words to be rejected.
        assert_eq!(judge("al@example.org", "canal horse battery"), Ok(()));
    }

    #[test]
    fn passphrases_are_judged_by_their_length() {
        for phrase in ["correct horse battery staple", "green river apple house", "one-two-three-four"] {
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
    fn common_words_do_not_make_a_passphrase() {
        for easy in [
            "password1 qwerty letmein admin",
            "dragon monkey football master",
            "qwe-asd-zxc-rty",
            "abc def ghi jkl",
            "trading desk crypto binance",
            "binance12345",
            "tradingdesk1",
            "Winter2025!!",
        ] {
            assert_eq!(judged(easy), Err(Problem::PasswordTooCommon), "{easy}");
        }
        // One among good ones does no harm.
        assert_eq!(judged("dragon velvet glacier lantern tuba"), Ok(()));
    }

    #[test]
    fn unusual_passwords_are_accepted() {
        for good in [
            "correct horse battery",
            "kx9!mQ2vLp",
            "Zürich crème brûlée",
            "пароль-для-моего-стола",
            "Tr0ub4dor&3",
            "x#9!k$2&v@",
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
