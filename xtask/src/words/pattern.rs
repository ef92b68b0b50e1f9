//! Patterns of words, and where they match in a text.
//!
//! A pattern is a sequence of words, each with alternatives: `come|comes|came to`. `^` before the first word ties it to
//! the start of the text, `$` after the last word to its end. Words are compared without case, as whole words: a
//! compound such as `stand-in` or `wire.md` is one word.

/// One word of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Lower case, without a possessive `'s`.
    pub(super) key: String,
    /// Byte offset in the text.
    pub(super) start: usize,
    /// Byte offset behind the word.
    pub(super) end: usize,
    /// Only spaces, or one line break, are between this word and the one before it.
    pub(super) joined: bool,
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    words: Vec<Vec<&'static str>>,
    at_start: bool,
    at_end: bool,
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn new(text: &'static str) -> Self {
        let inner = text.strip_prefix('^').unwrap_or(text);
        let inner = inner.strip_suffix('$').unwrap_or(inner);
        Self {
            words: inner.split_whitespace().map(|word| word.split('|').collect()).collect(),
            at_start: text.starts_with('^'),
            at_end: text.ends_with('$'),
        }
    }

    /// The words with which a match can begin.
    pub(super) fn first(&self) -> &[&'static str] {
        self.words.first().map_or(&[], Vec::as_slice)
    }

    /// How many words a match has.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether the pattern matches at word `at`.
    pub(super) fn matches(&self, text: &str, words: &[Word], at: usize) -> bool {
        let Some(found) = words.get(at..at + self.words.len()) else { return false };
        let same = |(word, choices): (&Word, &Vec<&str>)| choices.contains(&word.key.as_str());
        found.iter().skip(1).all(|word| word.joined)
            && found.iter().zip(&self.words).all(same)
            && (!self.at_start || at == 0 && blank(text.get(..found[0].start)))
            && (!self.at_end || blank(text.get(found[found.len() - 1].end..)))
    }
}

fn blank(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.chars().all(|c| c.is_whitespace() || matches!(c, '.' | ':' | '!' | '?')))
}

/// Contractions that are words of their own, not possessives.
const CONTRACTED: [&str; 6] = ["it's", "that's", "what's", "who's", "there's", "let's"];

/// Splits a text into its words.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || c == '_' || start.is_some() && connects(text, at, c) {
            start.get_or_insert(at);
        } else if let Some(begin) = start.take() {
            add(text, begin, at, &mut found);
        }
    }
    if let Some(begin) = start {
        add(text, begin, text.len(), &mut found);
    }
    found
}

/// Whether a sign inside a word belongs to it: it does between two letters or digits.
fn connects(text: &str, at: usize, c: char) -> bool {
    let next = text[at + c.len_utf8()..].chars().next();
    matches!(c, '\'' | '’' | '-' | '.') && next.is_some_and(char::is_alphanumeric)
}

fn add(text: &str, start: usize, end: usize, found: &mut Vec<Word>) {
    let mut key = text[start..end].to_lowercase().replace('’', "'");
    if key.ends_with("'s") && !CONTRACTED.contains(&key.as_str()) {
        key.truncate(key.len() - 2);
    }
    let gap = found.last().map_or("", |word| &text[word.end..start]);
    let joined = gap.chars().all(char::is_whitespace) && gap.matches('\n').count() < 2;
    found.push(Word { key, start, end, joined });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(pattern: &'static str, text: &str) -> Vec<usize> {
        let (pattern, words) = (Pattern::new(pattern), words(text));
        (0..words.len()).filter(|at| pattern.matches(text, &words, *at)).collect()
    }

    #[test]
    fn words_match_whole_and_without_case() {
        assert_eq!(hits("stand", "Stand, standard, stand-in, understand, standalone, STAND"), [0, 5]);
        assert_eq!(hits("stand", "a_stand stand.rs the stand's"), [3]);
    }

    #[test]
    fn a_phrase_matches_over_one_line_break_only() {
        assert_eq!(hits("by hand", "by hand, by\n  hand, by. hand, by\n\n hand"), [0, 2]);
    }

    #[test]
    fn anchors_tie_to_the_ends() {
        assert_eq!(hits("^left$", " Left. "), [0]);
        assert!(hits("^left$", "Left the position").is_empty());
        assert!(hits("^left$", "{} left").is_empty());
        assert!(hits("^that", "All that").is_empty());
    }

    #[test]
    fn alternatives_match_each() {
        assert_eq!(hits("come|came to|of", "come to, came of, come by"), [0, 2]);
    }
}
