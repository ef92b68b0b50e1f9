//! The exchange's state: one USD-M futures account on one market, in one-way mode or in hedge mode beside a position of
//! its owner, and the effect of a fill on it. It is plain data: a scenario starts from a clone.

use super::meter::Meter;
use domain::{
    Decimal, Fee, Micros, Order, OrderStatus, OrderType, PositionSide, PositionSlot, Side, Symbol,
    TimeInForce, Trade, money,
};
use std::collections::VecDeque;

pub(crate) fn d(text: &str) -> Decimal {
    money::parse(text).unwrap()
}

pub(crate) fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

/// The wall-clock time at which the virtual time begins: 2026-01-01.
pub(crate) const WALL: i64 = 1_767_225_600_000_000;

/// The wanted stop prices of every life.
pub(crate) const LONG_STOP: &str = "19000";
pub(crate) const SHORT_STOP: &str = "21000";

/// The id of the stop of the owner's position beside the traded one.
const BESIDE: &str = "web-beside";

/// An order with what only the exchange knows about it.
#[derive(Clone, Debug)]
pub(crate) struct Resting {
    pub(crate) order: Order,
    /// Whether it closes the whole position.
    pub(crate) close_position: bool,
    /// Whether it was placed as a conditional order. Once triggered it is reported as the resulting order.
    pub(crate) conditional: bool,
    /// For trailing orders: the best price since activation.
    pub(super) extreme: Option<Decimal>,
}

impl Resting {
    /// Whether a desk sent it, by the form of its id.
    pub(crate) fn ours(&self) -> bool {
        self.order.client_order_id.starts_with("sl")
    }

    /// Returns the number of its leg, if the desk placed the order.
    pub(crate) fn leg(&self) -> Option<u16> {
        self.order.client_order_id.rsplit('-').next()?.parse().ok()
    }

    /// Whether it is a stop loss or take profit that the desk placed.
    pub(crate) fn protects(&self) -> bool {
        let protective = [3..90, 100..10_000, 20_000..30_000];
        self.leg().is_some_and(|leg| protective.iter().any(|range| range.contains(&leg)))
    }

    /// Whether it may open a position.
    pub(crate) fn opens(&self) -> bool {
        !self.order.reduce_only && !self.close_position
    }

    /// Whether it is a stop of either kind.
    pub(crate) fn stops(&self) -> bool {
        matches!(self.order.kind, OrderType::Stop | OrderType::StopMarket)
    }

    pub(crate) fn open(&self) -> bool {
        !self.order.is_final()
    }
}

/// A past state, for lagging reads.
#[derive(Clone, Debug)]
struct Past {
    at: i64,
    position: Decimal,
    open: Vec<Order>,
}

