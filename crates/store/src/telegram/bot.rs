//! How a bot stands with Telegram, for every instance that uses it.

use crate::{Result, Source, Tx};
use domain::Micros;
use sqlx::FromRow;

/// A bot, by the fingerprint of its token.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Bot {
    /// What it is called at Telegram, once it has told.
    pub username: Option<String>,
    /// The first update that was not read.
    pub next_update: i64,
    /// Until when Telegram wants to be left alone.
    pub paused_until: Micros,
    /// Since when Telegram refuses the token.
    pub refused_at: Option<Micros>,
}

/// A bot, as it was last noted.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, name: &str) -> Result<Option<Bot>> {
    rows!(
        Bot,
        from,
        fetch_optional,
        "select username, next_update, paused_until, refused_at from telegram_bots where name = $1",
        name
    )
}

/// Notes what the bot is called; it is let in (again).
///
/// # Errors
/// A database error.
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

/// Notes that updates before `next` are read; it never goes back.
///
/// # Errors
/// A database error.
pub async fn read_until(tx: &mut Tx, name: &str, next: i64) -> Result<()> {
    exec!(tx, "update telegram_bots set next_update = $2 where name = $1 and next_update < $2", name, next)?;
    Ok(())
}

/// Notes that Telegram wants to be left alone.
///
/// # Errors
/// A database error.
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

/// Notes that Telegram refuses the token; whether that is new.
///
/// # Errors
/// A database error.
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
