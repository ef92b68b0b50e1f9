//! Everything that is served, in one place: who may use it, and what stands in front of it.

use crate::{
    assets,
    doors::{Door, Doors},
    events::{self, Streams},
    exports, guard, headers,
    headers::Https,
    health::{self, Probe},
    limits,
    pages::Pages,
    proxy::Trusted,
    rest::{
        self,
        surface::{Surface, Trouble},
    },
    telemetry::{self, Ids},
    unsubscribe,
};
use axum::{
    Extension, Json, Router,
    extract::{OriginalUri, Request, State},
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::get,
};
use domain::Role;
use service::SharedDesk;
use std::{net::IpAddr, sync::Arc};
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
    description = "The HTTP surfaces of a Slipstream trading desk. docs/API.md tells how they differ from the documents they follow."
))]
struct Document;

/// Routes that are neither pages, nor forms, nor in the OpenAPI document, and who may use them.
pub const PLAIN: &[(&str, Role)] = &[
    ("/healthz", Role::Anyone),
    ("/openapi.json", Role::Anyone),
    ("/events", Role::Anyone),
    ("/history.csv", Role::Trader),
    ("/report.html", Role::Trader),
];

/// The routes for programs.
#[must_use]
pub fn doors(desk: &SharedDesk) -> Doors {
    let doors = Doors::new(desk.clone(), Document::openapi())
        .route(Role::Anyone, routes!(rest::auth::sign_up))
        .route(Role::Anyone, routes!(rest::auth::sign_in))
        .route(Role::Anyone, routes!(rest::auth::refresh))
        .route(Role::Anyone, routes!(rest::hook::tell));
    let doors = rest::admin::open(rest::mudawyl::open(doors));
    rest::currencycloud::open(rest::threecommas::open(rest::lumetrade::open(doors)))
}

/// Who may use which route for programs, and their document.
#[must_use]
pub fn api(desk: &SharedDesk) -> (OpenApi, Vec<Door>) {
    let (_, document, doors) = doors(desk).open();
    (document, doors)
}

/// The whole program's routes. `sandbox` is nested as it is: it is an exchange, with limits and answers of its own.
///
/// # Errors
/// When the public address is none.
pub fn build(desk: &SharedDesk, proxies: &[IpAddr], sandbox: Option<Router>) -> anyhow::Result<Router> {
    let ids = Ids { clock: Arc::clone(&desk.clock), chance: Arc::clone(&desk.chance) };
    let https = Https(desk.settings.public_url.starts_with("https://"));
    let compressed = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    let ours = programs(desk)
        .merge(plain(desk))
        .merge(people(desk)?)
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(from_fn(limits::body))
        .layer(from_fn(limits::time))
        .layer(from_fn_with_state(ids, telemetry::observe))
        .layer(from_fn_with_state(https, headers::add))
        .layer(Extension(Trusted(proxies.into())));
    Ok(match sandbox {
        Some(sandbox) => Router::new().nest("/sandbox", sandbox).merge(ours),
        None => ours,
    })
}

/// The routes of `Doors`. A path of theirs with another method is as unknown as any other.
fn programs(desk: &SharedDesk) -> Router {
    let (router, document, _) = doors(desk).open();
    let document = Arc::new(document);
    // The 3Commas surface is the same under its other prefix.
    let (again, ..) = rest::threecommas::open(Doors::new(desk.clone(), OpenApi::default())).open();
    router
        .nest("/public/api", again)
        .route("/openapi.json", get(move || async move { Json(Arc::clone(&document)) }))
        .method_not_allowed_fallback(no_route)
}

fn plain(desk: &SharedDesk) -> Router {
    let health = Router::new().route("/healthz", get(health::show)).with_state(Probe::new(desk.clone()));
    health.merge(Router::new().route("/events", get(events::open)).with_state(Streams::new(desk.clone())))
}

/// Pages, forms, and what the browser loads beside them. Here, and only here, cookies count: a post from another
/// site is refused.
fn people(desk: &SharedDesk) -> anyhow::Result<Router> {
    let pages = Pages::new(desk.clone());
    let csrf = CsrfLayer::new().add_trusted_origin(&desk.settings.public_url)?;
    let closed = pages.routes().merge(exports::routes()).merge(unsubscribe::routes());
    let guarded = closed.layer(from_fn_with_state(pages.clone(), guard::check));
    Ok(guarded.fallback(anything_else).with_state(()).layer(Extension(pages)).layer(csrf))
}

/// An embedded file; nothing, said as a program expects it; nothing, said to a person.
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

/// The whole path, also where the 3Commas surface stands under its second prefix.
async fn no_route(OriginalUri(uri): OriginalUri) -> Response {
    Surface::of(uri.path()).tell(Trouble::NoRoute)
}
