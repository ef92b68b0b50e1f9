//! Copy trading as the key's owner sees it: the follows, their settings and the outcome of each signal.

mod performance;

pub use performance::{EnteredCopy, FollowPerformance};

use crate::{
    CopyId, Decimal, ExchangeId, ExchangeKeyId, FollowId, Micros, RiskProfileId, Side, SignalId, StrategyId,
    Symbol,
    copy::{CopyDetail, Exit, Paused, Reason, Status},
    key::words,
    signal::Action,
    sizing::r_multiple,
    strategy::{Kind, Strategy},
    ticket::StopType,
};
use serde::{Deserialize, Serialize};

words! {
    /// The handling of the open copied position when copying stops.
    pub Leaving {
        /// It stays open with its stop and targets; its owner manages it from then on.
        Keep = "KEEP",
        /// It is closed.
        Close = "CLOSE",
    }
}

/// A risk profile: the share of equity that a stopped-out trade loses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskProfile {
    /// Id of the profile.
    pub id: RiskProfileId,
    /// Name of the profile: `CONSERVATIVE`, ...
    pub name: String,
    /// Risk per trade, in percent of equity.
    pub percentage: Decimal,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

/// An exchange key that follows a strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Id of the follow.
    pub id: FollowId,
    /// The exchange key that follows.
    pub key: ExchangeKeyId,
    /// Name of the key.
    pub key_name: String,
    /// The strategy being followed.
    pub strategy: Strategy,
    /// The risk profile.
    pub profile: RiskProfile,
    /// Whether its owner wants signals copied.
    pub active: bool,
    /// Why copying is paused, or `None` if it is not.
    pub paused: Option<Paused>,
    /// Why the next signal would not be copied, as far as is known now; `None` if it would be.
    pub blocked: Option<Reason>,
    /// Maximum leverage of a copy.
    pub max_leverage: Option<u16>,
    /// Daily loss limit in USD: no copy is entered on a UTC day on which the key's copies have lost this
    /// much.
    pub daily_loss_limit_usd: Option<Decimal>,
    /// Whether a copied position is open.
    pub in_position: bool,
    /// When a copy was last sent.
    pub last_copy_at: Option<Micros>,
    /// When it was stopped; stopped follows are kept as history.
    pub stopped_at: Option<Micros>,
    /// When the follow was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

/// A typical trade of a strategy, applied to an account: the medians of the strategy's newest trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Number of trades in the sample.
    pub trades: u32,
    /// Whether the sample is backtested or live.
    pub kind: Kind,
    /// Equity of the account.
    pub equity: Decimal,
    /// The more frequent side of the sample.
    pub side: Side,
    /// Entry price: the current price.
    pub entry: Decimal,
    /// Stop price, at the median stop distance of the sample.
    pub stop: Decimal,
    /// Distance from entry to stop, in percent.
    pub stop_percent: Decimal,
    /// The foreseen outcome of the entry.
    pub outcome: Foreseen,
}

/// The foreseen outcome of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Foreseen {
    /// The entry would be traded.
    Traded {
        /// Amount in base units.
        amount: Decimal,
        /// Order value in quote units.
        cost: Decimal,
        /// The lowest leverage at which the margin suffices.
        leverage: u16,
        /// Margin used.
        margin: Decimal,
        /// Loss if the stop is hit, fees included.
        loss_at_stop: Decimal,
    },
    /// The entry would be skipped.
    Skipped {
        /// Why it would be skipped.
        reason: Reason,
        /// The limit that it fails, if the reason has one.
        bound: Option<Decimal>,
    },
}

