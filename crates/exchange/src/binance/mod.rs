//! Adapter for Binance spot and USD-M futures, and for anything that speaks its protocol, such as the
//! sandbox.
//!
//! Results equal those that npm `ccxt` derives from the same responses, in [`domain::Decimal`]. Where Binance
//! has two versions of a call, the one with more data is used: `/fapi/v2/positionRisk` includes leverage,
//! margin mode and flat positions; version 3 does not.

mod account;
mod budget;
mod cache;
mod clock;
mod config;
mod failure;
mod markets;
mod num;
mod orders;
mod positions;
mod prices;
mod private_key;
mod rest;
mod sign;
mod stream;
#[cfg(test)]
mod tests;

pub use config::{BadAddress, BinanceConfig, Pacing};

use crate::{
    AccountEvent, BudgetLeft, Credentials, Exchange, ExchangeResult, Holdings, KeyRights, MarketEvent,
    OrderRequest, TradesFrom, Urgency, Validity,
};
use async_trait::async_trait;
use cache::Cached;
use config::Address;
use domain::{
    AccountMode, Balance, Candle, Clock, Decimal, Frame, MarginMode, Market, Micros, Order, Position, Symbol,
    Ticker, Trade, TradeType,
};
use markets::Markets;
use rest::{Api, Limits};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// How many events may queue for a slow reader before the stream itself waits.
const EVENTS: usize = 1_024;

/// The Binance adapter. One instance serves all users, who share its rate limit budget, clock and list of
/// markets.
pub struct Binance {
    shared: Arc<BinanceState>,
}

/// State shared by calls and streams.
struct BinanceState {
    spot: Api,
    futures: Api,
    addresses: Addresses,
    pacing: Pacing,
    spot_markets: Cached<Markets>,
    futures_markets: Cached<Markets>,
    brackets: positions::BracketCache,
    clock: Arc<dyn Clock>,
    attempts: stream::Attempts,
}

struct Addresses {
    spot: Address,
    futures: Address,
}

impl Binance {
    /// Creates an adapter for the addresses in `config`, without making a request.
    ///
    /// # Errors
    /// [`BadAddress`] if one of them is not an HTTP address.
    pub fn new(config: BinanceConfig, clock: Arc<dyn Clock>) -> Result<Self, BadAddress> {
        let addresses = Addresses {
            spot: Address::spot(&config.spot_url, config.spot_stream_url.as_deref())?,
            futures: Address::futures(&config.futures_url, config.futures_stream_url.as_deref())?,
        };
        let local = addresses.spot.local() && addresses.futures.local();
        let http = client(config.timeout, local).map_err(|_| BadAddress("the address"))?;
        let limits = |weight| Limits { weight, patience: config.timeout, recv_window: config.recv_window };
        let api = |address: &Address, time_path, weight| {
            Api::new(address.rest.clone(), time_path, http.clone(), &limits(weight), clock.clone())
        };
        let shared = BinanceState {
            spot: api(&addresses.spot, "/api/v3/time", config.spot_weight),
            futures: api(&addresses.futures, "/fapi/v1/time", config.futures_weight),
            addresses,
            pacing: config.pacing,
            spot_markets: Cached::default(),
            futures_markets: Cached::default(),
            brackets: positions::BracketCache::default(),
            clock,
            attempts: stream::Attempts::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }
}

fn client(timeout: Duration, local: bool) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder();
    // A proxy from the environment is outside this machine, where a local sandbox is not reachable.
    let builder = if local { builder.no_proxy() } else { builder };
    builder
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        // A redirect would send key and signature to another host; a retry could send an order twice.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("slipstream/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl BinanceState {
    fn api(&self, kind: TradeType) -> &Api {
        match kind {
            TradeType::Spot => &self.spot,
            TradeType::Futures => &self.futures,
        }
    }
}

#[async_trait]
impl Exchange for Binance {
    fn budgets(&self) -> Vec<BudgetLeft> {
        vec![self.shared.spot.left("spot"), self.shared.futures.left("futures")]
    }

    async fn server_time(&self) -> ExchangeResult<Micros> {
        self.shared.futures.server_time().await
    }

    async fn markets(&self, kind: TradeType) -> ExchangeResult<Vec<Market>> {
        Ok(self.shared.markets(kind).await?.all())
    }

