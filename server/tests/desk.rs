//! The tests of the server that need no program of their own: one program, because linking the server takes seconds. Tests that
//! kill real servers (`crash`, `crash_rounds`) and those that need the whole machine (`flood`) are separate, so that
//! `cargo xtask test` can run them alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod common;
mod contract_texts;
mod copies;
mod copies_crash;
mod currencycloud;
mod document;
mod front;
mod ledger;
mod live_mode;
mod lumetrade;
mod markup;
mod messages;
mod mudawyl;
mod mudawyl_shapes;
mod mudawyl_validation;
mod parsers;
mod program;
mod programs;
mod sandbox;
mod strategies;
mod threecommas;

/// Cargo compiles only the programs that Cargo.toml names, so a file that is forgotten here would never run.
#[test]
fn every_file_of_this_folder_is_compiled() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let (list, manifest) = (include_str!("desk.rs"), include_str!("../Cargo.toml"));
    let forgotten: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of the tests")
        .filter_map(|entry| {
            entry.ok()?.file_name().into_string().ok()?.strip_suffix(".rs").map(str::to_owned)
        })
        .filter(|name| {
            let here = list.lines().any(|line| line == format!("mod {name};"));
            !here && !manifest.contains(&format!("path = \"tests/{name}.rs\""))
        })
        .collect();
    assert_eq!(forgotten, [""; 0]);
}
