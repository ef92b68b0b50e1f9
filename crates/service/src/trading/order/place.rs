//! Places manual orders and closes positions.

mod adopt;
mod beside;
mod close_all;
mod close_market;
mod open;

pub use adopt::adopt_position;
pub use close_all::{ClosedPosition, close_positions};
pub(crate) use close_market::panic_market;
pub use close_market::{close_position, close_side};
pub use open::{NewTrade, open_trade, reverse_trade};

use super::{
    account::Access,
    change, checks,
    finish::finish,
    idempotency::IdempotencyKey,
    intent::{Intent, Request},
    legs::{self, Leg, Role},
    recover,
    run::{Halt, Run, RunResult},
    seq, sharing,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{SharedTrading, Trading, eligibility, first_day, key, market},
};
use beside::Beside;
use domain::{
    Decimal, ExchangeKeyId, IntentId, Order, PositionSlot, Refusal, Side, Symbol,
    first_day::{FirstDayLimits, entry_value},
    ticket::ManualOrder,
    trade::{Automation, TargetShare},
    validation::Problem,
};
use store::intent::{LegStatus, Status};

/// Places a manual order, validated by [`domain::ticket::RawTicket::check`]. The market's open orders and position are
/// closed first, then entry, stop and targets are sent. Returns the orders that the exchange has: entry, targets, stop.
///
/// With an idempotency key that was used before, returns the first answer again.
///
/// # Errors
/// [`Error::Fields`] for what the market's own filters refuse, [`Error::Refused`] for a key, account or exchange that does not
/// take the order, and [`Error::Unavailable`] while the outcome is unknown: the desk continues to query it, and a repeated
/// request with the same idempotency key returns it.
pub async fn place_order(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    order: ManualOrder,
    idempotency: Option<IdempotencyKey>,
) -> Result<Vec<Order>> {
    place_with(desk, actor, id, order, true, idempotency).await
}

/// Does the same as [`place_order`], but replaces nothing: beside an open trade of the same side it opens another one, which
/// shares the position.
///
/// # Errors
/// As [`place_order`]; [`Error::Fields`] with [`Problem::PositionOpen`] of `replace` if something else is open on the market.
pub async fn place_order_unless_open(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    order: ManualOrder,
    idempotency: Option<IdempotencyKey>,
) -> Result<Vec<Order>> {
    place_with(desk, actor, id, order, false, idempotency).await
}

async fn place_with(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    order: ManualOrder,
    replace: bool,
    idempotency: Option<IdempotencyKey>,
) -> Result<Vec<Order>> {
    let access = Access::any(desk, actor, id).await?;
    // Runs detached: it continues if the caller disconnects.
    let shared = desk.clone();
    let work = async move { Placing::new(&shared, access, idempotency).place(order, replace).await };
    desk.work.run(work).await
}

struct Placing<'a> {
    desk: &'a SharedTrading,
    access: Access,
    idempotency: Option<IdempotencyKey>,
    /// The automation of the trade.
    automation: Automation,
    /// The position that a reversal closes, where it is another than the one that it opens.
    reverses: Option<PositionSlot>,
}

impl<'a> Placing<'a> {
    fn new(desk: &'a SharedTrading, access: Access, idempotency: Option<IdempotencyKey>) -> Self {
        Self { desk, access, idempotency, automation: Automation::default(), reverses: None }
    }

    async fn place(self, order: ManualOrder, replace: bool) -> Result<Vec<Order>> {
        let key = self.access.row.key.id;
        let _lock = self.desk.locks.lock(key, &order.symbol).await;
        let known = answered_before(self.desk, &self.access, self.idempotency.as_ref()).await?;
        if let Some(answer) = known {
            return Ok(answer);
        }
        self.place_now(order, None, replace).await
    }

    /// Checks an order and carries it out. The caller holds the per-market lock. `shares` are the take-profits with
    /// unequal shares; without them, the order's targets share its amount equally. Without `replace`, the trade is opened
    /// beside those that are open.
    async fn place_now(
        &self,
        order: ManualOrder,
        shares: Option<&[TargetShare]>,
        replace: bool,
    ) -> Result<Vec<Order>> {
        let key = self.access.row.key.id;
        may_enter(self.desk, &self.access).await?;
        let market = market::find_market(self.desk, self.access.row.key.trade_type, &order.symbol).await?;
        let last = market::last_price(self.desk, self.access.row.key.trade_type, &order.symbol).await?;
        checks::market_fits(&order, &market, last)?;
        let first_day = check_first_day(self.desk, key, &order, last).await?;
        let slot = self.opened_by(order.side);
        recover::before_new(self.desk, &self.access, &order.symbol, slot).await?;
        // Last, because an order that was resumed may have filled.
        let beside = if replace { None } else { self.beside(&order, slot).await? };
        match &beside {
            Some(beside) => self.check_beside(&order, last, beside).await?,
            None => self.check_funds(&order, last).await?,
        }
        let legs = match shares {
            Some(shares) => open::opening_with_shares(&order, shares, &market),
            None => legs::opening(&order, &market),
        };
        let mut legs = legs.ok_or(Refusal::ExchangeBadRequest)?;
        for leg in legs.iter_mut().filter(|leg| leg.role == Role::Stop) {
            leg.order.iter_mut().for_each(|order| order.trigger = self.automation.trigger);
        }
        if let Some(limits) = first_day
            && !first_day::claim_market(self.desk, key, &limits, &order.symbol).await?
        {
            return Err(Error::field("symbol", Problem::FirstDayMarket));
        }
        if beside.is_some() {
            sharing::beside_others(&mut legs, order.amount);
        }
        self.work((order.symbol.clone(), slot), Request::Open(order), legs, beside).await
    }

