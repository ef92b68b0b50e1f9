//! A copy as it is read.

use crate::DecimalText;
use domain::{
    CopyId, ExchangeKeyId, FollowId, Micros, Side, SignalId, StrategyId, Symbol, UserId,
    copy::{Exit, Reason, Status},
    signal::Action,
};
use sqlx::FromRow;

/// A copy, with its strategy's name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Copy {
    /// Its id, and its intent's.
    pub id: CopyId,
    /// Of which signal.
    pub signal_id: SignalId,
    /// The signal's place among its strategy's signals.
    pub signal_seq: i64,
    /// The signal's strategy.
    pub strategy_id: StrategyId,
    /// The strategy's name.
    pub strategy_name: String,
    /// For which follow; it may be gone with its key.
    pub follow_id: FollowId,
    /// Whose.
    pub user_id: UserId,
    /// On which account; the key may have been deleted since.
    pub exchange_key_id: ExchangeKeyId,
    /// On which pair.
    pub symbol: Symbol,
    /// To enter or to leave.
    pub action: Action,
    /// Which way; none for leaving.
    pub side: Option<Side>,
    /// Where it stands.
    pub status: Status,
    /// Why it did not happen.
    pub reason: Option<Reason>,
    /// More of why, such as the bound that was missed or the exchange's words.
    pub detail: Option<String>,
    /// The share of equity that being stopped out loses, in percent.
    pub risk_percent: DecimalText,
    /// What the account was worth when it was sized.
    pub equity: Option<DecimalText>,
    /// How much, in base units: as sized, then as filled.
    pub amount: Option<DecimalText>,
    /// Times margin.
    pub leverage: Option<i64>,
    /// What it was sized at, then what it was entered at.
    pub entry_price: Option<DecimalText>,
    /// Where it is stopped out.
    pub stop: Option<DecimalText>,
    /// Where it takes profits, as JSON.
    pub targets: Option<String>,
    /// The exchange's id of its entry.
    pub order_id: Option<String>,
    /// How it ended.
    pub exit_reason: Option<Exit>,
    /// At what average price.
    pub exit_price: Option<DecimalText>,
    /// What it won or lost after fees.
    pub profit_usd: Option<DecimalText>,
    /// For an exit: how often the exchange refused to close the position.
    pub attempts: i64,
    /// When it was queued.
    pub created_at: Micros,
    /// When it last changed, or was looked at.
    pub updated_at: Micros,
    /// When its position stood.
    pub opened_at: Option<Micros>,
    /// When nothing more could happen to it.
    pub finished_at: Option<Micros>,
}

/// How many copies stand somewhere for some reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Count {
    /// Where.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
    /// How many.
    pub copies: Option<i64>,
}