/// The outcome of one signal for one follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Id of the copy.
    pub id: CopyId,
    /// The signal that was copied.
    pub signal: SignalId,
    /// The signal's strategy.
    pub strategy: StrategyId,
    /// Name of the strategy.
    pub strategy_name: String,
    /// The key it was copied with; the key may have been deleted.
    pub key: ExchangeKeyId,
    /// Name of the key; `None` if the key was deleted.
    pub key_name: Option<String>,
    /// Trading pair.
    pub symbol: Symbol,
    /// Whether it enters or exits a position.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// Processing status.
    pub status: Status,
    /// Why it was skipped or failed.
    pub reason: Option<Reason>,
    /// Details of the reason.
    pub detail: Option<CopyDetail>,
    /// Share of equity lost if the stop is hit, in percent.
    pub risk_percent: Decimal,
    /// For an exit: share of the position to close, in percent; `None` for the whole position.
    pub exit_percent: Option<Decimal>,
    /// Equity of the account when the copy was sized.
    pub equity: Option<Decimal>,
    /// Amount in base units.
    pub amount: Option<Decimal>,
    /// Leverage of the position.
    pub leverage: Option<u16>,
    /// Entry price.
    pub entry_price: Option<Decimal>,
    /// Stop price.
    pub stop: Option<Decimal>,
    /// Take-profit prices.
    pub targets: Vec<Decimal>,
    /// The exchange's id of the entry order.
    pub order_id: Option<String>,
    /// How the position was closed.
    pub exit: Option<Exit>,
    /// Average exit price.
    pub exit_price: Option<Decimal>,
    /// Net profit or loss in USD, fees deducted.
    pub profit_usd: Option<Decimal>,
    /// When it was queued.
    pub created_at: Micros,
    /// When its position was opened.
    pub opened_at: Option<Micros>,
    /// When it reached a final status.
    pub finished_at: Option<Micros>,
}

impl Copied {
    /// Returns the result in R; `None` without a result, or if entry, stop or amount are unknown.
    #[must_use]
    pub fn result_in_r(&self) -> Option<Decimal> {
        r_multiple(self.profit_usd?, self.entry_price?, self.stop?, self.amount?)
    }
}

/// An entry of a user's trade history, manual or copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastTrade {
    /// The exchange's id of the entry order.
    pub order_id: String,
    /// The key it was traded with; the key may have been deleted.
    pub key: ExchangeKeyId,
    /// Name of the key; `None` if the key was deleted.
    pub key_name: Option<String>,
    /// Trading pair.
    pub symbol: Symbol,
    /// Side of the entry.
    pub side: Side,
    /// Average price of the fills, or the limit price as long as there are none.
    pub price: Option<Decimal>,
    /// Amount in base units.
    pub amount: Decimal,
    /// Order value in quote units.
    pub cost: Decimal,
    /// Stop price.
    pub stop: Option<Decimal>,
    /// Order type of the stop.
    pub stop_type: Option<StopType>,
    /// Take-profit prices.
    pub take_profit: Vec<Decimal>,
    /// Activation price of a trailing entry.
    pub trailing_trigger_price: Option<Decimal>,
    /// Callback rate of a trailing entry, in percent.
    pub callback_rate: Option<Decimal>,
    /// Leverage, if it was chosen by a strategy's copy.
    pub leverage: Option<u16>,
    /// Share of equity at risk, in percent, if it was given.
    pub risk_percent: Option<Decimal>,
    /// When the trade was decided.
    pub at: Micros,
    /// The strategy it was copied from; `None` for a manual trade.
    pub strategy: Option<Copying>,
    /// How the copied position was closed.
    pub exit: Option<Exit>,
    /// Net profit or loss of the copied position in USD, fees deducted.
    pub profit_usd: Option<Decimal>,
}

impl PastTrade {
    /// Returns the result in R; `None` without a result, or if price or stop are unknown.
    #[must_use]
    pub fn result_in_r(&self) -> Option<Decimal> {
        r_multiple(self.profit_usd?, self.price?, self.stop?, self.amount)
    }
}

/// The strategy that a trade was copied from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copying {
    /// Id of the strategy.
    pub id: StrategyId,
    /// Name of the strategy.
    pub name: String,
    /// The exchange it trades at.
    pub exchange_id: ExchangeId,
}
