//! People.

use crate::{Result, Source, Tx};
use domain::{Micros, Role, UserId};
use sqlx::FromRow;
use std::fmt;

/// A person who signs in. Written as it is read.
#[derive(Clone, PartialEq, Eq, FromRow)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Lower-cased by the service; nobody else's.
    pub email: String,
    /// A PHC string.
    pub password_hash: String,
    /// Trader or admin.
    pub role: Role,
    /// When they signed up.
    pub created_at: Micros,
    /// When this row last changed.
    pub updated_at: Micros,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Adds a person.
///
/// # Errors
/// [`crate::Kind::Unique`] when the e-mail address is taken.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<()> {
    exec!(
        tx,
        "insert into users (id, email, password_hash, role, created_at, updated_at) values ($1, $2, $3, $4, $5, $6)",
        user.id,
        &user.email,
        &user.password_hash,
        user.role,
        user.created_at,
        user.updated_at
    )?;
    Ok(())
}

/// The person of this id.
///
/// # Errors
/// A fault.
pub async fn get(from: impl Source, id: UserId) -> Result<Option<User>> {
    rows!(
        User,
        from,
        fetch_optional,
        "select id, email, password_hash, role, created_at, updated_at from users where id = $1",
        id
    )
}

/// The person of this e-mail address, in the case that it was stored in.
///
/// # Errors
/// A fault.
pub async fn by_email(from: impl Source, email: &str) -> Result<Option<User>> {
    rows!(
        User,
        from,
        fetch_optional,
        "select id, email, password_hash, role, created_at, updated_at from users where email = $1",
        email
    )
}

/// Sets another password; whether there is such a person.
///
/// # Errors
/// A fault.
pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str, at: Micros) -> Result<bool> {
    let rows = exec!(tx, "update users set password_hash = $2, updated_at = $3 where id = $1", id, hash, at)?;
    Ok(rows == 1)
}

/// Sets another role; whether there is such a person.
///
/// # Errors
/// A fault.
pub async fn set_role(tx: &mut Tx, id: UserId, role: Role, at: Micros) -> Result<bool> {
    let rows = exec!(tx, "update users set role = $2, updated_at = $3 where id = $1", id, role, at)?;
    Ok(rows == 1)
}

/// Who signed up first.
///
/// # Errors
/// A fault.
pub async fn first(from: impl Source) -> Result<Option<UserId>> {
    value!(UserId, from, "select id from users order by created_at, id limit 1")
}

/// Whether there is an admin.
///
/// # Errors
/// A fault.
pub async fn any_admin(from: impl Source) -> Result<bool> {
    Ok(value!(UserId, from, "select id from users where role = 'admin' limit 1")?.is_some())
}

/// Everybody of a role, in the order they signed up.
///
/// # Errors
/// A fault.
pub async fn list_by_role(from: impl Source, role: Role) -> Result<Vec<User>> {
    rows!(
        User,
        from,
        fetch_all,
        "select id, email, password_hash, role, created_at, updated_at from users where role = $1 \
         order by created_at, id",
        role
    )
}

/// How many people there are.
///
/// # Errors
/// A fault.
pub async fn count(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from users")?.unwrap_or(0))
}
