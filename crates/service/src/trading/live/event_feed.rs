//! The events of one user for a program: all of them after a number, in order, however slowly they are read.

use super::News;
use crate::{
    actor::Actor,
    error::Result,
    trading::{SharedTrading, Trading},
};
use domain::{UserId, event_webhook::EventBody, time::DAY};
use tokio::sync::{broadcast::error::RecvError, mpsc};

/// Events per query, and the most that one list contains.
pub const MOST_EVENTS: i64 = 200;
/// Events that may wait for a slow reader; the others stay in the database.
const QUEUE: usize = 64;

/// Returns the caller's events after number `after`, oldest first; at most [`MOST_EVENTS`].
///
/// # Errors
/// When the database cannot be read.
pub async fn list_events(desk: &Trading, actor: &Actor, after: i64) -> Result<Vec<EventBody>> {
    mark_read(desk, actor.user).await?;
    read(desk, actor.user, after).await.map(|(events, _)| events)
}

/// Attaches a program: it receives first an event with the number from which the stream continues, then all later events.
/// `after` is the number of the last event that it has; without it, the stream begins now. The stream ends when the
/// receiver is dropped.
///
/// # Errors
/// When the database cannot be read.
pub async fn follow_events(
    desk: SharedTrading,
    actor: &Actor,
    after: Option<i64>,
) -> Result<mpsc::Receiver<EventBody>> {
    let user = actor.user;
    mark_read(&desk, user).await?;
    // Before the first query: an event in between is reported by both.
    let mut news = desk.hub.subscribe();
    let last = store::event::last_seq(&desk.db, user).await?;
    let mut seen = after.unwrap_or(last).clamp(0, last);
    let (to_program, from_us) = mpsc::channel(QUEUE);
    let opened = EventBody::opened(seen, desk.clock.now());
    tokio::spawn(async move {
        if to_program.send(opened).await.is_err()
            || send_news(&desk, user, &mut seen, &to_program).await.is_err()
        {
            return;
        }
        loop {
            let mine = tokio::select! {
                received = news.recv() => match received {
                    Ok(News::Of(other)) => other == user,
                    Ok(News::All) | Err(RecvError::Lagged(_)) => true,
                    Err(RecvError::Closed) => return,
                },
                () = to_program.closed() => return,
            };
            if mine && send_news(&desk, user, &mut seen, &to_program).await.is_err() {
                return;
            }
        }
    });
    Ok(from_us)
}

/// Records that the user's programs read events, so that orders are recorded for them also while no page is open and
/// between two streams. One write a day is enough.
async fn mark_read(desk: &Trading, user: UserId) -> Result<()> {
    let now = desk.clock.now();
    if store::event::was_read_after(&desk.db, user, now.plus(-DAY)).await? {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    store::event::mark_read(&mut tx, user, now).await?;
    Ok(tx.commit().await?)
}

/// The program is gone.
struct Gone;

async fn send_news(
    desk: &Trading,
    user: UserId,
    seen: &mut i64,
    to_program: &mpsc::Sender<EventBody>,
) -> std::result::Result<(), Gone> {
    loop {
        let (events, last) = match read(desk, user, *seen).await {
            Ok(read) => read,
            // The next notice retries.
            Err(error) => {
                tracing::warn!(%error, "could not read the events of a program's stream");
                return Ok(());
            }
        };
        if last == *seen {
            return Ok(());
        }
        for event in events {
            to_program.send(event).await.map_err(|_| Gone)?;
        }
        *seen = last;
    }
}

/// Reads events, and the number of the last one that was read. One that a later release wrote may be left out.
async fn read(desk: &Trading, user: UserId, after: i64) -> Result<(Vec<EventBody>, i64)> {
    let rows = store::event::after(&desk.db, user, after, MOST_EVENTS).await?;
    let last = rows.last().map_or(after, |row| row.seq);
    let body = |row: store::event::Event| Some(EventBody::of(row.seq, &row.body.value().ok()?));
    Ok((rows.into_iter().filter_map(body).collect(), last))
}
