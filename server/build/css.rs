//! A bundler for our own plain CSS: `@import "x.css" layer(y);` is replaced by the file, inside its layer.
//! Supports only what style/ uses (relative paths, no media conditions); anything else is an error.

use std::io;
use std::path::Path;

/// How a style sheet is read; tests replace it.
pub(crate) type Reader<'a> = &'a dyn Fn(&Path) -> io::Result<String>;

/// A style sheet with everything that it imports.
pub(crate) fn bundle(entry: &Path, read: Reader<'_>) -> io::Result<String> {
    let text = read(entry).map_err(|error| io::Error::other(format!("{}: {error}", entry.display())))?;
    let folder = entry.parent().unwrap_or(Path::new(""));
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.trim().strip_prefix("@import ") {
            Some(import) => {
                let (name, layer) = parse(import).ok_or_else(|| {
                    io::Error::other(format!("{}: cannot bundle `{line}`", entry.display()))
                })?;
                let inner = bundle(&folder.join(name), read)?;
                match layer {
                    Some(layer) => out.push_str(&format!("@layer {layer} {{\n{inner}}}\n")),
                    None => out.push_str(&inner),
                }
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    Ok(out)
}

/// Parses `"x.css" layer(y);` into the file and the layer. `url("x.css")` is equivalent.
fn parse(import: &str) -> Option<(&str, Option<&str>)> {
    let import = import.trim().strip_suffix(';')?;
    let (target, rest) = match import.strip_prefix("url(") {
        Some(inner) => inner.split_once(')')?,
        None => import.split_at(import.get(1..)?.find(['"', '\''])? + 2),
    };
    let name = target.trim().trim_matches(['"', '\'']);
    let rest = rest.trim();
    if rest.is_empty() {
        return Some((name, None));
    }
    Some((name, Some(rest.strip_prefix("layer(")?.strip_suffix(')')?.trim())))
}

/// Removes comments, indentation and empty lines, but leaves strings unchanged. Brotli does the rest; a more
/// thorough minifier would only add ways to break a style sheet.
pub(crate) fn minify(css: &str) -> String {
    let bare = without_comments(css);
    let lines = bare.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::with_capacity(bare.len()), |mut out, line| {
        out.push_str(line);
        out.push('\n');
        out
    })
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut quote: Option<char> = None;
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        if quote.is_none() && rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        let escaped = if next == '\\' { rest.chars().nth(1) } else { None };
        match (quote, next) {
            (None, '"' | '\'') => quote = Some(next),
            (Some(open), _) if open == next => quote = None,
            _ => {}
        }
        out.push(next);
        out.extend(escaped);
        rest = &rest[next.len_utf8() + escaped.map_or(0, char::len_utf8)..];
    }
    out
}

/// Replaces the address in `url(/own)`, quoted or not and with or without a `#part`, by another one.
pub(crate) fn readdress(css: &str, own: &str, address: &str) -> String {
    let mut out = css.to_owned();
    for quote in ["", "\"", "'"] {
        for end in [")", "\"", "'", "#"] {
            out = out.replace(&format!("url({quote}{own}{end}"), &format!("url({quote}{address}{end}"));
        }
    }
    out
}
