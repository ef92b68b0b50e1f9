//! Linking a chat: the user sends a code of eight characters to the bot, valid once and for fifteen minutes.

use super::preferences;
use crate::{
    Actor, Desk, Error, Result, Sealed, audit,
    secrets::{Purpose, sign},
};
use domain::{
    Micros, UserId,
    notification::{Method, link_code, typed_code},
    time::{MINUTE, SECOND},
};
use store::{
    Tx,
    telegram::{self as links, Link, bot},
};

/// Life of a code.
const LIFE: i64 = 15 * MINUTE;
/// A code with less remaining life than this is not shown: there is no time to type it.
const LAST_SHOWN: i64 = 10 * SECOND;
/// Table name that codes are bound to when encrypted.
const TABLE: &str = "telegram_links";
/// Base address of bots.
const BOTS: &str = "https://t.me";

/// How the user links Telegram, and whether a chat is linked. A used or expired code is replaced.
///
/// # Errors
/// When the database cannot be used.
pub async fn method(desk: &Desk, actor: &Actor) -> Result<Method> {
    let now = desk.clock.now();
    let link = match links::get(&desk.db, actor.user).await? {
        Some(link) if open(desk, &link, now).is_some() => link,
        _ => {
            give_code(desk, actor, now).await?;
            let made = links::get(&desk.db, actor.user).await?;
            made.ok_or_else(|| Error::fault("a new Telegram link is missing after it was stored"))?
        }
    };
    let (code, code_expires_at) = open(desk, &link, now)
        .ok_or_else(|| Error::fault("a new link code is missing after it was stored"))?;
    Ok(Method {
        bot_url: bot_url(desk).await?,
        code,
        code_expires_at,
        active: link.active,
        created_at: link.created_at,
        updated_at: link.updated_at,
    })
}

/// The code of a link and its expiry, while it can be shown. A code encrypted under a lost master key is
/// replaced, so rekeying need not handle codes.
fn open(desk: &Desk, link: &Link, now: Micros) -> Option<(String, Micros)> {
    let expires_at = link.code_expires_at.filter(|at| *at > now.plus(LAST_SHOWN))?;
    let sealed = Sealed::from_bytes(link.code_sealed.as_deref()?).ok()?;
    let plain = desk.sealer.open(TABLE, link.user_id.0, link.user_id.0, &sealed).ok()?;
    Some((String::from_utf8(plain.to_vec()).ok()?, expires_at))
}

async fn give_code(desk: &Desk, actor: &Actor, now: Micros) -> Result<()> {
    let user = actor.user;
    let code = link_code(&*desk.entropy);
    let hash = sign(desk, Purpose::LinkCode, &code).await?;
    let sealed = desk.sealer.seal(TABLE, user.0, user.0, code.as_bytes())?.to_bytes();
    let mut tx = desk.db.begin().await?;
    // A code that is asked for while a reset runs does not outlive it.
    actor.hold(&mut tx).await?;
    links::set_code(&mut tx, user, &hash, &sealed, now.plus(LIFE), now).await?;
    Ok(tx.commit().await?)
}

async fn bot_url(desk: &Desk) -> Result<String> {
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
pub async fn unlink(desk: &Desk, actor: &Actor) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    if !unlinked(desk, &mut tx, actor.user).await? {
        return Err(Error::NotFound);
    }
    let action = audit::AuditAction::ChatUnlinked;
    audit::record(desk, &mut tx, Some(actor.user), action, "", actor.from.as_ref()).await?;
    Ok(tx.commit().await?)
}

/// As [`unlink`], within a transaction; returns whether there was a chat.
pub(super) async fn unlinked(desk: &Desk, tx: &mut Tx, user: UserId) -> Result<bool> {
    let was = links::unlink(tx, user, desk.clock.now()).await?;
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
pub(super) async fn link(desk: &Desk, tx: &mut Tx, chat: i64, typed: &str) -> Result<Linked> {
    let now = desk.clock.now();
    let Some(code) = typed_code(typed) else { return Ok(Linked::No) };
    let hash = sign(desk, Purpose::LinkCode, &code).await?;
    let Some(owner) = links::of_code(&mut *tx, &hash, now).await? else { return Ok(Linked::No) };
    if links::of_chat(&mut *tx, chat).await?.is_some_and(|holder| holder.user_id != owner.user_id) {
        return Ok(Linked::Anothers);
    }
    if !links::link(tx, &hash, chat, now).await? {
        return Ok(Linked::No);
    }
    let before = owner.chat_id.filter(|before| *before != chat);
    Ok(Linked::Yes { user: owner.user_id, before })
}
