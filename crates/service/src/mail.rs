//! Mail: written to the outbox in the transaction that causes it, sent by a job, readable by the admin meanwhile.

mod direct;
mod letters;
mod sender;

pub use direct::Direct;

pub(crate) use letters::{password_changed, reset_link};
pub(crate) use sender::Mailer;

use crate::{Actor, Desk, Error, Result, Sealed};
use domain::{
    MailId, Role, UserId,
    account::Mail,
    time::{HOUR, MINUTE},
};
use serde::{Deserialize, Serialize};
use store::{Tx, mail as rows};
use uuid::Uuid;

/// After this many failures a message is given up; it stays in the outbox.
const ATTEMPTS: i64 = 10;

/// A message before it has an address. Its body may hold a reset link: it is sealed in the database and never logged.
#[derive(Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) body: String,
}

/// Puts a message into the outbox.
pub(crate) async fn enqueue(
    desk: &Desk,
    tx: &mut Tx,
    user: Option<UserId>,
    to: &str,
    letter: &Letter,
) -> Result<()> {
    let id = MailId::mint(&*desk.clock, &*desk.chance);
    let plain = serde_json::to_vec(letter).map_err(Error::fault)?;
    let sealed = desk.sealer.seal("mails", id.0, owner(user), &plain)?;
    let row = rows::NewMail {
        id,
        user_id: user,
        to_address: to,
        sealed_body: &sealed.to_bytes(),
        created_at: desk.clock.now(),
    };
    Ok(rows::insert(tx, &row).await?)
}

fn owner(user: Option<UserId>) -> Uuid {
    user.map_or(Uuid::nil(), |user| user.0)
}

fn read(desk: &Desk, row: &rows::Mail) -> Result<Letter> {
    let sealed = Sealed::from_bytes(&row.sealed_body)?;
    let plain = desk.sealer.open("mails", row.id.0, owner(row.user_id), &sealed)?;
    serde_json::from_slice(&plain).map_err(Error::fault)
}

/// The newest messages, for the admin: where no mail server is configured, this is how they reach anyone.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn outbox(desk: &Desk, actor: &Actor, limit: u32) -> Result<Vec<Mail>> {
    actor.must(Role::Admin)?;
    let rows = rows::latest(&desk.db, i64::from(limit.min(1_000))).await?;
    rows.into_iter()
        .map(|row| {
            let Letter { subject, body } = read(desk, &row)?;
            Ok(Mail { to: row.to_address, subject, body, created_at: row.created_at, sent_at: row.sent_at })
        })
        .collect()
}

/// Sends what is due; answers how many messages left. The caller holds the mail job's lease, so none is sent twice by
/// two instances; one may be sent again when the machine stops between the server's yes and our note of it.
///
/// # Errors
/// When the database cannot be used. A mail server that refuses is no error here: the message waits longer each time.
pub async fn send_due(desk: &Desk) -> Result<usize> {
    if !desk.mailer.sends() {
        return Ok(0);
    }
    let mut sent = 0;
    for row in rows::due(&desk.db, desk.clock.now(), 20).await? {
        let letter = read(desk, &row)?;
        let outcome = desk.mailer.send(&row.to_address, &letter).await;
        let now = desk.clock.now();
        let mut tx = desk.db.begin().await?;
        match outcome {
            Ok(()) => {
                rows::sent(&mut tx, row.id, now).await?;
                sent += 1;
            }
            Err(error) => {
                tracing::warn!(mail = %row.id, %error, attempts = row.attempts + 1, "mail was not taken");
                if row.attempts + 1 >= ATTEMPTS {
                    rows::give_up(&mut tx, row.id, now).await?;
                } else {
                    rows::postpone(&mut tx, row.id, now.plus(pause(row.attempts))).await?;
                }
            }
        }
        tx.commit().await?;
    }
    Ok(sent)
}

/// One minute, then twice as long each time, an hour at most.
fn pause(attempts: i64) -> i64 {
    (MINUTE << attempts.clamp(0, 6)).min(HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_an_hour() {
        assert_eq!([0, 1, 5, 6, 60, -1].map(pause).map(|p| p / MINUTE), [1, 2, 32, 60, 60, 1]);
    }
}
