//! Taking up intents that somebody left unfinished: after a crash, an unknown outcome, or an entry that rested.

use super::{
    account::Access,
    copied::unprotect,
    intent::{Intent, LEASE, Request},
    legs::seq,
    place::finish,
    protected,
    run::{Run, Step},
};
use crate::{Desk, Result, SharedDesk, key};
use domain::{CopyId, ExchangeKeyId, IntentId, Micros, Order, Refusal, Symbol, copy::Reason, time};
use store::intent::{LegStatus, Status};

/// A close that its owner asked for longer ago than this is not carried out late: much may have changed.
const CLOSE_STILL_WANTED: i64 = time::MINUTE;
/// What an intent's history says when the desk stopped before it sent the entry.
const NEVER_SENT: &str = "the order had not been sent when the desk stopped";

/// Whether the people who wait for this key and market may send something new: everything unfinished is taken up first.
pub(super) async fn before_new(desk: &SharedDesk, access: &Access, symbol: &Symbol) -> Result<()> {
    let unfinished = store::intent::unfinished_for_key(&desk.db, access.row.key.id).await?;
    for row in unfinished {
        if row.symbol == *symbol && row.status == Status::Working {
            let left = take_up(desk, access, row.id).await?;
            if left.is_some_and(|i| i.status == Status::Working) {
                return Err(crate::Error::Unavailable { retry_after_s: 2 });
            }
        }
    }
    Ok(())
}

/// Takes up every unfinished intent that nobody holds. Called at start-up and every few seconds by the keeper.
///
/// # Errors
/// When the database cannot be asked; one intent's failure is logged and never delays the others.
pub async fn sweep(desk: &SharedDesk) -> Result<()> {
    desk.free_abandoned_work().await?;
    let rows = store::intent::unfinished(&desk.db).await?;
    let each = rows.into_iter().map(|row| async move {
        if let Err(error) = one(desk, row.id, row.exchange_key_id, &row.symbol).await {
            tracing::warn!(intent = %row.id, %error, "an intent is not taken up");
        }
    });
    futures::future::join_all(each).await;
    Ok(())
}

/// An order of ours changed at the exchange: an intent that waits for it goes on at once, and when a position is gone,
/// what protected it is removed.
pub(crate) fn touched(desk: &SharedDesk, order: &Order) {
    let (desk, order) = (desk.clone(), order.clone());
    tokio::spawn(async move {
        if let Err(error) = follow_up(&desk, &order).await {
            tracing::warn!(order = %order.client_order_id, %error, "an order is not followed up");
        }
    });
}

async fn follow_up(desk: &SharedDesk, order: &Order) -> Result<()> {
    let Some((id, seq)) = store::intent::leg_by_client_id(&desk.db, &order.client_order_id).await? else {
        return Ok(());
    };
    let Some(row) = store::intent::get(&desk.db, id).await? else { return Ok(()) };
    if seq == seq::ENTRY {
        return one(desk, id, row.exchange_key_id, &row.symbol).await;
    }
    if let Some(copy) = store::copy::get(&desk.db, CopyId(id.0)).await? {
        crate::copy::protection_changed(desk, copy, order).await?;
        // One of several targets leaves the position standing: that it was hit is told all the same.
        return protected::hit(desk, id, row.exchange_key_id, order).await;
    }
    if order.is_final() && !order.filled.is_zero() {
        protected::hit(desk, id, row.exchange_key_id, order).await?;
        tidy(desk, id, row.exchange_key_id).await
    } else {
        Ok(())
    }
}

/// Cancels an intent's protective orders when the position they protected is gone: they must not meet the next one.
pub(super) async fn tidy(desk: &SharedDesk, id: IntentId, key: ExchangeKeyId) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return Ok(()) };
    let who = key::credentials(desk, &row)?;
    let Some(intent) = Intent::load(desk, id).await? else { return Ok(()) };
    let _turn = desk.locks.turn(key, &intent.symbol).await;
    if !desk.exchange.positions(&who, Some(&intent.symbol)).await?.is_empty() {
        return Ok(());
    }
    Ok(unprotect(desk, &who, &intent).await?)
}

