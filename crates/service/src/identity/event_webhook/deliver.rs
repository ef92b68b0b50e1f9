//! From events to deliveries, and from deliveries to requests.
//!
//! One instance at a time works on a webhook, so that events are sent in order. While the first retries of a delivery
//! are due within minutes, later events wait for it; after that they are sent first.

use super::{
    secrets,
    send::{self, Answer, SignedMessage},
    sign, topics_of,
};
use crate::{
    error::{Error, Result},
    identity::Identity,
    messaging::notify::{Notification, NotificationEvent},
};
use domain::{
    EventDeliveryId, Micros,
    event_webhook::{
        DeliveryProblem, Disabled, EventBody, EventType, FAILING_AT_MOST, KEPT_DELIVERIES, MOST_WAITING,
        pause_after,
    },
    notification::jittered,
    time::{MINUTE, SECOND},
};
use futures::future::join_all;
use store::{
    Tx,
    event_delivery::{self, AttemptOutcome, Delivery, NewDelivery},
    event_webhook::{self as rows, Webhook},
};

/// Webhooks per round, all at the same time.
const WEBHOOKS: i64 = 64;
/// Deliveries to one webhook per round.
const DELIVERIES: i64 = 20;
/// A round begins no further delivery to a webhook after this long, so that a slow address delays the others little.
const ROUND: i64 = 5 * SECOND;
/// Events per round that become deliveries of one webhook.
const EVENTS: i64 = 200;
/// Longer than a round with its last attempt takes; afterwards another instance may deliver.
const CLAIM: i64 = 2 * MINUTE;
/// Number of failed attempts of a delivery for which later events wait.
const IN_ORDER: i64 = 3;

/// Sends what is due; returns the number of accepted deliveries.
///
/// # Errors
/// When the database cannot be used. The error of one webhook is returned after the others were served.
pub async fn deliver(desk: &Identity) -> Result<usize> {
    let due = rows::list_due(&desk.db, desk.clock.now(), WEBHOOKS).await?;
    let served = join_all(due.into_iter().map(|webhook| serve(desk, webhook))).await;
    let (mut accepted, mut failed) = (0, None);
    for one in served {
        match one {
            Ok(count) => accepted += count,
            Err(error) => {
                tracing::error!(%error, "could not serve an event webhook");
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(accepted), Err)
}

/// Releases the webhooks that this instance was serving when it stopped, so that they are served immediately.
///
/// # Errors
/// When the database cannot be used.
pub async fn resume(desk: &Identity) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    rows::let_go(&mut tx, &desk.instance).await?;
    Ok(tx.commit().await?)
}

async fn serve(desk: &Identity, listed: Webhook) -> Result<usize> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let ours = rows::claim_webhook(&mut tx, listed.id, &desk.instance, now, now.plus(CLAIM)).await?;
    tx.commit().await?;
    if !ours {
        return Ok(0);
    }
    let served = serve_claimed(desk, &listed).await;
    let mut tx = desk.db.begin().await?;
    rows::release_webhook(&mut tx, listed.id, &desk.instance, desk.clock.now()).await?;
    tx.commit().await?;
    served
}

async fn serve_claimed(desk: &Identity, listed: &Webhook) -> Result<usize> {
    // Read again: it may have changed, or another instance may have served it meanwhile.
    let Some(webhook) = rows::get_webhook(&desk.db, listed.user_id, listed.id).await? else { return Ok(0) };
    fan_out(desk, &webhook).await?;
    if waits_for_retry(desk, &webhook).await? {
        return Ok(0);
    }
    let due = event_delivery::list_due_deliveries(&desk.db, webhook.id, desk.clock.now(), DELIVERIES).await?;
    let (start, mut accepted) = (desk.clock.boot(), 0);
    for delivery in due {
        let now = desk.clock.now();
        let mut tx = desk.db.begin().await?;
        let ours = event_delivery::begin_attempt(&mut tx, delivery.id, now).await?;
        tx.commit().await?;
        if !ours {
            continue;
        }
        let attempt = attempt(desk, &webhook, &delivery, now).await?;
        let failed = attempt.problem.is_some();
        record(desk, &webhook, &delivery, attempt).await?;
        if failed {
            // The address is probably unreachable: the others would fail as well.
            break;
        }
        accepted += 1;
        if desk.clock.boot().since(start) >= ROUND {
            break;
        }
    }
    Ok(accepted)
}

