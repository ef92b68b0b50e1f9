//! Routes and who may use them, declared in one call (house rule 6): a route without a role does not compile.

use crate::{
    document,
    rest::{
        auth, captcha,
        shelf::{self, Shelf},
        surface::Surface,
    },
};
use axum::{Router, http::Method, middleware};
use domain::{Permission, Role};
use serde_json::Value;
use service::{SharedDesk, recaptcha};
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

/// The name of the scheme in the document.
const JWT: &str = "jwt";
/// The names of the other schemes, and the headers they are.
const HEADERS: &[(&str, &str)] = &[
    ("threecommasKey", "Apikey"),
    ("threecommasSignature", "Signature"),
    ("lumetradeKey", "X-API-KEY"),
    ("lumetradeSecret", "X-API-SECRET"),
    ("currencycloudToken", "X-Auth-Token"),
];

/// One route and who may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// How.
    pub method: Method,
    /// Where: the template.
    pub path: String,
    /// Who.
    pub role: Role,
    /// For API clients: of which surface, and with which permission.
    pub program: Option<(Surface, Option<Permission>)>,
}

/// The routes for programs, each with its role and its place in the OpenAPI document.
pub struct Doors {
    desk: SharedDesk,
    router: OpenApiRouter<SharedDesk>,
    doors: Vec<Door>,
    shelf: Arc<Shelf>,
}

impl Doors {
    /// No doors yet.
    #[must_use]
    pub fn new(desk: SharedDesk, document: OpenApi) -> Self {
        Self { desk, router: OpenApiRouter::with_openapi(document), doors: Vec::new(), shelf: Arc::default() }
    }

    /// Opens the routes of `routes!(handler, ...)` to a role, and to nobody below it. The caller is checked before
    /// anything of the request is read.
    #[must_use]
    pub fn route(mut self, role: Role, routes: UtoipaMethodRouter<SharedDesk>) -> Self {
        let (schemas, mut paths, mut methods) = routes;
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                if role > Role::Anyone {
                    operation.security = Some(vec![SecurityRequirement::new(JWT, [""; 0])]);
                }
                self.doors.push(Door { method, path: path.clone(), role, program: None });
            }
        }
        // Layers that come later stand before: who asks is looked at first.
        if recaptcha::wanted(&self.desk) && self.doors.last().is_some_and(|door| captcha::guards(&door.path))
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

    /// Opens the routes of public lists to anyone; their answers are kept until what they show changes.
    #[must_use]
    pub fn listed(self, routes: UtoipaMethodRouter<SharedDesk>) -> Self {
        let (schemas, mut paths, methods) = routes;
        for item in paths.paths.values_mut() {
            for (_, operation) in operations(item) {
                let unchanged = Response::new("Not modified since the ETag in `If-None-Match`.");
                operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged));
            }
        }
        let (desk, shelf) = (self.desk.clone(), Arc::clone(&self.shelf));
        let kept = move |request, next| shelf::serve(desk.clone(), Arc::clone(&shelf), request, next);
        let methods = methods.route_layer(middleware::from_fn(kept));
        self.route(Role::Anyone, (schemas, paths, methods))
    }

    /// Opens the routes of `routes!(handler, ...)` to API clients with a permission; without one, to every client. The
    /// client is checked before anything of the request is read but what it has signed.
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
                self.doors.push(Door { method, path: path.clone(), role: Role::Trader, program });
            }
        }
        let desk = self.desk.clone();
        let guard = move |request, next| surface.check(desk.clone(), permission, request, next);
        let methods = methods.route_layer(middleware::from_fn(guard));
        Self { router: self.router.routes((schemas, paths, methods)), ..self }
    }

    /// The routes, their document, and the list of who may use what.
    pub fn open(self) -> (Router, Value, Vec<Door>) {
        let (router, mut document) = self.router.split_for_parts();
        let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(JWT, SecurityScheme::Http(jwt));
        for (name, header) in HEADERS {
            let key = ApiKey::Header(ApiKeyValue::new(*header));
            components.add_security_scheme(*name, SecurityScheme::ApiKey(key));
        }
        let document = document::complete(&document, &self.doors);
        (router.with_state(self.desk), document, self.doors)
    }
}

/// Adds a shape that is named by responses of the operations and therefore by none of their own.
pub fn describing<T: ToSchema>(mut routes: UtoipaMethodRouter<SharedDesk>) -> UtoipaMethodRouter<SharedDesk> {
    let (schemas, ..) = &mut routes;
    schemas.push((T::name().into(), T::schema()));
    T::schemas(schemas);
    routes
}

/// The headers of one surface, all of them at once.
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
