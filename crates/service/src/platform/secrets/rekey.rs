//! Changing the master key: every data key is unwrapped with the previous key and wrapped with the current
//! one. The secrets themselves are neither decrypted nor changed.

use super::{Sealed, VERSION, canary};
use crate::{error::Result, platform::Platform};
use domain::{ApiClientId, EventWebhookId, ExchangeKeyId, MessageId};
use store::key::SealedSecret;
use uuid::Uuid;

/// Rows per query.
const PAGE: i64 = 200;

/// Rewraps all values under another key; returns their number. Each row is changed in its own transaction and
/// finished rows are skipped, so an interrupted run can be repeated. The canary is last: until then, a desk
/// that has only the new key does not start.
///
/// # Errors
/// When a row is under a key that is not configured, or the database cannot be used.
pub async fn rekey(desk: &Platform) -> Result<u64> {
    let (keys, clients) = (exchange_keys(desk).await?, api_clients(desk).await?);
    let (messages, signing) = (messages(desk).await?, signing_keys(desk).await?);
    let webhooks = event_webhooks(desk).await?;
    let done = keys + clients + messages + signing + webhooks + desk_secrets(desk).await?;
    canary::renew(&desk.db, &desk.sealer, &*desk.clock, &*desk.entropy).await?;
    Ok(done)
}

async fn exchange_keys(desk: &Platform) -> Result<u64> {
    let (mut after, mut done) = (ExchangeKeyId(Uuid::nil()), 0);
    loop {
        let rows = store::key::list_keys_after(&desk.db, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = last.key.id;
        for row in rows {
            if row.sealed.master_key_id == desk.sealer.master_key_id() {
                continue;
            }
            let old = Sealed::of_key(&row.sealed)?;
            let new = desk.sealer.rewrap("exchange_keys", row.key.id.0, row.user_id.0, &old)?;
            let new = SealedSecret {
                secret: new.secret,
                data_key: new.data_key,
                master_key_id: new.master_key_id,
                version: i64::from(VERSION),
            };
            let mut tx = desk.db.begin().await?;
            // Skipped if the owner replaced the credentials meanwhile: those are under the current key.
            done += u64::from(store::key::reseal(&mut tx, row.key.id, &row.sealed, &new).await?);
            tx.commit().await?;
        }
    }
}

async fn api_clients(desk: &Platform) -> Result<u64> {
    let (mut after, mut done) = (ApiClientId(Uuid::nil()), 0);
    loop {
        let rows = store::api_client::list_clients_after(&desk.db, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = last.id;
        for row in rows {
            let new = resealed(desk, "api_clients", row.id.0, row.user_id.0, &row.sealed_secret)?;
            let Some(new) = new else { continue };
            let mut tx = desk.db.begin().await?;
            done += u64::from(store::api_client::reseal(&mut tx, row.id, &new).await?);
            tx.commit().await?;
        }
    }
}

async fn event_webhooks(desk: &Platform) -> Result<u64> {
    let (mut after, mut done) = (EventWebhookId(Uuid::nil()), 0);
    loop {
        let rows = store::event_webhook::list_webhooks_after(&desk.db, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = last.id;
        for row in rows {
            let renew = |bytes: &[u8]| resealed(desk, "event_webhooks", row.id.0, row.user_id.0, bytes);
            let secret = renew(&row.sealed_secret)?;
            let previous = row.sealed_previous.as_deref().map(renew).transpose()?.flatten();
            if secret.is_none() && previous.is_none() {
                continue;
            }
            let secret = secret.unwrap_or_else(|| row.sealed_secret.clone());
            let previous = previous.or_else(|| row.sealed_previous.clone());
            let mut tx = desk.db.begin().await?;
            done +=
                u64::from(store::event_webhook::reseal(&mut tx, &row, &secret, previous.as_deref()).await?);
            tx.commit().await?;
        }
    }
}

async fn messages(desk: &Platform) -> Result<u64> {
    let (mut after, mut done) = (MessageId(Uuid::nil()), 0);
    loop {
        let rows = store::message::list_messages_after(&desk.db, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = last.id;
        for row in rows {
            let owner = row.user_id.map_or(Uuid::nil(), |user| user.0);
            let Some(new) = resealed(desk, "mails", row.id.0, owner, &row.sealed_body)? else { continue };
            let mut tx = desk.db.begin().await?;
            done += u64::from(store::message::reseal(&mut tx, row.id, &new).await?);
            tx.commit().await?;
        }
    }
}

async fn signing_keys(desk: &Platform) -> Result<u64> {
    let mut done = 0;
    for row in store::signing_key::list(&desk.db).await? {
        let Some(new) = resealed(desk, "signing_keys", row.id.0, Uuid::nil(), &row.sealed)? else { continue };
        let mut tx = desk.db.begin().await?;
        done += u64::from(store::signing_key::reseal(&mut tx, row.id, &new).await?);
        tx.commit().await?;
    }
    Ok(done)
}

async fn desk_secrets(desk: &Platform) -> Result<u64> {
    let mut done = 0;
    for row in store::desk_secret::list(&desk.db).await? {
        let Some(new) = resealed(desk, "desk_secrets", row.id, Uuid::nil(), &row.sealed)? else { continue };
        let mut tx = desk.db.begin().await?;
        done += u64::from(store::desk_secret::reseal(&mut tx, row.id, &new).await?);
        tx.commit().await?;
    }
    Ok(done)
}

/// The value under the current key; `None` if it is already.
fn resealed(desk: &Platform, table: &str, row: Uuid, owner: Uuid, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    let old = Sealed::from_bytes(bytes)?;
    if old.master_key_id == desk.sealer.master_key_id() {
        return Ok(None);
    }
    Ok(Some(desk.sealer.rewrap(table, row, owner, &old)?.to_bytes()))
}
