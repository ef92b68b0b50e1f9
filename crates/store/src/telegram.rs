//! Telegram chats of users, and the codes that link them.

pub mod bot;
pub mod simulated;

use crate::{Result, Source, TokenHash, Tx};
use domain::{Micros, UserId};
use sqlx::FromRow;
use std::fmt;

/// A user's link to Telegram.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct Link {
    /// The user.
    pub user_id: UserId,
    /// The link code, sealed.
    pub code_sealed: Option<Vec<u8>>,
    /// When the code expires.
    pub code_expires_at: Option<Micros>,
    /// Id of the linked chat.
    pub chat_id: Option<i64>,
    /// Whether messages reach the chat.
    pub active: bool,
    /// When the user was asked to confirm the panic button.
    // words: allow(asked): the name of the column.
    pub panic_asked_at: Option<Micros>,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("user_id", &self.user_id)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

select! {
    links -> Link,
    "user_id, code_sealed, code_expires_at, chat_id, active, panic_asked_at, created_at, updated_at",
    "from telegram_links"
}

/// Returns a user's link.
pub async fn get_link(from: impl Source, user: UserId) -> Result<Option<Link>> {
    links!(from, fetch_optional, "where user_id = $1", user)
}

/// Returns the link of a chat.
pub async fn of_chat(from: impl Source, chat: i64) -> Result<Option<Link>> {
    links!(from, fetch_optional, "where chat_id = $1", chat)
}

/// Returns the link with a code, unless the code was used or has expired.
pub async fn of_code(from: impl Source, code_hash: &TokenHash, now: Micros) -> Result<Option<Link>> {
    links!(from, fetch_optional, "where code_hash = $1 and code_expires_at > $2", code_hash.as_slice(), now)
}

/// Sets a user's link code.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if another user happens to have the same code.
pub async fn set_code(
    tx: &mut Tx,
    user: UserId,
    code_hash: &TokenHash,
    code_sealed: &[u8],
    expires_at: Micros,
    at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "insert into telegram_links \
           (user_id, code_hash, code_sealed, code_expires_at, active, created_at, updated_at) \
         values ($1, $2, $3, $4, false, $5, $5) \
         on conflict (user_id) do update set code_hash = excluded.code_hash, \
           code_sealed = excluded.code_sealed, code_expires_at = excluded.code_expires_at, \
           updated_at = excluded.updated_at",
        user,
        code_hash.as_slice(),
        code_sealed,
        expires_at,
        at
    )?;
    Ok(())
}

/// Links a chat by a code and consumes the code; returns whether the code was valid.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the chat belongs to another user.
pub async fn link_chat(tx: &mut Tx, code_hash: &TokenHash, chat: i64, now: Micros) -> Result<bool> {
    let linked = exec!(
        tx,
        "update telegram_links set chat_id = $2, active = true, panic_asked_at = null, code_hash = null, \
           code_sealed = null, code_expires_at = null, updated_at = $3 \
         where code_hash = $1 and code_expires_at > $3",
        code_hash.as_slice(),
        chat,
        now
    )?;
    Ok(linked == 1)
}

/// Deletes a user's unused code.
pub async fn forget_code(tx: &mut Tx, user: UserId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update telegram_links set code_hash = null, code_sealed = null, code_expires_at = null, updated_at = $2 \
         where user_id = $1 and code_hash is not null",
        user,
        at
    )?;
    Ok(())
}

/// Unlinks a user's chat; returns whether they had one.
pub async fn unlink_chat(tx: &mut Tx, user: UserId, at: Micros) -> Result<bool> {
    let unlinked = exec!(
        tx,
        "update telegram_links set chat_id = null, active = false, panic_asked_at = null, updated_at = $2 \
         where user_id = $1 and chat_id is not null",
        user,
        at
    )?;
    Ok(unlinked == 1)
}

/// Records that messages no longer reach a chat, or do so again.
pub async fn set_active(tx: &mut Tx, chat: i64, active: bool, at: Micros) -> Result<bool> {
    let changed = exec!(
        tx,
        "update telegram_links set active = $2, updated_at = $3 where chat_id = $1 and active <> $2",
        chat,
        active,
        at
    )?;
    Ok(changed == 1)
}

/// Records when the user of a chat was asked to confirm the panic button; `None` once it is answered.
pub async fn set_panic_requested(tx: &mut Tx, chat: i64, at: Option<Micros>) -> Result<()> {
    exec!(tx, "update telegram_links set panic_asked_at = $2 where chat_id = $1", chat, at)?;
    Ok(())
}

/// Deactivates the chats below `bound`, or those at or above it: an installation that switches from the simulator
/// to a bot, or back, can no longer reach the chats of the other.
pub async fn leave_behind(tx: &mut Tx, bound: i64, below: bool, at: Micros) -> Result<u64> {
    exec!(
        tx,
        "update telegram_links set active = false, updated_at = $3 where active and (chat_id < $1) = $2",
        bound,
        below,
        at
    )
}
