//! Listening for committed events: with LISTEN on Postgres, within the process on SQLite (where there is only one
//! process).

use super::Appended;
use crate::{Db, Result, db::Engine};
use domain::UserId;
use sqlx::{PgPool, SqlitePool, postgres::PgListener};
use std::{fmt, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

/// Pause before reconnecting to Postgres after an error.
const PAUSE: Duration = Duration::from_millis(500);

/// A notification for a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenerMessage {
    /// An event was committed.
    Event(Appended),
    /// Events may have been missed: re-read all users' events from the last known sequence number.
    Gap,
}

/// Receives every event from now on, no matter which instance appended it.
pub struct Listener(Ear);

enum Ear {
    Sqlite { writer: SqlitePool, events: Receiver<Appended> },
    Postgres { pool: PgPool, channel: String, connection: Option<Box<PgListener>> },
}

/// Starts listening: every event that is committed after this returns is received.
///
/// # Errors
/// If the database cannot be reached.
pub async fn listen(db: &Db) -> Result<Listener> {
    Ok(Listener(match &db.engine {
        Engine::Sqlite { writer, appended, .. } => {
            Ear::Sqlite { writer: writer.clone(), events: appended.subscribe() }
        }
        Engine::Postgres { pool } => {
            let channel: String =
                sqlx::query_scalar("select 'slipstream_events_' || current_schema()").fetch_one(pool).await?;
            let connection = Some(Box::new(connect(pool, &channel).await?));
            Ear::Postgres { pool: pool.clone(), channel, connection }
        }
    }))
}

impl Listener {
    /// Returns the next notification, or `None` if the database was closed. A lost connection is re-established and
    /// reported as a [`ListenerMessage::Gap`]. Cancel-safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<ListenerMessage> {
        match &mut self.0 {
            Ear::Sqlite { writer, events } => match writer.close_event().do_until(events.recv()).await {
                Ok(Ok(event)) => Some(ListenerMessage::Event(event)),
                Ok(Err(RecvError::Lagged(_))) => Some(ListenerMessage::Gap),
                Ok(Err(RecvError::Closed)) | Err(_) => None,
            },
            Ear::Postgres { pool, channel, connection } => next_notice(pool, channel, connection).await,
        }
    }
}

async fn next_notice(
    pool: &PgPool,
    channel: &str,
    connection: &mut Option<Box<PgListener>>,
) -> Option<ListenerMessage> {
    while !pool.is_closed() {
        let Some(open) = connection else {
            match connect(pool, channel).await {
                Ok(listener) => {
                    *connection = Some(Box::new(listener));
                    return Some(ListenerMessage::Gap);
                }
                Err(error) => {
                    tracing::warn!(%error, "could not listen for database events; retrying");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            }
        };
        match open.try_recv().await {
            Ok(Some(notice)) => {
                return Some(read(notice.payload()).map_or(ListenerMessage::Gap, ListenerMessage::Event));
            }
            Ok(None) => return Some(ListenerMessage::Gap),
            Err(sqlx::Error::PoolClosed) => break,
            Err(error) => {
                tracing::warn!(%error, "lost the database connection that listens for events");
                *connection = None;
            }
        }
    }
    // Returns the connection to the pool, because closing the pool waits for it.
    *connection = None;
    None
}

async fn connect(pool: &PgPool, channel: &str) -> std::result::Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    Ok(listener)
}

/// Parses a payload of the form `seq:user`.
fn read(payload: &str) -> Option<Appended> {
    let (seq, user) = payload.split_once(':')?;
    Some(Appended { seq: seq.parse().ok()?, user: UserId(Uuid::try_parse(user).ok()?) })
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}
