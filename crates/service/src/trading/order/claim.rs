//! Claims of unfinished intents: only one instance works on an intent at a time.

use super::intent::LEASE;
use crate::{error::Result, trading::Trading};
use domain::{IntentId, Micros};

/// Claims an unfinished intent for this instance. Returns `false` if another one holds it, or if it has ended.
pub(super) async fn claim(desk: &Trading, id: IntentId, now: Micros) -> Result<bool> {
    let mut tx = desk.db.begin().await?;
    let ours = store::intent::claim_intent(&mut tx, id, &desk.instance, now, now.plus(LEASE)).await?;
    tx.commit().await?;
    Ok(ours)
}
