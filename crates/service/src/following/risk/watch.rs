//! The supervision of rules that can trip without an entry: losses, drawdown and losses in a row.
//!
//! A rule that closes positions acts on two readings of the accounts at their exchange, at least five seconds apart, none
//! of them older than ten. A reading that fails is none: missing data closes nothing.

use super::{
    close::Rejected,
    measure::{ByMarket, Profits, RuleBook, read_now},
    trip::{flattens, record_trip},
};
use crate::{error::Result, following::Following};
use domain::{
    Decimal, ExchangeKeyId, Micros, RiskRuleId, UserId,
    risk_rule::{RiskRule, Trip, Verdict, judge},
    time::{HOUR, SECOND},
};
use futures::future::join_all;
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use store::risk_rule::OwnedRule;

/// The shortest time between the two readings.
const APART: i64 = 5 * SECOND;
/// The longest age of a reading.
const OLDEST: i64 = 10 * SECOND;
/// Users without open copies are watched for this long after their last one ended.
const RECENT: i64 = HOUR;
/// Accounts read in one round, of a request weight of 5 each: about a sixth of an address's budget. The accounts of one
/// user are read together, even if they are more.
const MOST_READS: usize = 4;
/// Users whose rules are judged in one round at most.
const MOST_USERS: usize = 200;
/// In how many rounds rules that close nothing are judged once.
const ROUNDS: usize = 4;

/// A reading that broke a rule.
#[derive(Clone, Copy, Debug)]
struct Reading {
    /// When it was requested, by the boot clock.
    boot: Micros,
    /// When it was requested.
    at: Micros,
    seen: Decimal,
}

/// The first of two readings of each rule, when each user's accounts were last read and their rules last judged, and the
/// closes that the exchange rejected. Lost with the process: then a rule needs two new readings.
#[derive(Default)]
pub(in crate::following) struct Readings {
    first: Mutex<HashMap<RiskRuleId, Reading>>,
    users: Mutex<HashMap<UserId, Micros>>,
    judged: Mutex<HashMap<UserId, Micros>>,
    rounds: AtomicUsize,
    pub(super) closes: Rejected,
}

