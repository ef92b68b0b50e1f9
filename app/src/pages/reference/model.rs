//! The content of the page, read once from the OpenAPI document.

use serde_json::{Map, Value};

/// The whole API reference.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    pub(super) groups: Vec<Group>,
}

/// The operations of one tag.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) anchor: String,
    pub(super) operations: Vec<Operation>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: Option<String>,
    /// The headers that carry its credentials.
    pub(super) security: Vec<String>,
    pub(super) parameters: Vec<Field>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<ResponseModel>,
}

/// A parameter, or a field of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) place: String,
    /// Its type with its bounds: `integer, 1 to 1000`.
    pub(super) kind: String,
    pub(super) required: bool,
    pub(super) description: String,
    pub(super) example: Option<String>,
}

/// A request body.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub(super) kinds: Vec<String>,
    pub(super) fields: Vec<Field>,
    pub(super) example: Option<Value>,
}

/// A response.
#[derive(Clone, Debug, Default)]
pub(super) struct ResponseModel {
    pub(super) status: u16,
    pub(super) description: String,
    pub(super) headers: Vec<String>,
    pub(super) example: Option<String>,
}

impl Reference {
    /// Reads an OpenAPI document.
    #[must_use]
    pub fn read(document: &Value) -> Self {
        let names = document["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str());
        let group = |name: &str| Group { name: name.into(), anchor: anchor(name), operations: Vec::new() };
        let mut groups: Vec<Group> = names.map(group).collect();
        let paths = document["paths"].as_object().into_iter().flatten();
        for (path, item) in paths {
            for (method, described) in item.as_object().into_iter().flatten() {
                let tag = described["tags"][0].as_str().unwrap_or("");
                if let Some(group) = groups.iter_mut().find(|group| group.name == tag) {
                    group.operations.push(operation(path, method, described, document));
                }
            }
        }
        Self { groups }
    }

    /// The number of operations.
    pub(super) fn count(&self) -> usize {
        self.groups.iter().map(|group| group.operations.len()).sum()
    }
}

fn anchor(name: &str) -> String {
    format!("group-{}", name.to_lowercase().replace(' ', "-"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

fn operation(path: &str, method: &str, described: &Value, document: &Value) -> Operation {
    let parameters = described["parameters"].as_array().into_iter().flatten();
    Operation {
        id: text(&described["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&described["summary"]),
        description: described["description"].as_str().map(str::to_owned),
        security: headers(described, document),
        parameters: parameters.map(|one| parameter(one, document)).collect(),
        body: described.get("requestBody").map(|body| body_of(body, document)),
        answers: answers(&described["responses"], document),
    }
}

/// The headers of all security schemes that the operation requires.
fn headers(described: &Value, document: &Value) -> Vec<String> {
    let wanted = described["security"].as_array().into_iter().flatten().filter_map(Value::as_object);
    let scheme = |name: &String| {
        let scheme = &document["components"]["securitySchemes"][name];
        scheme["name"].as_str().unwrap_or("Authorization").to_owned()
    };
    wanted.flat_map(Map::keys).map(scheme).collect()
}

fn parameter(described: &Value, document: &Value) -> Field {
    Field {
        name: text(&described["name"]),
        place: text(&described["in"]),
        kind: kind(&described["schema"], document),
        required: described["required"] == true,
        description: text(&described["description"]),
        example: described
            .get("example")
            .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)),
    }
}

fn body_of(described: &Value, document: &Value) -> Body {
    let content = described["content"].as_object();
    let kinds: Vec<String> = content.map(|content| content.keys().cloned().collect()).unwrap_or_default();
    let media = content.and_then(|content| content.values().next()).unwrap_or(&Value::Null);
    let schema = resolved(&media["schema"], document);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = schema["properties"].as_object().into_iter().flatten().map(|(name, of)| Field {
        name: name.clone(),
        place: "body".to_owned(),
        kind: kind(of, document),
        required: required.contains(&name.as_str()),
        description: meaning(of, document),
        example: None,
    });
    let mut fields: Vec<_> = fields.collect();
    // The document's maps are unordered: required fields come first.
    fields.sort_by_key(|field| !field.required);
    Body { kinds, fields, example: media.get("example").cloned() }
}

/// A field's description: its own, or that of its type.
fn meaning(schema: &Value, document: &Value) -> String {
    let choices = ["oneOf", "anyOf"].iter().filter_map(|choice| schema[choice].as_array()).flatten();
    let all = std::iter::once(schema).chain(choices).chain(std::iter::once(resolved(schema, document)));
    all.filter_map(|one| one["description"].as_str()).next().unwrap_or("").to_owned()
}

fn answers(described: &Value, document: &Value) -> Vec<ResponseModel> {
    let all = described.as_object().into_iter().flatten();
    all.map(|(status, response)| {
        let response = resolved(response, document);
        let media = response["content"].as_object().and_then(|content| content.values().next());
        let example = media.and_then(|media| media.get("example"));
        let headers = response["headers"].as_object();
        ResponseModel {
            status: status.parse().unwrap_or(0),
            description: text(&response["description"]),
            headers: headers.map(|headers| headers.keys().cloned().collect()).unwrap_or_default(),
            example: example.and_then(|example| serde_json::to_string_pretty(example).ok()),
        }
    })
    .collect()
}

/// The target of a reference; any other value unchanged.
fn resolved<'a>(value: &'a Value, document: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// A short description of a schema's type.
fn kind(schema: &Value, document: &Value) -> String {
    let schema = resolved(schema, document);
    for choice in ["oneOf", "anyOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        if let Some(one) = choices.into_iter().find(|one| one["type"] != "null") {
            return kind(one, document);
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    }
    let types = match &schema["type"] {
        Value::Array(several) => several
            .iter()
            .filter_map(Value::as_str)
            .filter(|one| *one != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        one => text(one),
    };
    match types.as_str() {
        "array" => format!("list of {}", kind(&schema["items"], document)),
        _ => format!(
            "{}{}",
            schema["format"].as_str().filter(|_| types == "string").unwrap_or(&types),
            bounds(schema)
        ),
    }
}

fn bounds(schema: &Value) -> String {
    let of = |least: &str, most: &str| match (&schema[least], &schema[most]) {
        (Value::Null, Value::Null) => None,
        (least, Value::Null) => Some(format!("{least} or more")),
        (Value::Null, most) => Some(format!("up to {most}")),
        (least, most) => Some(format!("{least} to {most}")),
    };
    let number = of("minimum", "maximum").map(|range| format!(", {range}"));
    let length = of("minLength", "maxLength").map(|range| format!(", {range} characters"));
    number.or(length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "tags": [{"name": "Exchange Order"}],
            "paths": {"/v1/order/{id}": {"post": {
                "operationId": "createOrder", "summary": "Create", "tags": ["Exchange Order"],
                "security": [{"key": [], "jwt": []}],
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": ["integer", "null"], "minimum": 1, "maximum": 9}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                "responses": {"401": {"$ref": "#/components/responses/No"}},
            }}},
            "components": {
                "schemas": {
                    "Order": {"required": ["side"], "properties": {
                        "side": {"$ref": "#/components/schemas/Side"},
                        "prices": {"oneOf": [
                            {"type": "null"},
                            {"type": "array", "items": {"type": ["number", "string"]}, "description": "All."},
                        ]},
                    }},
                    "Side": {"type": "string", "enum": ["BUY", "SELL"], "description": "Which way."},
                },
                "responses": {"No": {"description": "Who?", "content": {"application/json": {"example": {"a": 1}}}}},
                "securitySchemes": {"key": {"name": "X-API-KEY"}, "jwt": {"type": "http"}},
            },
        })
    }

    #[test]
    fn a_document_is_read() {
        let reference = Reference::read(&document());
        assert_eq!(reference.count(), 1);
        let group = &reference.groups[0];
        assert_eq!(group.anchor, "group-exchange-order");
        let one = &group.operations[0];
        assert_eq!(
            (one.method.as_str(), one.security.join(" ")),
            ("POST", "Authorization X-API-KEY".to_owned())
        );
        assert_eq!(one.parameters[0].kind, "integer, 1 to 9");
        let fields = &one.body.as_ref().unwrap().fields;
        let kinds: Vec<_> = fields.iter().map(|field| (field.kind.as_str(), field.required)).collect();
        assert_eq!(kinds, [("BUY, SELL", true), ("list of number or string", false)]);
        assert_eq!((fields[0].description.as_str(), fields[1].description.as_str()), ("Which way.", "All."));
        assert_eq!((one.answers[0].status, one.answers[0].description.as_str()), (401, "Who?"));
        assert_eq!(one.answers[0].example.as_deref(), Some("{\n  \"a\": 1\n}"));
    }

    #[test]
    fn a_document_of_nothing_is_read() {
        assert_eq!(Reference::read(&Value::Null).count(), 0);
    }
}
