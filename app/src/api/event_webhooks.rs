//! Forms for event webhooks.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
};
use domain::{EventDeliveryId, EventWebhookId, validation::Problem};
use leptos::prelude::*;
use service::{
    Error,
    identity::event_webhook::{self, MadeWebhook, NewWebhook, WebhookChange},
};

const PAGE: &str = "/settings/webhooks";

/// Creates a webhook. Its page shows the secret once.
#[server(endpoint = "webhook-create")]
pub async fn create_event_webhook(
    #[server(default)] name: String,
    #[server(default)] url: String,
    #[server(default)] topics: Vec<String>,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("webhook-create", format!("{PAGE}#add")).keep("name", &name).keep("url", &url);
    let answer = topics.iter().fold(answer, |form, word| form.keep("topics", word));
    let new = NewWebhook { name, url, topics };
    let made = event_webhook::create(&visit.desk, &actor, &visit.origin, new).await;
    answer.answer(&visit, made.map(|made| with_secret(made, PageNotice::WebhookCreated))).await
}

/// Changes name, URL and topics.
#[server(endpoint = "webhook-change")]
pub async fn change_event_webhook(
    #[server(default)] id: String,
    #[server(default)] name: String,
    #[server(default)] url: String,
    #[server(default)] topics: Vec<String>,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("webhook-change", PAGE).keep("id", &id).keep("name", &name).keep("url", &url);
    let answer = topics.iter().fold(answer, |form, word| form.keep("topics", word));
    let change =
        WebhookChange { name: Some(name), url: Some(url), topics: Some(topics), ..WebhookChange::default() };
    let changed = match id.parse::<EventWebhookId>() {
        Ok(id) => event_webhook::change(&visit.desk, &actor, &visit.origin, id, change).await,
        Err(_) => Err(Error::NotFound),
    };
    let done =
        changed.map(|webhook| Done::at(PAGE).with_notice(PageNotice::WebhookSaved).about(webhook.name));
    answer.answer(&visit, done).await
}

/// Enables or disables a webhook.
#[server(endpoint = "webhook-active")]
pub async fn activate_event_webhook(
    #[server(default)] id: String,
    #[server(default)] active: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let changed = match (id.parse::<EventWebhookId>(), active.parse::<bool>()) {
        (Ok(id), Ok(active)) => {
            let change = WebhookChange { active: Some(active), ..WebhookChange::default() };
            event_webhook::change(&visit.desk, &actor, &visit.origin, id, change).await
        }
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), Err(_)) => Err(Error::field("active", Problem::NotBoolean)),
    };
    let done =
        changed.map(|webhook| Done::at(PAGE).with_notice(PageNotice::WebhookSaved).about(webhook.name));
    form("webhook-active", PAGE).answer(&visit, done).await
}

/// Replaces the secret; the next page shows the new one once.
#[server(endpoint = "webhook-rotate")]
pub async fn rotate_event_webhook(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let made = match id.parse::<EventWebhookId>() {
        Ok(id) => event_webhook::rotate_secret(&visit.desk, &actor, &visit.origin, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = made.map(|made| with_secret(made, PageNotice::WebhookRotated));
    form("webhook-rotate", PAGE).answer(&visit, done).await
}

/// Removes a webhook.
#[server(endpoint = "webhook-remove")]
pub async fn remove_event_webhook(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let removed = match id.parse::<EventWebhookId>() {
        Ok(id) => event_webhook::remove(&visit.desk, &actor, &visit.origin, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = removed.map(|name| Done::at(PAGE).with_notice(PageNotice::WebhookRemoved).about(name));
    form("webhook-remove", PAGE).answer(&visit, done).await
}

/// Queues a test event.
#[server(endpoint = "webhook-test")]
pub async fn test_event_webhook(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let queued = match id.parse::<EventWebhookId>() {
        Ok(id) => event_webhook::send_test(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = queued.map(|_delivery| Done::at(PAGE).with_notice(PageNotice::WebhookTested));
    form("webhook-test", PAGE).answer(&visit, done).await
}

/// Queues a delivery again.
#[server(endpoint = "webhook-resend")]
pub async fn resend_event(
    #[server(default)] id: String,
    #[server(default)] delivery: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let queued = match (id.parse::<EventWebhookId>(), delivery.parse::<EventDeliveryId>()) {
        (Ok(id), Ok(delivery)) => event_webhook::resend(&visit.desk, &actor, id, delivery).await,
        _ => Err(Error::NotFound),
    };
    let done = queued.map(|()| Done::at(PAGE).with_notice(PageNotice::WebhookResent));
    form("webhook-resend", PAGE).answer(&visit, done).await
}

fn with_secret(made: MadeWebhook, notice: PageNotice) -> Done {
    let details = vec![(made.webhook.id.to_string(), made.secret.to_string())];
    Done::at(PAGE).with_notice(notice).about(made.webhook.name).with_details(details)
}
