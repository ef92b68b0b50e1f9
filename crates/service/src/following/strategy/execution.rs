//! How a strategy's newest signals were executed on the accounts that copy it: computed by a job for some minutes after each
//! signal, stored, and shown to everyone who can see the strategy.

use super::{shown, visible};
use crate::{actor::Actor, error::Result, following::Following};
use domain::{
    Micros, StrategyId,
    copy::Status,
    execution::{Entry, SignalCopy, StrategyExecution},
    strategy::Strategy,
    time::{MINUTE, SECOND},
};
use store::execution::{Figures, SignalCopyRow};

/// Number of a strategy's newest signals that the figures are computed from.
const SIGNALS: i64 = 50;
/// The most copies that are read for them.
const COPIES: i64 = 50_000;
/// How long after a signal its copies may still change: after that they have an outcome.
const SETTLING: i64 = 10 * MINUTE;
/// The shortest pause between two computations for the same strategy.
const PAUSE: i64 = 5 * SECOND;

/// Computes the figures of every public strategy whose signals are recent.
///
/// # Errors
/// If the database cannot be queried.
pub async fn refresh_executions(desk: &Following) -> Result<()> {
    for strategy in store::strategy::list_public(&desk.db).await? {
        let Some(newest) = store::signal::newest(&desk.db, strategy.id).await? else { continue };
        let stored = store::execution::get_execution(&desk.db, strategy.id).await?;
        let now = desk.clock.now();
        if !is_due(now, newest.at, stored.map(|stored| stored.computed_at)) {
            continue;
        }
        let copies = copies(desk, strategy.id, newest.seq.saturating_sub(SIGNALS)).await?;
        let figures = Figures::of(&StrategyExecution::of(&copies))?;
        let mut tx = desk.db.begin().await?;
        store::execution::put_execution(&mut tx, strategy.id, &figures, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Returns a strategy that the visitor can see, with the execution of its signals. Without followers it has no figures.
///
/// # Errors
/// Not found.
pub async fn execution(
    desk: &Following,
    viewer: Option<&Actor>,
    id: StrategyId,
) -> Result<(Strategy, StrategyExecution)> {
    let strategy = shown(visible(desk, viewer, id).await?)?;
    let stored = store::execution::get_execution(&desk.db, id).await?;
    // Figures of another version are computed again after the next signal.
    let figures = stored.and_then(|stored| stored.figures.value().ok());
    Ok((strategy, figures.unwrap_or_default()))
}

/// Whether figures computed at `computed` are due again. The pauses grow with the age of the newest signal, until a
/// computation has found its copies settled.
fn is_due(now: Micros, newest: Micros, computed: Option<Micros>) -> bool {
    let Some(computed) = computed else { return true };
    let age = now.since(newest).max(0);
    // A clock that was set back must not stop the figures.
    let passed = now.since(computed);
    computed.since(newest) < SETTLING && (passed < 0 || passed >= (age / 4).max(PAUSE))
}

/// Reads the copies of a strategy's signals after number `seq`, newest signal first.
async fn copies(desk: &Following, strategy: StrategyId, seq: i64) -> Result<Vec<SignalCopy>> {
    let mut rows = store::execution::list_copies(&desk.db, strategy, seq, COPIES).await?;
    if i64::try_from(rows.len()).is_ok_and(|rows| rows == COPIES) {
        // The copies of the oldest signal may be incomplete. If they are of one signal only, they are a large sample of it.
        let (first, last) = (rows.first().map(|row| row.signal_id), rows.last().map(|row| row.signal_id));
        rows.retain(|row| first == last || Some(row.signal_id) != last);
    }
    Ok(rows.iter().map(signal_copy).collect())
}

fn signal_copy(row: &SignalCopyRow) -> SignalCopy {
    let filled = row.filled_at.or(row.opened_at).zip(row.entry_price).zip(row.amount).zip(row.side);
    let is_filled = matches!(row.status, Status::Open | Status::Closed);
    let entry = filled.filter(|_| is_filled).map(|(((filled_at, price), amount), side)| Entry {
        side,
        signal_at: row.signal_at,
        signal_price: row.signal_price.map(|text| text.0),
        filled_at,
        price: price.0,
        amount: amount.0,
    });
    SignalCopy {
        signal: row.signal_id,
        signal_at: row.signal_at,
        action: row.action,
        side: row.side,
        user: row.user_id,
        status: row.status,
        reason: row.reason,
        entry,
        finished_at: row.finished_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_computed_until_the_copies_are_settled() {
        let at = |seconds: i64| Micros(seconds * SECOND);
        let due = |now, computed| is_due(at(now), at(1_000), computed);
        assert!(due(1_000, None));
        assert!(!due(1_004, Some(at(1_000))) && due(1_005, Some(at(1_000))));
        // A minute after the signal the pause is a quarter of that.
        assert!(!due(1_060, Some(at(1_046))) && due(1_060, Some(at(1_045))));
        assert!(due(2_000, Some(at(1_599))) && !due(9_000, Some(at(1_600))));
        assert!(due(1_100, Some(at(1_200))), "the clock was set back");
        assert!(due(1_005, Some(at(900))), "a new signal after a long time");
    }
}
