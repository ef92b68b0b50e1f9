//! The use cases of Slipstream. The pages (`app`) and the HTTP APIs (`server`) call the same ones, so every
//! rule lives in exactly one place: here, or in `domain` if it needs no I/O.
//!
//! Every use case takes the [`Desk`] and the calling [`Actor`], scopes its queries by that actor, and fails
//! with one of the closed cases of [`Error`].

mod actor;
pub mod bot;
mod desk;
mod eligibility;
mod error;
mod settings;

pub mod account;
mod account_cache;
pub mod account_streams;
pub mod api_client;
pub mod archive;
pub mod audit;
pub mod balance_history;
pub mod billing;
pub mod chat_link;
pub mod copy;
pub mod device;
pub mod equity;
pub mod exchange_account;
pub mod fence;
pub mod flash;
pub mod follow;
pub mod health;
mod heartbeats;
pub mod key;
pub mod ledger;
pub mod live;
mod locks;
mod mail;
pub mod maintenance;
pub mod market;
pub mod notice;
pub mod notify;
mod oidc;
mod opaque;
pub mod order;
mod outward;
pub mod pace;
mod page_token;
pub mod panic;
mod password;
pub mod person;
pub mod plan;
pub mod profile;
pub mod public_list;
pub mod recaptcha;
mod recent;
pub mod reconciler;
pub mod recovery;
pub mod rejection;
pub mod report;
pub mod review;
pub mod sandbox_control;
pub mod secrets;
pub mod session;
mod shares;
pub mod signal;
mod signing;
pub mod step_up;
pub mod strategy;
pub mod sub_account;
pub mod support;
pub mod system;
mod throttle;
pub mod time_zone;
pub mod token;
pub mod trade_history;
mod user_events;
mod watched;
pub mod work;

#[cfg(feature = "testing")]
pub mod testing;

pub use actor::{Actor, Origin};
pub use desk::{Desk, Parts, SharedDesk};
pub use error::{Error, Result};
pub use secrets::{MasterKey, Sealed, Sealer};
pub use settings::{
    EdgeSettings, Limit, MailSettings, Mode, OidcSettings, Rates, RecaptchaSettings, Retention,
    SIGNAL_MAX_AGE_S, Secret, Settings, TELEGRAM, TelegramSettings, Throttles,
};
