//! The entries of a table: plain texts, and texts with places (see also [`crate::plural`]).
//!
//! In a compiled text, each place is a single byte, its mark: 1 for the first declared place, and so on. The
//! text is no longer than with empty braces, and filling it needs no names.

use crate::Lang;

/// The most places of an entry: marks are control characters before the tab.
const MOST: usize = 8;
/// The start of an isolated part: its direction is that of its first strong character.
pub const ISOLATE: char = '\u{2068}';
/// The end of an isolated part.
pub const POP: char = '\u{2069}';

/// Returns a text without places unchanged.
#[must_use]
pub const fn plain(text: &'static str) -> &'static str {
    assert!(!text.is_empty(), "a text is empty");
    assert!(length(text) == text.len(), "a text has a place that its entry does not declare");
    text
}

/// The length of a text in bytes once its places are marks.
#[must_use]
pub const fn length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut length) = (0, 0);
    while at < bytes.len() {
        at = if bytes[at] == b'{' { end(bytes, at) + 1 } else { at + 1 };
        length += 1;
    }
    length
}

/// Replaces each place of a text by its mark. All but the first `optional` places must be there.
#[must_use]
pub const fn marked<const N: usize>(text: &str, places: &[&str], optional: usize) -> [u8; N] {
    assert!(!text.is_empty(), "a text is empty");
    assert!(places.len() <= MOST, "an entry has too many places");
    let bytes = text.as_bytes();
    let (mut out, mut to, mut at) = ([0; N], 0, 0);
    let mut seen = [false; MOST];
    while at < bytes.len() {
        if bytes[at] == b'{' {
            let end = end(bytes, at);
            let place = place(bytes, at + 1, end, places);
            seen[place] = true;
            out[to] = place as u8 + 1;
            at = end + 1;
        } else {
            out[to] = bytes[at];
            at += 1;
        }
        to += 1;
    }
    let mut place = optional;
    while place < places.len() {
        assert!(seen[place], "a text lacks a place that its entry declares");
        place += 1;
    }
    out
}

/// The bytes of [`marked`] as a text.
#[must_use]
pub const fn as_text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Where the place that starts at `at` ends.
const fn end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'}' {
        at += 1;
    }
    assert!(at < bytes.len(), "a place has no end");
    at
}

/// The number of the place whose name is between two positions.
const fn place(bytes: &[u8], from: usize, to: usize, places: &[&str]) -> usize {
    let mut place = 0;
    while place < places.len() {
        let name = places[place].as_bytes();
        let mut same = 0;
        while same < name.len() && from + same < to && name[same] == bytes[from + same] {
            same += 1;
        }
        if same == name.len() && from + same == to {
            return place;
        }
        place += 1;
    }
    assert!(place < places.len(), "a text has a place that its entry does not declare");
    place
}

/// A text with places.
#[derive(Clone, Copy)]
pub struct Template {
    lang: Lang,
    text: &'static str,
}

impl Template {
    /// A compiled text in a language.
    #[must_use]
    pub const fn new(lang: Lang, text: &'static str) -> Self {
        Self { lang, text }
    }

    /// As [`Self::fill`] with one value. Most entries have one or two places; without these functions, each of
    /// their calls would build an array, which the wasm would carry.
    #[inline(never)]
    #[must_use]
    pub fn one(self, value: &str) -> String {
        self.fill(&[value])
    }

    /// As [`Self::fill`] with two values.
    #[inline(never)]
    #[must_use]
    pub fn two(self, first: &str, second: &str) -> String {
        self.fill(&[first, second])
    }

    /// Replaces each mark by its value. In a language written right to left, each value is isolated:
    /// otherwise a pair such as BTC/USDT or a number with a sign would be reordered with the text around it.
    #[must_use]
    pub fn fill(self, values: &[&str]) -> String {
        let mut out = String::with_capacity(self.text.len() + 32);
        let mut from = 0;
        for (at, mark) in self.text.bytes().enumerate() {
            if usize::from(mark) > MOST {
                continue;
            }
            out.push_str(self.text.get(from..at).unwrap_or_default());
            let value = values.get(usize::from(mark) - 1).copied().unwrap_or_default();
            if self.lang.right_to_left() {
                out.push(ISOLATE);
                out.push_str(value);
                out.push(POP);
            } else {
                out.push_str(value);
            }
            from = at + 1;
        }
        out.push_str(self.text.get(from..).unwrap_or_default());
        out
    }
}

/// A text around an element of the page.
#[derive(Clone, Copy)]
pub struct AroundLink(&'static str);

impl AroundLink {
    /// A compiled text.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The texts before and after the element.
    #[must_use]
    pub fn split(self) -> (&'static str, &'static str) {
        self.0.split_once('\u{1}').unwrap_or((self.0, ""))
    }
}

/// The operations that every kind of entry has.
#[cfg(feature = "pseudo")]
pub trait TextEntry {
    /// The entry in the pseudo-locale.
    #[must_use]
    fn pseudo(&self) -> Self;

    /// The compiled texts, for tests.
    fn texts(&self) -> Vec<&'static str>;
}

#[cfg(feature = "pseudo")]
impl TextEntry for &'static str {
    fn pseudo(&self) -> Self {
        crate::pseudo::text(self)
    }

    fn texts(&self) -> Vec<&'static str> {
        vec![*self]
    }
}

#[cfg(feature = "pseudo")]
impl TextEntry for AroundLink {
    fn pseudo(&self) -> Self {
        Self(crate::pseudo::text(self.0))
    }

    fn texts(&self) -> Vec<&'static str> {
        vec![self.0]
    }
}

#[cfg(feature = "pseudo")]
impl TextEntry for Template {
    fn pseudo(&self) -> Self {
        Self { lang: Lang::Pseudo, text: crate::pseudo::text(self.text) }
    }

    fn texts(&self) -> Vec<&'static str> {
        vec![self.text]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_by_name_in_any_order() {
        let text = crate::marked!("{to} after {from}, {to}!", 0, from, to);
        assert_eq!(Template::new(Lang::En, text).fill(&["a", "b"]), "b after a, b!");
        assert_eq!(text.len(), " after , !".len() + 3);
        let text = crate::marked!("“{name}” läuft", 0, name);
        assert_eq!(Template::new(Lang::En, text).fill(&["EMA ×2"]), "“EMA ×2” läuft");
    }

    #[cfg(feature = "pseudo")]
    #[test]
    fn values_are_isolated_right_to_left_only() {
        let text = crate::marked!("{symbol}: {profit} USDT", 0, symbol, profit);
        let values = ["BTC/USDT", "−62.86"];
        assert_eq!(Template::new(Lang::En, text).fill(&values), "BTC/USDT: −62.86 USDT");
        let isolated = "\u{2068}BTC/USDT\u{2069}: \u{2068}−62.86\u{2069} USDT";
        assert_eq!(Template::new(Lang::Pseudo, text).fill(&values), isolated);
    }
}
