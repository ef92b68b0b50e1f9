//! Meter of naked time: how long positions were open without a stop that covers them.
//!
//! A position is covered while an active `closePosition` stop, or active reduce-only stops whose amounts add
//! up to the position, wait on the closing side. Stops are `STOP`, `STOP_MARKET` and an activated
//! `TRAILING_STOP_MARKET`; take-profits do not count. A triggered stop no longer counts: it either closes the
//! position or fails to.

use super::{Account, AccountId, AlgoOrder, AlgoStatus, Engine, markets::MarketState, terms::PositionSlot};
use crate::market::Pair;
use domain::{Decimal, Micros, OrderType, Side};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many ended spans an account keeps; the oldest are dropped first.
const KEPT: usize = 500;

/// A period during which a position was open without a covering stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The perpetual.
    pub pair: Pair,
    /// When the position became uncovered.
    pub start: Micros,
    /// When it was covered or closed; `None` while the span lasts.
    pub end: Option<Micros>,
    /// The largest position during the span, negative for a short.
    pub position: Decimal,
    /// The span began with the position itself, so it includes the round trip of the entry order.
    pub opened: bool,
}

/// Aggregate of several spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Length of the longest span, in microseconds.
    pub longest: i64,
    /// Total length of all spans, in microseconds.
    pub total: i64,
}

impl Span {
    /// The length of the span after `from`, in microseconds; an open span lasts until `now`.
    #[must_use]
    pub fn length(&self, from: Micros, now: Micros) -> i64 {
        self.end.unwrap_or(now).since(self.start.max(from)).max(0)
    }
}

/// Aggregates the parts of spans that lie after `from`.
pub fn summary<'a>(spans: impl IntoIterator<Item = &'a Span>, from: Micros, now: Micros) -> Summary {
    spans.into_iter().fold(Summary::default(), |sum, span| {
        let length = span.length(from, now);
        Summary { longest: sum.longest.max(length), total: sum.total + length }
    })
}

/// Whether these conditional orders of one perpetual cover its position. Orders on the other side, ended
/// orders and take-profits are ignored.
pub fn covered<'a>(position: Decimal, orders: impl IntoIterator<Item = &'a AlgoOrder>) -> bool {
    let side = if position.is_sign_negative() { Side::Buy } else { Side::Sell };
    let mut amount = Decimal::ZERO;
    for order in orders {
        if order.side != side || order.status != AlgoStatus::New || !stops(order) {
            continue;
        }
        if order.close_position {
            return true;
        }
        if order.reduce_only {
            amount += order.amount.unwrap_or_default();
        }
    }
    amount >= position.abs()
}

fn stops(order: &AlgoOrder) -> bool {
    match order.kind {
        OrderType::Stop | OrderType::StopMarket => true,
        OrderType::TrailingStopMarket => order.extreme.is_some(),
        _ => false,
    }
}

/// The naked-time spans of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meter {
    /// Positions at the last observation.
    held: BTreeMap<Pair, Decimal>,
    open: BTreeMap<Pair, Span>,
    ended: VecDeque<Span>,
}

impl Meter {
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.ended.is_empty()
    }

    /// Records a perpetual's position, and whether it is covered, at time `at`.
    fn observe(&mut self, at: Micros, pair: Pair, position: Decimal, covered: bool) {
        let before =
            if position.is_zero() { self.held.remove(&pair) } else { self.held.insert(pair, position) };
        let opened = before.is_none_or(|old| old.is_sign_negative() != position.is_sign_negative());
        let naked = !position.is_zero() && !covered;
        if !naked || opened {
            self.end(at, pair);
        }
        if naked {
            let span = self.open.entry(pair).or_insert(Span { pair, start: at, end: None, position, opened });
            if position.abs() > span.position.abs() {
                span.position = position;
            }
        }
    }

    /// Ends the pair's current span, if any. A span of zero length is discarded.
    fn end(&mut self, at: Micros, pair: Pair) {
        let Some(span) = self.open.remove(&pair).filter(|span| at > span.start) else { return };
        if self.ended.len() == KEPT {
            self.ended.pop_front();
        }
        self.ended.push_back(Span { end: Some(at), ..span });
    }
}

impl MarketState {
    /// Marks an account as changed in the current step.
    pub(super) fn note(&mut self, account: AccountId) {
        self.noted.insert(account);
    }

    fn take_noted(&mut self) -> BTreeSet<AccountId> {
        std::mem::take(&mut self.noted)
    }
}

/// Measures the coverage of an account's positions.
pub(super) fn measure(account: &mut Account, at: Micros) {
    let positions: Vec<_> = account.positions().map(|(id, p)| (id, p.amount)).collect();
    for (id, position) in positions {
        let covered = position.is_zero()
            || covered(position, account.algos.open().filter(|algo| algo.position() == id));
        let meter = match id.slot {
            PositionSlot::Both => &mut account.naked,
            PositionSlot::Long => &mut account.state.naked_longs,
            PositionSlot::Short => &mut account.state.naked_shorts,
        };
        meter.observe(at, id.pair, position, covered);
    }
}

