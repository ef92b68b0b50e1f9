//! Retention: rows that nothing reads any more leave the database. Events are deleted; messages, legs of orders and fills
//! are archived first. Ledger, billing and audit log are never touched.

use crate::{
    error::{Error, Result},
    platform::Platform,
};
use async_trait::async_trait;
use domain::{ExchangeKeyId, IntentId, Micros, money, time::DAY};
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    fill::{self, Fill},
    intent::{self, Leg},
    key,
    message::{self, Message},
};
use uuid::Uuid;

/// Rows per batch: few enough that deleting them holds the database for a moment only.
const ROWS: i64 = 1_000;
/// Intents per batch, each with a few legs.
const INTENTS: i64 = 250;
/// Pause between batches, so that other writers need not wait for the whole run.
const PAUSE: Duration = Duration::from_millis(20);

/// A batch of archived rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveBatch {
    /// The table of the rows.
    pub table: &'static str,
    /// A name that no other row of the table begins a batch with, made of letters, digits, `-`, `_` and `%`.
    pub name: String,
    /// One JSON object per line, with the columns as they were stored.
    pub lines: Vec<u8>,
}

/// Where archived rows go.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Stores a batch durably. The rows are deleted from the database when this returns `Ok`. The same batch may come
    /// again if the server stopped before its rows were deleted.
    async fn put(&self, batch: ArchiveBatch) -> anyhow::Result<()>;
}

/// Numbers of rows that left the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// Deleted events.
    pub events: u64,
    /// Archived messages.
    pub messages: u64,
    /// Archived legs.
    pub legs: u64,
    /// Archived fills.
    pub fills: u64,
}

/// Removes everything that is older than [`crate::platform::settings::Retention`] allows, in small batches. It can be interrupted at any
/// point and run again.
///
/// # Errors
/// When the database cannot be used, or a batch cannot be stored. Then the rows of that batch are still there.
pub async fn run(desk: &Platform, archive: &dyn Archive) -> Result<Archived> {
    let now = now(desk).await?;
    let before = |days: u16| now.plus(-i64::from(days) * DAY);
    let kept = desk.settings.retention;
    let events = events(desk, before(kept.events_days)).await?;
    let messages = messages(desk, archive, before(kept.messages_days)).await?;
    let legs = legs(desk, archive, before(kept.orders_days), now).await?;
    let fills = fills(desk, archive, before(kept.orders_days)).await?;
    let archived = Archived { events, messages, legs, fills };
    if archived != Archived::default() {
        tracing::info!(events, messages, legs, fills, "removed old rows from the database");
    }
    Ok(archived)
}

/// Returns the earlier of this instance's and the database's time: with a clock that is ahead, one instance would remove
/// rows that all of them still read.
async fn now(desk: &Platform) -> Result<Micros> {
    let own = desk.clock.now();
    Ok(store::instance::now(&desk.db).await?.map_or(own, |database| database.min(own)))
}

async fn events(desk: &Platform, before: Micros) -> Result<u64> {
    let mut count = 0;
    loop {
        let mut tx = desk.db.begin().await?;
        let deleted = store::event::prune_before(&mut tx, before).await?;
        tx.commit().await?;
        if deleted == 0 {
            return Ok(count);
        }
        count += deleted;
        desk.clock.sleep(PAUSE).await;
    }
}

async fn messages(desk: &Platform, archive: &dyn Archive, before: Micros) -> Result<u64> {
    let mut count = 0;
    loop {
        let rows = message::archivable(&desk.db, before, ROWS).await?;
        let Some(first) = rows.first() else { return Ok(count) };
        let name = file_name(&[first.id.to_string()]);
        put(archive, "messages", name, lines(&rows, message_line)).await?;
        let mut tx = desk.db.begin().await?;
        count += message::delete_archived(&mut tx, &rows).await?;
        tx.commit().await?;
        desk.clock.sleep(PAUSE).await;
    }
}

async fn legs(desk: &Platform, archive: &dyn Archive, before: Micros, now: Micros) -> Result<u64> {
    // An intent finishes after its id was generated, so no intent beyond this bound can have finished by then.
    let end = IntentId::first_at(before);
    let mut after = IntentId(Uuid::nil());
    let mut count = 0;
    while after < end {
        let upto = intent::page_end(&desk.db, after, end, INTENTS).await?;
        let rows = intent::archivable_legs(&desk.db, after, upto, before).await?;
        if let Some(first) = rows.first() {
            let name = file_name(&[first.intent_id.to_string(), first.seq.to_string()]);
            put(archive, "intent_legs", name, lines(&rows, leg_line)).await?;
        }
        let mut tx = desk.db.begin().await?;
        count += intent::delete_archived_legs(&mut tx, &rows, before).await?;
        let marked = intent::mark_archived(&mut tx, after, upto, before, now).await?;
        tx.commit().await?;
        if marked > 0 || !rows.is_empty() {
            desk.clock.sleep(PAUSE).await;
        }
        after = upto;
    }
    Ok(count)
}