/// Turns the new events into deliveries, each once. While many deliveries wait, further events stay in the user's event
/// log, which is kept for longer than an address may fail.
async fn fan_out(desk: &Identity, webhook: &Webhook) -> Result<()> {
    if event_delivery::count_waiting(&desk.db, webhook.id).await? >= MOST_WAITING {
        return Ok(());
    }
    let events = store::event::after(&desk.db, webhook.user_id, webhook.after_seq, EVENTS).await?;
    let Some(last) = events.last().map(|event| event.seq) else { return Ok(()) };
    let topics = topics_of(webhook)?;
    let mut tx = desk.db.begin().await?;
    for row in events {
        // A later release may have written an event that this one cannot read.
        let Ok(event) = row.body.value() else { continue };
        let kind = EventType::of(&event.what);
        if kind.topic().is_none_or(|topic| !topics.contains(&topic)) {
            continue;
        }
        let body = serde_json::to_string(&EventBody::of(row.seq, &event)).map_err(Error::fault)?;
        let new = NewDelivery {
            id: EventDeliveryId::mint(&*desk.clock, &*desk.entropy),
            webhook_id: webhook.id,
            seq: Some(row.seq),
            kind,
            body: &body,
            at: desk.clock.now(),
        };
        event_delivery::insert_delivery(&mut tx, &new).await?;
    }
    if !rows::set_after_seq(&mut tx, webhook.id, &desk.instance, last).await? {
        // The claim has ended, and another instance makes these deliveries, or the webhook was disabled.
        return Ok(());
    }
    Ok(tx.commit().await?)
}

/// Whether the oldest waiting delivery is retried soon, and the later ones wait for it.
async fn waits_for_retry(desk: &Identity, webhook: &Webhook) -> Result<bool> {
    let oldest = event_delivery::oldest_waiting(&desk.db, webhook.id).await?;
    let now = desk.clock.now();
    Ok(oldest.is_some_and(|oldest| {
        (1..=IN_ORDER).contains(&oldest.attempts) && oldest.next_attempt_at.is_some_and(|at| now < at)
    }))
}

/// The result of an attempt.
struct Attempt {
    status: Option<i64>,
    answer: Option<String>,
    problem: Option<DeliveryProblem>,
    duration_ms: i64,
}

async fn attempt(desk: &Identity, webhook: &Webhook, delivery: &Delivery, now: Micros) -> Result<Attempt> {
    let keys = secrets(desk, webhook, now)?;
    let id = delivery.id.to_string();
    let keys = keys.iter().map(|key| key.as_slice());
    let signature = sign::signatures(keys, &id, now.seconds(), &delivery.body);
    let message =
        SignedMessage { id: &id, seconds: now.seconds(), signature: &signature, body: &delivery.body };
    let start = desk.clock.boot();
    let answer = send::post(&webhook.url, &desk.settings, &message).await;
    let duration_ms = desk.clock.boot().since(start).max(0) / 1_000;
    Ok(match answer {
        Ok(Answer { status, text }) => {
            let problem = (!(200..300).contains(&status)).then_some(DeliveryProblem::Status);
            Attempt { status: Some(i64::from(status)), answer: Some(text), problem, duration_ms }
        }
        Err(problem) => Attempt { status: None, answer: None, problem: Some(problem), duration_ms },
    })
}

async fn record(desk: &Identity, webhook: &Webhook, delivery: &Delivery, attempt: Attempt) -> Result<()> {
    let now = desk.clock.now();
    let Attempt { status, answer, problem, duration_ms } = attempt;
    let mut tx = desk.db.begin().await?;
    // The webhook is locked before its deliveries, as when its owner disables it.
    let disabled = if problem.is_none() {
        // An earlier delivery of this round may have failed, so the row as it was read does not decide.
        rows::set_working(&mut tx, webhook.id).await?;
        false
    } else {
        disable_if_failing(&mut tx, webhook, now).await?
    };
    let pause = problem.filter(|_| !disabled).and_then(|_| pause_after(delivery.attempts + 1));
    let outcome = AttemptOutcome {
        delivered_at: problem.is_none().then_some(now),
        next_attempt_at: pause.map(|pause| jittered(&*desk.clock, &*desk.entropy, pause)),
        status,
        duration_ms,
        answer,
        problem,
    };
    event_delivery::finish_attempt(&mut tx, delivery.id, &outcome).await?;
    if outcome.next_attempt_at.is_none() {
        event_delivery::prune_deliveries(&mut tx, webhook.id, KEPT_DELIVERIES).await?;
    }
    Ok(tx.commit().await?)
}

/// Records that a delivery failed, and disables the webhook if its deliveries have failed for too long; returns whether it
/// was disabled now.
async fn disable_if_failing(tx: &mut Tx, webhook: &Webhook, now: Micros) -> Result<bool> {
    let since = rows::begin_failing(tx, webhook.id, now).await?;
    if since.is_none_or(|since| now.since(since) < FAILING_AT_MOST)
        || !rows::disable_webhook(tx, webhook.id, Disabled::Failing).await?
    {
        return Ok(false);
    }
    let event = NotificationEvent::WebhookDisabled { name: webhook.name.clone() };
    let once = format!("webhook-disabled:{}:{}", webhook.id, now.0);
    Notification::new(webhook.user_id, once, &event, now)?.write(tx).await?;
    Ok(true)
}
