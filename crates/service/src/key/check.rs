//! Keeping a key's status true: every key that is switched on is put to its exchange now and then.
//!
//! Only a definite answer changes anything. A refused key is switched off; a busy exchange, a clock that is off and an
//! answer that was lost say nothing about a key. An exchange that cannot be reached at all makes its keys FAILED after
//! several tries, and AUTHORIZED again when it lets them in.

use super::{account_mode, credentials, lost_trading, note_mode, refused, rights};
use crate::{Desk, Result, SharedDesk};
use domain::{
    AccountMode, ApiKeyStatus, TradeType,
    time::{MINUTE, SECOND},
};
use exchange::{Answer, Credentials, Failure, KeyRights};
use futures::{StreamExt as _, stream};
use store::{key::KeyRow, key_check::Due};

/// Seconds between two rounds of [`check_due`].
pub const CHECK_ROUND_S: u64 = 60;
/// How often each key is checked.
const EVERY: i64 = 15 * MINUTE;
/// How soon it is tried again where the exchange could not be reached.
const RETRY: i64 = MINUTE;
/// After so many tries in a row a key is FAILED.
const TRIES: i64 = 3;
/// Checks of a round beyond its even share, to catch up.
const SPARE: i64 = 16;
/// Keys asked about at the same time.
const AT_ONCE: usize = 4;

/// Checks the keys whose turn it is: an even share of all in each round, so that a restart asks about no more of them at
/// once than any other minute. The caller holds the job's lease.
///
/// # Errors
/// When the database cannot be asked. A key that cannot be checked is left for its next turn.
pub async fn check_due(desk: &SharedDesk) -> Result<()> {
    let now = desk.clock.now();
    let round = i64::try_from(CHECK_ROUND_S).unwrap_or(i64::MAX).saturating_mul(SECOND);
    let share = store::key_check::count(&desk.db).await? * round / EVERY + SPARE;
    let due = store::key_check::due(&desk.db, now.plus(-EVERY), now.plus(-RETRY), share).await?;
    let looks = stream::iter(due).map(|due| async move {
        if let Err(error) = check(desk, due).await {
            tracing::warn!(%error, key = %due.id, "could not check the permissions of an exchange key");
        }
    });
    looks.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    Ok(())
}

/// What an answer says about a key.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It is let in and may trade.
    LetIn(KeyRights),
    /// It is let in, but may not trade any more.
    MayNotTrade(KeyRights),
    /// It is not let in.
    Refused,
    /// The exchange cannot be reached.
    Unreachable,
    /// Nothing.
    Unclear,
}

fn verdict(answer: Answer<KeyRights>, kind: TradeType) -> Verdict {
    match answer {
        Ok(rights) if super::connect::may_trade(&rights, kind) => Verdict::LetIn(rights),
        Ok(rights) => Verdict::MayNotTrade(rights),
        Err(Failure::Unauthorized) => Verdict::Refused,
        Err(Failure::Unreachable) => Verdict::Unreachable,
        Err(_) => Verdict::Unclear,
    }
}

async fn check(desk: &Desk, due: Due) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, due.id).await? else { return Ok(()) };
    let (found, mode) = match credentials(desk, &row) {
        Ok(who) => {
            let answer = desk.exchange.key_rights(&who).await;
            let mode = mode(desk, &who, row.key.trade_type, &answer).await;
            (Ok(verdict(answer, row.key.trade_type)), mode)
        }
        Err(error) => (Err(error), None),
    };
    if let Some(mode) = mode {
        note_mode(desk, &row, mode).await?;
    }
    // Its turn is over in any case: a key that cannot even be opened must not stand in front of the others for ever.
    let failures = match &found {
        Ok(Verdict::Unreachable) => due.failures.saturating_add(1),
        Ok(Verdict::Unclear) | Err(_) => due.failures,
        Ok(Verdict::LetIn(_) | Verdict::MayNotTrade(_) | Verdict::Refused) => 0,
    };
    note(desk, &row, found.as_ref().ok(), failures).await?;
    match found? {
        Verdict::Refused => refused(desk, due.id).await,
        Verdict::MayNotTrade(_) => lost_trading(desk, due.id).await,
        Verdict::LetIn(_) | Verdict::Unreachable | Verdict::Unclear => Ok(()),
    }
}

/// How the key's account is set up; none when that cannot be learned now. It costs weight, and nothing waits for it: the next
/// check asks again.
async fn mode(
    desk: &Desk,
    who: &Credentials,
    kind: TradeType,
    answer: &Answer<KeyRights>,
) -> Option<AccountMode> {
    account_mode(desk, who, kind, answer.as_ref().ok()?).await.ok()
}

async fn note(desk: &Desk, row: &KeyRow, found: Option<&Verdict>, failures: i64) -> Result<()> {
    let (now, id) = (desk.clock.now(), row.key.id);
    let mut tx = desk.db.begin().await?;
    store::key_check::note(&mut tx, id, now, failures).await?;
    match found {
        Some(Verdict::LetIn(rights)) => {
            store::key::set_reached(&mut tx, id, ApiKeyStatus::Authorized, now).await?;
            rights::note(desk, &mut tx, row, rights, now).await?;
        }
        Some(Verdict::MayNotTrade(rights)) => rights::note(desk, &mut tx, row, rights, now).await?,
        Some(Verdict::Unreachable) if failures >= TRIES => {
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
    fn only_a_definite_answer_says_something() {
        let rights = KeyRights {
            withdraw: false,
            futures: true,
            spot: false,
            ip_restricted: false,
            portfolio_margin: false,
            expires_at: None,
        };
        assert_eq!(verdict(Ok(rights), TradeType::Futures), Verdict::LetIn(rights));
        assert_eq!(verdict(Ok(rights), TradeType::Spot), Verdict::MayNotTrade(rights));
        assert_eq!(verdict(Err(Failure::Unauthorized), TradeType::Spot), Verdict::Refused);
        assert_eq!(verdict(Err(Failure::Unreachable), TradeType::Spot), Verdict::Unreachable);
        let refused = Failure::Refused { code: -1021, message: String::new() };
        for unclear in [refused, Failure::Limited(Duration::from_secs(1)), Failure::Unknown("502".into())] {
            assert_eq!(verdict(Err(unclear), TradeType::Spot), Verdict::Unclear);
        }
    }
}
