//! One pass of the supervisor over one position: read, compare, do the smallest next repair, look again, until both agree.

use super::{
    Watched,
    answer::{StopRefusal, stop_refusal},
    decide::{Facts, Next, is_stop, next},
    rules::Rule,
    settle::{delete, report_filled, settle},
    stop::{Seen, TELL_AFTER, just_entered},
};
use crate::{
    Desk, Error, Result,
    order::{
        account::Access,
        intent::Intent,
        legs::{PlannedOrder, Role},
        run::{Halt, Run, Step},
        send::CERTAIN,
        seq,
    },
};
use domain::{Decimal, IntentId, Micros, Order, OrderType, time::SECOND};
use store::{
    intent::{LegStatus, Status},
    protection::{self as rows, Protection, Wanted},
};

/// An entry that is not known to the exchange for so long after its intent was given up will not come any more.
const GIVEN_UP_FOR: i64 = 60 * SECOND;
/// A stop order that has triggered as a limit order and does not fill is replaced by a market order after this.
const TRIGGERED: i64 = 5 * SECOND;
/// A protective order that was sent within this time may still be on its way when its position ends. It is much longer than a
/// request is valid, because it is measured by wall clocks.
const SENT_RECENTLY: i64 = 60 * SECOND;
/// Repairs of one pass; more differences are left to the next.
const REPAIRS: u8 = 8;

/// What is known of a position besides what the exchange shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing.
    Nothing,
    /// A later entry of ours on this market has filled: what is open there is that one's.
    Superseded,
    /// An order that closed it has filled.
    Closed,
}

/// How a position was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::order) enum Pass {
    /// As wanted.
    Agrees,
    /// Not as wanted yet, or not known.
    Differs,
    /// It is at zero and was settled. A protective order may still arrive at the exchange, so it is looked at again.
    Ending,
    /// It is at zero: nothing is left to supervise.
    Ended,
}

/// One pass over the position of `row`. The caller has the market's lock and has seen that no intent is at work there.
pub(in crate::order) async fn pass(
    desk: &Desk,
    access: &Access,
    row: &Protection,
    known: Known,
) -> Result<Pass> {
    let Some(mut intent) = Intent::load(desk, row.intent_id).await? else { return Ok(Pass::Ended) };
    if intent.status == Status::Working && Rule::WorkingIntentIsLeftAlone.holds() {
        return Ok(Pass::Differs);
    }
    let mut run = Run::new(desk, &access.who, &mut intent, true).await?;
    let mut supervisor = Supervisor { access, row: row.clone(), known, repaired: false };
    let outcome = supervisor.work(&mut run).await;
    let pass = match outcome {
        Ok(pass) => pass,
        Err(Halt::Refused(failure)) => {
            access.take::<()>(desk, Err(failure)).await.err();
            Pass::Differs
        }
        Err(Halt::TooLate) => Pass::Differs,
        Err(Halt::Later(failure)) => {
            tracing::debug!(intent = %row.intent_id, %failure, "could not inspect a position's protection; will retry");
            Pass::Differs
        }
        Err(Halt::Fault(error)) => return Err(error),
    };
    supervisor.notify(desk, &intent, pass).await?;
    Ok(pass)
}

/// What is known of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Learned {
    /// It has filled, or it rests and its intent waits for it.
    Known,
    /// It was given up, and may still arrive.
    MayCome,
    /// It ended without a fill, or it will not come any more.
    Never,
}

struct Supervisor<'a> {
    access: &'a Access,
    row: Protection,
    known: Known,
    /// A stop was placed in this pass.
    repaired: bool,
}

