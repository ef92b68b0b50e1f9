//! Maintenance mode: API clients get an error in the format of their surface, browsers get a page. The routes
//! that operators need to end maintenance mode stay open, and so do `/healthz`, `/metrics` and static files.

use crate::{
    maintenance_notice::closed,
    pages::Pages,
    rest::{error_response::error_response, surface::Surface},
    roles::role_of,
    script::{is_script, script_rejection},
    visitor,
};
use app::{Visit, notice::RequestError};
use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::Role;
use serde_json::json;
use service::{Error, SharedDesk};

/// Value of `Retry-After`, in seconds. The end of maintenance is not known in advance.
const RETRY_AFTER_S: u64 = 60;
/// API paths that stay open: an admin's sign-in and the maintenance switch. Webhooks stay open, and so do the
/// copies that follow from them: a lost exit signal would never be sent again.
const PROGRAMS: &[&str] = &[
    "/v1/admin/",
    "/v1/auth/sign-in",
    "/v1/auth/sign-out",
    "/v1/auth/refresh",
    "/v1/hook/",
    "/openapi.json",
];
/// Page paths that stay open to users who are not operators or not signed in yet.
const OPEN_PAGES: &[&str] =
    &["/sign-in", "/api/sign-in", "/api/sign-out", "/api/theme", "/not-me", "/api/freeze", "/docs"];

/// Middleware for the API routes.
pub(crate) async fn check_api(State(desk): State<SharedDesk>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(closed) = closed(&desk).await.filter(|_| !PROGRAMS.iter().any(|open| path.starts_with(open)))
    else {
        return next.run(request).await;
    };
    let surface = Surface::of(path);
    if surface != Surface::Mudawyl {
        return error_response(surface, Error::Unavailable { retry_after_s: RETRY_AFTER_S }.into());
    }
    let message = closed.message.unwrap_or_else(|| "down for maintenance".to_owned());
    later((StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "message": message }))).into_response())
}

/// Middleware for pages and forms. Operators pass, and see a banner on every page.
pub(crate) async fn check_pages(
    State(pages): State<Pages>,
    matched: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let path = matched.as_str();
    if OPEN_PAGES.contains(&path) || role_of(path) == Role::Admin || closed(&pages.desk).await.is_none() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let visit = match visitor::read(&pages.desk, &parts).await {
        Ok(visit) => visit,
        Err(error) => return pages.broken(&error),
    };
    if visit.closed {
        return next.run(Request::from_parts(parts, body)).await;
    }
    if is_script(&parts.method, &parts.headers) {
        return later(script_rejection(StatusCode::SERVICE_UNAVAILABLE, RequestError::Maintenance));
    }
    parts.extensions.insert::<Visit>(visit);
    parts.method = Method::GET;
    later(pages.closed(Request::from_parts(parts, axum::body::Body::empty())).await)
}

fn later(mut response: Response) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    response
}
