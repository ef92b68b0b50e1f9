//! The boundary between the desk and the outside: roles of routes, limits of requests, and sign-in of
//! programs. On both databases, without an exchange.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod audit;
mod auth;
mod bounds;
mod call;
mod captcha;
mod closed;
mod contrast;
mod edge;
mod follows;
mod frozen;
mod lists;
mod metrics;
mod own_sources;
mod pages;
mod perimeter;
mod personal;
mod reported;
mod risk_rules;
mod roles;
mod security;
mod step_up;
