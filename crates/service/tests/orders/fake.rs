//! An in-memory exchange controlled by the test: it fills at a price, refuses, or loses its responses.

use async_trait::async_trait;
use domain::*;
use exchange::*;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::{Notify, mpsc};

/// A fault for the next order placed under a leg's number.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The request arrives, and the response is lost.
    AnswerLost,
    /// The request never arrives, and the outcome is unknown.
    RequestLost,
    /// The exchange refuses with this code.
    Refused(i64),
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) orders: Vec<Order>,
    pub(crate) position: Decimal,
    pub(crate) price: Decimal,
    pub(crate) faults: VecDeque<(u16, Fault)>,
    /// An order whose request arrives only after an attempt to cancel it.
    pub(crate) late: Option<Order>,
    /// The leg of an order that the list of open orders does not show.
    pub(crate) unlisted: Option<u16>,
    /// Every request in order: `cancel_all`, `place 2`, ...
    pub(crate) log: Vec<String>,
    pub(crate) key_refused: bool,
    /// The API key with which readings of positions are rejected.
    pub(crate) refused_api_key: Option<String>,
    /// How many readings of the balance fail.
    pub(crate) readings_lost: u8,
    pub(crate) withdraw: bool,
    /// Whether the key is restricted to listed IP addresses.
    pub(crate) ip_restricted: bool,
    /// When the key's right to trade expires.
    pub(crate) expires_at: Option<Micros>,
    /// How often the key's rights were queried.
    pub(crate) rights_requests: usize,
    /// The failure returned for queries of the key's rights.
    pub(crate) rights_fail: Option<ExchangeFailure>,
    /// The account mode; one-way by default.
    pub(crate) mode: Option<AccountMode>,
    /// The other position of the market, in hedge mode.
    pub(crate) beside: Option<Position>,
    /// If set, the next reading of positions notifies the first and waits for the second.
    pub(crate) gate: Option<(Arc<Notify>, Arc<Notify>)>,
    /// The same for the next query of the key's rights.
    pub(crate) rights_gate: Option<(Arc<Notify>, Arc<Notify>)>,
    /// The amount that an IOC or FOK order fills; zero by default. The rest of it expires.
    pub(crate) immediate_fill: Decimal,
    /// Whether the key has no right to trade futures.
    pub(crate) no_futures: bool,
    /// Profit of the open position; zero by default.
    pub(crate) unrealized: Option<Decimal>,
    /// How many readings of positions fail.
    pub(crate) positions_lost: u8,
    /// The account's balance in USDT; 10,000 by default.
    pub(crate) funds: Option<Decimal>,
    /// The part of it that is available as margin; all by default.
    pub(crate) free: Option<Decimal>,
    /// The margin mode of the market; crossed by default.
    pub(crate) margin_mode: Option<MarginMode>,
    /// The account's fills, oldest first; their ids are numbers.
    pub(crate) trades: Vec<Trade>,
    /// The account's funding payments, oldest first.
    pub(crate) funding: Vec<Funding>,
    /// The price of BNB; that of the market by default.
    pub(crate) bnb_price: Option<Decimal>,
    /// How often the balance was read.
    pub(crate) balance_reads: usize,
    /// How often a leverage was set.
    pub(crate) leverage_changes: usize,
    /// How often funding payments were read.
    pub(crate) funding_reads: usize,
    /// How often the open orders of the whole account were read.
    pub(crate) whole_reads: usize,
    /// The open streams of accounts.
    pub(crate) streams: Vec<mpsc::Sender<AccountEvent>>,
    /// Runs once when a copy sets its leverage: between the decision to enter and the entry.
    pub(crate) before_entry: Option<Box<dyn FnOnce() + Send>>,
}

#[derive(Clone, Default)]
pub(crate) struct Fake {
    pub(crate) state: Arc<Mutex<State>>,
}

pub(crate) fn d(text: &str) -> Decimal {
    money::parse(text).unwrap()
}

pub(crate) fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

fn leg(client_order_id: &str) -> u16 {
    client_order_id.rsplit('-').next().unwrap().parse().unwrap()
}

impl Fake {
    pub(crate) fn at(price: &str) -> Self {
        let fake = Self::default();
        fake.state.lock().unwrap().price = d(price);
        fake
    }

    pub(crate) fn fault(&self, leg: u16, fault: Fault) {
        self.state.lock().unwrap().faults.push_back((leg, fault));
    }

    /// Reports an event on every open stream of an account.
    pub(crate) async fn emit(&self, event: AccountEvent) {
        let streams = self.state.lock().unwrap().streams.clone();
        for stream in streams {
            // A closed stream has no listener.
            let _ = stream.send(event.clone()).await;
        }
    }

