//! The master key at startup: from the environment or its file, and verified before any other use.

use crate::config::Config;
use anyhow::{Result, bail};
use domain::{Clock, Entropy};
use service::platform::secrets::{self, MasterKey, Sealer};
use std::sync::Arc;
use store::Db;

/// The key file in the data directory, in sandbox mode.
const FILE: &str = "master.key";

/// Returns the sealer with the master key: from the environment or, in sandbox mode, from a file that is
/// created at the first start. No new key is created for a database that holds secrets under an older one.
///
/// # Errors
/// If the file cannot be used, or is missing; if the database cannot be queried.
pub(super) async fn sealer(config: &Config, db: &Db, entropy: &Arc<dyn Entropy>) -> Result<Sealer> {
    let master = match &config.master_key {
        Some(key) => key.clone(),
        None => {
            let file = config.data_dir.join(FILE);
            if !file.try_exists()? && secrets::holds_secrets(db).await? {
                bail!(
                    "the master key is missing, but this database was encrypted with one. Restore the file {}, or set \
                     SLIPSTREAM_MASTER_KEY",
                    file.display()
                );
            }
            MasterKey::from_file(&file, entropy.as_ref())?
        }
    };
    Ok(Sealer::new(master, config.master_key_before.clone(), Arc::clone(entropy)))
}

/// As [`sealer`], after verifying that the key opens the database's secrets.
///
/// # Errors
/// As [`sealer`], and if the key is wrong.
pub(super) async fn checked(
    config: &Config,
    db: &Db,
    clock: &dyn Clock,
    entropy: &Arc<dyn Entropy>,
) -> Result<Sealer> {
    let sealer = sealer(config, db, entropy).await?;
    secrets::verify(db, &sealer, clock, entropy.as_ref()).await?;
    Ok(sealer)
}
