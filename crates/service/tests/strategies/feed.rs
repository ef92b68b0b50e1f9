//! An exchange with only the candles that a test gives it, and a clock that follows them.

use async_trait::async_trait;
use domain::{
    Balance, Candle, Clock, Decimal, Frame, MarginMode, Market, Micros, Order, Position, Symbol, Ticker,
    Trade, TradeType, time,
};
use exchange::{
    AccountData, AccountEvent, Credentials, ExchangeFailure, ExchangeResult, Holdings, KeyRights, MarketData,
    MarketEvent, OrderRequest, Positions, Streams, TradesFrom, Trading, Validity,
};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// State shared by the exchange, the clock and the test.
#[derive(Clone)]
pub(crate) struct Feed(Arc<Mutex<State>>);

struct State {
    candles: Vec<Candle>,
    now: Micros,
    /// The current market price, if it differs from the last close.
    quote: Option<Decimal>,
    requests: usize,
}

/// 2026-01-01.
pub(crate) const START: Micros = Micros(1_767_225_600_000_000);

impl Feed {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { candles: Vec::new(), now: START, quote: None, requests: 0 })))
    }

    /// Lets a minute pass.
    pub(crate) fn minute(&self, candle: Candle) {
        let mut state = self.0.lock().unwrap();
        state.now = candle.start.plus(time::MINUTE + time::SECOND);
        state.candles.push(candle);
        state.quote = None;
    }

    /// Sets the market price, a few seconds later.
    pub(crate) fn quote(&self, price: &str) {
        let mut state = self.0.lock().unwrap();
        state.now = state.now.plus(5 * time::SECOND);
        state.quote = Some(price.parse().unwrap());
    }

    /// Sets the clock back.
    pub(crate) fn set_back(&self, seconds: i64) {
        let mut state = self.0.lock().unwrap();
        state.now = state.now.plus(-seconds * time::SECOND);
    }

    /// Adds minutes from a list of closes. Each opens at the previous close.
    pub(crate) fn closes(&self, closes: &[&str]) {
        for close in closes {
            let (start, open) = {
                let state = self.0.lock().unwrap();
                let last = state.candles.last();
                (last.map_or(START, |c| c.start.plus(time::MINUTE)), last.map(|c| c.close))
            };
            let close: Decimal = close.parse().unwrap();
            let open = open.unwrap_or(close);
            let (high, low) = (open.max(close), open.min(close));
            self.minute(Candle { start, open, high, low, close, volume: Decimal::ONE });
        }
    }

    pub(crate) fn candles(&self) -> Vec<Candle> {
        self.0.lock().unwrap().candles.clone()
    }

    /// Returns how often candles were requested.
    pub(crate) fn requests(&self) -> usize {
        self.0.lock().unwrap().requests
    }
}

impl Clock for Feed {
    fn now(&self) -> Micros {
        self.0.lock().unwrap().now
    }
}

