//! The install's own secret: it signs unsubscribe links, hashes link codes, and derives the successors of refresh
//! tokens and of sessions' tokens.
//! Created on first use, stored encrypted, shared by all instances.

use super::Sealed;
use crate::{
    error::{Error, Result},
    platform::Platform,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::sync::OnceLock;
use store::desk_secret::DeskSecret;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Its name in the database.
const NAME: &str = "messages";
/// Table name that the secret is bound to when encrypted.
const TABLE: &str = "desk_secrets";

type Key = Zeroizing<[u8; 32]>;

/// The decrypted secret, once it has been read.
#[derive(Default)]
pub(crate) struct Signer(OnceLock<Key>);

/// Purpose of a signature; a signature for one purpose is invalid for any other.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// An unsubscribe link.
    Unsubscribe,
    /// A code that links a chat.
    LinkCode,
    /// Derivation of the successor of a refresh token.
    Refresh,
    /// Derivation of the successor of a session's token.
    Session,
    /// A link that freezes an account.
    Freeze,
    /// A seal of the audit chain.
    Audit,
    /// The newest seal of the audit chain, in the data folder.
    AuditHead,
    /// The cookie of a browser that has signed in before.
    Device,
}

impl Purpose {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Unsubscribe => b"unsubscribe\0",
            Self::LinkCode => b"link-code\0",
            Self::Refresh => b"refresh\0",
            Self::Session => b"session\0",
            Self::Freeze => b"freeze\0",
            Self::Audit => b"audit\0",
            Self::AuditHead => b"audit-head\0",
            Self::Device => b"device\0",
        }
    }
}

/// Signs a text.
pub(crate) async fn sign(desk: &Platform, purpose: Purpose, text: &str) -> Result<[u8; 32]> {
    let mac = mac_of(desk, purpose, text).await?;
    Ok(mac.finalize().into_bytes().into())
}

/// Verifies a signature in constant time.
pub(crate) async fn verify_signature(
    desk: &Platform,
    purpose: Purpose,
    text: &str,
    signature: &[u8],
) -> Result<bool> {
    Ok(mac_of(desk, purpose, text).await?.verify_slice(signature).is_ok())
}

async fn mac_of(desk: &Platform, purpose: Purpose, text: &str) -> Result<Hmac<Sha256>> {
    let key = match desk.signer.0.get() {
        Some(key) => key,
        None => {
            let key = read_or_make(desk).await?;
            desk.signer.0.get_or_init(|| key)
        }
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).map_err(Error::fault)?;
    mac.update(purpose.word());
    mac.update(text.as_bytes());
    Ok(mac)
}

async fn read_or_make(desk: &Platform) -> Result<Key> {
    if let Some(row) = store::desk_secret::get(&desk.db, NAME).await? {
        return open(desk, &row);
    }
    let mut key = Key::default();
    desk.entropy.fill(key.as_mut());
    let mut id = [0_u8; 16];
    desk.entropy.fill(&mut id);
    let id = Uuid::from_bytes(id);
    let sealed = desk.sealer.seal(TABLE, id, Uuid::nil(), key.as_ref())?;
    let row = DeskSecret { name: NAME.to_owned(), id, sealed: sealed.to_bytes() };
    let mut tx = desk.db.begin().await?;
    store::desk_secret::insert(&mut tx, &row, desk.clock.now()).await?;
    tx.commit().await?;
    // Another instance may have been first; its secret is the valid one.
    let row = store::desk_secret::get(&desk.db, NAME).await?;
    open(desk, &row.ok_or_else(|| Error::fault("a new secret is missing after it was stored"))?)
}

fn open(desk: &Platform, row: &DeskSecret) -> Result<Key> {
    let sealed = Sealed::from_bytes(&row.sealed)?;
    let plain = desk.sealer.open(TABLE, row.id, Uuid::nil(), &sealed)?;
    let key =
        <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| Error::fault("a stored secret is truncated"))?;
    Ok(Zeroizing::new(key))
}
