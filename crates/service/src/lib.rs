//! The use cases of Slipstream. Both doors, the pages (`app`) and the HTTP APIs (`server`), call the same ones, so a
//! rule lives in exactly one place: here, or in `domain` where it needs no I/O.
//!
//! Every use case takes the [`Desk`] and the [`Actor`] who asks, scopes what it reads by that actor, and answers
//! [`Error`] in one of its closed cases.

mod actor;
mod desk;
mod error;
mod settings;

pub mod account;
pub mod api_client;
pub mod audit;
pub mod copy;
pub mod equity;
pub mod exchange_account;
pub mod flash;
pub mod follow;
pub mod health;
pub mod keeper;
pub mod key;
pub mod ledger;
pub mod live;
mod locks;
mod mail;
pub mod market;
pub mod notice;
pub mod notify;
mod opaque;
pub mod order;
pub mod panic;
mod password;
pub mod plan;
pub mod profile;
mod recent;
pub mod report;
pub mod sandbox_control;
pub mod secrets;
pub mod session;
pub mod signal;
mod signing;
pub mod strategy;
pub mod sub_account;
pub mod system;
mod throttle;
pub mod token;
pub mod trade_history;

#[cfg(feature = "testing")]
pub mod testing;

pub use actor::{Actor, Origin};
pub use desk::{Desk, Parts, SharedDesk};
pub use error::Error;
pub use secrets::{MasterKey, Sealed, Sealer};
pub use settings::{
    Limit, MailSettings, Mode, SIGNAL_MAX_AGE_S, Settings, TELEGRAM, TelegramSettings, Throttles,
};

/// What a use case answers.
pub type Result<T> = std::result::Result<T, Error>;
