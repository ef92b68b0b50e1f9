//! Streams that reconnect automatically.

mod account;
mod algo_events;
mod attempts;
mod events;
mod market;
mod prices;
mod reload;
mod socket;

pub(super) use attempts::Attempts;

use super::{Binance, config::Pacing};
use crate::{AccountEvent, Credentials, MarketEvent, Streams};
use domain::{Symbol, TradeType};
use std::time::Duration;
use tokio::sync::mpsc;

/// How many events may queue for a slow reader before the stream itself waits.
const EVENTS: usize = 1_024;

impl Streams for Binance {
    fn market_stream(&self, symbols: Vec<Symbol>) -> mpsc::Receiver<MarketEvent> {
        let (events, receiver) = mpsc::channel(EVENTS);
        tokio::spawn(market::run(self.shared.clone(), symbols, events));
        receiver
    }

    fn account_stream(&self, who: Credentials, kind: TradeType) -> mpsc::Receiver<AccountEvent> {
        let (events, receiver) = mpsc::channel(EVENTS);
        tokio::spawn(account::run(self.clone(), who, kind, events));
        receiver
    }
}

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
