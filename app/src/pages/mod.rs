//! The pages, one file per route.

pub(crate) mod copies;
pub(crate) mod dashboard;
pub(crate) mod follow_new;
pub(crate) mod follow_stop;
pub(crate) mod follows;
pub(crate) mod forgot;
pub(crate) mod history;
pub(crate) mod key_delete;
pub(crate) mod keys;
pub(crate) mod landing;
pub(crate) mod not_found;
pub(crate) mod operator;
pub(crate) mod outbox;
pub(crate) mod panic;
pub(crate) mod past;
pub(crate) mod reset;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod strategies;
pub(crate) mod strategy;
pub(crate) mod trade;
