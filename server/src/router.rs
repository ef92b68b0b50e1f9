//! All routes and their middleware.

use crate::{
    api_router::{ApiRouter, RouteInfo},
    assets, closed, cors,
    events::{self, Streams},
    exports,
    front::{Connection, Seats, Taker},
    guard, headers,
    headers::Https,
    health::{self, Probe},
    hosts,
    in_flight::{self, InFlight},
    limits,
    metrics::{self, Meters},
    network::Network,
    pace,
    pages::Pages,
    proxy, proxy_hint,
    rest::{self, error_response::error_response, surface::Surface, surface_error::SurfaceError},
    same_site, step_up,
    telemetry::{self, Ids},
    unsubscribe,
};
use axum::{
    Extension, Router,
    body::Bytes,
    extract::{OriginalUri, Request, State},
    http::{
        Method,
        header::{CONTENT_TYPE, UPGRADE},
    },
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::{any, get},
};
use domain::Role;
use serde_json::Value;
use service::SharedDesk;
use std::sync::Arc;
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate as _},
    },
    csrf::CsrfLayer,
};
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::routes;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Slipstream",
    description = "The HTTP APIs of a Slipstream server. docs/API.md lists the differences from the original API documents."
))]
struct Document;

/// The API routes.
#[must_use]
pub fn api_routes(desk: &SharedDesk) -> ApiRouter {
    let routes = ApiRouter::new(desk.clone(), Document::openapi())
        .route(Role::Anyone, routes!(rest::tokens::sign_up))
        .route(Role::Anyone, routes!(rest::tokens::sign_in))
        .route(Role::Anyone, routes!(rest::tokens::refresh))
        .route(Role::Trader, routes!(rest::tokens::step_up))
        .route(Role::Trader, routes!(rest::tokens::sign_out))
        .route(Role::Trader, routes!(rest::tokens::change_password))
        .route(Role::Anyone, routes!(rest::stripe::receive_webhook))
        .route(Role::Anyone, routes!(rest::hook::receive_alert));
    let routes = rest::admin::register(rest::mudawyl::register(routes));
    rest::currencycloud::register(rest::threecommas::register(rest::lumetrade::register(routes)))
}

/// The OpenAPI document and the API routes with their roles.
#[must_use]
pub fn api(desk: &SharedDesk) -> (Value, Vec<RouteInfo>) {
    let (_, document, routes) = api_routes(desk).build();
    (document, routes)
}

