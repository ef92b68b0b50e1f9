//! Creating, changing and removing webhooks.

use super::{TABLE, address, shown, sign};
use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::{Identity, step_up},
    messaging::notify::announce_credential,
    platform::{
        audit::{self, AuditAction},
        settings::Settings,
    },
};
use domain::{
    EventWebhookId,
    account::Credential,
    event_webhook::{Disabled, EventTopic, EventWebhook, MOST_WEBHOOKS, ROTATION},
    validation::{self, FieldProblem, Problem},
};
use store::{
    Tx,
    event_webhook::{self as rows, Webhook},
};
use zeroize::Zeroizing;

/// Input for a new webhook.
#[derive(Clone, Debug, Default)]
pub struct NewWebhook {
    /// Display name.
    pub name: String,
    /// The address, https.
    pub url: String,
    /// Words of [`EventTopic`].
    pub topics: Vec<String>,
}

/// Changes of a webhook; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// Display name.
    pub name: Option<String>,
    /// The address, https.
    pub url: Option<String>,
    /// Words of [`EventTopic`].
    pub topics: Option<Vec<String>>,
    /// Enables or disables it.
    pub active: Option<bool>,
}

/// A new webhook, or one with a new secret.
pub struct MadeWebhook {
    /// The webhook.
    pub webhook: EventWebhook,
    /// The secret, `whsec_` and Base64; shown once.
    pub secret: Zeroizing<String>,
}

/// The fields that were given, checked. Topics are the words that are stored.
#[derive(Default)]
struct CheckedFields {
    name: Option<String>,
    url: Option<String>,
    topics: Option<String>,
}

/// Returns the caller's webhooks, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(desk: &Identity, actor: &Actor) -> Result<Vec<EventWebhook>> {
    let now = desk.clock.now();
    let all = rows::list_by_user(&desk.db, actor.user).await?;
    all.into_iter().map(|row| shown(row, now)).collect()
}

/// Returns one of the caller's webhooks.
///
/// # Errors
/// Not found.
pub async fn get(desk: &Identity, actor: &Actor, id: EventWebhookId) -> Result<EventWebhook> {
    let row = rows::get_webhook(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)?;
    shown(row, desk.clock.now())
}

/// Creates a webhook. It receives the events from now on.
///
/// # Errors
/// Fields: `name`, `url`, `topics`; [`Error::StepUp`].
pub async fn create(desk: &Identity, actor: &Actor, origin: &Origin, new: NewWebhook) -> Result<MadeWebhook> {
    let checked = check(desk, Some(&new.name), Some(&new.url), Some(&new.topics)).await?;
    step_up::require_recent_password(desk, actor).await?;
    let id = EventWebhookId::mint(&*desk.clock, &*desk.entropy);
    let key = sign::new_key(&*desk.entropy);
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    let present = rows::list_by_user(&mut tx, actor.user).await?.len();
    if i64::try_from(present).unwrap_or(i64::MAX) >= MOST_WEBHOOKS {
        return Err(Error::field("name", Problem::TooMany));
    }
    let row = Webhook {
        id,
        user_id: actor.user,
        name: checked.name.unwrap_or_default(),
        url: checked.url.unwrap_or_default(),
        topics: checked.topics.unwrap_or_default(),
        sealed_secret: desk.sealer.seal(TABLE, id.0, actor.user.0, key.as_slice())?.to_bytes(),
        sealed_previous: None,
        previous_until: None,
        disabled: None,
        after_seq: store::event::last_seq(&mut tx, actor.user).await?,
        failing_since: None,
        created_at: desk.clock.now(),
    };
    rows::insert_webhook(&mut tx, &row).await?;
    note(desk, &mut tx, actor, origin, (AuditAction::WebhookCreated, Some(Credential::WebhookCreated)), &row)
        .await?;
    tx.commit().await?;
    Ok(MadeWebhook { webhook: shown(row, desk.clock.now())?, secret: sign::secret_text(key.as_slice()) })
}

/// Changes a webhook. Another address needs a recent password, because it receives everything from then on.
///
/// # Errors
/// Fields: `name`, `url`, `topics`; not found; [`Error::StepUp`].
pub async fn change(
    desk: &Identity,
    actor: &Actor,
    origin: &Origin,
    id: EventWebhookId,
    change: WebhookChange,
) -> Result<EventWebhook> {
    let present = rows::get_webhook(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)?;
    // The present address is not resolved again: a webhook whose host is gone can still be disabled.
    let moved_to = change.url.as_deref().map(str::trim).filter(|url| *url != present.url);
    let checked = check(desk, change.name.as_deref(), moved_to, change.topics.as_deref()).await?;
    let moved = checked.url.as_ref().is_some_and(|url| *url != present.url);
    if moved {
        step_up::require_recent_password(desk, actor).await?;
    }
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    // Read again: what is not changed here may have been changed meanwhile, above all the address.
    let row = rows::get_webhook(&mut tx, actor.user, id).await?.ok_or(Error::NotFound)?;
    let row = Webhook {
        name: checked.name.unwrap_or(row.name),
        url: checked.url.unwrap_or(row.url),
        topics: checked.topics.unwrap_or(row.topics),
        ..row
    };
    if !rows::update_webhook(&mut tx, &row).await? {
        return Err(Error::NotFound);
    }
    match change.active {
        Some(true) => {
            let last = store::event::last_seq(&mut tx, actor.user).await?;
            rows::enable_webhook(&mut tx, actor.user, id, last).await?;
        }
        Some(false) => {
            rows::disable_webhook(&mut tx, id, Disabled::ByOwner).await?;
        }
        None => {}
    }
    let credential = moved.then_some(Credential::WebhookMoved);
    note(desk, &mut tx, actor, origin, (AuditAction::WebhookChanged, credential), &row).await?;
    tx.commit().await?;
    get(desk, actor, id).await
}

