//! Ends of sign-ins: every open event stream of the user is notified, and checks whether its own sign-in has ended.
//!
//! The instance that ended a sign-in notifies its streams after the commit. The others, and a command line beside
//! them, learn it from a row that the transaction wrote: every instance reads the new ones twice a second.

use crate::{error::Result, identity::Identity};
use domain::{
    Micros, UserId,
    time::{HOUR, MINUTE},
};
use std::{
    collections::HashMap,
    future::pending,
    sync::{Mutex, PoisonError},
};
use store::Tx;
use tokio::sync::broadcast::{self, error::RecvError};

/// How far back a reading goes. A transaction may be committed this much later than it took its time, and the clocks of
/// two instances may differ as much.
const OVERLAP: i64 = MINUTE;
/// How long a row is kept. Longer than [`OVERLAP`], so that no instance misses one.
const KEPT: i64 = HOUR;
/// Users that may wait in the queue of a stream. A stream that is further behind checks its sign-in in any case.
const QUEUE: usize = 64;

/// The streams of this instance, and what it has read of the others.
pub(crate) struct SignInEnds {
    to_streams: broadcast::Sender<UserId>,
    /// The count of each row in the last reading.
    read: Mutex<HashMap<UserId, i64>>,
}

impl Default for SignInEnds {
    fn default() -> Self {
        Self { to_streams: broadcast::Sender::new(QUEUE), read: Mutex::default() }
    }
}

impl SignInEnds {
    /// Replaces the last reading; returns the users who have ended sign-ins since.
    fn update(&self, rows: &[store::sign_in_end::SignInEnds]) -> Vec<UserId> {
        let now = rows.iter().map(|row| (row.user_id, row.count)).collect();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *read, now);
        drop(read);
        let new = rows.iter().filter(|row| before.get(&row.user_id) != Some(&row.count));
        new.map(|row| row.user_id).collect()
    }
}

/// Waits for ends of a user's sign-ins, for one event stream.
pub struct SignInWatch(Option<(UserId, broadcast::Receiver<UserId>)>);

impl SignInWatch {
    /// Watches the sign-ins of a user; without a user, nothing ends. A sign-in that ended before is not reported, so the
    /// stream checks its own once afterwards.
    #[must_use]
    pub fn new(desk: &Identity, user: Option<UserId>) -> Self {
        Self(user.map(|user| (user, desk.sign_in_ends.to_streams.subscribe())))
    }

    /// Returns when a sign-in of the user may have ended. Nothing is lost if the future is dropped.
    pub async fn ended(&mut self) {
        let Some((user, ends)) = &mut self.0 else { return pending().await };
        loop {
            match ends.recv().await {
                Ok(other) if other != *user => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                // The desk is gone, and its streams end with it.
                Err(RecvError::Closed) => return pending().await,
            }
        }
    }
}

/// Records, in the transaction that ends sign-ins of a user, what other instances read. After the commit the caller
/// calls [`publish`].
pub(crate) async fn record(desk: &Identity, tx: &mut Tx, user: UserId) -> Result<()> {
    Ok(store::sign_in_end::record(tx, user, desk.clock.now()).await?)
}

/// Makes what has changed for a user effective on this instance: cached tokens are verified again, and event streams
/// check their sign-in.
pub(crate) fn publish(desk: &Identity, user: UserId) {
    desk.verified.forget(user);
    // It is not an error if no stream is open.
    let _ = desk.sign_in_ends.to_streams.send(user);
}

/// Reads which sign-ins other instances have ended, and ends their streams here. Runs twice a second on every
/// instance.
///
/// # Errors
/// When the database cannot be read.
pub async fn refresh(desk: &Identity) -> Result<()> {
    if desk.sign_in_ends.to_streams.receiver_count() == 0 {
        return Ok(());
    }
    let since = Micros(desk.clock.now().0.saturating_sub(OVERLAP));
    let rows = store::sign_in_end::list_since(&desk.db, since).await?;
    for user in desk.sign_in_ends.update(&rows) {
        publish(desk, user);
    }
    Ok(())
}

/// Deletes rows that every instance has read.
pub(super) async fn prune(tx: &mut Tx, now: Micros) -> Result<()> {
    store::sign_in_end::prune(tx, Micros(now.0.saturating_sub(KEPT))).await?;
    Ok(())
}