impl Engine {
    /// Returns an account's spans without a covering stop, oldest first, with the ones still open last.
    #[must_use]
    pub fn naked(&self, id: AccountId) -> Vec<Span> {
        let Some(account) = self.accounts.get(&id) else { return Vec::new() };
        let meters = [&account.naked, &account.state.naked_longs, &account.state.naked_shorts];
        let ended = meters.iter().flat_map(|meter| meter.ended.iter());
        ended.chain(meters.iter().flat_map(|meter| meter.open.values())).copied().collect()
    }

    /// Measures the accounts changed by the current step.
    pub(super) fn measure_changed(&mut self) {
        for id in self.markets.take_noted() {
            if let Some(account) = self.accounts.get_mut(&id) {
                measure(account, self.markets.now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{FuturesTerms, WorkingType};
    use domain::TimeInForce;

    const BTC: Pair = Pair::BtcUsdt;

    fn d(units: i64) -> Decimal {
        Decimal::from(units)
    }

    fn order(kind: OrderType, side: Side, amount: Option<i64>) -> AlgoOrder {
        AlgoOrder {
            id: 1,
            client_id: String::new(),
            pair: BTC,
            side,
            kind,
            tif: TimeInForce::Gtc,
            amount: amount.map(d),
            price: None,
            trigger_price: None,
            activation_price: None,
            callback_rate: None,
            extreme: None,
            working_type: WorkingType::Contract,
            reduce_only: amount.is_some(),
            close_position: amount.is_none(),
            status: AlgoStatus::New,
            order_id: None,
            failure: None,
            created: Micros(0),
            updated: Micros(0),
            triggered: None,
            terms: FuturesTerms::NONE,
        }
    }

    #[test]
    fn stops_cover_a_position_when_their_amounts_reach_it() {
        use OrderType::{StopMarket, TakeProfitMarket, TrailingStopMarket};
        let stop = |amount| order(StopMarket, Side::Sell, amount);
        let trailing = |extreme| AlgoOrder { extreme, ..order(TrailingStopMarket, Side::Sell, Some(3)) };
        for (orders, expected) in [
            (vec![], false),
            (vec![stop(None)], true),
            (vec![stop(Some(2))], false),
            (vec![stop(Some(2)), stop(Some(1))], true),
            (vec![order(StopMarket, Side::Buy, None)], false),
            (vec![order(TakeProfitMarket, Side::Sell, None)], false),
            (vec![AlgoOrder { status: AlgoStatus::Triggered, ..stop(None) }], false),
            (vec![AlgoOrder { reduce_only: false, ..stop(Some(3)) }], false),
            (vec![trailing(None)], false),
            (vec![trailing(Some(d(20_000)))], true),
        ] {
            assert_eq!(covered(d(3), &orders), expected, "{orders:?}");
        }
        assert!(covered(d(-3), &[order(StopMarket, Side::Buy, None)]));
    }

    fn spans(observations: &[(i64, i64, bool)]) -> Vec<(i64, Option<i64>, i64, bool)> {
        let mut meter = Meter::default();
        for &(at, position, covered) in observations {
            meter.observe(Micros(at), BTC, d(position), covered);
        }
        let all = meter.ended.iter().chain(meter.open.values());
        let size = |span: &Span| i64::try_from(span.position).unwrap();
        all.map(|span| (span.start.0, span.end.map(|end| end.0), size(span), span.opened)).collect()
    }

    #[test]
    fn a_span_lasts_until_cover_or_close() {
        assert_eq!(spans(&[(1, 2, false), (3, 2, true), (9, 0, true)]), [(1, Some(3), 2, true)]);
        assert_eq!(spans(&[(1, 2, true), (5, 2, false), (8, 0, true)]), [(5, Some(8), 2, false)]);
        assert_eq!(spans(&[(1, 2, true), (5, 2, false)]), [(5, None, 2, false)]);
        assert_eq!(spans(&[(1, 2, false), (1, 2, true), (9, 0, true)]), [], "it had no length");
    }

    #[test]
    fn a_growing_position_is_one_span_and_a_turned_one_is_two() {
        assert_eq!(spans(&[(1, 2, false), (2, 5, false), (3, 1, false)]), [(1, None, 5, true)]);
        assert_eq!(
            spans(&[(1, 2, false), (4, -2, false), (6, -2, true)]),
            [(1, Some(4), 2, true), (4, Some(6), -2, true)]
        );
    }

    #[test]
    fn sums_count_from_a_start_time() {
        let span = |start, end| Span { pair: BTC, start: Micros(start), end, position: d(1), opened: false };
        let spans = [span(10, Some(Micros(40))), span(50, Some(Micros(60))), span(90, None)];
        let sum = |from| summary(&spans, Micros(from), Micros(100));
        assert_eq!(sum(0), Summary { longest: 30, total: 50 });
        assert_eq!(sum(35), Summary { longest: 10, total: 25 });
        assert_eq!(sum(200), Summary::default());
    }
}
