//! The Mudawyl user API (`/v1`): exactly the document's shapes, texts and codes (seeds/mudawyl-user-api.txt; wire.md
//! section 1; docs/API.md lists what differs, and why).
//!
//! A handler reads a request with [`validate`], calls one use case, and puts the answer in the document's JSON with
//! [`present`]; what goes wrong goes through [`error`].

mod account;
pub mod asked;
pub mod bodies;
pub mod error;
pub mod examples;
pub mod key;
pub mod order;
mod plan;
mod position;
pub mod present;
pub mod setting;
mod ticker;
mod trade;
pub mod validate;

use axum::{Json, http::StatusCode};

/// What a handler with an answer returns.
type Answer<T> = Result<Json<T>, error::Failure>;
/// What a handler without one returns: 204.
type Done = Result<StatusCode, error::Failure>;
