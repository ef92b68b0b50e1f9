//! Copy workers: they claim queued copies with a lease and process each independently, so that one follower's
//! failure never delays another's.

use super::{
    decide::{self, ClaimContext},
    decision::{Decided, Decision},
    end, exit,
    outcome::AttemptOutcome,
};
use crate::{
    error::{Error, Result},
    following::{SharedFollowing, risk::EntryRules, signal},
    trading::{
        eligibility::FreshUntil,
        key,
        order::{Access, BeginCondition, Entering, copied},
    },
};
use domain::{
    Micros, Side,
    copy::{Exit, Reason, Status, WaitReason},
    order_failure::OrderFailure,
    signal::Action,
    ticket::{Entry as EntryKind, ManualOrder, Stop},
    time,
};
use std::{sync::Arc, time::Duration};
use store::{
    JsonText,
    copy::{CopyTrade, EntrySize as Sized, Work},
    group_commit::CommitOutcome as Written,
    key::KeyRow,
    risk_rule::Capacity,
};
use tokio::{sync::Semaphore, task::JoinSet};

/// Copies that one instance processes concurrently.
const CONCURRENCY: usize = 64;
/// Copies per claim. Copies claimed by a killed instance wait for the end of its lease.
const CLAIM: i64 = 64;
/// How long a claimed copy may wait for its worker before it is claimed again. Another instance takes it only
/// after this instance's lease has ended.
const LEASE: i64 = 30 * time::SECOND;
/// Delay before a copy that cannot be decided now is tried again.
const LATER: i64 = 2 * time::SECOND;
/// Poll interval: workers are not notified of signals accepted by other instances.
const IDLE: Duration = Duration::from_millis(500);

/// Runs until the desk stops, and returns once the copies in progress have finished. Copies that this
/// instance claimed but did not begin in its last run are first returned to the queue.
pub async fn run(desk: SharedFollowing) {
    while let Err(error) = give_back(&desk).await {
        if desk.work.is_stopping() {
            return;
        }
        tracing::warn!(%error, "could not release the copies claimed by the previous run; will retry");
        desk.clock.sleep(IDLE).await;
    }
    let seats = Arc::new(Semaphore::new(CONCURRENCY));
    let mut working = JoinSet::new();
    while !desk.work.is_stopping() {
        // Registered before the query, so that a signal in between is not missed.
        let woken = desk.copies.wake.notified();
        match round(&desk, &seats, &mut working).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "could not process queued copies; will retry"),
        }
        tokio::select! {
            _ = tokio::time::timeout(IDLE, woken) => {}
            () = desk.work.stopping() => {}
        }
    }
    while working.join_next().await.is_some() {}
}

/// Drains the copy queue on the caller's task. Returns when every queued copy has a decision.
///
/// # Errors
/// If the database cannot be queried.
pub async fn work_off(desk: &SharedFollowing) -> Result<()> {
    let seats = Arc::new(Semaphore::new(CONCURRENCY));
    let mut working = JoinSet::new();
    while round(desk, &seats, &mut working).await? {}
    while working.join_next().await.is_some() {}
    Ok(())
}

async fn give_back(desk: &SharedFollowing) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    store::copy::release_claimed(&mut tx, &desk.instance).await?;
    Ok(tx.commit().await?)
}

/// Claims queued copies and spawns a worker for each. Returns whether there were any.
async fn round(desk: &SharedFollowing, seats: &Arc<Semaphore>, working: &mut JoinSet<()>) -> Result<bool> {
    while working.try_join_next().is_some() {}
    signal::fan_out_due(desk).await?;
    let Some((works, keys)) = claim(desk).await? else { return Ok(false) };
    let round = Arc::new(ClaimContext::of(desk, &works, keys).await?);
    for work in works {
        let seat = Arc::clone(seats).acquire_owned().await.map_err(Error::fault)?;
        if desk.work.is_stopping() {
            // Claimed copies that were not begun are returned to the queue once all work has ended.
            return Ok(false);
        }
        let (desk, round) = (desk.clone(), round.clone());
        working.spawn(async move {
            let id = work.id;
            if let Err(error) = one(&desk, &round, work).await {
                tracing::warn!(copy = %id, %error, "could not process a copy; will retry");
            }
            drop(seat);
        });
    }
    Ok(true)
}

