//! The host names under which the desk is served. Otherwise a page of another site whose name is rebound to
//! this machine (DNS rebinding) could read the desk as its own origin.

use crate::proxy;
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, Version, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use service::{
    SharedDesk,
    platform::rejection::{self, Rejection},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// Paths that are served under any name: monitors use an IP address, and the sandbox holds no real money.
const ANY_NAME: &[&str] = &["/healthz", "/sandbox"];
/// The setting that adds names.
pub const SETTING: &str = "SLIPSTREAM_ALLOWED_HOSTS";

/// The allowed host names.
#[derive(Clone, Debug)]
pub struct Hosts {
    names: Arc<[String]>,
    /// The desk listens on every address of its machine, so any IP address is accepted. An IP address cannot
    /// be rebound.
    addresses: bool,
}

impl Hosts {
    /// The names of this machine, of the public URL, of the listen address, and those that the operator
    /// added.
    #[must_use]
    pub fn new(public_url: &str, listens_on: IpAddr, added: &[String]) -> Self {
        let own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let public = public_url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase));
        let listening = match listens_on {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let added = added.iter().map(|name| name.to_ascii_lowercase());
        let names = own.into_iter().chain(public).chain([listening]).chain(added).collect();
        Self { names, addresses: listens_on.is_unspecified() }
    }

    fn allows(&self, authority: &Authority) -> bool {
        let host = authority.host().to_ascii_lowercase();
        // A name may end with the root's dot.
        let host = host.strip_suffix('.').unwrap_or(&host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        self.names.iter().any(|name| name == host) || (self.addresses && bare.parse::<IpAddr>().is_ok())
    }
}

/// The names of a desk that is served on this machine only.
impl Default for Hosts {
    fn default() -> Self {
        Self::new("http://127.0.0.1:3000", SocketAddr::from(([127, 0, 0, 1], 3_000)).ip(), &[])
    }
}

/// Rejects requests without exactly one `Host` header (400) and those for an unknown host (421).
pub(crate) async fn check(
    State((desk, hosts)): State<(SharedDesk, Hosts)>,
    request: Request,
    next: Next,
) -> Response {
    let authority = match authority(&request) {
        Ok(authority) => authority,
        Err(text) => return reject(&desk, &request, StatusCode::BAD_REQUEST, text),
    };
    let path = request.uri().path();
    let below = |start: &&str| path.strip_prefix(*start).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    if ANY_NAME.iter().any(below) || authority.is_some_and(|name| hosts.allows(&name)) {
        return next.run(request).await;
    }
    reject(
        &desk,
        &request,
        StatusCode::MISDIRECTED_REQUEST,
        "This server isn't configured for this host name. If the name is correct, add it to SLIPSTREAM_ALLOWED_HOSTS, or \
         set SLIPSTREAM_PUBLIC_URL to the address that people use, and restart the server.",
    )
}

fn reject(desk: &SharedDesk, request: &Request, status: StatusCode, text: &'static str) -> Response {
    let origin = proxy::origin(request.extensions(), request.headers());
    rejection::note(desk, Rejection::UnknownHost, None, &origin);
    (status, [(header::CONNECTION, "close")], Json(json!({ "message": text }))).into_response()
}

/// The requested host. Only HTTP/1.0 may omit it.
fn authority(request: &Request) -> Result<Option<Authority>, &'static str> {
    const ONE: &str = "The request must have exactly one Host header.";
    let named = host(request.headers()).map_err(|()| ONE)?;
    match (request.uri().authority(), named) {
        (Some(asked), Some(named)) if *asked == named => Ok(Some(named)),
        (Some(_), Some(_)) => Err("The Host header does not match the request's address."),
        (_, None) if request.version() != Version::HTTP_10 => Err(ONE),
        (asked, named) => Ok(named.or_else(|| asked.cloned())),
    }
}

fn host(headers: &HeaderMap) -> Result<Option<Authority>, ()> {
    let mut all = headers.get_all(header::HOST).iter();
    let Some(first) = all.next() else { return Ok(None) };
    if all.next().is_some() || first.as_bytes().contains(&b'@') {
        return Err(());
    }
    Authority::try_from(first.as_bytes()).map(Some).map_err(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &Hosts, name: &str) -> bool {
        hosts.allows(&name.parse().unwrap())
    }

    #[test]
    fn own_names_are_allowed_with_any_port() {
        let hosts = Hosts::new("https://Desk.example:8443/x", [192, 0, 2, 7].into(), &["nas.local".into()]);
        for name in [
            "localhost",
            "127.0.0.1:3000",
            "[::1]:3000",
            "desk.example",
            "DESK.example:443",
            "desk.example.",
            "192.0.2.7",
            "nas.local:3000",
        ] {
            assert!(allows(&hosts, name), "{name}");
        }
        for name in
            ["evil.example", "desk.example.evil.example", "192.0.2.8", "127.0.0.1.evil.example", "nas"]
        {
            assert!(!allows(&hosts, name), "{name}");
        }
    }

    #[test]
    fn listening_everywhere_accepts_any_address() {
        let hosts = Hosts::new("http://0.0.0.0:3000", [0, 0, 0, 0].into(), &[]);
        for name in ["192.168.1.20:3000", "[fd00::1]:3000", "10.0.0.1"] {
            assert!(allows(&hosts, name), "{name}");
        }
        assert!(!allows(&hosts, "evil.example"));
        assert!(!allows(&Hosts::default(), "192.168.1.20:3000"));
    }
}
