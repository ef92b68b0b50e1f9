//! The only crate that contains SQL: one file per aggregate, and one statement for both engines.
//!
//! Writes take a [`Tx`]; reads take anything that can lend a connection: a [`Db`] or a [`Tx`]. A transaction that
//! is dropped without [`Tx::commit`] is rolled back. docs/DATABASE.md describes each table.
//!
//! # Errors
//!
//! Every function that runs a statement returns [`Error`] when the database fails, reports a conflict
//! ([`StoreErrorKind::Busy`]) or rejects a value. Functions state only what they return besides, such as
//! [`StoreErrorKind::Unique`].

#[macro_use]
mod macros;
mod appended;
mod backup;
#[cfg(feature = "testing")]
mod commit_hook;
mod db;
mod error;
mod migrate;
mod options;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod tx;
mod writes;

pub mod account_number;
pub mod api_client;
pub mod audit;
pub mod automation;
pub mod backtest;
pub mod billing;
pub mod canary;
pub mod candle;
pub mod copy;
pub mod currency;
pub mod daily_balance;
pub mod desk_secret;
pub mod equity;
pub mod event;
pub mod event_delivery;
pub mod event_webhook;
pub mod execution;
pub mod fill;
pub mod first_day;
pub mod flash;
pub mod follow;
pub mod funding;
pub mod gauge;
pub mod group_commit;
pub mod identity;
pub mod install;
pub mod instance;
pub mod intent;
pub mod key;
pub mod key_check;
pub mod lease;
pub mod ledger;
pub mod message;
pub mod notice;
pub mod notification;
pub mod own_source;
pub mod password_reset;
pub mod pending_form;
pub mod plan;
pub mod preset;
pub mod profile;
pub mod protection;
pub mod public_version;
pub mod read_mark;
pub mod refresh_token;
pub mod report;
pub mod review;
pub mod risk_rule;
pub mod session;
pub mod sign_in_end;
pub mod signal;
pub mod signal_size;
pub mod signing_key;
pub mod source_approval;
pub mod strategy;
pub mod strategy_trade;
pub mod sub_account;
pub mod subscription;
pub mod support;
pub mod switch;
pub mod telegram;
pub mod throttle;
pub mod token_family;
pub mod trade;
pub mod trade_history;
pub mod user;
pub mod write_probe;

pub use backup::Uncopied;
pub use db::{Connections, Db, Source};
pub use error::{Error, Result, StoreErrorKind};
pub use options::{Options, PostgresLink, postgres_link};
pub use text::{DecimalText, JsonText, Targets};
pub use tx::{Tx, commits};
pub use writes::LastWrites;

/// The SHA-256 hash of a token, stored instead of the token.
pub type TokenHash = [u8; 32];