/// Account and market.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    /// Virtual time, in microseconds since the machine started.
    pub(crate) at: i64,
    pub(crate) price: Decimal,
    /// Positive when long.
    pub(crate) position: Decimal,
    pub(crate) entry_price: Decimal,
    pub(crate) wallet: Decimal,
    pub(crate) leverage: u16,
    pub(crate) orders: Vec<Resting>,
    pub(crate) trades: Vec<Trade>,
    pub(crate) meter: Meter,
    /// Whether the owner wants a stop.
    pub(crate) stop_wanted: bool,
    /// Whether resting reduce-only orders, including conditional ones, count against a reduce-only close
    /// (-4118).
    pub(crate) tight: bool,
    /// The part of the position that its owner opened elsewhere.
    pub(crate) foreign: Decimal,
    /// In hedge mode, the short position of its owner beside the one that is traded; `None` in one-way mode.
    pub(crate) beside: Option<Decimal>,
    /// How often the desk tried to change that position or its stop.
    pub(crate) trespasses: usize,
    /// The market's tick size if it is not the usual one: stops off the tick are refused.
    pub(crate) tick: Option<Decimal>,
    /// How often the desk closed a position for lack of a stop although it had one.
    pub(crate) needless: usize,
    /// Changed orders that have not been streamed yet.
    pub(crate) changed: Vec<String>,
    past: VecDeque<Past>,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self {
            at: 1_000_000_000_000,
            price: d("20000"),
            position: Decimal::ZERO,
            entry_price: Decimal::ZERO,
            wallet: d("10000"),
            leverage: 10,
            orders: Vec::new(),
            trades: Vec::new(),
            meter: Meter::default(),
            stop_wanted: true,
            tight: false,
            foreign: Decimal::ZERO,
            beside: None,
            trespasses: 0,
            needless: 0,
            tick: None,
            changed: Vec::new(),
            past: VecDeque::new(),
        }
    }

    /// Returns the exchange's clock.
    pub(crate) const fn wall(&self) -> Micros {
        Micros(WALL + self.at)
    }

    pub(crate) fn side(&self) -> Option<PositionSide> {
        match self.position {
            p if p > Decimal::ZERO => Some(PositionSide::Long),
            p if p < Decimal::ZERO => Some(PositionSide::Short),
            _ => None,
        }
    }

    /// Whether the price is beyond the stops that every life wants: a new one would trigger immediately.
    pub(crate) fn past_stops(&self) -> bool {
        self.price < d(LONG_STOP) || self.price > d(SHORT_STOP)
    }

    /// Returns the open stops on the side that closes the position.
    pub(crate) fn stops(&self) -> Vec<&Resting> {
        let Some(side) = self.side() else { return Vec::new() };
        let covers = |r: &&Resting| r.open() && r.stops() && r.order.side == side.closing();
        self.orders.iter().filter(covers).collect()
    }

    /// Whether the position, if there is one, is covered by stops.
    pub(crate) fn covered(&self) -> bool {
        let stops = self.stops();
        let sum: Decimal = stops.iter().filter_map(|r| r.order.remaining).sum();
        let ours = self.position.abs() - self.foreign;
        self.position.is_zero() || stops.iter().any(|r| r.close_position) || sum >= ours
    }

    /// Whether a trigger at `trigger` has been reached. For a trailing stop that is its activation price.
    pub(super) fn reached(&self, kind: OrderType, side: Side, trigger: Decimal) -> bool {
        let rises = match kind {
            OrderType::Stop | OrderType::StopMarket => side == Side::Buy,
            _ => side == Side::Sell,
        };
        if rises { self.price >= trigger } else { self.price <= trigger }
    }

    /// Fills a part of an order at the current price.
    pub(crate) fn fill(&mut self, index: usize, amount: Decimal) {
        if amount.is_zero() {
            return;
        }
        let (price, at) = (self.price, self.wall());
        let order = &mut self.orders[index].order;
        order.filled += amount;
        order.cost += amount * price;
        order.average = order.cost.checked_div(order.filled);
        order.remaining = order.amount.map(|all| all - order.filled);
        if order.kind == OrderType::Market {
            order.price = order.average;
        }
        if order.remaining == Some(Decimal::ZERO) {
            order.status = OrderStatus::Closed;
        }
        let (id, side, position_side) = (order.id.clone(), order.side, order.position_side);
        self.changed.push(order.client_order_id.clone());
        let realized = self.book_fill(side, amount);
        self.trades.push(Trade {
            id: (self.trades.len() + 1).to_string(),
            order: id,
            symbol: btc(),
            at,
            side,
            maker: false,
            price,
            amount,
            cost: price * amount,
            fee: Fee { cost: Decimal::ZERO, currency: "USDT".into() },
            realized,
            position_side,
        });
    }

    fn book_fill(&mut self, side: Side, amount: Decimal) -> Decimal {
        let signed = if side == Side::Buy { amount } else { -amount };
        let before = self.position;
        self.position += signed;
        let closed = if before.is_zero() || before.is_sign_positive() == signed.is_sign_positive() {
            Decimal::ZERO
        } else {
            amount.min(before.abs())
        };
        let gain = (self.price - self.entry_price) * closed;
        let realized = if before.is_sign_negative() { -gain } else { gain };
        self.wallet += realized;
        if closed < amount {
            // The whole amount, or the rest after the other side was closed, is new.
            let old = if closed.is_zero() { before.abs() } else { Decimal::ZERO };
            let new = amount - closed;
            let cost = self.entry_price * old + self.price * new;
            self.entry_price = cost.checked_div(old + new).unwrap_or(self.price);
        }
        realized
    }

    /// Ends GTE orders whose position is gone. Records the current state for the meter and for lagging reads.
    pub(crate) fn settle(&mut self) {
        let side = self.side();
        for resting in &mut self.orders {
            let is_kept = side.is_some_and(|side| side.closing() == resting.order.side);
            if resting.open() && resting.order.time_in_force == TimeInForce::GteGtc && !is_kept {
                resting.order.status = OrderStatus::Expired;
                self.changed.push(resting.order.client_order_id.clone());
            }
        }
        let naked = self.stop_wanted && !self.covered();
        self.meter.note(self.at, naked);
        self.past.push_back(Past { at: self.at, position: self.position, open: self.open_orders() });
        if self.past.len() > 200 {
            self.past.pop_front();
        }
    }

    pub(crate) fn open_orders(&self) -> Vec<Order> {
        let listed = self.orders.iter().rev().filter(|r| r.open()).map(|r| r.order.clone());
        listed.chain(self.beside.map(|_| stop_beside())).collect()
    }

    /// The position that is traded.
    pub(crate) fn slot(&self) -> PositionSlot {
        if self.beside.is_some() { PositionSlot::Long } else { PositionSlot::Both }
    }

    /// Returns position and open orders as they were `lag` microseconds ago.
    pub(crate) fn as_of(&self, lag: i64) -> (Decimal, Vec<Order>) {
        let then = self.at - lag;
        let past = self.past.iter().rev().find(|past| past.at <= then);
        past.map_or((Decimal::ZERO, Vec::new()), |past| (past.position, past.open.clone()))
    }

    /// Cancels one order; `None` if it is not open.
    pub(crate) fn cancel(&mut self, client_order_id: &str) -> Option<Order> {
        self.trespasses += usize::from(client_order_id == BESIDE);
        let found =
            self.orders.iter_mut().find(|r| r.open() && r.order.client_order_id == client_order_id)?;
        found.order.status = OrderStatus::Canceled;
        let order = found.order.clone();
        self.changed.push(client_order_id.to_owned());
        self.settle();
        Some(order)
    }
}

/// The stop of the owner's position beside the traded one.
fn stop_beside() -> Order {
    Order {
        id: "beside".to_owned(),
        client_order_id: BESIDE.to_owned(),
        at: Micros(WALL),
        symbol: btc(),
        kind: OrderType::StopMarket,
        time_in_force: TimeInForce::GteGtc,
        post_only: false,
        reduce_only: true,
        side: Side::Buy,
        position_side: PositionSlot::Short,
        price: None,
        stop_price: Some(d("30000")),
        callback_rate: None,
        amount: None,
        cost: Decimal::ZERO,
        average: None,
        filled: Decimal::ZERO,
        remaining: None,
        status: OrderStatus::Open,
    }
}
