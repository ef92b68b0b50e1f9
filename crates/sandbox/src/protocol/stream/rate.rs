//! The limit of incoming messages of one connection.

use std::time::Duration;
use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(1);

/// Counts a connection's incoming messages: requests, pings and pongs.
pub(crate) struct MessageRate {
    most: u32,
    since: Instant,
    count: u32,
}

impl MessageRate {
    /// Allows this many messages per second.
    pub(crate) const fn new(most: u32, now: Instant) -> Self {
        Self { most, since: now, count: 0 }
    }

    /// Counts a message; `false` if there have been too many in this second, which ends the connection.
    pub(crate) fn admit(&mut self, now: Instant) -> bool {
        if now.duration_since(self.since) >= WINDOW {
            (self.since, self.count) = (now, 0);
        }
        self.count = self.count.saturating_add(1);
        self.count <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_room_for_so_many_messages() {
        let now = Instant::now();
        let mut rate = MessageRate::new(2, now);
        assert!(rate.admit(now) && rate.admit(now) && !rate.admit(now));
        assert!(rate.admit(now + WINDOW));
    }
}