    pub(crate) fn placed(&self, seq: u16) -> Vec<Order> {
        let state = self.state.lock().unwrap();
        state.orders.iter().filter(|o| leg(&o.client_order_id) == seq).cloned().collect()
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.state.lock().unwrap().log.clone()
    }

    /// Fills a resting order by `amount`.
    pub(crate) fn fill(&self, seq: u16, amount: &str) {
        let mut state = self.state.lock().unwrap();
        let price = state.price;
        let index = state.orders.iter().position(|o| leg(&o.client_order_id) == seq).unwrap();
        let signed = fill(&mut state.orders[index], d(amount), price);
        state.position += signed;
    }
}

impl Fake {
    fn open_positions(&self) -> ExchangeResult<Vec<Position>> {
        let state = self.state.lock().unwrap();
        let hedged = state.mode == Some(AccountMode::Hedge);
        let beside = state.beside.clone().into_iter();
        if state.position.is_zero() {
            return Ok(beside.collect());
        }
        let side = if state.position > Decimal::ZERO { PositionSide::Long } else { PositionSide::Short };
        let (size, zero) = (state.position.abs(), Decimal::ZERO);
        let position = Position {
            symbol: btc(),
            contracts: size,
            unrealized_pnl: state.unrealized.unwrap_or(zero),
            leverage: 10,
            liquidation_price: None,
            collateral: zero,
            notional: size * state.price,
            mark_price: state.price,
            entry_price: state.price,
            initial_margin: zero,
            initial_margin_percentage: zero,
            maintenance_margin: zero,
            maintenance_margin_percentage: zero,
            margin_ratio: None,
            at: Micros(0),
            margin_mode: MarginMode::Crossed,
            side,
            percentage: zero,
            position_side: PositionSlot::opened_by(side.opening(), hedged),
        };
        Ok([position].into_iter().chain(beside).collect())
    }
}

fn fill(order: &mut Order, amount: Decimal, price: Decimal) -> Decimal {
    order.filled += amount;
    order.cost += amount * price;
    order.average = Some(order.cost / order.filled);
    order.remaining = order.amount.map(|a| a - order.filled);
    if order.remaining == Some(Decimal::ZERO) {
        order.status = OrderStatus::Closed;
    }
    if order.side == Side::Buy { amount } else { -amount }
}

