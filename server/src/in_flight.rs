//! How many requests of one caller may be in flight. Callers who connect directly are limited by their connections
//! (`front`). Behind a trusted proxy all callers share the proxy's connections, and this keeps one of them from taking all.

use crate::{
    proxy,
    rest::{error_response::error_response, surface::Surface},
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use service::{Error, Origin};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The requests in flight, by network (IPv4 address or IPv6 /64). Clones share them.
#[derive(Clone)]
pub(crate) struct InFlight {
    most: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl InFlight {
    /// At most so many of one network; `usize::MAX` is no limit.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, open: Arc::default() }
    }

    fn enter(&self, address: IpAddr) -> Option<InFlightGuard> {
        let network = Origin::new(address, "").network();
        let mut open = self.lock();
        let count = open.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        drop(open);
        Some(InFlightGuard { all: self.clone(), network })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is in flight until this is dropped.
struct InFlightGuard {
    all: InFlight,
    network: IpAddr,
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let mut open = self.all.lock();
        if let Some(count) = open.get_mut(&self.network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.network);
            }
        }
    }
}

/// Answers 429 to a caller behind a proxy who has too many requests in flight. A WebSocket counts until it is open.
/// Direct callers are not counted: half-sent requests of their address, whose connections are just being closed for
/// theirs, must not keep them out.
pub(crate) async fn check(State(all): State<InFlight>, request: Request, next: Next) -> Response {
    if !proxy::is_forwarded(request.extensions()) {
        return next.run(request).await;
    }
    let address = proxy::address(request.extensions(), request.headers());
    let Some(place) = all.enter(address) else {
        let surface = Surface::of(request.uri().path());
        return error_response(surface, Error::TooMany { retry_after_s: 1 }.into());
    };
    let response = next.run(request).await;
    drop(place);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::Trusted;
    use axum::{
        Extension, Router, body::Body, http::StatusCode, middleware::from_fn_with_state, routing::get,
    };
    use std::net::Ipv4Addr;
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    #[test]
    fn a_network_has_so_many_and_gives_them_back() {
        let all = InFlight::new(2);
        let at = |text: &str| all.enter(text.parse().unwrap());
        let taken = [at("2001:db8:1:2::1"), at("2001:db8:1:2::2"), at("2001:db8:1:2::3")];
        assert_eq!(taken.each_ref().map(Option::is_some), [true, true, false]);
        assert!(at("2001:db8:1:3::1").is_some(), "another network");
        drop(taken);
        assert!(at("2001:db8:1:2::3").is_some());
        assert!(all.lock().is_empty());
    }

    #[tokio::test]
    async fn callers_behind_a_proxy_do_not_block_each_other() {
        let (started, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begin, slow) = (Arc::clone(&started), Arc::clone(&go));
        let routes = Router::new()
            .route("/", get(|| async { "fine" }))
            .route(
                "/slow",
                get(move || async move {
                    begin.notify_one();
                    slow.notified().await;
                }),
            )
            .layer(from_fn_with_state(InFlight::new(1), check))
            .layer(Extension(Trusted([IpAddr::V4(Ipv4Addr::LOCALHOST)].into())));
        let ask = |path: &str, caller: &str| {
            let request = Request::builder().uri(path).header("x-forwarded-for", caller);
            routes.clone().oneshot(request.body(Body::empty()).unwrap())
        };
        let first = tokio::spawn(ask("/slow", "192.0.2.1"));
        started.notified().await;
        let second = ask("/", "192.0.2.1").await.unwrap();
        assert_eq!(
            (second.status(), &second.headers()["retry-after"]),
            (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap())
        );
        assert_eq!(ask("/", "192.0.2.2").await.unwrap().status(), StatusCode::OK);
        go.notify_one();
        assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
        assert_eq!(ask("/", "192.0.2.1").await.unwrap().status(), StatusCode::OK);
    }
}
