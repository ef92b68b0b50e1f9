//! Resumes unfinished intents: after a crash, after an unknown outcome, or when a resting entry changes.

use super::{
    account::Access,
    change,
    claim::claim,
    finish::finish,
    hits,
    intent::{Intent, Request},
    protection::{Known, inspect_market},
    run::{Halt, Run, RunResult},
    seq,
};
use crate::{
    error::Result,
    trading::{SharedTrading, Trading, key},
};
use domain::{
    ExchangeKeyId, IntentId, Micros, Order, PositionSlot, Refusal, Symbol, copy::Reason,
    order_failure::FailureCause, time,
};
use exchange::ExchangeFailure;
use store::{
    intent::{LegStatus, Status},
    protection::{self, Wanted},
};

/// An entry that was known and can no longer be found is given up after this.
pub(super) const FORGOTTEN: i64 = time::MINUTE;

/// Resumes the unfinished intents of a position before something new is sent for it. Unavailable while one is
/// still unfinished.
pub(super) async fn before_new(
    desk: &SharedTrading,
    access: &Access,
    symbol: &Symbol,
    slot: PositionSlot,
) -> Result<()> {
    let unfinished = store::intent::unfinished_for_key(&desk.db, access.row.key.id).await?;
    for row in unfinished {
        if row.symbol == *symbol && row.position_side == slot && row.status == Status::Working {
            let left = take_up(desk, access, row.id).await?;
            if left.is_some_and(|i| i.status == Status::Working) {
                return Err(crate::error::Error::Unavailable { retry_after_s: 2 });
            }
        }
    }
    Ok(())
}

/// Resumes every unfinished intent that is not held. The background reconciler calls this at start and every
/// few seconds.
///
/// # Errors
/// If the database cannot be queried. One intent's failure is logged and never delays the others.
pub async fn sweep(desk: &SharedTrading) -> Result<()> {
    desk.free_abandoned_work().await?;
    let rows = store::intent::list_unfinished(&desk.db).await?;
    let each = rows.into_iter().map(|row| async move {
        if let Err(error) = one(desk, row.id, row.exchange_key_id, &row.symbol).await {
            tracing::warn!(intent = %row.id, %error, "could not recover an unfinished intent");
        }
    });
    futures::future::join_all(each).await;
    Ok(())
}

/// Handles a change of one of our orders at the exchange: resumes an intent that waits for it, and cleans up
/// the protection of a position that is gone.
pub(crate) fn touched(desk: &SharedTrading, order: &Order) {
    let (shared, order) = (desk.clone(), order.clone());
    // While the desk stops, this is left to the next start or to another instance.
    desk.work.spawn(async move {
        if let Err(error) = follow_up(&shared, &order).await {
            tracing::warn!(order = %order.client_order_id, %error, "could not look up an unfinished order");
        }
    });
}

async fn follow_up(desk: &SharedTrading, order: &Order) -> Result<()> {
    let Some((id, seq)) = store::intent::leg_by_client_id(&desk.db, &order.client_order_id).await? else {
        return Ok(());
    };
    let Some(row) = store::intent::get_intent(&desk.db, id).await? else { return Ok(()) };
    if seq::is_entry(seq) {
        return one(desk, id, row.exchange_key_id, &row.symbol).await;
    }
    // A filled stop or take-profit is reported immediately; the remaining position decides what follows.
    hits::hit(desk, id, row.exchange_key_id, order).await?;
    desk.automations.check_soon(id);
    inspect_market(desk, row.exchange_key_id, &row.symbol, Known::Nothing).await
}

/// Ends the unfinished intents of a deleted key. Orders at the exchange are left alone.
pub(crate) async fn forget_key(desk: &Trading, key: ExchangeKeyId) -> Result<()> {
    for row in store::intent::unfinished_for_key(&desk.db, key).await? {
        if let Some(mut intent) = Intent::load(desk, row.id).await? {
            intent.fail(
                Refusal::KeyInactive,
                Some(FailureCause::KeyDeleted.into()),
                Some(Reason::KeyDeleted),
            );
            intent.save(desk).await?;
        }
    }
    Ok(())
}

async fn one(desk: &SharedTrading, id: IntentId, key: ExchangeKeyId, symbol: &Symbol) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return forget_key(desk, key).await };
    let who = key::credentials(desk, &row)?;
    let access = Access { row, who };
    let _lock = desk.locks.lock(key, symbol).await;
    take_up(desk, &access, id).await.map(drop)
}

