//! Generates examples from the field schemas where a handler gives none.

use serde_json::{Map, Value, json};

/// Depth limit: deeper than any of our schemas, and the end for a recursive one.
const DEEPEST: usize = 16;

/// Gives every request and response body of an operation an example.
pub(super) fn complete(operation: &mut Value, schemas: &Value) {
    if let Some(body) = operation.get_mut("requestBody") {
        contents(body, schemas);
        spare(body);
    }
    for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        contents(response, schemas);
    }
}

fn contents(body: &mut Value, schemas: &Value) {
    let media = body.get_mut("content").and_then(Value::as_object_mut);
    for media in media.into_iter().flat_map(Map::values_mut) {
        if media.get("example").is_none() {
            media["example"] = of(&media["schema"], schemas);
        }
    }
}

/// Removes optional fields without a known value from the example of a request.
fn spare(body: &mut Value) {
    for media in body["content"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(fields) = media["example"].as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
    }
}

pub(super) fn of(schema: &Value, schemas: &Value) -> Value {
    at(schema, schemas, 0)
}

fn at(schema: &Value, schemas: &Value, depth: usize) -> Value {
    let given = schema.get("example").or_else(|| schema.get("default")).or_else(|| first(schema, "examples"));
    if let Some(given) = given.or_else(|| first(schema, "enum")).or_else(|| schema.get("const")) {
        return given.clone();
    }
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return at(&schemas[name], schemas, depth + 1);
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        if let Some(one) = choices.into_iter().find(|one| one["type"] != "null") {
            return at(one, schemas, depth + 1);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return whole(parts, schemas, depth);
    }
    let nothing = schema["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "null"));
    match kind(schema) {
        "string" if nothing && schema.get("format").is_none() => Value::Null,
        "object" => fields(schema, schemas, depth),
        // Beyond the deepest level there is no example of an item.
        "array" => match at(&schema["items"], schemas, depth + 1) {
            Value::Null => json!([]),
            item => json!([item]),
        },
        "string" => json!(text(schema)),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "boolean" => json!(true),
        _ => Value::Null,
    }
}

fn first<'a>(schema: &'a Value, list: &str) -> Option<&'a Value> {
    schema.get(list)?.as_array()?.first()
}

/// The type that is not `null`.
fn kind(schema: &Value) -> &str {
    let word = |value: &'_ Value| value.as_str().is_some_and(|word| word != "null");
    match &schema["type"] {
        Value::Array(several) => several.iter().find(|one| word(one)).and_then(Value::as_str).unwrap_or(""),
        Value::String(one) => one,
        _ if schema.get("properties").is_some() => "object",
        _ => "",
    }
}

fn fields(schema: &Value, schemas: &Value, depth: usize) -> Value {
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut all: Map<String, Value> =
        own.map(|(name, of)| (name.clone(), at(of, schemas, depth + 1))).collect();
    if let Some(any) = schema.get("additionalProperties").filter(|any| any.is_object()) {
        all.insert("name".to_owned(), at(any, schemas, depth + 1));
    }
    Value::Object(all)
}

/// Merges the examples of an `allOf` into one object.
fn whole(parts: &[Value], schemas: &Value, depth: usize) -> Value {
    let mut all = Map::new();
    for part in parts {
        match at(part, schemas, depth + 1) {
            Value::Object(fields) => all.extend(fields),
            other => return other,
        }
    }
    Value::Object(all)
}

fn text(schema: &Value) -> &'static str {
    match schema["format"].as_str() {
        Some("uuid") => "46a19fb1-4e90-4736-b820-257c947fd694",
        Some("date-time") => "2022-09-09T01:57:36.304Z",
        Some("date") => "2022-09-09",
        Some("email") => "ada@example.org",
        Some("uri") => "https://desk.example",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_made_of_what_is_known() {
        let schemas = json!({
            "Side": {"type": "string", "enum": ["BUY", "SELL"]},
            "Order": {"allOf": [
                {"type": "object", "properties": {"side": {"$ref": "#/components/schemas/Side"}}},
                {"type": "object", "properties": {"price": {"type": ["number", "null"], "minimum": 2}}},
            ]},
        });
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Order"}});
        assert_eq!(of(&list, &schemas), json!([{"side": "BUY", "price": 2}]));
        let either = json!({"oneOf": [{"type": "null"}, {"type": "string", "format": "date"}]});
        assert_eq!(of(&either, &schemas), json!("2022-09-09"));
    }

    #[test]
    fn a_schema_that_holds_itself_has_an_end() {
        let schemas = json!({"Tree": {"type": "object", "properties": {"tree": {"$ref": "#/components/schemas/Tree"}}}});
        assert!(of(&json!({"$ref": "#/components/schemas/Tree"}), &schemas).is_object());
    }
}
