//! Tokens for programs that use `/v1` as a person: a short-lived JWT, and a refresh token that works once.

mod jwt;
mod verified;

pub(crate) use verified::Verified;

use crate::{
    Actor, Desk, Error, Origin, Result, account,
    audit::{self, Deed},
    notify::{self, Purpose},
    oidc, opaque, session,
};
use domain::{
    Micros, Role, TokenFamilyId, UserId,
    account::Tokens,
    time::{DAY, MINUTE, SECOND},
};
use store::{Hash, Tx, refresh_token as rows, user::User};

/// An access token lives this long.
pub const ACCESS: i64 = 15 * MINUTE;
/// A refresh token that nobody uses dies after this long.
const REFRESH: i64 = 30 * DAY;
/// A client may repeat a refresh for this long: its answer was lost, or two of its tasks refreshed at once.
const GRACE: i64 = 10 * SECOND;
/// Sign-ins of one person's programs; a further one ends the oldest.
const MOST: i64 = 200;
/// A verified token is believed for this long without asking again.
const BELIEVED: i64 = MINUTE;

/// Makes an account and answers its first tokens.
///
/// # Errors
/// As [`account::sign_up`].
pub async fn sign_up(desk: &Desk, origin: Origin, email: &str, password: &str) -> Result<Tokens> {
    let user = account::register(desk, &origin, email, password).await?;
    begin_family(desk, &origin, &user).await
}

/// Signs a program in as a person.
///
/// # Errors
/// As [`account::sign_in`].
pub async fn sign_in(desk: &Desk, origin: Origin, email: &str, password: &str) -> Result<Tokens> {
    let user = account::authenticate(desk, &origin, email, password).await?;
    begin_family(desk, &origin, &user).await
}

async fn begin_family(desk: &Desk, origin: &Origin, user: &User) -> Result<Tokens> {
    let family = TokenFamilyId::mint(&*desk.clock, &*desk.chance);
    let mut tx = desk.db.begin().await?;
    session::admit(&mut tx, user).await?;
    store::token_family::insert(&mut tx, family, user.id, desk.clock.now()).await?;
    store::token_family::cut(&mut tx, user.id, MOST).await?;
    let issued = issue(desk, &mut tx, user.id, family, opaque::mint(&*desk.chance)).await?;
    session::signed_in(desk, &mut tx, user.id, origin, &family.to_string()).await?;
    tx.commit().await?;
    answer(desk, user, issued).await
}

/// Exchanges a refresh token for a new pair. For [`GRACE`] the same client (network and user agent) gets the same refresh
/// token again, as long as it has not used that one. A spent token that comes back otherwise was stolen, by whoever came
/// first or by whoever comes now: its whole family is revoked.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub async fn refresh(desk: &Desk, origin: Origin, token: &str) -> Result<Tokens> {
    if !opaque::plausible(token) {
        return Err(Error::Unauthenticated);
    }
    let now = desk.clock.now();
    let hash = opaque::hash(token);
    let next = successor(desk, token, &origin).await?;
    let mut tx = desk.db.begin().await?;
    // The owner's row first: a reset at the same time ends the token that is issued here, too.
    if let Some(row) = rows::get(&mut tx, &hash).await? {
        store::user::lock(&mut tx, row.user_id).await?;
    }
    let Some(spent) = rows::spend(&mut tx, &hash, now).await? else {
        return reused(desk, tx, &origin, &hash, next).await;
    };
    let user = store::user::get(&mut tx, spent.user_id).await?.ok_or(Error::Unauthenticated)?;
    if user.state().must_be_active().is_err() || has_ended(desk, &mut tx, &spent, user.role).await? {
        return Err(Error::Unauthenticated);
    }
    let next = issue(desk, &mut tx, user.id, spent.family_id, next).await?;
    tx.commit().await?;
    answer(desk, &user, next).await
}

/// Whether a sign-in has lasted as long as one may.
async fn has_ended(desk: &Desk, tx: &mut Tx, spent: &rows::RefreshToken, role: Role) -> Result<bool> {
    let family = store::token_family::get(&mut *tx, spent.family_id).await?;
    Ok(family.is_none_or(|family| desk.clock.now() >= session::ends_at(family.began_at, role)))
}

/// Ends the sign-in that a program's access token belongs to.
///
/// # Errors
/// [`Error::Forbidden`] for a token that is not ours: its issuer ends it.
pub async fn sign_out(desk: &Desk, actor: &Actor, origin: &Origin) -> Result<()> {
    let token = actor.token.ok_or(Error::Forbidden)?;
    let mut tx = desk.db.begin().await?;
    let row = rows::get(&mut tx, &token).await?.ok_or(Error::Unauthenticated)?;
    rows::revoke_family(&mut tx, row.family_id, desk.clock.now()).await?;
    let family = row.family_id.to_string();
    audit::record(desk, &mut tx, Some(actor.user), Deed::SignedOut, &family, Some(origin)).await?;
    tx.commit().await?;
    desk.verified.forget(actor.user);
    Ok(())
}

