//! Domain types and rules of Slipstream, shared by the server and the browser.
//!
//! Pure: no I/O, no ambient clock and no ambient randomness. Everything here compiles to wasm. A rule that
//! both the pages and the HTTP APIs must enforce is defined here, once; what is specific to one of them is
//! defined there.

pub mod account;
pub mod api_client;
pub mod client_order_id;
pub mod clock;
pub mod closed_trade;
pub mod copy;
pub mod event_webhook;
pub mod execution;
pub mod figures;
pub mod first_day;
pub mod follow;
pub mod id;
pub mod key;
pub mod ledger;
pub mod live;
pub mod market;
pub mod money;
pub mod notification;
pub mod order;
pub mod order_failure;
pub mod own_source;
pub mod plan;
pub mod position;
pub mod preset;
pub mod profile;
pub mod profit;
pub mod refusal;
pub mod report;
pub mod risk_rule;
pub mod role;
pub mod signal;
pub mod sizing;
#[cfg(feature = "sql")]
mod sql;
pub mod strategy;
pub mod sub_account;
pub mod subscription;
pub mod support;
pub mod symbol;
pub mod ticker;
pub mod ticket;
pub mod time;
pub mod trade;
pub mod unseen;
pub mod validation;

pub use api_client::{ApiClient, Permission};
pub use clock::{Clock, Entropy, Sleep};
pub use id::*;
pub use key::{AccountMode, ApiKeyStatus, ExchangeId, ExchangeKey, StrategyType, TradeType};
pub use market::Market;
pub use money::{Decimal, dec};
pub use order::{Fee, MarginMode, Order, OrderStatus, OrderType, Side, TimeInForce, Trade};
pub use plan::Plan;
pub use position::{Balance, Funds, Position, PositionSide, PositionSlot};
pub use refusal::Refusal;
pub use role::Role;
pub use symbol::Symbol;
pub use ticker::{Candle, Frame, Ticker};
pub use time::Micros;
