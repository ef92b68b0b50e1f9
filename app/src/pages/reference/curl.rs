//! An operation as a curl command line.

use super::model::{Body, Operation};
use std::fmt::Write as _;

/// The command that calls the operation. Credentials appear as shell variables.
pub(super) fn command(operation: &Operation, base: &str) -> String {
    let mut command = format!("curl -X {} '{}{}'", operation.method, base, target(operation));
    for header in &operation.security {
        // Writing to a string cannot fail.
        let _ = write!(command, " \\\n  -H \"{header}: ${}\"", variable(header));
    }
    if let Some(Body { kinds, example: Some(example), .. }) = &operation.body {
        let kind = kinds.first().map_or("application/json", String::as_str);
        let _ = write!(command, " \\\n  -H 'Content-Type: {kind}'");
        let data = if kind == "application/json" { example.to_string() } else { form(example) };
        // A quote inside single quotes: end the string, add an escaped quote, start a new string.
        let _ = write!(command, " \\\n  -d '{}'", data.replace('\'', "'\\''"));
    }
    command
}

/// The path, with the required parameters.
fn target(operation: &Operation) -> String {
    let needed = operation.parameters.iter().filter(|field| field.place == "query" && field.required);
    let pairs: Vec<_> =
        needed.map(|f| format!("{}={}", f.name, f.example.as_deref().unwrap_or(""))).collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", operation.path, pairs.join("&"))
}

/// `X-API-KEY` becomes `X_API_KEY`.
fn variable(header: &str) -> String {
    header.to_uppercase().replace('-', "_")
}

fn form(example: &serde_json::Value) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (name, value) in example.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        pairs.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    pairs.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::reference::model::Field;
    use serde_json::json;

    #[test]
    fn a_command_can_be_pasted() {
        let field = |name: &str, place: &str, required: bool| Field {
            name: name.into(),
            place: place.into(),
            required,
            example: Some("BTC/USDT".into()),
            ..Field::default()
        };
        let operation = Operation {
            method: "POST".into(),
            path: "/v1/orders/{id}".into(),
            security: vec!["X-API-KEY".into()],
            parameters: vec![
                field("id", "path", true),
                field("symbol", "query", true),
                field("limit", "query", false),
            ],
            body: Some(Body {
                kinds: vec!["application/json".into()],
                fields: Vec::new(),
                example: Some(json!({"name": "Ada's"})),
            }),
            ..Operation::default()
        };
        assert_eq!(
            command(&operation, "http://127.0.0.1"),
            "curl -X POST 'http://127.0.0.1/v1/orders/{id}?symbol=BTC/USDT' \\\n  -H \"X-API-KEY: $X_API_KEY\" \\\n  \
             -H 'Content-Type: application/json' \\\n  -d '{\"name\":\"Ada'\\''s\"}'"
        );
        assert_eq!(form(&json!({"a": 1, "b": null, "c": "x y"})), "a=1&c=x+y");
    }
}
