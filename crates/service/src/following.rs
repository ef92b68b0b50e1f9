//! Strategies, their signals, the follows that copy them, and the histories and reports of the trades that result.

pub mod closed_trades;
mod context;
pub mod copy;
pub mod follow;
pub mod own_source;
pub mod panic;
pub mod report;
pub mod risk;
pub mod signal;
pub mod strategy;
pub mod trade_history;

pub use context::{Following, SharedFollowing};
