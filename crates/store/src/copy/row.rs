//! A copy as read from the database.

use crate::{DecimalText, Targets};
use domain::{
    CopyId, ExchangeKeyId, FollowId, Micros, Side, SignalId, StrategyId, Symbol, UserId,
    copy::{Exit, Reason, Status},
    signal::Action,
};
use sqlx::FromRow;

/// A copy with its strategy's name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CopyTrade {
    /// Id of the copy and its intent.
    pub id: CopyId,
    /// The signal that was copied.
    pub signal_id: SignalId,
    /// Sequence number of the signal within its strategy.
    pub signal_seq: i64,
    /// Id of the strategy.
    pub strategy_id: StrategyId,
    /// Name of the strategy.
    pub strategy_name: String,
    /// The follow it was for, which may have been deleted with its key.
    pub follow_id: FollowId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The exchange key it was traded with; the key may have been deleted.
    pub exchange_key_id: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// Whether it enters or exits.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// Current status.
    pub status: Status,
    /// Why it was skipped or failed.
    pub reason: Option<Reason>,
    /// Details of the reason, such as the limit that it failed or the exchange's message.
    pub detail: Option<String>,
    /// Share of equity lost if the stop is hit, in percent.
    pub risk_percent: DecimalText,
    /// For an exit: share of the position to close, in percent; `None` for the whole position.
    pub exit_percent: Option<DecimalText>,
    /// Equity of the account when the copy was sized.
    pub equity: Option<DecimalText>,
    /// Amount in base units: as sized, then as filled.
    pub amount: Option<DecimalText>,
    /// Leverage of the position.
    pub leverage: Option<i64>,
    /// Price it was sized at, then its entry price.
    pub entry_price: Option<DecimalText>,
    /// Stop price.
    pub stop: Option<DecimalText>,
    /// Take-profit prices.
    pub targets: Option<Targets>,
    /// The exchange's id of the entry order.
    pub order_id: Option<String>,
    /// How the position was closed.
    pub exit_reason: Option<Exit>,
    /// Average exit price.
    pub exit_price: Option<DecimalText>,
    /// Net profit or loss in USD, fees deducted.
    pub profit_usd: Option<DecimalText>,
    /// For an exit: number of times the exchange rejected closing the position.
    pub attempts: i64,
    /// When it was queued.
    pub created_at: Micros,
    /// When it was last changed or checked.
    pub updated_at: Micros,
    /// When its position was opened.
    pub opened_at: Option<Micros>,
    /// When it reached a final status.
    pub finished_at: Option<Micros>,
}

/// Number of copies with the same status and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Count {
    /// Status of the copies.
    pub status: Status,
    /// Why they were skipped or failed.
    pub reason: Option<Reason>,
    /// Number of copies.
    pub copies: Option<i64>,
}
