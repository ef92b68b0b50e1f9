//! Security headers of responses.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// The policy of everything that is not a page: it may load nothing and may not be framed.
const CLOSED: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/// The policy of a minimal page: our styles and nothing else.
pub(crate) const BARE: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers of every response.
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

/// The policy of a page: our own files, scripts with the nonce, wasm and our own WebSocket, nothing else.
pub(crate) fn page_policy(nonce: &str, public_url: &str) -> HeaderValue {
    // Some browsers do not match our own WebSocket with 'self'.
    let socket = public_url.replacen("http", "ws", 1);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self' {socket}; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(CLOSED))
}

/// Whether the desk is reached over https.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Https(pub(crate) bool);

/// Adds missing headers to every response, including those of the sandbox and the test checkout.
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

/// Adds missing headers to the desk's own responses.
pub(crate) async fn closed(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Responses may show account data, so they are not cached; assets set their own header.
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
