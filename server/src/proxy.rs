//! The origin of a request: the peer, or what a trusted proxy reports.

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, header, request::Parts},
};
use service::Origin;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// Proxies whose headers are trusted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trusted(pub(crate) Arc<[IpAddr]>);

/// Extractor of the caller's origin for handlers of the REST surfaces.
pub(crate) struct ClientOrigin(pub(crate) Origin);

impl<S: Send + Sync> FromRequestParts<S> for ClientOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(origin(&parts.extensions, &parts.headers)))
    }
}

/// The caller's origin. The forwarding header is trusted only as far as trusted proxies wrote it: read from
/// its end, the first address that is not a trusted proxy's is the caller's.
pub(crate) fn origin(extensions: &Extensions, headers: &HeaderMap) -> Origin {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    Origin::new(address(extensions, headers), agent)
}

/// The caller's address, as in [`origin`].
pub(crate) fn address(extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = peer(extensions);
    extensions.get::<Trusted>().map_or(peer, |trusted| caller(peer, headers, trusted))
}

/// Whether a trusted proxy sent the request.
pub(crate) fn is_forwarded(extensions: &Extensions) -> bool {
    extensions.get::<Trusted>().is_some_and(|trusted| trusted.0.contains(&peer(extensions)))
}

fn peer(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &Trusted) -> IpAddr {
    if !trusted.0.contains(&peer) {
        return peer;
    }
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    let hops = lines.iter().flat_map(|line| line.split(',')).rev().map(|hop| address_of(hop.trim()));
    let mut last = peer;
    for hop in hops {
        let Some(address) = hop else { break };
        last = address.to_canonical();
        if !trusted.0.contains(&last) {
            break;
        }
    }
    last
}

/// Parses one hop. Some proxies write the port as well, and IPv6 addresses in brackets.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|at| at.ip());
    hop.parse().ok().or_else(with_port).or_else(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = Trusted(["10.0.0.1", "10.0.0.2"].map(|a| a.parse().unwrap()).into());
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        caller(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_pretend_to_be_another() {
        assert_eq!(seen("9.9.9.9", &["1.1.1.1"]), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 9.9.9.9"]), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 9.9.9.9, 10.0.0.2"]), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "9.9.9.9"]), "9.9.9.9");
    }

    #[test]
    fn a_proxy_without_a_usable_header_is_the_caller() {
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
    }

    #[test]
    fn a_port_beside_the_address_is_left_out() {
        assert_eq!(seen("10.0.0.1", &["9.9.9.3:1234"]), "9.9.9.3");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 9.9.9.3:1234, 10.0.0.2:80"]), "9.9.9.3");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["9.9.9.3:port"]), "10.0.0.1");
    }
}
