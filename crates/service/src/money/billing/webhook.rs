//! Webhooks of the payment provider. Only the event's id is taken from a signed message: the event itself and
//! the subscriptions are read from the provider.

use super::{gateway, provider_error, sync};
use crate::{
    error::{Error, Result},
    money::Money,
};
use store::billing as rows;

/// Result of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookOutcome {
    /// The event was processed.
    Processed,
    /// The event had been processed before; nothing was done.
    Repeated,
    /// The event concerns no user of this desk.
    UnknownCustomer,
}

/// Processes a webhook. Repeated deliveries have no effect.
///
/// # Errors
/// [`Error::Forbidden`] if the signature is wrong or too old; [`Error::NotFound`] if no payment provider is
/// configured; [`Error::Unavailable`] if the provider does not answer: it will deliver the event again.
pub async fn receive_webhook(desk: &Money, signature: &str, body: &[u8]) -> Result<WebhookOutcome> {
    let gateway = gateway(desk).ok_or(Error::NotFound)?;
    let now = desk.clock.now();
    let id = gateway.verify(signature, body, now).map_err(|_| Error::Forbidden)?;
    if rows::is_handled(&desk.db, &id).await? {
        return Ok(WebhookOutcome::Repeated);
    }
    let event = gateway.event(&id).await.map_err(provider_error)?;
    let user = match event.and_then(|event| event.customer) {
        Some(customer) => rows::user_of(&desk.db, &customer).await?,
        None => None,
    };
    let said = match user {
        Some(user) => {
            sync::fetch_subscriptions(desk, user).await?.map(|(asked_at, all)| (user, asked_at, all))
        }
        None => None,
    };
    let mut tx = desk.db.begin().await?;
    if !rows::record_handled(&mut tx, &id, now).await? {
        return Ok(WebhookOutcome::Repeated);
    }
    let outcome = match said {
        Some((user, asked_at, all)) => {
            sync::store_subscriptions(desk, &mut tx, user, all, asked_at).await?;
            WebhookOutcome::Processed
        }
        None => WebhookOutcome::UnknownCustomer,
    };
    tx.commit().await?;
    Ok(outcome)
}
