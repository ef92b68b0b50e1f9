//! The properties of an operation that decide its common responses.

use crate::{
    rest::{captcha, surface::Surface},
    route_info::RouteInfo,
};
use axum::http::Method;
use domain::Role;
use serde_json::Value;

/// The properties of an operation that determine its common responses.
pub(super) struct Facts<'a> {
    pub(super) surface: Surface,
    pub(super) route: &'a RouteInfo,
    /// It takes a body.
    pub(super) body: bool,
    /// Its path contains an id.
    pub(super) names: bool,
    /// It has parameters outside its path.
    pub(super) parameters: bool,
    /// The desk may require a reCAPTCHA token.
    pub(super) captcha: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn of(route: &'a RouteInfo, operation: &Value) -> Self {
        let surface = Surface::of(&route.path);
        let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            surface,
            route,
            body: operation.get("requestBody").is_some(),
            names: route.path.contains('{'),
            parameters: parameters.iter().any(|parameter| parameter["in"] != "path"),
            captcha: captcha::guards(&route.path) && route.method != Method::GET,
        }
    }

    pub(super) fn closed(&self) -> bool {
        self.route.role > Role::Anyone
    }
}
