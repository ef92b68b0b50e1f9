//! Comments of Python, shells, TOML and CSS.

use super::super::files::Syntax;
use super::super::place::Place;
use super::comments::Comment;

/// The comments of a file, in its order.
pub(super) fn comments(source: &str, syntax: Syntax) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(sign) = source[at..].chars().next() {
        at = match sign {
            '#' if hash(source, at, syntax) => {
                let end = source[at..].find('\n').map_or(source.len(), |found| at + found);
                found.push(Comment { range: at..end, place: place(syntax) });
                end
            }
            '/' if syntax == Syntax::Css && source[at..].starts_with("/*") => {
                let end = source[at + 2..].find("*/").map_or(source.len(), |found| at + found + 4);
                found.push(Comment { range: at..end, place: place(syntax) });
                end
            }
            '"' | '\'' => {
                let end = end_of_string(source, at, syntax);
                if docstring(source, at, syntax) {
                    found.push(Comment { range: at..end, place: Place::Doc });
                }
                end
            }
            '\\' => (at + 2).min(source.len()),
            other => at + other.len_utf8(),
        };
        while !source.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

const fn place(syntax: Syntax) -> Place {
    match syntax {
        Syntax::Css | Syntax::Toml | Syntax::Shell => Place::Heading,
        Syntax::Python => Place::Note,
    }
}

/// Whether a `#` opens a comment: in a shell only at the start of a word, and never as the first line's `#!`.
fn hash(source: &str, at: usize, syntax: Syntax) -> bool {
    let program = at == 0 && source.starts_with("#!");
    let word = source[..at].chars().next_back().is_none_or(char::is_whitespace);
    match syntax {
        Syntax::Css => false,
        Syntax::Shell => word && !program,
        Syntax::Python | Syntax::Toml => !program,
    }
}

const fn has_triples(syntax: Syntax) -> bool {
    matches!(syntax, Syntax::Python | Syntax::Toml)
}

fn triple(source: &str, at: usize) -> bool {
    source[at..].starts_with("\"\"\"") || source[at..].starts_with("'''")
}

/// Whether a string is the first thing on its line: as a statement it documents.
fn docstring(source: &str, at: usize, syntax: Syntax) -> bool {
    let line = source[..at].rfind('\n').map_or(0, |found| found + 1);
    syntax == Syntax::Python && triple(source, at) && source[line..at].trim().is_empty()
}

fn end_of_string(source: &str, start: usize, syntax: Syntax) -> usize {
    let length = if has_triples(syntax) && triple(source, start) { 3 } else { 1 };
    let quote = &source[start..start + length];
    // Neither shells nor TOML know escapes between single quotes.
    let escapes = !(quote.starts_with('\'') && matches!(syntax, Syntax::Shell | Syntax::Toml));
    let ends_with_line = length == 1 && syntax != Syntax::Shell;
    let mut at = start + length;
    while let Some(sign) = source[at..].chars().next() {
        if source[at..].starts_with(quote) {
            return at + length;
        }
        if ends_with_line && sign == '\n' {
            return at;
        }
        at += sign.len_utf8();
        if escapes && sign == '\\' {
            at += source[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str, syntax: Syntax) -> Vec<&str> {
        comments(source, syntax).into_iter().map(|one| &source[one.range]).collect()
    }

    #[test]
    fn python_has_comments_and_docstrings() {
        let source = "#!/usr/bin/python3\n\"\"\"A # doc.\"\"\"\na = '#' # b\nc = \"\"\"no doc\"\"\"\n";
        assert_eq!(texts(source, Syntax::Python), ["\"\"\"A # doc.\"\"\"", "# b"]);
    }

    #[test]
    fn shells_and_toml_have_hashes() {
        assert_eq!(texts("#!/bin/sh\nset $# \"#a\" '#\\' # b\n", Syntax::Shell), ["# b"]);
        assert_eq!(texts("a = \"#\" # b\nc = '\\' # d\n", Syntax::Toml), ["# b", "# d"]);
    }

    #[test]
    fn styles_have_blocks() {
        assert_eq!(texts("a { content: '/*'; } /* b */ #id {}", Syntax::Css), ["/* b */"]);
    }
}
