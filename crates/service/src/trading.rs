//! Trading on connected accounts: exchange keys, markets, orders and their protection, equity, and live updates.

pub(crate) mod account_cache;
pub mod account_streams;
pub mod balance_history;
mod context;
pub(crate) mod eligibility;
pub mod equity;
pub mod exchange_account;
pub mod first_day;
pub mod key;
pub mod live;
pub mod market;
pub mod order;
pub(crate) mod page_token;
pub mod preset;
pub mod reconciler;
pub mod review;
pub mod sandbox_control;
mod words;

pub use context::{SharedTrading, Trading};
