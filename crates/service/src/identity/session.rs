//! Browser sessions: an opaque token in a cookie, its hash in the database.

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::{
        Identity,
        recovery::{self, KeptSignIn},
        sign_in_end,
        step_up::recent::require_recent_password,
    },
    messaging::notify::{Notification, NotificationEvent},
    platform::{
        audit::{self, AuditAction},
        opaque,
        secrets::{Purpose, sign},
    },
};
use domain::{
    Micros, Role, SessionId, UserId,
    account::SessionView,
    time::{DAY, MINUTE, SECOND},
    validation::Problem,
};
use std::fmt;
use store::{
    TokenHash, Tx,
    session::{Found, NewSession as Row, Session},
    user::User,
};

/// A session ends after this long without a request.
pub const IDLE: i64 = 30 * DAY;
/// Maximum life of a session.
pub const ABSOLUTE: i64 = 90 * DAY;
/// Maximum life of an admin's session, shorter because admins can act on all accounts.
pub const ABSOLUTE_ADMIN: i64 = 7 * DAY;
/// How long the token of a session stays valid after it was replaced. Other tabs may have requests under way with
/// it, and may confirm the password at the same time. It reads and acts as before, but changes no credentials.
pub const REPLACED: i64 = 30 * SECOND;
/// Maximum sessions per user; a further one ends the least recently used.
const MOST: i64 = 100;

/// Latest end of a sign-in that began at `began`.
pub(crate) const fn ends_at(began: Micros, role: Role) -> Micros {
    match role {
        Role::Admin => began.plus(ABSOLUTE_ADMIN),
        Role::Trader | Role::Anyone => began.plus(ABSOLUTE),
    }
}

/// A newly opened session.
pub struct NewSession {
    /// Token for the browser's cookie; not stored anywhere else.
    pub token: String,
    /// The user who signed in.
    pub actor: Actor,
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSession").field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// Stores a session of `user`; returns its id and token.
pub(crate) async fn create_session(
    desk: &Identity,
    tx: &mut Tx,
    user: UserId,
    origin: &Origin,
) -> Result<(SessionId, String)> {
    let (token, token_hash) = opaque::mint(&*desk.entropy);
    let now = desk.clock.now();
    let id = SessionId::mint(&*desk.clock, &*desk.entropy);
    let address = origin.address.to_string();
    let row = Row {
        id,
        user_id: Some(user),
        token_hash,
        user_agent: &origin.user_agent,
        address: &address,
        created_at: now,
        expires_at: now.plus(IDLE),
    };
    store::session::insert(tx, &row).await?;
    store::session::keep_newest(tx, user, MOST).await?;
    Ok((id, token))
}

/// The token that replaces the present one of a session.
pub(crate) struct Successor {
    session: SessionId,
    token: String,
    hash: TokenHash,
    at: Micros,
}

/// The next token of a session. It is derived from the token that it replaces, so that all who confirm the password
/// within [`REPLACED`] get the same one: two tabs do not invalidate each other's cookie, and a browser whose form was
/// sent twice, or whose response was lost, does not keep a token that ends. The key is the install's own secret, so
/// that no one else can derive it; it may have to be made, so this is called before the transaction.
pub(crate) async fn successor(desk: &Identity, id: SessionId) -> Result<Option<Successor>> {
    let at = desk.clock.now();
    let Some(replaced) = store::session::replaced_token(&desk.db, id, at).await? else { return Ok(None) };
    let text = format!("{id}\n{}", hex::encode(replaced));
    let (token, hash) = opaque::token_of(sign(desk, Purpose::Session, &text).await?);
    Ok(Some(Successor { session: id, token, hash, at }))
}

/// Replaces the token of a session whose user has given the password again, unless another request has done so already.
/// The session itself stays: its device, its beginning and its latest end. Returns the new token; `None` if the session
/// has ended.
pub(crate) async fn renew(tx: &mut Tx, next: Option<Successor>) -> Result<Option<String>> {
    let Some(Successor { session, token, hash, at }) = next else { return Ok(None) };
    store::session::renew(tx, session, &hash, at, at.plus(REPLACED)).await?;
    let valid = store::session::find_session(&mut *tx, &hash, at).await?.is_some();
    Ok(valid.then_some(token))
}

/// Records a sign-in as `subject` (a session, or a program's tokens), and notifies the user if it came
/// neither from an address they signed in from before, nor from a browser that is signed in. The first
/// sign-in is not notified.
pub(crate) async fn signed_in(
    desk: &Identity,
    tx: &mut Tx,
    user: UserId,
    origin: &Origin,
    subject: &str,
) -> Result<()> {
    let places = store::audit::list_addresses(
        &mut *tx,
        user,
        AuditAction::SignedUp.word(),
        AuditAction::SignedIn.word(),
    )
    .await?;
    let address = origin.address.to_string();
    let here = |row: &Session| row.user_agent == origin.user_agent && row.id.to_string() != subject;
    let known = places.is_empty()
        || places.contains(&address)
        || store::session::list_by_user(&mut *tx, user, desk.clock.now()).await?.iter().any(here);
    audit::record(desk, tx, Some(user), AuditAction::SignedIn, subject, Some(origin)).await?;
    if !known {
        let event = NotificationEvent::SignedIn { agent: origin.user_agent.clone(), address };
        Notification::new(user, format!("signed-in:{subject}"), &event, desk.clock.now())?.write(tx).await?;
    }
    Ok(())
}

/// The user of the session with this token; `None` if it has expired or does not exist. Updates last-seen
/// time and address, at most once a minute.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(desk: &Identity, token: &str, origin: &Origin) -> Result<Option<Actor>> {
    let Some(found) = row(desk, token).await? else { return Ok(None) };
    let (Some(user), Some(email), Some(role)) = (found.user_id, found.email, found.role) else {
        return Ok(None);
    };
    let now = desk.clock.now();
    if now >= ends_at(found.created_at, role) {
        return Ok(None);
    }
    if now.since(found.last_seen_at) >= MINUTE {
        let mut tx = desk.db.begin().await?;
        store::session::touch(&mut tx, found.id, &origin.address.to_string(), now, now.plus(IDLE)).await?;
        tx.commit().await?;
    }
    let (session, token) = (Some(found.id), Some(opaque::hash(token)));
    Ok(Some(Actor { user, email, role, session, token, from: Some(origin.clone()) }))
}

