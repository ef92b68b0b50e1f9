//! What stands between the outside and the desk: who may use which route, what a request may look like, and how a program
//! signs in. On both databases, without an exchange.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod front {
    mod auth;
    mod bounds;
    mod call;
    mod captcha;
    mod closed;
    mod edge;
    mod frozen;
    mod lists;
    mod metrics;
    mod pages;
    mod perimeter;
    mod personal;
    mod roles;
    mod security;
    mod told;
}
