//! Codes that link a chat. A code works once, within fifteen minutes. It links a chat that reads positions, so it is
//! shown only after a step-up.

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::{Identity, step_up},
    messaging::notify::telegram,
    platform::secrets::{Purpose, Sealed, sign},
};
use domain::{
    Micros,
    notification::{Method, link_code, typed_code},
    time::{MINUTE, SECOND},
};
use store::telegram::{self as links, Link};

/// Life of a code.
const LIFE: i64 = 15 * MINUTE;
/// A code with less remaining life than this is not shown: there is no time to type it.
const LAST_SHOWN: i64 = 10 * SECOND;
/// Table name that codes are bound to when encrypted.
const TABLE: &str = "telegram_links";

/// How the user links Telegram, and whether a chat is linked. A used or expired code is replaced.
///
/// # Errors
/// [`Error::StepUp`]; when the database cannot be used.
pub async fn method(desk: &Identity, actor: &Actor) -> Result<Method> {
    step_up::require_recent_password(desk, actor).await?;
    let now = desk.clock.now();
    let link = match links::get_link(&desk.db, actor.user).await? {
        Some(link) if open(desk, &link, now).is_some() => link,
        _ => {
            give_code(desk, actor, now).await?;
            let made = links::get_link(&desk.db, actor.user).await?;
            made.ok_or_else(|| Error::fault("a new Telegram link is missing after it was stored"))?
        }
    };
    let (code, code_expires_at) = open(desk, &link, now)
        .ok_or_else(|| Error::fault("a new link code is missing after it was stored"))?;
    Ok(Method {
        bot_url: telegram::bot_url(desk).await?,
        code,
        code_expires_at,
        active: link.active,
        created_at: link.created_at,
        updated_at: link.updated_at,
    })
}

/// The code of a link and its expiry, while it can be shown. A code encrypted under a lost master key is
/// replaced, so rekeying need not handle codes.
fn open(desk: &Identity, link: &Link, now: Micros) -> Option<(String, Micros)> {
    let expires_at = link.code_expires_at.filter(|at| *at > now.plus(LAST_SHOWN))?;
    let sealed = Sealed::from_bytes(link.code_sealed.as_deref()?).ok()?;
    let plain = desk.sealer.open(TABLE, link.user_id.0, link.user_id.0, &sealed).ok()?;
    // A code of an earlier release was shorter.
    let code = typed_code(std::str::from_utf8(&plain).ok()?)?;
    Some((code, expires_at))
}

async fn give_code(desk: &Identity, actor: &Actor, now: Micros) -> Result<()> {
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
