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

/// Headers that proxies add. Not all proxies add the first.
const OF_PROXIES: [HeaderName; 8] = [
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-server"),
    header::FORWARDED,
    HeaderName::from_static("x-real-ip"),
    header::VIA,
];

/// Whether the operator is calling: with the metrics token or, if none is set, from this machine and not
/// through a proxy.
pub(crate) fn is_operator(desk: &SharedDesk, request: &Request) -> bool {
    let headers = request.headers();
    if let Some(token) = &desk.settings.edge.metrics_token {
        return bearer(headers).is_some_and(|given| given.as_bytes().ct_eq(token.0.as_bytes()).into());
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let here = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    here && !OF_PROXIES.iter().any(|name| headers.contains_key(name))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
