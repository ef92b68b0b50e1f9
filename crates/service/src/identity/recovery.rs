//! Account recovery: revoking everything that gives access to an account, and freezing it.
//!
//! A password reset, "sign out everywhere" and a freeze end sessions, refresh tokens, API clients with their
//! tokens, webhooks and linked chats, because an intruder may have created some of them. A normal change of
//! the password asks the owner what to keep.

mod link;

pub use link::{Alarm, alarm_of, freeze_by_link};

use crate::{
    actor::{Actor, Origin},
    error::Result,
    identity::{Identity, sign_in_end},
    messaging::notify::{Notification, NotificationEvent, telegram},
    platform::audit::{self, AuditAction},
};
use domain::{ApiClientId, Role, SessionId, TokenFamilyId, UserId, account::Credential};
use store::Tx;

/// The credentials for programs that stay valid after a change of the password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// The API clients to keep; `None` keeps all.
    pub clients: Option<Vec<ApiClientId>>,
    /// Whether to unlink the chat.
    pub end_chat: bool,
    /// Whether to close the webhooks whose address the user was shown.
    pub end_webhooks: bool,
}

/// The sign-in to keep.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeptSignIn {
    /// A browser session.
    pub(crate) session: Option<SessionId>,
    /// The refresh token family of a program.
    pub(crate) family: Option<TokenFamilyId>,
}

/// Access a user has given to others, besides sign-ins and API clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Programs {
    /// Number of webhooks whose address they were shown, and of their event webhooks.
    pub webhooks: usize,
    /// Whether a chat is linked.
    pub chat: bool,
}

/// Returns the access that a change of the password can end, besides API clients.
///
/// # Errors
/// When the database cannot be read.
pub async fn programs(desk: &Identity, actor: &Actor) -> Result<Programs> {
    let webhooks = store::strategy::count_hooks_of(&desk.db, actor.user, actor.role.may(Role::Admin)).await?;
    let chat =
        store::telegram::get_link(&desk.db, actor.user).await?.is_some_and(|link| link.chat_id.is_some());
    let events = store::event_webhook::list_by_user(&desk.db, actor.user).await?.len();
    Ok(Programs { webhooks: usize::try_from(webhooks).unwrap_or(0).saturating_add(events), chat })
}

/// Ends all sessions and programs' sign-ins except the one that is kept. The caller calls
/// [`sign_in_end::publish`] after the commit.
///
/// It locks the user's row first, as does everything that creates a sign-in or a credential ([`Actor::hold`]): a
/// concurrent creation either comes first, and is ended here, or finds that its session has ended.
pub(crate) async fn end_sign_ins(desk: &Identity, tx: &mut Tx, user: UserId, kept: KeptSignIn) -> Result<()> {
    let now = desk.clock.now();
    store::user::lock_user(tx, user).await?;
    store::session::delete_all(tx, user, kept.session).await?;
    match kept.family {
        Some(family) => store::refresh_token::revoke_others(tx, user, family, now).await?,
        None => store::refresh_token::revoke_all(tx, user, now).await?,
    };
    sign_in_end::record(desk, tx, user).await
}

/// Revokes all API clients and their tokens.
pub(crate) async fn end_clients(desk: &Identity, tx: &mut Tx, user: UserId) -> Result<u64> {
    Ok(store::api_client::revoke_all(tx, user, desk.clock.now()).await?)
}

/// Closes the webhooks whose address the user was shown, and removes their event webhooks. Older webhooks have no record
/// of who was shown them and are closed with those of any admin.
pub(crate) async fn end_webhooks(desk: &Identity, tx: &mut Tx, user: UserId) -> Result<u64> {
    let role = store::user::get_user(&mut *tx, user).await?.map(|user| user.role);
    let unnamed = role == Some(Role::Admin);
    let removed = store::event_webhook::delete_all(&mut *tx, user).await?;
    Ok(removed + store::strategy::close_hooks_of(tx, user, unnamed, desk.clock.now()).await?)
}

/// Ends everything that gives access to the account, except one sign-in.
pub(crate) async fn end_all(desk: &Identity, tx: &mut Tx, user: UserId, kept: KeptSignIn) -> Result<()> {
    end_sign_ins(desk, tx, user, kept).await?;
    end_clients(desk, tx, user).await?;
    end_webhooks(desk, tx, user).await?;
    telegram::forget_chat(desk, tx, user).await
}

/// Ends the credentials that the owner did not want to keep.
pub(crate) async fn end_chosen(desk: &Identity, tx: &mut Tx, user: UserId, keep: &Keep) -> Result<()> {
    if let Some(kept) = &keep.clients {
        let now = desk.clock.now();
        for client in store::api_client::list_by_user(&mut *tx, user).await? {
            if !kept.contains(&client.id) {
                store::api_client::revoke_client(tx, user, client.id, now).await?;
            }
        }
    }
    if keep.end_webhooks {
        end_webhooks(desk, tx, user).await?;
    }
    if keep.end_chat {
        telegram::forget_chat(desk, tx, user).await?;
    }
    Ok(())
}

/// Freezes an account: entries stop, open positions stay supervised, and everything that gives access to the
/// account ends, also if it was frozen already. The caller writes the audit row, because it knows who acted, and
/// calls [`sign_in_end::publish`] after the commit.
pub(crate) async fn freeze(desk: &Identity, tx: &mut Tx, user: UserId) -> Result<()> {
    let now = desk.clock.now();
    // For a frozen account too: a sign-in may have raced with the first link.
    end_all(desk, tx, user, KeptSignIn::default()).await?;
    if !store::user::set_frozen(tx, user, Some(now), now).await? {
        return Ok(());
    }
    // A reset link requested earlier may be known to the intruder.
    store::password_reset::spend_all(tx, user, now).await?;
    let event = NotificationEvent::Credential { what: Credential::Frozen, name: String::new() };
    Ok(Notification::new(user, format!("frozen:{user}:{}", now.0), &event, now)?.write(tx).await?)
}

/// Unfreezes an account; returns whether it was frozen.
pub(crate) async fn thaw(
    desk: &Identity,
    tx: &mut Tx,
    user: UserId,
    origin: Option<&Origin>,
) -> Result<bool> {
    let thawed = store::user::set_frozen(tx, user, None, desk.clock.now()).await?;
    if thawed {
        audit::record(desk, tx, Some(user), AuditAction::Thawed, &user.to_string(), origin).await?;
    }
    Ok(thawed)
}
