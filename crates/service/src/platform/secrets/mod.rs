//! Encryption of secrets at rest (envelope encryption).
//!
//! Every row has its own random data key; the secret is encrypted under it with AES-256-GCM, and the data key
//! is wrapped the same way by the master key. Table, row and owner are associated data of both, so an
//! encrypted value that is moved to another row or another user cannot be decrypted. The master key is never
//! stored in the database.

mod canary;
mod master;
mod rekey;
mod signer;

pub use canary::{Refused, holds_secrets, verify};
pub use master::MasterKey;
pub use rekey::rekey;
pub(crate) use signer::{Purpose, Signer, sign, verify_signature};

use crate::error::{Error, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use domain::Entropy;
use std::sync::Arc;
use store::key::SealedSecret;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The current format: AES-256-GCM under a wrapped data key, with 12-byte nonces in front.
pub const VERSION: i32 = 1;

const NONCE: usize = 12;
const TAG: usize = 16;

/// An encrypted secret as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Nonce and ciphertext of the secret.
    pub secret: Vec<u8>,
    /// Nonce and ciphertext of the data key.
    pub data_key: Vec<u8>,
    /// Id of the master key that wraps the data key.
    pub master_key_id: String,
    /// Version of the format.
    pub version: i32,
}

/// Encrypts and decrypts. Holds the current master key and, during a change of keys, the previous one.
pub struct Sealer {
    master: MasterKey,
    before: Option<MasterKey>,
    entropy: Arc<dyn Entropy>,
}

impl Sealer {
    /// Encrypts under `master`; decrypts values of `master` and `before`.
    #[must_use]
    pub fn new(master: MasterKey, before: Option<MasterKey>, entropy: Arc<dyn Entropy>) -> Self {
        Self { master, before, entropy }
    }

    /// Id of the current master key.
    #[must_use]
    pub fn master_key_id(&self) -> &str {
        self.master.id()
    }

    /// Encrypts a secret for one row of one owner (nil if it has none).
    ///
    /// # Errors
    /// A fault if the secret is too long.
    pub fn seal(&self, table: &str, row: Uuid, owner: Uuid, secret: &[u8]) -> Result<Sealed> {
        let mut data_key = Zeroizing::new([0_u8; 32]);
        self.entropy.fill(data_key.as_mut());
        let about = about(table, row, owner);
        Ok(Sealed {
            secret: self.encrypt(&data_key, secret, &about)?,
            data_key: self.wrap(&data_key, &about)?,
            master_key_id: self.master.id().to_owned(),
            version: VERSION,
        })
    }

    /// Decrypts a value that [`Sealer::seal`] made for the same table, row and owner.
    ///
    /// # Errors
    /// A fault if it was tampered with, moved, or encrypted under an unknown key.
    pub fn open(&self, table: &str, row: Uuid, owner: Uuid, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>> {
        let about = about(table, row, owner);
        let data_key = self.unwrap(sealed, &about)?;
        decrypt(&data_key, &sealed.secret, &about)
    }

    /// Rewraps the data key with the current master key. The secret itself is not decrypted.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn rewrap(&self, table: &str, row: Uuid, owner: Uuid, sealed: &Sealed) -> Result<Sealed> {
        let about = about(table, row, owner);
        let data_key = self.unwrap(sealed, &about)?;
        Ok(Sealed {
            secret: sealed.secret.clone(),
            data_key: self.wrap(&data_key, &about)?,
            master_key_id: self.master.id().to_owned(),
            version: VERSION,
        })
    }

    fn wrap(&self, data_key: &[u8; 32], about: &[u8]) -> Result<Vec<u8>> {
        self.encrypt(self.master.bytes(), data_key, about)
    }

    fn unwrap(&self, sealed: &Sealed, about: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
        if sealed.version != VERSION {
            return Err(Error::fault("an encrypted value has a format that this version does not support"));
        }
        let master = [Some(&self.master), self.before.as_ref()]
            .into_iter()
            .flatten()
            .find(|key| key.id() == sealed.master_key_id)
            .ok_or_else(|| Error::fault("an encrypted value needs a master key that is not configured"))?;
        let bytes = decrypt(master.bytes(), &sealed.data_key, about)?;
        let key =
            <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| Error::fault("a data key is truncated"))?;
        Ok(Zeroizing::new(key))
    }

    fn encrypt(&self, key: &[u8; 32], plain: &[u8], about: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE];
        self.entropy.fill(&mut nonce);
        // Encryption happens in place. The buffer has its final size from the start, because growing it would
        // leave a copy of the plain text behind.
        let mut sealed = Vec::with_capacity(NONCE + plain.len() + TAG);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = cipher(key)
            .and_then(|cipher| {
                let text = sealed.get_mut(NONCE..)?;
                let nonce = Nonce::assume_unique_for_key(nonce);
                cipher.seal_in_place_separate_tag(nonce, Aad::from(about), text).ok()
            })
            .ok_or_else(|| Error::fault("a secret is too long to encrypt"))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }
}

fn decrypt(key: &[u8; 32], sealed: &[u8], about: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let open = || {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = cipher(key)?.open_in_place(nonce, Aad::from(about), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    };
    open().ok_or_else(|| Error::fault("could not decrypt a value: it was tampered with, moved or truncated"))
}

/// AES-256-GCM with a key; `None` is not expected for keys of this length.
fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

/// The associated data. The table's name ends with a zero byte and the ids have fixed lengths, so no two
/// places have the same.
fn about(table: &str, row: Uuid, owner: Uuid) -> Vec<u8> {
    [b"slipstream\0", table.as_bytes(), b"\0", row.as_bytes(), owner.as_bytes()].concat()
}

impl Sealed {
    /// Reads an exchange key's secret, which has a column for each part.
    ///
    /// # Errors
    /// A fault if the format's version does not fit.
    pub(crate) fn of_key(stored: &SealedSecret) -> Result<Self> {
        Ok(Self {
            secret: stored.secret.clone(),
            data_key: stored.data_key.clone(),
            master_key_id: stored.master_key_id.clone(),
            version: i32::try_from(stored.version).map_err(Error::fault)?,
        })
    }

    /// Serializes the value for tables that store it in one column.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = |part: &[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
        let id = self.master_key_id.as_bytes();
        [
            &self.version.to_be_bytes()[..],
            &length(id),
            id,
            &length(&self.data_key),
            &self.data_key,
            &self.secret,
        ]
        .concat()
    }

    /// Parses the output of [`Sealed::to_bytes`].
    ///
    /// # Errors
    /// A fault if the bytes are malformed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (part, after) = after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
            *rest = after;
            Some(part)
        }
        let read = || {
            let (version, mut rest) = bytes.split_first_chunk::<4>()?;
            let master_key_id = String::from_utf8(part(&mut rest)?.to_vec()).ok()?;
            let data_key = part(&mut rest)?.to_vec();
            let version = i32::from_be_bytes(*version);
            Some(Self { secret: rest.to_vec(), data_key, master_key_id, version })
        };
        read().ok_or_else(|| Error::fault("an encrypted value is malformed"))
    }
}

#[cfg(test)]
mod tests;
