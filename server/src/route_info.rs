//! The description of an API route.

use crate::rest::surface::Surface;
use axum::http::Method;
use domain::{Permission, Role};

/// One route and who may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// The HTTP method.
    pub method: Method,
    /// The path template.
    pub path: String,
    /// The minimum role of the caller.
    pub role: Role,
    /// For API clients: the surface and the required permission.
    pub program: Option<(Surface, Option<Permission>)>,
}
