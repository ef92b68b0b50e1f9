//! Linking a chat: the user sends a code to the bot, by a link or as text. `crate::identity::chat_link` makes the codes.

use super::preferences;
use crate::{
    actor::Actor,
    error::{Error, Result},
    messaging::Messaging,
    platform::{
        audit,
        secrets::{Purpose, sign},
    },
};
use domain::{
    UserId,
    notification::{BOTS, typed_code},
};
use store::{
    Tx,
    telegram::{self as links, bot},
};

/// Whether the user has a chat that messages reach.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_linked(desk: &Messaging, actor: &Actor) -> Result<bool> {
    Ok(links::get_link(&desk.db, actor.user).await?.is_some_and(|link| link.active))
}

/// Address of the bot, or of the page that simulates it.
pub(crate) async fn bot_url(desk: &Messaging) -> Result<String> {
    let Some(bot) = &desk.telegram.0 else {
        return Ok(format!("{}/telegram#say", desk.settings.public_url));
    };
    let known = bot::get(&desk.db, bot.name()).await?.and_then(|bot| bot.username);
    Ok(known.map_or_else(|| BOTS.to_owned(), |name| format!("{BOTS}/{name}")))
}

/// Unlinks the user's chat.
///
/// # Errors
/// [`Error::NotFound`] if none is linked.
pub async fn unlink(desk: &Messaging, actor: &Actor) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    if !unlinked(desk, &mut tx, actor.user).await? {
        return Err(Error::NotFound);
    }
    let action = audit::AuditAction::ChatUnlinked;
    audit::record(desk, &mut tx, Some(actor.user), action, "", actor.from.as_ref()).await?;
    Ok(tx.commit().await?)
}

/// As [`unlink`], within a transaction; returns whether there was a chat.
pub(super) async fn unlinked(desk: &Messaging, tx: &mut Tx, user: UserId) -> Result<bool> {
    let was = links::unlink_chat(tx, user, desk.clock.now()).await?;
    if was {
        preferences::without_telegram(desk, tx, user).await?;
    }
    Ok(was)
}

/// Result of entering a code.
pub(super) enum Linked {
    /// The chat is linked to `user`; `before` is the different chat they had linked previously.
    Yes { user: UserId, before: Option<i64> },
    /// The chat is linked to another user.
    Anothers,
    /// Unknown, used or expired code.
    No,
}

/// Links a chat by a typed code.
pub(super) async fn link(desk: &Messaging, tx: &mut Tx, chat: i64, typed: &str) -> Result<Linked> {
    let now = desk.clock.now();
    let Some(code) = typed_code(typed) else { return Ok(Linked::No) };
    let hash = sign(desk, Purpose::LinkCode, &code).await?;
    let Some(owner) = links::of_code(&mut *tx, &hash, now).await? else { return Ok(Linked::No) };
    if links::of_chat(&mut *tx, chat).await?.is_some_and(|holder| holder.user_id != owner.user_id) {
        return Ok(Linked::Anothers);
    }
    if !links::link_chat(tx, &hash, chat, now).await? {
        return Ok(Linked::No);
    }
    let before = owner.chat_id.filter(|before| *before != chat);
    Ok(Linked::Yes { user: owner.user_id, before })
}
