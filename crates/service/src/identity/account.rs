//! User accounts: sign-up, sign-in, password changes and the user's own data.

mod reset;

pub use reset::{request_reset, reset_password};

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::{
        Identity, device,
        password::Fit,
        recovery::{self, Keep, KeptSignIn},
        session::{self, NewSession},
        sign_in_end,
    },
    messaging::notify::{Notification, NotificationEvent},
    platform::{
        audit::{self, AuditAction, Via},
        opaque,
        settings::Mode,
        throttle::{self, Bucket},
    },
};
use domain::{
    Role, UserId,
    account::Me,
    validation::{self, FieldProblem, Problem},
};
use store::{Tx, user::User};

/// Creates an account and signs the user in.
///
/// # Errors
/// Field problems of `email` and `password`; too many attempts from one network.
pub async fn sign_up(desk: &Identity, origin: Origin, email: &str, password: &str) -> Result<NewSession> {
    let user = register(desk, &origin, email, password).await?;
    browser_session(desk, &origin, user).await
}

/// Signs a user in with a new session. An unknown e-mail and a wrong password get the same answer after the
/// same time.
///
/// # Errors
/// [`Problem::WrongCredentials`] on `email`; too many attempts from one network, or on one account.
pub async fn sign_in(desk: &Identity, origin: Origin, email: &str, password: &str) -> Result<NewSession> {
    let user = authenticate(desk, &origin, email, password).await?;
    browser_session(desk, &origin, user).await
}

/// Creates an account without a session.
pub(crate) async fn register(desk: &Identity, origin: &Origin, email: &str, password: &str) -> Result<User> {
    throttle::attempt(desk, &[Bucket::Network(origin)], None, origin).await?;
    let email = usable(desk, email, password).await?;
    let now = desk.clock.now();
    let user = User {
        id: UserId::mint(&*desk.clock, &*desk.entropy),
        email,
        password_hash: desk.hasher.hash(&*desk.entropy, password).await?,
        role: Role::Trader,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let mut tx = desk.db.begin().await?;
    match store::user::insert_user(&mut tx, &user).await {
        Err(error) if error.kind() == store::StoreErrorKind::Unique => {
            return Err(Error::field("email", Problem::EmailTaken));
        }
        other => other?,
    };
    audit::record(desk, &mut tx, Some(user.id), AuditAction::SignedUp, &user.id.to_string(), Some(origin))
        .await?;
    tx.commit().await?;
    Ok(user)
}

/// Validates e-mail and password; returns the e-mail in its stored (normalized) form.
async fn usable(desk: &Identity, email: &str, password: &str) -> Result<String> {
    let read = validation::new_email(email);
    // Judge against the text as typed, so that the problems of both fields are reported together.
    let named = read.as_deref().unwrap_or(email);
    let password = desk.hasher.judge(named, password).await?.map(|p| FieldProblem::new("password", p));
    match (read, password) {
        (Ok(email), None) => Ok(email),
        (email, password) => {
            let email = email.err().map(|p| FieldProblem::new("email", p));
            Err(Error::Fields(email.into_iter().chain(password).collect()))
        }
    }
}

/// Rejects a new password that is too short, well known, or derived from the owner's e-mail.
///
/// # Errors
/// The password's problem on `password`.
async fn judge(desk: &Identity, email: &str, password: &str) -> Result<()> {
    match desk.hasher.judge(email, password).await? {
        Some(problem) => Err(Error::field("password", problem)),
        None => Ok(()),
    }
}

/// Returns the user with this e-mail and password.
pub(crate) async fn authenticate(
    desk: &Identity,
    origin: &Origin,
    email: &str,
    password: &str,
) -> Result<User> {
    // A malformed address is looked up as well, so that its answer does not differ. Postgres rejects zero
    // bytes; their replacement occurs in no stored address.
    let email =
        validation::email(email).unwrap_or_else(|_| email.trim().to_lowercase().replace('\0', "\u{fffd}"));
    let user = store::user::by_email(&desk.db, &email).await?;
    let nobody = UserId(uuid::Uuid::nil());
    let bucket = device::bucket(desk, origin, user.as_ref().map_or(nobody, |user| user.id), &email).await?;
    let buckets = [Bucket::Network(origin), bucket];
    throttle::attempt(desk, &buckets, user.as_ref().map(|user| user.id), origin).await?;
    let stored = user.as_ref().map(|u| u.password_hash.clone());
    let fit = match password.len() {
        ..=1_000 => desk.hasher.verify(password, stored).await?,
        _ => Fit::Wrong,
    };
    match user {
        Some(mut user) if fit.is_right() => {
            let renewed = match fit {
                Fit::Outdated => Some(desk.hasher.hash(&*desk.entropy, password).await?),
                _ => None,
            };
            let mut tx = desk.db.begin().await?;
            throttle::forgive(&mut tx, &Bucket::Account(&email)).await?;
            let [_, used] = &buckets;
            throttle::forgive(&mut tx, used).await?;
            if let Some(hash) = renewed {
                // A password that is set at the same time stays: only the hash that was verified is replaced.
                store::user::lock_user(&mut tx, user.id).await?;
                let present = store::user::get_user(&mut tx, user.id).await?;
                if present.is_some_and(|present| present.password_hash == user.password_hash) {
                    store::user::set_password(&mut tx, user.id, &hash, desk.clock.now()).await?;
                    user.password_hash = hash;
                }
            }
            tx.commit().await?;
            Ok(user)
        }
        known => {
            let id = known.map(|u| u.id);
            let mut tx = desk.db.begin().await?;
            audit::record(desk, &mut tx, id, AuditAction::SignInFailed, "", Some(origin)).await?;
            tx.commit().await?;
            Err(Error::field("email", Problem::WrongCredentials))
        }
    }
}

async fn browser_session(desk: &Identity, origin: &Origin, user: User) -> Result<NewSession> {
    let mut tx = desk.db.begin().await?;
    session::admit(&mut tx, &user).await?;
    let (id, token) = session::create_session(desk, &mut tx, user.id, origin).await?;
    session::signed_in(desk, &mut tx, user.id, origin, &id.to_string()).await?;
    tx.commit().await?;
    let actor = Actor {
        user: user.id,
        email: user.email,
        role: user.role,
        session: Some(id),
        token: Some(opaque::hash(&token)),
        from: Some(origin.clone()),
    };
    Ok(NewSession { token, actor })
}

/// Input of [`change_password`].
#[derive(Clone, Copy)]
pub struct PasswordChange<'a> {
    /// The current password.
    pub current: &'a str,
    /// The new password.
    pub new: &'a str,
    /// The credentials of programs to keep.
    pub keep: &'a Keep,
}

