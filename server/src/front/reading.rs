//! How far a peer's reading is behind the slowest rate at which responses are sent. A timeout on the pause
//! between two reads alone lets a peer hold its connection forever, with a little reading before each timeout.

/// The slowest reading that may go on, in bytes per millisecond: 16 KB a second.
const SLOWEST: u64 = 16;

/// The reading of one peer. Times are in milliseconds since the connection began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// Whether the peer has to read before more can be sent.
    blocked: bool,
    behind: u64,
    counted: u64,
}

impl Reading {
    /// Records a write of so many bytes; of none, if the peer has to read first.
    pub(super) fn wrote(&mut self, bytes: usize, now: u64) {
        let read = u64::try_from(bytes).unwrap_or(u64::MAX) / SLOWEST;
        // Never below zero: a peer cannot save up for a pause.
        let behind = self.behind(now).saturating_sub(read);
        *self = Self { blocked: bytes == 0, behind, counted: now };
    }

    pub(super) const fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// For how many milliseconds the peer is behind. Time in which nothing waits for the peer counts in its
    /// favour, so that a proxy's next user does not pay for the one before.
    pub(super) const fn behind(&self, now: u64) -> u64 {
        let passed = now.saturating_sub(self.counted);
        if self.blocked { self.behind.saturating_add(passed) } else { self.behind.saturating_sub(passed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads so many bytes after each pause of so many milliseconds; returns how far the peer is behind after
    /// so many rounds.
    fn after(bytes: usize, pause: u64, rounds: u64) -> u64 {
        let mut reading = Reading::default();
        for round in 0..rounds {
            reading.wrote(0, round * pause);
            reading.wrote(bytes, (round + 1) * pause);
        }
        reading.behind(rounds * pause)
    }

    #[test]
    fn slow_reading_adds_up_and_usual_reading_does_not() {
        assert_eq!(after(200_000, 20_000, 10), 75_000, "200 KB every 20 seconds");
        assert_eq!(after(100_000, 4_000, 100), 0, "a slow mobile connection");
    }

    #[test]
    fn fast_reading_is_no_credit_and_a_quiet_time_is() {
        let mut reading = Reading::default();
        reading.wrote(100 << 20, 0);
        reading.wrote(0, 1);
        assert!(reading.is_blocked());
        assert_eq!(reading.behind(5_001), 5_000);
        reading.wrote(16_000, 5_001);
        assert!(!reading.is_blocked());
        assert_eq!((reading.behind(5_001), reading.behind(7_001), reading.behind(9_001)), (4_000, 2_000, 0));
    }
}
