//! Commands accepted by the engine. They are journalled, so their serialized form is part of the on-disk
//! state.

use super::{
    AccountId, AlgoOrder, Fill, FuturesRequest, MarketChange, NewOrder, Order, OrderRef, PositionSlot,
    SpotAction, SpotResult, TriggerRejection, terms::is_default,
};
use crate::market::{MarketId, Pair};
use domain::{Decimal, MarginMode, TradeType};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The secret of a paper account's API key. Stored in clear because the exchange has to sign with it too, but
/// never shown by `Debug`. Of an RSA or Ed25519 key it is the public key, in PEM.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiSecret(pub String);

impl fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiSecret(..)")
    }
}

/// The permissions of an account's API key, as `apiRestrictions` reports them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Withdrawals are allowed.
    pub withdrawals: bool,
    /// Use is restricted to certain IP addresses.
    pub ip_restricted: bool,
    /// The permitted use of the key. Commands journalled before this field existed lack it.
    #[serde(default, skip_serializing_if = "KeyState::is_active")]
    pub state: KeyState,
    /// When its trading permission ends, in milliseconds since the Unix epoch; `None` if no date was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trading_ends: Option<i64>,
}

/// Whether an account's key is active, read-only or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyState {
    /// Reading and trading.
    #[default]
    Active,
    /// Reading only.
    ReadOnly,
    /// No use: its owner deleted it.
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
    /// Its API key.
    pub api_key: String,
    /// Its API secret.
    pub secret: ApiSecret,
    /// The permissions of the key.
    pub rights: Rights,
    /// Initial spot balance in USDT.
    pub spot_funds: Decimal,
    /// Initial futures balance in USDT.
    pub futures_funds: Decimal,
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccount").field("rights", &self.rights).finish_non_exhaustive()
    }
}

/// Plain or conditional orders: two separate id spaces, as on current Binance futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// `/api/v3/order`, `/fapi/v1/order`.
    Plain,
    /// `/fapi/v1/algoOrder`.
    Algo,
}

