//! Following as its owner sees it: with which key, at which risk, and what each signal did.

use crate::{
    CopyId, Decimal, ExchangeId, ExchangeKeyId, FollowId, Micros, RiskProfileId, Side, SignalId, StrategyId,
    Symbol,
    copy::{Exit, Paused, Reason, Status},
    key::words,
    signal::Action,
    strategy::{Kind, Strategy},
    ticket::StopType,
};
use serde::{Deserialize, Serialize};

words! {
    /// What becomes of the copied position when following stops.
    pub Leaving {
        /// It stays with its stop and targets, and is its owner's to look after.
        Keep = "KEEP",
        /// It is closed.
        Close = "CLOSE",
    }
}

/// How much of their equity a person loses when they are stopped out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskProfile {
    /// Its id.
    pub id: RiskProfileId,
    /// `CONSERVATIVE`, ...
    pub name: String,
    /// In percent.
    pub percentage: Decimal,
    /// When it was made.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}

/// An exchange key following a strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Its id.
    pub id: FollowId,
    /// With which key.
    pub key: ExchangeKeyId,
    /// The key's name.
    pub key_name: String,
    /// Which strategy.
    pub strategy: Strategy,
    /// At which risk.
    pub profile: RiskProfile,
    /// Its owner wants signals copied.
    pub active: bool,
    /// Why it is paused.
    pub paused: Option<Paused>,
    /// Why the next signal would not be copied, as far as is known now; none: it would.
    pub blocked: Option<Reason>,
    /// No copy uses more leverage than this.
    pub max_leverage: Option<u16>,
    /// No copy is entered on a UTC day on which the key's copies have lost this much.
    pub daily_loss_limit_usd: Option<Decimal>,
    /// A copied position stands.
    pub in_position: bool,
    /// When a copy was last sent.
    pub last_copy_at: Option<Micros>,
    /// When it began.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}

/// What a typical trade of a strategy would have come to on an account: the medians of its newest trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// How many trades it is made of.
    pub trades: u32,
    /// Where those come from.
    pub kind: Kind,
    /// What the account is worth.
    pub equity: Decimal,
    /// The way that most of them went.
    pub side: Side,
    /// The price at which it would be entered: the present one.
    pub entry: Decimal,
    /// Where it would be stopped out: as far away as the median of theirs.
    pub stop: Decimal,
    /// How far that is, in percent.
    pub stop_percent: Decimal,
    /// What it would come to.
    pub outcome: Foreseen,
}

/// What an entry would come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Foreseen {
    /// It would be traded.
    Traded {
        /// How much, in base units.
        amount: Decimal,
        /// Its worth.
        cost: Decimal,
        /// The least leverage that makes its margin fit.
        leverage: u16,
        /// What stands behind it.
        margin: Decimal,
        /// What being stopped out loses, fees included.
        loss_at_stop: Decimal,
    },
    /// It would not, and the figure that decides it.
    Skipped {
        /// Why not.
        reason: Reason,
        /// The bound that it misses, where there is one.
        bound: Option<Decimal>,
    },
}

/// What one signal did to one follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Its id.
    pub id: CopyId,
    /// Of which signal.
    pub signal: SignalId,
    /// The signal's strategy.
    pub strategy: StrategyId,
    /// Its name.
    pub strategy_name: String,
    /// On which account; the key may be gone.
    pub key: ExchangeKeyId,
    /// The key's name, while there is one.
    pub key_name: Option<String>,
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
    /// More of why.
    pub detail: Option<String>,
    /// The share of equity that being stopped out loses, in percent.
    pub risk_percent: Decimal,
    /// What the account was worth when it was sized.
    pub equity: Option<Decimal>,
    /// How much, in base units.
    pub amount: Option<Decimal>,
    /// Times margin.
    pub leverage: Option<u16>,
    /// At what price.
    pub entry_price: Option<Decimal>,
    /// Where it is stopped out.
    pub stop: Option<Decimal>,
    /// Where it takes profits.
    pub targets: Vec<Decimal>,
    /// The exchange's id of its entry.
    pub order_id: Option<String>,
    /// How it ended.
    pub exit: Option<Exit>,
    /// At what average price.
    pub exit_price: Option<Decimal>,
    /// What it won or lost, fees taken off.
    pub profit_usd: Option<Decimal>,
    /// When it was queued.
    pub created_at: Micros,
    /// When its position stood.
    pub opened_at: Option<Micros>,
    /// When nothing more could happen to it.
    pub finished_at: Option<Micros>,
}

/// An entry of a person's trading, by hand or by a strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastTrade {
    /// The exchange's id of the entry.
    pub order_id: String,
    /// On which account; the key may be gone.
    pub key: ExchangeKeyId,
    /// The key's name, while there is one.
    pub key_name: Option<String>,
    /// On which pair.
    pub symbol: Symbol,
    /// Bought or sold.
    pub side: Side,
    /// At what price: the average of the fills, or the limit while there is none.
    pub price: Option<Decimal>,
    /// How much, in base units.
    pub amount: Decimal,
    /// What it was worth.
    pub cost: Decimal,
    /// Where its stop triggers.
    pub stop: Option<Decimal>,
    /// How its stop closes it.
    pub stop_type: Option<StopType>,
    /// Where it takes profits.
    pub take_profit: Vec<Decimal>,
    /// Where a trailing entry is activated.
    pub trailing_trigger_price: Option<Decimal>,
    /// How far a trailing entry's price must turn back, in percent.
    pub callback_rate: Option<Decimal>,
    /// Times margin, where a strategy's copy chose it.
    pub leverage: Option<u16>,
    /// The share of equity at risk, in percent, where it was told.
    pub risk_percent: Option<Decimal>,
    /// When it was decided.
    pub at: Micros,
    /// The strategy that it copied; none when it was placed by hand.
    pub strategy: Option<Copying>,
    /// How the copied position ended.
    pub exit: Option<Exit>,
    /// What the copied position won or lost, fees taken off.
    pub profit_usd: Option<Decimal>,
}

/// The strategy of a copied trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copying {
    /// Its id.
    pub id: StrategyId,
    /// Its name.
    pub name: String,
    /// At which exchange it trades.
    pub exchange_id: ExchangeId,
}