/// Claims queued copies, and reads the keys they belong to.
async fn claim(desk: &SharedFollowing) -> Result<Option<(Vec<Work>, Vec<KeyRow>)>> {
    let now = desk.clock.now();
    if !store::copy::has_claimable(&desk.db, &desk.instance, now).await? {
        return Ok(None);
    }
    // Each claim has a unique lease end, which identifies the copies it got.
    let next = |last: i64| Some(now.plus(LEASE).0.max(last + 1));
    let order = std::sync::atomic::Ordering::SeqCst;
    let last = desk.copies.last_claim.fetch_update(order, order, next).unwrap_or_default();
    let until = Micros(now.plus(LEASE).0.max(last + 1));
    let mut tx = desk.db.begin().await?;
    let got = store::copy::claim_copies(&mut tx, &desk.instance, now, until, CLAIM).await?;
    tx.commit().await?;
    if got == 0 {
        return Ok(None);
    }
    let works = store::copy::list_claimed(&desk.db, &desk.instance, until).await?;
    let keys = store::key::of_claim(&desk.db, &desk.instance, until).await?;
    Ok(Some((works, keys)))
}

async fn one(desk: &SharedFollowing, round: &ClaimContext, work: Work) -> Result<()> {
    let outcome = match work.action {
        Action::Enter => enter(desk, round, &work).await,
        Action::Exit => exit::carry_out(desk, &work).await,
    };
    let now = desk.clock.now();
    let decided = match outcome {
        Ok(AttemptOutcome::Done) => return Ok(()),
        Ok(AttemptOutcome::No(reason, detail)) => Decided::Skip(reason, detail),
        Ok(AttemptOutcome::Later(why)) => Decided::Postpone(now.plus(LATER), why),
        Ok(AttemptOutcome::Exited) => Decided::Exited,
        Ok(AttemptOutcome::Refused(why)) => exit::retry_exit(&work, why, now)?,
        Err(Error::Refused(refusal)) if work.action == Action::Exit => {
            exit::retry_exit(&work, OrderFailure::Refused(refusal), now)?
        }
        Err(Error::Refused(domain::Refusal::KeyUnauthorized)) => Decided::Skip(Reason::KeyUnauthorized, None),
        Err(Error::Unavailable { .. }) => Decided::Postpone(now.plus(LATER), WaitReason::ExchangeSilent),
        Err(Error::Refused(refusal)) => {
            Decided::Skip(Reason::Refused, Some(OrderFailure::Refused(refusal).stored()))
        }
        Err(error) => {
            // Our own fault; the copy waits for it as long as its signal is fresh.
            tracing::error!(copy = %work.id, %error, "could not decide a copy");
            Decided::Postpone(now.plus(LATER), WaitReason::InternalError)
        }
    };
    let decision = Decision { copy: work.id, holder: desk.instance.clone(), decided, at: now };
    desk.group_commit.write(&desk.db, decision).await?;
    Ok(())
}

async fn enter(desk: &SharedFollowing, round: &ClaimContext, work: &Work) -> Result<AttemptOutcome> {
    if desk.supervision.is_tripped(desk.clock.boot()) {
        return Ok(AttemptOutcome::Later(WaitReason::BreakerOpen));
    }
    let row = round.key(desk, work.exchange_key_id).await?;
    let facts = match round.by_rows(desk, work, row.as_ref()).await? {
        Ok(facts) => facts,
        Err(no) => return Ok(no.into()),
    };
    let Some(row) = row else { return Ok(AttemptOutcome::No(Reason::KeyDeleted, None)) };
    let who = key::credentials(desk, &row)?;
    let access = Access { row, who };
    let _lock = desk.locks.lock(work.exchange_key_id, &work.symbol).await;
    if let Some(outcome) = make_room(desk, &access, work).await? {
        return Ok(outcome);
    }
    let answer = desk.accounts.of(desk, &access, work.symbol.quote()).await;
    let account = access.take(desk, answer).await?;
    let rules = EntryRules::read(desk, work, &account).await?;
    if let Err(no) = decide::by_account(work, facts, &account, &rules) {
        if let Some(objection) = rules.before_size().filter(|objection| objection.reason == no.0) {
            rules.notify(desk, work, &objection).await?;
        }
        return Ok(no.into());
    }
    let sized = match decide::by_size(desk, work, &account).await? {
        Ok(entry) => decide::by_liquidation(desk, &access, work, entry).await?,
        Err(no) => Err(no),
    };
    let entry = match sized {
        Ok(entry) => entry,
        Err(no) => return Ok(no.into()),
    };
    if let Err((no, objection)) = decide::by_rules(work, facts, &entry, &rules) {
        if let Some(objection) = objection {
            rules.notify(desk, work, &objection).await?;
        }
        return Ok(no.into());
    }
    if let Err(no) = decide::by_first_day(desk, work, facts, &entry).await? {
        return Ok(no.into());
    }
    let capacity = rules.capacity(work, decide::terms_of(work, &entry));
    send(desk, &access, work, entry, capacity, round.fresh_until(desk, work)).await
}

