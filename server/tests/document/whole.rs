//! The document is complete, matches the routes, and docs/API.md lists every operation. The tests that docs/ASVS.md names
//! exist, and its numbers are right.

use super::operation::{Operation, all};
use serde_json::{Value, json};
use server::rest::surface::Surface;
use std::collections::BTreeSet;

async fn desk() -> (service::SharedDesk, store::testing::TestDb) {
    let db = store::testing::sqlite().await;
    (service::testing::desk((*db).clone()).0, db)
}

/// The credentials that a caller needs.
fn security(operation: &Operation) -> Value {
    if !operation.closed() {
        return Value::Null;
    }
    match operation.surface() {
        Surface::Mudawyl => json!([{ "jwt": [] }]),
        Surface::ThreeCommas => json!([{ "threecommasKey": [], "threecommasSignature": [] }]),
        Surface::Lumetrade => json!([{ "lumetradeKey": [], "lumetradeSecret": [] }]),
        Surface::Currencycloud => json!([{ "currencycloudToken": [] }]),
    }
}

#[tokio::test]
async fn every_operation_is_described_whole() {
    let (desk, _db) = desk().await;
    let mut ids = BTreeSet::new();
    for operation in all(&desk) {
        let described = |name: &str| operation.described(name).as_str().unwrap_or("").to_owned();
        assert!(ids.insert(described("operationId")), "{operation}: its id is another's or missing");
        assert!(!described("summary").is_empty(), "{operation}: no summary");
        assert!(operation.described("tags")[0].is_string(), "{operation}: no tag");
        assert_eq!(operation.described("security"), &security(&operation), "{operation}");
        let known = operation.statuses();
        assert_eq!(
            known.iter().filter(|status| (200..300).contains(*status)).count(),
            1,
            "{operation}: {known:?}"
        );
        for status in known {
            let response =
                operation.response(status).unwrap_or_else(|| panic!("{operation}: {status} leads nowhere"));
            assert!(!response["description"].as_str().unwrap_or("").is_empty(), "{operation}: {status}");
            assert!(
                matches!(status, 204 | 304) || operation.answers(status).is_some(),
                "{operation}: {status} without example"
            );
            let later = response.pointer("/headers/Retry-After").is_some();
            assert_eq!(later, matches!(status, 429 | 503), "{operation}: Retry-After of {status}");
        }
        for (kind, media) in operation.takes() {
            // A raw body has no fields to show.
            let raw = media["schema"]["$ref"].is_null();
            assert!(raw || media["example"].is_object(), "{operation}: no example of its {kind}");
        }
        for parameter in operation.parameters() {
            assert!(parameter["schema"].is_object(), "{operation}: {parameter}");
            assert!(!parameter["description"].as_str().unwrap_or("").is_empty(), "{operation}: {parameter}");
        }
    }
}

/// Words and phrases that API users should not meet in a summary.
const DIALECT: &[&str] = &[
    "told",
    "tell",
    "whether",
    "somebody",
    "whoever",
    "nobody",
    "everybody",
    "desk",
    "by hand",
    "of ours",
    "stands",
    "come to",
    "look after",
    "at once",
    "just now",
];

#[tokio::test]
async fn every_summary_is_a_plain_title_of_its_own() {
    let (desk, _db) = desk().await;
    let mut seen = BTreeSet::new();
    for operation in all(&desk) {
        let summary = operation.described("summary").as_str().unwrap_or("").trim().to_owned();
        assert!(!summary.is_empty(), "{operation}: no summary");
        assert!(!summary.ends_with('.'), "{operation}: `{summary}` ends with a full stop");
        assert!(!summary.contains('\n'), "{operation}: `{summary}` is more than a line");
        let first = summary.chars().next();
        assert!(first.is_some_and(char::is_uppercase), "{operation}: `{summary}` is not a title");
        let lower = format!("{} ", summary.to_lowercase());
        let dialect = DIALECT.iter().find(|word| lower.contains(**word));
        assert_eq!(dialect, None, "{operation}: `{summary}` is not plain English");
        let own = seen.insert((format!("{:?}", operation.surface()), summary.to_lowercase()));
        assert!(own, "{operation}: another operation of its surface is called `{summary}`");
    }
}

/// The summaries and descriptions that the documents of the original services print.
const ORIGINAL: &[(&str, &str, &str, &str)] = &[
    (
        "GET",
        "/v1/pub/exchange/ticker",
        "Get Exchange Ticker",
        "This endpoint retrieves the exchange symbol price ticker.",
    ),
    (
        "GET",
        "/v1/pub/subscription/list",
        "List Subscriptions Plans",
        "This endpoint list public subscription plans. It does not include private subscriptions.",
    ),
    (
        "POST",
        "/v1/priv/exchange/order/{id}",
        "Create Manual Order",
        "This endpoint creates a manual trading order. It will clear active positions or open orders.",
    ),
    (
        "DELETE",
        "/v1/priv/exchange/position/{id}",
        "Cancel Futures Position",
        "This endpoint will cancel futures position with any open orders.",
    ),
    ("POST", "/ver1/accounts/new", "Add exchange account", "Adds a new exchange account"),
    (
        "POST",
        "/api/v1/accounts",
        "Create Account",
        "Creates an account for the authenticated API key owner only when the requested currency is enabled in the \
         owner's effective jurisdiction.",
    ),
    (
        "POST",
        "/v2/accounts/create",
        "Create Account",
        "Create a new sub-account. On success, returns the new account entity.",
    ),
];

