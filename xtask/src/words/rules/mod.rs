//! The rules: which words are refused where, and what to write instead.
//!
//! A new rule is a new line in one of the tables. Its findings must then be mended, or added to `baseline.txt` by an
//! edit of that file that the reviewer sees.

mod names;
mod openings;
mod speech;
mod texts;

use super::place::Place;

/// One line of the table.
#[derive(Debug)]
pub(super) struct Rule {
    /// The name in reports, in the baseline and in exceptions.
    pub(super) id: &'static str,
    /// The places in which the rule applies.
    pub(super) places: &'static [Place],
    /// Refused phrases, see [`super::pattern`]. Empty: the rule is code, in [`super::shape`].
    pub(super) patterns: &'static [&'static str],
    /// Phrases in which a match is no finding. Each contains the match.
    pub(super) except: &'static [&'static str],
    /// The recommended wording.
    pub(super) write: &'static str,
}

/// A rule whose findings [`super::shape`] makes.
const fn shaped(id: &'static str, places: &'static [Place], write: &'static str) -> Rule {
    Rule { id, places, patterns: &[], except: &[], write }
}

const fn rule(
    id: &'static str,
    places: &'static [Place],
    patterns: &'static [&'static str],
    write: &'static str,
) -> Rule {
    Rule { id, places, patterns, except: &[], write }
}

impl Rule {
    /// The same rule with phrases in which a match is no finding.
    const fn except(mut self, phrases: &'static [&'static str]) -> Self {
        self.except = phrases;
        self
    }
}

/// Texts of the interface, of mails and of chats.
const UI: &[Place] = &[Place::Text];
/// Texts of the interface and of the documents.
const SHOWN: &[Place] = &[Place::Text, Place::Markdown];
/// Comments, log lines and documents.
const CODE: &[Place] = &[Place::Doc, Place::Note, Place::Heading, Place::Log, Place::Markdown];
/// Comments, log lines, documents and texts of the interface.
const PROSE: &[Place] = &[Place::Doc, Place::Note, Place::Heading, Place::Log, Place::Markdown, Place::Text];
/// Sentences and names of every kind.
const EVERYWHERE: &[Place] = &[
    Place::Doc,
    Place::Note,
    Place::Heading,
    Place::Log,
    Place::Markdown,
    Place::Text,
    Place::Type,
    Place::Alias,
    Place::Name,
];
/// Declared names of every kind.
const NAMES: &[Place] = &[Place::Type, Place::Alias, Place::Name];
/// Comments of code.
const COMMENTS: &[Place] = &[Place::Doc, Place::Note];

/// Every rule, table after table.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [texts::RULES, speech::RULES, openings::RULES, names::RULES].into_iter().flatten()
}

/// The rule of that name.
pub(super) fn named(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}
