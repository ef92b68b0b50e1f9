//! The use case that closes a part of a position with a resting limit order.

use super::{Changer, TradeTarget, aim::reduced_by, is_open};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading,
        order::{
            account::Access,
            change::{
                HistoryEntry, Protecting, in_force,
                plan::{own_position, with_amount},
                request::{StopStep, TargetStep},
            },
            idempotency::IdempotencyKey,
            intent::{Intent, Request},
            legs::{self, Leg, PlannedOrder, Role},
            place::busy,
            sharing::current,
        },
    },
};
use domain::{
    Decimal, ExchangeKeyId, IntentId, Market, Order, Refusal, Side, Symbol,
    trade::{ChangeKind, TargetShare, TradeSnapshot, fit_targets},
    validation::{FieldProblem, Problem},
};
use store::{intent::LegStatus, protection::Protection};

/// Decimals of a share.
const DECIMALS: u32 = 4;

/// A limit order that closes a part of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitClose {
    /// The side of the order, which reduces the position.
    pub side: Side,
    /// The amount to close, in base units.
    pub amount: Decimal,
    /// The limit price.
    pub price: Decimal,
}

/// Places a reduce-only limit order that closes a part of the open trade of a market, of several that share the position the oldest. It belongs to the trade like a
/// take-profit: it is cancelled with it, and the take-profits are fitted to what it leaves of the position.
///
/// # Errors
/// [`Error::NotFound`] without an open trade; [`Error::Fields`] for what does not fit the position or the market, and while the
/// trade's entry may still fill; 1103, 1106, 1300; 1500 if the exchange refuses the order. [`Error::Unavailable`] while the
/// outcome is unknown: the desk pursues the change.
pub async fn reduce_at_limit(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    closing: LimitClose,
    idempotency: Option<IdempotencyKey>,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    let work =
        async move { Changer::new(&shared, access, symbol, idempotency).reduce_at_limit(closing).await };
    desk.work.run(work).await
}

/// A planned limit close: the step of the trade's take-profits, the leg of the order, and what the take-profits become.
struct Planned {
    step: TargetStep,
    leg: u16,
    targets: Vec<TargetShare>,
}

impl Changer<'_> {
    async fn reduce_at_limit(mut self, closing: LimitClose) -> Result<()> {
        let _lock = self.desk.locks.lock(self.access.row.key.id, &self.symbol).await;
        if self.is_answered().await? {
            return Ok(());
        }
        self.aim(None, reduced_by(&self.access, closing.side)).await?;
        let market = self.ready().await?;
        let (mut trade, row) = self.trade(&self.oldest(closing.side.opposite()).await?).await?;
        if trade.entry_rests() {
            return Err(Error::field("reduceOnly", Problem::EntryStillOpen));
        }
        let held = self.held_by(&mut trade, &row).await?;
        check(closing, &row, held, &market)?;
        let open = self.desk.exchange.open_orders_for_stop(&self.access.who, &self.symbol).await;
        let open = self.access.take(self.desk, open).await?;
        let before = in_force(&trade, &row).targets;
        let planned = plan_close(&mut trade, closing, held, &open, &market)?;
        let before = TradeSnapshot { targets: before, ..TradeSnapshot::default() };
        let after = TradeSnapshot { targets: Some(planned.targets), ..TradeSnapshot::default() };
        let history = HistoryEntry::new(trade.id, ChangeKind::ReduceLimit, &before, after)?;
        let change = Protecting { trade: trade.id, stop: StopStep::Keep, targets: Some(planned.step) };
        self.desk.work.begin()?;
        self.claim_trade(&trade).await?;
        let mut intent = self.intent(Request::Protect(Box::new(change)), Vec::new());
        let idempotency = self.idempotency.as_ref();
        let committed = intent.commit_change(self.desk, idempotency, &mut trade, None, None, history);
        committed.await.map_err(busy)?;
        self.work(intent).await?;
        self.accepted(trade.id, planned.leg).await
    }

    /// Returns the oldest of the trades on a side, which is closed first; the latest one of all without any.
    async fn oldest(&self, side: Side) -> Result<TradeTarget> {
        let trades = current(&self.rows().await?);
        let filled = |row: &&Protection| row.side == side && row.entered_at.is_some() && is_open(row);
        let oldest = trades.iter().find(filled);
        Ok(TradeTarget { trade: oldest.map(|row| row.intent_id), ..TradeTarget::default() })
    }

    /// Returns the trade's part of the position.
    async fn held_by(&self, trade: &mut Intent, row: &Protection) -> Result<Decimal> {
        let (position, _) = self.part(trade).await?;
        own_position(trade, row, position.as_ref()).ok_or(Error::NotFound)
    }

    /// Fails if the exchange refused the order of a leg: take-profits that are refused are only reported.
    async fn accepted(&self, trade: IntentId, leg: u16) -> Result<()> {
        let trade = Intent::load(self.desk, trade).await?;
        let refused =
            trade.and_then(|trade| trade.leg(leg).map(|leg| leg.status)) == Some(LegStatus::Refused);
        if refused { Err(Refusal::ExchangeBadRequest.into()) } else { Ok(()) }
    }
}