/// Services nested beside the desk at the same address; each has its own limits and responses.
#[derive(Default)]
pub struct Beside {
    /// The sandbox exchange, under `/sandbox`.
    pub sandbox: Option<Router>,
    /// The test checkout and its path.
    pub checkout: Option<(&'static str, Router)>,
}

/// Builds all routes of the program, including the nested services.
///
/// # Errors
/// If the public URL is invalid.
pub fn build(desk: &SharedDesk, network: &Network, beside: Beside) -> anyhow::Result<Router> {
    let streams = Streams::new(desk.clone(), network.limits);
    let meters = Meters::new(desk.clone(), streams.clone());
    let (clock, entropy) = (Arc::clone(&desk.clock), Arc::clone(&desk.entropy));
    let ids = Ids { clock, entropy, meters: meters.clone() };
    let https = Https(desk.settings.public_url.starts_with("https://"));
    let compressed = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    let (programs, document) = programs(desk, streams.clone());
    let ours = programs
        .merge(plain(desk, streams, meters))
        .merge(page_routes(desk, &document)?)
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(from_fn(limits::body))
        .layer(from_fn(limits::time))
        .layer(from_fn_with_state(InFlight::new(network.limits.address), in_flight::check))
        .layer(from_fn_with_state(ids, telemetry::observe))
        .layer(from_fn(headers::closed));
    let seats = Seats::of_sandbox(network.limits);
    let seated = |sandbox: Router| sandbox.layer(from_fn_with_state(seats, sandbox_seat));
    let sandbox = beside.sandbox.map(|sandbox| ("/sandbox", seated(sandbox)));
    let others = sandbox.into_iter().chain(beside.checkout);
    let all = others.fold(Router::new(), |all, (path, other)| all.nest(path, other)).merge(ours);
    Ok(all
        .layer(from_fn_with_state((desk.clone(), network.hosts.clone()), hosts::check))
        .layer(from_fn_with_state(network.clone(), proxy_hint::warn_of_proxy))
        .layer(from_fn_with_state(https, headers::always))
        .layer(Extension(network.trusted())))
}

/// Holds a seat for a sandbox stream for as long as its socket is open.
async fn sandbox_seat(State(seats): State<Seats>, request: Request, next: Next) -> Response {
    if request.headers().get(UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket")) {
        let address = proxy::address(request.extensions(), request.headers());
        let Some(seat) = seats.take(Taker::Stranger(address)) else { return events::no_seat() };
        if let Some(connection) = request.extensions().get::<Arc<Connection>>() {
            connection.hold(seat);
        }
    }
    next.run(request).await
}

/// The routes of `ApiRouter` and their document. A known path with another method is handled as an unknown path.
fn programs(desk: &SharedDesk, streams: Streams) -> (Router, Value) {
    let (router, document, _) = api_routes(desk).build();
    let served = Bytes::from(document.to_string());
    // The 3Commas surface is also served under its second prefix.
    let (again, ..) = rest::threecommas::register(ApiRouter::new(desk.clone(), OpenApi::default())).build();
    let routes = router
        .nest("/public/api", again)
        // Unknown paths below the API prefixes get CORS headers, too, so that a script of another site can
        // read the 404.
        .route("/v1/{*path}", any(no_route))
        .route("/v2/{*path}", any(no_route))
        .route("/ver1/{*path}", any(no_route))
        .route("/api/v1/{*path}", any(no_route))
        .route("/public/api/{*path}", any(no_route))
        .route("/openapi.json", get(move || async move { ([(CONTENT_TYPE, "application/json")], served) }))
        .method_not_allowed_fallback(no_route)
        .layer(Extension(streams))
        .layer(from_fn_with_state(desk.clone(), closed::check_api))
        .layer(from_fn_with_state(desk.clone(), pace::limit_api));
    // Outermost, so that a script can also read rejections.
    let routes = match cors::layer(&desk.settings.edge.origins) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    (routes, document)
}

fn plain(desk: &SharedDesk, streams: Streams, meters: Meters) -> Router {
    let health = Router::new().route("/healthz", get(health::show)).with_state(Probe::new(desk.clone()));
    let metrics = Router::new().route("/metrics", get(metrics::show)).with_state(meters);
    health.merge(metrics).merge(Router::new().route("/events", get(events::open)).with_state(streams))
}

/// Pages, forms and static files. Only here are cookies used, so posts from other sites are rejected.
fn page_routes(desk: &SharedDesk, document: &Value) -> anyhow::Result<Router> {
    let pages = Pages::new(desk.clone(), document);
    let csrf = CsrfLayer::new().add_trusted_origin(&desk.settings.public_url)?;
    let routes = pages.routes().merge(exports::routes()).merge(unsubscribe::routes());
    let forms = routes.layer(from_fn_with_state(pages.clone(), guard::check)).with_state::<()>(());
    let confirm = step_up::routes(forms.clone()).layer(from_fn_with_state(pages.clone(), guard::check));
    let guarded = forms
        .merge(confirm)
        .layer(from_fn_with_state(pages.clone(), closed::check_pages))
        .layer(from_fn_with_state(desk.clone(), pace::limit_pages));
    Ok(guarded
        .fallback(anything_else)
        .with_state(())
        .layer(Extension(pages))
        .layer(csrf)
        .layer(from_fn_with_state(desk.clone(), same_site::check)))
}

/// Fallback: an embedded asset, else a JSON 404 for API paths and writes, else the HTML 404 page.
async fn anything_else(Extension(pages): Extension<Pages>, request: Request) -> Response {
    let path = request.uri().path();
    if assets::lookup(path).is_some() {
        let (parts, _) = request.into_parts();
        return assets::serve(parts.method, parts.uri, parts.headers).await;
    }
    let for_programs = ["/v1", "/ver1", "/api", "/v2", "/public/api", "/pkg"];
    let below = |start: &&str| path.strip_prefix(*start).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    if !reads || for_programs.iter().any(below) {
        return no_route(OriginalUri(request.uri().clone())).await;
    }
    guard::nowhere(State(pages), request).await
}

/// Uses the whole path, also where the 3Commas surface is nested under its second prefix.
async fn no_route(OriginalUri(uri): OriginalUri) -> Response {
    error_response(Surface::of(uri.path()), SurfaceError::NoRoute)
}