#[async_trait]
impl MarketData for Fake {
    async fn server_time(&self) -> ExchangeResult<Micros> {
        Ok(Micros(0))
    }
    async fn markets(&self, kind: TradeType) -> ExchangeResult<Vec<Market>> {
        Ok(vec![Market {
            symbol: btc(),
            trade_type: kind,
            tick: d("0.1"),
            min_price: d("0.1"),
            max_price: d("1000000"),
            lot: d("0.001"),
            min_amount: d("0.001"),
            max_amount: d("1000"),
            min_notional: d("5"),
            price_band: (d("0.5"), d("1.5")),
        }])
    }
    async fn market(&self, kind: TradeType, symbol: &Symbol) -> ExchangeResult<Market> {
        let all = self.markets(kind).await?;
        all.into_iter().find(|m| m.symbol == *symbol).ok_or(ExchangeFailure::UnknownSymbol)
    }
    async fn ticker(&self, _: TradeType, symbol: &Symbol) -> ExchangeResult<Ticker> {
        let state = self.state.lock().unwrap();
        let p = state.bnb_price.filter(|_| symbol.base() == "BNB").unwrap_or(state.price);
        let zero = Decimal::ZERO;
        Ok(Ticker {
            symbol: symbol.clone(),
            at: Micros(0),
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
    async fn candles(
        &self,
        _: TradeType,
        _: &Symbol,
        _: Frame,
        _: Option<Micros>,
        _: u16,
    ) -> ExchangeResult<Vec<Candle>> {
        Ok(vec![])
    }
    async fn mark_price(&self, _: TradeType, _: &Symbol) -> ExchangeResult<Decimal> {
        Ok(self.state.lock().unwrap().price)
    }
}

#[async_trait]
impl AccountData for Fake {
    async fn key_rights(&self, _: &Credentials) -> ExchangeResult<KeyRights> {
        let gate = self.state.lock().unwrap().rights_gate.take();
        if let Some((reached, go_on)) = gate {
            reached.notify_one();
            go_on.notified().await;
        }
        let mut state = self.state.lock().unwrap();
        state.rights_requests += 1;
        if state.key_refused {
            return Err(ExchangeFailure::Unauthorized);
        }
        if let Some(failure) = &state.rights_fail {
            return Err(failure.clone());
        }
        Ok(KeyRights {
            withdraw: state.withdraw,
            futures: !state.no_futures,
            spot: true,
            ip_restricted: state.ip_restricted,
            portfolio_margin: state.mode == Some(AccountMode::Portfolio),
            expires_at: state.expires_at,
        })
    }
    async fn account_mode(&self, _: &Credentials) -> ExchangeResult<AccountMode> {
        Ok(self.state.lock().unwrap().mode.unwrap_or(AccountMode::OneWay))
    }
    async fn balance(&self, _: &Credentials, _: TradeType) -> ExchangeResult<Balance> {
        let mut state = self.state.lock().unwrap();
        if state.key_refused {
            return Err(ExchangeFailure::Unauthorized);
        }
        if state.readings_lost > 0 {
            state.readings_lost -= 1;
            return Err(ExchangeFailure::Unknown("lost".into()));
        }
        state.balance_reads += 1;
        let total = state.funds.unwrap_or(d("10000"));
        let free = state.free.unwrap_or(total);
        let funds = Funds { free, used: total - free, total };
        Ok(Balance { assets: [("USDT".to_owned(), funds)].into(), unrealized_pnl: Decimal::ZERO })
    }
    async fn trades(&self, _: &Credentials, _: TradeType, _: &Symbol, _: u16) -> ExchangeResult<Vec<Trade>> {
        Ok(vec![])
    }
    async fn trades_from(
        &self,
        _: &Credentials,
        _: TradeType,
        _: &Symbol,
        start: &TradesFrom,
        limit: u16,
    ) -> ExchangeResult<Vec<Trade>> {
        let number = |id: &str| id.parse::<u64>().unwrap();
        let from = |trade: &&Trade| match start {
            TradesFrom::Id(id) => number(&trade.id) >= number(id),
            TradesFrom::Time(at) => trade.at >= *at,
        };
        Ok(self.state.lock().unwrap().trades.iter().filter(from).take(limit.into()).cloned().collect())
    }
    async fn funding_from(
        &self,
        _: &Credentials,
        _: &Symbol,
        start: Micros,
        limit: u16,
    ) -> ExchangeResult<Vec<Funding>> {
        let mut state = self.state.lock().unwrap();
        state.funding_reads += 1;
        Ok(state.funding.iter().filter(|paid| paid.at >= start).take(limit.into()).cloned().collect())
    }
}

#[async_trait]
impl Positions for Fake {
    async fn positions(&self, who: &Credentials, _: Option<&Symbol>) -> ExchangeResult<Vec<Position>> {
        let positions = self.open_positions();
        // The answer was true when it was read.
        let gate = self.state.lock().unwrap().gate.take();
        if let Some((reached, go_on)) = gate {
            reached.notify_one();
            go_on.notified().await;
        }
        {
            let mut state = self.state.lock().unwrap();
            if state.positions_lost > 0 {
                state.positions_lost -= 1;
                return Err(ExchangeFailure::Unknown("lost".into()));
            }
        }
        if self.state.lock().unwrap().refused_api_key.as_ref() == Some(&who.api_key) {
            return Err(ExchangeFailure::Unauthorized);
        }
        positions
    }
    async fn leverage(&self, _: &Credentials, _: &Symbol) -> ExchangeResult<(u16, MarginMode)> {
        Ok((10, self.state.lock().unwrap().margin_mode.unwrap_or(MarginMode::Crossed)))
    }
    async fn set_leverage(&self, _: &Credentials, _: &Symbol, _: u16, _: Validity) -> ExchangeResult<()> {
        let before_entry = {
            let mut state = self.state.lock().unwrap();
            state.leverage_changes += 1;
            state.before_entry.take()
        };
        if let Some(run) = before_entry {
            run();
        }
        Ok(())
    }
    async fn set_margin_mode(
        &self,
        _: &Credentials,
        _: &Symbol,
        _: MarginMode,
        _: Validity,
    ) -> ExchangeResult<()> {
        Ok(())
    }
}

#[async_trait]
impl Trading for Fake {
    async fn place(&self, _: &Credentials, request: &OrderRequest, _: Validity) -> ExchangeResult<Order> {
        let mut state = self.state.lock().unwrap();
        let seq = leg(&request.client_order_id);
        state.log.push(format!("place {seq}"));
        let fault = state
            .faults
            .iter()
            .position(|(l, _)| *l == seq)
            .and_then(|i| state.faults.remove(i))
            .map(|f| f.1);
        match fault {
            Some(Fault::RequestLost) => return Err(ExchangeFailure::Unknown("lost".into())),
            Some(Fault::Refused(code)) => {
                return Err(ExchangeFailure::Refused { code, message: "no".into() });
            }
            _ => {}
        }
        if request.position_side.is_hedged() != (state.mode == Some(AccountMode::Hedge)) {
            return Err(ExchangeFailure::of_mode());
        }
        if state.orders.iter().any(|o| o.client_order_id == request.client_order_id) {
            return Err(ExchangeFailure::Refused {
                code: -4116,
                message: "clientOrderId is duplicated".into(),
            });
        }
        let mut order = taken(request, state.orders.len());
        if request.kind == OrderType::Market {
            let price = state.price;
            let signed = fill(&mut order, request.amount.unwrap(), price);
            state.position += signed;
        }
        let fills_whole = request.amount.is_some_and(|amount| amount <= state.immediate_fill);
        if request.time_in_force == TimeInForce::Fok && !fills_whole {
            return Err(ExchangeFailure::Refused { code: -5021, message: "FOK order is rejected".into() });
        }
        if matches!(request.time_in_force, TimeInForce::Ioc | TimeInForce::Fok) {
            let (price, amount) = (state.price, request.amount.unwrap_or_default().min(state.immediate_fill));
            if !amount.is_zero() {
                let signed = fill(&mut order, amount, price);
                state.position += signed;
            }
            if !order.is_final() {
                order.status = OrderStatus::Expired;
            }
        }
        state.orders.push(order.clone());
        match fault {
            Some(Fault::AnswerLost) => Err(ExchangeFailure::Unknown("lost".into())),
            _ => Ok(order),
        }
    }
    async fn find_order(
        &self,
        _: &Credentials,
        _: TradeType,
        _: &Symbol,
        id: &str,
        _: bool,
    ) -> ExchangeResult<Option<Order>> {
        let mut state = self.state.lock().unwrap();
        state.log.push(format!("find {}", leg(id)));
        Ok(state.orders.iter().find(|o| o.client_order_id == id).cloned())
    }
    async fn cancel(
        &self,
        _: &Credentials,
        _: TradeType,
        _: &Symbol,
        id: &str,
        _: bool,
        _: Validity,
    ) -> ExchangeResult<Option<Order>> {
        let mut state = self.state.lock().unwrap();
        state.log.push(format!("cancel {}", leg(id)));
        let order = state.orders.iter_mut().find(|o| o.client_order_id == id && !o.is_final());
        let cancelled = order.map(|o| {
            o.status = OrderStatus::Canceled;
            o.clone()
        });
        if cancelled.is_none() && state.late.as_ref().is_some_and(|late| late.client_order_id == id) {
            let late = state.late.take();
            state.orders.extend(late);
        }
        Ok(cancelled)
    }
    async fn open_orders(
        &self,
        _: &Credentials,
        _: TradeType,
        symbol: Option<&Symbol>,
    ) -> ExchangeResult<Vec<Order>> {
        let mut state = self.state.lock().unwrap();
        state.whole_reads += usize::from(symbol.is_none());
        let hidden = |o: &Order| state.unlisted.is_some_and(|seq| leg(&o.client_order_id) == seq);
        let listed = |o: &&Order| !o.is_final() && !hidden(o);
        Ok(state.orders.iter().filter(listed).cloned().collect())
    }
    async fn orders(&self, _: &Credentials, _: TradeType, _: &Symbol, _: u16) -> ExchangeResult<Vec<Order>> {
        Ok(self.state.lock().unwrap().orders.clone())
    }
}

impl Streams for Fake {
    fn market_stream(&self, _: Vec<Symbol>) -> mpsc::Receiver<MarketEvent> {
        silent()
    }
    fn account_stream(&self, _: Credentials, _: TradeType) -> mpsc::Receiver<AccountEvent> {
        let (sender, receiver) = mpsc::channel(16);
        self.state.lock().unwrap().streams.push(sender);
        receiver
    }
}

/// A stream that stays connected without events.
fn silent<T: Send + 'static>() -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        sender.closed().await;
        tokio::time::sleep(Duration::ZERO).await;
    });
    receiver
}

fn taken(request: &OrderRequest, count: usize) -> Order {
    Order {
        id: (count + 1).to_string(),
        client_order_id: request.client_order_id.clone(),
        at: Micros(0),
        symbol: request.symbol.clone(),
        kind: request.kind,
        time_in_force: request.time_in_force,
        post_only: false,
        reduce_only: request.reduce_only,
        side: request.side,
        price: request.price,
        stop_price: request.stop_price,
        callback_rate: request.callback_rate,
        amount: request.amount,
        cost: Decimal::ZERO,
        average: None,
        filled: Decimal::ZERO,
        remaining: request.amount,
        status: OrderStatus::Open,
        position_side: request.position_side,
    }
}
