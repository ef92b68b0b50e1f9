//! The exchange's clock, kept as an offset from our boot time, which never jumps when the wall clock is set.

use domain::{Clock, Micros, time};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// How long an offset is trusted.
const TRUST: i64 = 30 * time::MINUTE;

/// Our clock corrected to the exchange's.
pub(super) struct ExchangeClock {
    own: Arc<dyn Clock>,
    offset: Mutex<Option<Offset>>,
    syncs: AtomicU64,
    /// Held while the exchange is asked, so that many who find the clock wrong ask once.
    pub(super) asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy)]
struct Offset {
    micros: i64,
    learned: Micros,
}

impl ExchangeClock {
    pub(super) fn new(own: Arc<dyn Clock>) -> Self {
        Self { own, offset: Mutex::new(None), syncs: AtomicU64::new(0), asking: tokio::sync::Mutex::new(()) }
    }

    /// Our own boot time.
    pub(super) fn own(&self) -> Micros {
        self.own.boot()
    }

    /// The exchange's present moment, as well as we know it.
    pub(super) fn now(&self) -> Micros {
        self.at(self.own())
    }

    /// A moment of our boot time by the exchange's clock, as well as we know it. Before the exchange was ever asked, the wall
    /// clock stands in for it.
    pub(super) fn at(&self, own: Micros) -> Micros {
        let guess = || self.own.now().since(self.own.boot());
        own.plus(self.offset().map_or_else(guess, |o| o.micros))
    }

    /// Whether the exchange was ever asked.
    pub(super) fn known(&self) -> bool {
        self.offset().is_some()
    }

    /// Whether what we know is too old.
    pub(super) fn stale(&self) -> bool {
        self.offset().is_none_or(|o| self.own().since(o.learned) >= TRUST)
    }

    /// How many times the clock was set; tells whether another task has just mended it.
    pub(super) fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Acquire)
    }

    /// Learns from a question asked at `asked` and answered now: the answer was true half-way.
    pub(super) fn learn(&self, asked: Micros, server: Micros) {
        let learned = self.own();
        let midway = asked.0.midpoint(learned.0);
        let offset = Offset { micros: server.0.saturating_sub(midway), learned };
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = Some(offset);
        self.syncs.fetch_add(1, Ordering::AcqRel);
    }

    fn offset(&self) -> Option<Offset> {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicI64;

    struct Hand(AtomicI64);
    impl Clock for Hand {
        fn now(&self) -> Micros {
            Micros(self.0.load(Ordering::SeqCst))
        }
    }

    #[test]
    fn takes_the_middle_of_the_round_trip() {
        let hand = Arc::new(Hand(AtomicI64::new(1_000)));
        let clock = ExchangeClock::new(hand.clone());
        assert!(clock.stale() && !clock.known());
        assert_eq!(clock.now(), Micros(1_000));
        hand.0.store(1_400, Ordering::SeqCst);
        clock.learn(Micros(1_000), Micros(51_200));
        assert_eq!(clock.now(), Micros(51_400));
        assert!(clock.known() && !clock.stale());
        hand.0.store(1_400 + TRUST, Ordering::SeqCst);
        assert!(clock.stale());
    }
}