    /// Returns the position that an order of this side opens.
    fn opened_by(&self, side: Side) -> PositionSlot {
        self.access.row.key.account_mode.opened_by(side)
    }

    fn mint(&self) -> IntentId {
        IntentId::mint(&*self.desk.clock, &*self.desk.entropy)
    }

    /// Commits the intent, then works it. The background reconciler finishes whatever is left.
    async fn work(
        &self,
        place: (Symbol, PositionSlot),
        request: Request,
        legs: Vec<Leg>,
        beside: Option<Beside>,
    ) -> Result<Vec<Order>> {
        // The desk may have begun to stop while this waited for the per-market lock.
        self.desk.work.begin()?;
        let mut beside = beside.unwrap_or_default();
        beside.claim(self.desk).await?;
        let mut intent = Intent::new(self.desk, self.mint(), &self.access, place, request, legs);
        intent.held_before = beside.held_before;
        let idempotency = self.idempotency.as_ref();
        let others = &mut beside.resized;
        intent.commit_opening(self.desk, idempotency, &self.automation, others).await.map_err(busy)?;
        let outcome = self.carry_out(&mut intent, &beside).await;
        finish(self.desk, &self.access.who, &mut intent, outcome).await
    }

    /// Carries out a committed intent. Before a trade is opened beside others, their stops close no more than they have.
    async fn carry_out(&self, intent: &mut Intent, beside: &Beside) -> RunResult<()> {
        let (desk, who) = (self.desk, &self.access.who);
        for (trade, stop) in &beside.stops {
            let resized = change::resize_stop(desk, who, intent.tenure, *trade, *stop).await;
            if matches!(resized, Err(Halt::Refused(_))) {
                // Nothing was sent for it: nothing can arrive late.
                intent.mark(seq::ENTRY, LegStatus::Refused, None);
            }
            resized?;
        }
        Run::new(desk, who, intent, false).await?.fresh(self.reverses).await
    }

    async fn check_funds(&self, order: &ManualOrder, last: Decimal) -> Result<()> {
        let (who, exchange) = (&self.access.who, &self.desk.exchange);
        let kind = self.access.row.key.trade_type;
        let (balance, positions, leverage) = tokio::join!(
            exchange.balance(who, kind),
            exchange.positions(who, Some(&order.symbol)),
            exchange.leverage(who, &order.symbol),
        );
        let balance = self.access.take(self.desk, balance).await?;
        let positions = self.access.take(self.desk, positions).await?;
        let (leverage, mode) = self.access.take(self.desk, leverage).await?;
        let quote = order.symbol.quote();
        // A reversal closes the position of the other side instead.
        let slot = self.reverses.unwrap_or_else(|| self.opened_by(order.side));
        let closed = positions.iter().find(|position| position.position_side == slot);
        checks::affordable(order, last, quote, &balance, closed, leverage)?;
        let total = balance.assets.get(quote).map_or(Decimal::ZERO, |funds| funds.total);
        checks::stop_comes_first(order, last, total, leverage, mode)
    }
}

/// Checks that an account may enter at present.
pub(super) async fn may_enter(desk: &Trading, access: &Access) -> Result<()> {
    eligibility::may_trade(desk, access.row.user_id).await?;
    checks::key_fits(&access.row.key)?;
    key::fit_for_entries(&access.row.key)?;
    if desk.reviews.since(access.row.key.id).is_some() {
        return Err(Error::field("apiKey", Problem::KeyUnderReview));
    }
    if desk.supervision.is_tripped(desk.clock.boot()) {
        return Err(Error::Unavailable { retry_after_s: 60 });
    }
    Ok(())
}

/// Checks an order against the first-day limits of its key, and returns them; `None` if there are none.
pub(super) async fn check_first_day(
    desk: &Trading,
    key: ExchangeKeyId,
    order: &ManualOrder,
    last: Decimal,
) -> Result<Option<FirstDayLimits>> {
    let limits = first_day::active_limits(desk, key).await?;
    if let Some(limits) = &limits {
        let value = first_day::in_usd(desk, entry_value(order, last), order.symbol.quote()).await?;
        checks::first_day_fits(order, limits, value)?;
    }
    Ok(limits)
}

/// Returns the stored answer of an earlier request with this idempotency key. The caller holds the per-market lock.
pub(super) async fn answered_before(
    desk: &SharedTrading,
    access: &Access,
    idempotency: Option<&IdempotencyKey>,
) -> Result<Option<Vec<Order>>> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let owner = access.row.user_id;
    let Some(row) = store::intent::by_idempotency(&desk.db, owner, &idempotency.key).await? else {
        return Ok(None);
    };
    if row.request_hash.as_deref() != Some(&idempotency.body_hash[..])
        || row.exchange_key_id != access.row.key.id
    {
        return Err(Error::IdempotencyMismatch);
    }
    let Some(intent) = recover::take_up(desk, access, row.id).await? else { return Ok(None) };
    match (intent.status, &intent.ending) {
        (Status::Failed, Some(ending)) => Err(ending.refusal.into()),
        (Status::Working, _) => Err(Error::Unavailable { retry_after_s: 2 }),
        (Status::Waiting, _) if intent.request.changes() => Err(Error::Unavailable { retry_after_s: 2 }),
        _ => Ok(Some(intent.answer())),
    }
}

/// Another instance works an intent on this key and market, or has just used this idempotency key.
pub(super) fn busy(error: Error) -> Error {
    match error {
        Error::Fault(fault)
            if fault
                .downcast_ref::<store::Error>()
                .is_some_and(|e| e.kind() == store::StoreErrorKind::Unique) =>
        {
            Error::Unavailable { retry_after_s: 1 }
        }
        other => other,
    }
}