/// A command to the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Opens a funded account. Answers [`CommandResult::Account`].
    OpenAccount(NewAccount),
    /// Cancels all orders, closes all positions and restores the initial funds. Answers [`CommandResult::Done`].
    ResetAccount {
        /// The account.
        account: AccountId,
    },
    /// Places an order. Answers [`CommandResult::Order`], or [`CommandResult::Algo`] for a conditional type.
    Place {
        /// The account.
        account: AccountId,
        /// The order to place.
        order: NewOrder,
    },
    /// Acts on a spot market's orders and order lists. Answers [`CommandResult::Spot`].
    Spot {
        /// The account.
        account: AccountId,
        /// The spot market.
        market: MarketId,
        /// The action.
        action: Box<SpotAction>,
    },
    /// Cancels one order. Answers [`CommandResult::Order`] or [`CommandResult::Algo`].
    Cancel {
        /// The account.
        account: AccountId,
        /// The order's market.
        market: MarketId,
        /// Plain or conditional.
        which: Which,
        /// The order to cancel.
        order: OrderRef,
        /// The request's own client id, on spot. Commands journalled before this field existed lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancel_id: Option<String>,
    },
    /// Cancels a market's open orders. Answers [`CommandResult::Orders`] or [`CommandResult::Algos`].
    CancelAll {
        /// The account.
        account: AccountId,
        /// The market.
        market: MarketId,
        /// Plain or conditional.
        which: Which,
        /// As in [`Command::Cancel`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancel_id: Option<String>,
    },
    /// Sets a perpetual's leverage. Answers [`CommandResult::Leverage`].
    SetLeverage {
        /// The account.
        account: AccountId,
        /// The perpetual.
        pair: Pair,
        /// 1 to 125.
        leverage: u16,
    },
    /// Sets a perpetual's margin mode. Answers [`CommandResult::Done`].
    SetMarginMode {
        /// The account.
        account: AccountId,
        /// The perpetual.
        pair: Pair,
        /// Cross or isolated.
        mode: MarginMode,
    },
    /// Moves margin into (positive) or out of (negative) an isolated position. Answers [`CommandResult::Done`].
    AdjustMargin {
        /// The account.
        account: AccountId,
        /// The perpetual.
        pair: Pair,
        /// The amount in USDT.
        amount: Decimal,
        /// The position of that perpetual. Commands journalled before this field existed lack it.
        #[serde(default, skip_serializing_if = "is_default")]
        slot: PositionSlot,
    },
    /// Moves USDT between spot and futures. Answers [`CommandResult::Transfer`].
    Transfer {
        /// The account.
        account: AccountId,
        /// The wallet to debit; the other one is credited.
        from: TradeType,
        /// The asset.
        asset: String,
        /// The amount.
        amount: Decimal,
    },
    /// Deposits USDT from outside (positive) or withdraws it (negative), once per reference. Answers
    /// [`CommandResult::Funded`].
    Fund {
        /// The account.
        account: AccountId,
        /// The wallet.
        wallet: TradeType,
        /// The amount in USDT.
        amount: Decimal,
        /// The idempotency key.
        reference: String,
    },
    /// Adds an API key to an account, with the same permissions. Answers [`CommandResult::Done`].
    AddKey {
        /// The account.
        account: AccountId,
        /// The new key.
        api_key: String,
        /// Its secret, or the public key of a pair in PEM.
        secret: ApiSecret,
    },
    /// Sets the permissions of an account's key. Answers [`CommandResult::Done`].
    SetRights {
        /// The account.
        account: AccountId,
        /// The complete new permissions.
        rights: Rights,
    },
    /// Sets hedge mode and multi-assets mode. Answers [`CommandResult::Done`].
    SetModes {
        /// The account.
        account: AccountId,
        /// Hedge mode (`dualSidePosition`); `None` leaves it unchanged.
        dual: Option<bool>,
        /// Multi-assets mode; `None` leaves it unchanged.
        multi_assets: Option<bool>,
        /// Skips the exchange's own checks. For tests.
        forced: bool,
    },
    /// A request that only futures accounts know. The kind of request determines the answer.
    Futures {
        /// The account.
        account: AccountId,
        /// The request.
        request: FuturesRequest,
    },
    /// Changes a market's status, filters or depth. Answers [`CommandResult::Done`]. For tests.
    ChangeMarket(MarketChange),
    /// Makes the matching engine reject triggered conditional orders. Answers [`CommandResult::Done`]. For tests.
    RejectTriggers(TriggerRejection),
    /// Raises the version of the rules that the exchange follows. Answers [`CommandResult::Done`].
    SetRules {
        /// The new version.
        version: u32,
    },
    /// Jumps a pair to a spot price, with enough volume to fill every order that the price passes. Answers
    /// [`CommandResult::Done`]. For tests; the protocol layer checks authorization.
    SetPrice {
        /// The pair.
        pair: Pair,
        /// The new price.
        price: Decimal,
    },
}

/// The result of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandResult {
    /// The new account.
    Account(AccountId),
    /// The order after the command, with its immediate fills.
    Order {
        /// The order's current state.
        order: Order,
        /// Its immediate fills.
        fills: Vec<Fill>,
    },
    /// The result of a spot action.
    Spot(Box<SpotResult>),
    /// The conditional order after the command.
    Algo(AlgoOrder),
    /// The cancelled orders.
    Orders(Vec<Order>),
    /// The cancelled conditional orders.
    Algos(Vec<AlgoOrder>),
    /// The leverage now set.
    Leverage {
        /// The leverage, as a multiple of the margin.
        leverage: u16,
        /// The largest position allowed at that leverage, in quote units.
        max_notional: Decimal,
    },
    /// Whether the account had the funds, so that they were moved.
    Funded(bool),
    /// The transfer's id.
    Transfer(u64),
    /// No further data.
    Done,
}
