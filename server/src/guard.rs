//! Access guard of pages and forms: the role is checked before anything is rendered.

use crate::{
    pace::too_many_requests,
    pages::Pages,
    roles::role_of,
    script::{is_script, script_rejection},
    step_up, visitor,
};
use app::{Visit, notice::RequestError};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::Role;
use service::platform::{
    pace,
    rejection::{self, Rejection},
};

/// Identifies the caller and passes the request on if the role allows it.
pub(crate) async fn check(
    State(pages): State<Pages>,
    matched: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match visitor::read(&pages.desk, &parts).await {
        Ok(visit) => visit,
        Err(error) => return pages.broken(&error),
    };
    let (role, actor) = (role_of(matched.as_str()), visit.actor.clone());
    parts.extensions.insert(visit.clone());
    let request = Request::from_parts(parts, body);
    if let Some(Err(error)) = actor.as_ref().map(|actor| pace::count_user_request(&pages.desk, actor.user)) {
        return too_many_requests(&request, &error);
    }
    match actor {
        _ if role == Role::Anyone => next.run(request).await,
        None => sign_in_first(request.method(), request.uri(), request.headers()),
        Some(actor) if !actor.role.may(role) => {
            rejection::note(&pages.desk, Rejection::Forbidden, Some(actor.user), &visit.origin);
            pages.not_found(request).await
        }
        Some(_) => step_up::run(&visit, request, next).await,
    }
}

/// Identifies the caller for the 404 page, whose header shows who is signed in.
pub(crate) async fn nowhere(State(pages): State<Pages>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    match visitor::read(&pages.desk, &parts).await {
        Ok(visit) => parts.extensions.insert::<Visit>(visit),
        Err(error) => return pages.broken(&error),
    };
    pages.not_found(Request::from_parts(parts, body)).await
}

/// Redirects a browser to the sign-in page and back afterwards; answers a script with 401.
fn sign_in_first(method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    if is_script(method, headers) {
        return script_rejection(StatusCode::UNAUTHORIZED, RequestError::Unauthenticated);
    }
    let back = if method == Method::GET {
        uri.path_and_query().map_or("/", |to| to.as_str()).to_owned()
    } else {
        came_from(headers).unwrap_or_else(|| "/dashboard".to_owned())
    };
    let next = serde_urlencoded::to_string([("next", back)]).unwrap_or_default();
    let to = HeaderValue::from_str(&format!("/sign-in?{next}"));
    let to = to.unwrap_or(HeaderValue::from_static("/sign-in"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// The page that a form was posted from.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let uri: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    Some(uri.path_and_query()?.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_comes_back_to_the_page_after_signing_in() {
        let html = HeaderMap::from_iter([
            (header::ACCEPT, HeaderValue::from_static("text/html")),
            (header::REFERER, HeaderValue::from_static("http://127.0.0.1:3000/keys?flash=1")),
        ]);
        let to = |method: Method, uri: &str, headers: &HeaderMap| {
            let response = sign_in_first(&method, &uri.parse().unwrap(), headers);
            assert_eq!(response.status(), StatusCode::SEE_OTHER);
            response.headers()[header::LOCATION].to_str().unwrap().to_owned()
        };
        assert_eq!(
            to(Method::GET, "/trade?symbol=BTC/USDT", &html),
            "/sign-in?next=%2Ftrade%3Fsymbol%3DBTC%2FUSDT"
        );
        assert_eq!(to(Method::POST, "/api/key-create", &html), "/sign-in?next=%2Fkeys%3Fflash%3D1");
        let script = sign_in_first(&Method::POST, &"/api/bars".parse().unwrap(), &HeaderMap::new());
        assert_eq!(script.status(), StatusCode::UNAUTHORIZED);
    }
}
