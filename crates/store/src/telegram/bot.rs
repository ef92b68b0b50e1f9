//! State of the bots at Telegram, shared by all instances.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// A bot, identified by the fingerprint of its token.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Bot {
    /// User name at Telegram, once known.
    pub username: Option<String>,
    /// Id of the next update to read.
    pub next_update: i64,
    /// Until when requests must pause because of Telegram's rate limit.
    pub paused_until: Micros,
    /// Since when Telegram rejects the token.
    pub refused_at: Option<Micros>,
}

/// Returns the last recorded state of a bot.
pub async fn get(from: impl Source, name: &str) -> Result<Option<Bot>> {
    rows!(
        Bot,
        from,
        fetch_optional,
        "select username, next_update, paused_until, refused_at from telegram_bots where name = $1",
        name
    )
}

/// Records the bot's user name; its token is accepted (again).
pub async fn welcome(tx: &mut Tx, name: &str, username: &str) -> Result<()> {
    exec!(
        tx,
        "insert into telegram_bots (name, username, next_update, paused_until) values ($1, $2, 0, 0) \
         on conflict (name) do update set username = excluded.username, refused_at = null",
        name,
        username
    )?;
    Ok(())
}

/// Records that the updates before `next` were read; the value never decreases.
pub async fn read_until(tx: &mut Tx, name: &str, next: i64) -> Result<()> {
    exec!(tx, "update telegram_bots set next_update = $2 where name = $1 and next_update < $2", name, next)?;
    Ok(())
}

/// Records a pause requested by Telegram.
pub async fn pause(tx: &mut Tx, name: &str, until: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into telegram_bots (name, next_update, paused_until) values ($1, 0, $2) \
         on conflict (name) do update set paused_until = excluded.paused_until \
         where telegram_bots.paused_until < excluded.paused_until",
        name,
        until
    )?;
    Ok(())
}

/// Records that Telegram rejects the token; returns whether that is new.
pub async fn refuse(tx: &mut Tx, name: &str, at: Micros) -> Result<bool> {
    let new = exec!(
        tx,
        "insert into telegram_bots (name, next_update, paused_until, refused_at) values ($1, 0, 0, $2) \
         on conflict (name) do update set refused_at = excluded.refused_at \
         where telegram_bots.refused_at is null",
        name,
        at
    )?;
    Ok(new == 1)
}
