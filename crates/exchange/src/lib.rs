//! Speaking to exchanges: one trait in the domain's words, one adapter per exchange.
//!
//! An adapter signs, paces and parses; it decides nothing. What matters most is the class of a failure
//! ([`Failure`]): only a definite refusal may be treated as "did not happen".

pub mod binance;
mod credentials;
mod failure;
mod holdings;
mod requests;

pub use credentials::{Credentials, KeyRights};
pub use failure::Failure;
pub use holdings::{Held, Holdings, HoldingsChange};
pub use requests::{AccountEvent, MarketEvent, OrderRequest, Urgency, Validity};

use async_trait::async_trait;
use domain::{
    AccountMode, Balance, Candle, Frame, MarginMode, Market, Micros, Order, Position, Symbol, Ticker, Trade,
    TradeType,
};
use tokio::sync::mpsc;

/// What an answer from the exchange is: the thing asked for, or a classed failure.
pub type Answer<T> = Result<T, Failure>;

/// How much of an address's rate budget is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLeft {
    /// Which part of the exchange: `spot`, `futures`.
    pub api: &'static str,
    /// Weight that may still be spent in this minute.
    pub left: u32,
    /// Weight of every minute that only [`Urgency::Protection`] may spend. Entries stop when `left` is not more than this.
    pub reserved: u32,
    /// Requests sent since the start.
    pub requests: u64,
}

/// An exchange. All methods are safe to call at the same time from many tasks; pacing is the adapter's business.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// What is left of its rate budgets, for whoever watches over the desk.
    fn budgets(&self) -> Vec<BudgetLeft> {
        Vec::new()
    }
    /// The exchange's clock.
    async fn server_time(&self) -> Answer<Micros>;
    /// Every market of one kind; cached by the adapter for an hour.
    async fn markets(&self, kind: TradeType) -> Answer<Vec<Market>>;
    /// One market. [`Failure::UnknownSymbol`] when there is none.
    async fn market(&self, kind: TradeType, symbol: &Symbol) -> Answer<Market>;
    /// The last 24 hours.
    async fn ticker(&self, kind: TradeType, symbol: &Symbol) -> Answer<Ticker>;
    /// The newest `limit` (at most 1,500) candles, oldest first; with `before`, those that opened before it.
    async fn candles(
        &self,
        kind: TradeType,
        symbol: &Symbol,
        frame: Frame,
        before: Option<Micros>,
        limit: u16,
    ) -> Answer<Vec<Candle>>;
    /// The mark price (futures) or last price (spot).
    async fn mark_price(&self, kind: TradeType, symbol: &Symbol) -> Answer<domain::Decimal>;

    /// What the key may do.
    async fn key_rights(&self, who: &Credentials) -> Answer<KeyRights>;
    /// How a futures account is set up. Only a one-way, single-asset account may be traded.
    async fn account_mode(&self, _who: &Credentials) -> Answer<AccountMode> {
        Ok(AccountMode::OneWay)
    }
    /// The account's assets.
    async fn balance(&self, who: &Credentials, kind: TradeType) -> Answer<Balance>;
    /// Open orders of one pair or of all, conditional ones included.
    async fn open_orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: Option<&Symbol>,
    ) -> Answer<Vec<Order>>;
    /// Orders of a pair, newest first, conditional ones included.
    async fn orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> Answer<Vec<Order>>;
    /// Fills of a pair, newest first.
    async fn trades(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> Answer<Vec<Trade>>;
    /// The open positions of one pair or of all; flat ones are left out.
    async fn positions(&self, who: &Credentials, symbol: Option<&Symbol>) -> Answer<Vec<Position>>;
    /// The open position of one pair, read with the urgency of a stop: for decisions about protection.
    async fn position_for_stop(&self, who: &Credentials, symbol: &Symbol) -> Answer<Option<Position>> {
        Ok(self.positions(who, Some(symbol)).await?.into_iter().next())
    }
    /// A pair's open futures orders, conditional ones included, read with the urgency of a stop.
    async fn open_orders_for_stop(&self, who: &Credentials, symbol: &Symbol) -> Answer<Vec<Order>> {
        self.open_orders(who, TradeType::Futures, Some(symbol)).await
    }
    /// What a futures account is worth and what it holds, of one moment where the exchange can tell both at once.
    async fn holdings(&self, who: &Credentials) -> Answer<Holdings> {
        let balance = self.balance(who, TradeType::Futures).await?;
        let held = self.positions(who, None).await?.iter().map(Held::from).collect();
        Ok(Holdings { balance, held })
    }
    /// The leverage and margin mode set for a pair, position or not.
    async fn leverage(&self, who: &Credentials, symbol: &Symbol) -> Answer<(u16, MarginMode)>;

    /// Sends an order. Never retried inside: after [`Failure::Unknown`] the caller looks it up with
    /// [`Exchange::find_order`].
    async fn place(&self, who: &Credentials, order: &OrderRequest, validity: Validity) -> Answer<Order>;
    /// The order with this client id, `None` when the exchange has definitely none.
    async fn find_order(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
    ) -> Answer<Option<Order>>;
    /// Cancels one order; `None` when it was not open any more.
    async fn cancel(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
        validity: Validity,
    ) -> Answer<Option<Order>>;
    /// Sets a pair's leverage.
    async fn set_leverage(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        leverage: u16,
        validity: Validity,
    ) -> Answer<()>;
    /// Sets a pair's margin mode; already being so is no failure.
    async fn set_margin_mode(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        mode: MarginMode,
        validity: Validity,
    ) -> Answer<()>;

    /// One upstream for any number of viewers: prices and 1m candles of these futures markets, until the receiver is
    /// dropped. Reconnects by itself and says so.
    fn market_stream(&self, symbols: Vec<Symbol>) -> mpsc::Receiver<MarketEvent>;
    /// An account's own events, until the receiver is dropped. Reconnects by itself and says so: what happened while it
    /// was away must be read again.
    fn account_stream(&self, who: Credentials, kind: TradeType) -> mpsc::Receiver<AccountEvent>;
}
