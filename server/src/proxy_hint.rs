//! Warns the operator once about a proxy in front of the desk that is not trusted yet.

use crate::network::Network;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::atomic::Ordering,
};

/// Warns when a neighbour forwards requests but is not trusted: then all callers behind it count as one
/// address.
pub(crate) async fn warn_of_proxy(State(network): State<Network>, request: Request, next: Next) -> Response {
    if request.headers().contains_key("x-forwarded-for") {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|at| at.0.ip().to_canonical());
        if let Some(peer) = peer.filter(|peer| is_neighbour(*peer) && !network.proxies.contains(peer))
            && !network.hinted.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                proxy = %peer,
                "requests arrive through a proxy that is not in SLIPSTREAM_TRUSTED_PROXIES; all its clients share the rate \
                 limits of one address"
            );
        }
    }
    next.run(request).await
}

/// Proxies run on the same machine or in the same network; a header from elsewhere proves nothing.
fn is_neighbour(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_loopback() || four.is_private(),
        IpAddr::V6(six) => six.is_loopback() || six.is_unique_local(),
    }
}
