//! The master key at start: from the environment or its file, and checked before anything else is done with it.

use crate::config::Config;
use anyhow::{Result, bail};
use domain::{Chance, Clock};
use service::{MasterKey, Sealer, secrets};
use std::sync::Arc;
use store::Db;

/// The key's file in the data folder, in sandbox mode.
const FILE: &str = "master.key";

/// The key above all keys: from the environment, or in sandbox mode a file that is made at the first start.
///
/// # Errors
/// When the file cannot be used.
pub(super) fn sealer(config: &Config, chance: &Arc<dyn Chance>) -> Result<Sealer> {
    let master = match &config.master_key {
        Some(key) => key.clone(),
        None => MasterKey::from_file(&config.data_dir.join(FILE), chance.as_ref())?,
    };
    Ok(Sealer::new(master, config.master_key_before.clone(), Arc::clone(chance)))
}

/// [`sealer`] with a key that opens what the database holds. No new key is made for a database that an older one has
/// sealed.
///
/// # Errors
/// When the file cannot be used, the key is wrong, or the database cannot be asked.
pub(super) async fn checked(
    config: &Config,
    db: &Db,
    clock: &dyn Clock,
    chance: &Arc<dyn Chance>,
) -> Result<Sealer> {
    let file = config.data_dir.join(FILE);
    if config.master_key.is_none() && !file.try_exists()? && secrets::holds_secrets(db).await? {
        bail!(
            "the master key is missing: this database was sealed with one. Put the file {} back, or set SLIPSTREAM_MASTER_KEY",
            file.display()
        );
    }
    let sealer = sealer(config, chance)?;
    secrets::verify(db, &sealer, clock, chance.as_ref()).await?;
    Ok(sealer)
}
