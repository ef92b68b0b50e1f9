//! Pages and their forms: rendering, caching and the error pages.

use crate::{assets, headers};
use app::{ApiReference, App, Assets, Reference, Visit};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{Html, IntoResponse as _, Response},
};
use leptos::{
    config::{Env, LeptosOptions},
    context::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list, render_app_async_with_context};
use serde_json::Value;
use service::{Error, SharedDesk};
use std::sync::Arc;

/// The context in which pages are rendered.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) desk: SharedDesk,
    options: LeptosOptions,
    assets: Assets,
    reference: ApiReference,
}

impl Pages {
    pub(crate) fn new(desk: SharedDesk, document: &Value) -> Self {
        // Set everything that Leptos would otherwise read from its environment: operators set only
        // SLIPSTREAM_* variables.
        let options = LeptosOptions::builder()
            .output_name("slipstream")
            .site_root("")
            .site_pkg_dir("pkg")
            .env(Env::PROD)
            .build();
        let assets = Assets {
            css_href: assets::css_href().to_owned(),
            icons_href: assets::icons_href().to_owned(),
            small: assets::bundle("small").map(str::to_owned),
            desk: assets::bundle("desk").map(str::to_owned),
        };
        let reference = ApiReference(Arc::new(Reference::read(document)));
        Self { desk, options, assets, reference }
    }

    /// The routes of every page and form, without the access guard.
    pub(crate) fn routes(&self) -> Router {
        let shell = self.shell();
        let routes = generate_route_list(App);
        let options = self.options.clone();
        Router::new().leptos_routes_with_context(&options, routes, self.context(), shell).with_state(options)
    }

    /// The 404 page. Also shown to users who may not know that a page exists.
    pub(crate) async fn not_found(&self, mut request: Request) -> Response {
        // Rendered at an address that is no page's: at its own address, a hidden page would render itself.
        *request.uri_mut() = Uri::from_static("/404");
        let render = render_app_async_with_context(self.context(), self.shell());
        let mut response = render(request).await;
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }

    /// The maintenance page.
    pub(crate) async fn closed(&self, mut request: Request) -> Response {
        *request.uri_mut() = Uri::from_static("/maintenance");
        let render = render_app_async_with_context(self.context(), self.shell());
        let mut response = render(request).await;
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
    }

    /// The response when something failed before a page could be rendered.
    pub(crate) fn broken(&self, error: &Error) -> Response {
        tracing::error!(%error, "could not start rendering a page");
        sorry()
    }

    fn shell(&self) -> impl Fn() -> leptos::prelude::AnyView + Clone + Send + Sync + 'static {
        let options = self.options.clone();
        move || app::shell(options.clone())
    }

    fn context(&self) -> impl Fn() + Clone + Send + Sync + 'static {
        let (assets, public_url) = (self.assets.clone(), self.desk.settings.public_url.clone());
        let reference = self.reference.clone();
        move || {
            provide_context(assets.clone());
            provide_context(reference.clone());
            let parts = use_context::<Parts>();
            let visit = parts.as_ref().and_then(|parts| parts.extensions.get::<Visit>().cloned());
            let private = parts.is_some_and(|parts| is_private(parts.uri.path(), visit.as_ref()));
            if let Some(visit) = visit {
                provide_context(visit);
            }
            let answer = use_context::<ResponseOptions>();
            // A public page may be restored from the back/forward cache.
            let keep = HeaderValue::from_static(if private { "no-store" } else { "private, no-cache" });
            answer.iter().for_each(|answer| answer.insert_header(header::CACHE_CONTROL, keep.clone()));
            if let (Some(answer), Some(nonce)) = (answer, leptos::nonce::use_nonce()) {
                answer.insert_header(
                    header::CONTENT_SECURITY_POLICY,
                    headers::page_policy(&nonce, &public_url),
                );
            }
        }
    }
}

/// Whether a page shows one user's data: then no cache may store it, not even the user's own browser.
fn is_private(path: &str, visit: Option<&Visit>) -> bool {
    // A failed form comes back with what was typed, and these pages contain the token of a link in a mail.
    let has_token = path.starts_with("/reset") || path == "/not-me";
    has_token || visit.is_some_and(|visit| visit.actor.is_some() || visit.session.is_some())
}

/// The 429 page. Nothing is rendered for a caller over the rate limit.
pub(crate) fn too_many() -> Response {
    const BODY: &str = "<h1>Too many requests</h1><p class=\"lead\">Wait a moment, then try again.</p>\
        <p><a class=\"button\" data-kind=\"main\" href=\"\">Try again</a></p>";
    bare(StatusCode::TOO_MANY_REQUESTS, BODY)
}

/// The page of last resort.
pub(crate) fn sorry() -> Response {
    const BODY: &str = "<h1>Something went wrong</h1><p class=\"lead\">The error is on our side and was logged. Try again in a moment.</p>\
        <p><a class=\"button\" data-kind=\"main\" href=\"/\">Go to the home page</a></p>";
    bare(StatusCode::INTERNAL_SERVER_ERROR, BODY)
}

/// A page without the framework: it needs no database and contains nothing of the request.
fn bare(status: StatusCode, body: &'static str) -> Response {
    let css = assets::css_href();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Slipstream</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"stylesheet\" href=\"{css}\"></head>\
         <body><main class=\"main narrow\">{body}</main></body></html>"
    );
    let policy = [(header::CONTENT_SECURITY_POLICY, headers::BARE)];
    (status, policy, Html(page)).into_response()
}
