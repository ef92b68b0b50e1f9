//! Events, delivered to the user-data and market streams.

use super::{
    AccountId, AlgoOrder, Fill, ListStatus, Order, OrderList, PositionView, SpotBalance, words::words,
};
use crate::market::{BookTicker, Kline, MarkPrice, MarketId, Pair, PublicTrade};
use domain::{Decimal, Micros};
use serde::{Deserialize, Serialize};

words! {
    /// The kind of change to an order (`x`).
    Execution {
        /// It was accepted.
        New = "NEW",
        /// It was filled, completely or in part.
        Trade = "TRADE",
        /// Its owner cancelled it.
        Canceled = "CANCELED",
        /// The engine ended it.
        Expired = "EXPIRED",
        /// Its owner reduced its amount (spot).
        Replaced = "REPLACED",
        /// It was rejected after its list or the cancellation of another order had been accepted (spot).
        Rejected = "REJECTED",
        /// It is a liquidation order and was filled.
        Calculated = "CALCULATED",
        /// Its owner changed its price or amount.
        Amendment = "AMENDMENT",
    }
}

words! {
    /// Why a futures account changed (`ACCOUNT_UPDATE` `m`).
    Reason {
        /// An order filled.
        Order = "ORDER",
        /// Funding was paid or received.
        FundingFee = "FUNDING_FEE",
        /// USDT came from the spot wallet.
        Deposit = "DEPOSIT",
        /// USDT went to the spot wallet.
        Withdraw = "WITHDRAW",
        /// Isolated margin moved.
        MarginTransfer = "MARGIN_TRANSFER",
        /// The margin mode changed.
        MarginTypeChange = "MARGIN_TYPE_CHANGE",
        /// The insurance fund covered a loss or took a clearance fee.
        InsuranceClear = "INSURANCE_CLEAR",
        /// The account was reset.
        AdminDeposit = "ADMIN_DEPOSIT",
    }
}

words! {
    /// The kind of change to a futures wallet (`/fapi/v1/income`).
    IncomeKind {
        /// Realized profit or loss of a fill.
        RealizedPnl = "REALIZED_PNL",
        /// A fee.
        Commission = "COMMISSION",
        /// A funding payment.
        FundingFee = "FUNDING_FEE",
        /// A transfer to or from the spot wallet.
        Transfer = "TRANSFER",
        /// The insurance fund covered a loss or took a clearance fee.
        InsuranceClear = "INSURANCE_CLEAR",
    }
}

/// One entry of the income history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Income {
    /// The entry's id.
    pub id: u64,
    /// Time of the entry.
    pub at: Micros,
    /// The kind of change.
    pub kind: IncomeKind,
    /// The perpetual; `None` if the entry does not belong to one.
    pub pair: Option<Pair>,
    /// Amount credited (positive) or debited (negative), in USDT.
    pub amount: Decimal,
    /// The fill that caused the entry.
    pub trade_id: Option<u64>,
}

/// An event of the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Time of the event.
    pub at: Micros,
    /// The account concerned; `None` for market events.
    pub account: Option<AccountId>,
    /// The kind of event and its data.
    pub kind: EventKind,
}

/// The kinds of events, with their data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum EventKind {
    /// A plain order changed (`executionReport`, `ORDER_TRADE_UPDATE`).
    Order {
        /// The order after the change.
        order: Box<Order>,
        /// The kind of change.
        execution: Execution,
        /// The fill, for a trade execution.
        fill: Option<Box<Fill>>,
        /// The client id of the spot request that cancelled it.
        cancel_id: Option<String>,
    },
    /// An order list changed (`listStatus`).
    List {
        /// The list after the change.
        list: Box<OrderList>,
        /// The kind of change.
        status: ListStatus,
    },
    /// A conditional order changed (`ALGO_UPDATE`).
    Algo(Box<AlgoOrder>),
    /// Spot funds were deposited, withdrawn or transferred (`balanceUpdate`).
    SpotTransfer {
        /// The asset.
        asset: &'static str,
        /// Added (positive) or removed (negative).
        change: Decimal,
    },
    /// Spot balances changed (`outboundAccountPosition`).
    Spot(Vec<SpotBalance>),
    /// The futures account changed (`ACCOUNT_UPDATE`).
    Futures {
        /// Why it changed.
        reason: Reason,
        /// Wallet balance.
        wallet: Decimal,
        /// Wallet balance excluding isolated margin.
        cross_wallet: Decimal,
        /// The change of the wallet balance, excluding realized profit and fees of fills (`bc`).
        change: Decimal,
        /// The positions that changed.
        positions: Vec<PositionView>,
    },
    /// Leverage was set (`ACCOUNT_CONFIG_UPDATE`).
    Leverage {
        /// The perpetual.
        pair: Pair,
        /// The leverage, as a multiple of the margin.
        leverage: u16,
    },
    /// Multi-assets mode was enabled or disabled (`ACCOUNT_CONFIG_UPDATE`).
    MultiAssets(bool),
    /// Positions are close to liquidation (`MARGIN_CALL`).
    MarginCall(Vec<PositionView>),
    /// A market changed.
    Market(Box<MarketUpdate>),
}

/// The changes of one market in one tick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarketUpdate {
    /// The market.
    pub market: MarketId,
    /// The last price.
    pub price: Decimal,
    /// The tick's public trades, oldest first.
    pub trades: Vec<PublicTrade>,
    /// Best bid and ask after the tick.
    pub book: BookTicker,
    /// The current one-minute candle.
    pub candle: Kline,
    /// The one-minute candle that this tick closed.
    pub closed: Option<Kline>,
    /// Mark price and funding rate (futures only).
    pub mark: Option<MarkPrice>,
}
