//! Tokens for programs that use `/v1` as a user: a short-lived JWT, and a single-use refresh token.

mod jwt;
mod verified;

pub use jwt::ACCESS;
pub(crate) use verified::Verified;

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::{Identity, account, oidc, session, sign_in_end, step_up},
    platform::{
        audit::{self, AuditAction},
        opaque,
        rejection::{self, Rejection},
        secrets::{Purpose, sign},
    },
};
use domain::{
    Micros, Role, TokenFamilyId, UserId,
    account::{ProgramSignIn, Tokens},
    time::{DAY, SECOND},
};
use store::{
    TokenHash, Tx, refresh_token as rows,
    token_family::{ListedFamily, NewTokenFamily},
    user::User,
};

/// Life of an unused refresh token.
const REFRESH: i64 = 30 * DAY;
/// How long a client may repeat a refresh, because the answer was lost or two of its tasks refreshed
/// concurrently.
const GRACE: i64 = 10 * SECOND;
/// Maximum sign-ins of a user's programs; a further one ends the oldest.
const MOST: i64 = 200;
/// How long a verified token is cached, and so how long a revocation by another process, such as the command line,
/// can remain unseen.
const BELIEVED: i64 = SECOND / 2;

/// Creates an account and returns its first tokens.
///
/// # Errors
/// As [`account::sign_up`].
pub async fn sign_up(desk: &Identity, origin: Origin, email: &str, password: &str) -> Result<Tokens> {
    let user = account::register(desk, &origin, email, password).await?;
    begin_family(desk, &origin, &user).await
}

/// Signs a program in as a user.
///
/// # Errors
/// As [`account::sign_in`].
pub async fn sign_in(desk: &Identity, origin: Origin, email: &str, password: &str) -> Result<Tokens> {
    let user = account::authenticate(desk, &origin, email, password).await?;
    begin_family(desk, &origin, &user).await
}

async fn begin_family(desk: &Identity, origin: &Origin, user: &User) -> Result<Tokens> {
    let family = TokenFamilyId::mint(&*desk.clock, &*desk.entropy);
    let mut tx = desk.db.begin().await?;
    session::admit(&mut tx, user).await?;
    let address = origin.address.to_string();
    let new = NewTokenFamily {
        family_id: family,
        user_id: user.id,
        user_agent: &origin.user_agent,
        address: &address,
        began_at: desk.clock.now(),
    };
    store::token_family::insert(&mut tx, &new).await?;
    store::token_family::keep_newest(&mut tx, user.id, MOST).await?;
    let issued = issue(desk, &mut tx, user.id, family, opaque::mint(&*desk.entropy)).await?;
    session::signed_in(desk, &mut tx, user.id, origin, &family.to_string()).await?;
    tx.commit().await?;
    answer(desk, user, issued).await
}

/// Exchanges a refresh token for a new pair. Within [`GRACE`], the same client (network and user agent) gets
/// the same new refresh token again, unless it has used that already. Any other reuse of a spent token means
/// that it was stolen, so its whole family is revoked.
///
/// # Errors
/// [`Error::Unauthenticated`] if the token is not valid.
pub async fn refresh(desk: &Identity, origin: Origin, token: &str) -> Result<Tokens> {
    if !opaque::plausible(token) {
        return Err(Error::Unauthenticated);
    }
    let now = desk.clock.now();
    let hash = opaque::hash(token);
    let next = successor(desk, token, &origin).await?;
    let mut tx = desk.db.begin().await?;
    // Lock the user's row first, so that a concurrent password reset ends the token issued here, too.
    if let Some(row) = rows::get(&mut tx, &hash).await? {
        store::user::lock_user(&mut tx, row.user_id).await?;
    }
    let Some(spent) = rows::spend(&mut tx, &hash, now).await? else {
        return reused(desk, tx, &origin, &hash, next).await;
    };
    let user = store::user::get_user(&mut tx, spent.user_id).await?.ok_or(Error::Unauthenticated)?;
    if user.state().must_be_active().is_err() || has_ended(desk, &mut tx, &spent, user.role).await? {
        return Err(Error::Unauthenticated);
    }
    let next = issue(desk, &mut tx, user.id, spent.family_id, next).await?;
    let (agent, address) = (&origin.user_agent, origin.address.to_string());
    store::token_family::touch(&mut tx, spent.family_id, agent, &address, now).await?;
    tx.commit().await?;
    answer(desk, &user, next).await
}

