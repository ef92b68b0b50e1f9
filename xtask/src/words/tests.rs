use super::files::{FileKind, Syntax};
use super::*;

fn findings(kind: FileKind, source: &str) -> Findings {
    let mut all = Findings::default();
    let file = File { path: "crates/store/src/a.rs".to_owned(), kind };
    find_in(&file, source, &Matcher::new(), &mut all).unwrap();
    all
}

fn found(kind: FileKind, source: &str) -> Vec<(&'static str, usize)> {
    findings(kind, source).list.iter().map(|one| (one.rule.id, one.line)).collect()
}

const RUST: FileKind = FileKind::Rust { shown: false };

#[test]
fn every_kind_of_place_of_a_rust_file_is_read() {
    let source = "//! The module of stops.\n\n/// Sends it by hand.\nfn nudge() {\n    // The order stands here.\n    warn!(\"nobody answered\");\n    let a = \"nobody\";\n}\n";
    let mut all = found(RUST, source);
    all.sort_unstable();
    assert_eq!(all, [("by-hand", 3), ("heed", 4), ("stand", 5), ("whoever", 6)]);
}

#[test]
fn texts_of_the_interface_have_rules_of_their_own() {
    let source = "table! { Orders, orders { left: \"Left\", stop: \"Stop\" } }";
    assert_eq!(found(FileKind::Rust { shown: true }, source), [("trade-columns", 1)]);
    assert_eq!(found(RUST, source), []);
}

#[test]
fn comments_of_other_languages_are_read() {
    assert_eq!(found(FileKind::JavaScript, "a('by hand'); // done by hand here\n"), [("by-hand", 1)]);
    assert_eq!(
        found(FileKind::Plain(Syntax::Python), "a = 'by hand'  # done by hand here\n"),
        [("by-hand", 1)]
    );
    assert_eq!(found(FileKind::Plain(Syntax::Shell), "\n# Done by hand.\n"), [("by-hand", 2)]);
    assert_eq!(found(FileKind::Plain(Syntax::Toml), "# Short.\na = 'by hand' # by hand\n"), [("by-hand", 2)]);
    assert_eq!(found(FileKind::Plain(Syntax::Css), "/* Done by\n   hand. */\n"), [("by-hand", 1)]);
    assert_eq!(found(FileKind::Markdown, "# Keys\n\nDone\nby hand, not `by hand`.\n"), [("by-hand", 4)]);
}

#[test]
fn an_exception_suspends_its_rule_for_the_next_text() {
    let source =
        "// words: allow(stand): the exchange's own word\n/// The order\n/// stands by hand.\nfn a() {}\n";
    let all = findings(RUST, source);
    assert_eq!(all.list.iter().map(|one| one.rule.id).collect::<Vec<_>>(), ["by-hand"]);
    assert_eq!((all.faults.len(), all.exceptions), (0, 1));
}

#[test]
fn an_exception_for_a_name_is_before_its_line() {
    let all = findings(
        RUST,
        "/// The order's state.\n// words: allow(told): a field of the exchange\nfn told() {}\n",
    );
    assert_eq!((all.list.len(), all.faults.len()), (0, 0));
}

#[test]
fn a_needless_exception_is_a_fault() {
    let all = findings(RUST, "// words: allow(stand): the exchange's own word\nfn a() {}\n");
    assert_eq!(all.faults, ["crates/store/src/a.rs:1: the exception suspends nothing"]);
}

/// The reason of each exception in the tree, and that each is needed.
#[test]
fn every_exception_in_the_tree_has_a_reason() {
    let workspace = Workspace::find().unwrap();
    let found = find(&workspace).unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
}