#[async_trait]
impl MarketData for Feed {
    async fn market(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Market> {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        if symbol.base() != "BTC" {
            return Err(ExchangeFailure::UnknownSymbol);
        }
        Ok(Market {
            symbol: symbol.clone(),
            trade_type: kind,
            tick: d("0.1"),
            min_price: d("0.1"),
            max_price: d("1000000"),
            lot: d("0.001"),
            min_amount: d("0.001"),
            max_amount: d("1000"),
            min_notional: d("5"),
            price_band: (d("0.5"), d("1.5")),
        })
    }
    async fn candles(
        &self,
        _: TradeType,
        _: &Symbol,
        _: Frame,
        before: Option<Micros>,
        limit: u16,
    ) -> ExchangeResult<Vec<Candle>> {
        let mut state = self.0.lock().unwrap();
        state.requests += 1;
        let mut all = state.candles.clone();
        // The currently open candle: strategies must not use it.
        if let Some(last) = all.last().copied() {
            let start = last.start.plus(time::MINUTE);
            all.push(Candle { start, open: last.close, high: last.close, low: last.close, ..last });
        }
        all.retain(|candle| before.is_none_or(|before| candle.start < before));
        let from = all.len().saturating_sub(usize::from(limit));
        Ok(all.split_off(from))
    }
    async fn ticker(&self, _: TradeType, symbol: &Symbol) -> ExchangeResult<Ticker> {
        let state = self.0.lock().unwrap();
        let last = state.candles.last().map_or(Decimal::ONE, |c| c.close);
        let p = state.quote.unwrap_or(last);
        let (symbol, zero) = (symbol.clone(), Decimal::ZERO);
        Ok(Ticker {
            symbol,
            at: state.now,
            high: p,
            low: p,
            vwap: p,
            open: p,
            last: p,
            change: zero,
            percentage: zero,
            base_volume: zero,
            quote_volume: zero,
        })
    }
    async fn server_time(&self) -> ExchangeResult<Micros> {
        Err(ExchangeFailure::Unreachable)
    }
    async fn markets(&self, _: TradeType) -> ExchangeResult<Vec<Market>> {
        Err(ExchangeFailure::Unreachable)
    }
    async fn mark_price(&self, _: TradeType, _: &Symbol) -> ExchangeResult<Decimal> {
        Err(ExchangeFailure::Unreachable)
    }
}

#[async_trait]
impl AccountData for Feed {
    async fn key_rights(&self, _: &Credentials) -> ExchangeResult<KeyRights> {
        Ok(KeyRights {
            withdraw: false,
            futures: true,
            spot: true,
            ip_restricted: false,
            portfolio_margin: false,
            expires_at: None,
        })
    }
    async fn balance(&self, _: &Credentials, _: TradeType) -> ExchangeResult<Balance> {
        let funds = domain::Funds { free: 10_000.into(), used: 0.into(), total: 10_000.into() };
        Ok(Balance { assets: [("USDT".to_owned(), funds)].into(), unrealized_pnl: Decimal::ZERO })
    }
    async fn holdings(&self, _: &Credentials) -> ExchangeResult<Holdings> {
        Err(ExchangeFailure::Unreachable)
    }
    async fn trades(&self, _: &Credentials, _: TradeType, _: &Symbol, _: u16) -> ExchangeResult<Vec<Trade>> {
        Err(ExchangeFailure::Unreachable)
    }
    async fn trades_from(
        &self,
        _: &Credentials,
        _: TradeType,
        _: &Symbol,
        _: &TradesFrom,
        _: u16,
    ) -> ExchangeResult<Vec<Trade>> {
        Err(ExchangeFailure::Unreachable)
    }
}

impl Streams for Feed {
    fn market_stream(&self, _: Vec<Symbol>) -> mpsc::Receiver<MarketEvent> {
        mpsc::channel(1).1
    }
    fn account_stream(&self, _: Credentials, _: TradeType) -> mpsc::Receiver<AccountEvent> {
        mpsc::channel(1).1
    }
}

macro_rules! silent {
    ($($capability:ident { $($name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)* })*) => {
        $(#[async_trait]
        impl $capability for Feed {
            $(async fn $name(&self, $($arg: $kind),*) -> ExchangeResult<$answer> {
                let _ = ($($arg),*);
                Err(ExchangeFailure::Unreachable)
            })*
        })*
    };
}

silent! {
    Positions {
        positions(who: &Credentials, symbol: Option<&Symbol>) -> Vec<Position>;
        leverage(who: &Credentials, symbol: &Symbol) -> (u16, MarginMode);
        set_leverage(who: &Credentials, symbol: &Symbol, leverage: u16, validity: Validity) -> ();
        set_margin_mode(who: &Credentials, symbol: &Symbol, mode: MarginMode, validity: Validity) -> ();
    }
    Trading {
        place(who: &Credentials, order: &OrderRequest, validity: Validity) -> Order;
        find_order(who: &Credentials, kind: TradeType, symbol: &Symbol, id: &str, conditional: bool) -> Option<Order>;
        cancel(who: &Credentials, kind: TradeType, symbol: &Symbol, id: &str, conditional: bool, validity: Validity) -> Option<Order>;
        open_orders(who: &Credentials, kind: TradeType, symbol: Option<&Symbol>) -> Vec<Order>;
        orders(who: &Credentials, kind: TradeType, symbol: &Symbol, limit: u16) -> Vec<Order>;
    }
}