/// Whether a sign-in has reached its maximum life.
async fn has_ended(desk: &Identity, tx: &mut Tx, spent: &rows::RefreshToken, role: Role) -> Result<bool> {
    let family = store::token_family::get(&mut *tx, spent.family_id).await?;
    Ok(family.is_none_or(|family| desk.clock.now() >= session::ends_at(family.began_at, role)))
}

/// The user's sign-ins of programs, last used first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(desk: &Identity, actor: &Actor) -> Result<Vec<ProgramSignIn>> {
    let now = desk.clock.now();
    let rows = store::token_family::list_by_user(&desk.db, actor.user, now).await?;
    let view = |row: ListedFamily| ProgramSignIn {
        id: row.family_id,
        user_agent: row.user_agent,
        address: row.address,
        created_at: row.began_at,
        last_used_at: row.last_used_at,
    };
    Ok(rows.into_iter().filter(|row| now < session::ends_at(row.began_at, actor.role)).map(view).collect())
}

/// Ends one of the user's sign-ins of programs: its tokens stop working.
///
/// # Errors
/// [`Error::NotFound`] if they have no such sign-in; [`Error::StepUp`].
pub async fn end(desk: &Identity, actor: &Actor, origin: &Origin, id: TokenFamilyId) -> Result<()> {
    step_up::require_recent_password(desk, actor).await?;
    let mut tx = desk.db.begin().await?;
    let family = store::token_family::get(&mut tx, id).await?;
    family.filter(|family| family.user_id == actor.user).ok_or(Error::NotFound)?;
    if rows::revoke_family(&mut tx, id, desk.clock.now()).await? == 0 {
        return Err(Error::NotFound);
    }
    sign_in_end::record(desk, &mut tx, actor.user).await?;
    let (action, subject) = (AuditAction::SignedOut, id.to_string());
    audit::record(desk, &mut tx, Some(actor.user), action, &subject, Some(origin)).await?;
    tx.commit().await?;
    sign_in_end::publish(desk, actor.user);
    Ok(())
}

/// Ends the sign-in that a program's access token belongs to.
///
/// # Errors
/// [`Error::Forbidden`] for a token of another issuer, which has to end it itself.
pub async fn sign_out(desk: &Identity, actor: &Actor, origin: &Origin) -> Result<()> {
    let token = actor.token.filter(|_| actor.session.is_none()).ok_or(Error::Forbidden)?;
    let mut tx = desk.db.begin().await?;
    let row = rows::get(&mut tx, &token).await?.ok_or(Error::Unauthenticated)?;
    rows::revoke_family(&mut tx, row.family_id, desk.clock.now()).await?;
    sign_in_end::record(desk, &mut tx, actor.user).await?;
    let family = row.family_id.to_string();
    audit::record(desk, &mut tx, Some(actor.user), AuditAction::SignedOut, &family, Some(origin)).await?;
    tx.commit().await?;
    sign_in_end::publish(desk, actor.user);
    Ok(())
}

/// The successor of a refresh token for this client. It is derived, so that it can be issued again without being
/// stored; the key is the install's own secret, so that no one else can derive it.
async fn successor(desk: &Identity, token: &str, origin: &Origin) -> Result<(String, TokenHash)> {
    let text = format!("{token}\n{}\n{}", origin.network(), origin.user_agent);
    Ok(opaque::token_of(sign(desk, Purpose::Refresh, &text).await?))
}

