//! Sign-ins of programs. Every refresh token belongs to one ([`crate::refresh_token`]).

use crate::{Result, Source, TokenHash, Tx};
use domain::{Micros, TokenFamilyId, UserId};
use sqlx::FromRow;

/// The sign-in of a program.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TokenFamily {
    /// Id of the sign-in.
    pub family_id: TokenFamilyId,
    /// The user who signed in.
    pub user_id: UserId,
    /// When the user signed in.
    pub began_at: Micros,
    /// When the user's password was last given.
    pub authenticated_at: Micros,
}

/// A sign-in to store.
#[derive(Clone, Copy, Debug)]
pub struct NewTokenFamily<'a> {
    /// Id of the sign-in.
    pub family_id: TokenFamilyId,
    /// The user who signs in.
    pub user_id: UserId,
    /// The program's user agent.
    pub user_agent: &'a str,
    /// IP address of the program.
    pub address: &'a str,
    /// When the user signs in.
    pub began_at: Micros,
}

/// A sign-in as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ListedFamily {
    /// Id of the sign-in.
    pub family_id: TokenFamilyId,
    /// The program's user agent.
    pub user_agent: String,
    /// IP address of the latest refresh.
    pub address: String,
    /// When the user signed in.
    pub began_at: Micros,
    /// When the program last refreshed its tokens.
    pub last_used_at: Micros,
}

/// Adds a sign-in.
pub async fn insert(tx: &mut Tx, new: &NewTokenFamily<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into token_families \
           (family_id, user_id, user_agent, address, began_at, authenticated_at, last_used_at) \
         values ($1, $2, $3, $4, $5, $5, $5)",
        new.family_id,
        new.user_id,
        new.user_agent,
        new.address,
        new.began_at
    )?;
    Ok(())
}

/// Records that a program refreshed its tokens.
pub async fn touch(
    tx: &mut Tx,
    family: TokenFamilyId,
    user_agent: &str,
    address: &str,
    at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "update token_families set user_agent = $2, address = $3, last_used_at = $4 where family_id = $1",
        family,
        user_agent,
        address,
        at
    )?;
    Ok(())
}

select! {
    families -> TokenFamily,
    "family_id, user_id, began_at, authenticated_at",
    "from token_families"
}

/// Lists a user's sign-ins that can still be refreshed, the most recently used first.
pub async fn list_by_user(from: impl Source, user: UserId, now: Micros) -> Result<Vec<ListedFamily>> {
    rows!(
        ListedFamily,
        from,
        fetch_all,
        "select f.family_id, f.user_agent, f.address, f.began_at, f.last_used_at from token_families f \
         where f.user_id = $1 and exists (select 1 from refresh_tokens r where r.family_id = f.family_id \
           and r.used_at is null and r.revoked_at is null and r.expires_at > $2) \
         order by f.last_used_at desc, f.family_id desc",
        user,
        now
    )
}

/// Returns a sign-in.
pub async fn get(from: impl Source, family: TokenFamilyId) -> Result<Option<TokenFamily>> {
    families!(from, fetch_optional, "where family_id = $1", family)
}

/// Returns the sign-in that a refresh token belongs to, whether or not the token was used.
pub async fn of_token(from: impl Source, token: &TokenHash) -> Result<Option<TokenFamily>> {
    families!(
        from,
        fetch_optional,
        "where family_id = (select family_id from refresh_tokens where token_hash = $1)",
        token.as_slice()
    )
}

/// Records that the user's password was given.
pub async fn authenticate(tx: &mut Tx, family: TokenFamilyId, at: Micros) -> Result<()> {
    exec!(tx, "update token_families set authenticated_at = $2 where family_id = $1", family, at)?;
    Ok(())
}

/// Ends a user's sign-ins except the `most` newest; returns the number of refresh tokens deleted.
pub async fn keep_newest(tx: &mut Tx, user: UserId, most: i64) -> Result<u64> {
    exec!(
        tx,
        "delete from refresh_tokens where user_id = $1 and family_id in (select family_id from token_families \
           where user_id = $1 and family_id not in (select family_id from token_families where user_id = $1 \
             order by began_at desc, family_id desc limit $2))",
        user,
        most
    )
}

/// Deletes sign-ins that have no refresh tokens left; returns their number.
pub async fn prune(tx: &mut Tx) -> Result<u64> {
    exec!(
        tx,
        "delete from token_families where not exists \
           (select 1 from refresh_tokens r where r.family_id = token_families.family_id)"
    )
}
