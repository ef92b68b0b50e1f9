//! The legs that nothing reads any more, for the archive.

use super::{Leg, Row, leg_rows};
use crate::{Result, Source, Tx};
use domain::{IntentId, Micros};

/// Returns the last of the next `limit` intents after `after` and before `end`, or `end` if there are fewer, to iterate
/// over intents in the order of their ids. Unfinished intents and those that [`mark_archived`] has marked do not count.
pub async fn page_end(from: impl Source, after: IntentId, end: IntentId, limit: i64) -> Result<IntentId> {
    let last = value!(
        IntentId,
        from,
        "select id from intents where id > $1 and id < $2 and finished_at is not null and archived_at is null \
         order by id limit 1 offset $3",
        after,
        end,
        limit.saturating_sub(1)
    )?;
    Ok(last.unwrap_or(end))
}

/// Lists legs that can be archived, of the intents after `after` up to `upto`. Their intents finished before `before`, and
/// nothing reads them any more. These stay in the database:
///
/// - entries, which the trade history and reports read;
/// - legs of an intent with an idempotency key, which are its stored answer;
/// - legs of a position that is supervised or copied, by which its orders are recognized;
/// - legs of a change of a supervised trade, which count as closed of it;
/// - legs of a spot intent as long as one of its orders may rest at the exchange.
pub async fn archivable_legs(
    from: impl Source,
    after: IntentId,
    upto: IntentId,
    before: Micros,
) -> Result<Vec<Leg>> {
    leg_rows!(
        from,
        fetch_all,
        "where intent_id > $1 and intent_id <= $2 and role <> 'entry' and updated_at < $3 \
           and exists (select 1 from intents i where i.id = intent_legs.intent_id and i.finished_at < $3 \
             and i.idempotency_key is null and (i.trade_type = 'FUTURES' or not exists ( \
               select 1 from intent_legs o where o.intent_id = i.id and o.role <> 'entry' \
                 and o.status in ('planned', 'placed')))) \
           and not exists (select 1 from protected_trades p where p.intent_id = intent_legs.intent_id) \
           and not exists (select 1 from trade_changes h join protected_trades p on p.intent_id = h.trade_id \
             where h.id = intent_legs.intent_id) \
           and not exists (select 1 from copies c where c.id = intent_legs.intent_id and c.finished_at is null) \
         order by intent_id, seq",
        after,
        upto,
        before
    )?
    .into_iter()
    .map(Leg::try_from)
    .collect()
}

/// Deletes the legs that [`archivable_legs`] returned for `before`, except those that have changed since; returns their
/// number. A trade's version counts its stops and take-profits: it keeps those that are deleted, so that it never falls.
pub async fn delete_archived_legs(tx: &mut Tx, archived: &[Leg], before: Micros) -> Result<u64> {
    let mut intents: Vec<IntentId> = archived.iter().map(|leg| leg.intent_id).collect();
    intents.dedup();
    if intents.is_empty() {
        return Ok(0);
    }
    bulk!(
        tx,
        "with archived (intent_id) as (",
        &intents,
        |intent: &IntentId| [*intent],
        ") update trades set version = version + ( \
             select count(*) from intent_legs l where l.intent_id = trades.intent_id \
               and l.role in ('stop', 'target') and l.updated_at < "[before]
        ") where intent_id in (select intent_id from archived)"
    )?;
    // A list of whole primary keys would make SQLite read the table.
    bulk!(
        tx,
        "delete from intent_legs where intent_id in (",
        &intents,
        |intent: &IntentId| [*intent],
        ") and role <> 'entry' and updated_at < "[before]
    )
}

/// Marks intents after `after` up to `upto` that finished before `before` and have no more legs for [`archivable_legs`],
/// now or later; returns their number. Marked ones are not visited again. The copy of their orders that releases before
/// migration 0084 stored with them is removed: the legs have the same orders.
pub async fn mark_archived(
    tx: &mut Tx,
    after: IntentId,
    upto: IntentId,
    before: Micros,
    at: Micros,
) -> Result<u64> {
    exec!(
        tx,
        "update intents set archived_at = $4, answer = null \
         where id > $1 and id <= $2 and finished_at < $3 and archived_at is null \
           and not exists (select 1 from protected_trades p where p.intent_id = intents.id) \
           and not exists (select 1 from copies c where c.id = intents.id and c.finished_at is null) \
           and (idempotency_key is not null or not exists ( \
             select 1 from intent_legs l where l.intent_id = intents.id and l.role <> 'entry'))",
        after,
        upto,
        before,
        at
    )
}
