//! The pages, one file per route.

pub(crate) mod accounts;
pub(crate) mod api_clients;
pub(crate) mod dashboard;
pub(crate) mod forgot;
pub(crate) mod history;
pub(crate) mod key_delete;
pub(crate) mod keys;
pub(crate) mod landing;
pub(crate) mod movements;
pub(crate) mod not_found;
pub(crate) mod outbox;
pub(crate) mod reset;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod sub_account;
pub(crate) mod trade;
