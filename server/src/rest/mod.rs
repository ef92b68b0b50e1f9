//! The HTTP API surfaces, one module each.

pub mod admin;
pub mod auth;
pub(crate) mod captcha;
pub mod client;
pub mod currencycloud;
pub(crate) mod error_response;
pub mod fields;
pub mod hook;
pub mod lumetrade;
pub mod mudawyl;
pub(crate) mod program;
pub(crate) mod response_cache;
pub mod stripe;
pub mod surface;
pub(crate) mod surface_error;
pub mod threecommas;
pub(crate) mod tokens;
pub mod words;
