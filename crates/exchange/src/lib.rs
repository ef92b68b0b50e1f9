//! Exchange access: one trait per capability in domain terms, and one adapter per exchange.
//!
//! An adapter signs, rate-limits and parses; it makes no trading decisions. The most important part is the
//! class of a failure ([`ExchangeFailure`]): only a definite rejection may be treated as "did not happen".

pub mod binance;
mod capabilities;
mod credentials;
mod failure;
mod holdings;
mod requests;

pub use capabilities::{AccountData, Exchange, MarketData, Positions, Streams, Trading};
pub use credentials::{Credentials, KeyRights};
pub use failure::ExchangeFailure;
pub use holdings::{Funding, HeldPosition, Holdings, HoldingsChange};
pub use requests::{AccountEvent, MarketEvent, OrderRequest, OrderTest, TradesFrom, Urgency, Validity};

/// The result of an exchange request: the requested value or a classified failure.
pub type ExchangeResult<T> = Result<T, ExchangeFailure>;

/// The remaining rate limit budget of one API host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLeft {
    /// The API host: `spot` or `futures`.
    pub api: &'static str,
    /// Request weight that can still be spent in this minute.
    pub left: u32,
    /// Request weight per minute reserved for [`Urgency::Protection`]. Entries stop once `left` is not
    /// greater than this.
    pub reserved: u32,
    /// Requests sent since the start of the process.
    pub requests: u64,
}