fn check(closing: LimitClose, row: &Protection, held: Decimal, market: &Market) -> Result<()> {
    let mut problems = Vec::new();
    let mut fail = |field: &str, problem: Problem| problems.push(FieldProblem::new(field, problem));
    if closing.side == row.side {
        fail("side", Problem::NotReducing);
    }
    if market.check_price(closing.price).is_err() {
        fail("price", Problem::PriceFilter);
    }
    if closing.amount > held {
        fail("amount", Problem::MoreThanPosition);
    } else if closing.amount != held && market.check_amount(closing.amount).is_err() {
        fail("amount", Problem::LotFilter);
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Fields(problems)) }
}

/// Plans the order, and take-profits for what it leaves of a position of `held` if together they exceed that. `open` are the
/// market's open orders.
fn plan_close(
    trade: &mut Intent,
    closing: LimitClose,
    held: Decimal,
    open: &[Order],
    market: &Market,
) -> Result<Planned> {
    let base = trade.entered().ok_or(Error::NotFound)?;
    let kept: Vec<(Decimal, Leg)> = trade
        .wanted_targets()
        .filter_map(|leg| {
            let id = trade.client_id(leg.seq);
            let order = open.iter().find(|order| order.client_order_id == id)?;
            Some((order.remaining.unwrap_or_else(|| leg.unfilled()), leg.clone()))
        })
        .collect();
    let amounts: Vec<Decimal> = kept.iter().map(|(amount, _)| *amount).collect();
    let (total, left) = (amounts.iter().sum::<Decimal>(), held - closing.amount);
    let exceeds = total > left;
    if trade.targets_left() < u16::try_from(kept.len()).unwrap_or(u16::MAX).saturating_add(1) {
        return Err(Error::field("reduceOnly", Problem::ChangedTooOften));
    }
    let fitted = if exceeds { fit_targets(&amounts, total, left, market) } else { amounts };
    let share = |price: Option<Decimal>, amount: Decimal| {
        Some(TargetShare { price: price?, share: amount.checked_div(base)?.round_dp(DECIMALS) })
    };
    let (mut orders, mut targets): (Vec<PlannedOrder>, Vec<TargetShare>) = (Vec::new(), Vec::new());
    for ((_, leg), amount) in kept.iter().zip(fitted).filter(|(_, amount)| !amount.is_zero()) {
        orders.extend(with_amount(leg, amount).filter(|_| exceeds));
        targets.extend(share(leg.order.as_ref().and_then(|order| order.price), amount));
    }
    let order = legs::limit_close(closing.side.opposite(), closing.price, closing.amount);
    targets.extend(share(order.price, closing.amount));
    orders.push(order);
    let mut step = TargetStep::default();
    if exceeds {
        step.old = kept.iter().map(|(_, leg)| leg.seq).collect();
    }
    for order in orders {
        let next = trade.next_target().ok_or_else(|| Error::field("reduceOnly", Problem::ChangedTooOften))?;
        trade.plan(next, Role::Target, order);
        step.new.push(next);
    }
    let leg = step.new.last().copied().unwrap_or_default();
    Ok(Planned { step, leg, targets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::{
        change::plan::tests::{d, trade},
        legs::tests::market,
    };
    use domain::OrderType;

    fn open(trade: &Intent) -> Vec<Order> {
        trade
            .wanted_targets()
            .filter_map(|leg| {
                let order = leg.placed.clone()?;
                Some(Order { client_order_id: trade.client_id(leg.seq), ..order })
            })
            .collect()
    }

    fn amounts(trade: &Intent, legs: &[u16]) -> Vec<Decimal> {
        legs.iter().filter_map(|seq| trade.leg(*seq)?.order.as_ref()?.amount).collect()
    }

    fn closing(amount: &str) -> LimitClose {
        LimitClose { side: Side::Sell, amount: d(amount), price: d("115") }
    }

    #[test]
    fn take_profits_become_smaller_for_a_limit_close() {
        let mut trade = trade(d("1"));
        let all = open(&trade);
        assert_eq!(all.len(), 2);
        let planned = plan_close(&mut trade, closing("0.4"), d("1"), &all, &market()).unwrap();
        assert_eq!(planned.step.old.len(), 2);
        assert_eq!(amounts(&trade, &planned.step.new), [d("0.3"), d("0.3"), d("0.4")]);
        let order = trade.leg(planned.leg).unwrap().order.clone().unwrap();
        assert_eq!((order.kind, order.price, order.stop_price), (OrderType::Limit, Some(d("115")), None));
        assert!(order.reduce_only);
        assert_eq!(planned.targets.iter().map(|target| target.share).sum::<Decimal>(), d("1"));
    }

    #[test]
    fn take_profits_stay_if_all_fits() {
        let mut trade = trade(d("1"));
        let mut all = open(&trade);
        (all[0].remaining, all[1].remaining) = (Some(d("0.3")), Some(d("0.2")));
        let planned = plan_close(&mut trade, closing("0.5"), d("1"), &all, &market()).unwrap();
        assert!(planned.step.old.is_empty());
        assert_eq!(planned.step.new, [planned.leg]);
        let whole = plan_close(&mut trade, closing("1"), d("1"), &all, &market()).unwrap();
        assert_eq!((whole.step.old.len(), whole.step.new.len()), (2, 1), "nothing is left for take-profits");
    }
}
