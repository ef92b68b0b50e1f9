//! Taking up intents that somebody left unfinished: after a crash, an unknown outcome, or an entry that rested.

use super::{
    account::Access,
    client_id,
    intent::{Intent, LEASE, Request},
    legs::{Role, seq},
    place::finish,
    run::{Halt, Run},
};
use crate::{Desk, Result, SharedDesk, key};
use domain::{ExchangeKeyId, IntentId, Micros, Order, Refusal, Symbol, time};
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
        one(desk, id, row.exchange_key_id, &row.symbol).await
    } else if order.is_final() && !order.filled.is_zero() {
        tidy(desk, id, row.exchange_key_id).await
    } else {
        Ok(())
    }
}

/// Cancels an intent's protective orders when the position they protected is gone: they must not meet the next one.
async fn tidy(desk: &SharedDesk, id: IntentId, key: ExchangeKeyId) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return Ok(()) };
    let who = key::credentials(desk, &row)?;
    let Some(intent) = Intent::load(desk, id).await? else { return Ok(()) };
    let _turn = desk.locks.turn(key, &intent.symbol).await;
    if !desk.exchange.positions(&who, Some(&intent.symbol)).await?.is_empty() {
        return Ok(());
    }
    for leg in intent.legs.iter().filter(|l| matches!(l.role, Role::Stop | Role::Target)) {
        let placed = intent.leg_status(leg.seq) == Some(LegStatus::Placed);
        let conditional = leg.order.as_ref().is_some_and(|o| o.kind.conditional());
        if placed {
            let id = client_id::derive(intent.id, leg.seq);
            desk.exchange.cancel(&who, intent.trade_type, &intent.symbol, &id, conditional).await?;
        }
    }
    Ok(())
}

/// Ends what waits for a key that its owner takes away. The exchange's orders are left alone.
pub(crate) async fn forget_key(desk: &Desk, key: ExchangeKeyId) -> Result<()> {
    for row in store::intent::unfinished_for_key(&desk.db, key).await? {
        if let Some(mut intent) = Intent::load(desk, row.id).await? {
            intent.fail(Refusal::KeyInactive, "the key was deleted".to_owned());
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
    let mut run = Run::new(desk, &access.who, &mut intent, true).await?;
    let outcome = match run.intent.request {
        Request::Open(_) => resume_open(&mut run, now).await,
        Request::Close => resume_close(&mut run, now).await,
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

/// Learns which legs the exchange has, then protects what was entered. An entry that never arrived is not sent late.
async fn resume_open(run: &mut Run<'_>, claimed_at: Micros) -> std::result::Result<(), Halt> {
    let Some(leg) = run.intent.leg(seq::ENTRY).cloned() else { return Ok(()) };
    let known = run.intent.leg_order(seq::ENTRY).cloned();
    // An entry that was once seen needs no certainty about its arrival.
    let sent_at = if known.is_some() { Micros(0) } else { claimed_at };
    let Some(entry) = run.look_up(&leg, sent_at).await? else {
        match known {
            // The exchange has forgotten it (a sandbox account was reset).
            Some(_) => run.intent.status = Status::Done,
            None => run.intent.fail(Refusal::ExchangeBadRequest, NEVER_SENT.to_owned()),
        }
        return Ok(());
    };
    if known.as_ref() == Some(&entry) && run.intent.status == Status::Waiting {
        return Ok(());
    }
    run.intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry.clone()));
    for leg in run.intent.planned() {
        if let Some(order) = run.look_up(&leg, Micros(0)).await? {
            run.intent.mark(leg.seq, LegStatus::Placed, Some(order));
        }
    }
    run.protect(&entry).await
}

/// Closes what its owner asked to be closed, while that is fresh.
async fn resume_close(run: &mut Run<'_>, now: Micros) -> std::result::Result<(), Halt> {
    if now.since(run.intent.created_at) > CLOSE_STILL_WANTED {
        run.intent.fail(Refusal::ExchangeBadRequest, "the close came too late to be carried out".to_owned());
        return Ok(());
    }
    run.fresh().await
}
