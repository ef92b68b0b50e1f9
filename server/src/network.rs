//! The network settings that the routes need: limits, host names and trusted proxies.

use crate::{front::Limits, hosts::Hosts, proxy::Trusted};
use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, header},
};
use service::SharedDesk;
use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, atomic::AtomicBool},
};
use subtle::ConstantTimeEq as _;

/// The operator's network settings and limits.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Proxies whose `X-Forwarded-For` header is trusted.
    pub proxies: Arc<[IpAddr]>,
    /// The host names under which the desk is served.
    pub hosts: Hosts,
    /// The number of connections and streams allowed.
    pub limits: Limits,
    /// Whether the operator was warned about an untrusted proxy.
    pub(crate) hinted: Arc<AtomicBool>,
}

impl Network {
    /// Creates the network settings.
    #[must_use]
    pub fn new(proxies: &[IpAddr], hosts: Hosts, limits: Limits) -> Self {
        Self { proxies: proxies.into(), hosts, limits, hinted: Arc::default() }
    }

    pub(crate) fn trusted(&self) -> Trusted {
        Trusted(Arc::clone(&self.proxies))
    }
}

/// The beginning of the headers that most proxies add: `X-Forwarded-For`, `-Host`, `-Proto`, `-Scheme`, `-By` and more.
const FORWARDED: &str = "x-forwarded";
/// Other headers that proxies and content networks add.
const OF_PROXIES: [&str; 17] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "x-original-host",
    "x-original-url",
    "x-azure-clientip",
    "x-envoy-external-address",
    "x-appengine-user-ip",
    "true-client-ip",
    "fastly-client-ip",
    "fly-client-ip",
    "cf-connecting-ip",
    "cf-ray",
    "cdn-loop",
];

/// Whether a proxy adds this header.
fn is_of_proxy(name: &HeaderName) -> bool {
    name.as_str().starts_with(FORWARDED) || OF_PROXIES.contains(&name.as_str())
}

/// Whether the operator is calling: with the metrics token or, if none is set, from this machine and not
/// through a proxy.
pub(crate) fn is_operator(desk: &SharedDesk, request: &Request) -> bool {
    let headers = request.headers();
    if let Some(token) = &desk.settings.edge.metrics_token {
        return bearer(headers).is_some_and(|given| given.as_bytes().ct_eq(token.0.as_bytes()).into());
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let here = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    here && !headers.keys().any(is_of_proxy)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
