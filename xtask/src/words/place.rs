//! The kinds of place in which a text is found.

use std::fmt;

/// A kind of place. A rule names those in which it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Documentation comment: `///`, `//!`, `/** */`, a Python docstring.
    Doc,
    /// Any other comment.
    Note,
    /// Comment that may be short: a heading in a stylesheet or a configuration file, or the reason after an attribute.
    Heading,
    /// String literal of the user interface, a mail or a chat.
    Text,
    /// String literal that is logged, printed on a console or returned as an error message.
    Log,
    /// Prose of a Markdown file.
    Markdown,
    /// Declared name of a struct, an enum or a trait.
    Type,
    /// Declared name of a type alias.
    Alias,
    /// Any other declared name: function, module, field, variant, constant, macro.
    Name,
}

impl Place {
    /// The name under which the baseline counts findings here.
    pub(super) const fn group(self) -> &'static str {
        match self {
            Self::Doc | Self::Note | Self::Heading => "comment",
            Self::Text => "text",
            Self::Log => "log",
            Self::Markdown => "markdown",
            Self::Type | Self::Alias | Self::Name => "name",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.group())
    }
}

/// A piece of text to check.
#[derive(Debug)]
pub(super) struct Passage {
    pub(super) place: Place,
    /// Line of the file on which `text` begins, counted from 1.
    pub(super) line: usize,
    /// The text with markup, code and escapes blanked out. Line breaks are kept.
    pub(super) text: String,
}
