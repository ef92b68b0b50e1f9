//! The Mudawyl user API (`/v1`), with exactly the formats, texts and codes of its document; docs/API.md lists
//! the deviations and their reasons.
//!
//! A handler parses a request with [`validate`], calls one use case, and formats the result as the document's
//! JSON with
//! [`present`]; errors go through [`error`].

mod account;
mod api_client;
pub mod balance_history;
pub mod bodies;
pub mod error;
pub mod examples;
pub mod follow;
pub mod key;
pub mod notification;
pub mod order;
pub mod past;
mod plan;
mod position;
pub mod present;
pub mod profile;
pub mod raw_request;
pub mod setting;
pub mod strategy;
pub mod subscription;
mod support;
mod ticker;
mod trade;
pub mod validate;

use crate::api_router::Doors;
use axum::{Json, http::StatusCode};
use domain::Role;
use service::SharedDesk;
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::{router::UtoipaMethodRouter, routes};

/// The result of a handler with a response body.
type Answer<T> = Result<Json<T>, error::Failure>;
/// The result of a handler without a response body: 204.
type Done = Result<StatusCode, error::Failure>;

/// Registers the routes of this surface.
#[must_use]
pub fn open(doors: Doors) -> Doors {
    doors
        .route(Role::Anyone, describing_errors(routes!(ticker::show)))
        .listed(routes!(plan::list))
        .listed(routes!(strategy::list))
        .listed(routes!(strategy::profiles))
        .listed(routes!(strategy::history))
        .listed(routes!(strategy::performance))
        .route(Role::Trader, routes!(profile::show, profile::update))
        .route(Role::Trader, routes!(account::whitelist))
        .route(Role::Trader, routes!(account::balance))
        .route(Role::Trader, routes!(account::sandbox))
        .route(Role::Trader, routes!(subscription::held))
        .route(Role::Trader, routes!(subscription::show, subscription::update))
        .route(Role::Trader, routes!(subscription::checkout))
        .route(Role::Trader, routes!(subscription::history))
        .route(Role::Trader, routes!(api_client::list, api_client::create))
        .route(Role::Trader, routes!(api_client::revoke))
        .route(Role::Trader, routes!(key::list))
        .route(Role::Trader, routes!(key::create))
        .route(Role::Trader, routes!(key::update, key::delete))
        .route(Role::Trader, routes!(key::balance))
        .route(Role::Trader, routes!(balance_history::show))
        .route(Role::Trader, routes!(support::ask))
        .route(Role::Trader, routes!(notification::method))
        .route(Role::Trader, routes!(notification::show, notification::update))
        .route(Role::Trader, routes!(order::open))
        .route(Role::Trader, routes!(order::history))
        .route(Role::Trader, routes!(order::place))
        .route(Role::Trader, routes!(setting::leverage))
        .route(Role::Trader, routes!(setting::margin))
        .route(Role::Trader, routes!(trade::history))
        .route(Role::Trader, routes!(position::show, position::close))
        .route(Role::Trader, routes!(position::protection, position::supervise))
        .route(Role::Trader, routes!(follow::list, follow::create))
        .route(Role::Trader, routes!(follow::update))
        .route(Role::Trader, routes!(past::of_strategies))
        .route(Role::Trader, routes!(past::by_hand))
}

/// Adds the error schemas, which only shared responses refer to and which utoipa would therefore not collect.
fn describing_errors(mut routes: UtoipaMethodRouter<SharedDesk>) -> UtoipaMethodRouter<SharedDesk> {
    let (schemas, ..) = &mut routes;
    schemas.push((error::FieldError::name().into(), error::FieldError::schema()));
    schemas.push((error::FieldErrors::name().into(), error::FieldErrors::schema()));
    schemas.push((error::Refused::name().into(), error::Refused::schema()));
    schemas.push((error::Message::name().into(), error::Message::schema()));
    routes
}