/// Ends an open copy in the opposite direction on the market, to make room. Returns an outcome if the entry
/// cannot proceed.
async fn make_room(desk: &SharedFollowing, access: &Access, work: &Work) -> Result<Option<AttemptOutcome>> {
    let open = store::copy::open_entries(&desk.db, work.exchange_key_id, &work.symbol).await?;
    for copy in open {
        if copy.status == Status::Sending {
            return Ok(Some(AttemptOutcome::Later(WaitReason::EarlierCopy)));
        }
        let ours = copy.follow_id == work.follow_id;
        if !ours || copy.side == work.side {
            // The position may just have ended without having been noticed yet.
            if super::follow_up::settle_if_ended(desk, access, &copy, false).await? {
                return Ok(Some(AttemptOutcome::No(Reason::InPosition, None)));
            }
        } else if end::end_copy(desk, access, &copy, Exit::Signal, None).await? == Written::Conflict {
            return Ok(Some(AttemptOutcome::Later(WaitReason::EarlierOrder)));
        } else if let Some(CopyTrade { status: Status::Open, .. }) =
            store::copy::get_copy(&desk.db, copy.id).await?
        {
            return Ok(Some(AttemptOutcome::Later(WaitReason::OtherSide)));
        }
    }
    Ok(None)
}

/// Writes the intent, then trades it.
async fn send(
    desk: &SharedFollowing,
    access: &Access,
    work: &Work,
    entry: decide::PricedEntry,
    capacity: Option<Box<Capacity>>,
    fresh_until: FreshUntil,
) -> Result<AttemptOutcome> {
    let decide::PricedEntry { sized, side, price, equity, market } = entry;
    let size = Sized {
        equity,
        amount: sized.amount,
        leverage: sized.leverage,
        price,
        stop: sized.stop,
        targets: JsonText::of(&sized.targets)?,
    };
    let order = order(work, side, &sized);
    let entering = Entering {
        order,
        leverage: sized.leverage,
        fresh_until: fresh_until.wall,
        fresh_until_boot: Some(fresh_until.boot),
        signal: Some(work.signal_id),
    };
    let Some(intent) = copied::entering(desk, work.id, access, entering, &market) else {
        return Ok(AttemptOutcome::No(Reason::BelowMinimum, None));
    };
    let begin = BeginCondition::Entry { follow: work.follow_id, copy: work.id, sized: size, capacity };
    let written = copied::work(desk, access, intent, begin).await?;
    desk.accounts.note_order(work.exchange_key_id);
    match written {
        Written::Committed => Ok(AttemptOutcome::Done),
        Written::Conflict => Ok(AttemptOutcome::Later(WaitReason::EarlierOrder)),
        // Either the follow, its strategy or all copying was paused meanwhile, a rule has tripped or another copy has taken
        // the last place that a rule allows, and the next attempt finds the reason; or another instance has taken the copy,
        // and there is no next attempt.
        Written::PreconditionFailed => Ok(AttemptOutcome::Later(WaitReason::FollowChanged)),
    }
}

fn order(work: &Work, side: Side, sized: &domain::copy::SizedEntry) -> ManualOrder {
    ManualOrder {
        symbol: work.symbol.clone(),
        side,
        entry: EntryKind::Market,
        amount: sized.amount,
        targets: sized.targets.clone(),
        stop: Some(Stop { trigger: sized.stop, limit: None }),
        risk_percent: Some(work.risk_percent.0),
    }
}
