//! A request as this surface parses it: loosely typed, as in the original Express service, so that every
//! wrong type becomes a named field problem instead of a parser error.

use super::error::{FieldError, MudawylFailure};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{HeaderMap, Method, StatusCode, header::CONTENT_TYPE, request::Parts},
};
use domain::validation::{FieldProblem, Problem};
use serde_json::{Map, Value};
use service::Error;

/// The location of a field, in express-validator's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldLocation {
    /// The path.
    Params,
    /// The query string.
    Query,
    /// The JSON body.
    Body,
    /// A header.
    Headers,
}

impl FieldLocation {
    /// The value of `location`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Params => "params",
            Self::Query => "query",
            Self::Body => "body",
            Self::Headers => "headers",
        }
    }
}

/// A request before validation. It may hold an exchange secret and is therefore never printed.
pub struct RawRequest {
    params: Map<String, Value>,
    query: Map<String, Value>,
    body: Map<String, Value>,
    headers: HeaderMap,
}

/// Fields whose values are never echoed, not even to the sender, because responses end up in logs.
const SECRET: &[&str] = &["apiSecretKey", "password", "currentPassword", "newPassword", "refreshToken"];

impl RawRequest {
    /// Builds a request from its parts; path parameters and query pairs are text.
    ///
    /// # Errors
    /// 400 if the body is not a JSON object.
    pub fn new(
        params: impl IntoIterator<Item = (String, String)>,
        query: &str,
        body: &[u8],
    ) -> Result<Self, MudawylFailure> {
        let params = params.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        Ok(Self { params, query: read_query(query), body: read_body(body)?, headers: HeaderMap::new() })
    }

    /// The raw value of a field; `null` counts as absent.
    #[must_use]
    pub fn field(&self, place: FieldLocation, name: &str) -> Option<&Value> {
        self.section(place)?.get(name).filter(|value| !value.is_null())
    }

    /// Whether a field was sent as `null`.
    pub(super) fn is_null(&self, place: FieldLocation, name: &str) -> bool {
        self.section(place).and_then(|section| section.get(name)).is_some_and(Value::is_null)
    }

    /// A header, if it is readable text.
    ///
    /// # Errors
    /// 400 for bytes outside visible ASCII.
    pub fn header(&self, name: &str) -> Result<Option<&str>, MudawylFailure> {
        let text = self.headers.get(name).map(|value| value.to_str());
        text.transpose().map_err(|_| MudawylFailure::BadRequest("header is not readable text"))
    }

    /// The body in canonical form, for comparing requests: sorted fields, no whitespace.
    #[must_use]
    pub fn canonical_body(&self) -> String {
        Value::Object(self.body.clone()).to_string()
    }

    /// A field error with the submitted value.
    #[must_use]
    pub fn problem(&self, place: FieldLocation, field: &str, problem: Problem) -> FieldError {
        let given = self.section(place).and_then(|section| section.get(field));
        let value = given.filter(|_| !SECRET.contains(&field)).cloned();
        FieldError { value, msg: problem.text(), param: field.to_owned(), location: place.name() }
    }

    /// Converts the error of a use case about body fields, adding the submitted values.
    #[must_use]
    pub fn refuse(&self, error: Error) -> MudawylFailure {
        self.refuse_at(FieldLocation::Body, error)
    }

    /// As [`Self::refuse`], for fields in another location.
    #[must_use]
    pub fn refuse_at(&self, place: FieldLocation, error: Error) -> MudawylFailure {
        match error {
            Error::Fields(problems) => MudawylFailure::Fields(
                problems.iter().map(|p| self.problem(place, &p.field, p.problem)).collect(),
            ),
            other => MudawylFailure::Service(other),
        }
    }

    pub(super) fn name(&self, problems: &[FieldProblem]) -> Vec<FieldError> {
        problems.iter().map(|p| self.problem(FieldLocation::Body, &p.field, p.problem)).collect()
    }

    const fn section(&self, place: FieldLocation) -> Option<&Map<String, Value>> {
        match place {
            FieldLocation::Params => Some(&self.params),
            FieldLocation::Query => Some(&self.query),
            FieldLocation::Body => Some(&self.body),
            FieldLocation::Headers => None,
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for RawRequest {
    type Rejection = MudawylFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, MudawylFailure> {
        let (mut parts, body) = request.into_parts();
        let params = read_params(&mut parts, state).await?;
        let (query, headers) = (parts.uri.query().unwrap_or("").to_owned(), parts.headers.clone());
        let body = if parts.method == Method::GET {
            Bytes::new()
        } else {
            let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await;
            bytes.map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => MudawylFailure::TooLarge,
                _ => MudawylFailure::BadRequest("body cannot be read"),
            })?
        };
        if !body.is_empty() && !is_json(&headers) {
            return Err(MudawylFailure::BadRequest("content type must be application/json"));
        }
        Ok(Self { headers, ..Self::new(params, &query, &body)? })
    }
}

async fn read_params<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<Vec<(String, String)>, MudawylFailure> {
    let params = RawPathParams::from_request_parts(parts, state).await;
    let params = params.map_err(|_| MudawylFailure::BadRequest("path is not readable text"))?;
    Ok(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// A repeated name becomes an array, as in Express; no validation rule accepts one.
fn read_query(query: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    for (name, value) in pairs {
        let value = Value::String(value);
        let both = match fields.remove(&name) {
            None => value,
            Some(Value::Array(mut many)) => {
                many.push(value);
                Value::Array(many)
            }
            Some(first) => Value::Array(vec![first, value]),
        };
        fields.insert(name, both);
    }
    fields
}

fn read_body(body: &[u8]) -> Result<Map<String, Value>, MudawylFailure> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(MudawylFailure::BadRequest("body must be a JSON object")),
        Err(_) => Err(MudawylFailure::BadRequest("body is not valid JSON")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}
