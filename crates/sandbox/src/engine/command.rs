//! What can be asked of the engine. Commands are journalled, so their shape is part of the state on disk.

use super::{AccountId, AlgoOrder, Fill, MarketChange, NewOrder, Order, OrderRef, TriggerRejection};
use crate::market::{MarketId, Pair};
use domain::{Decimal, MarginMode, TradeType};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A play account's secret. Kept in clear, since the exchange must sign with it too, but never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiSecret(pub String);

impl fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiSecret(..)")
    }
}

/// What an account's key says of itself (`apiRestrictions`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// It may withdraw.
    pub withdrawals: bool,
    /// It is bound to addresses.
    pub ip_restricted: bool,
    /// What it may still be used for. Commands from before there was a choice have none.
    #[serde(default, skip_serializing_if = "KeyState::is_active")]
    pub state: KeyState,
    /// When its right to trade ends, in milliseconds. None where no date was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trading_ends: Option<i64>,
}

/// What an account's key may be used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyState {
    /// Reading and trading.
    #[default]
    Active,
    /// Reading alone.
    ReadOnly,
    /// Nothing: its owner deleted it.
    Deleted,
}

impl KeyState {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
    fn is_active(&self) -> bool {
        *self == Self::Active
    }
}

/// A new account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    /// Its key.
    pub api_key: String,
    /// Its secret.
    pub secret: ApiSecret,
    /// What the key says of itself.
    pub rights: Rights,
    /// USDT on spot.
    pub spot_funds: Decimal,
    /// USDT on futures.
    pub futures_funds: Decimal,
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccount").field("rights", &self.rights).finish_non_exhaustive()
    }
}

/// Plain orders or conditional ones: two spaces, as on today's Binance futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// `/api/v3/order`, `/fapi/v1/order`.
    Plain,
    /// `/fapi/v1/algoOrder`.
    Algo,
}

/// One thing asked of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Opens a funded account. Answers [`Answer::Account`].
    OpenAccount(NewAccount),
    /// Ends orders and positions and funds the account as at first. Answers [`Answer::Done`].
    ResetAccount {
        /// Whose.
        account: AccountId,
    },
    /// Places an order. Answers [`Answer::Order`], or [`Answer::Algo`] for a conditional type.
    Place {
        /// Whose.
        account: AccountId,
        /// What.
        order: NewOrder,
    },
    /// Cancels one order. Answers [`Answer::Order`] or [`Answer::Algo`].
    Cancel {
        /// Whose.
        account: AccountId,
        /// On which market.
        market: MarketId,
        /// Plain or conditional.
        which: Which,
        /// Which one.
        order: OrderRef,
    },
    /// Cancels a market's open orders. Answers [`Answer::Orders`] or [`Answer::Algos`].
    CancelAll {
        /// Whose.
        account: AccountId,
        /// On which market.
        market: MarketId,
        /// Plain or conditional.
        which: Which,
    },
    /// Sets a perpetual's leverage. Answers [`Answer::Leverage`].
    SetLeverage {
        /// Whose.
        account: AccountId,
        /// Which perpetual.
        pair: Pair,
        /// 1 to 125.
        leverage: u16,
    },
    /// Sets a perpetual's margin mode. Answers [`Answer::Done`].
    SetMarginMode {
        /// Whose.
        account: AccountId,
        /// Which perpetual.
        pair: Pair,
        /// Cross or isolated.
        mode: MarginMode,
    },
    /// Moves margin into (positive) or out of (negative) an isolated position. Answers [`Answer::Done`].
    AdjustMargin {
        /// Whose.
        account: AccountId,
        /// Which perpetual.
        pair: Pair,
        /// How much.
        amount: Decimal,
    },
    /// Moves USDT between spot and futures. Answers [`Answer::Transfer`].
    Transfer {
        /// Whose.
        account: AccountId,
        /// From which wallet; it goes to the other.
        from: TradeType,
        /// What.
        asset: String,
        /// How much.
        amount: Decimal,
    },
    /// Brings USDT from outside (positive) or takes it out, once for each reference. Answers [`Answer::Funded`].
    Fund {
        /// Whose.
        account: AccountId,
        /// Which wallet.
        wallet: TradeType,
        /// How much.
        amount: Decimal,
        /// What makes it happen once.
        reference: String,
    },
    /// Says what an account's key may be used for. Answers [`Answer::Done`].
    SetRights {
        /// Whose.
        account: AccountId,
        /// All of its rights.
        rights: Rights,
    },
    /// Switches hedge mode and multi-assets mode. Answers [`Answer::Done`].
    SetModes {
        /// Whose.
        account: AccountId,
        /// Hedge mode (`dualSidePosition`), when it is to change.
        dual: Option<bool>,
        /// Multi-assets mode, when it is to change.
        multi_assets: Option<bool>,
        /// Leaves out the exchange's own checks. For tests.
        forced: bool,
    },
    /// Changes whether and how a market trades. Answers [`Answer::Done`]. For tests.
    ChangeMarket(MarketChange),
    /// Has triggered conditional orders refused by the matching engine. Answers [`Answer::Done`]. For tests.
    RejectTriggers(TriggerRejection),
    /// Raises the version of the rules that the exchange follows. Answers [`Answer::Done`].
    SetRules {
        /// The new version.
        version: u32,
    },
    /// Jumps a pair to a spot price, with volume enough to fill every order that it passes. Answers
    /// [`Answer::Done`]. For tests; the protocol decides who may.
    SetPrice {
        /// Which pair.
        pair: Pair,
        /// To what price.
        price: Decimal,
    },
}

/// What a command brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The new account.
    Account(AccountId),
    /// The order after the command, with what it took at once.
    Order {
        /// As it stands.
        order: Order,
        /// What it took at once.
        fills: Vec<Fill>,
    },
    /// The conditional order after the command.
    Algo(AlgoOrder),
    /// The orders cancelled.
    Orders(Vec<Order>),
    /// The conditional orders cancelled.
    Algos(Vec<AlgoOrder>),
    /// The leverage set.
    Leverage {
        /// Times margin.
        leverage: u16,
        /// Largest position at that leverage, in quote units.
        max_notional: Decimal,
    },
    /// Whether the account had the funds, and they moved.
    Funded(bool),
    /// The transfer's id.
    Transfer(u64),
    /// Nothing to tell.
    Done,
}
