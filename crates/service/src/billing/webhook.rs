//! Messages of the provider. Of a message only its id is believed, once its signature fits: the message itself, and how
//! the subscription stands, are asked for.

use super::{gateway, sync, told};
use crate::{Desk, Error, Result};
use store::billing as rows;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was acted upon.
    Acted,
    /// It had been before, and nothing was done again.
    Before,
    /// It is about nobody here.
    Nobody,
}

/// Hears a message. Told again, it does nothing again.
///
/// # Errors
/// [`Error::Forbidden`] when it is not signed by the provider, or old; [`Error::NotFound`] where nobody is paid;
/// [`Error::Unavailable`] when the provider cannot be asked: it will tell the message again.
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
