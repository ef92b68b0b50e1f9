//! Comments of JavaScript and TypeScript.

use super::super::place::Place;
use super::comments::Comment;

/// The innermost construct around the current code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Enclosure {
    /// Braces of code.
    Braces,
    /// `${ }` in a template.
    Substitution,
}

/// The comments of a file, in its order.
pub(super) fn comments(source: &str) -> Vec<Comment> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut enclosing = Vec::new();
    let mut at = if source.starts_with("#!") { end_of_line(bytes, 0) } else { 0 };
    while at < bytes.len() {
        at = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => add(source, at, end_of_line(bytes, at), &mut found),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = source[at + 2..].find("*/").map_or(bytes.len(), |found| at + found + 4);
                add(source, at, end, &mut found)
            }
            b'/' if starts_regex(source, at) => end_of_regex(bytes, at),
            b'\'' | b'"' => end_of_string(bytes, at),
            b'`' => in_template(bytes, at + 1, &mut enclosing),
            b'{' => {
                enclosing.push(Enclosure::Braces);
                at + 1
            }
            b'}' if enclosing.pop() == Some(Enclosure::Substitution) => {
                in_template(bytes, at + 1, &mut enclosing)
            }
            _ => at + 1,
        };
    }
    found
}

fn add(source: &str, start: usize, end: usize, found: &mut Vec<Comment>) -> usize {
    let place = if source[start..].starts_with("/**") { Place::Doc } else { Place::Note };
    found.push(Comment { range: start..end, place });
    end
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |found| at + found)
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != bytes[start] && bytes[at] != b'\n' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// To the end of a template, or into its next substitution.
fn in_template(bytes: &[u8], start: usize, enclosing: &mut Vec<Enclosure>) -> usize {
    let mut at = start;
    while at < bytes.len() && bytes[at] != b'`' {
        if bytes[at..].starts_with(b"${") {
            enclosing.push(Enclosure::Substitution);
            return at + 2;
        }
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// Whether a slash opens a regular expression: it does where a value can begin.
fn starts_regex(source: &str, at: usize) -> bool {
    let before = source[..at].trim_end();
    let value = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ')' | ']' | '}'));
    !value || before.ends_with("return") || before.ends_with("typeof")
}

fn end_of_regex(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut class) = (start + 1, false);
    while at < bytes.len() && bytes[at] != b'\n' && (class || bytes[at] != b'/') {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            _ => {}
        }
        at += 1;
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::comments;

    fn texts(source: &str) -> Vec<&str> {
        comments(source).into_iter().map(|one| &source[one.range]).collect()
    }

    #[test]
    fn both_kinds_are_found() {
        assert_eq!(texts("#!/usr/bin/env node\na(); // b\n/** c\n d */ e"), ["// b", "/** c\n d */"]);
    }

    #[test]
    fn strings_and_templates_hold_none() {
        assert_eq!(
            texts("'//a' + \"/*b\\\"//\" + `//c ${d(`//e`, {f: '}'}) /* g */} //h` // i"),
            ["/* g */", "// i"]
        );
    }

    #[test]
    fn regular_expressions_hold_none() {
        assert_eq!(texts("a(/[/*]\\/\\//, b / c); return /x/*2; // d"), ["// d"]);
    }
}
