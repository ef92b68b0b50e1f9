//! Event webhooks: a user's events, sent to addresses of their own programs.
//!
//! Each webhook follows the user's events by their numbers. [`deliver`] turns new events into deliveries and sends them,
//! signed as in Standard Webhooks. An attempt is counted before it is made; if it is interrupted it is repeated under
//! the same id, so that an event arrives at least once. The addresses are checked when they are saved and again before
//! each attempt, which connects to the checked addresses only.

mod address;
mod deliver;
mod log;
mod manage;
mod send;
mod sign;

pub use deliver::{deliver, resume};
pub use log::{list_deliveries, resend, send_test};
pub use manage::{MadeWebhook, NewWebhook, WebhookChange, change, create, get, list, remove, rotate_secret};

use crate::{
    error::{Error, Result},
    identity::Identity,
    platform::secrets::Sealed,
};
use domain::{
    Micros,
    event_webhook::{EventTopic, EventWebhook},
};
use store::event_webhook::Webhook;
use zeroize::Zeroizing;

/// Table name that the encrypted secrets are bound to.
const TABLE: &str = "event_webhooks";

/// The webhook as shown to its owner.
fn shown(row: Webhook, now: Micros) -> Result<EventWebhook> {
    Ok(EventWebhook {
        topics: topics_of(&row)?,
        id: row.id,
        name: row.name,
        url: row.url,
        disabled: row.disabled,
        failing_since: row.failing_since,
        previous_until: row.previous_until.filter(|until| now < *until),
        created_at: row.created_at,
    })
}

fn topics_of(row: &Webhook) -> Result<Vec<EventTopic>> {
    let topics = row.topics.split_whitespace().map(EventTopic::parse).collect::<Option<_>>();
    topics.ok_or_else(|| Error::fault("could not parse the topics of a webhook"))
}

/// The secrets that sign at present, the current one first.
fn secrets(desk: &Identity, row: &Webhook, now: Micros) -> Result<Vec<Zeroizing<Vec<u8>>>> {
    let open = |bytes: &[u8]| desk.sealer.open(TABLE, row.id.0, row.user_id.0, &Sealed::from_bytes(bytes)?);
    let mut secrets = vec![open(&row.sealed_secret)?];
    let previous =
        row.sealed_previous.as_deref().filter(|_| row.previous_until.is_some_and(|until| now < until));
    if let Some(previous) = previous {
        secrets.push(open(previous)?);
    }
    Ok(secrets)
}
