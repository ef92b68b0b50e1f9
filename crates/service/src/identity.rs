//! Accounts and access: sign-up, sessions, tokens, API clients, passwords, recovery, profiles, and plans with their
//! limits.

pub mod account;
pub mod api_client;
pub mod chat_link;
mod context;
pub mod device;
pub mod event_webhook;
pub mod flash;
pub mod maintenance;
pub(crate) mod oidc;
pub(crate) mod password;
pub mod person;
pub mod plan;
pub mod profile;
pub mod recaptcha;
pub mod recovery;
pub mod session;
pub mod sign_in_end;
pub(crate) mod signing;
pub mod step_up;
pub mod token;

pub use context::{Identity, SharedIdentity};
