//! Keeps the status of keys up to date: every enabled key is periodically checked at its exchange.
//!
//! Only a definite answer changes the status. A rejected key is disabled. A busy exchange, a clock that is
//! off or a lost answer is no statement about the key. If the exchange cannot be reached at all, its keys become
//! FAILED after several tries, and AUTHORIZED again once it accepts them.

use super::{account_mode, credentials, disable_rejected, lost_trading, note_mode, rights};
use crate::{
    error::Result,
    trading::{SharedTrading, Trading},
};
use domain::{
    AccountMode, ApiKeyStatus, TradeType,
    time::{MINUTE, SECOND},
};
use exchange::{Credentials, ExchangeFailure, ExchangeResult, KeyRights};
use futures::{StreamExt as _, stream};
use store::{key::KeyRow, key_check::Due};

/// Seconds between two rounds of [`check_due`].
pub const CHECK_ROUND_S: u64 = 60;
/// Interval between two checks of a key, in microseconds.
const EVERY: i64 = 15 * MINUTE;
/// Retry interval if the exchange could not be reached, in microseconds.
const RETRY: i64 = MINUTE;
/// Number of consecutive failures after which a key becomes FAILED.
const TRIES: i64 = 3;
/// Extra checks per round beyond the even share, to catch up.
const SPARE: i64 = 16;
/// Account modes read in one round, besides those of accounts whose mode is unsupported. Each costs a weight of 5, so a
/// round spends at most about a twelfth of an address's 2,400 a minute on them.
const MODES: usize = 40;
/// Keys checked concurrently.
const CONCURRENCY: usize = 4;

/// Checks the keys that are due: an even share of all keys per round, so that a restart checks no more keys
/// at a time than any other round. The caller holds the job's lease.
///
/// # Errors
/// If the database cannot be queried. A key that cannot be checked is left for its next check.
pub async fn check_due(desk: &SharedTrading) -> Result<()> {
    let now = desk.clock.now();
    let round = i64::try_from(CHECK_ROUND_S).unwrap_or(i64::MAX).saturating_mul(SECOND);
    let share = store::key_check::count(&desk.db).await? * round / EVERY + SPARE;
    let due = store::key_check::list_due(&desk.db, now.plus(-EVERY), now.plus(-RETRY), share).await?;
    let stride = due.len().div_ceil(MODES).max(1);
    let cycle = usize::try_from(now.0 / EVERY).unwrap_or_default();
    let looks = stream::iter(due).enumerate().map(|(position, due)| async move {
        if let Err(error) = check(desk, due, reads_mode(position, cycle, stride)).await {
            tracing::warn!(%error, key = %due.id, "could not check the permissions of an exchange key");
        }
    });
    looks.buffer_unordered(CONCURRENCY).collect::<Vec<()>>().await;
    Ok(())
}

/// Returns whether the account mode of the key at this position of a round is read in this cycle of checks. With
/// more keys than [`MODES`] in a round, each key's mode is read once in `stride` cycles.
const fn reads_mode(position: usize, cycle: usize, stride: usize) -> bool {
    (position % stride) == (cycle % stride)
}

/// The result of a key check.
#[derive(Debug, PartialEq, Eq)]
enum KeyVerdict {
    /// The key is valid and may trade.
    LetIn(KeyRights),
    /// The key is valid but may no longer trade.
    MayNotTrade(KeyRights),
    /// The exchange rejects the key.
    Refused,
    /// The exchange cannot be reached.
    Unreachable,
    /// The answer is not about the key.
    Unclear,
}

fn verdict(answer: ExchangeResult<KeyRights>, kind: TradeType) -> KeyVerdict {
    match answer {
        Ok(rights) if super::connect::may_trade(&rights, kind) => KeyVerdict::LetIn(rights),
        Ok(rights) => KeyVerdict::MayNotTrade(rights),
        Err(ExchangeFailure::Unauthorized) => KeyVerdict::Refused,
        Err(ExchangeFailure::Unreachable) => KeyVerdict::Unreachable,
        Err(_) => KeyVerdict::Unclear,
    }
}