/// Gives a webhook a new secret, which is returned only this once. The previous one signs too for a day.
///
/// # Errors
/// Not found; [`Error::StepUp`].
pub async fn rotate_secret(
    desk: &Identity,
    actor: &Actor,
    origin: &Origin,
    id: EventWebhookId,
) -> Result<MadeWebhook> {
    step_up::require_recent_password(desk, actor).await?;
    let key = sign::new_key(&*desk.entropy);
    let sealed = desk.sealer.seal(TABLE, id.0, actor.user.0, key.as_slice())?.to_bytes();
    let until = desk.clock.now().plus(ROTATION);
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    let row = rows::get_webhook(&mut tx, actor.user, id).await?.ok_or(Error::NotFound)?;
    rows::rotate_secret(&mut tx, actor.user, id, &sealed, until).await?;
    note(desk, &mut tx, actor, origin, (AuditAction::WebhookChanged, Some(Credential::WebhookRotated)), &row)
        .await?;
    tx.commit().await?;
    Ok(MadeWebhook { webhook: get(desk, actor, id).await?, secret: sign::secret_text(key.as_slice()) })
}

/// Removes a webhook with its log; returns its name.
///
/// # Errors
/// Not found; [`Error::StepUp`].
pub async fn remove(desk: &Identity, actor: &Actor, origin: &Origin, id: EventWebhookId) -> Result<String> {
    step_up::require_recent_password(desk, actor).await?;
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    let row = rows::get_webhook(&mut tx, actor.user, id).await?.ok_or(Error::NotFound)?;
    rows::delete_webhook(&mut tx, actor.user, id).await?;
    note(desk, &mut tx, actor, origin, (AuditAction::WebhookRemoved, Some(Credential::WebhookRemoved)), &row)
        .await?;
    tx.commit().await?;
    Ok(row.name)
}

/// Checks the fields that are given. The host is resolved too: an address that no event could be sent to is refused here
/// already.
async fn check(
    desk: &Identity,
    name: Option<&str>,
    url: Option<&str>,
    topics: Option<&[String]>,
) -> Result<CheckedFields> {
    let mut problems = Vec::new();
    let mut checked = CheckedFields::default();
    match name.map(validation::key_name).transpose() {
        Ok(name) => checked.name = name,
        Err(problem) => problems.push(FieldProblem::new("name", problem)),
    }
    if let Some(url) = url {
        match reachable(url, &desk.settings).await {
            Ok(url) => checked.url = Some(url),
            Err(problem) => problems.push(FieldProblem::new("url", problem)),
        }
    }
    if let Some(topics) = topics {
        checked.topics = topics_in(topics);
        if checked.topics.is_none() {
            problems.push(FieldProblem::new("topics", Problem::NotTopic));
        }
    }
    if problems.is_empty() { Ok(checked) } else { Err(Error::Fields(problems)) }
}

/// Returns a normalized address whose host is allowed and has only public IP addresses.
async fn reachable(url: &str, settings: &Settings) -> std::result::Result<String, Problem> {
    let local = settings.local_webhooks;
    let url = address::parse(url, local)?;
    if !address::is_allowed_host(&url, &settings.webhook_hosts) {
        return Err(Problem::NotAllowedHost);
    }
    match address::resolve(&url, local).await {
        Ok(_) => Ok(url.to_string()),
        Err(_) => Err(Problem::NotPublicUrl),
    }
}

/// The stored text of topics: without duplicates and in their own order; `None` if there is none, or an unknown one.
fn topics_in(texts: &[String]) -> Option<String> {
    let given: Vec<EventTopic> = texts.iter().map(|text| EventTopic::parse(text)).collect::<Option<_>>()?;
    let topics = EventTopic::ALL.iter().filter(|topic| given.contains(topic)).map(|topic| topic.word());
    let topics = topics.collect::<Vec<_>>().join(" ");
    (!topics.is_empty()).then_some(topics)
}

async fn note(
    desk: &Identity,
    tx: &mut Tx,
    actor: &Actor,
    origin: &Origin,
    (action, credential): (AuditAction, Option<Credential>),
    row: &Webhook,
) -> Result<()> {
    let subject = row.id.to_string();
    audit::record(desk, tx, Some(actor.user), action, &subject, Some(origin)).await?;
    match credential {
        Some(what) => announce_credential(desk, tx, actor.user, what, (&subject, &row.name)).await,
        None => Ok(()),
    }
}