async fn fills(desk: &Platform, archive: &dyn Archive, before: Micros) -> Result<u64> {
    let mut after = ExchangeKeyId(Uuid::nil());
    let mut count = 0;
    while let Some(key) = key::next_id(&desk.db, after).await? {
        count += fills_of(desk, archive, key, before).await?;
        after = key;
    }
    Ok(count)
}

async fn fills_of(desk: &Platform, archive: &dyn Archive, key: ExchangeKeyId, before: Micros) -> Result<u64> {
    let mut count = 0;
    loop {
        let rows = fill::archivable(&desk.db, key, before, ROWS).await?;
        let Some(first) = rows.first() else { return Ok(count) };
        let name = file_name(&[key.to_string(), first.symbol.to_string(), first.trade.clone()]);
        put(archive, "fills", name, lines(&rows, fill_line)).await?;
        let mut tx = desk.db.begin().await?;
        count += fill::delete_archived(&mut tx, &rows).await?;
        tx.commit().await?;
        desk.clock.sleep(PAUSE).await;
    }
}

async fn put(archive: &dyn Archive, table: &'static str, name: String, lines: Vec<u8>) -> Result<()> {
    archive.put(ArchiveBatch { table, name, lines }).await.map_err(Error::Fault)
}

fn lines<T>(rows: &[T], line: fn(&T) -> Value) -> Vec<u8> {
    let mut lines = Vec::new();
    for row in rows {
        lines.extend_from_slice(line(row).to_string().as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// Joins the primary key of a batch's first row to a name. Different keys have different names.
fn file_name(key: &[String]) -> String {
    let mut name = String::new();
    for (at, part) in key.iter().enumerate() {
        if at > 0 {
            name.push('_');
        }
        for byte in part.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'-' {
                name.push(char::from(byte));
            } else {
                name.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    name
}

/// The body is left out: it holds links that open accounts, and a change of the master key does not reach files.
fn message_line(message: &Message) -> Value {
    json!({
        "id": message.id,
        "user_id": message.user_id,
        "channel": message.channel.word(),
        "to_address": message.to_address,
        "created_at": message.created_at,
        "sent_at": message.sent_at,
        "attempts": message.attempts,
    })
}

fn leg_line(leg: &Leg) -> Value {
    json!({
        "intent_id": leg.intent_id,
        "seq": leg.seq,
        "role": leg.role,
        "client_order_id": leg.client_order_id,
        "body": leg.body,
        "status": leg.status,
        "order_json": leg.order_json.as_deref(),
        "failure": leg.failure,
        "updated_at": leg.updated_at,
    })
}

fn fill_line(fill: &Fill) -> Value {
    json!({
        "exchange_key_id": fill.key,
        "symbol": fill.symbol.to_string(),
        "trade_id": fill.trade,
        "at": fill.at,
        "fee_usd": money::text(fill.fee_usd),
        "client_order_id": fill.detail.as_ref().and_then(|detail| detail.client_order_id.as_deref()),
        "side": fill.detail.as_ref().map(|detail| detail.side.word()),
        "position_side": fill.detail.as_ref().map(|detail| detail.position_side.word()),
        "price": fill.detail.as_ref().map(|detail| money::text(detail.price)),
        "amount": fill.detail.as_ref().map(|detail| money::text(detail.amount)),
        "realized": fill.detail.as_ref().map(|detail| money::text(detail.realized)),
    })
}

#[cfg(test)]
mod tests {
    use super::file_name;

    fn name(key: &[&str]) -> String {
        file_name(&key.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn different_keys_have_different_names() {
        assert_eq!(name(&["0191-ab", "BTC/USDT", "7"]), "0191-ab_BTC%2FUSDT_7");
        assert_ne!(name(&["a", "b_c"]), name(&["a_b", "c"]));
        assert_ne!(name(&["a/b"]), name(&["a%2Fb"]));
        assert!(!name(&["../x"]).contains(['/', '.']));
    }
}
