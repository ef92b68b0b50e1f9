//! The pseudo-locale: texts derived from the English ones at run time, for tests of pages and messages.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

/// The texts made so far, by their English text. They are few and live as long as the server.
static MADE: LazyLock<Mutex<HashMap<&'static str, &'static str>>> = LazyLock::new(Mutex::default);

/// The text in the pseudo-locale: in brackets, with accents, and longer, because each vowel is doubled. Marks
/// of places stay as they are.
#[must_use]
pub fn text(english: &'static str) -> &'static str {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(english).or_insert_with(|| derived(english).leak())
}

fn derived(english: &str) -> String {
    let mut out = String::from("⟦");
    for letter in english.chars() {
        out.push(accented(letter));
        if matches!(letter.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y') {
            out.push(accented(letter.to_ascii_lowercase()));
        }
    }
    out.push('⟧');
    out
}

/// A letter that looks like this one; everything but ASCII letters is unchanged.
fn accented(letter: char) -> char {
    const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const ACCENTED: &str = "áƀçđéƒĝĥíĵķļɱñóþǫŕšţúṽŵẋýžÁƁÇĐÉƑĜĤÍĴĶĻṀÑÓÞǪŔŠŢÚṼŴẊÝŽ";
    let found = PLAIN.chars().zip(ACCENTED.chars()).find(|(plain, _)| *plain == letter);
    found.map_or(letter, |(_, accented)| accented)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_accented_and_vowels_doubled() {
        assert_eq!(text("Use Max drawdown"), "⟦Úúšéé Ṁááẋ đŕááŵđóóŵñ⟧");
        assert_eq!(text("P&L \u{1}: 24h"), "⟦Þ&Ļ \u{1}: 24ĥ⟧");
        assert!(std::ptr::eq(text("Use"), text("Use")), "made once");
    }
}