#[tokio::test]
async fn summaries_and_descriptions_of_the_original_documents_are_kept_to_the_letter() {
    let (desk, _db) = desk().await;
    let operations = all(&desk);
    for (method, path, summary, description) in ORIGINAL {
        let mut found = operations.iter().filter(|o| o.method.as_str() == *method && o.path == *path);
        let operation = found.next().unwrap_or_else(|| panic!("there is no {method} {path}"));
        assert_eq!(operation.described("summary"), summary, "{operation}");
        let described = operation.described("description").as_str().unwrap_or("");
        let described = described.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(described.starts_with(description), "{operation}: {described}");
    }
}

#[tokio::test]
async fn every_operation_documents_its_errors() {
    let (desk, _db) = desk().await;
    for operation in all(&desk) {
        let (known, body) = (operation.statuses(), operation.body().is_some());
        let must = |status: u16, when: bool| {
            assert!(known.contains(&status) || !when, "{operation} can answer {status}");
        };
        must(401, operation.closed());
        must(403, operation.permission().is_some());
        must(404, operation.names());
        must(413, body);
        must(400, body);
        must(422, operation.surface() == Surface::Mudawyl && (body || operation.names()));
        [429, 500, 503].into_iter().for_each(|status| must(status, true));
    }
}

#[tokio::test]
async fn the_document_describes_what_is_counted_where() {
    let (desk, _db) = desk().await;
    let (document, _) = server::router::api(&desk);
    let text = serde_json::to_string(&document).unwrap();
    assert!(text.contains(
        "Requests are counted by each server instance, attempts at sign-in by all of them together."
    ));
}

#[tokio::test]
async fn every_reference_exists_and_every_schema_is_used() {
    let (desk, _db) = desk().await;
    let (document, _) = server::router::api(&desk);
    let text = document.to_string();
    let mut named = BTreeSet::new();
    for reference in text.split("\"#/").skip(1) {
        let pointer = format!("/{}", reference.split('"').next().unwrap());
        assert!(document.pointer(&pointer).is_some(), "{pointer} is named but not described");
        named.insert(pointer);
    }
    for section in ["schemas", "responses"] {
        for name in document["components"][section].as_object().unwrap().keys() {
            assert!(
                named.contains(&format!("/components/{section}/{name}")),
                "nothing names {section}/{name}"
            );
        }
    }
    assert_eq!(document["openapi"], "3.1.0");
}

/// The concatenated Rust sources of a directory.
fn sources(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: std::path::PathBuf| match path.extension() {
        _ if path.is_dir() => sources(&path),
        Some(kind) if kind == "rs" => std::fs::read_to_string(path).unwrap(),
        _ => String::new(),
    };
    entries.map(text).collect()
}

/// The test functions that a cell of the table names.
fn named(cell: &str) -> Vec<String> {
    let names = cell.split('`').skip(1).step_by(2);
    names.map(|name| name.rsplit([':', ' ']).next().unwrap_or(name).to_owned()).collect()
}

#[tokio::test]
async fn api_md_has_a_row_for_every_operation_and_its_tests_exist() {
    let (desk, _db) = desk().await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(folder.join("../docs/API.md")).unwrap();
    let sources = sources(&folder.join("tests"));
    for operation in all(&desk) {
        let name = format!("`{} {}`", operation.method, operation.path.replace("{id}", "<id>"));
        let row = page
            .lines()
            .find(|line| line.contains(&name))
            .unwrap_or_else(|| panic!("docs/API.md does not mention {name}"));
        let listed = ["/v1/pub/", "/v1/priv/"].iter().any(|start| operation.path.starts_with(start));
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        if listed {
            let tests: Vec<_> = cells.iter().skip(3).flat_map(|cell| named(cell)).collect();
            assert!(!tests.is_empty(), "docs/API.md names no test of {name}");
            for test in tests {
                assert!(sources.contains(&format!("fn {test}(")), "{name}: there is no test `{test}`");
            }
        }
    }
}

#[test]
fn asvs_md_counts_its_rows_and_its_tests_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("docs/ASVS.md")).unwrap();
    let mut tests = 0;
    // `path: name` is a test, `path` alone a file.
    for quoted in page.split('`').skip(1).step_by(2) {
        let (path, name) = quoted.split_once(": ").map_or((quoted, None), |(path, name)| (path, Some(name)));
        if !path.contains('/') || !path.ends_with(".rs") {
            continue;
        }
        let source = std::fs::read_to_string(root.join(path));
        let source = source.unwrap_or_else(|_| panic!("docs/ASVS.md names {path}, which does not exist"));
        if let Some(name) = name {
            assert!(source.contains(&format!("fn {name}(")), "docs/ASVS.md: {path} has no test `{name}`");
            tests += 1;
        }
    }
    assert!(tests > 100, "the tests are named as `path: name`: {tests}");
    let rows: Vec<_> = page.lines().filter_map(|line| line.split(" | ").nth(3)).collect();
    let count = |status: &str| rows.iter().filter(|row| **row == status).count();
    let (met, open, none) = (count("Met"), count("Not yet"), count("Not applicable"));
    let summary = format!(
        "Of {} requirements {met} are met, {open} are not met yet, and {none} are not applicable.",
        met + open + none
    );
    assert!(page.contains(&summary), "docs/ASVS.md should say: {summary}");
}
