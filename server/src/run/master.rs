//! The master key at start: from the environment or its file, and checked before anything else is done with it.

use crate::config::Config;
use anyhow::{Result, bail};
use domain::{Chance, Clock};
use service::{MasterKey, Sealer, secrets};
use std::sync::Arc;
use store::Db;

/// The key's file in the data folder, in sandbox mode.
const FILE: &str = "master.key";

/// The key above all keys: from the environment, or in sandbox mode a file that is made at the first start. No new key is
/// made for a database that an older one has sealed.
///
/// # Errors
/// When the file cannot be used, or is missing; when the database cannot be asked.
pub(super) async fn sealer(config: &Config, db: &Db, chance: &Arc<dyn Chance>) -> Result<Sealer> {
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
            MasterKey::from_file(&file, chance.as_ref())?
        }
    };
    Ok(Sealer::new(master, config.master_key_before.clone(), Arc::clone(chance)))
}

/// [`sealer`] with a key that opens what the database holds.
///
/// # Errors
/// As [`sealer`], and when the key is wrong.
pub(super) async fn checked(
    config: &Config,
    db: &Db,
    clock: &dyn Clock,
    chance: &Arc<dyn Chance>,
) -> Result<Sealer> {
    let sealer = sealer(config, db, chance).await?;
    secrets::verify(db, &sealer, clock, chance.as_ref()).await?;
    Ok(sealer)
}
