//! The supervision of rules that can trip without an entry: losses, drawdown and losses in a row.
//!
//! A rule that closes positions acts on two readings of the accounts, at least five seconds apart, none of them older than
//! ten. A reading is one at the exchange, or the positions that a connected user-data stream has reported, at the present
//! mark price. A reading that fails is none: missing data closes nothing.

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
/// Accounts read at the exchange in one round, of a request weight of 5 each: about a sixth of an address's budget. The
/// accounts of one user are read together, even if they are more. Those with a stream need no reading.
const MOST_READS: usize = 4;
/// Users whose rules are judged in one round at most.
const MOST_USERS: usize = 500;
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
    /// The users with an account that had to be read at the exchange when their rules were last judged.
    unstreamed: Mutex<HashSet<UserId>>,
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
    locked(&desk.readings.unstreamed).retain(|user| known.contains(user));
    if !desk.readings.rounds.fetch_add(1, Ordering::Relaxed).is_multiple_of(ROUNDS) {
        users.retain(|owned| owned.iter().any(|owned| flattens(&owned.rule)));
    }
    desk.readings.sort_by_wait(&mut users, desk.clock.boot());
    let (mut reads, mut judged) = (MOST_READS, 0);
    for owned in users {
        if judged == MOST_USERS {
            break;
        }
        let Some(user) = owned.first().map(|owned| owned.user_id) else { continue };
        // A user whose accounts have to be read keeps their place for the next round.
        if reads == 0 && locked(&desk.readings.unstreamed).contains(&user) {
            continue;
        }
        judged += 1;
        if let Err(error) = watch_user(desk, user, owned, &mut reads).await {
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
    /// can get their second reading, then those who have waited longest, at last those whose second reading is not due.
    fn sort_by_wait(&self, users: &mut [&[OwnedRule]], boot: Micros) {
        let (first, judged) = (locked(&self.first), locked(&self.judged));
        users.sort_by_key(|owned| {
            let read = owned.iter().filter_map(|owned| first.get(&owned.rule.id)).map(|read| read.boot).min();
            let turn = read.map_or(1, |read| if boot.since(read) >= APART { 0 } else { 2 });
            (turn, owned.first().and_then(|owned| judged.get(&owned.user_id).copied()))
        });
    }
}

/// Judges the rules of one user.
async fn watch_user(desk: &Following, user: UserId, owned: &[OwnedRule], reads: &mut usize) -> Result<()> {
    let book = RuleBook::read(desk, user).await?;
    let (closing, stopping): (Vec<&OwnedRule>, Vec<&OwnedRule>) =
        owned.iter().partition(|owned| flattens(&owned.rule));
    let keys = book.keys_to_read(&rules_of(&closing), None);
    let Some(read) = read_accounts(desk, &book, user, keys, reads).await else { return Ok(()) };
    for owned in closing {
        judge_closing(desk, &book, owned, &read).await?;
    }
    let keys = book.keys_to_read(&rules_of(&stopping), None);
    let mut profits: Profits = read.into_iter().map(|(key, read)| (key, read.profits)).collect();
    let mut missing = Vec::new();
    for key in keys.into_iter().filter(|key| !profits.contains_key(key)).collect::<Vec<_>>() {
        match book.profits_streamed(desk, key).await {
            Some(streamed) => drop(profits.insert(key, streamed)),
            None => missing.push(key),
        }
    }
    let now = desk.clock.now();
    let uncached = missing.iter().filter(|key| desk.accounts.cached(**key, now).is_none()).count();
    if uncached > 0 && *reads == 0 {
        locked(&desk.readings.unstreamed).insert(user);
        return Ok(());
    }
    *reads = reads.saturating_sub(uncached);
    profits.extend(book.read_cached(desk, missing).await?);
    locked(&desk.readings.judged).insert(user, desk.clock.boot());
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

/// Reads a user's accounts, not more often than two readings may follow each other: by their streams, or at their exchange
/// while the round may read there; `None` if it may not. Those that cannot be read are left out.
async fn read_accounts(
    desk: &Following,
    book: &RuleBook,
    user: UserId,
    keys: Vec<ExchangeKeyId>,
    reads: &mut usize,
) -> Option<HashMap<ExchangeKeyId, AccountReading>> {
    let (boot, at) = (desk.clock.boot(), desk.clock.now());
    let last = locked(&desk.readings.users).get(&user).copied();
    if keys.is_empty() {
        locked(&desk.readings.unstreamed).remove(&user);
        return Some(HashMap::new());
    }
    if last.is_some_and(|last| boot.since(last) < APART) {
        return Some(HashMap::new());
    }
    let (mut all, mut others) = (HashMap::new(), Vec::new());
    for key in keys {
        match book.profits_streamed(desk, key).await {
            Some(profits) => drop(all.insert(key, AccountReading { boot, at, profits })),
            None => others.push(key),
        }
    }
    if others.is_empty() {
        locked(&desk.readings.unstreamed).remove(&user);
    } else {
        locked(&desk.readings.unstreamed).insert(user);
        if *reads == 0 {
            return None;
        }
    }
    *reads = reads.saturating_sub(others.len());
    locked(&desk.readings.users).insert(user, boot);
    let each = others.into_iter().map(|key| async move { (key, read_now(desk, key).await) });
    for (key, read) in join_all(each).await {
        match read {
            Ok(profits) => drop(all.insert(key, AccountReading { boot, at, profits })),
            Err(error) => {
                tracing::info!(%key, %error, "could not read an account for a risk rule; nothing is closed");
            }
        }
    }
    Some(all)
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
