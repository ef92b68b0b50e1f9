//! Recognises the origins of our own pages.

use crate::proxy;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use service::{
    SharedDesk,
    platform::rejection::{self, Rejection},
};

/// Whether a request comes from one of our pages, or from a program, which sends no `Origin` and no user's
/// cookies. The public URL is compared including its scheme: the http variant could be forged by an attacker
/// on the network.
pub(crate) fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if origin == public_url {
        return true;
    }
    let authority = |url: &str| url.parse::<Uri>().ok().and_then(|uri| uri.authority().cloned());
    let Some(asked) = authority(origin) else { return false };
    if authority(public_url).is_some_and(|public| public.host().eq_ignore_ascii_case(asked.host()))
        && public_url.starts_with("https://")
    {
        return false;
    }
    // Another name or address of this desk: only allowed hosts get this far.
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(|host| host == asked.as_str())
}

/// Rejects posts from pages of other origins before the request is read.
pub(crate) async fn check(State(desk): State<SharedDesk>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_ours(request.headers(), &desk.settings.public_url) {
        return next.run(request).await;
    }
    let origin = proxy::origin(request.extensions(), request.headers());
    rejection::note(&desk, Rejection::CrossSite, None, &origin);
    (StatusCode::FORBIDDEN, "Cross-origin request refused").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_ours(&headers, "https://desk.example")
    }

    #[test]
    fn only_our_own_pages_count() {
        let local = "127.0.0.1:3000";
        assert!(may(local, None) && may(local, Some("http://127.0.0.1:3000")));
        assert!(may("desk.example", Some("https://desk.example")));
        for other in
            ["https://evil.example", "null", "http://127.0.0.1:3001", "https://desk.example.evil.example", ""]
        {
            assert!(!may(local, Some(other)), "{other}");
        }
    }

    #[test]
    fn the_http_twin_of_a_public_https_address_is_another_origin() {
        for other in ["http://desk.example", "https://desk.example:8443", "http://desk.example:80"] {
            assert!(!may("desk.example", Some(other)), "{other}");
        }
        assert!(!may("desk.example:80", Some("http://desk.example:80")));
    }
}
