use super::*;

fn found(source: &str, shown: bool) -> Vec<(Place, usize, String)> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let scan = scan(source, shown).unwrap();
    scan.passages.into_iter().map(|one| (one.place, one.line, words(&one.text))).collect()
}

fn of(place: Place, source: &str) -> Vec<String> {
    found(source, false).into_iter().filter(|one| one.0 == place).map(|one| one.2).collect()
}

#[test]
fn comments_are_found_between_tokens() {
    let source = "//! Inner\n//! doc.\nuse a; // trailing\n/// Outer.\nconst A: &str = \"// no comment\"; /* block\n/* nested */ end */\nconst B: char = '\"'; // last";
    assert_eq!(of(Place::Doc, source), ["Inner doc.", "Outer."]);
    assert_eq!(of(Place::Note, source), ["trailing", "block /* nested */ end", "last"]);
}

#[test]
fn comments_have_their_line() {
    let source = "\n\nfn a() {\n    // here\n    // and here\n}\n";
    assert!(found(source, false).contains(&(Place::Note, 4, "here and here".to_owned())));
}

#[test]
fn literals_of_logs_and_consoles_are_found() {
    let source = r##"fn a() {
        tracing::warn!(key = %1, "a log {line}");
        error!("bare");
        let x = "no log";
        f().context("a context")?;
        f().with_context(|| format!("another {}", 1))?;
        say::note(r#"a "note""#);
        bail!("a failure");
    }"##;
    let expected = ["a log ~~~~~~", "bare", "a context", "another ~~", "a \"note\"", "a failure"];
    assert_eq!(of(Place::Log, source), expected);
}

#[test]
fn the_help_of_a_command_is_found() {
    assert_eq!(of(Place::Log, "const USAGE: &str = \"usage: a\"; const OTHER: &str = \"b\";"), ["usage: a"]);
}

#[test]
fn literals_of_shown_attributes_are_found() {
    let source = "#[error(\"an error\")] struct A; #[serde(rename = \"told\")] struct B; #[arg(help = \"a help\")] struct C;";
    assert_eq!(of(Place::Log, source), ["an error", "a help"]);
}

#[test]
fn every_literal_of_a_shown_file_is_a_text() {
    let source =
        "table! { A, a { key: \"A text\", } } #[cfg(feature = \"no text\")] fn b() { log!(1, 'c'); }";
    let texts: Vec<_> = found(source, true).into_iter().filter(|one| one.0 == Place::Text).collect();
    assert_eq!(texts, [(Place::Text, 1, "A text".to_owned())]);
}

#[test]
fn invalid_rust_is_an_error() {
    assert!(scan("const A: &str = \"open", false).is_err());
}
