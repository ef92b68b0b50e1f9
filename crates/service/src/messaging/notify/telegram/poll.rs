//! Long-polls Telegram for updates. The job's lease lets one instance poll; the position is stored in the
//! database, in the same transaction as the reply.

use super::{
    api::{Bot, TelegramFailure, Update},
    pause, refused,
    reply::BotReply,
};
use crate::{
    error::{Error, Result},
    messaging::Messaging,
};
use std::future::Future;
use store::telegram::bot;

/// Whether there is a bot to poll for.
#[must_use]
pub fn polls(desk: &Messaging) -> bool {
    desk.telegram.real()
}

/// Polls once; Telegram may hold the request for a while. Does nothing without a bot. `answer` handles a text
/// sent in a chat.
///
/// # Errors
/// When the database cannot be used. Failures of Telegram are logged, and the next round polls again.
pub(crate) async fn poll<A, F>(desk: &Messaging, answer: A) -> Result<()>
where
    A: Fn(i64, String) -> F + Send + Sync,
    F: Future<Output = Result<BotReply>> + Send,
{
    let Some(telegram) = &desk.telegram.0 else { return Ok(()) };
    let known = bot::get(&desk.db, telegram.name()).await?;
    if known.as_ref().is_some_and(|bot| bot.paused_until > desk.clock.now()) {
        return Ok(());
    }
    let welcome = known.as_ref().is_some_and(|bot| bot.username.is_some() && bot.refused_at.is_none());
    if !welcome {
        match telegram.username().await {
            Ok(username) => {
                let mut tx = desk.db.begin().await?;
                bot::welcome(&mut tx, telegram.name(), &username).await?;
                tx.commit().await?;
            }
            Err(failure) => return troubled(desk, telegram, failure).await,
        }
    }
    match telegram.updates(known.map_or(0, |bot| bot.next_update)).await {
        Ok(updates) => {
            for update in updates {
                handle_update(desk, telegram, update, &answer).await?;
            }
            Ok(())
        }
        Err(failure) => troubled(desk, telegram, failure).await,
    }
}

async fn troubled(desk: &Messaging, telegram: &Bot, failure: TelegramFailure) -> Result<()> {
    tracing::warn!(why = %failure, "could not read updates from Telegram");
    match failure {
        TelegramFailure::Unauthorized => {
            refused(desk, telegram).await?;
            pause(desk, telegram, super::REFUSED_FOR / domain::time::SECOND).await?;
        }
        TelegramFailure::Limited(seconds) => drop(pause(desk, telegram, seconds).await?),
        _ => {}
    }
    Ok(())
}

/// Handles an update. Only private chats are answered, because replies contain personal data. If a user's
/// command fails, the reply is an error: the messages of others do not wait for it.
///
/// # Errors
/// When not even that reply can be written. The update is not marked as read then, so it is polled again.
async fn handle_update<A, F>(desk: &Messaging, telegram: &Bot, update: Update, answer: &A) -> Result<()>
where
    A: Fn(i64, String) -> F + Send + Sync,
    F: Future<Output = Result<BotReply>> + Send,
{
    let received = update.message.filter(|message| message.chat.kind == "private");
    let Some((chat, text)) = received.and_then(|message| Some((message.chat.id, message.text?))) else {
        return settle(desk, telegram, update.update_id, None).await;
    };
    let reply = answer(chat, text).await.unwrap_or_else(|error| failed(&error));
    match settle(desk, telegram, update.update_id, Some((chat, reply))).await {
        Ok(()) => Ok(()),
        Err(error) => settle(desk, telegram, update.update_id, Some((chat, failed(&error)))).await,
    }
}

fn failed(error: &Error) -> BotReply {
    tracing::error!(%error, "could not answer a Telegram message");
    BotReply::failed(error)
}

/// Marks an update as read and writes the reply in one transaction, so an update delivered twice is answered
/// once.
async fn settle(
    desk: &Messaging,
    telegram: &Bot,
    update_id: i64,
    answer: Option<(i64, BotReply)>,
) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    if let Some((chat, answer)) = answer {
        answer.write(desk, &mut tx, chat, &format!("{}:{update_id}", telegram.name())).await?;
    }
    bot::read_until(&mut tx, telegram.name(), update_id + 1).await?;
    Ok(tx.commit().await?)
}
