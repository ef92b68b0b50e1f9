//! Webhooks of the payment provider. Only the event's id is taken from a signed message: the event itself and
//! the subscriptions are read from the provider.

use super::{gateway, sync, told};
use crate::{Desk, Error, Result};
use store::billing as rows;

/// Result of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The event was processed.
    Acted,
    /// The event had been processed before; nothing was done.
    Before,
    /// The event concerns no user of this desk.
    Nobody,
}

/// Processes a webhook. Repeated deliveries have no effect.
///
/// # Errors
/// [`Error::Forbidden`] if the signature is wrong or too old; [`Error::NotFound`] if no payment provider is
/// configured; [`Error::Unavailable`] if the provider does not answer: it will deliver the event again.
pub async fn hear(desk: &Desk, signature: &str, body: &[u8]) -> Result<Heard> {
    let gateway = gateway(desk).ok_or(Error::NotFound)?;
    let now = desk.clock.now();
    let id = gateway.verify(signature, body, now).map_err(|_| Error::Forbidden)?;
    if rows::heard(&desk.db, &id).await? {
        return Ok(Heard::Before);
    }
    let event = gateway.event(&id).await.map_err(told)?;
    let user = match event.and_then(|event| event.customer) {
        Some(customer) => rows::user_of(&desk.db, &customer).await?,
        None => None,
    };
    let said = match user {
        Some(user) => sync::fetch(desk, user).await?.map(|(asked_at, all)| (user, asked_at, all)),
        None => None,
    };
    let mut tx = desk.db.begin().await?;
    if !rows::hear(&mut tx, &id, now).await? {
        return Ok(Heard::Before);
    }
    let heard = match said {
        Some((user, asked_at, all)) => {
            sync::keep(desk, &mut tx, user, all, asked_at).await?;
            Heard::Acted
        }
        None => Heard::Nobody,
    };
    tx.commit().await?;
    Ok(heard)
}