impl Supervisor<'_> {
    async fn work(&mut self, run: &mut Run<'_>) -> Step<Pass> {
        if self.row.ended_at.is_some() {
            return self.tidy(run).await;
        }
        if run.intent.filled_entry().is_none() {
            match self.learn_entry(run).await? {
                Learned::Known => {}
                Learned::MayCome => return Ok(Pass::Differs),
                Learned::Never => return self.end(run).await,
            }
        }
        for _ in 0..REPAIRS {
            let seen = run.look().await?;
            match self.next(run, &seen) {
                Next::Agree => {
                    self.adopt_moved_stop(run, &seen).await?;
                    self.report_targets(run, &seen).await?;
                    return Ok(Pass::Agrees);
                }
                Next::End => return self.end(run).await,
                Next::PlaceStop(_) if self.triggered(run).await? => return Ok(Pass::Differs),
                Next::PlaceStop(amount) => {
                    self.notice_difference(run.desk);
                    run.without_stop_since = run.desk.supervision.differs_since(self.row.intent_id);
                    self.place_stop(run, amount).await?;
                    run.without_stop_since = None;
                }
                Next::Close(_) => {
                    self.notice_difference(run.desk);
                    run.close_unprotected().await?;
                    run.intent.save(run.desk).await?;
                }
            }
        }
        Ok(Pass::Differs)
    }

    fn next(&self, run: &Run<'_>, seen: &Seen) -> Next {
        let entry = run.intent.leg_order(seq::ENTRY);
        next(&Facts {
            wanted: self.row.wanted,
            side: self.row.side,
            entered: run.intent.filled_entry().map(|entry| entry.filled),
            entry_open: run.intent.status == Status::Waiting && entry.is_some_and(|entry| !entry.is_final()),
            superseded: self.known == Known::Superseded,
            position: seen.position.as_ref(),
            open: &seen.open,
        })
    }

    /// Asks for an entry of which nothing is known, or which was last seen open.
    async fn learn_entry(&self, run: &mut Run<'_>) -> Step<Learned> {
        if run.intent.status == Status::Waiting {
            return Ok(Learned::Known);
        }
        let id = run.intent.client_id(seq::ENTRY);
        let kind = run.intent.leg(seq::ENTRY).and_then(|leg| leg.order.as_ref()).map(|order| order.kind);
        let conditional = kind.is_some_and(OrderType::conditional);
        if !Rule::GivenUpEntryIsLookedFor.holds() {
            return Ok(Learned::Never);
        }
        let Some(mut entry) = run.find(&id, conditional, Micros(0)).await? else {
            let young = run.desk.clock.now().since(self.row.created_at) < GIVEN_UP_FOR;
            return Ok(if young { Learned::MayCome } else { Learned::Never });
        };
        if !entry.is_final() {
            // Nobody waits for it any more.
            run.cancel(&id, conditional).await?;
            entry = run.find(&id, conditional, Micros(0)).await?.unwrap_or(entry);
        }
        let filled = !entry.filled.is_zero();
        run.intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry));
        run.intent.save(run.desk).await?;
        Ok(if filled { Learned::Known } else { Learned::Never })
    }

    /// Puts back a stop that is gone.
    async fn place_stop(&mut self, run: &mut Run<'_>, amount: Decimal) -> Step<()> {
        let failure = match run.place_another_stop(amount).await {
            Ok(_) => {
                self.repaired = true;
                return Ok(());
            }
            Err(Halt::Refused(failure)) => failure,
            Err(other) => return Err(other),
        };
        match stop_refusal(&failure) {
            // The next look says what is the case.
            StopRefusal::Look => Ok(()),
            _ => {
                let rescued = run.rescue(failure).await;
                run.intent.save(run.desk).await?;
                if let Some(row) = rows::get(&run.desk.db, self.row.intent_id).await.map_err(Error::from)? {
                    self.row = row;
                }
                // Closed: the next look ends it.
                if matches!(rescued, Err(Halt::Refused(_))) { Ok(()) } else { rescued }
            }
        }
    }

    /// Whether the stop has triggered as a limit order that still has time to fill; one that had its time is closed at market.
    async fn triggered(&mut self, run: &mut Run<'_>) -> Step<bool> {
        let stop = run.intent.legs.iter().rev().find(|leg| leg.role == Role::Stop);
        let Some(leg) =
            stop.filter(|leg| leg.order.as_ref().is_some_and(|order| order.kind == OrderType::Stop))
        else {
            return Ok(false);
        };
        let id = run.intent.client_id(leg.seq);
        let found = run.find(&id, true, Micros(0)).await?;
        if !found.is_some_and(|order| !order.is_final() && order.kind == OrderType::Limit) {
            return Ok(false);
        }
        let waits = run.desk.supervision.differs_for(self.row.intent_id, run.desk.clock.boot());
        if waits < TRIGGERED && Rule::TriggeredStopHasTime.holds() || !Rule::TriggeredStopIsClosed.holds() {
            self.notice_difference(run.desk);
            return Ok(true);
        }
        self.set_wanted(run.desk, Wanted::Closed).await?;
        Ok(false)
    }

    /// A stop that its owner moved at the exchange is the one that is wanted from now on.
    async fn adopt_moved_stop(&self, run: &mut Run<'_>, seen: &Seen) -> Step<()> {
        if self.row.wanted != Wanted::Stop || !Rule::MovedStopIsWanted.holds() {
            return Ok(());
        }
        let Some(wanted) = run.intent.wanted_stop().cloned() else { return Ok(()) };
        let mut stops = seen.open.iter().filter(|order| is_stop(order));
        let (Some(stop), None) = (stops.next(), stops.next()) else { return Ok(()) };
        if stop.stop_price == wanted.stop_price
            || run.intent.leg_by_client_id(&stop.client_order_id).is_some()
        {
            return Ok(());
        }
        let moved = PlannedOrder { stop_price: stop.stop_price, price: stop.price, ..wanted };
        if let Some(seq) = run.intent.next_seq(seq::STOPS) {
            run.intent.plan(seq, Role::Stop, moved);
            run.intent.mark(seq, LegStatus::Skipped, None);
            run.intent.save(run.desk).await?;
        }
        Ok(())
    }

    /// Take-profits that are not open any more while the position still is: the owner is told of those that were filled.
    async fn report_targets(&self, run: &mut Run<'_>, seen: &Seen) -> Step<()> {
        if !Rule::TargetIsNotified.holds() {
            return Ok(());
        }
        let open = |id: &str| seen.open.iter().any(|order| order.client_order_id == id);
        let gone: Vec<_> = run
            .intent
            .legs
            .iter()
            .filter(|leg| leg.role == Role::Target && leg.placed.is_some() && leg.may_be_open())
            .filter(|leg| !open(&run.intent.client_id(leg.seq)))
            .cloned()
            .collect();
        let mut ended = Vec::new();
        for leg in gone {
            let order = run.look_up(&leg, Micros(0)).await?.filter(Order::is_final);
            if let Some(order) = order {
                run.intent.mark(leg.seq, LegStatus::Placed, Some(order.clone()));
                ended.push(order);
            }
        }
        if !ended.is_empty() {
            report_filled(run.desk, self.access, run.intent, &ended).await?;
            run.intent.save(run.desk).await?;
        }
        Ok(())
    }

    async fn end(&self, run: &mut Run<'_>) -> Step<Pass> {
        run.may_cancel_and_close()?;
        // A fill that the exchange does not show yet would be taken for the end.
        let recent =
            just_entered(self.row.entered_at, run.desk.clock.now()) && Rule::RecentEntryIsNotGone.holds();
        if self.known == Known::Nothing && recent && !closed_by_own_orders(run).await? {
            return Ok(Pass::Differs);
        }
        if Rule::ProtectionEndsToo.holds() {
            run.cancel_own_protection().await?;
        }
        let late = may_arrive_late(run) && Rule::LateOrdersAreCancelled.holds();
        settle(run.desk, self.access, run.intent, late).await?;
        Ok(if late { Pass::Ending } else { Pass::Ended })
    }

    /// The position was settled a moment ago: once nothing can arrive any more, what arrived since is cancelled.
    async fn tidy(&self, run: &Run<'_>) -> Step<Pass> {
        if run.desk.supervision.ending_for(self.row.intent_id, run.desk.clock.boot()) < CERTAIN {
            return Ok(Pass::Ending);
        }
        if Rule::ProtectionEndsToo.holds() {
            run.cancel_own_protection().await?;
        }
        delete(run.desk, self.row.intent_id).await?;
        Ok(Pass::Ended)
    }

    async fn set_wanted(&mut self, desk: &Desk, wanted: Wanted) -> Result<()> {
        let mut tx = desk.db.begin().await?;
        rows::set_wanted(&mut tx, self.row.intent_id, wanted).await?;
        tx.commit().await?;
        self.row.wanted = wanted;
        Ok(())
    }

    fn notice_difference(&self, desk: &Desk) {
        desk.supervision.differs(self.row.intent_id, desk.clock.boot());
    }

    /// Tells the owner once when a difference lasts, and once when it is over.
    async fn notify(&self, desk: &Desk, intent: &Intent, pass: Pass) -> Result<()> {
        let (id, now) = (self.row.intent_id, desk.clock.now());
        if pass != Pass::Differs {
            desk.supervision.agrees(id);
            if self.row.told_at.is_some() || self.repaired {
                let mut tx = desk.db.begin().await?;
                if pass == Pass::Agrees && Rule::ReplacedStopIsNotified.holds() {
                    intent.stop_replaced(now)?.write(&mut tx).await?;
                }
                rows::set_told(&mut tx, id, None).await?;
                tx.commit().await?;
            }
            return Ok(());
        }
        let lasts = desk.supervision.differs_for(id, desk.clock.boot());
        if lasts >= TELL_AFTER && Rule::MissingStopIsNotified.holds() && intent.filled_entry().is_some() {
            // It may have been told meanwhile.
            if rows::get(&desk.db, id).await?.is_none_or(|row| row.told_at.is_some()) {
                return Ok(());
            }
            let mut tx = desk.db.begin().await?;
            intent.without_stop(now)?.write(&mut tx).await?;
            rows::set_told(&mut tx, id, Some(now)).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Whether a protective order of the intent was sent so recently that it may not have arrived yet.
fn may_arrive_late(run: &Run<'_>) -> bool {
    let now = run.desk.clock.now();
    // A clock that was set back counts as recent.
    let recent = |at: Micros| now.since(at) < SENT_RECENTLY;
    let protective = run.intent.legs.iter().filter(|leg| leg.is_protective() && leg.order.is_some());
    protective.map(|leg| leg.changed_at).any(|at| recent(run.intent.updated_at) || at.is_none_or(recent))
}

/// Whether the intent's own stops and take-profits have closed all that it entered.
async fn closed_by_own_orders(run: &Run<'_>) -> Step<bool> {
    let entered = run.intent.filled_entry().map_or(Decimal::ZERO, |entry| entry.filled);
    let mut closed = Decimal::ZERO;
    for leg in run.intent.legs.iter().filter(|leg| leg.is_protective() && leg.placed.is_some()) {
        closed += run.look_up(leg, Micros(0)).await?.map_or(Decimal::ZERO, |order| order.filled);
    }
    Ok(closed >= entered)
}

/// Whether a watched position's stop is alive at the exchange, asked by its id: one request of weight 1, where reading position
/// and orders costs 7. A closePosition stop that is alive covers a position of any size.
pub(in crate::order) async fn stop_is_alive(desk: &Desk, access: &Access, watched: &Watched) -> Result<bool> {
    let Some(intent) = Intent::load(desk, IntentId(watched.intent.0)).await? else { return Ok(false) };
    let stop = intent.legs.iter().rev().find(|leg| leg.role == Role::Stop);
    let Some(leg) = stop.filter(|leg| {
        let whole = leg
            .order
            .as_ref()
            .is_some_and(|order| order.kind == OrderType::StopMarket && order.amount.is_none());
        whole && leg.status == LegStatus::Placed
    }) else {
        return Ok(false);
    };
    let id = intent.client_id(leg.seq);
    let answer = desk.exchange.find_order(&access.who, intent.trade_type, &intent.symbol, &id, true).await;
    let found = access.take(desk, answer).await?;
    Ok(found.is_some_and(|order| !order.is_final() && order.kind == OrderType::StopMarket))
}
