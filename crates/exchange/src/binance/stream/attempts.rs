//! The limit on WebSocket connection attempts: Binance allows an IP address 300 in 5 minutes and bans one that exceeds
//! it. Without a limit here, a network failure that breaks hundreds of user-data streams would exceed it.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// The period over which Binance counts attempts.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// The purpose of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::binance) enum Purpose {
    /// Prices of a market. There are few of these connections, and every user depends on them.
    Market,
    /// One account's events. The account is read by REST while its stream waits.
    Account,
}

impl Purpose {
    /// The attempts in a window after which this purpose waits. Accounts leave room for markets, and both for other
    /// programs at the same address.
    const fn most(self) -> usize {
        match self {
            Self::Market => 280,
            Self::Account => 200,
        }
    }
}

/// The attempts of the last [`WINDOW`], oldest first.
#[derive(Debug, Default)]
pub(in crate::binance) struct Attempts(Mutex<VecDeque<Instant>>);

impl Attempts {
    /// Waits until a connection may be attempted, and counts the attempt.
    pub(super) async fn take(&self, purpose: Purpose) {
        while let Err(at) = self.try_take(purpose, Instant::now()) {
            sleep_until(at).await;
        }
    }

    /// Counts an attempt at `now`, or returns when one may be possible.
    fn try_take(&self, purpose: Purpose, now: Instant) -> Result<(), Instant> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while made.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            made.pop_front();
        }
        match made.len().checked_sub(purpose.most()).and_then(|over| made.get(over)) {
            Some(blocking) => Err(*blocking + WINDOW),
            None => {
                made.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_wait_before_markets_do() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for second in 0..200 {
            assert_eq!(attempts.try_take(Purpose::Account, start + Duration::from_secs(second)), Ok(()));
        }
        let now = start + Duration::from_secs(200);
        assert_eq!(attempts.try_take(Purpose::Account, now), Err(start + WINDOW));
        for _ in 0..80 {
            assert_eq!(attempts.try_take(Purpose::Market, now), Ok(()));
        }
        assert_eq!(attempts.try_take(Purpose::Market, now), Err(start + WINDOW));
        assert_eq!(attempts.try_take(Purpose::Account, now), Err(start + Duration::from_secs(80) + WINDOW));
    }

    #[test]
    fn never_more_than_the_limit_in_any_window() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        let mut made = Vec::new();
        for second in 0..2_000 {
            let now = start + Duration::from_secs(second);
            while attempts.try_take(Purpose::Account, now).is_ok() {
                made.push(now);
            }
        }
        let most =
            made.iter().map(|from| made.iter().filter(|at| **at >= *from && **at < *from + WINDOW).count());
        assert_eq!(most.max(), Some(200));
        assert_eq!(made.len(), 7 * 200, "and the allowance is used");
    }
}
