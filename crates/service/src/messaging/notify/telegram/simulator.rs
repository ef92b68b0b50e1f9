//! Simulates Telegram on a page if there is no bot: the conversation is in the database, and messages are
//! handled by the same code.

use super::reply::BotReply;
use crate::{
    actor::Actor,
    error::{Error, Result},
    messaging::Messaging,
};
use domain::{UserId, notification::ChatMessage, validation::Problem};
use sha2::{Digest as _, Sha256};
use std::future::Future;
use store::{message as rows, telegram::simulated};

/// Maximum lines of a conversation shown.
const SHOWN: i64 = 100;
/// Maximum characters of a message.
const LONGEST: usize = 200;
/// Simulated chats have ids below this, far outside Telegram's range (52 bits), so a message to one cannot
/// reach a real chat.
pub(super) const BOUND: i64 = -(1 << 60);

/// Whether a chat is simulated.
pub(super) const fn is_simulated(chat: i64) -> bool {
    chat < BOUND
}

/// The user's simulated chat: unique to them, and always the same.
fn chat_of(user: UserId) -> i64 {
    let digest = Sha256::digest(user.0.as_bytes());
    let bits = digest.iter().take(7).fold(0_i64, |bits, byte| (bits << 8) | i64::from(*byte));
    BOUND - 1 - bits
}

/// The conversation in the user's chat, oldest first.
///
/// # Errors
/// [`Error::NotFound`] if there is a bot: the conversation is then at Telegram.
pub async fn chat(desk: &Messaging, actor: &Actor) -> Result<Vec<ChatMessage>> {
    if desk.telegram.real() {
        return Err(Error::NotFound);
    }
    let mut lines = simulated::latest(&desk.db, chat_of(actor.user), SHOWN).await?;
    lines.reverse();
    Ok(lines)
}

/// Posts a message in the user's chat and writes the reply that `answer` gives. The caller delivers it.
///
/// # Errors
/// [`Error::NotFound`] if there is a bot; [`Problem::Required`] and [`Problem::TextTooLong`] on `text`.
pub(crate) async fn post<A, F>(desk: &Messaging, actor: &Actor, text: &str, answer: A) -> Result<()>
where
    A: FnOnce(i64, String) -> F + Send,
    F: Future<Output = Result<BotReply>> + Send,
{
    if desk.telegram.real() {
        return Err(Error::NotFound);
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field("text", Problem::Required));
    }
    if text.chars().count() > LONGEST {
        return Err(Error::field("text", Problem::TextTooLong));
    }
    let (chat, now) = (chat_of(actor.user), desk.clock.now());
    let mut random = [0_u8; 16];
    desk.entropy.fill(&mut random);
    let once = format!("said:{}", hex::encode(random));
    let mut tx = desk.db.begin().await?;
    simulated::append(&mut tx, chat, &once, &ChatMessage { ours: false, body: text.to_owned(), at: now })
        .await?;
    tx.commit().await?;
    let reply = answer(chat, text.to_owned()).await?;
    let mut tx = desk.db.begin().await?;
    reply.write(desk, &mut tx, chat, &once).await?;
    Ok(tx.commit().await?)
}

/// Shows a message on the page, once.
pub(super) async fn arrive(desk: &Messaging, row: &rows::Message, chat: i64, text: &str) -> Result<()> {
    let line = ChatMessage { ours: true, body: text.to_owned(), at: desk.clock.now() };
    let mut tx = desk.db.begin().await?;
    simulated::append(&mut tx, chat, &row.id.to_string(), &line).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn chats_have_distinct_ids_and_are_no_bots() {
        let ids: Vec<_> = (0..1_000).map(|n| chat_of(UserId(Uuid::from_u128(n)))).collect();
        assert!(ids.iter().all(|chat| is_simulated(*chat)));
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
        assert!(!is_simulated(-(1 << 52)) && !is_simulated(1 << 52));
    }
}
