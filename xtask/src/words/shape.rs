//! The rules that are not about single words: comments that are too short, and types named like those of std.

use super::pattern::Word;
use super::place::{Passage, Place};

/// Type names that every file has, or that std made common. `Error` is customary, and so is a `Result` that is an alias.
const STD: [&str; 62] = [
    "AsMut",
    "AsRef",
    "Arc",
    "BTreeMap",
    "BTreeSet",
    "Borrow",
    "Box",
    "BufRead",
    "Cell",
    "Clone",
    "Copy",
    "Cow",
    "Debug",
    "Default",
    "Deref",
    "Display",
    "Drop",
    "Duration",
    "Eq",
    "Err",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Future",
    "HashMap",
    "HashSet",
    "Hash",
    "Hasher",
    "Instant",
    "Into",
    "IntoIterator",
    "Iterator",
    "Mutex",
    "None",
    "Ok",
    "Option",
    "Ord",
    "Ordering",
    "PartialEq",
    "PartialOrd",
    "Path",
    "PathBuf",
    "Pin",
    "Rc",
    "Read",
    "RefCell",
    "Result",
    "RwLock",
    "Seek",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "Vec",
    "Write",
];

/// Whether a declared type takes a name of std. A `Result` that is an alias of std's is customary.
pub(super) fn takes_std_name(place: Place, name: &str) -> bool {
    // An associated type has the name that its trait gives it.
    let alias = place == Place::Alias && matches!(name, "Result" | "Err");
    STD.contains(&name) && !alias
}

/// First words of comments that are not sentences: directives to tools, licences, markers.
const DIRECTIVES: [&str; 16] = [
    "allow",
    "biome-ignore",
    "copyright",
    "eslint-disable",
    "eslint-disable-next-line",
    "eslint-env",
    "expect",
    "language",
    "noqa",
    "prettier-ignore",
    "pylint",
    "safety",
    "spdx-license-identifier",
    "todo",
    "ts-expect-error",
    "ts-ignore",
];

/// Words that point at something without naming it, or ask.
const POINTERS: [&str; 33] = [
    "above",
    "again",
    "anything",
    "else",
    "everything",
    "how",
    "it",
    "itself",
    "its",
    "likewise",
    "neither",
    "none",
    "not",
    "nothing",
    "other",
    "others",
    "otherwise",
    "same",
    "since",
    "so",
    "that",
    "their",
    "them",
    "these",
    "this",
    "those",
    "what",
    "when",
    "where",
    "which",
    "who",
    "whose",
    "why",
];

/// How short a comment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Three words or more, or not a sentence: a directive, a marker, a lone piece of code.
    Sufficient,
    /// One or two words.
    Short,
    /// One or two words that point at something without naming it: `Whose.`, `Its plan.`
    Riddle,
}

/// The length of the first paragraph of a comment.
pub(super) fn length(passage: &Passage, words: &[Word]) -> Length {
    let begins =
        |at: usize| at == 0 || passage.text[words[at - 1].end..words[at].start].matches('\n').count() < 2;
    let first: Vec<&str> = words
        .iter()
        .enumerate()
        .take_while(|(at, _)| begins(*at))
        .map(|(_, word)| word.key.as_str())
        .collect();
    let spoken = first.iter().filter(|word| word.chars().any(|c| c.is_alphabetic() && c != 'x')).count();
    let sign = passage.text.trim_start().chars().next();
    let marker = matches!(sign, Some('#' | '!' | '@' | '-' | '='));
    if spoken == 0 || first.len() > 2 || marker || DIRECTIVES.contains(&first[0]) {
        return Length::Sufficient;
    }
    if first.iter().any(|word| POINTERS.contains(word)) { Length::Riddle } else { Length::Short }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::words;
    use super::*;

    fn judged(text: &str) -> Length {
        let passage = Passage { place: Place::Doc, line: 1, text: text.to_owned() };
        length(&passage, &words(text))
    }

    #[test]
    fn one_or_two_words_are_short() {
        assert_eq!(judged(" Stop price."), Length::Short);
        assert_eq!(judged(" Every year."), Length::Short);
        assert_eq!(judged(" Fills.\n\n And more in another paragraph."), Length::Short);
        assert_eq!(judged(" The owner's id."), Length::Sufficient);
        assert_eq!(judged(" Bytes,\n not characters."), Length::Sufficient);
    }

    #[test]
    fn one_or_two_words_without_a_noun_are_riddles() {
        for text in [" Whose.", " Since when.", " Its plan.", " Not yet."] {
            assert_eq!(judged(text), Length::Riddle, "{text}");
        }
    }

    #[test]
    fn directives_and_markers_are_not_sentences() {
        for text in [
            "",
            " # Errors",
            " language=sql",
            " SPDX-License-Identifier: MIT",
            " ---",
            " 2026-01-01",
            " xxxx.",
        ] {
            assert_eq!(judged(text), Length::Sufficient, "{text}");
        }
    }

    #[test]
    fn types_named_like_std_are_found() {
        assert!(takes_std_name(Place::Type, "Copy"));
        assert!(takes_std_name(Place::Type, "Result"));
        assert!(!takes_std_name(Place::Alias, "Result"));
        assert!(!takes_std_name(Place::Type, "Error"));
        assert!(!takes_std_name(Place::Type, "CopyTrade"));
    }
}