/// An account as read in this round.
struct AccountReading {
    boot: Micros,
    at: Micros,
    profits: ByMarket,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Judges the rules of all users with open or recently ended copies. One instance runs it at a time.
///
/// # Errors
/// If the database cannot be queried. A user whose rules cannot be judged does not delay the others.
pub async fn watch(desk: &Following) -> Result<()> {
    let now = desk.clock.now();
    let watched = store::risk_rule::list_watched(&desk.db, now, now.plus(-RECENT)).await?;
    let mut users: Vec<&[OwnedRule]> = watched.chunk_by(|one, next| one.user_id == next.user_id).collect();
    let known: HashSet<UserId> = watched.iter().map(|owned| owned.user_id).collect();
    locked(&desk.readings.judged).retain(|user, _| known.contains(user));
    if !desk.readings.rounds.fetch_add(1, Ordering::Relaxed).is_multiple_of(ROUNDS) {
        users.retain(|owned| owned.iter().any(|owned| flattens(&owned.rule)));
    }
    desk.readings.sort_by_wait(&mut users);
    let mut reads = MOST_READS;
    for owned in users.into_iter().take(MOST_USERS) {
        if reads == 0 {
            break;
        }
        if let Err(error) = watch_user(desk, owned, &mut reads).await {
            tracing::warn!(%error, "could not judge a user's risk rules; will retry");
        }
    }
    let boot = desk.clock.boot();
    locked(&desk.readings.first).retain(|_, reading| boot.since(reading.boot) <= OLDEST);
    locked(&desk.readings.users).retain(|_, read| boot.since(*read) <= OLDEST);
    Ok(())
}

impl Readings {
    /// Sorts the users in the order in which they are judged, because a round judges few of them: first those whose rules
    /// wait for their second reading, then those who have waited longest.
    fn sort_by_wait(&self, users: &mut [&[OwnedRule]]) {
        let (first, judged) = (locked(&self.first), locked(&self.judged));
        users.sort_by_key(|owned| {
            let waits = owned.iter().any(|owned| first.contains_key(&owned.rule.id));
            (!waits, owned.first().and_then(|owned| judged.get(&owned.user_id).copied()))
        });
    }
}

/// Judges the rules of one user.
async fn watch_user(desk: &Following, owned: &[OwnedRule], reads: &mut usize) -> Result<()> {
    let Some(first) = owned.first() else { return Ok(()) };
    locked(&desk.readings.judged).insert(first.user_id, desk.clock.boot());
    let book = RuleBook::read(desk, first.user_id).await?;
    let (closing, stopping): (Vec<&OwnedRule>, Vec<&OwnedRule>) =
        owned.iter().partition(|owned| flattens(&owned.rule));
    let keys = book.keys_to_read(&rules_of(&closing), None);
    let read = read_accounts(desk, first.user_id, keys, reads).await;
    for owned in closing {
        judge_closing(desk, &book, owned, &read).await?;
    }
    let keys = book.keys_to_read(&rules_of(&stopping), None);
    let now = desk.clock.now();
    let uncached = keys.iter().filter(|key| desk.accounts.cached(**key, now).is_none()).count();
    *reads = reads.saturating_sub(uncached);
    let profits = book.read_cached(desk, keys).await?;
    for owned in stopping {
        let measured = book.measure(desk, &owned.rule, None, &profits).await?;
        if let Verdict::Broken { seen, until } = judge(&owned.rule, &measured) {
            let trip = Trip { at: desk.clock.now(), until, seen, first: None, closing: false };
            record_trip(desk, owned, trip).await?;
        }
    }
    Ok(())
}

fn rules_of(owned: &[&OwnedRule]) -> Vec<RiskRule> {
    owned.iter().map(|owned| owned.rule).collect()
}

/// Reads a user's accounts at their exchange, not more often than two readings may follow each other. Those that cannot
/// be read are left out.
async fn read_accounts(
    desk: &Following,
    user: UserId,
    keys: Vec<ExchangeKeyId>,
    reads: &mut usize,
) -> HashMap<ExchangeKeyId, AccountReading> {
    let (boot, at) = (desk.clock.boot(), desk.clock.now());
    let last = locked(&desk.readings.users).get(&user).copied();
    if keys.is_empty() || *reads == 0 || last.is_some_and(|last| boot.since(last) < APART) {
        return HashMap::new();
    }
    *reads = reads.saturating_sub(keys.len());
    locked(&desk.readings.users).insert(user, boot);
    let each = keys.into_iter().map(|key| async move { (key, read_now(desk, key).await) });
    let mut all = HashMap::new();
    for (key, read) in join_all(each).await {
        match read {
            Ok(profits) => drop(all.insert(key, AccountReading { boot, at, profits })),
            Err(error) => {
                tracing::info!(%key, %error, "could not read an account for a risk rule; nothing is closed");
            }
        }
    }
    all
}

/// Judges a rule that closes positions, by the accounts read in this round.
async fn judge_closing(
    desk: &Following,
    book: &RuleBook,
    owned: &OwnedRule,
    read: &HashMap<ExchangeKeyId, AccountReading>,
) -> Result<()> {
    let rule = &owned.rule;
    let keys = book.keys_to_read(std::slice::from_ref(rule), None);
    let of_rule: Vec<&AccountReading> = keys.iter().filter_map(|key| read.get(key)).collect();
    if of_rule.len() < keys.len() {
        return Ok(());
    }
    let profits: Profits =
        keys.iter().filter_map(|key| Some((*key, read.get(key)?.profits.clone()))).collect();
    let measured = book.measure(desk, rule, None, &profits).await?;
    let Verdict::Broken { seen, until } = judge(rule, &measured) else {
        locked(&desk.readings.first).remove(&rule.id);
        return Ok(());
    };
    // A reading is as old as the first account in it.
    let (now_boot, now) = (desk.clock.boot(), desk.clock.now());
    let boot = of_rule.iter().map(|read| read.boot).min().unwrap_or(now_boot);
    let at = of_rule.iter().map(|read| read.at).min().unwrap_or(now);
    let reading = Reading { boot, at, seen };
    if keys.is_empty() {
        // The loss is settled, so there is nothing that a reading could get wrong.
        return trip_and_close(desk, owned, reading, None, until).await;
    }
    let first = locked(&desk.readings.first).get(&rule.id).copied();
    let fresh = |reading: &Reading| now_boot.since(reading.boot) <= OLDEST;
    match first {
        Some(first) if fresh(&first) && fresh(&reading) && boot.since(first.boot) >= APART => {
            trip_and_close(desk, owned, reading, Some(first), until).await
        }
        // The one before stays the first, unless it is too old.
        Some(first) if fresh(&first) => Ok(()),
        _ => {
            locked(&desk.readings.first).insert(rule.id, reading);
            Ok(())
        }
    }
}

async fn trip_and_close(
    desk: &Following,
    owned: &OwnedRule,
    reading: Reading,
    first: Option<Reading>,
    until: Option<Micros>,
) -> Result<()> {
    let first = first.map(|first| (first.at, first.seen));
    let trip = Trip { at: reading.at, until, seen: reading.seen, first, closing: true };
    record_trip(desk, owned, trip).await?;
    locked(&desk.readings.first).remove(&owned.rule.id);
    Ok(())
}
