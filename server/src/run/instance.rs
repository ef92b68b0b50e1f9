//! The name of this instance, stored with its data, so that a restarted desk keeps its identity.

use anyhow::{Context as _, Result};
use domain::Entropy;
use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Reads the name from the data directory, or creates one at the first start.
///
/// # Errors
/// If the file can be neither read nor written.
pub(super) fn name(data_dir: &Path, entropy: &dyn Entropy) -> Result<String> {
    let path = data_dir.join("instance");
    let read = match fs::read_to_string(&path) {
        Ok(text) => text.trim().to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("could not read {}", path.display())),
    };
    if !read.is_empty() {
        return Ok(read);
    }
    let mut bytes = [0_u8; 8];
    entropy.fill(&mut bytes);
    let name = hex::encode(bytes);
    let mut file = fs::OpenOptions::new();
    file.write(true).create(true).truncate(true).mode(0o600);
    file.open(&path)
        .and_then(|mut file| file.write_all(name.as_bytes()))
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use service::platform::system::OsEntropy;

    #[test]
    fn a_restart_keeps_the_name_and_another_folder_has_another() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = name(here.path(), &OsEntropy).unwrap();
        assert_eq!(name(here.path(), &OsEntropy).unwrap(), first);
        assert_ne!(name(there.path(), &OsEntropy).unwrap(), first);
    }
}
