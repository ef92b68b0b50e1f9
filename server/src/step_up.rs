//! Re-authentication for forms that change credentials. If the password is required, the form is stored, the
//! user enters the password on `/confirm`, and the form is then submitted unchanged: with and without
//! scripts, and without typing anything twice.
//!
//! The use cases decide whether a password is required ([`service::identity::step_up`]); this module only reacts to it.

use crate::limits;
use app::{
    Visit,
    notice::RequestError,
    visit::{STEP_UP, safe_next, session_cookie_name},
};
use axum::{
    Extension, Form, Router,
    body::{Body, Bytes, to_bytes},
    extract::{MatchedPath, OriginalUri, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Deserialize;
use service::{
    Error, SharedDesk,
    identity::{
        flash::{self, Flash},
        step_up::{self, Pending},
    },
};
use tower::ServiceExt as _;

/// The endpoint that receives the password.
pub(crate) const PATH: &str = "/api/step-up";
/// The page with the password form.
const PAGE: &str = "/confirm";

/// Runs a form; if it requires the password first, stores it and redirects to the password page.
pub(crate) async fn run(visit: &Visit, request: Request, next: Next) -> Response {
    if *request.method() != Method::POST || !wants_page(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, limits::LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let form = form_of(&parts, &body);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if !response.headers().contains_key(STEP_UP) {
        return response;
    }
    match keep(visit, form).await {
        Ok(id) => see_other(&format!("{PAGE}?form={id}")),
        Err(error) => {
            tracing::error!(%error, "could not store a form while its password is confirmed");
            see_other(PAGE)
        }
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
}

/// The form in a repeatable shape; `None` if it is not text.
fn form_of(parts: &Parts, body: &Bytes) -> Option<Pending> {
    let content_type = parts.headers.get(header::CONTENT_TYPE)?.to_str().ok()?.to_owned();
    let body = std::str::from_utf8(body).ok()?.to_owned();
    Some(Pending { endpoint: parts.uri.path().to_owned(), content_type, body })
}

async fn keep(visit: &Visit, form: Option<Pending>) -> Result<String, Error> {
    let form = form.ok_or_else(|| Error::fault("a form is no text"))?;
    let token = visit.session.as_deref().ok_or(Error::Unauthenticated)?;
    step_up::store_form(&visit.desk, token, &form).await.map(|id| id.to_string())
}

/// The body of the password form.
#[derive(Deserialize)]
struct Confirmed {
    #[serde(default)]
    password: String,
    /// The id of the stored form; empty if there is none.
    #[serde(default)]
    form: String,
    /// Where to redirect if no form is stored.
    #[serde(default)]
    next: String,
}

/// The route. `forms` runs the stored form.
pub(crate) fn routes(forms: Router) -> Router {
    let confirm = move |Extension(visit): Extension<Visit>, parts: Parts, Form(given): Form<Confirmed>| {
        confirm(forms.clone(), visit, parts, given)
    };
    Router::new().route(PATH, post(confirm))
}

async fn confirm(forms: Router, visit: Visit, mut parts: Parts, given: Confirmed) -> Response {
    let (Some(actor), Some(token)) = (visit.actor.as_ref(), visit.session.as_deref()) else {
        return see_other("/sign-in");
    };
    let renewed = match step_up::confirm(&visit.desk, actor, &visit.origin, &given.password).await {
        Ok(renewed) => renewed,
        Err(error) => return refused(&visit, token, &given, error).await,
    };
    if let Some(renewed) = &renewed {
        let name = session_cookie_name(&visit.desk.settings.public_url);
        replace_cookie(&mut parts.headers, name, renewed);
    }
    let response = after(forms, parts, &visit.desk, token, &given).await;
    match renewed {
        Some(renewed) => with_session(response, &visit, &renewed),
        None => response,
    }
}

/// The response after the password was confirmed: that of the stored form, or a redirect. The form was stored for the
/// session, so the replaced token still finds it.
async fn after(forms: Router, parts: Parts, desk: &SharedDesk, token: &str, given: &Confirmed) -> Response {
    let waiting = match given.form.parse() {
        Ok(id) => step_up::take(desk, token, id).await,
        Err(_) => Ok(None),
    };
    match waiting {
        Ok(Some(form)) => carry_out(forms, parts, form).await,
        Ok(None) => see_other(safe_next(Some(given.next.as_str()).filter(|next| !next.is_empty()))),
        Err(error) => {
            tracing::error!(%error, "could not read a stored form after its password was confirmed");
            see_other("/dashboard")
        }
    }
}

/// Puts the session's new token into the cookies of the request, because a replaced one does not count as confirmed.
fn replace_cookie(headers: &mut HeaderMap, name: &str, token: &str) {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).map(str::trim);
    let others = pairs.filter(|pair| pair.split_once('=').is_some_and(|(key, _)| key != name));
    let mut all: Vec<&str> = others.collect();
    let own = format!("{name}={token}");
    all.push(&own);
    if let Ok(line) = HeaderValue::from_str(&all.join("; ")) {
        headers.insert(header::COOKIE, line);
    }
}

/// Adds the cookie with the session's new token, unless the form has set the cookie itself: it may have signed out.
fn with_session(mut response: Response, visit: &Visit, token: &str) -> Response {
    let own = format!("{}=", session_cookie_name(&visit.desk.settings.public_url));
    let mut set = response.headers().get_all(header::SET_COOKIE).iter();
    if set.any(|cookie| cookie.as_bytes().starts_with(own.as_bytes())) {
        return response;
    }
    if let Ok(cookie) = HeaderValue::from_str(&visit.session_cookie(token)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Submits the stored form as its sender did.
async fn carry_out(forms: Router, mut parts: Parts, form: Pending) -> Response {
    let (Ok(uri), Ok(kind)) = (form.endpoint.parse::<Uri>(), HeaderValue::from_str(&form.content_type))
    else {
        return see_other("/dashboard");
    };
    parts.uri = uri;
    parts.headers.insert(header::CONTENT_TYPE, kind);
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(form.body.len()));
    // Must be read again: the actor of this request was read before the password was confirmed.
    parts.extensions.remove::<Visit>();
    // Must be routed again: otherwise the router would take this request's path as a prefix.
    parts.extensions.remove::<MatchedPath>();
    parts.extensions.remove::<OriginalUri>();
    let request = Request::from_parts(parts, Body::from(form.body));
    forms.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// Redirects back to the page with the error; the form stays stored.
async fn refused(visit: &Visit, token: &str, given: &Confirmed, error: Error) -> Response {
    let mut answer = Flash { form: "step-up".to_owned(), ..Flash::default() };
    match error {
        Error::Fields(fields) => answer.fields = fields,
        Error::TooMany { .. } => answer.refusal = Some(RequestError::TooMany.word().to_owned()),
        other => {
            tracing::error!(error = %other, "could not check a password");
            answer.refusal = Some(RequestError::Fault.word().to_owned());
        }
    }
    let mut query = vec![("form", given.form.clone()), ("next", given.next.clone())];
    if let Ok(id) = flash::store_flash(&visit.desk, token, &answer).await {
        query.push(("flash", id.to_string()));
    }
    query.retain(|(_, value)| !value.is_empty());
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    see_other(&format!("{PAGE}?{query}"))
}

fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/dashboard"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_cookie_is_replaced_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "theme=dark; slipstream=old".parse().unwrap());
        headers.append(header::COOKIE, "slipstream-device=1".parse().unwrap());
        replace_cookie(&mut headers, "slipstream", "new");
        let all: Vec<_> = headers.get_all(header::COOKIE).iter().collect();
        assert_eq!(all, ["theme=dark; slipstream-device=1; slipstream=new"]);
    }
}
