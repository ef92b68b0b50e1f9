//! Users.

use crate::{Result, Source, Tx};
use domain::{MessageId, Micros, Role, UserId, account::AccountState};
use sqlx::FromRow;
use std::fmt;

/// A user row, as read and written.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct User {
    /// Id of the user.
    pub id: UserId,
    /// E-mail address, lower-cased by the service; unique.
    pub email: String,
    /// Password hash, as a PHC string.
    pub password_hash: String,
    /// Trader or admin.
    pub role: Role,
    /// When the user signed up.
    pub created_at: Micros,
    /// When the row was last changed.
    pub updated_at: Micros,
    /// When the account was frozen, by its owner or an admin; `None` if it is not frozen.
    pub frozen_at: Option<Micros>,
    /// When an admin suspended the account; `None` if it is not suspended.
    pub suspended_at: Option<Micros>,
}

impl User {
    /// Returns the state of the account.
    #[must_use]
    pub const fn state(&self) -> AccountState {
        AccountState::of(self.frozen_at, self.suspended_at)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

select! {
    users -> User,
    "id, email, password_hash, role, created_at, updated_at, frozen_at, suspended_at",
    "from users"
}

/// Adds a user.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the e-mail address is taken.
pub async fn insert_user(tx: &mut Tx, user: &User) -> Result<()> {
    exec!(
        tx,
        "insert into users (id, email, password_hash, role, created_at, updated_at, frozen_at, suspended_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        user.id,
        &user.email,
        &user.password_hash,
        user.role,
        user.created_at,
        user.updated_at,
        user.frozen_at,
        user.suspended_at
    )?;
    Ok(())
}

/// Returns the user with an id.
pub async fn get_user(from: impl Source, id: UserId) -> Result<Option<User>> {
    users!(from, fetch_optional, "where id = $1", id)
}

/// Returns the user with an e-mail address, which must be lower-case as stored.
pub async fn by_email(from: impl Source, email: &str) -> Result<Option<User>> {
    users!(from, fetch_optional, "where email = $1", email)
}

/// Sets the password hash; returns whether the user exists.
pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str, at: Micros) -> Result<bool> {
    let rows = exec!(tx, "update users set password_hash = $2, updated_at = $3 where id = $1", id, hash, at)?;
    Ok(rows == 1)
}

/// Sets the role; returns whether the user exists.
pub async fn set_role(tx: &mut Tx, id: UserId, role: Role, at: Micros) -> Result<bool> {
    let rows = exec!(tx, "update users set role = $2, updated_at = $3 where id = $1", id, role, at)?;
    Ok(rows == 1)
}

/// Locks a user's row until the transaction ends, so that checks of the user's limits are serialized.
pub async fn lock_user(tx: &mut Tx, id: UserId) -> Result<()> {
    exec!(tx, "update users set updated_at = updated_at where id = $1", id)?;
    Ok(())
}

/// Lists the admins, oldest first.
pub async fn list_admins(from: impl Source) -> Result<Vec<User>> {
    users!(from, fetch_all, "where role = 'admin' order by id")
}

/// Returns the user who signed up first.
pub async fn first_user(from: impl Source) -> Result<Option<UserId>> {
    value!(UserId, from, "select id from users order by created_at, id limit 1")
}

/// Returns whether there is an admin.
pub async fn any_admin(from: impl Source) -> Result<bool> {
    Ok(value!(UserId, from, "select id from users where role = 'admin' limit 1")?.is_some())
}

/// Lists the users with a role, in the order of sign-up.
pub async fn list_by_role(from: impl Source, role: Role) -> Result<Vec<User>> {
    users!(from, fetch_all, "where role = $1 order by created_at, id", role)
}

/// Counts the users.
pub async fn count_users(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from users")?.unwrap_or(0))
}

/// Lists users whose e-mail address contains `text`, ordered by address, starting after `after`.
pub async fn search_users(from: impl Source, text: &str, after: &str, limit: i64) -> Result<Vec<User>> {
    // Pattern characters are escaped, so the text is searched literally.
    let pattern = format!("%{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    users!(
        from,
        fetch_all,
        "where email like $1 escape '!' and email > $2 order by email limit $3",
        &pattern,
        after,
        limit
    )
}

/// Freezes an account, or reactivates it if `frozen_at` is `None`; returns whether that changed anything.
pub async fn set_frozen(tx: &mut Tx, id: UserId, frozen_at: Option<Micros>, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update users set frozen_at = $2, updated_at = $3 where id = $1 \
           and ((frozen_at is null and cast($2 as bigint) is not null) \
             or (frozen_at is not null and cast($2 as bigint) is null))",
        id,
        frozen_at,
        at
    )?;
    Ok(rows == 1)
}

/// Suspends an account, or reactivates it if `suspended_at` is `None`; returns whether that changed anything.
pub async fn set_suspended(
    tx: &mut Tx,
    id: UserId,
    suspended_at: Option<Micros>,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update users set suspended_at = $2, updated_at = $3 where id = $1 \
           and ((suspended_at is null and cast($2 as bigint) is not null) \
             or (suspended_at is not null and cast($2 as bigint) is null))",
        id,
        suspended_at,
        at
    )?;
    Ok(rows == 1)
}

/// Locks role changes: waits for other transactions that change admins, and makes later ones wait for this one.
pub async fn lock_roles(tx: &mut Tx) -> Result<()> {
    exec!(tx, "update role_changes set id = id")?;
    Ok(())
}

/// Counts the admins who are neither suspended nor frozen, without this user.
pub async fn other_admins(from: impl Source, id: UserId) -> Result<i64> {
    let others = value!(
        i64,
        from,
        "select count(*) from users where role = 'admin' and suspended_at is null and frozen_at is null and id <> $1",
        id
    )?;
    Ok(others.unwrap_or(0))
}

/// Marks the freeze link of a message as used; returns whether this was the first use.
pub async fn use_freeze_link(
    tx: &mut Tx,
    message: MessageId,
    user: UserId,
    at: Micros,
    expires_at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into freeze_links (message_id, user_id, used_at, expires_at) values ($1, $2, $3, $4) \
         on conflict do nothing",
        message,
        user,
        at,
        expires_at
    )?;
    Ok(rows == 1)
}

/// Returns whether the freeze link of a message was used.
pub async fn freeze_link_used(from: impl Source, message: MessageId) -> Result<bool> {
    let used = value!(i64, from, "select count(*) from freeze_links where message_id = $1", message)?;
    Ok(used.unwrap_or(0) > 0)
}

/// Deletes used freeze links that have expired; returns their number.
pub async fn prune_freeze_links(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from freeze_links where expires_at <= $1", now)
}
