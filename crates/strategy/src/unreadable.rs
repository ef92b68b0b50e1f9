//! Why a text could not be parsed as a definition, in terms of its author instead of the parser's.

use std::fmt;

/// The first fault of a text that is no JSON, or no definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line of the fault, from 1.
    pub line: usize,
    /// The column of the fault, from 1.
    pub column: usize,
    /// Path of the innermost field around the fault, such as `entry.long.above[0]`; empty for the whole definition.
    pub field: String,
    /// The cause.
    pub cause: UnreadableCause,
}

/// The cause of a fault, which is at one place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadableCause {
    /// The text ends within a value.
    EndsEarly,
    /// This character, or one of these, is missing.
    Token(&'static str),
    /// A value is missing.
    Value,
    /// A value of another kind than an integer.
    WholeNumber,
    /// A value of another kind than a decimal.
    Decimal,
    /// A value of another kind than a list.
    List,
    /// A value of another kind than an object.
    Object,
    /// A list with too many or too few items.
    WrongLength,
    /// A comma after the last item.
    TrailingComma,
    /// Text after the end of a value.
    Surplus,
    /// A text with an invalid escape or a control character.
    Escape,
    /// An invalid number.
    Number,
    /// A name that is no text in quotes.
    Key,
    /// Too many levels of brackets.
    TooDeep,
    /// A name that the definition does not have at this place, and the names that it has.
    Unknown {
        /// The name in the text.
        name: String,
        /// The accepted names, each in backticks.
        accepted: String,
    },
    /// The name of a required field.
    Missing(String),
    /// The name of a field that is given twice.
    Repeated(String),
    /// Any other value that is not valid at this place.
    Other,
}

impl Unreadable {
    /// The fault that the parser reports in this field.
    pub(crate) fn new(field: &str, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let message = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        // The parser's names for the whole definition and for an unknown place.
        let field = if matches!(field, "." | "?") { "" } else { field };
        // The parser counts from 0 in an empty text.
        let (line, column) = (line.max(1), column.max(1));
        Self { line, column, field: field.to_owned(), cause: UnreadableCause::of(message) }
    }
}

/// Writes `Line 3, column 14, in entry.long: expected a comma or }`.
impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, field, cause } = self;
        if field.is_empty() {
            write!(f, "Line {line}, column {column}: {cause}")
        } else {
            write!(f, "Line {line}, column {column}, in {field}: {cause}")
        }
    }
}

impl fmt::Display for UnreadableCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndsEarly => f.write_str("the text ends too early; a bracket or a quote is missing"),
            Self::Token(token) => write!(f, "expected {token}"),
            Self::Value => f.write_str("expected a value"),
            Self::WholeNumber => f.write_str("expected a positive whole number"),
            Self::Decimal => f.write_str("expected a number in quotes, such as \"1.5\""),
            Self::List => f.write_str("expected a list in square brackets"),
            Self::Object => f.write_str("expected an object in braces"),
            Self::WrongLength => f.write_str("the list has too many or too few items"),
            Self::TrailingComma => f.write_str("remove the comma after the last item"),
            Self::Surplus => f.write_str("there is more text than expected"),
            Self::Escape => f.write_str("the text has an invalid escape or a control character"),
            Self::Number => f.write_str("the number is not valid"),
            Self::Key => f.write_str("expected a name in quotes"),
            Self::TooDeep => f.write_str("there are too many levels of brackets"),
            Self::Unknown { name, accepted } => {
                write!(f, "the name `{name}` is not known here; use one of {accepted}")
            }
            Self::Missing(name) => write!(f, "the field `{name}` is missing"),
            Self::Repeated(name) => write!(f, "the field `{name}` is given twice"),
            Self::Other => f.write_str("this value is not valid here"),
        }
    }
}

impl UnreadableCause {
    /// The cause of a message of the parser, without its place.
    fn of(message: &str) -> Self {
        let name = || quoted(message).next().unwrap_or_default().to_owned();
        let begins = |start: &str| message.starts_with(start);
        if begins("EOF while parsing") {
            Self::EndsEarly
        } else if begins("unknown field") || begins("unknown variant") {
            let accepted: Vec<_> = quoted(message).skip(1).map(|name| format!("`{name}`")).collect();
            Self::Unknown { name: name(), accepted: accepted.join(", ") }
        } else if begins("missing field") {
            Self::Missing(name())
        } else if begins("duplicate field") {
            Self::Repeated(name())
        } else if begins("invalid length") {
            Self::WrongLength
        } else if begins("invalid type") || begins("invalid value") {
            Self::of_kind(message.rsplit_once("expected ").map_or("", |(_, kind)| kind))
        } else {
            Self::of_syntax(message)
        }
    }

