//! The canary of the master key: a known value, encrypted under the master key and decrypted at every start.
//! A desk with a wrong key could neither sign anyone in nor protect a position, so it does not start.

use super::{Sealed, Sealer};
use crate::error::{Error, Result};
use domain::{ApiClientId, Clock, Entropy, ExchangeKeyId, MessageId};
use store::{Db, canary::Canary};
use uuid::Uuid;

const TABLE: &str = "master_key_canary";
const PLAIN: &[u8] = b"slipstream canary";
/// Encrypted values per table that are tried in a database without a canary.
const SAMPLE: i64 = 50;

/// Why a desk does not start with this master key.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The key decrypts nothing in the database.
    #[error(
        "wrong master key: this database was encrypted with another key. Nothing was changed. Set SLIPSTREAM_MASTER_KEY to \
         the previous key, or restore the file master.key in the data folder. If you are changing keys, also set \
         SLIPSTREAM_MASTER_KEY_BEFORE to the old key, start the server, and run `slipstream rekey`"
    )]
    WrongKey,
    /// The database cannot be read.
    #[error(transparent)]
    Database(#[from] Error),
}

/// Result of trying a key on the encrypted values of a database without a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evidence {
    /// There are no encrypted values.
    Empty,
    /// The current key decrypts one.
    Opened,
    /// The previous key decrypts one, and the current key none.
    OpenedByKeyBefore,
    /// Neither key decrypts any.
    Closed,
}

/// Checks that the master key decrypts the database's values, and stores the canary if there is none. A
/// database from a release without the canary must hold at least one value that the key decrypts, or no
/// encrypted value at all. During a change of keys, the previous key counts as well; [`super::rekey`] then
/// stores the canary.
///
/// # Errors
/// [`Refused`].
pub async fn verify(
    db: &Db,
    sealer: &Sealer,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> std::result::Result<(), Refused> {
    if let Some(canary) = store::canary::get(db).await.map_err(Error::from)? {
        return opened(sealer, &canary);
    }
    match evidence(db, sealer).await? {
        Evidence::Closed => Err(Refused::WrongKey),
        Evidence::OpenedByKeyBefore => Ok(()),
        Evidence::Empty | Evidence::Opened => {
            plant(db, sealer, clock, entropy).await?;
            // Another instance may have been first, with another key.
            match store::canary::get(db).await.map_err(Error::from)? {
                Some(canary) => opened(sealer, &canary),
                None => Err(Error::fault("the master key canary is missing after it was stored").into()),
            }
        }
    }
}

/// Whether the database holds anything encrypted under a master key: then a newly generated key cannot be
/// right.
///
/// # Errors
/// When the database cannot be read.
pub async fn holds_secrets(db: &Db) -> Result<bool> {
    Ok(store::canary::get(db).await?.is_some() || !samples(db).await?.is_empty())
}

/// Encrypts the canary under the current key; the last step of a change of keys.
pub(super) async fn renew(db: &Db, sealer: &Sealer, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<()> {
    let Some(canary) = store::canary::get(db).await? else {
        return plant(db, sealer, clock, entropy).await;
    };
    let old = Sealed::from_bytes(&canary.sealed)?;
    if old.master_key_id == sealer.master_key_id() {
        return Ok(());
    }
    let new = sealer.rewrap(TABLE, canary.row_id, Uuid::nil(), &old)?;
    let mut tx = db.begin().await?;
    store::canary::reseal(&mut tx, canary.row_id, &new.to_bytes()).await?;
    Ok(tx.commit().await?)
}

async fn plant(db: &Db, sealer: &Sealer, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<()> {
    let mut id = [0_u8; 16];
    entropy.fill(&mut id);
    let row_id = Uuid::from_bytes(id);
    let sealed = sealer.seal(TABLE, row_id, Uuid::nil(), PLAIN)?.to_bytes();
    let mut tx = db.begin().await?;
    store::canary::insert(&mut tx, &Canary { row_id, sealed }, clock.now()).await?;
    Ok(tx.commit().await?)
}

fn opened(sealer: &Sealer, canary: &Canary) -> std::result::Result<(), Refused> {
    let open = || sealer.open(TABLE, canary.row_id, Uuid::nil(), &Sealed::from_bytes(&canary.sealed)?);
    match open() {
        Ok(plain) if plain.as_slice() == PLAIN => Ok(()),
        _ => Err(Refused::WrongKey),
    }
}

async fn evidence(db: &Db, sealer: &Sealer) -> Result<Evidence> {
    let samples = samples(db).await?;
    if samples.is_empty() {
        return Ok(Evidence::Empty);
    }
    let mut found = Evidence::Closed;
    for Sample { table, row, owner, sealed } in samples {
        if sealer.open(table, row, owner, &sealed).is_ok() {
            if sealed.master_key_id == sealer.master_key_id() {
                return Ok(Evidence::Opened);
            }
            found = Evidence::OpenedByKeyBefore;
        }
    }
    Ok(found)
}

/// An encrypted value and the place it is bound to.
struct Sample {
    table: &'static str,
    row: Uuid,
    owner: Uuid,
    sealed: Sealed,
}

/// Some of the encrypted values of every table that a change of keys rewraps.
async fn samples(db: &Db) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for row in store::key::list_keys_after(db, ExchangeKeyId(Uuid::nil()), SAMPLE).await? {
        let sealed = Sealed::of_key(&row.sealed)?;
        samples.push(Sample { table: "exchange_keys", row: row.key.id.0, owner: row.user_id.0, sealed });
    }
    let mut add = |table, row, owner, bytes: &[u8]| -> Result<()> {
        samples.push(Sample { table, row, owner, sealed: Sealed::from_bytes(bytes)? });
        Ok(())
    };
    for row in store::api_client::list_clients_after(db, ApiClientId(Uuid::nil()), SAMPLE).await? {
        add("api_clients", row.id.0, row.user_id.0, &row.sealed_secret)?;
    }
    for row in store::message::list_messages_after(db, MessageId(Uuid::nil()), SAMPLE).await? {
        add("mails", row.id.0, row.user_id.map_or(Uuid::nil(), |user| user.0), &row.sealed_body)?;
    }
    for row in store::signing_key::list(db).await? {
        add("signing_keys", row.id.0, Uuid::nil(), &row.sealed)?;
    }
    for row in store::desk_secret::list(db).await? {
        add("desk_secrets", row.id, Uuid::nil(), &row.sealed)?;
    }
    Ok(samples)
}

#[cfg(test)]
mod tests;
