//! Market properties that can change at run time: trading status, tick and lot size, and book depth.

use super::{
    Account, AlgoStatus, CommandResult, Engine, Execution, NewOrder, Reason, Reject, Status, cancel, futures,
    markets::MarketState, order::words, place,
};
use crate::market::{Level, MarketId, Pair};
use domain::{Decimal, Market, OrderType, Side, TimeInForce, TradeType};
use serde::{Deserialize, Serialize};

words! {
    /// The trading status of a market, as reported by `exchangeInfo`.
    MarketStatus {
        /// The market is trading.
        Trading = "TRADING",
        /// Spot: trading is halted.
        Halt = "HALT",
        /// Spot: trading is interrupted.
        Break = "BREAK",
        /// Futures: not yet trading.
        PendingTrading = "PENDING_TRADING",
        /// Futures: positions can be closed but not opened.
        PreSettle = "PRE_SETTLE",
        /// Futures: trading has ended.
        Settling = "SETTLING",
        /// Futures: delisted. Its orders have been expired and its positions settled.
        Close = "CLOSE",
    }
}

impl MarketStatus {
    /// Whether a market of this kind can have the status.
    #[must_use]
    pub const fn of(self, kind: TradeType) -> bool {
        match self {
            Self::Trading => true,
            Self::Halt | Self::Break => matches!(kind, TradeType::Spot),
            Self::PendingTrading | Self::PreSettle | Self::Settling | Self::Close => {
                matches!(kind, TradeType::Futures)
            }
        }
    }
}

/// A change of a market. Fields that are `None` leave the property unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketChange {
    /// The market.
    pub market: MarketId,
    /// The new trading status.
    pub status: Option<MarketStatus>,
    /// The new tick size.
    pub tick: Option<Decimal>,
    /// The new lot size, which is also the minimum amount.
    pub lot: Option<Decimal>,
    /// Whether the book's best prices are outside the range that market orders may execute at
    /// (`PERCENT_PRICE`).
    pub thin: Option<bool>,
}

/// How a market differs from its initial configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Changed {
    status: MarketStatus,
    rules: Market,
    thin: bool,
}

impl MarketState {
    /// The market's current filters.
    pub(super) fn rules(&self, market: MarketId) -> &Market {
        self.book(market).changed.as_ref().map_or_else(|| market.rules(), |changed| &changed.rules)
    }

    pub(super) fn status(&self, market: MarketId) -> MarketStatus {
        self.book(market).changed.as_ref().map_or(MarketStatus::Trading, |changed| changed.status)
    }

    /// Whether the market's orders fill and trigger.
    pub(super) fn trades(&self, market: MarketId) -> bool {
        matches!(self.status(market), MarketStatus::Trading | MarketStatus::PreSettle)
    }

    /// Checks that a market accepts a new order; `reduces` means that the order can only reduce a position.
    pub(super) fn admits(&self, market: MarketId, reduces: bool) -> Result<(), Reject> {
        match (self.status(market), market.kind) {
            (MarketStatus::Trading, _) => Ok(()),
            (_, TradeType::Spot) => Err(Reject::market_closed()),
            (MarketStatus::PreSettle, _) if reduces => Ok(()),
            (MarketStatus::PreSettle, _) => Err(Reject::no_opening()),
            _ => Err(Reject::symbol_closed()),
        }
    }

    /// Checks that a market order can execute against the book's prices.
    pub(super) fn within_band(&self, new: &NewOrder) -> Result<(), Reject> {
        let thin = self.book(new.market).changed.as_ref().is_some_and(|changed| changed.thin);
        if thin && new.kind == OrderType::Market { Err(Reject::market_order()) } else { Ok(()) }
    }
}

impl Engine {
    /// The market's current filters and trading status.
    #[must_use]
    pub fn market(&self, market: MarketId) -> (&Market, MarketStatus) {
        (self.markets.rules(market), self.markets.status(market))
    }

    /// Changes a market. Closing it expires its orders and settles its positions at the mark price.
    pub(super) fn change_market(&mut self, change: &MarketChange) -> Result<CommandResult, Reject> {
        let market = change.market;
        let step = |step: Option<Decimal>| step.is_none_or(|step| step > Decimal::ZERO);
        if !step(change.tick) || !step(change.lot) {
            return Err(Reject::precision());
        }
        if change.status.is_some_and(|status| !status.of(market.kind)) {
            return Err(Reject::market_status());
        }
        let mut rules = self.markets.rules(market).clone();
        if let Some(tick) = change.tick {
            (rules.tick, rules.min_price) = (tick.normalize(), tick.normalize());
        }
        if let Some(lot) = change.lot {
            (rules.lot, rules.min_amount) = (lot.normalize(), lot.normalize());
        }
        let was_thin = self.markets.book(market).changed.as_ref().is_some_and(|changed| changed.thin);
        let status = change.status.unwrap_or_else(|| self.markets.status(market));
        let thin = change.thin.unwrap_or(was_thin);
        self.markets.book_mut(market).changed = Some(Box::new(Changed { status, rules, thin }));
        if status == MarketStatus::Close {
            for account in self.accounts.values_mut() {
                delist(&mut self.markets, account, market.pair);
            }
        }
        Ok(CommandResult::Done)
    }
}

/// Expires an account's orders on a perpetual and closes its position at the mark price.
fn delist(markets: &mut MarketState, account: &mut Account, pair: Pair) {
    for id in cancel::order_ids(account, TradeType::Futures, |o| o.market.pair == pair) {
        cancel::end(markets, account, TradeType::Futures, id, Status::Expired);
    }
    for id in cancel::algo_ids(account, |a| a.pair == pair) {
        cancel::end_algo(markets, account, id, AlgoStatus::Expired);
    }
    let position = account.perpetual(pair).amount;
    if position.is_zero() {
        return;
    }
    let (market, amount) = (MarketId::futures(pair), position.abs());
    let side = if position.is_sign_negative() { Side::Buy } else { Side::Sell };
    let new = NewOrder { reduce_only: true, ..NewOrder::market(market, side, amount) };
    let mut order = place::order(markets, &new, amount, TimeInForce::Ioc);
    order.client_id = format!("settlement_autoclose-{}", order.id);
    markets.emit_order(account.id, &order, Execution::New, None);
    let level = Level { price: markets.mark(pair), amount };
    let (_, ended) = futures::take(markets, account, &mut order, vec![level]);
    account.futures_orders.put(order.clone());
    markets.emit_futures_account(account, Reason::Order, Decimal::ZERO, &[pair]);
    cancel::after(markets, account, &order, ended);
}
