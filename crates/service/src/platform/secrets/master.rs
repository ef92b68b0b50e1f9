//! The master key: from the environment, or from a file in sandbox mode.

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Entropy;
use sha2::{Digest as _, Sha256};
use std::{
    fmt, fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, os::unix::fs::PermissionsExt as _, path::Path,
};
use zeroize::Zeroizing;

/// 256 bits that wrap all data keys. Zeroed when dropped, never printed.
#[derive(Clone)]
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    id: String,
}

impl MasterKey {
    /// Makes a key of its bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        // The id is stored in the database, so it is a one-way digest with domain separation.
        let digest = Sha256::new().chain_update(b"slipstream master key id\0").chain_update(bytes).finalize();
        Self { bytes: Zeroizing::new(bytes), id: hex::encode(digest.get(..8).unwrap_or_default()) }
    }

    /// Parses 64 hex digits, or the Base64 of 32 bytes.
    ///
    /// # Errors
    /// When it is neither; the error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let bytes = Zeroizing::new(hex::decode(text).or_else(|_| STANDARD.decode(text)).unwrap_or_default());
        match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(Self::new(bytes)),
            Err(_) => bail!("a master key must be 64 hex digits, or 32 bytes in Base64"),
        }
    }

    /// Reads the key from a file, and creates it on first use. Only the owner may have access to the file.
    ///
    /// # Errors
    /// When the file cannot be used, is accessible to others, or holds no valid key.
    pub fn from_file(path: &Path, entropy: &dyn Entropy) -> Result<Self> {
        if !path.try_exists().with_context(|| format!("could not check for {}", path.display()))? {
            make(path, entropy).with_context(|| format!("making {}", path.display()))?;
        }
        let mode = fs::metadata(path)
            .with_context(|| format!("could not read the permissions of {}", path.display()))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            bail!("other users can read {}: run chmod 600 on it", path.display());
        }
        let text = Zeroizing::new(
            fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?,
        );
        Self::parse(&text).with_context(|| format!("could not read {}", path.display()))
    }

    /// Id of the key, as stored in the database.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

/// Creates the key file: written under a temporary name and then linked, so that two processes that start
/// together use the same key.
fn make(path: &Path, entropy: &dyn Entropy) -> Result<()> {
    let mut key = Zeroizing::new([0_u8; 32]);
    entropy.fill(key.as_mut());
    let mut salt = [0_u8; 8];
    entropy.fill(&mut salt);
    let draft = path.with_extension(hex::encode(salt));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let text = Zeroizing::new(hex::encode(key.as_ref()) + "\n");
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::system::OsEntropy;

    #[test]
    fn reads_both_spellings_and_nothing_else() {
        let hex = MasterKey::parse(&"ab".repeat(32)).unwrap();
        let base64 = MasterKey::parse(&STANDARD.encode([0xab; 32])).unwrap();
        assert_eq!(hex.id(), base64.id());
        for bad in ["", "ab", &"ab".repeat(31), &"ab".repeat(33), "not a key at all"] {
            let error = MasterKey::parse(bad).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
        assert!(!format!("{hex:?}").contains("abab"));
    }

    #[test]
    fn a_file_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        let first = MasterKey::from_file(&path, &OsEntropy).unwrap();
        assert_eq!(MasterKey::from_file(&path, &OsEntropy).unwrap().id(), first.id());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(MasterKey::from_file(&path, &OsEntropy).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_broken_file_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
        assert!(MasterKey::from_file(&path, &OsEntropy).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"");
    }
}
