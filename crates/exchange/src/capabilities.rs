//! The capabilities of an exchange, one trait each. [`Exchange`] is all of them.

use crate::{
    AccountEvent, BudgetLeft, Credentials, ExchangeResult, Funding, HeldPosition, Holdings, KeyRights,
    MarketEvent, OrderRequest, OrderTest, TradesFrom, Validity,
};
use async_trait::async_trait;
use domain::{
    AccountMode, Balance, Candle, Decimal, Frame, MarginMode, Market, Micros, Order, Position, PositionSlot,
    Symbol, Ticker, Trade, TradeType,
};
use tokio::sync::mpsc;

/// An exchange. All methods may be called concurrently from many tasks; the adapter takes care of rate
/// limits.
pub trait Exchange: MarketData + AccountData + Positions + Trading + Streams {}

impl<T: MarketData + AccountData + Positions + Trading + Streams> Exchange for T {}

/// Public data of the markets, and the state of the connection to the exchange.
#[async_trait]
pub trait MarketData: Send + Sync {
    /// The remaining rate limit budgets, for monitoring.
    fn budgets(&self) -> Vec<BudgetLeft> {
        Vec::new()
    }
    /// The exchange's current time.
    async fn server_time(&self) -> ExchangeResult<Micros>;
    /// All markets of one kind, cached by the adapter for an hour.
    async fn markets(&self, kind: TradeType) -> ExchangeResult<Vec<Market>>;
    /// One market, or [`ExchangeFailure::UnknownSymbol`] if it does not exist.
    async fn market(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Market>;
    /// The 24-hour ticker.
    async fn ticker(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Ticker>;
    /// The newest `limit` (at most 1,500) candles, oldest first; with `before`, only those that opened before
    /// it.
    async fn candles(
        &self,
        kind: TradeType,
        symbol: &Symbol,
        frame: Frame,
        before: Option<Micros>,
        limit: u16,
    ) -> ExchangeResult<Vec<Candle>>;
    /// The mark price (futures) or last price (spot).
    async fn mark_price(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Decimal>;
}

/// An account's permissions, mode, balances and fills.
#[async_trait]
pub trait AccountData: Positions + Send + Sync {
    /// The permissions of the key.
    async fn key_rights(&self, who: &Credentials) -> ExchangeResult<KeyRights>;
    /// The mode of a futures account. [`AccountMode::problem`] names those that may not be traded.
    async fn account_mode(&self, _who: &Credentials) -> ExchangeResult<AccountMode> {
        Ok(AccountMode::OneWay)
    }
    /// The account's balances.
    async fn balance(&self, who: &Credentials, kind: TradeType) -> ExchangeResult<Balance>;
    /// The balance and positions of a futures account, as a consistent snapshot if the exchange can provide
    /// one.
    async fn holdings(&self, who: &Credentials) -> ExchangeResult<Holdings> {
        let balance = self.balance(who, TradeType::Futures).await?;
        let held = self.positions(who, None).await?.iter().map(HeldPosition::from).collect();
        Ok(Holdings { balance, held })
    }
    /// Fills of a pair, newest first.
    async fn trades(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> ExchangeResult<Vec<Trade>>;
    /// The first `limit` (at most 1,000) fills of a pair from `start` on, oldest first. The next page begins at
    /// the id of the last fill, which it repeats.
    async fn trades_from(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        start: &TradesFrom,
        limit: u16,
    ) -> ExchangeResult<Vec<Trade>>;
    /// The first `limit` (at most 1,000) funding payments of a futures pair from `start` on, oldest first.
    async fn funding_from(
        &self,
        _who: &Credentials,
        _symbol: &Symbol,
        _start: Micros,
        _limit: u16,
    ) -> ExchangeResult<Vec<Funding>> {
        Ok(Vec::new())
    }
}

/// The open positions of a futures account, and the leverage and margin mode of its pairs.
#[async_trait]
pub trait Positions: Send + Sync {
    /// The open positions of one pair or of all, without flat ones.
    async fn positions(&self, who: &Credentials, symbol: Option<&Symbol>) -> ExchangeResult<Vec<Position>>;
    /// The open positions of one pair, read with the priority of a stop, for decisions about protection.
    async fn positions_for_stop(&self, who: &Credentials, symbol: &Symbol) -> ExchangeResult<Vec<Position>> {
        self.positions(who, Some(symbol)).await
    }
    /// One open position of a pair, read with the priority of a stop.
    async fn position_for_stop(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        slot: PositionSlot,
    ) -> ExchangeResult<Option<Position>> {
        let open = self.positions_for_stop(who, symbol).await?;
        Ok(open.into_iter().find(|position| position.position_side == slot))
    }
    /// The leverage and margin mode set for a pair, whether or not it has a position.
    async fn leverage(&self, who: &Credentials, symbol: &Symbol) -> ExchangeResult<(u16, MarginMode)>;
    /// Sets a pair's leverage.
    async fn set_leverage(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        leverage: u16,
        validity: Validity,
    ) -> ExchangeResult<()>;
    /// Sets a pair's margin mode. Succeeds if it is already set.
    async fn set_margin_mode(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        mode: MarginMode,
        validity: Validity,
    ) -> ExchangeResult<()>;
}

/// Orders: sending, finding, cancelling and listing them.
#[async_trait]
pub trait Trading: Send + Sync {
    /// Sends an order. Never retried internally: after [`ExchangeFailure::Unknown`] the caller has to query it with
    /// [`Trading::find_order`].
    async fn place(
        &self,
        who: &Credentials,
        order: &OrderRequest,
        validity: Validity,
    ) -> ExchangeResult<Order>;
    /// Has the exchange validate an order without placing it. The exchange decides which rules that includes.
    async fn test_order(&self, _who: &Credentials, _order: &OrderRequest) -> ExchangeResult<OrderTest> {
        Ok(OrderTest::Unsupported)
    }
    /// The order with this client id, or `None` if the exchange definitely does not have it.
    async fn find_order(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
    ) -> ExchangeResult<Option<Order>>;
    /// Cancels one order. Returns `None` if it was no longer open.
    async fn cancel(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
        validity: Validity,
    ) -> ExchangeResult<Option<Order>>;
    /// Open orders of one pair or of all, including conditional orders.
    async fn open_orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: Option<&Symbol>,
    ) -> ExchangeResult<Vec<Order>>;
    /// A pair's open futures orders, including conditional ones, read with the priority of a stop.
    async fn open_orders_for_stop(&self, who: &Credentials, symbol: &Symbol) -> ExchangeResult<Vec<Order>> {
        self.open_orders(who, TradeType::Futures, Some(symbol)).await
    }
    /// Orders of a pair, newest first, including conditional orders.
    async fn orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> ExchangeResult<Vec<Order>>;
}

/// Live data, delivered until the receiver is dropped.
pub trait Streams: Send + Sync {
    /// Streams prices and 1m candles of these futures markets until the receiver is dropped. One upstream
    /// connection serves any number of viewers. Reconnects automatically and reports each disconnect.
    fn market_stream(&self, symbols: Vec<Symbol>) -> mpsc::Receiver<MarketEvent>;
    /// Streams an account's user data until the receiver is dropped. Reconnects automatically and reports it:
    /// the caller has to reload whatever may have changed while it was disconnected.
    fn account_stream(&self, who: Credentials, kind: TradeType) -> mpsc::Receiver<AccountEvent>;
}