/// Changes the password. Returns the new token of the browser's session. All other sign-ins end; API clients,
/// webhooks and the linked chat stay valid unless `change.keep` excludes them.
///
/// # Errors
/// [`Problem::WrongPassword`] on `current`, the new password's problem on `password`; too many attempts.
pub async fn change_password(
    desk: &Identity,
    actor: &Actor,
    origin: &Origin,
    change: PasswordChange<'_>,
) -> Result<Option<String>> {
    let PasswordChange { current, new, keep } = change;
    throttle::attempt(desk, &[Bucket::Person(actor.user)], Some(actor.user), origin).await?;
    let user = store::user::get_user(&desk.db, actor.user).await?.ok_or(Error::Unauthenticated)?;
    if current.len() > 1_000 || !desk.hasher.verify(current, Some(user.password_hash)).await?.is_right() {
        let mut tx = desk.db.begin().await?;
        audit::record(desk, &mut tx, Some(actor.user), AuditAction::StepUpFailed, "", Some(origin)).await?;
        tx.commit().await?;
        return Err(Error::field("current", Problem::WrongPassword));
    }
    judge(desk, &actor.email, new).await?;
    let hash = desk.hasher.hash(&*desk.entropy, new).await?;
    let family = match (actor.session, actor.token) {
        (None, Some(token)) => {
            store::token_family::of_token(&desk.db, &token).await?.map(|family| family.family_id)
        }
        (Some(_), _) | (None, None) => None,
    };
    let replacement = Replacement {
        user: actor.user,
        hash: &hash,
        action: AuditAction::PasswordChanged,
        origin: Some(origin),
    };
    let next = match actor.session {
        Some(session) => session::successor(desk, session).await?,
        None => None,
    };
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    recovery::end_sign_ins(desk, &mut tx, actor.user, KeptSignIn { session: actor.session, family }).await?;
    recovery::end_chosen(desk, &mut tx, actor.user, keep).await?;
    throttle::forgive(&mut tx, &Bucket::Person(actor.user)).await?;
    replace_password(desk, &mut tx, &replacement).await?;
    let renewed = session::renew(&mut tx, next).await?;
    tx.commit().await?;
    sign_in_end::publish(desk, actor.user);
    Ok(renewed)
}

/// Input of [`replace_password`].
struct Replacement<'a> {
    user: UserId,
    hash: &'a str,
    action: AuditAction,
    origin: Option<&'a Origin>,
}

/// Sets a password and notifies the owner. The caller revokes what the old password gave access to, and calls
/// [`sign_in_end::publish`] after the commit.
async fn replace_password(desk: &Identity, tx: &mut Tx, new: &Replacement<'_>) -> Result<()> {
    store::user::set_password(tx, new.user, new.hash, desk.clock.now()).await?;
    store::password_reset::spend_all(tx, new.user, desk.clock.now()).await?;
    let now = desk.clock.now();
    let once = format!("password-changed:{}:{}", new.user, now.0);
    Notification::new(new.user, once, &NotificationEvent::PasswordChanged, now)?.write(tx).await?;
    audit::record(desk, tx, Some(new.user), new.action, &new.user.to_string(), new.origin).await
}

/// Returns the signed-in user.
///
/// # Errors
/// None at present.
#[allow(clippy::unused_async, reason = "use cases are async alike")]
pub async fn me(_desk: &Identity, actor: &Actor) -> Result<Me> {
    Ok(Me { id: actor.user, email: actor.email.clone(), role: actor.role })
}

/// Whether to show this user how to become admin: on a sandbox install without an admin, the first user to
/// sign up.
///
/// # Errors
/// When the database cannot be read.
pub async fn first_steps(desk: &Identity, actor: &Actor) -> Result<bool> {
    if desk.settings.mode != Mode::Sandbox || store::user::any_admin(&desk.db).await? {
        return Ok(false);
    }
    Ok(store::user::first_user(&desk.db).await? == Some(actor.user))
}

/// Makes a user an admin (command of the operator's command line).
///
/// # Errors
/// [`Error::NotFound`] if no user has this e-mail.
pub async fn make_admin(desk: &Identity, email: &str) -> Result<()> {
    let email = validation::email(email).map_err(|p| Error::field("email", p))?;
    let user = store::user::by_email(&desk.db, &email).await?.ok_or(Error::NotFound)?;
    let mut tx = desk.db.begin().await?;
    store::user::set_role(&mut tx, user.id, Role::Admin, desk.clock.now()).await?;
    audit::record(desk, &mut tx, None, AuditAction::MadeAdmin, &user.id.to_string(), Via::CommandLine)
        .await?;
    tx.commit().await?;
    sign_in_end::publish(desk, user.id);
    Ok(())
}
