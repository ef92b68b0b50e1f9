//! The exchange as seen by one instance.

use super::{
    Done, ONE_WAY, Sim, World, WriteRequest,
    book::btc,
    clock::sleep,
    gate::Passage,
    plan::{Fault, REFUSING},
    shown::{balance, beside, market, position, ticker},
    unknown,
};
use async_trait::async_trait;
use domain::{
    AccountMode, Balance, Candle, Decimal, Frame, MarginMode, Market, Micros, Order, OrderType, Position,
    Symbol, Ticker, Trade, TradeType, time::SECOND,
};
use exchange::{
    AccountData, AccountEvent, Credentials, ExchangeFailure, ExchangeResult, KeyRights, MarketData,
    MarketEvent, OrderRequest, Positions, Streams, TradesFrom, Trading, Validity,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// Excused time after a lagging read: an inspection may wrongly find agreement, and the next one comes within
/// this time.
const UNSEEN: i64 = 30 * SECOND;
/// By how much lagging reads lag.
const LAG: i64 = 3 * SECOND;
/// While lookups lag, orders younger than this are not found.
const HIDDEN: i64 = 20 * SECOND;

/// An instance's connection to the exchange.
pub(crate) struct SimConnection {
    pub(crate) sim: Arc<Sim>,
    pub(crate) instance: usize,
}

impl SimConnection {
    /// Registers a call that is about to leave, and applies the cut before it.
    async fn pass(&self, kind: &'static str, writes: bool) -> Passage {
        let passage = {
            let mut world = self.sim.world();
            let at = world.at();
            let passage = world.gate.call(kind, writes, self.instance, at);
            if let Some(Fault::Down(seconds)) = passage.fault {
                world.book().meter.excuse(at, at + seconds * SECOND);
            }
            passage
        };
        if self.sim.world().gate.overrun() {
            self.sim.overrun().await;
        }
        if let Some(cut) = passage.before {
            self.sim.suffer(cut, self.instance).await;
        }
        passage
    }

    /// Makes a call that only reads.
    async fn read<T>(
        &self,
        kind: &'static str,
        answer: impl FnOnce(&mut World) -> ExchangeResult<T> + Send,
    ) -> ExchangeResult<T> {
        let passage = self.pass(kind, false).await;
        if let Some(Fault::Unreachable | Fault::Down(_)) = passage.fault {
            return Err(ExchangeFailure::Unreachable);
        }
        sleep(&self.sim, self.instance, ONE_WAY).await;
        let answer = match passage.fault {
            Some(Fault::Limited) => Err(ExchangeFailure::Limited(Duration::from_secs(2))),
            Some(Fault::Lost | Fault::AnswerLost) => unknown(),
            fault => {
                let mut world = self.sim.world();
                start_lagging(&mut world, fault);
                answer(&mut world)
            }
        };
        if let Some(cut) = passage.after {
            self.sim.suffer(cut, self.instance).await;
        }
        sleep(&self.sim, self.instance, ONE_WAY).await;
        answer
    }

    /// Makes a call that changes something.
    async fn write(&self, kind: &'static str, write: WriteRequest, valid_until: i64) -> ExchangeResult<Done> {
        let passage = self.pass(kind, true).await;
        if let Some(Fault::Unreachable | Fault::Down(_) | Fault::Away(_)) = passage.fault {
            return Err(ExchangeFailure::Unreachable);
        }
        sleep(&self.sim, self.instance, ONE_WAY).await;
        let answer = self.arrive(write, valid_until, passage.fault);
        if let Some(cut) = passage.after {
            self.sim.suffer(cut, self.instance).await;
        }
        sleep(&self.sim, self.instance, ONE_WAY).await;
        answer
    }

    fn arrive(&self, write: WriteRequest, valid_until: i64, fault: Option<Fault>) -> ExchangeResult<Done> {
        let mut world = self.sim.world();
        let at = world.at();
        start_lagging(&mut world, fault);
        match fault {
            Some(Fault::Refuse(code) | Fault::RefuseOn(code)) => {
                if matches!(fault, Some(Fault::RefuseOn(_))) && world.book().past_stops() {
                    // Beyond its stop a position cannot be covered, only closed: nothing helps until the
                    // exchange accepts that.
                    world.book().meter.excuse(at, at + REFUSING);
                }
                return refused(code);
            }
            Some(Fault::Reached(_)) => return refused(-2021),
            Some(Fault::There(_)) => return refused(-4130),
            Some(Fault::Stray(seconds)) => {
                world.late.push((at + seconds * SECOND, i64::MAX, write));
                return unknown();
            }
            Some(Fault::Lost) => return unknown(),
            Some(Fault::Limited) => return Err(ExchangeFailure::Limited(Duration::from_secs(2))),
            Some(Fault::Expired) => return Err(ExchangeFailure::Expired),
            Some(Fault::Late(seconds)) => {
                world.late.push((at + seconds * SECOND, valid_until, write));
                return unknown();
            }
            Some(Fault::Tight) => world.book().tight = true,
            _ => {}
        }
        if at > valid_until {
            return Err(ExchangeFailure::Expired);
        }
        let answer = write.arrive(world.book());
        world.stream();
        match fault {
            Some(Fault::AnswerLost | Fault::AnswerLostHidden) => unknown(),
            _ => answer,
        }
    }
}

fn refused<T>(code: i64) -> ExchangeResult<T> {
    Err(ExchangeFailure::Refused { code, message: "refused by the scenario".into() })
}

fn start_lagging(world: &mut World, fault: Option<Fault>) {
    let at = world.at();
    match fault {
        Some(Fault::Lag) => {
            (world.lag_until, world.lag) = (at + 10 * SECOND, LAG);
            world.book().meter.excuse(at, at + UNSEEN);
        }
        Some(Fault::Hidden | Fault::AnswerLostHidden) => {
            world.hidden_until = at + HIDDEN + SECOND;
            world.book().meter.excuse(at, at + HIDDEN + SECOND);
        }
        Some(Fault::Behind(seconds)) => (world.lag_until, world.lag) = (at + 10 * SECOND, seconds * SECOND),
        Some(Fault::Tick(tick)) => world.book().tick = Some(Decimal::from(tick)),
        _ => {}
    }
}

/// Returns position and open orders as reported now.
fn seen(world: &mut World) -> (Decimal, Vec<Order>) {
    let lag = if world.at() < world.lag_until { world.lag } else { 0 };
    let book = world.book();
    if lag > 0 { book.as_of(lag) } else { (book.position, book.open_orders()) }
}

fn kind_of(request: &OrderRequest) -> &'static str {
    match request.kind {
        // A stop order that opens is one, too.
        _ if !request.reduce_only && request.amount.is_some() => "entry",
        OrderType::Stop | OrderType::StopMarket => "stop",
        OrderType::TakeProfit | OrderType::TakeProfitMarket => "target",
        _ if request.reduce_only => "close",
        _ => "entry",
    }
}

