//! Messages of the simulator page, which replaces Telegram.

use crate::{Result, Source, Tx};
use domain::{Micros, notification::ChatMessage};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    ours: bool,
    body: String,
    at: Micros,
}

/// Adds a message to a chat, once per `once` key.
pub async fn append(tx: &mut Tx, chat: i64, once: &str, line: &ChatMessage) -> Result<()> {
    exec!(
        tx,
        "insert into simulated_chats (chat_id, once, ours, body, at) values ($1, $2, $3, $4, $5) \
         on conflict (once) do nothing",
        chat,
        once,
        line.ours,
        line.body.as_str(),
        line.at
    )?;
    Ok(())
}

/// Lists the latest messages of a chat, newest first.
pub async fn latest(from: impl Source, chat: i64, limit: i64) -> Result<Vec<ChatMessage>> {
    let rows: Vec<Row> = rows!(
        Row,
        from,
        fetch_all,
        "select ours, body, at from simulated_chats where chat_id = $1 order by seq desc limit $2",
        chat,
        limit
    )?;
    Ok(rows.into_iter().map(|Row { ours, body, at }| ChatMessage { ours, body, at }).collect())
}
