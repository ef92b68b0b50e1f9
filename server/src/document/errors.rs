//! The error responses of each operation, in the format of its surface. The examples are produced by the same
//! code that produces the responses.

use super::{example, facts::Facts};
use crate::rest::{
    error_response::error_response, mudawyl::error::MudawylFailure, surface::Surface,
    surface_error::SurfaceError,
};
use axum::{
    body::to_bytes,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::Role;
use futures::FutureExt as _;
use serde_json::{Map, Value, json};
use service::Error;

/// An error that any operation may return, depending on its surface, role and parameters.
struct Case {
    status: u16,
    name: &'static str,
    when: &'static str,
}

const CASES: &[Case] = &[
    Case { status: 400, name: "BadRequest", when: "The request is malformed." },
    Case {
        status: 401,
        name: "Unauthorized",
        when: "The credentials are missing, malformed, expired, revoked or unknown.",
    },
    Case { status: 403, name: "Forbidden", when: "The credentials are valid but lack the permission." },
    Case {
        status: 404,
        name: "NotFound",
        when: "The resource does not exist or belongs to another user; the response does not say which.",
    },
    Case { status: 413, name: "TooLarge", when: "The body is larger than 64 KB." },
    Case {
        status: 422,
        name: "Unprocessable",
        when: "Some fields are invalid; the response lists all of them.",
    },
    Case {
        status: 429,
        name: "TooMany",
        when: "Too many requests or attempts. `Retry-After` says when to retry. Requests are counted by each server instance, attempts at sign-in by all of them together.",
    },
    Case {
        status: 500,
        name: "Fault",
        when: "Internal error. The server log has the details under the response's `x-request-id`.",
    },
    Case {
        status: 503,
        name: "Unavailable",
        when: "The exchange is not responding, or maintenance mode is on. `Retry-After` says when to retry.",
    },
    Case { status: 504, name: "TookTooLong", when: "The request took longer than 30 seconds." },
];

/// The causes of a 403 on the surface that users' programs call, too.
const NOT_FOR_THIS: &str = "The credentials are valid but lack the permission (`forbidden`), the password must be confirmed (`step_up_required`: call POST /v1/auth/step-up), or the token in `recaptcha-token-v3` is missing or was rejected.";

/// The rejection status of Mudawyl operations, which handlers document themselves.
const REFUSED: &str = "433";

/// Adds the error responses that follow from the operation's surface, role and parameters, and completes
/// those that the handler documents.
pub(super) fn complete(
    operation: &mut Value,
    of: &Facts<'_>,
    schemas: &Value,
    shared: &mut Map<String, Value>,
) {
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for case in CASES.iter().filter(|case| applies(case.status, of)) {
        let name = format!("{}{}", prefix(of.surface), case.name);
        let response = shared.entry(name.clone()).or_insert_with(|| response_of(case, of.surface, schemas));
        match responses.get_mut(&case.status.to_string()) {
            // A handler's own description stays; the content is that of the surface.
            Some(own) => {
                own["content"] = response["content"].clone();
                if let Some(headers) = response.get("headers") {
                    own["headers"] = headers.clone();
                }
            }
            None => {
                let reference = json!({ "$ref": format!("#/components/responses/{name}") });
                responses.insert(case.status.to_string(), reference);
            }
        }
    }
    if let Some(refused) = responses.get_mut(REFUSED) {
        *refused = json!({ "$ref": "#/components/responses/Refused" });
        let content = body("Refused", example::of(&reference("Refused"), schemas));
        let when = "The request is valid, but a business rule or the exchange rejected it. The number is the error code.";
        shared.entry("Refused").or_insert_with(|| json!({ "description": when, "content": content }));
    }
}

/// Whether this operation can return the status.
fn applies(status: u16, of: &Facts<'_>) -> bool {
    match (of.surface, status) {
        (Surface::Mudawyl, 400) => of.body || of.names || of.parameters,
        (Surface::Mudawyl, 422) => of.body || of.names || of.parameters,
        // Every guard rejects a query that cannot be parsed.
        (Surface::ThreeCommas | Surface::Lumetrade, 400) => of.body || of.names || of.closed(),
        (Surface::Currencycloud, 400) => of.body || of.parameters || of.closed(),
        (_, 401) => of.closed(),
        (Surface::Mudawyl, 403) => of.route.role == Role::Admin || of.captcha,
        (_, 403) => of.route.program.is_some_and(|(_, permission)| permission.is_some()),
        (_, 404) => of.names,
        (_, 413) => of.body,
        (_, 429 | 500 | 503 | 504) => true,
        _ => false,
    }
}

const fn prefix(surface: Surface) -> &'static str {
    match surface {
        Surface::Mudawyl => "",
        Surface::ThreeCommas => "ThreeCommas",
        Surface::Lumetrade => "Lumetrade",
        Surface::Currencycloud => "Currencycloud",
    }
}

fn schema(surface: Surface, status: u16) -> &'static str {
    match (surface, status) {
        (Surface::Mudawyl, 422) => "FieldErrors",
        (Surface::Mudawyl, _) => "Message",
        (Surface::ThreeCommas, _) => "ThreeCommasError",
        (Surface::Lumetrade, _) => "LumetradeError",
        (Surface::Currencycloud, _) => "CurrencycloudError",
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn body(schema: &str, example: Value) -> Value {
    json!({ "application/json": { "schema": reference(schema), "example": example } })
}

/// The response as it appears in the document.
fn response_of(case: &Case, surface: Surface, schemas: &Value) -> Value {
    let schema = schema(surface, case.status);
    let example =
        example_body(case.status, surface).unwrap_or_else(|| example::of(&reference(schema), schemas));
    let when = if (surface, case.status) == (Surface::Mudawyl, 403) { NOT_FOR_THIS } else { case.when };
    let mut response = json!({ "description": when, "content": body(schema, example) });
    if matches!(case.status, 429 | 503) {
        response["headers"] = json!({
            "Retry-After": { "description": "Seconds to wait before a retry.", "schema": { "type": "integer", "minimum": 0 } },
        });
    }
    response
}

/// The body that a surface returns for a status; `None` if it depends on the fields.
fn example_body(status: u16, surface: Surface) -> Option<Value> {
    let later = 60;
    let error = match status {
        400 if surface == Surface::Mudawyl => {
            return read(MudawylFailure::BadRequest("body is not valid JSON").into_response());
        }
        401 => SurfaceError::Service(Error::Unauthenticated),
        403 => SurfaceError::Service(Error::Forbidden),
        404 => SurfaceError::Service(Error::NotFound),
        413 => SurfaceError::TooLarge,
        429 => SurfaceError::Service(Error::TooMany { retry_after_s: later }),
        500 => SurfaceError::Broken,
        503 => SurfaceError::Service(Error::Unavailable { retry_after_s: later }),
        504 => SurfaceError::TookTooLong,
        _ => return None,
    };
    let response = error_response(surface, error);
    debug_assert_eq!(StatusCode::from_u16(status).ok(), Some(response.status()));
    read(response)
}

/// Reads the body of a response that is already complete.
fn read(response: Response) -> Option<Value> {
    let bytes = to_bytes(response.into_body(), usize::MAX).now_or_never()?.ok()?;
    serde_json::from_slice(&bytes).ok()
}
