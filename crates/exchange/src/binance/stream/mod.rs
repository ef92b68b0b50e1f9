//! Streams that reconnect automatically.

pub(super) mod account;
mod attempts;
mod events;
pub(super) mod market;
mod prices;
mod socket;

pub(super) use attempts::Attempts;

use super::config::Pacing;
use std::time::Duration;

/// Reconnect backoff: the pause doubles with each failure and is reset by a healthy stream.
struct Pauses {
    pacing: Pacing,
    next: Duration,
}

impl Pauses {
    fn new(pacing: Pacing) -> Self {
        Self { pacing, next: pacing.first_pause }
    }

    fn reset(&mut self) {
        self.next = self.pacing.first_pause;
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.pacing.longest_pause);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut pauses = Pauses::new(Pacing::default());
        let taken: Vec<u128> = (0..9).map(|_| pauses.next().as_millis()).collect();
        assert_eq!(taken, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        pauses.reset();
        assert_eq!(pauses.next().as_millis(), 250);
    }
}
