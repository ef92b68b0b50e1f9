//! The OpenAPI document. Handlers document what is particular to them: parameters, responses, rejections.
//! What follows from a route's surface, role, body and path parameters is completed here for all of them, so
//! that a new operation is fully described without repeating it.

mod errors;
mod example;
mod facts;

use crate::{
    rest::{captcha, surface::Surface},
    route_info::RouteInfo,
};
use facts::Facts;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// Returns the document of these routes as it is served.
#[must_use]
pub fn complete(document: &OpenApi, routes: &[RouteInfo]) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let mut shared = Map::new();
    let schemas = document["components"]["schemas"].clone();
    for route in routes {
        let operation = &mut document["paths"][&route.path][route.method.as_str().to_ascii_lowercase()];
        let facts = Facts::of(route, operation);
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
    document["tags"] = tags(&document, routes);
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

/// Adds the other content types in which a surface accepts the same body.
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

/// Marks a body without required fields as optional.
fn optional(operation: &mut Value, schemas: &Value) {
    let Some(body) = operation.get_mut("requestBody") else { return };
    let media = body["content"].as_object().and_then(|content| content.values().next());
    let name =
        media.and_then(|media| media["schema"]["$ref"].as_str()).and_then(|path| path.rsplit('/').next());
    let needs =
        name.and_then(|name| schemas[name]["required"].as_array()).is_some_and(|names| !names.is_empty());
    body["required"] = json!(needs);
}

/// Gives a success response without a description a default one, because OpenAPI requires one.
fn successes(operation: &mut Value) {
    for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if response.get("$ref").is_none() && response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = json!("Success.");
        }
    }
}

/// The tags, in the order in which their first routes were registered.
fn tags(document: &Value, routes: &[RouteInfo]) -> Value {
    let mut names: Vec<&str> = Vec::new();
    for route in routes {
        let operation = &document["paths"][&route.path][route.method.as_str().to_ascii_lowercase()];
        for tag in operation["tags"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !names.contains(&tag) {
                names.push(tag);
            }
        }
    }
    names.into_iter().map(|name| json!({ "name": name })).collect()
}
