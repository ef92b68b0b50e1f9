//! One pass of the supervisor over one position: read, compare, make the smallest repair, read again, until
//! both agree.

mod alive;
mod ending;
mod entry;
mod moved;
mod part;

pub(super) use alive::stop_is_alive;

use super::{
    answer::{StopRefusal, stop_refusal},
    decide::{Facts, Next, is_stop, next},
    pass::Pass,
    rules::Rule,
    settle::report_filled,
    stop::{NOTIFY_AFTER, Seen},
};
use crate::{
    error::{Error, Result},
    trading::{
        Trading,
        order::{
            account::Access,
            claim::claim,
            intent::Intent,
            legs::{PlannedOrder, Role},
            run::{Halt, Run, RunResult},
        },
    },
};
use domain::{Decimal, Micros, Order, OrderType, time::SECOND};
use store::{
    intent::{LegStatus, Status},
    protection::{self as rows, Protection, Wanted},
};

/// A stop that has triggered as a limit order and does not fill is replaced by a market order after this.
const TRIGGERED: i64 = 5 * SECOND;
/// Repairs per pass. Further differences are left to the next pass.
const REPAIRS: u8 = 8;

/// The caller's knowledge of a position besides the exchange's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing more than the exchange reports.
    Nothing,
    /// A later entry of this desk on the market has replaced the position: the open one belongs to that entry.
    Superseded,
    /// An order that closed the position has filled.
    Closed,
}

/// The known state of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Learned {
    /// The entry has filled, or it rests and its intent waits for it.
    Known,
    /// The entry was given up, and may still arrive.
    MayCome,
    /// The entry ended without a fill, or can no longer arrive.
    Never,
}

/// Runs one pass over the position of `row`. The caller holds the per-market lock and has checked that no
/// intent is being worked there.
pub(in crate::trading::order) async fn pass(
    desk: &Trading,
    access: &Access,
    row: &Protection,
    known: Known,
) -> Result<Pass> {
    let Some(mut intent) = Intent::load(desk, row.intent_id).await? else { return Ok(Pass::Ended) };
    if intent.status == Status::Working && Rule::WorkingIntentIsLeftAlone.holds() {
        return Ok(Pass::Differs);
    }
    // Nothing is saved of an unfinished intent that this instance does not hold, and so its orders would be unknown.
    let claims = !intent.settled && desk.db.is_shared();
    if claims && !claim(desk, intent.id, desk.clock.now()).await? {
        return Ok(Pass::Differs);
    }
    let mut run = Run::new(desk, &access.who, &mut intent, true).await?;
    let mut supervisor = Supervisor { access, row: row.clone(), known, repaired: false, keeps_stop: false };
    let outcome = supervisor.work(&mut run).await;
    if claims {
        let mut tx = desk.db.begin().await?;
        store::intent::release_intent(&mut tx, row.intent_id, &desk.instance, desk.clock.now()).await?;
        tx.commit().await?;
    }
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

/// The state of a missing stop that was a stop-limit order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StopLimit {
    /// There is no such order, or it has not triggered.
    NotTriggered,
    /// It has triggered, and its limit order still has time to fill.
    HasTime,
    /// Its limit order has not filled in time: the position is closed at market.
    TimedOut,
}

struct Supervisor<'a> {
    access: &'a Access,
    row: Protection,
    known: Known,
    /// Whether a stop was placed in this pass.
    repaired: bool,
    /// Whether the position that is being closed still has its stop, as at a time limit.
    keeps_stop: bool,
}