#[async_trait]
impl MarketData for SimConnection {
    async fn server_time(&self) -> ExchangeResult<Micros> {
        self.read("time", |world| Ok(world.book().wall())).await
    }
    async fn markets(&self, kind: TradeType) -> ExchangeResult<Vec<Market>> {
        Ok(vec![market(self.sim.world().book(), kind)])
    }
    /// The adapter caches markets for an hour, so this is not a step.
    async fn market(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Market> {
        if *symbol == btc() {
            Ok(market(self.sim.world().book(), kind))
        } else {
            Err(ExchangeFailure::UnknownSymbol)
        }
    }
    async fn ticker(&self, _: TradeType, _: &Symbol) -> ExchangeResult<Ticker> {
        self.read("ticker", |world| Ok(ticker(world.book()))).await
    }
    async fn candles(
        &self,
        _: TradeType,
        _: &Symbol,
        _: Frame,
        _: Option<Micros>,
        _: u16,
    ) -> ExchangeResult<Vec<Candle>> {
        Ok(Vec::new())
    }
    async fn mark_price(&self, _: TradeType, _: &Symbol) -> ExchangeResult<Decimal> {
        self.read("mark", |world| Ok(world.book().price)).await
    }
}

#[async_trait]
impl AccountData for SimConnection {
    async fn account_mode(&self, _: &Credentials) -> ExchangeResult<AccountMode> {
        let hedged = self.sim.world().book().beside.is_some();
        Ok(if hedged { AccountMode::Hedge } else { AccountMode::OneWay })
    }
    async fn key_rights(&self, _: &Credentials) -> ExchangeResult<KeyRights> {
        let rights = KeyRights {
            withdraw: false,
            futures: true,
            spot: true,
            ip_restricted: true,
            portfolio_margin: false,
            expires_at: None,
        };
        self.read("rights", |_| Ok(rights)).await
    }
    async fn balance(&self, _: &Credentials, _: TradeType) -> ExchangeResult<Balance> {
        self.read("balance", |world| Ok(balance(world.book()))).await
    }
    async fn trades(&self, _: &Credentials, _: TradeType, _: &Symbol, _: u16) -> ExchangeResult<Vec<Trade>> {
        self.read("trades", |world| Ok(world.book().trades.iter().rev().cloned().collect())).await
    }
    /// Only reports page through fills.
    async fn trades_from(
        &self,
        _: &Credentials,
        _: TradeType,
        _: &Symbol,
        _: &TradesFrom,
        _: u16,
    ) -> ExchangeResult<Vec<Trade>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Positions for SimConnection {
    async fn positions(&self, _: &Credentials, _: Option<&Symbol>) -> ExchangeResult<Vec<Position>> {
        self.read("positions", |world| {
            let (amount, _) = seen(world);
            let book = world.book();
            Ok(position(book, amount).into_iter().chain(beside(book)).collect())
        })
        .await
    }
    async fn leverage(&self, _: &Credentials, _: &Symbol) -> ExchangeResult<(u16, MarginMode)> {
        self.read("leverage", |world| Ok((world.book().leverage, MarginMode::Crossed))).await
    }
    async fn set_leverage(
        &self,
        _: &Credentials,
        _: &Symbol,
        leverage: u16,
        validity: Validity,
    ) -> ExchangeResult<()> {
        self.write("set-leverage", WriteRequest::Leverage(leverage), validity.ends_at().0).await.map(drop)
    }
    async fn set_margin_mode(
        &self,
        _: &Credentials,
        _: &Symbol,
        _: MarginMode,
        validity: Validity,
    ) -> ExchangeResult<()> {
        self.write("set-margin", WriteRequest::MarginMode, validity.ends_at().0).await.map(drop)
    }
}

#[async_trait]
impl Trading for SimConnection {
    async fn place(
        &self,
        _: &Credentials,
        request: &OrderRequest,
        validity: Validity,
    ) -> ExchangeResult<Order> {
        match self.write(kind_of(request), WriteRequest::Place(request.clone()), validity.ends_at().0).await?
        {
            Done::Order(order) => Ok(*order),
            _ => unknown(),
        }
    }
    async fn find_order(
        &self,
        _: &Credentials,
        _: TradeType,
        _: &Symbol,
        id: &str,
        conditional: bool,
    ) -> ExchangeResult<Option<Order>> {
        self.read("find", |world| {
            let youngest = if world.at() < world.hidden_until { HIDDEN } else { 0 };
            let now = world.book().wall();
            let found = world.book().orders.iter().rev().find(|r| {
                r.order.client_order_id == id
                    && r.conditional == conditional
                    && now.since(r.order.at) >= youngest
            });
            Ok(found.map(|r| r.order.clone()))
        })
        .await
    }
    async fn cancel(
        &self,
        _: &Credentials,
        _: TradeType,
        _: &Symbol,
        id: &str,
        _: bool,
        validity: Validity,
    ) -> ExchangeResult<Option<Order>> {
        match self.write("cancel", WriteRequest::Cancel(id.to_owned()), validity.ends_at().0).await? {
            Done::Cancelled(order) => Ok(order.map(|order| *order)),
            _ => unknown(),
        }
    }
    async fn open_orders(
        &self,
        _: &Credentials,
        _: TradeType,
        _: Option<&Symbol>,
    ) -> ExchangeResult<Vec<Order>> {
        self.read("open-orders", |world| Ok(seen(world).1)).await
    }
    async fn orders(&self, _: &Credentials, _: TradeType, _: &Symbol, _: u16) -> ExchangeResult<Vec<Order>> {
        self.read("orders", |world| Ok(world.book().orders.iter().rev().map(|r| r.order.clone()).collect()))
            .await
    }
}

impl Streams for SimConnection {
    fn market_stream(&self, _: Vec<Symbol>) -> mpsc::Receiver<MarketEvent> {
        mpsc::channel(1).1
    }
    fn account_stream(&self, _: Credentials, _: TradeType) -> mpsc::Receiver<AccountEvent> {
        self.sim.world().streams.listen()
    }
}
