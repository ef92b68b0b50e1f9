//! Presets of the ticket: each user's own.

use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::Trading,
};
use domain::{
    PresetId,
    preset::{MOST_PRESETS, Preset, PresetSettings},
    validation::Problem,
};
use store::preset::{self as rows, PresetRow};

/// Lists the caller's presets by name.
///
/// # Errors
/// If the database cannot be read.
pub async fn list_presets(desk: &Trading, actor: &Actor) -> Result<Vec<Preset>> {
    rows::list_by_user(&desk.db, actor.user).await?.into_iter().map(preset).collect()
}

/// Returns one of the caller's presets.
///
/// # Errors
/// Not found.
pub async fn get_preset(desk: &Trading, actor: &Actor, id: PresetId) -> Result<Preset> {
    let all = list_presets(desk, actor).await?;
    all.into_iter().find(|preset| preset.id == id).ok_or(Error::NotFound)
}

/// Saves settings under a name. A preset of this name is replaced, and keeps its id.
///
/// # Errors
/// [`Error::Fields`] for the name, for settings that no order could have, and when the caller has too many presets.
pub async fn save_preset(
    desk: &Trading,
    actor: &Actor,
    name: &str,
    settings: &PresetSettings,
) -> Result<Preset> {
    let name = name.trim();
    settings.check(name).map_err(Error::Fields)?;
    let row = PresetRow {
        id: PresetId::mint(&*desk.clock, &*desk.entropy),
        user_id: actor.user,
        name: name.to_owned(),
        settings: serde_json::to_string(settings).map_err(Error::fault)?,
        created_at: desk.clock.now(),
    };
    let mut tx = desk.db.begin().await?;
    // Two presets that are saved at the same time must not both be the last one.
    actor.hold(&mut tx).await?;
    let before = rows::list_by_user(&mut tx, actor.user).await?;
    if before.len() >= MOST_PRESETS && before.iter().all(|preset| preset.name != name) {
        return Err(Error::field("name", Problem::TooMany));
    }
    rows::save_preset(&mut tx, &row).await?;
    let after = rows::list_by_user(&mut tx, actor.user).await?;
    tx.commit().await?;
    let saved = after.into_iter().find(|preset| preset.name == name);
    saved.map_or_else(|| Err(Error::fault("a preset was not saved")), preset)
}

/// Deletes one of the caller's presets.
///
/// # Errors
/// Not found.
pub async fn delete_preset(desk: &Trading, actor: &Actor, id: PresetId) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    let deleted = rows::delete_preset(&mut tx, actor.user, id).await?;
    tx.commit().await?;
    if deleted { Ok(()) } else { Err(Error::NotFound) }
}

fn preset(row: PresetRow) -> Result<Preset> {
    let settings = serde_json::from_str(&row.settings).map_err(Error::fault)?;
    Ok(Preset { id: row.id, name: row.name, settings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_of_earlier_releases_have_equal_shares() {
        let stored = r#"{"size":{"Risk":"1"},"stop_percent":null,"target_percents":["3"],"leverage":null}"#;
        let read: PresetSettings = serde_json::from_str(stored).unwrap();
        assert!(read.target_shares.is_empty());
        assert_eq!(serde_json::to_string(&read).unwrap(), stored, "and are stored as before");
    }
}