/// Ends what waits for a key that its owner takes away. The exchange's orders are left alone.
pub(crate) async fn forget_key(desk: &Desk, key: ExchangeKeyId) -> Result<()> {
    for row in store::intent::unfinished_for_key(&desk.db, key).await? {
        if let Some(mut intent) = Intent::load(desk, row.id).await? {
            intent.fail(Refusal::KeyInactive, "the key was deleted".to_owned(), Some(Reason::KeyDeleted));
            intent.save(desk).await?;
        }
    }
    Ok(())
}

async fn one(desk: &SharedDesk, id: IntentId, key: ExchangeKeyId, symbol: &Symbol) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return forget_key(desk, key).await };
    let who = key::credentials(desk, &row)?;
    let access = Access { row, who };
    let _turn = desk.locks.turn(key, symbol).await;
    take_up(desk, &access, id).await.map(drop)
}

/// Takes an intent up where it was left, if nobody holds it. The caller has the turn. None when it is gone.
pub(super) async fn take_up(desk: &SharedDesk, access: &Access, id: IntentId) -> Result<Option<Intent>> {
    let now = desk.clock.now();
    let Some(mut intent) = Intent::load(desk, id).await? else { return Ok(None) };
    let over = matches!(intent.status, Status::Done | Status::Failed);
    if over || !claim(desk, id, now).await? {
        return Ok(Some(intent));
    }
    let claimed_at = desk.clock.boot();
    let mut run = Run::new(desk, &access.who, &mut intent, true).await?;
    let outcome = match run.intent.request.clone() {
        Request::Open(_) => resume_manual(&mut run, claimed_at).await,
        Request::Close | Request::Panic => resume_close(&mut run, now).await,
        Request::Enter(_) => run.resume_enter(claimed_at).await,
        Request::Exit(exiting) => run.exit(&exiting).await,
    };
    // A refusal here has been written down; nobody waits for it.
    finish(desk, &mut intent, outcome).await.err();
    if intent.status == Status::Failed && intent.leg_order(seq::ENTRY).is_none() {
        // Nothing was entered: a caller who repeats the request with its idempotency key may have it done.
        let mut tx = desk.db.begin().await?;
        store::intent::forget_idempotency(&mut tx, id).await?;
        tx.commit().await?;
        return Ok(None);
    }
    Ok(Some(intent))
}

async fn claim(desk: &Desk, id: IntentId, now: Micros) -> Result<bool> {
    let mut tx = desk.db.begin().await?;
    let ours = store::intent::claim(&mut tx, id, &desk.instance, now, now.plus(LEASE)).await?;
    tx.commit().await?;
    Ok(ours)
}

/// A manual entry that never arrived is not sent late.
async fn resume_manual(run: &mut Run<'_>, claimed_at: Micros) -> Step<()> {
    if !resume_open(run, claimed_at).await? {
        run.intent.fail(Refusal::ExchangeBadRequest, NEVER_SENT.to_owned(), None);
    }
    Ok(())
}

/// Learns which legs the exchange has, then protects what was entered. False when the entry certainly never arrived.
pub(super) async fn resume_open(run: &mut Run<'_>, claimed_at: Micros) -> Step<bool> {
    let Some(leg) = run.intent.leg(seq::ENTRY).cloned() else { return Ok(true) };
    let known = run.intent.leg_order(seq::ENTRY).cloned();
    // An entry that was once seen needs no certainty about its arrival.
    let sent_at = if known.is_some() { Micros(0) } else { claimed_at };
    let Some(entry) = run.look_up(&leg, sent_at).await? else {
        if known.is_some() {
            // The exchange has forgotten it (a sandbox account was reset).
            run.intent.status = Status::Done;
        }
        return Ok(known.is_some());
    };
    if known.as_ref() == Some(&entry) && run.intent.status == Status::Waiting {
        return Ok(true);
    }
    run.intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry.clone()));
    for leg in run.intent.planned() {
        if let Some(order) = run.look_up(&leg, Micros(0)).await? {
            run.intent.mark(leg.seq, LegStatus::Placed, Some(order));
        }
    }
    run.protect(&entry).await?;
    Ok(true)
}

/// Closes what its owner asked to be closed, while that is fresh.
async fn resume_close(run: &mut Run<'_>, now: Micros) -> Step<()> {
    if now.since(run.intent.created_at) > CLOSE_STILL_WANTED {
        let words = "the close came too late to be carried out".to_owned();
        run.intent.fail(Refusal::ExchangeBadRequest, words, None);
        return Ok(());
    }
    run.fresh().await
}
