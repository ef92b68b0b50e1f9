//! Headers that keep browsers from doing harm with what we send.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// For everything that is no page: nothing may be loaded from it, and nobody may frame it.
const CLOSED: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/// A page of a few words: our styles, and nothing else.
pub(crate) const BARE: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For every answer, whoever gives it.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// What a page may do: its own files, its own scripts (by nonce), its wasm, its own socket, and nothing else.
pub(crate) fn page_policy(nonce: &str, public_url: &str) -> HeaderValue {
    // Some browsers do not take a WebSocket of our own for 'self'.
    let socket = public_url.replacen("http", "ws", 1);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self' {socket}; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(CLOSED))
}

/// Whether the install is reached over https.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Https(pub(crate) bool);

/// Adds to every answer what is missing, also to those of the sandbox and the checkout.
pub(crate) async fn always(State(Https(https)): State<Https>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CLOSED));
    if https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// Adds to an answer of the desk's own what is missing.
pub(crate) async fn closed(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // What a person or program sees of an account is kept nowhere; assets say otherwise of themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_its_own_scripts_only() {
        let policy = page_policy("abc", "https://desk.example").to_str().unwrap().to_owned();
        assert!(policy.contains("'nonce-abc'") && policy.contains("wss://desk.example"), "{policy}");
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
        assert!(!scripts.contains("unsafe-inline") && !scripts.contains("'unsafe-eval'"), "{scripts}");
    }
}
