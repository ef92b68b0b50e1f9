//! Whether the database accepts writes. Normally known from the desk's own writes; if there were none
//! recently, or the last one failed, a small probe is written.

use crate::{Desk, error::Result};
use std::time::Duration;
use store::LastWrites;
use tokio::time::timeout;

/// A write that succeeded this recently needs no probe.
const PROOF: Duration = Duration::from_secs(2);
/// How long the desk stays degraded after a failed write, even if others succeed meanwhile: a small write may
/// still fit on a disk that is too full for a larger one.
const REMEMBERED: Duration = Duration::from_secs(3);
/// Timeout of the probe.
const BOUND: Duration = Duration::from_secs(2);

/// Whether writes succeed; answers within two seconds.
pub async fn writes_succeed(desk: &Desk) -> bool {
    if in_doubt(desk.db.last_writes()) {
        match timeout(BOUND, write(desk)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "health check: could not write to the database");
                return false;
            }
            Err(_) => {
                tracing::warn!(
                    seconds = BOUND.as_secs(),
                    "health check: a small database write did not finish in time"
                );
                desk.db.note_failed_write();
                return false;
            }
        }
    }
    !failing(desk.db.last_writes())
}

fn in_doubt(last: LastWrites) -> bool {
    last.last_failed() || last.succeeded.is_none_or(|ago| ago > PROOF)
}

fn failing(last: LastWrites) -> bool {
    last.last_failed() || last.failed.is_some_and(|ago| ago < REMEMBERED)
}

async fn write(desk: &Desk) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    store::write_probe::write(&mut tx, desk.instance(), desk.clock.now()).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(succeeded: Option<u64>, failed: Option<u64>) -> LastWrites {
        LastWrites { succeeded: succeeded.map(Duration::from_secs), failed: failed.map(Duration::from_secs) }
    }

    #[test]
    fn a_recent_write_is_proof_and_a_failed_one_is_remembered_briefly() {
        assert!(in_doubt(last(None, None)) && !failing(last(None, None)));
        assert!(
            !in_doubt(last(Some(1), None)),
            "nothing is written where something was written a second ago"
        );
        assert!(in_doubt(last(Some(9), None)));
        assert!(in_doubt(last(Some(1), Some(0))) && failing(last(Some(1), Some(0))));
        assert!(failing(last(Some(0), Some(1))), "a small write fits where a larger one did not");
        assert!(!failing(last(Some(0), Some(4))), "it is over within five seconds");
        assert!(failing(last(Some(90), Some(60))), "nothing has succeeded since");
    }
}