/// Resumes an intent where it was left, unless it is held. The caller holds the per-market lock. Returns
/// `None` if the intent is gone.
pub(super) async fn take_up(desk: &SharedTrading, access: &Access, id: IntentId) -> Result<Option<Intent>> {
    let now = desk.clock.now();
    let Some(mut intent) = Intent::load(desk, id).await? else { return Ok(None) };
    let over = matches!(intent.status, Status::Done | Status::Failed);
    if over || !claim(desk, id, now).await? {
        return Ok(Some(intent));
    }
    let mut run = Run::new(desk, &access.who, &mut intent, true).await?;
    if run.intent.request.changes() && run.intent.status == Status::Waiting && desk.db.is_shared() {
        if !begin_again(desk, id, now).await? {
            return Ok(Some(intent));
        }
        run.intent.status = Status::Working;
    }
    let outcome = match run.intent.request.clone() {
        Request::Open(_) => resume_manual(&mut run).await,
        Request::Adopt(_) => run.adopt().await,
        // Retried until it is done, however old the request is.
        Request::Close | Request::Panic => run.fresh(None).await,
        Request::Enter(_) => run.resume_enter().await,
        Request::Exit(exiting) => run.exit(&exiting).await,
        Request::Protect(_) | Request::Reduce(_) | Request::Add(_) | Request::CancelEntries => {
            change::carry_out(desk, &access.who, run.intent, true).await
        }
    };
    // A refusal has been recorded, and no caller waits for it.
    finish(desk, &access.who, &mut intent, outcome).await.err();
    if intent.status == Status::Failed && intent.leg_order(seq::ENTRY).is_none() && !intent.has_reduced() {
        // Nothing was entered, so a request repeated with the same idempotency key may be carried out.
        let mut tx = desk.db.begin().await?;
        store::intent::forget_idempotency(&mut tx, id).await?;
        tx.commit().await?;
        return Ok(None);
    }
    Ok(Some(intent))
}

/// Begins the work of a change that waits, so that no other instance begins anything on its market meanwhile: the
/// per-market lock is only this instance's. Returns `false`, and releases it, while another intent is being worked there.
async fn begin_again(desk: &Trading, id: IntentId, now: Micros) -> Result<bool> {
    let mut tx = desk.db.begin().await?;
    match store::intent::set_working(&mut tx, id, now).await {
        Ok(_) => {
            tx.commit().await?;
            return Ok(true);
        }
        Err(error) if error.is_unique() => drop(tx),
        Err(error) => return Err(error.into()),
    }
    let mut tx = desk.db.begin().await?;
    store::intent::release_intent(&mut tx, id, &desk.instance, now).await?;
    tx.commit().await?;
    Ok(false)
}

/// Resumes a manual order. An entry that never arrived is not sent late.
async fn resume_manual(run: &mut Run<'_>) -> RunResult<()> {
    if !resume_open(run).await? {
        run.intent.fail(Refusal::ExchangeBadRequest, Some(FailureCause::NeverSent.into()), None);
    }
    Ok(())
}

/// Finds out which legs the exchange has, then protects what was entered. Returns `false` if the entry
/// certainly never arrived.
pub(super) async fn resume_open(run: &mut Run<'_>) -> RunResult<bool> {
    if run.intent.is_oco() {
        return run.resume_oco().await;
    }
    let Some(leg) = run.intent.leg(seq::ENTRY).cloned() else { return Ok(true) };
    let known = leg.placed.clone();
    // An entry that was seen before has certainly arrived.
    let signed_by = if known.is_some() { Micros(0) } else { run.since };
    let found = match run.look_up(&leg, signed_by).await? {
        Some(entry) => Some(entry),
        None => run.evidence_of_entry(&leg).await?,
    };
    let Some(entry) = found else {
        let Some(known) = known else { return Ok(false) };
        // Lookups may lag. An entry that is still not found long after is given up (for example if a sandbox
        // account was reset).
        if run.desk.clock.now().since(known.at) < FORGOTTEN {
            return Err(Halt::Later(ExchangeFailure::Unknown("the entry was not found".to_owned())));
        }
        run.intent.status = Status::Done;
        return Ok(true);
    };
    // Once the entry has ended, its take-profits are due.
    let rests = !entry.is_final() && run.intent.status == Status::Waiting;
    if rests && known.as_ref() == Some(&entry) && run.intent.has_its_stop() {
        return Ok(true);
    }
    let grown = known.is_none_or(|known| known.filled != entry.filled);
    run.fill_is_old = !grown && run.intent.has_its_stop();
    run.intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry.clone()));
    run.find_unsent().await?;
    if run.close_if_wanted().await? {
        return Ok(true);
    }
    run.protect(&entry).await?;
    Ok(true)
}

impl Run<'_> {
    /// Looks up the orders that an earlier holder may have sent without recording it.
    pub(super) async fn find_unsent(&mut self) -> RunResult<()> {
        let unsent: Vec<_> = self.unsent().cloned().collect();
        for leg in unsent {
            if let Some(order) = self.look_up(&leg, Micros(0)).await? {
                self.intent.mark(leg.seq, LegStatus::Placed, Some(order));
            }
        }
        Ok(())
    }

    /// Closes the position if an earlier holder found that it cannot be protected, or if its time limit has ended. Returns
    /// whether the trade is complete: at the end of a time limit nothing was rejected.
    pub(super) async fn close_if_wanted(&mut self) -> RunResult<bool> {
        if !is_to_be_closed(self).await? {
            return Ok(false);
        }
        self.close_unprotected().await?;
        if is_over(self).await? {
            self.intent.status = Status::Done;
            return Ok(true);
        }
        Err(Halt::Refused(ExchangeFailure::of_cause(FailureCause::ClosedUnprotected)))
    }
}

/// Whether the time limit of the trade has ended.
async fn is_over(run: &Run<'_>) -> Result<bool> {
    Ok(store::automation::is_over(&run.desk.db, run.intent.id).await?)
}

/// Whether the position must be closed, because an earlier holder found that it cannot be protected, or because its time
/// limit has ended.
async fn is_to_be_closed(run: &Run<'_>) -> Result<bool> {
    let row = protection::get_protection(&run.desk.db, run.intent.id).await?;
    Ok(run.intent.filled_entry().is_some() && row.is_some_and(|row| row.wanted == Wanted::Closed))
}
