//! The HTTP API surfaces, one module each.

pub mod admin;
pub mod auth;
pub(crate) mod captcha;
pub mod client;
pub mod currencycloud;
pub mod fields;
pub mod hook;
pub mod lumetrade;
pub mod mudawyl;
pub(crate) mod response_cache;
pub mod stripe;
pub mod surface;
pub mod threecommas;
pub mod words;
