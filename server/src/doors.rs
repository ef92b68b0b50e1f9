//! Routes and who may use them, declared in one call (house rule 6): a route without a role does not compile.

use crate::rest::auth;
use axum::{Router, http::Method, middleware};
use domain::Role;
use service::SharedDesk;
use utoipa::openapi::{
    OpenApi,
    path::{Operation, PathItem},
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// The name of the scheme in the document.
const JWT: &str = "jwt";

/// One route and who may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// How.
    pub method: Method,
    /// Where: the template.
    pub path: String,
    /// Who.
    pub role: Role,
}

/// The routes for programs, each with its role and its place in the OpenAPI document.
pub struct Doors {
    desk: SharedDesk,
    router: OpenApiRouter<SharedDesk>,
    doors: Vec<Door>,
}

impl Doors {
    /// No doors yet.
    #[must_use]
    pub fn new(desk: SharedDesk, document: OpenApi) -> Self {
        Self { desk, router: OpenApiRouter::with_openapi(document), doors: Vec::new() }
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
                self.doors.push(Door { method, path: path.clone(), role });
            }
        }
        if role > Role::Anyone {
            let desk = self.desk.clone();
            let guard = move |request, next| auth::check(desk.clone(), role, request, next);
            methods = methods.route_layer(middleware::from_fn(guard));
        }
        Self { router: self.router.routes((schemas, paths, methods)), ..self }
    }

    /// The routes, their document, and the list of who may use what.
    pub fn open(self) -> (Router, OpenApi, Vec<Door>) {
        let (router, mut document) = self.router.split_for_parts();
        let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(JWT, SecurityScheme::Http(jwt));
        (router.with_state(self.desk), document, self.doors)
    }
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