    /// The cause of a value that is not of this kind, in the words of the parser.
    fn of_kind(kind: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
        if has(&["ecimal"]) {
            Self::Decimal
        } else if has(&["u32", "integer"]) {
            Self::WholeNumber
        } else if has(&["sequence", "tuple"]) {
            Self::List
        } else if has(&["struct", "map", "enum", "variant"]) {
            Self::Object
        } else {
            Self::Other
        }
    }

    /// The cause of a text that is no JSON.
    fn of_syntax(message: &str) -> Self {
        match message {
            "expected `:`" => Self::Token("a colon"),
            "expected `,` or `]`" => Self::Token("a comma or ]"),
            "expected `,` or `}`" => Self::Token("a comma or }"),
            "expected `\"`" => Self::Token("a quote"),
            "expected value" | "expected ident" => Self::Value,
            "trailing comma" => Self::TrailingComma,
            "trailing characters" => Self::Surplus,
            "key must be a string" => Self::Key,
            "invalid number" | "number out of range" => Self::Number,
            "recursion limit exceeded" => Self::TooDeep,
            other if ["escape", "control character", "unicode"].iter().any(|word| other.contains(word)) => {
                Self::Escape
            }
            _ => Self::Other,
        }
    }
}

/// The names in backticks of a message.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::UnreadableCause;
    use crate::{Definition, Fault};

    fn sentence(text: &str) -> String {
        let problems = Definition::from_json(text).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].to_string()
    }

    fn cause(text: &str) -> UnreadableCause {
        match Definition::from_json(text).unwrap_err().remove(0).fault {
            Fault::NotReadable(why) => why.cause,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn syntax_has_a_line_and_a_column() {
        let missing = sentence("{\n  \"entry\": {}\n  \"stop\": null\n}");
        assert!(missing.starts_with("Line 3, column 3"), "{missing}");
        assert!(missing.ends_with(": expected a comma or }"), "{missing}");
        assert!(sentence("[").starts_with("Line 1, column "));
        for (text, expected) in [
            ("{", UnreadableCause::EndsEarly),
            ("", UnreadableCause::EndsEarly),
            (r#"{"entry""#, UnreadableCause::EndsEarly),
            (r#"{"entry" 1}"#, UnreadableCause::Token("a colon")),
            (r#"{"entry":{},}"#, UnreadableCause::TrailingComma),
            (r#"{"entry":{}} x"#, UnreadableCause::Surplus),
            ("{1:2}", UnreadableCause::Key),
            (r#"{"entry":{},"targets":[{"r":"1"} 2]}"#, UnreadableCause::Token("a comma or ]")),
        ] {
            assert_eq!(cause(text), expected, "{text}");
        }
    }

    #[test]
    fn names_and_values_have_a_field() {
        let unknown = sentence(r#"{"entry":{"long":{"over":[]}}}"#);
        assert!(unknown.contains("entry.long"), "{unknown}");
        assert!(
            unknown.contains("the name `over` is not known here; use one of `above`, `below`"),
            "{unknown}"
        );
        assert_eq!(cause(r#"{"stop":null}"#), UnreadableCause::Missing("entry".into()));
        assert_eq!(cause(r#"{"entry":{},"entry":{}}"#), UnreadableCause::Repeated("entry".into()));
        let whole = r#"{"entry":{"long":{"above":[{"ema":{"length":"12"}},{"constant":"1"}]}}}"#;
        assert_eq!(cause(whole), UnreadableCause::WholeNumber);
        assert!(sentence(whole).contains("length"), "{}", sentence(whole));
        let short = r#"{"entry":{"long":{"above":[{"price":"close"}]}}}"#;
        assert_eq!(cause(short), UnreadableCause::WrongLength);
        let decimal = r#"{"entry":{},"stop":{"percent":"two"}}"#;
        assert_eq!(cause(decimal), UnreadableCause::Decimal);
        assert_eq!(cause(r#"{"entry":{},"targets":5}"#), UnreadableCause::List);
    }

    #[test]
    fn no_sentence_has_the_words_of_the_parser() {
        for text in ["{", "{\"entry\":5}", "nonsense", "{\"entry\":{\"long\":7}}", "{\"a\\q\":1}", "12"] {
            let said = sentence(text);
            for raw in ["EOF", "ident", "struct", "enum", "variant", "trailing", "serde"] {
                assert!(!said.contains(raw), "{text}: {said}");
            }
        }
    }
}
