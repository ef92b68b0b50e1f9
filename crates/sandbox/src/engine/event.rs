//! What has happened: told to user-data and market streams.

use super::{AccountId, AlgoOrder, Fill, Order, PositionView, SpotBalance, order::words};
use crate::market::{BookTicker, Kline, MarkPrice, MarketId, Pair, PublicTrade};
use domain::{Decimal, Micros};
use serde::{Deserialize, Serialize};

words! {
    /// What happened to an order (`x`).
    Execution {
        /// It was taken.
        New = "NEW",
        /// It filled, wholly or in part.
        Trade = "TRADE",
        /// Its owner cancelled it.
        Canceled = "CANCELED",
        /// The engine ended it.
        Expired = "EXPIRED",
        /// It is a liquidation, and filled.
        Calculated = "CALCULATED",
    }
}

words! {
    /// Why a futures account changed (`ACCOUNT_UPDATE` `m`), and what an income entry is.
    Reason {
        /// An order filled.
        Order = "ORDER",
        /// Funding was paid or received.
        FundingFee = "FUNDING_FEE",
        /// USDT came from spot.
        Deposit = "DEPOSIT",
        /// USDT went to spot.
        Withdraw = "WITHDRAW",
        /// Isolated margin moved.
        MarginTransfer = "MARGIN_TRANSFER",
        /// The margin mode changed.
        MarginTypeChange = "MARGIN_TYPE_CHANGE",
        /// The insurance covered a loss, or took a clearance fee.
        InsuranceClear = "INSURANCE_CLEAR",
        /// The account was reset.
        AdminDeposit = "ADMIN_DEPOSIT",
    }
}

words! {
    /// What changed a futures wallet (`/fapi/v1/income`).
    IncomeKind {
        /// Profit or loss of a fill.
        RealizedPnl = "REALIZED_PNL",
        /// A fee.
        Commission = "COMMISSION",
        /// Funding.
        FundingFee = "FUNDING_FEE",
        /// To or from spot.
        Transfer = "TRANSFER",
        /// The insurance covered a loss, or took a clearance fee.
        InsuranceClear = "INSURANCE_CLEAR",
    }
}

/// One entry of the income history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Income {
    /// Its id.
    pub id: u64,
    /// When.
    pub at: Micros,
    /// What kind.
    pub kind: IncomeKind,
    /// On which pair, where there is one.
    pub pair: Option<Pair>,
    /// How much came (positive) or went (negative), in USDT.
    pub amount: Decimal,
    /// The fill that brought it.
    pub trade_id: Option<u64>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When.
    pub at: Micros,
    /// Whose, where it is someone's.
    pub account: Option<AccountId>,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum EventKind {
    /// A plain order changed (`executionReport`, `ORDER_TRADE_UPDATE`).
    Order {
        /// As it stands now.
        order: Box<Order>,
        /// What happened to it.
        execution: Execution,
        /// The fill, when that is what happened.
        fill: Option<Box<Fill>>,
    },
    /// A conditional order changed (`ALGO_UPDATE`).
    Algo(Box<AlgoOrder>),
    /// Spot balances changed (`outboundAccountPosition`).
    Spot(Vec<SpotBalance>),
    /// The futures account changed (`ACCOUNT_UPDATE`).
    Futures {
        /// Why.
        reason: Reason,
        /// Wallet balance.
        wallet: Decimal,
        /// Wallet balance without isolated margin.
        cross_wallet: Decimal,
        /// How much the wallet changed, fills' profits and fees apart (`bc`).
        change: Decimal,
        /// The positions that changed.
        positions: Vec<PositionView>,
    },
    /// Leverage was set (`ACCOUNT_CONFIG_UPDATE`).
    Leverage {
        /// Which perpetual.
        pair: Pair,
        /// Times margin.
        leverage: u16,
    },
    /// Multi-assets mode was switched on or off (`ACCOUNT_CONFIG_UPDATE`).
    MultiAssets(bool),
    /// Positions are close to liquidation (`MARGIN_CALL`).
    MarginCall(Vec<PositionView>),
    /// A market moved.
    Market(Box<MarketUpdate>),
}

/// What one tick did to one market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarketUpdate {
    /// Which.
    pub market: MarketId,
    /// The last price.
    pub price: Decimal,
    /// The tick's public trades, oldest first.
    pub trades: Vec<PublicTrade>,
    /// Best bid and ask now.
    pub book: BookTicker,
    /// The running one-minute candle.
    pub candle: Kline,
    /// The one-minute candle that this tick has closed.
    pub closed: Option<Kline>,
    /// Mark price and funding (futures).
    pub mark: Option<MarkPrice>,
}
