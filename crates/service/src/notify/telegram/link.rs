//! Linking a chat: a code of eight characters that its owner sends to the bot, within fifteen minutes, once.

use super::{
    preferences,
    secret::{Purpose, sign},
};
use crate::{Actor, Desk, Error, Result, Sealed};
use domain::{
    Micros, UserId,
    notification::{Method, link_code, typed_code},
    time::{MINUTE, SECOND},
};
use store::{
    Tx,
    telegram::{self as links, Link, bot},
};

/// A code links for this long.
const LIFE: i64 = 15 * MINUTE;
/// One that lives no longer than this is not shown any more: nobody types so fast.
const LAST_SHOWN: i64 = 10 * SECOND;
/// The table that codes are sealed for.
const TABLE: &str = "telegram_links";
/// Where bots are.
const BOTS: &str = "https://t.me";

/// How the person links Telegram, and whether they have. A code that was used or has expired is followed by another.
///
/// # Errors
/// When the database cannot be used.
pub async fn method(desk: &Desk, actor: &Actor) -> Result<Method> {
    let now = desk.clock.now();
    let link = match links::get(&desk.db, actor.user).await? {
        Some(link) if open(desk, &link, now).is_some() => link,
        _ => {
            give_code(desk, actor.user, now).await?;
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

/// The code of a link and its end, while it can be shown. One under a master key that is gone cannot, and is followed by
/// another: rekeying need not know of codes.
fn open(desk: &Desk, link: &Link, now: Micros) -> Option<(String, Micros)> {
    let expires_at = link.code_expires_at.filter(|at| *at > now.plus(LAST_SHOWN))?;
    let sealed = Sealed::from_bytes(link.code_sealed.as_deref()?).ok()?;
    let plain = desk.sealer.open(TABLE, link.user_id.0, link.user_id.0, &sealed).ok()?;
    Some((String::from_utf8(plain.to_vec()).ok()?, expires_at))
}

async fn give_code(desk: &Desk, user: UserId, now: Micros) -> Result<()> {
    let code = link_code(&*desk.chance);
    let hash = sign(desk, Purpose::LinkCode, &code).await?;
    let sealed = desk.sealer.seal(TABLE, user.0, user.0, code.as_bytes())?.to_bytes();
    let mut tx = desk.db.begin().await?;
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

/// Takes the person's chat away.
///
/// # Errors
/// Not found when none is linked.
pub async fn unlink(desk: &Desk, actor: &Actor) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    if !unlinked(desk, &mut tx, actor.user).await? {
        return Err(Error::NotFound);
    }
    Ok(tx.commit().await?)
}

/// The same within a transaction; whether there was a chat.
pub(super) async fn unlinked(desk: &Desk, tx: &mut Tx, user: UserId) -> Result<bool> {
    let was = links::unlink(tx, user, desk.clock.now()).await?;
    if was {
        preferences::without_telegram(desk, tx, user).await?;
    }
    Ok(was)
}

/// What came of a code.
pub(super) enum Linked {
    /// The chat is the person's now; the chat they had before, if another.
    Yes { user: UserId, before: Option<i64> },
    /// The chat is another person's.
    Anothers,
    /// No such code, or not any more.
    No,
}

/// Links a chat by what was typed as a code.
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
