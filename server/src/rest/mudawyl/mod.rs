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
pub mod event_webhook;
pub mod examples;
mod first_day;
pub mod follow;
pub mod key;
mod managed_position;
pub mod managed_trade;
mod managed_trade_orders;
pub mod notification;
pub mod order;
mod own_source;
pub mod past;
mod plan;
mod position;
pub mod present;
pub mod preset;
pub mod profile;
mod protection_fields;
pub mod raw_request;
pub mod risk_rule;
pub mod setting;
pub mod strategy;
pub mod subscription;
mod support;
mod ticker;
mod trade;
mod trade_automation;
pub mod trade_bodies;
pub mod validate;

use crate::api_router::ApiRouter;
use domain::Role;
use service::SharedDesk;
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::{router::UtoipaMethodRouter, routes};

/// Registers the routes of this surface.
#[must_use]
pub fn register(routes: ApiRouter) -> ApiRouter {
    let routes = routes
        .route(Role::Anyone, describing_errors(routes!(ticker::get_ticker)))
        .listed(routes!(plan::list_plans))
        .listed(routes!(strategy::list_strategies))
        .listed(routes!(strategy::list_risk_profiles))
        .listed(routes!(strategy::list_strategy_history))
        .listed(routes!(strategy::get_strategy_performance))
        .listed(routes!(strategy::get_strategy_execution))
        .route(Role::Trader, routes!(profile::get_profile, profile::update_profile))
        .route(Role::Trader, routes!(account::list_whitelist_addresses))
        .route(Role::Trader, routes!(account::get_total_balance))
        .route(Role::Trader, routes!(account::open_sandbox_account))
        .route(Role::Trader, routes!(subscription::get_subscription))
        .route(
            Role::Trader,
            routes!(subscription::get_stripe_subscription, subscription::update_stripe_subscription),
        )
        .route(Role::Trader, routes!(subscription::create_stripe_checkout))
        .route(Role::Trader, routes!(subscription::list_billing_history))
        .route(Role::Trader, routes!(api_client::list_api_clients, api_client::create_api_client))
        .route(Role::Trader, routes!(api_client::revoke_api_client))
        .route(Role::Trader, routes!(key::list_keys))
        .route(Role::Trader, routes!(key::create_key))
        .route(Role::Trader, routes!(key::update_key, key::delete_key))
        .route(Role::Trader, routes!(key::get_key_balance))
        .route(Role::Trader, routes!(first_day::get_first_day_limits, first_day::end_first_day_limits))
        .route(Role::Trader, routes!(balance_history::list_key_balance_history))
        .route(Role::Trader, routes!(support::contact_support))
        .route(Role::Trader, routes!(notification::get_notification_method))
        .route(
            Role::Trader,
            routes!(notification::get_notification_settings, notification::put_notification_settings),
        )
        .route(Role::Trader, routes!(order::list_open_orders))
        .route(Role::Trader, routes!(order::list_order_history))
        .route(Role::Trader, routes!(order::create_order))
        .route(Role::Trader, routes!(setting::set_leverage))
        .route(Role::Trader, routes!(setting::set_margin_type))
        .route(Role::Trader, routes!(trade::list_trade_history))
        .route(Role::Trader, routes!(position::get_position, position::close_position))
        .route(Role::Trader, routes!(position::get_position_protection, position::set_position_supervision));
    register_risk_rules(register_following(register_trades(routes)))
}

/// Registers trades, acts on positions and the ticket's presets.
fn register_trades(routes: ApiRouter) -> ApiRouter {
    routes
        .route(
            Role::Trader,
            routes!(managed_trade::list_managed_trades, managed_trade_orders::create_managed_trade),
        )
        .route(Role::Trader, routes!(managed_trade::get_managed_trade, managed_trade::change_managed_trade))
        .route(Role::Trader, routes!(managed_trade::close_managed_trade))
        .route(Role::Trader, routes!(managed_trade_orders::add_to_managed_trade))
        .route(Role::Trader, routes!(managed_trade_orders::reverse_managed_trade))
        .route(Role::Trader, routes!(managed_position::adopt_position))
        .route(Role::Trader, routes!(managed_position::close_all_positions))
        .route(Role::Trader, routes!(preset::list_presets, preset::save_preset))
        .route(Role::Trader, routes!(preset::delete_preset))
}

/// Registers copied strategies, private signal sources, event webhooks and past trades.
fn register_following(routes: ApiRouter) -> ApiRouter {
    routes
        .route(Role::Trader, routes!(follow::list_follows, follow::create_follow))
        .route(Role::Trader, routes!(follow::update_follow))
        .route(Role::Trader, routes!(follow::get_follow_performance))
        .route(Role::Trader, routes!(follow::list_stopped_follows))
        .route(Role::Trader, routes!(own_source::list_sources, own_source::create_source))
        .route(
            Role::Trader,
            routes!(own_source::get_source, own_source::change_source, own_source::remove_source),
        )
        .route(Role::Trader, routes!(own_source::rotate_token, own_source::revoke_token))
        .route(Role::Trader, routes!(own_source::request_approval, own_source::withdraw_approval))
        .route(Role::Trader, routes!(own_source::list_calls))
        .route(Role::Trader, routes!(own_source::test_alert))
        .route(Role::Trader, routes!(event_webhook::list_webhooks, event_webhook::create_webhook))
        .route(
            Role::Trader,
            routes!(event_webhook::get_webhook, event_webhook::change_webhook, event_webhook::remove_webhook),
        )
        .route(Role::Trader, routes!(event_webhook::rotate_secret))
        .route(Role::Trader, routes!(event_webhook::list_deliveries))
        .route(Role::Trader, routes!(event_webhook::test_webhook))
        .route(Role::Trader, routes!(event_webhook::resend_event))
        .route(Role::Trader, routes!(event_webhook::list_events))
        .route(Role::Trader, routes!(past::list_strategy_trades))
        .route(Role::Trader, routes!(past::list_manual_trades))
}

/// Registers risk rules.
fn register_risk_rules(routes: ApiRouter) -> ApiRouter {
    routes
        .route(Role::Trader, routes!(risk_rule::list_rules, risk_rule::create_rule))
        .route(Role::Trader, routes!(risk_rule::preview_rule))
        .route(Role::Trader, routes!(risk_rule::change_rule, risk_rule::remove_rule))
        .route(Role::Trader, routes!(risk_rule::resume_rule))
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
