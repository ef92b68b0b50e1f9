//! Messages to users: notifications by e-mail and Telegram, the outbox, notices in the app, and support requests.

pub mod audit_alarm;
mod context;
pub(crate) mod mail;
pub mod notice;
pub mod notify;
pub mod support;
pub mod words;

pub use context::{Messaging, SharedMessaging};