async fn check(desk: &Trading, due: Due, reads_mode: bool) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, due.id).await? else { return Ok(()) };
    let who = match credentials(desk, &row) {
        Ok(who) => who,
        Err(error) => {
            // The check counts all the same: a key that cannot even be decrypted must not block the others forever.
            note(desk, &row, None, due.failures).await?;
            return Err(error);
        }
    };
    let answer = desk.exchange.key_rights(&who).await;
    let supported = row.key.account_mode.problem().is_none();
    if (reads_mode || !supported)
        && let Some(mode) = mode(desk, &who, row.key.trade_type, &answer).await
    {
        note_mode(desk, &row, mode).await?;
    }
    let found = verdict(answer, row.key.trade_type);
    let failures = match &found {
        KeyVerdict::Unreachable => due.failures.saturating_add(1),
        KeyVerdict::Unclear => due.failures,
        KeyVerdict::LetIn(_) | KeyVerdict::MayNotTrade(_) | KeyVerdict::Refused => 0,
    };
    note(desk, &row, Some(&found), failures).await?;
    match found {
        KeyVerdict::Refused => disable_rejected(desk, due.id, &who).await,
        KeyVerdict::MayNotTrade(_) => lost_trading(desk, due.id, &who).await,
        KeyVerdict::LetIn(_) | KeyVerdict::Unreachable | KeyVerdict::Unclear => Ok(()),
    }
}

/// Returns the mode of the key's account; `None` if it cannot be read now. The request costs rate-limit
/// weight and nothing waits for it: the next check asks again.
async fn mode(
    desk: &Trading,
    who: &Credentials,
    kind: TradeType,
    answer: &ExchangeResult<KeyRights>,
) -> Option<AccountMode> {
    account_mode(desk, who, kind, answer.as_ref().ok()?).await.ok()
}

async fn note(desk: &Trading, row: &KeyRow, found: Option<&KeyVerdict>, failures: i64) -> Result<()> {
    let (now, id) = (desk.clock.now(), row.key.id);
    let mut tx = desk.db.begin().await?;
    store::key_check::record_check(&mut tx, id, now, failures).await?;
    match found {
        Some(KeyVerdict::LetIn(rights)) => {
            store::key::set_reached(&mut tx, id, ApiKeyStatus::Authorized, now).await?;
            rights::record_rights(desk, &mut tx, row, rights, now).await?;
        }
        Some(KeyVerdict::MayNotTrade(rights)) => {
            rights::record_rights(desk, &mut tx, row, rights, now).await?
        }
        Some(KeyVerdict::Unreachable) if failures >= TRIES => {
            store::key::set_reached(&mut tx, id, ApiKeyStatus::Failed, now).await?;
        }
        _ => {}
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_account_mode_is_read_within_as_many_cycles_as_the_stride() {
        for keys in [1_usize, 39, 40, 41, 700, 10_000] {
            let stride = keys.div_ceil(MODES).max(1);
            for position in 0..keys {
                let turns = (0..stride).filter(|cycle| reads_mode(position, *cycle, stride)).count();
                assert_eq!(turns, 1, "{keys} keys, position {position}");
            }
            let most = (0..stride).map(|c| (0..keys).filter(|p| reads_mode(*p, c, stride)).count()).max();
            assert!(most.unwrap() <= MODES, "{keys} keys");
        }
    }

    #[test]
    fn only_a_definite_answer_counts() {
        let rights = KeyRights {
            withdraw: false,
            futures: true,
            spot: false,
            ip_restricted: false,
            portfolio_margin: false,
            expires_at: None,
        };
        assert_eq!(verdict(Ok(rights), TradeType::Futures), KeyVerdict::LetIn(rights));
        assert_eq!(verdict(Ok(rights), TradeType::Spot), KeyVerdict::MayNotTrade(rights));
        assert_eq!(verdict(Err(ExchangeFailure::Unauthorized), TradeType::Spot), KeyVerdict::Refused);
        assert_eq!(verdict(Err(ExchangeFailure::Unreachable), TradeType::Spot), KeyVerdict::Unreachable);
        let refused = ExchangeFailure::Refused { code: -1021, message: String::new() };
        for unclear in [
            refused,
            ExchangeFailure::Limited(Duration::from_secs(1)),
            ExchangeFailure::Unknown("502".into()),
        ] {
            assert_eq!(verdict(Err(unclear), TradeType::Spot), KeyVerdict::Unclear);
        }
    }
}