/// The refresh token after this one, for this client. Derived, so that it can be given again without being stored, and
/// under the install's own secret, so that nobody else can derive it.
async fn successor(desk: &Desk, token: &str, origin: &Origin) -> Result<(String, Hash)> {
    let text = format!("{token}\n{}\n{}", origin.network(), origin.user_agent);
    Ok(opaque::of(notify::sign(desk, Purpose::Refresh, &text).await?))
}

/// A token that cannot be spent. Nobody but a client that repeats itself, a thief, or a thief's victim brings one that was
/// spent before.
async fn reused(
    desk: &Desk,
    mut tx: Tx,
    origin: &Origin,
    hash: &Hash,
    next: (String, Hash),
) -> Result<Tokens> {
    let row = rows::get(&mut tx, hash).await?.filter(|row| row.used_at.is_some() && row.revoked_at.is_none());
    if let Some(row) = row {
        let now = desk.clock.now();
        let fresh = row.used_at.is_some_and(|at| now.since(at) < GRACE);
        let given = if fresh { rows::get(&mut tx, &next.1).await? } else { None };
        // Derived for another client, it is not there.
        if given.is_some_and(|next| next.used_at.is_none() && next.family_id == row.family_id) {
            let user = store::user::get(&mut tx, row.user_id).await?.ok_or(Error::Unauthenticated)?;
            drop(tx);
            return answer(desk, &user, Issued { token: next.0, hash: next.1 }).await;
        }
        rows::revoke_family(&mut tx, row.family_id, desk.clock.now()).await?;
        let family = row.family_id.to_string();
        audit::record(desk, &mut tx, Some(row.user_id), Deed::TokenReused, &family, Some(origin)).await?;
        tx.commit().await?;
        desk.verified.forget(row.user_id);
    }
    Err(Error::Unauthenticated)
}

/// A refresh token, and the hash that the access token beside it names.
struct Issued {
    token: String,
    hash: Hash,
}

async fn issue(
    desk: &Desk,
    tx: &mut Tx,
    user: UserId,
    family: TokenFamilyId,
    (token, hash): (String, Hash),
) -> Result<Issued> {
    let now = desk.clock.now();
    let row = rows::NewRefreshToken {
        token_hash: hash,
        family_id: family,
        user_id: user,
        issued_at: now,
        expires_at: now.plus(REFRESH),
    };
    rows::insert(tx, &row).await?;
    Ok(Issued { token, hash })
}

async fn answer(desk: &Desk, user: &User, issued: Issued) -> Result<Tokens> {
    let access_token = jwt::sign(desk, user, &issued.hash).await?;
    Ok(Tokens { access_token, refresh_token: issued.token, expires_in: ACCESS / SECOND })
}

/// Who a JWT speaks for. Believed for a minute once verified; a revocation ends that at once in this process, and within
/// the minute in another.
///
/// # Errors
/// [`Error::Unauthenticated`] for anything but a living token of ours, or of the other issuer that we believe;
/// [`Error::Unavailable`] when that issuer's keys cannot be had.
pub async fn verify(desk: &Desk, jwt: &str) -> Result<Actor> {
    let now = desk.clock.now();
    let hash = opaque::hash(jwt);
    if let Some(actor) = desk.verified.get(&hash, now) {
        return Ok(actor);
    }
    let seen = desk.verified.epoch();
    let (actor, expires) = match oidc::issuer(desk, jwt) {
        Some(issuer) => oidc::verify(desk, issuer, jwt).await?,
        None => own(desk, jwt).await?,
    };
    desk.verified.put(hash, &actor, now.plus(BELIEVED).min(expires), seen);
    Ok(actor)
}

/// Whom a token of ours speaks for, and until when it may be believed.
async fn own(desk: &Desk, jwt: &str) -> Result<(Actor, Micros)> {
    let claims = jwt::read(desk, jwt).await?;
    // Revoking the refresh token that was issued with it, or its family, ends the access token too.
    let beside = rows::get(&desk.db, &claims.refresh).await?;
    if beside.is_none_or(|row| row.revoked_at.is_some() || row.user_id != claims.user) {
        return Err(Error::Unauthenticated);
    }
    let user = store::user::get(&desk.db, claims.user).await?.ok_or(Error::Unauthenticated)?;
    // The role is the database's, not the token's: it may have changed since.
    user.state().must_be_active().map_err(|_| Error::Unauthenticated)?;
    let token = Some(claims.refresh);
    let actor = Actor { user: user.id, email: user.email, role: user.role, session: None, token, from: None };
    Ok((actor, claims.expires))
}
