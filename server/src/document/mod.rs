//! The OpenAPI document. Handlers say what is particular to them: what they take, what they answer, what their rules
//! refuse. What follows from where a door stands (its surface, its role, whether it takes a body or names a thing) is
//! completed here, once for all of them, so that a new operation is described whole without saying it again.

mod errors;
mod example;

use crate::{
    doors::Door,
    rest::{captcha, surface::Surface},
};
use domain::Role;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// What is known of an operation by where it stands.
struct Facts<'a> {
    surface: Surface,
    door: &'a Door,
    /// It takes a body.
    body: bool,
    /// Its path names a thing.
    names: bool,
    /// It has parameters outside its path.
    parameters: bool,
    /// The desk may ask for a reCAPTCHA token.
    captcha: bool,
}

impl<'a> Facts<'a> {
    fn of(door: &'a Door, operation: &Value) -> Self {
        let surface = Surface::of(&door.path);
        let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            surface,
            door,
            body: operation.get("requestBody").is_some(),
            names: door.path.contains('{'),
            parameters: parameters.iter().any(|parameter| parameter["in"] != "path"),
            captcha: captcha::guards(&door.path) && door.method != axum::http::Method::GET,
        }
    }

    fn closed(&self) -> bool {
        self.door.role > Role::Anyone
    }
}

/// The document of these doors, as it is served.
#[must_use]
pub fn complete(document: &OpenApi, doors: &[Door]) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let mut shared = Map::new();
    let schemas = document["components"]["schemas"].clone();
    for door in doors {
        let operation = &mut document["paths"][&door.path][door.method.as_str().to_ascii_lowercase()];
        let facts = Facts::of(door, operation);
        if facts.captcha {
            add_parameter(operation, token());
        }
        forms(operation, facts.surface);
        optional(operation, &schemas);
        errors::complete(operation, &facts, &schemas, &mut shared);
        successes(operation);
        example::complete(operation, &schemas);
    }
    document["components"]["responses"] = Value::Object(shared);
    document["servers"] = json!([{ "url": "/", "description": "This server" }]);
    document["tags"] = tags(&document, doors);
    document
}

fn token() -> Value {
    json!({
        "name": captcha::HEADER,
        "in": "header",
        "required": false,
        "description": "A reCAPTCHA v3 token, if the server requires one.",
        "schema": { "type": "string" },
    })
}

fn add_parameter(operation: &mut Value, parameter: Value) {
    match operation["parameters"].as_array_mut() {
        Some(all) => all.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

/// The other shapes in which a surface takes the same body.
fn forms(operation: &mut Value, surface: Surface) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let (said, too) = match surface {
        Surface::ThreeCommas => ("application/json", FORM),
        Surface::Currencycloud => (FORM, "multipart/form-data"),
        Surface::Mudawyl | Surface::Lumetrade => return,
    };
    if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut)
        && let Some(body) = content.get(said).cloned()
    {
        content.insert(too.to_owned(), body);
    }
}

/// A body of which no field must be given may be left out itself.
fn optional(operation: &mut Value, schemas: &Value) {
    let Some(body) = operation.get_mut("requestBody") else { return };
    let media = body["content"].as_object().and_then(|content| content.values().next());
    let name =
        media.and_then(|media| media["schema"]["$ref"].as_str()).and_then(|path| path.rsplit('/').next());
    let needs =
        name.and_then(|name| schemas[name]["required"].as_array()).is_some_and(|names| !names.is_empty());
    body["required"] = json!(needs);
}

/// A response must say what it means; where a handler says nothing, it is what was asked for.
fn successes(operation: &mut Value) {
    for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if response.get("$ref").is_none() && response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = json!("Success.");
        }
    }
}

/// The groups, in the order in which their first doors were opened.
fn tags(document: &Value, doors: &[Door]) -> Value {
    let mut names: Vec<&str> = Vec::new();
    for door in doors {
        let operation = &document["paths"][&door.path][door.method.as_str().to_ascii_lowercase()];
        for tag in operation["tags"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !names.contains(&tag) {
                names.push(tag);
            }
        }
    }
    names.into_iter().map(|name| json!({ "name": name })).collect()
}