/// The unexpired session of a token.
pub(crate) async fn row(desk: &Identity, token: &str) -> Result<Option<Found>> {
    if !opaque::plausible(token) {
        return Ok(None);
    }
    Ok(store::session::find_session(&desk.db, &opaque::hash(token), desk.clock.now()).await?)
}

/// The user's sessions, last seen first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(desk: &Identity, actor: &Actor) -> Result<Vec<SessionView>> {
    let rows = store::session::list_by_user(&desk.db, actor.user, desk.clock.now()).await?;
    let view = |row: Session| SessionView {
        current: Some(row.id) == actor.session,
        id: row.id,
        user_agent: row.user_agent,
        address: row.address,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Ends one of the user's sessions.
///
/// # Errors
/// [`Error::NotFound`] if they have no such session; [`Error::StepUp`].
pub async fn end(desk: &Identity, actor: &Actor, origin: &Origin, id: SessionId) -> Result<()> {
    require_recent_password(desk, actor).await?;
    let mut tx = desk.db.begin().await?;
    if !store::session::delete(&mut tx, actor.user, id).await? {
        return Err(Error::NotFound);
    }
    sign_in_end::record(desk, &mut tx, actor.user).await?;
    audit::record(desk, &mut tx, Some(actor.user), AuditAction::SignedOut, &id.to_string(), Some(origin))
        .await?;
    tx.commit().await?;
    sign_in_end::publish(desk, actor.user);
    Ok(())
}

/// Signs the user out everywhere: every browser, including this one, and every program. API clients, webhooks
/// and linked chats end as well, because a user who does this cannot know which of them are their own.
///
/// # Errors
/// [`Error::StepUp`].
pub async fn end_all(desk: &Identity, actor: &Actor, origin: &Origin) -> Result<()> {
    require_recent_password(desk, actor).await?;
    let mut tx = desk.db.begin().await?;
    recovery::end_all(desk, &mut tx, actor.user, KeptSignIn::default()).await?;
    let action = AuditAction::SignedOutEverywhere;
    audit::record(desk, &mut tx, Some(actor.user), action, &actor.user.to_string(), Some(origin)).await?;
    tx.commit().await?;
    sign_in_end::publish(desk, actor.user);
    Ok(())
}

/// Admits a user whose password was just verified, in the transaction that opens their session. Locks their
/// row, so that a password that is changed concurrently gives no access.
///
/// # Errors
/// [`Problem::WrongCredentials`] on `email` if the password has changed meanwhile; an error if the account is
/// frozen or suspended.
pub(crate) async fn admit(tx: &mut Tx, user: &User) -> Result<()> {
    store::user::lock_user(tx, user.id).await?;
    let present = store::user::get_user(&mut *tx, user.id).await?.ok_or(Error::Unauthenticated)?;
    if present.password_hash != user.password_hash {
        return Err(Error::field("email", Problem::WrongCredentials));
    }
    Ok(present.state().must_be_active()?)
}

/// Ends the session of this token; not an error if there is none.
///
/// # Errors
/// When the database cannot be written.
pub async fn sign_out(desk: &Identity, token: &str, origin: &Origin) -> Result<()> {
    let session = row(desk, token).await?.and_then(|found| Some((found.id, found.user_id?)));
    let mut tx = desk.db.begin().await?;
    store::session::delete_by_token(&mut tx, &opaque::hash(token), desk.clock.now()).await?;
    if let Some((id, user)) = session {
        sign_in_end::record(desk, &mut tx, user).await?;
        audit::record(desk, &mut tx, Some(user), AuditAction::SignedOut, &id.to_string(), Some(origin))
            .await?;
    }
    tx.commit().await?;
    if let Some((_, user)) = session {
        sign_in_end::publish(desk, user);
    }
    Ok(())
}

/// Deletes expired data: sessions, flashes, used tokens and reset links, past rate-limit windows. Runs
/// hourly.
///
/// # Errors
/// When the database cannot be written.
pub async fn prune(desk: &Identity, now: Micros) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    store::session::prune(&mut tx, now).await?;
    store::flash::prune(&mut tx, now).await?;
    store::password_reset::prune(&mut tx, now).await?;
    store::refresh_token::prune(&mut tx, now).await?;
    store::throttle::prune(&mut tx, now).await?;
    store::api_client::prune_tokens(&mut tx, now).await?;
    store::token_family::prune(&mut tx).await?;
    store::pending_form::prune(&mut tx, now).await?;
    store::user::prune_freeze_links(&mut tx, now).await?;
    sign_in_end::prune(&mut tx, now).await?;
    Ok(tx.commit().await?)
}
