//! Reads what a spot trade holds and which of its sell orders are open.

use super::{
    leg::Commission,
    plan::{OpenShare, locked},
};
use crate::{
    error::Error,
    trading::{
        market,
        order::{
            intent::Intent,
            legs::{Leg, Role},
            protection::rules::Rule,
            run::{Run, RunResult},
        },
    },
};
use domain::{Decimal, Micros, Order, OrderType, Trade, TradeType, money, time};
use exchange::ExchangeFailure;
use store::{
    intent::LegStatus,
    protection::{self as rows, Protection},
};

/// A holding that is worth this many times the smallest order, at its entry price, is not compared with the present price.
const CERTAINLY_ENOUGH: i64 = 4;

/// A planned order that is not found this long after it was written was never sent.
const NEVER_ARRIVES: i64 = time::MINUTE;

/// A spot trade as the exchange reports it.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// Its holding, rounded down to the lot, in base units.
    pub(super) held: Decimal,
    /// Its open sell orders.
    pub(super) open: Vec<OpenShare>,
    /// Whether one of its stop-limit orders has triggered and has not filled.
    pub(super) triggered: bool,
}

impl Run<'_> {
    /// Whether the intent's key is a spot key.
    pub(in crate::trading::order) fn is_spot(&self) -> bool {
        self.intent.trade_type == TradeType::Spot
    }

    /// Whether the order of a planned leg was certainly never sent, so that its number can be used.
    pub(super) fn is_unsent(&self, leg: &Leg) -> bool {
        // The legs of a new change are written last. An older one may be that of a pass which did not learn its outcome.
        let is_new = !self.resumed && leg.changed_at == self.written_at;
        // A planned leg with a failure was refused, and is wanted again.
        leg.status == LegStatus::Planned && (is_new || leg.changed_at.is_none() || leg.failure.is_some())
    }

    /// Reads the trade and records what has changed at its legs. With `balances` the account's balance bounds what it
    /// holds: the coins may have been sold elsewhere. Right after a fill the balance may lag.
    pub(super) async fn read_trade(&mut self, balances: bool) -> RunResult<Reading> {
        let listed = self.open_orders().await?;
        self.update_sell_legs(&listed).await?;
        self.read_commissions().await?;
        if self.intent.legs.iter().any(Leg::is_unsaved) {
            self.intent.save_progress(self.desk).await?;
        }
        let (open, triggered) = open_shares(self.intent);
        let mut held = self.intent.holds(self.market.lot);
        if balances && held > locked(&open) {
            held = self.still_there(held).await?.max(locked(&open).min(held));
        }
        Ok(Reading { held, open, triggered })
    }

    /// Records what the exchange reports of the trade's sell orders. One that is not among the `listed` open orders is looked
    /// up, if it may have ended since.
    async fn update_sell_legs(&mut self, listed: &[Order]) -> RunResult<()> {
        let rests = self.intent.entry_rests();
        let mut hits = Vec::new();
        let legs: Vec<Leg> = self.intent.legs.iter().filter(|leg| leg.sells()).cloned().collect();
        for leg in legs {
            let id = self.intent.client_id(leg.seq);
            let waits = leg.role == Role::Target && rests;
            let may_exist = leg.status == LegStatus::Planned && !self.is_unsent(&leg) && !waits;
            let may_end = leg.placed.as_ref().is_some_and(|order| !order.is_final());
            let order = match listed.iter().find(|order| order.client_order_id == id) {
                Some(order) => Some(order.clone()),
                None if may_exist || may_end => self.look_up(&leg, Micros(0)).await?,
                None => None,
            };
            if order.is_none() && may_exist && self.is_long_planned(&leg) {
                // Its prices stay those of the wanted stop, and it need not be looked up any more.
                self.intent.mark(leg.seq, LegStatus::Skipped, None);
            }
            let Some(order) = order.filter(|order| leg.placed.as_ref() != Some(order)) else { continue };
            if leg.is_protective() && order.is_final() && !order.filled.is_zero() {
                hits.push((leg.role, order.clone()));
            }
            let status = if leg.status == LegStatus::Planned { LegStatus::Placed } else { leg.status };
            self.intent.mark(leg.seq, status, Some(order));
        }
        if Rule::HitIsNotified.holds() {
            self.notify_of_hits(&hits).await?;
        }
        Ok(())
    }

    /// Whether a stop was planned so long ago that it cannot arrive any more. Times of rows are those of wall clocks, so this
    /// is much longer than a request is valid.
    fn is_long_planned(&self, leg: &Leg) -> bool {
        let age = leg.changed_at.map(|at| self.desk.clock.now().since(at));
        leg.role == Role::Stop && age.is_some_and(|age| age >= NEVER_ARRIVES)
    }

    /// Reads the commissions of the orders that have bought, if they are not known.
    pub(in crate::trading::order) async fn read_commissions(&mut self) -> RunResult<()> {
        let unknown: Vec<Leg> =
            self.intent.opening_legs().filter(|leg| leg.lacks_commission()).cloned().collect();
        for leg in unknown {
            let Some(order) = &leg.placed else { continue };
            let commission = self.commission_of(order).await?;
            if let Some(known) = self.intent.legs.iter_mut().find(|known| known.seq == leg.seq) {
                known.spot.commission = Some(commission);
            }
            self.intent.replanned(leg.seq);
        }
        Ok(())
    }

    /// Reads the commission of an order that has bought. Its fills may lag behind the order.
    async fn commission_of(&self, order: &Order) -> RunResult<Commission> {
        let (kind, symbol) = (self.intent.trade_type, &self.intent.symbol);
        let mut tries = self.tries();
        loop {
            let failure = match self.desk.exchange.fills_of(self.who, kind, symbol, &order.id).await {
                Ok(fills) => match commission(&fills, order.filled, symbol.base()) {
                    Some(commission) => return Ok(commission),
                    None => ExchangeFailure::Unknown("the fills of an order are not listed yet".to_owned()),
                },
                Err(failure) => failure,
            };
            self.pause_or_halt(failure, &mut tries).await?;
        }
    }

    /// Returns how much of `held` the account still has. What older trades of the desk hold of the asset is theirs, so of
    /// several trades the newest loses first.
    async fn still_there(&self, held: Decimal) -> RunResult<Decimal> {
        let base = self.intent.symbol.base();
        let mut tries = self.tries();
        let balance = loop {
            match self.desk.exchange.balance(self.who, TradeType::Spot).await {
                Ok(balance) => break balance,
                Err(failure) => self.pause_or_halt(failure, &mut tries).await?,
            }
        };
        let total = balance.assets.get(base).map_or(Decimal::ZERO, |funds| funds.total);
        if total < held {
            return Ok(money::floor_to(total.max(Decimal::ZERO), self.market.lot));
        }
        let others = self.older_trades_hold(base).await?;
        let left = (total - others).max(Decimal::ZERO);
        Ok(money::floor_to(left.min(held), self.market.lot))
    }

    /// Returns what older open trades of the account hold of an asset, by their records.
    async fn older_trades_hold(&self, base: &str) -> RunResult<Decimal> {
        let rows = rows::of_key(&self.desk.db, self.intent.key).await.map_err(Error::from)?;
        let older = |row: &&Protection| {
            row.ended_at.is_none()
                && row.symbol.base() == base
                && row.intent_id != self.intent.id
                && (row.created_at, row.intent_id.0) < (self.intent.created_at, self.intent.id.0)
        };
        let mut sum = Decimal::ZERO;
        for row in rows.iter().filter(older) {
            if let Some(other) = Intent::load(self.desk, row.intent_id).await? {
                sum += other.bought_and_kept();
            }
        }
        Ok(sum)
    }

    /// Whether `held` is too small for any order.
    pub(super) async fn is_dust(&self, held: Decimal) -> RunResult<bool> {
        if held.is_zero() || held < self.market.min_amount {
            return Ok(true);
        }
        let least = self.market.min_notional;
        let entry = self.intent.average_entry().unwrap_or_default();
        if entry.checked_mul(held).is_none_or(|value| value >= least * Decimal::from(CERTAINLY_ENOUGH)) {
            return Ok(false);
        }
        // Without a price it is not given up.
        let last = market::last_price(self.desk, TradeType::Spot, &self.intent.symbol).await;
        Ok(last.is_ok_and(|last| last.checked_mul(held).is_some_and(|value| value < least)))
    }
}

