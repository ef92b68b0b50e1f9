//! Presets of the ticket.

use crate::{Result, Source, Tx};
use domain::{Micros, PresetId, UserId};
use sqlx::FromRow;

/// A preset.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PresetRow {
    /// Id of the preset.
    pub id: PresetId,
    /// The owner.
    pub user_id: UserId,
    /// Its name, unique among its owner's.
    pub name: String,
    /// Its settings, as JSON.
    pub settings: String,
    /// When it was first saved.
    pub created_at: Micros,
}

select! {
    ticket_presets -> PresetRow,
    "id, user_id, name, settings, created_at",
    "from ticket_presets"
}

/// Lists a user's presets by name.
pub async fn list_by_user(from: impl Source, user: UserId) -> Result<Vec<PresetRow>> {
    ticket_presets!(from, fetch_all, "where user_id = $1 order by name, id", user)
}

/// Adds a preset, or replaces the settings of its owner's preset of this name, which keeps its id.
pub async fn save_preset(tx: &mut Tx, preset: &PresetRow) -> Result<()> {
    exec!(
        tx,
        "insert into ticket_presets (id, user_id, name, settings, created_at) values ($1, $2, $3, $4, $5) \
         on conflict (user_id, name) do update set settings = excluded.settings",
        preset.id,
        preset.user_id,
        &preset.name,
        &preset.settings,
        preset.created_at
    )?;
    Ok(())
}

/// Deletes a user's preset; returns whether there was one.
pub async fn delete_preset(tx: &mut Tx, user: UserId, id: PresetId) -> Result<bool> {
    let rows = exec!(tx, "delete from ticket_presets where user_id = $1 and id = $2", user, id)?;
    Ok(rows == 1)
}
