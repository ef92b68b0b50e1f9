//! Requests of an island's script, and the rejections that it reads.

use app::notice::RequestError;
use axum::{
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// Whether an island's script sent the request, and not the browser itself.
pub(crate) fn is_script(method: &Method, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    *method != Method::GET && !accept.is_some_and(|accept| accept.contains("html"))
}

/// A rejection in the JSON format that islands read.
pub(crate) fn script_rejection(status: StatusCode, error: RequestError) -> Response {
    let body = serde_json::json!({ "fields": [], "refusal": error.word(), "fresh": null });
    (status, axum::Json(body)).into_response()
}