/// Returns the commission in the base asset of the fills of an order of which `filled` has filled; `None` if they are not
/// complete.
fn commission(fills: &[Trade], filled: Decimal, base: &str) -> Option<Commission> {
    let listed: Decimal = fills.iter().map(|fill| fill.amount).sum();
    if listed < filled || listed.is_zero() {
        return None;
    }
    let in_base = fills.iter().filter(|fill| fill.fee.currency == base);
    let all: Decimal = in_base.map(|fill| fill.fee.cost).sum();
    // More may have filled since the order was read.
    let amount = if listed == filled { all } else { all.checked_mul(filled)?.checked_div(listed)? };
    Some(Commission { of: filled, amount: amount.normalize() })
}

/// Returns the open sell orders of a trade as shares, and whether a stop-limit order has triggered.
fn open_shares(trade: &Intent) -> (Vec<OpenShare>, bool) {
    let is_open =
        |leg: &&Leg| leg.is_protective() && leg.placed.as_ref().is_some_and(|order| !order.is_final());
    let open = |role: Role| trade.legs.iter().filter(is_open).filter(move |leg| leg.role == role);
    let left =
        |leg: &Leg| leg.placed.as_ref().and_then(|order| order.remaining).unwrap_or_else(|| leg.unfilled());
    // It is on the book like a take-profit, and protects nothing.
    let has_triggered = |leg: &Leg| leg.placed.as_ref().is_some_and(|order| order.kind == OrderType::Limit);
    let stop_of = |leg: &Leg| leg.order.clone().filter(|_| !has_triggered(leg));
    let mut paired = Vec::new();
    let mut shares = Vec::new();
    for target in open(Role::Target) {
        let stop = target.spot.pair.and_then(|pair| open(Role::Stop).find(|stop| stop.seq == pair));
        paired.extend(stop.map(|stop| stop.seq));
        shares.push(OpenShare {
            amount: left(target),
            stop: stop.and_then(stop_of),
            target: target.order.as_ref().and_then(|order| order.price),
            stop_leg: stop.map(|stop| stop.seq),
            target_leg: Some(target.seq),
        });
    }
    shares.extend(open(Role::Stop).filter(|stop| !paired.contains(&stop.seq)).map(|stop| OpenShare {
        amount: left(stop),
        stop: stop_of(stop),
        target: None,
        stop_leg: Some(stop.seq),
        target_leg: None,
    }));
    (shares, open(Role::Stop).any(has_triggered))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::{
        legs::{PlannedOrder, target_order, tests::open_order},
        spot::holding::tests::{d, trade},
    };
    use domain::{Fee, Side};

    fn fill(amount: &str, fee: &str, currency: &str) -> Trade {
        Trade {
            id: "1".into(),
            order: "1".into(),
            symbol: "BTC/USDT".parse().unwrap(),
            at: Micros(0),
            side: Side::Buy,
            maker: false,
            price: d("100"),
            amount: d(amount),
            cost: d("100") * d(amount),
            fee: Fee { cost: d(fee), currency: currency.into() },
            realized: Decimal::ZERO,
        }
    }

    #[test]
    fn only_a_commission_in_the_base_asset_is_taken_from_the_coins() {
        let fills = [fill("0.5", "0.0005", "BTC"), fill("0.5", "0.01", "BNB")];
        assert_eq!(commission(&fills, d("1"), "BTC").map(|known| known.amount), Some(d("0.0005")));
        assert_eq!(commission(&fills[..1], d("1"), "BTC"), None, "the list lags behind the order");
        assert_eq!(commission(&[], d("0"), "BTC"), None);
        let more = commission(&[fill("2", "0.002", "BTC")], d("1"), "BTC").unwrap();
        assert_eq!((more.of, more.amount), (d("1"), d("0.001")), "the order lags behind the list");
    }

    fn place(trade: &mut Intent, seq: u16, role: Role, planned: PlannedOrder, kind: OrderType) {
        let amount = planned.amount;
        let mut leg = Leg::new(seq, role, Some(planned));
        leg.status = LegStatus::Placed;
        leg.placed = Some(open_order(kind, Side::Sell, amount));
        trade.legs.retain(|known| known.seq != seq);
        trade.legs.push(leg);
    }

    #[test]
    fn a_pair_is_one_share_and_a_triggered_stop_protects_nothing() {
        let mut trade = trade("1", "0");
        let stop = |amount: &str| PlannedOrder { amount: Some(d(amount)), ..trade_stop() };
        place(&mut trade, 3, Role::Stop, stop("0.4"), OrderType::StopMarket);
        place(&mut trade, 4, Role::Target, target_order(Side::Buy, d("120"), d("0.4")), OrderType::Limit);
        place(&mut trade, 100, Role::Stop, stop("0.6"), OrderType::StopMarket);
        trade.legs.iter_mut().filter(|leg| leg.seq == 4).for_each(|leg| leg.spot.pair = Some(3));
        let (shares, triggered) = open_shares(&trade);
        assert_eq!(shares.len(), 2);
        assert_eq!(
            (shares[0].amount, shares[0].target, shares[0].stop_leg),
            (d("0.4"), Some(d("120")), Some(3))
        );
        assert_eq!((shares[1].amount, shares[1].target_leg), (d("0.6"), None));
        assert!(!triggered);
        place(&mut trade, 100, Role::Stop, stop("0.6"), OrderType::Limit);
        let (shares, triggered) = open_shares(&trade);
        assert!(triggered && shares[1].stop.is_none());
    }

    fn trade_stop() -> PlannedOrder {
        trade("1", "0").wanted_stop().unwrap().clone()
    }
}