impl Supervisor<'_> {
    async fn work(&mut self, run: &mut Run<'_>) -> RunResult<Pass> {
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
            let seen = run.inspect().await?;
            self.record_ended(run, &seen).await?;
            let next = self.next(run, &seen);
            if matches!(next, Next::MoveStop(_) | Next::PlaceStop(_))
                && run.has_unlisted_stop(&seen.open).await?
            {
                return Ok(Pass::Differs);
            }
            match next {
                Next::Agree => {
                    self.adopt_moved_stop(run, &seen).await?;
                    self.report_targets(run, &seen).await?;
                    if run.fit_part_targets(&seen).await? {
                        continue;
                    }
                    let uncertain = seen.part.is_some_and(|part| part.uncertain);
                    return Ok(if uncertain { Pass::Differs } else { Pass::Agrees });
                }
                Next::End => return self.end(run).await,
                Next::MoveStop(amount) => self.move_stop(run, amount).await?,
                Next::CancelOutdated => run.cancel_outdated(&seen.open).await?,
                Next::ResizeStop(amount) => run.size_wanted_stop(amount).await?,
                Next::PlaceStop(amount) => match self.stop_limit(run).await? {
                    StopLimit::HasTime => return Ok(Pass::Differs),
                    // The next inspection closes the position.
                    StopLimit::TimedOut => {}
                    StopLimit::NotTriggered => {
                        self.notice_difference(run.desk);
                        run.without_stop_since = run.desk.supervision.differs_since(self.row.intent_id);
                        self.place_stop(run, amount).await?;
                        run.without_stop_since = None;
                    }
                },
                Next::Close(_) => {
                    self.keeps_stop = !matches!(run.next_for_stop(&seen), Next::PlaceStop(_));
                    self.notice_difference(run.desk);
                    run.close_unprotected().await?;
                    run.intent.save_progress(run.desk).await?;
                }
            }
        }
        Ok(Pass::Differs)
    }

    fn next(&self, run: &Run<'_>, seen: &Seen) -> Next {
        let outdated = run.intent.outdated_among(&seen.open);
        next(&Facts {
            wanted: self.row.wanted,
            side: self.row.side,
            entered: run.intent.entered(),
            entry_open: run.intent.status == Status::Waiting && run.intent.open_entry().is_some(),
            superseded: self.known == Known::Superseded,
            shared: seen.part.is_some(),
            position: seen.position.as_ref(),
            open: &seen.open,
            outdated: &outdated,
        })
    }

    /// Replaces a missing stop.
    async fn place_stop(&mut self, run: &mut Run<'_>, amount: Decimal) -> RunResult<()> {
        let failure = match run.place_another_stop(amount).await {
            Ok(_) => {
                self.repaired = true;
                return Ok(());
            }
            Err(Halt::Refused(failure)) => failure,
            Err(other) => return Err(other),
        };
        match stop_refusal(&failure) {
            // The next inspection decides.
            StopRefusal::Inspect => Ok(()),
            _ => {
                let rescued = run.rescue(failure).await;
                run.intent.save_progress(run.desk).await?;
                if let Some(row) =
                    rows::get_protection(&run.desk.db, self.row.intent_id).await.map_err(Error::from)?
                {
                    self.row = row;
                }
                // The position is closed; the next inspection ends it.
                if matches!(rescued, Err(Halt::Refused(_))) { Ok(()) } else { rescued }
            }
        }
    }

    /// Returns the state of the position's stop-limit order. If its limit order has not filled in time, the
    /// closed position becomes the desired state.
    async fn stop_limit(&mut self, run: &mut Run<'_>) -> RunResult<StopLimit> {
        let stop = run.intent.wanted_stop_leg();
        let Some(leg) =
            stop.filter(|leg| leg.order.as_ref().is_some_and(|order| order.kind == OrderType::Stop))
        else {
            return Ok(StopLimit::NotTriggered);
        };
        let id = run.intent.client_id(leg.seq);
        let found = run.find(&id, true, Micros(0)).await?;
        if !found.is_some_and(|order| !order.is_final() && order.kind == OrderType::Limit) {
            return Ok(StopLimit::NotTriggered);
        }
        let waits = run.desk.supervision.differs_for(self.row.intent_id, run.desk.clock.boot());
        if waits < TRIGGERED && Rule::TriggeredStopHasTime.holds() || !Rule::TriggeredStopIsClosed.holds() {
            self.notice_difference(run.desk);
            return Ok(StopLimit::HasTime);
        }
        self.set_wanted(run.desk, Wanted::Closed).await?;
        Ok(StopLimit::TimedOut)
    }

    /// Adopts a stop that its owner moved at the exchange as the wanted one.
    async fn adopt_moved_stop(&self, run: &mut Run<'_>, seen: &Seen) -> RunResult<()> {
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
        // The list may lag behind a move by the desk, and then it shows the owner's stop that was replaced.
        if run.has_unlisted_stop(&seen.open).await? {
            return Ok(());
        }
        let moved = PlannedOrder { stop_price: stop.stop_price, price: stop.price, ..wanted };
        if let Some(seq) = run.intent.next_stop() {
            run.intent.plan(seq, Role::Stop, moved);
            run.intent.mark(seq, LegStatus::Skipped, None);
            run.intent.save_progress(run.desk).await?;
        }
        Ok(())
    }

    /// Notifies the owner of take-profit orders that were filled while the position is still open.
    async fn report_targets(&self, run: &mut Run<'_>, seen: &Seen) -> RunResult<()> {
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
            run.intent.save_progress(run.desk).await?;
        }
        Ok(())
    }

    async fn set_wanted(&mut self, desk: &Trading, wanted: Wanted) -> Result<()> {
        let mut tx = desk.db.begin().await?;
        rows::set_wanted(&mut tx, self.row.intent_id, wanted).await?;
        tx.commit().await?;
        self.row.wanted = wanted;
        Ok(())
    }

    fn notice_difference(&self, desk: &Trading) {
        desk.supervision.differs(self.row.intent_id, desk.clock.boot());
    }

    /// Notifies the owner once if a difference lasts, and once when it is resolved.
    async fn notify(&self, desk: &Trading, intent: &Intent, pass: Pass) -> Result<()> {
        let (id, now) = (self.row.intent_id, desk.clock.now());
        if pass != Pass::Differs {
            desk.supervision.agrees(id);
            if self.row.told_at.is_some() || self.repaired {
                let mut tx = desk.db.begin().await?;
                if pass == Pass::Agrees && Rule::ReplacedStopIsNotified.holds() {
                    intent.stop_replaced(now)?.write(&mut tx).await?;
                }
                rows::set_notified(&mut tx, id, None).await?;
                tx.commit().await?;
            }
            return Ok(());
        }
        let lasts = desk.supervision.differs_for(id, desk.clock.boot()) >= NOTIFY_AFTER && !self.keeps_stop;
        if lasts && Rule::MissingStopIsNotified.holds() && intent.filled_entry().is_some() {
            // The owner may have been notified meanwhile.
            if rows::get_protection(&desk.db, id).await?.is_none_or(|row| row.told_at.is_some()) {
                return Ok(());
            }
            let mut tx = desk.db.begin().await?;
            intent.without_stop(now)?.write(&mut tx).await?;
            rows::set_notified(&mut tx, id, Some(now)).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
