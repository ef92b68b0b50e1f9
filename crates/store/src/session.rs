//! Browser sessions. Only the hashes of their tokens are stored.

use crate::{Result, Source, TokenHash, Tx};
use domain::{Micros, Role, SessionId, UserId};
use sqlx::FromRow;

/// A session to store.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Id of the session.
    pub id: SessionId,
    /// The user it belongs to; `None` if it is anonymous.
    pub user_id: Option<UserId>,
    /// Hash of its token.
    pub token_hash: TokenHash,
    /// The browser's user agent.
    pub user_agent: &'a str,
    /// IP address of the browser.
    pub address: &'a str,
    /// When the session was created, and the user's password last given.
    pub created_at: Micros,
    /// When it expires unless it is used.
    pub expires_at: Micros,
}

/// A stored session.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Session {
    /// Id of the session.
    pub id: SessionId,
    /// The user it belongs to; `None` if it is anonymous.
    pub user_id: Option<UserId>,
    /// The browser's user agent.
    pub user_agent: String,
    /// IP address of the latest use.
    pub address: String,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub last_seen_at: Micros,
    /// When it expires unless it is used.
    pub expires_at: Micros,
}

/// The session of a token and, unless it is anonymous, its user.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Found {
    /// Id of the session.
    pub id: SessionId,
    /// The user it belongs to.
    pub user_id: Option<UserId>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The user's role.
    pub role: Option<Role>,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub last_seen_at: Micros,
    /// When it expires unless it is used.
    pub expires_at: Micros,
}

/// Adds a session.
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

/// Returns the session of a token, current or recently replaced; `None` if the token is unknown or has expired.
pub async fn find_session(from: impl Source, token_hash: &TokenHash, now: Micros) -> Result<Option<Found>> {
    rows!(
        Found,
        from,
        fetch_optional,
        "select s.id, s.user_id, u.email, u.role, s.created_at, s.last_seen_at, s.expires_at \
         from sessions s left join users u on u.id = s.user_id \
         where (s.token_hash = $1 or (s.previous_hash = $1 and s.previous_until > $2)) and s.expires_at > $2",
        token_hash.as_slice(),
        now
    )
}

/// Returns the hash of the token that a renewal of this session replaces: while the token before the present one is
/// still valid, that one, because the present token has replaced it; otherwise the present one. `None` if the session
/// has ended.
pub async fn replaced_token(from: impl Source, id: SessionId, now: Micros) -> Result<Option<Vec<u8>>> {
    value!(
        Vec<u8>,
        from,
        "select case when previous_until > $2 then previous_hash else token_hash end as replaced from sessions \
         where id = $1",
        id,
        now
    )
}

/// Gives a session a new token; the present one stays valid until `previous_until`. Returns `false`, and changes
/// nothing, while the token before the present one is still valid, or if the session has ended.
pub async fn renew(
    tx: &mut Tx,
    id: SessionId,
    token_hash: &TokenHash,
    now: Micros,
    previous_until: Micros,
) -> Result<bool> {
    let renewed = exec!(
        tx,
        "update sessions set previous_hash = token_hash, previous_until = $3, token_hash = $2 \
         where id = $1 and (previous_until is null or previous_until <= $4)",
        id,
        token_hash.as_slice(),
        previous_until,
        now
    )?;
    Ok(renewed == 1)
}

/// Lists a user's sessions, the most recently used first.
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

/// Records that a session was used.
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

/// Returns when the user of a session last gave their password.
pub async fn authenticated_at(from: impl Source, id: SessionId) -> Result<Option<Micros>> {
    value!(Micros, from, "select authenticated_at from sessions where id = $1", id)
}

/// Returns when the user of a session last gave their password, for its present token; `None` for a token that was
/// replaced, or if the session has ended.
pub async fn authenticated_by(
    from: impl Source,
    id: SessionId,
    token_hash: &TokenHash,
) -> Result<Option<Micros>> {
    value!(
        Micros,
        from,
        "select authenticated_at from sessions where id = $1 and token_hash = $2",
        id,
        token_hash.as_slice()
    )
}

/// Records that the user of a session gave their password.
pub async fn authenticate(tx: &mut Tx, id: SessionId, at: Micros) -> Result<()> {
    exec!(tx, "update sessions set authenticated_at = $2 where id = $1", id, at)?;
    Ok(())
}

/// Deletes a user's sessions except the `most` most recently used; returns the number deleted.
pub async fn keep_newest(tx: &mut Tx, user: UserId, most: i64) -> Result<u64> {
    exec!(
        tx,
        "delete from sessions where user_id = $1 and id not in (select id from sessions where user_id = $1 \
           order by last_seen_at desc, id desc limit $2)",
        user,
        most
    )
}

/// Deletes one of a user's sessions; returns whether it existed and was theirs.
pub async fn delete(tx: &mut Tx, user: UserId, id: SessionId) -> Result<bool> {
    Ok(exec!(tx, "delete from sessions where id = $1 and user_id = $2", id, user)? == 1)
}

/// Deletes the session of a token, current or recently replaced; returns whether there was one.
pub async fn delete_by_token(tx: &mut Tx, token_hash: &TokenHash, now: Micros) -> Result<bool> {
    let deleted = exec!(
        tx,
        "delete from sessions where token_hash = $1 or (previous_hash = $1 and previous_until > $2)",
        token_hash.as_slice(),
        now
    )?;
    Ok(deleted == 1)
}

/// Deletes all of a user's sessions except `keep`; returns their number.
pub async fn delete_all(tx: &mut Tx, user: UserId, keep: Option<SessionId>) -> Result<u64> {
    match keep {
        Some(keep) => exec!(tx, "delete from sessions where user_id = $1 and id <> $2", user, keep),
        None => exec!(tx, "delete from sessions where user_id = $1", user),
    }
}

/// Counts the sessions.
pub async fn count(from: impl Source) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from sessions")?.unwrap_or(0))
}

/// Deletes expired sessions; returns their number.
pub async fn prune(tx: &mut Tx, now: Micros) -> Result<u64> {
    exec!(tx, "delete from sessions where expires_at <= $1", now)
}
