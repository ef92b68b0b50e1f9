//! Routes and who may use them, declared in one call: a route without a role does not compile.

pub use crate::route_info::RouteInfo;

use crate::{
    document,
    rest::{
        auth, captcha, program,
        response_cache::{self, ResponseCache},
        surface::Surface,
    },
};
use axum::{Router, http::Method, middleware};
use domain::{Permission, Role};
use serde_json::Value;
use service::{SharedDesk, identity::recaptcha};
use std::sync::Arc;
use utoipa::{
    ToSchema,
    openapi::{
        OpenApi, RefOr, Response,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// The name of the security scheme in the document.
const JWT: &str = "jwt";
/// The names of the other security schemes and their headers.
const HEADERS: &[(&str, &str)] = &[
    ("threecommasKey", "Apikey"),
    ("threecommasSignature", "Signature"),
    ("lumetradeKey", "X-API-KEY"),
    ("lumetradeSecret", "X-API-SECRET"),
    ("currencycloudToken", "X-Auth-Token"),
];

/// Builder of the API routes, each with its role and its entry in the OpenAPI document.
pub struct ApiRouter {
    desk: SharedDesk,
    router: OpenApiRouter<SharedDesk>,
    routes: Vec<RouteInfo>,
    cache: Arc<ResponseCache>,
}

impl ApiRouter {
    /// An empty builder.
    #[must_use]
    pub fn new(desk: SharedDesk, document: OpenApi) -> Self {
        Self {
            desk,
            router: OpenApiRouter::with_openapi(document),
            routes: Vec::new(),
            cache: Arc::default(),
        }
    }

    /// Registers the routes of `routes!(handler, ...)` for a role and every role above it. The caller is
    /// authenticated before anything else of the request is read.
    #[must_use]
    pub fn route(mut self, role: Role, routes: UtoipaMethodRouter<SharedDesk>) -> Self {
        let (schemas, mut paths, mut methods) = routes;
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                if role > Role::Anyone {
                    operation.security = Some(vec![SecurityRequirement::new(JWT, [""; 0])]);
                }
                self.routes.push(RouteInfo { method, path: path.clone(), role, program: None });
            }
        }
        // Layers added later run earlier: the caller is authenticated first.
        if recaptcha::wanted(&self.desk)
            && self.routes.last().is_some_and(|route| captcha::guards(&route.path))
        {
            let desk = self.desk.clone();
            let guard = move |request, next| captcha::check(desk.clone(), request, next);
            methods = methods.route_layer(middleware::from_fn(guard));
        }
        if role > Role::Anyone {
            let desk = self.desk.clone();
            let guard = move |request, next| auth::check(desk.clone(), role, request, next);
            methods = methods.route_layer(middleware::from_fn(guard));
        }
        Self { router: self.router.routes((schemas, paths, methods)), ..self }
    }

    /// Registers the public list routes for everyone. Their responses are cached until the data changes.
    #[must_use]
    pub fn listed(self, routes: UtoipaMethodRouter<SharedDesk>) -> Self {
        let (schemas, mut paths, methods) = routes;
        for item in paths.paths.values_mut() {
            for (_, operation) in operations(item) {
                let unchanged = Response::new("Not modified since the ETag in `If-None-Match`.");
                operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged));
            }
        }
        let (desk, cache) = (self.desk.clone(), Arc::clone(&self.cache));
        let kept =
            move |request, next| response_cache::serve(desk.clone(), Arc::clone(&cache), request, next);
        let methods = methods.route_layer(middleware::from_fn(kept));
        self.route(Role::Anyone, (schemas, paths, methods))
    }

    /// Registers the routes of `routes!(handler, ...)` for API clients with a permission, or for every client
    /// if it is `None`. The client is authenticated before anything is read of the request except what it has
    /// signed.
    #[must_use]
    pub fn program(
        mut self,
        surface: Surface,
        permission: Option<Permission>,
        routes: UtoipaMethodRouter<SharedDesk>,
    ) -> Self {
        let (schemas, mut paths, methods) = routes;
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                operation.security = Some(security(surface));
                let program = Some((surface, permission));
                self.routes.push(RouteInfo { method, path: path.clone(), role: Role::Trader, program });
            }
        }
        let desk = self.desk.clone();
        let guard = move |request, next| program::check(desk.clone(), surface, permission, request, next);
        let methods = methods.route_layer(middleware::from_fn(guard));
        Self { router: self.router.routes((schemas, paths, methods)), ..self }
    }

    /// Returns the router, its OpenAPI document, and the list of routes with their roles.
    pub fn build(self) -> (Router, Value, Vec<RouteInfo>) {
        let (router, mut document) = self.router.split_for_parts();
        let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(JWT, SecurityScheme::Http(jwt));
        for (name, header) in HEADERS {
            let key = ApiKey::Header(ApiKeyValue::new(*header));
            components.add_security_scheme(*name, SecurityScheme::ApiKey(key));
        }
        let document = document::complete(&document, &self.routes);
        (router.with_state(self.desk), document, self.routes)
    }
}

/// Adds a schema that only shared responses refer to, which utoipa would therefore not collect.
pub fn describing<T: ToSchema>(mut routes: UtoipaMethodRouter<SharedDesk>) -> UtoipaMethodRouter<SharedDesk> {
    let (schemas, ..) = &mut routes;
    schemas.push((T::name().into(), T::schema()));
    T::schemas(schemas);
    routes
}

/// All headers that one surface requires together.
fn security(surface: Surface) -> Vec<SecurityRequirement> {
    let names: &[&str] = match surface {
        Surface::Mudawyl => &[JWT],
        Surface::ThreeCommas => &["threecommasKey", "threecommasSignature"],
        Surface::Lumetrade => &["lumetradeKey", "lumetradeSecret"],
        Surface::Currencycloud => &["currencycloudToken"],
    };
    let all = names.iter().fold(SecurityRequirement::default(), |all, name| all.add(*name, [""; 0]));
    vec![all]
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::PATCH, &mut item.patch),
        (Method::HEAD, &mut item.head),
        (Method::OPTIONS, &mut item.options),
        (Method::TRACE, &mut item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