/// Handles a token that cannot be spent. A token that was spent before is presented by a client that repeats
/// its request, by a thief, or by a thief's victim.
async fn reused(
    desk: &Identity,
    mut tx: Tx,
    origin: &Origin,
    hash: &TokenHash,
    next: (String, TokenHash),
) -> Result<Tokens> {
    let row = rows::get(&mut tx, hash).await?.filter(|row| row.used_at.is_some() && row.revoked_at.is_none());
    if let Some(row) = row {
        let now = desk.clock.now();
        let fresh = row.used_at.is_some_and(|at| now.since(at) < GRACE);
        let given = if fresh { rows::get(&mut tx, &next.1).await? } else { None };
        // A successor derived for another client does not exist.
        if given.is_some_and(|next| next.used_at.is_none() && next.family_id == row.family_id) {
            let user = store::user::get_user(&mut tx, row.user_id).await?.ok_or(Error::Unauthenticated)?;
            drop(tx);
            return answer(desk, &user, Issued { token: next.0, hash: next.1 }).await;
        }
        rows::revoke_family(&mut tx, row.family_id, desk.clock.now()).await?;
        sign_in_end::record(desk, &mut tx, row.user_id).await?;
        let family = row.family_id.to_string();
        audit::record(desk, &mut tx, Some(row.user_id), AuditAction::TokenReused, &family, Some(origin))
            .await?;
        tx.commit().await?;
        sign_in_end::publish(desk, row.user_id);
    }
    Err(Error::Unauthenticated)
}

/// A refresh token, and its hash, which the access token contains.
struct Issued {
    token: String,
    hash: TokenHash,
}

async fn issue(
    desk: &Identity,
    tx: &mut Tx,
    user: UserId,
    family: TokenFamilyId,
    (token, hash): (String, TokenHash),
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

async fn answer(desk: &Identity, user: &User, issued: Issued) -> Result<Tokens> {
    let access_token = jwt::sign(desk, user, &issued.hash).await?;
    Ok(Tokens { access_token, refresh_token: issued.token, expires_in: ACCESS / SECOND })
}

/// Verifies an access token; returns its user. The result is cached for half a second; a revocation takes effect
/// immediately in this process, and within this time in others.
///
/// # Errors
/// [`Error::Unauthenticated`] for anything but a valid token of this desk or of the external issuer;
/// [`Error::Unavailable`] if that issuer's keys cannot be fetched.
pub async fn verify(desk: &Identity, jwt: &str) -> Result<Actor> {
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

/// As [`verify`], for a request: the actor has its origin, and a rejected token is noted.
///
/// # Errors
/// As [`verify`].
pub async fn admit(desk: &Identity, jwt: &str, origin: &Origin) -> Result<Actor> {
    let verified = verify(desk, jwt).await;
    if matches!(verified, Err(Error::Unauthenticated)) {
        note_rejected(desk, jwt, origin).await;
    }
    Ok(Actor { from: Some(origin.clone()), ..verified? })
}

/// Notes a rejected token, unless it has only expired, which happens to every client.
async fn note_rejected(desk: &Identity, jwt: &str, origin: &Origin) {
    if let Some(issuer) = oidc::issuer(desk, jwt)
        && oidc::has_expired(desk, issuer, jwt).await
    {
        return;
    }
    match jwt::signed(desk, jwt).await {
        Ok(claims) if !claims.is_current(desk.clock.now().seconds()) => {}
        Ok(claims) => rejection::note(desk, Rejection::EndedToken, Some(claims.user()), origin),
        Err(Error::Unauthenticated) => rejection::note(desk, Rejection::ForgedToken, None, origin),
        Err(error) => tracing::debug!(%error, "could not examine a rejected token"),
    }
}

/// Verifies a token of this desk; returns its user and expiry.
async fn own(desk: &Identity, jwt: &str) -> Result<(Actor, Micros)> {
    let claims = jwt::read(desk, jwt).await?;
    // Revoking the refresh token issued with it, or its family, ends the access token too.
    let beside = rows::get(&desk.db, &claims.refresh).await?;
    if beside.is_none_or(|row| row.revoked_at.is_some() || row.user_id != claims.user) {
        return Err(Error::Unauthenticated);
    }
    let user = store::user::get_user(&desk.db, claims.user).await?.ok_or(Error::Unauthenticated)?;
    // The role is read from the database, not from the token: it may have changed since.
    user.state().must_be_active().map_err(|_| Error::Unauthenticated)?;
    let token = Some(claims.refresh);
    let actor = Actor { user: user.id, email: user.email, role: user.role, session: None, token, from: None };
    Ok((actor, claims.expires))
}
