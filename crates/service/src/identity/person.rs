//! The operator's administration of users: searching them, and containing a compromised account. Used by a
//! page and by `slipstream person EMAIL`. Open positions stay supervised in all cases.

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::{
        Identity,
        recovery::{self, KeptSignIn},
        sign_in_end, step_up,
    },
    platform::{
        audit::{self, AuditAction, Via},
        opaque,
    },
};
use domain::{
    Refusal, Role, UserId,
    account::{AccountState, Person},
    time::HOUR,
    validation,
};
use store::{Tx, user::User};

/// Users per page.
const MOST: i64 = 50;
/// Life of a reset link issued by the operator.
const LINK_LIFE: i64 = HOUR;

/// The initiator of an action.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// An admin, using the page.
    Admin(&'a Actor, &'a Origin),
    /// A user of the command line on the desk's machine.
    CommandLine,
}

impl<'a> By<'a> {
    async fn check(self, desk: &Identity) -> Result<()> {
        match self {
            Self::Admin(actor, _) => step_up::must_be_admin(desk, actor).await,
            Self::CommandLine => Ok(()),
        }
    }

    const fn user(self) -> Option<UserId> {
        match self {
            Self::Admin(actor, _) => Some(actor.user),
            Self::CommandLine => None,
        }
    }

    const fn via(self) -> Via<'a> {
        match self {
            Self::Admin(_, origin) => Via::Request(origin),
            Self::CommandLine => Via::CommandLine,
        }
    }
}

/// An administrative action on a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAction {
    /// Block sign-in, programs and entries until [`UserAction::Unsuspend`]; end sessions.
    Suspend,
    /// End the suspension.
    Unsuspend,
    /// Freeze the account, as with the owner's own link.
    Freeze,
    /// Unfreeze the account.
    Unfreeze,
    /// Make them a trader.
    Trader,
    /// Make them an admin.
    Admin,
    /// End their sessions and their programs' sign-ins.
    SignOut,
    /// Revoke their API clients and the tokens of these.
    RevokePrograms,
    /// Close the webhooks whose address they were shown.
    EndWebhooks,
}

impl UserAction {
    /// All actions, with their names on forms and, after `--`, on the command line.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Suspend, "suspend"),
        (Self::Unsuspend, "unsuspend"),
        (Self::Freeze, "freeze"),
        (Self::Unfreeze, "unfreeze"),
        (Self::Trader, "trader"),
        (Self::Admin, "admin"),
        (Self::SignOut, "sign-out"),
        (Self::RevokePrograms, "revoke-programs"),
        (Self::EndWebhooks, "end-webhooks"),
    ];

    /// Parses an action's name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(step, _)| *step)
    }

    /// Whether the user can no longer operate the desk afterwards, if they were an admin.
    const fn takes_an_admin(self) -> bool {
        matches!(self, Self::Suspend | Self::Freeze | Self::Trader)
    }

    const fn audit_action(self) -> AuditAction {
        match self {
            Self::Suspend => AuditAction::Suspended,
            Self::Unsuspend => AuditAction::Unsuspended,
            Self::Freeze => AuditAction::Frozen,
            Self::Unfreeze => AuditAction::Thawed,
            Self::Trader => AuditAction::MadeTrader,
            Self::Admin => AuditAction::MadeAdmin,
            Self::SignOut => AuditAction::SignedOutByOperator,
            Self::RevokePrograms => AuditAction::ProgramsRevoked,
            Self::EndWebhooks => AuditAction::HooksEnded,
        }
    }
}

/// Users whose e-mail contains `text`, ordered by e-mail, after `after`.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn search_users(desk: &Identity, actor: &Actor, text: &str, after: &str) -> Result<Vec<Person>> {
    actor.must(Role::Admin)?;
    // Postgres rejects zero bytes; their replacement occurs in no stored address.
    let clean = |text: &str| text.trim().to_lowercase().replace('\0', "\u{fffd}");
    let mut people = Vec::new();
    for user in store::user::search_users(&desk.db, &clean(text), &clean(after), MOST).await? {
        people.push(shown(desk, user).await?);
    }
    Ok(people)
}

/// Number of users on a full page.
#[must_use]
pub const fn most() -> usize {
    MOST as usize
}

/// The user with this e-mail, for the command line.
///
/// # Errors
/// [`Error::NotFound`] if no user has this e-mail.
pub async fn find_user(desk: &Identity, email: &str) -> Result<Person> {
    let user = by_email(desk, email).await?;
    shown(desk, user).await
}

