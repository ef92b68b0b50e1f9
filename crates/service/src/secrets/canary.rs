//! The canary of the master key: a known value, encrypted under the master key and decrypted at every start.
//! A desk with a wrong key could neither sign anyone in nor protect a position, so it does not start.

use super::{Sealed, Sealer};
use crate::{Error, Result};
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
mod tests {
    use super::*;
    use crate::{
        Desk, MasterKey, Parts, SharedDesk,
        secrets::rekey,
        testing::{self, TestEntropy},
    };
    use std::sync::Arc;
    use store::{desk_secret::DeskSecret, testing::TestDb};

    /// A desk with a master key made of this byte, and optionally a previous one.
    fn desk(db: &TestDb, key: u8, before: Option<u8>) -> SharedDesk {
        let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::default());
        let master = |byte| MasterKey::new([byte; 32]);
        let sealer = Sealer::new(master(key), before.map(master), Arc::clone(&entropy));
        let (usual, clock) = testing::desk((**db).clone());
        Desk::new(Parts {
            db: (**db).clone(),
            exchange: Arc::clone(&usual.exchange),
            payments: None,
            sealer,
            clock,
            entropy,
            settings: crate::Settings::default(),
            sandbox: None,
            instance: "one".into(),
        })
        .unwrap()
    }

    /// The result of a start with these keys.
    async fn start(db: &TestDb, key: u8, before: Option<u8>) -> std::result::Result<(), Refused> {
        let desk = desk(db, key, before);
        verify(&desk.db, &desk.sealer, &*desk.clock, &*desk.entropy).await
    }

    fn refused(started: std::result::Result<(), Refused>) -> bool {
        matches!(started, Err(Refused::WrongKey))
    }

    /// Stores a secret of the install, encrypted under the key of this byte.
    async fn seal(db: &TestDb, number: u128, key: u8) {
        let desk = desk(db, key, None);
        let id = Uuid::from_u128(number);
        let sealed = desk.sealer.seal("desk_secrets", id, Uuid::nil(), b"secret").unwrap().to_bytes();
        let mut tx = desk.db.begin().await.unwrap();
        let secret = DeskSecret { name: number.to_string(), id, sealed };
        store::desk_secret::insert(&mut tx, &secret, desk.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn a_new_database_takes_the_first_key_and_no_other(db: &TestDb) {
        assert!(!holds_secrets(db).await.unwrap());
        start(db, 1, None).await.unwrap();
        assert!(holds_secrets(db).await.unwrap());
        start(db, 1, None).await.unwrap();
        assert!(refused(start(db, 2, None).await));
        let words = start(db, 2, None).await.unwrap_err().to_string();
        for named in ["SLIPSTREAM_MASTER_KEY", "master.key", "another key", "slipstream rekey"] {
            assert!(words.contains(named), "{words}");
        }
    }

    async fn a_database_of_an_earlier_release_shows_its_key(db: &TestDb) {
        seal(db, 1, 1).await;
        assert!(refused(start(db, 2, None).await));
        assert!(store::canary::get(&**db).await.unwrap().is_none(), "a wrong key leaves nothing");
        start(db, 1, None).await.unwrap();
        assert!(store::canary::get(&**db).await.unwrap().is_some());
        assert!(refused(start(db, 2, None).await));
    }

    async fn changing_keys_takes_the_canary_over_last(db: &TestDb) {
        seal(db, 1, 1).await;
        start(db, 1, None).await.unwrap();
        // Interrupted after some of the rows: one is under the new key, the canary is not.
        seal(db, 2, 2).await;
        assert!(refused(start(db, 2, None).await), "the rest would be lost");
        start(db, 2, Some(1)).await.unwrap();
        assert_eq!(rekey(&desk(db, 2, Some(1))).await.unwrap(), 1);
        assert_eq!(rekey(&desk(db, 2, Some(1))).await.unwrap(), 0);
        start(db, 2, Some(1)).await.unwrap();
        start(db, 2, None).await.unwrap();
        assert!(refused(start(db, 1, None).await));
    }

    /// Updating the release and changing the key in the same step.
    async fn keys_may_change_before_there_is_a_canary(db: &TestDb) {
        seal(db, 1, 1).await;
        start(db, 2, Some(1)).await.unwrap();
        assert!(refused(start(db, 2, None).await), "nothing is under the new key yet");
        rekey(&desk(db, 2, Some(1))).await.unwrap();
        start(db, 2, None).await.unwrap();
        assert!(refused(start(db, 1, None).await));
    }

    store::each_engine!(
        a_new_database_takes_the_first_key_and_no_other,
        a_database_of_an_earlier_release_shows_its_key,
        changing_keys_takes_the_canary_over_last,
        keys_may_change_before_there_is_a_canary,
    );
}
