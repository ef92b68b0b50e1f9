//! The districts of the service are ordered (docs/ARCHITECTURE.md, "Districts of the service"): code uses its own
//! district and those below it. So imports run one way, and there is no circle between districts. The test reads the
//! source text: it sees `use` lines and paths in expressions, of every feature, but not what only tests import.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The districts, from the bottom to the top.
const DISTRICTS: [&str; 6] = ["platform", "messaging", "identity", "trading", "money", "following"];
/// The modules below all districts, and their items that `lib.rs` exports.
const GROUND: [&str; 6] = ["actor", "error", "Actor", "Origin", "Error", "Result"];
/// The modules above all districts, and their items that `lib.rs` exports.
const ROOF: [&str; 7] = ["bot", "desk", "health", "testing", "Desk", "Parts", "SharedDesk"];

/// The height of a module or an item at the root of the crate; `None` if it is unknown.
fn height(name: &str) -> Option<usize> {
    let district = DISTRICTS.iter().position(|district| *district == name).map(|index| index + 1);
    let ground = GROUND.contains(&name).then_some(0);
    district.or(ground).or(ROOF.contains(&name).then_some(DISTRICTS.len() + 1))
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All source files below a folder, except those with tests only.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The modules that lead to a file: `trading/order/legs.rs` is `["trading", "order", "legs"]`.
fn module(file: &Path) -> Vec<String> {
    let path = file.strip_prefix(source()).unwrap().with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "mod" && name != "lib").collect()
}

/// Length of the comment at the start, if there is one.
fn comment(text: &[char]) -> Option<usize> {
    if text.starts_with(&['/', '/']) {
        return Some(text.iter().position(|c| *c == '\n').unwrap_or(text.len()));
    }
    if !text.starts_with(&['/', '*']) {
        return None;
    }
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with(&['/', '*']) {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with(&['*', '/']) {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    Some(at)
}

/// Length of the raw string at the start, if there is one.
fn raw_string(text: &[char]) -> Option<usize> {
    let hashes = text.strip_prefix(&['r'])?.iter().take_while(|c| **c == '#').count();
    let start = 1 + hashes;
    if text.get(start) != Some(&'"') {
        return None;
    }
    let mut end = vec!['"'];
    end.resize(start, '#');
    let inside = &text[start + 1..];
    let length = inside.windows(end.len()).position(|window| window == end).unwrap_or(inside.len());
    Some((start + 1 + length + end.len()).min(text.len()))
}

/// Length of the string or the character at the start, if there is one. A lifetime is neither.
fn quoted(text: &[char]) -> Option<usize> {
    let quote = *text.first().filter(|c| matches!(c, '"' | '\''))?;
    if quote == '\'' && text.get(1) != Some(&'\\') && text.get(2) != Some(&'\'') {
        return None;
    }
    let mut at = 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    Some((at + 1).min(text.len()))
}

/// A source text without comments, strings and characters.
fn code(text: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let (mut code, mut at) = (String::new(), 0);
    while at < text.len() {
        let rest = &text[at..];
        if let Some(length) = comment(rest).or_else(|| raw_string(rest)).or_else(|| quoted(rest)) {
            code.push(' ');
            at += length;
        } else {
            code.push(text[at]);
            at += 1;
        }
    }
    code
}

/// Code without the items that are compiled for tests only.
fn without_tests(code: &str) -> String {
    let (mut kept, mut rest) = (String::new(), code);
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        rest = &after[item(after)..];
    }
    kept + rest
}

/// Length of the item at the start of a code: up to its semicolon, or to the end of its block.
fn item(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first name of each path in a group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let (mut heads, mut depth, mut starts) = (Vec::new(), 0, true);
    for (at, c) in group.char_indices() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => starts = true,
            _ if starts && !c.is_whitespace() => {
                heads.push(word(&group[at..]));
                starts = false;
            }
            _ => {}
        }
    }
    heads
}

/// The names that a code uses at the root of the crate.
fn names(code: &str) -> BTreeSet<String> {
    let paths = code.split("crate::").skip(1);
    paths.flat_map(|path| path.strip_prefix('{').map_or_else(|| vec![word(path)], heads)).collect()
}

/// The longest run of `super` in a code.
fn ascent(code: &str) -> usize {
    let (mut longest, mut run, mut rest) = (0, 0, code);
    while let Some((before, after)) = rest.split_once("super::") {
        run = if before.trim().is_empty() { run + 1 } else { 1 };
        longest = longest.max(run);
        rest = after;
    }
    longest
}

/// The names that a file may not use: those above its own district, unknown ones, and `super` beyond its district.
fn forbidden(module: &[String], text: &str) -> Vec<String> {
    let own = module.first().and_then(|name| height(name)).unwrap_or_default();
    let code = without_tests(&code(text));
    let above = names(&code).into_iter().filter(|name| height(name).is_none_or(|there| there > own));
    let beyond = (ascent(&code) >= module.len()).then(|| "super".to_owned());
    above.chain(beyond).collect()
}

#[test]
fn imports_run_down() {
    let mut all = Vec::new();
    files(&source(), &mut all);
    assert!(all.len() > 150, "only {} files were read", all.len());
    let mut wrong = Vec::new();
    for file in all {
        let module = module(&file);
        let district = module.first().is_some_and(|name| DISTRICTS.contains(&name.as_str()));
        let ground = module.first().is_some_and(|name| GROUND.contains(&name.as_str()));
        if district || ground {
            let text = fs::read_to_string(&file).unwrap();
            wrong.extend(
                forbidden(&module, &text).into_iter().map(|name| format!("{}: {name}", file.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "imports from a district above:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_district() {
    let entries = fs::read_dir(source()).unwrap().map(|entry| entry.unwrap().path());
    let modules =
        entries.filter(|path| !path.ends_with("lib.rs")).flat_map(|path| module(&path).into_iter().next());
    let without: Vec<_> = modules.filter(|name| height(name).is_none()).collect();
    assert!(without.is_empty(), "modules without a district: {without:?}");
}

#[test]
fn an_import_from_above_is_found() {
    let file = |module: &[&str], text: &str| {
        forbidden(&module.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), text)
    };
    let nested =
        "use crate::{\n    Error,\n    platform::{audit::{self, Via}, opaque},\n    following::copy,\n};";
    assert_eq!(file(&["trading", "key"], nested), ["following"]);
    assert_eq!(file(&["following", "copy"], nested), Vec::<String>::new());
    assert_eq!(
        file(&["identity", "plan"], "fn f(desk: &crate::Desk) { crate::money::pay(desk) }"),
        ["Desk", "money"]
    );
    assert_eq!(file(&["platform", "work"], "use crate::unheard_of;"), ["unheard_of"]);
    let quiet = "// crate::money\nconst A: (&str, &str, char) = (\"crate::money\", r#\"crate::\"money\"#, '\"');\nfn f<'a>(_: &'a ()) {}";
    assert_eq!(file(&["platform", "work"], quiet), Vec::<String>::new());
    let tested = "#[cfg(test)]\nmod tests {\n    use crate::Desk;\n    fn f() {}\n}\nuse crate::money;";
    assert_eq!(file(&["platform", "work"], tested), ["money"]);
    assert_eq!(file(&["trading", "key"], "use super::super::money;"), ["super"]);
    assert_eq!(file(&["trading", "key", "check"], "use super::super::market;"), Vec::<String>::new());
}