    async fn market(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Market> {
        self.shared.markets(kind).await?.trading(symbol).cloned().ok_or(crate::ExchangeFailure::UnknownSymbol)
    }

    async fn ticker(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Ticker> {
        self.shared.ticker(kind, symbol).await
    }

    async fn candles(
        &self,
        kind: TradeType,
        symbol: &Symbol,
        frame: Frame,
        before: Option<Micros>,
        limit: u16,
    ) -> ExchangeResult<Vec<Candle>> {
        self.shared.candles(kind, symbol, frame, before, limit).await
    }

    async fn mark_price(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Decimal> {
        self.shared.mark_price(kind, symbol).await
    }

    async fn key_rights(&self, who: &Credentials) -> ExchangeResult<KeyRights> {
        self.shared.key_rights(who).await
    }

    async fn account_mode(&self, who: &Credentials) -> ExchangeResult<AccountMode> {
        self.shared.account_mode(who).await
    }

    async fn balance(&self, who: &Credentials, kind: TradeType) -> ExchangeResult<Balance> {
        self.shared.balance(who, kind).await
    }

    async fn open_orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: Option<&Symbol>,
    ) -> ExchangeResult<Vec<Order>> {
        self.shared.open_orders(who, kind, symbol, Urgency::Last).await
    }

    async fn open_orders_for_stop(&self, who: &Credentials, symbol: &Symbol) -> ExchangeResult<Vec<Order>> {
        self.shared.open_orders(who, TradeType::Futures, Some(symbol), Urgency::Protection).await
    }

    async fn orders(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> ExchangeResult<Vec<Order>> {
        self.shared.orders(who, kind, symbol, limit).await
    }

    async fn trades(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> ExchangeResult<Vec<Trade>> {
        self.shared.trades(who, kind, symbol, limit).await
    }

    async fn trades_from(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        start: &TradesFrom,
        limit: u16,
    ) -> ExchangeResult<Vec<Trade>> {
        self.shared.trades_from(who, kind, symbol, start, limit).await
    }

    async fn positions(&self, who: &Credentials, symbol: Option<&Symbol>) -> ExchangeResult<Vec<Position>> {
        self.shared.positions(who, symbol, Urgency::Last).await
    }

    async fn position_for_stop(
        &self,
        who: &Credentials,
        symbol: &Symbol,
    ) -> ExchangeResult<Option<Position>> {
        let found = self.shared.positions(who, Some(symbol), Urgency::Protection).await?;
        Ok(found.into_iter().next())
    }

    async fn holdings(&self, who: &Credentials) -> ExchangeResult<Holdings> {
        self.shared.holdings(who).await
    }

    async fn leverage(&self, who: &Credentials, symbol: &Symbol) -> ExchangeResult<(u16, MarginMode)> {
        self.shared.leverage(who, symbol).await
    }

    async fn place(
        &self,
        who: &Credentials,
        order: &OrderRequest,
        validity: Validity,
    ) -> ExchangeResult<Order> {
        self.shared.place(who, order, validity).await
    }

    async fn find_order(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
    ) -> ExchangeResult<Option<Order>> {
        self.shared.find_order(who, kind, symbol, client_order_id, conditional).await
    }

    async fn cancel(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        client_order_id: &str,
        conditional: bool,
        validity: Validity,
    ) -> ExchangeResult<Option<Order>> {
        self.shared.cancel(who, kind, symbol, client_order_id, conditional, validity).await
    }

    async fn set_leverage(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        leverage: u16,
        validity: Validity,
    ) -> ExchangeResult<()> {
        self.shared.set_leverage(who, symbol, leverage, validity).await
    }

    async fn set_margin_mode(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        mode: MarginMode,
        validity: Validity,
    ) -> ExchangeResult<()> {
        self.shared.set_margin_mode(who, symbol, mode, validity).await
    }

    fn market_stream(&self, symbols: Vec<Symbol>) -> mpsc::Receiver<MarketEvent> {
        let (events, receiver) = mpsc::channel(EVENTS);
        tokio::spawn(stream::market::run(self.shared.clone(), symbols, events));
        receiver
    }

    fn account_stream(&self, who: Credentials, kind: TradeType) -> mpsc::Receiver<AccountEvent> {
        let (events, receiver) = mpsc::channel(EVENTS);
        tokio::spawn(stream::account::run(self.shared.clone(), who, kind, events));
        receiver
    }
}