async fn by_email(desk: &Identity, email: &str) -> Result<User> {
    let email = validation::email(email).map_err(|p| Error::field("email", p))?;
    store::user::by_email(&desk.db, &email).await?.ok_or(Error::NotFound)
}

async fn shown(desk: &Identity, user: User) -> Result<Person> {
    let now = desk.clock.now();
    let clients = store::api_client::list_by_user(&desk.db, user.id).await?;
    let hooks = store::strategy::count_hooks_of(&desk.db, user.id, false).await?;
    Ok(Person {
        sessions: store::session::list_by_user(&desk.db, user.id, now).await?.len(),
        clients: clients.iter().filter(|client| client.expires_at.is_none_or(|at| at > now)).count(),
        webhooks: usize::try_from(hooks).unwrap_or(0),
        state: user.state(),
        id: user.id,
        email: user.email,
        role: user.role,
        created_at: user.created_at,
    })
}

/// Performs an action on a user.
///
/// # Errors
/// Not found; [`Refusal::LastAdmin`] if no admin would be left; [`Error::Forbidden`] for anyone but an admin;
/// [`Error::StepUp`].
pub async fn act_on_user(desk: &Identity, by: By<'_>, id: UserId, step: UserAction) -> Result<Person> {
    by.check(desk).await?;
    let mut tx = desk.db.begin().await?;
    if step.takes_an_admin() {
        store::user::lock_roles(&mut tx).await?;
        // Another admin may have demoted or frozen this one while they waited for the lock.
        if let By::Admin(actor, _) = by {
            let still = store::user::get_user(&mut tx, actor.user).await?;
            still
                .filter(|u| u.role == Role::Admin && u.state() == AccountState::Active)
                .ok_or(Error::Forbidden)?;
        }
    }
    let user = store::user::get_user(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if step.takes_an_admin() && user.role == Role::Admin && store::user::other_admins(&mut tx, id).await? == 0
    {
        return Err(Refusal::LastAdmin.into());
    }
    carry_out(desk, &mut tx, &user, step).await?;
    audit::record(desk, &mut tx, by.user(), step.audit_action(), &id.to_string(), by.via()).await?;
    let changed = store::user::get_user(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    sign_in_end::publish(desk, id);
    shown(desk, changed).await
}

async fn carry_out(desk: &Identity, tx: &mut Tx, user: &User, step: UserAction) -> Result<()> {
    let now = desk.clock.now();
    match step {
        UserAction::Suspend => {
            store::user::set_suspended(tx, user.id, Some(now), now).await?;
            recovery::end_sign_ins(desk, tx, user.id, KeptSignIn::default()).await?;
        }
        UserAction::Unsuspend => {
            store::user::set_suspended(tx, user.id, None, now).await?;
        }
        UserAction::Freeze => recovery::freeze(desk, tx, user.id).await?,
        UserAction::Unfreeze => {
            store::user::set_frozen(tx, user.id, None, now).await?;
        }
        UserAction::Trader => {
            store::user::set_role(tx, user.id, Role::Trader, now).await?;
        }
        UserAction::Admin => {
            store::user::set_role(tx, user.id, Role::Admin, now).await?;
        }
        UserAction::SignOut => recovery::end_sign_ins(desk, tx, user.id, KeptSignIn::default()).await?,
        UserAction::RevokePrograms => {
            recovery::end_clients(desk, tx, user.id).await?;
        }
        UserAction::EndWebhooks => {
            recovery::end_webhooks(desk, tx, user.id).await?;
        }
    }
    Ok(())
}

/// Creates a password reset link for a user who gets no mail. Only for the command line: no page shows
/// a reset link.
///
/// # Errors
/// [`Error::NotFound`] if no user has this e-mail.
pub async fn reset_link(desk: &Identity, email: &str) -> Result<String> {
    let user = by_email(desk, email).await?;
    let (token, hash) = opaque::mint(&*desk.entropy);
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    store::password_reset::insert(&mut tx, &hash, user.id, now, now.plus(LINK_LIFE)).await?;
    let (action, subject) = (AuditAction::ResetLinkShown, user.id.to_string());
    audit::record(desk, &mut tx, None, action, &subject, Via::CommandLine).await?;
    tx.commit().await?;
    Ok(format!("{}/reset?token={token}", desk.settings.public_url))
}
