//! Browser sessions. Only the hash of a session's token is here.

use crate::{Hash, Result, Source, Tx};
use domain::{Micros, Role, SessionId, UserId};
use sqlx::FromRow;

/// A session to store.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Whose; none for a browser that nobody signed in with.
    pub user_id: Option<UserId>,
    /// What its token hashes to.
    pub token_hash: Hash,
    /// The browser's name for itself.
    pub user_agent: &'a str,
    /// The address it came from.
    pub address: &'a str,
    /// When it began, with the person's password.
    pub created_at: Micros,
    /// When it ends unless it is used.
    pub expires_at: Micros,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose; none for a browser that nobody signed in with.
    pub user_id: Option<UserId>,
    /// The browser's name for itself.
    pub user_agent: String,
    /// The address it last came from.
    pub address: String,
    /// When it began.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub last_seen_at: Micros,
    /// When it ends unless it is used.
    pub expires_at: Micros,
}

/// What a token opens: a session and, unless it is anonymous, its person.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Found {
    /// The session.
    pub id: SessionId,
    /// Its person.
    pub user_id: Option<UserId>,
    /// The person's e-mail address.
    pub email: Option<String>,
    /// The person's role.
    pub role: Option<Role>,
    /// When it began.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub last_seen_at: Micros,
    /// When it ends unless it is used.
    pub expires_at: Micros,
}

/// Adds a session.
///
/// # Errors
/// A database error.
pub async fn insert(tx: &mut Tx, session: &NewSession<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into sessions (id, user_id, token_hash, user_agent, address, created_at, last_seen_at, \
           authenticated_at, expires_at) values ($1, $2, $3, $4, $5, $6, $6, $6, $7)",
        session.id,
        session.user_id,
        session.token_hash.as_slice(),
        session.user_agent,
        session.address,
        session.created_at,
        session.expires_at
    )?;
    Ok(())
}

/// What this token opens now; none when it is unknown or has expired.
///
/// # Errors
/// A database error.
pub async fn find(from: impl Source, token_hash: &Hash, now: Micros) -> Result<Option<Found>> {
    rows!(
        Found,
        from,
        fetch_optional,
        "select s.id, s.user_id, u.email, u.role, s.created_at, s.last_seen_at, s.expires_at \
         from sessions s left join users u on u.id = s.user_id where s.token_hash = $1 and s.expires_at > $2",
        token_hash.as_slice(),
        now
    )
}

/// A person's sessions, the one last used first.
///
/// # Errors
/// A database error.
pub async fn list_by_user(from: impl Source, user: UserId, now: Micros) -> Result<Vec<Session>> {
    rows!(
        Session,
        from,
        fetch_all,
        "select id, user_id, user_agent, address, created_at, last_seen_at, expires_at from sessions \
         where user_id = $1 and expires_at > $2 order by last_seen_at desc, id desc",
        user,
        now
    )
}

/// Notes that a session was used.
///
/// # Errors
/// A database error.
pub async fn touch(tx: &mut Tx, id: SessionId, address: &str, now: Micros, expires_at: Micros) -> Result<()> {
    exec!(
        tx,
        "update sessions set last_seen_at = $2, expires_at = $3, address = $4 where id = $1",
        id,
        now,
        expires_at,
        address
    )?;
    Ok(())
}

/// When the person of a session last gave their password.
///
/// # Errors
/// A database error.
pub async fn authenticated_at(from: impl Source, id: SessionId) -> Result<Option<Micros>> {
    value!(Micros, from, "select authenticated_at from sessions where id = $1", id)
}

/// Notes that the person of a session gave their password.
///
/// # Errors
/// A database error.
pub async fn authenticate(tx: &mut Tx, id: SessionId, at: Micros) -> Result<()> {
    exec!(tx, "update sessions set authenticated_at = $2 where id = $1", id, at)?;
    Ok(())
}

/// Ends a person's sessions beyond the `most` that were used last; how many that were.
///
/// # Errors
/// A database error.
pub async fn cut(tx: &mut Tx, user: UserId, most: i64) -> Result<u64> {
    exec!(
        tx,
        "delete from sessions where user_id = $1 and id not in (select id from sessions where user_id = $1 \
           order by last_seen_at desc, id desc limit $2)",
        user,
        most
    )
}

/// Ends one of a person's sessions; whether it was there and theirs.
///
/// # Errors
/// A database error.
pub async fn delete(tx: &mut Tx, user: UserId, id: SessionId) -> Result<bool> {
    Ok(exec!(tx, "delete from sessions where id = $1 and user_id = $2", id, user)? == 1)
}

/// Ends the session of this token; whether there was one.
///
/// # Errors
/// A database error.
pub async fn delete_by_token(tx: &mut Tx, token_hash: &Hash) -> Result<bool> {
    Ok(exec!(tx, "delete from sessions where token_hash = $1", token_hash.as_slice())? == 1)
}

/// Ends all of a person's sessions, but for the one to keep; how many there were.
///
/// # Errors
/// A database error.
pub async fn delete_all(tx: &mut Tx, user: UserId, keep: Option<SessionId>) -> Result<u64> {
    match keep {
        Some(keep) => exec!(tx, "delete from sessions where user_id = $1 and id <> $2", user, keep),
        None => exec!(tx, "delete from sessions where user_id = $1", user),
    }
}

/// How many sessions there are.
///
/// # Errors
/// A database error.
pub async fn count(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from sessions")?.unwrap_or(0))
}

/// Removes what has expired; how many there were.
///
/// # Errors
/// A database error.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from sessions where expires_at <= $1", now)
}
