//! The exchange's clock, as an offset from the local boot time, which does not jump when the wall clock is
//! set.

use domain::{Clock, Micros, time};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

/// How long an offset is trusted.
const TRUST: i64 = 30 * time::MINUTE;
/// The largest error of the offset at which a request with a validity is signed without correction. Callers
/// that choose a validity allow for this error.
const TOLERATED_ERROR: i64 = time::SECOND / 2;
/// How long a repeated measurement counts if the exchange answers so slowly that it was no better than the
/// first.
const DOUBT_AGAIN: i64 = 10 * time::SECOND;
/// If the wall clock moves this much relative to boot time, it was set or the machine was suspended.
const JUMP: i64 = time::SECOND / 2;

/// The local clock corrected to the exchange's.
pub(super) struct ExchangeClock {
    own: Arc<dyn Clock>,
    offset: Mutex<Option<Offset>>,
    syncs: AtomicU64,
    /// When an offset with a large error was last measured again.
    doubted: AtomicI64,
    /// Held while the exchange's time is queried, so that concurrent callers query it once.
    pub(super) asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy)]
struct Offset {
    micros: i64,
    /// Half the round trip of the query, which is the maximum error of the offset.
    error: i64,
    learned: Micros,
    /// Wall clock minus boot time at the time of the query.
    wall: i64,
}

impl ExchangeClock {
    pub(super) fn new(own: Arc<dyn Clock>) -> Self {
        Self {
            own,
            offset: Mutex::new(None),
            syncs: AtomicU64::new(0),
            doubted: AtomicI64::new(i64::MIN),
            asking: tokio::sync::Mutex::new(()),
        }
    }

    /// The local boot time.
    pub(super) fn own(&self) -> Micros {
        self.own.boot()
    }

    /// Converts a local boot time to the exchange's clock, as far as known. Before the first query, the wall
    /// clock is used instead.
    pub(super) fn at(&self, own: Micros) -> Micros {
        own.plus(self.offset().map_or_else(|| self.wall(), |o| o.micros))
    }

    /// Whether the exchange's time was ever queried.
    pub(super) fn known(&self) -> bool {
        self.offset().is_some()
    }

    /// Whether the offset is too old.
    pub(super) fn stale(&self) -> bool {
        self.offset().is_none_or(|o| self.own().since(o.learned) >= TRUST)
    }

    /// How far the wall clock has jumped relative to boot time since the last query, in microseconds; `None`
    /// if it has not. A suspended machine may have lost boot time as well, so the offset must be measured
    /// again.
    pub(super) fn jump(&self) -> Option<i64> {
        let jump = self.wall().saturating_sub(self.offset()?.wall);
        (jump.saturating_abs() > JUMP).then_some(jump)
    }

    /// Whether the offset should be measured again because its error is large. Returns `true` for one caller
    /// at a time.
    pub(super) fn doubtful(&self) -> bool {
        if self.excess() == 0 {
            return false;
        }
        let now = self.own();
        let last = self.doubted.load(Ordering::Acquire);
        last.saturating_add(DOUBT_AGAIN) <= now.0
            && self.doubted.compare_exchange(last, now.0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// The part of the offset's error that callers have not allowed for, in microseconds. It must be
    /// subtracted from a request's window.
    pub(super) fn excess(&self) -> i64 {
        self.offset().map_or(0, |o| o.error.saturating_sub(TOLERATED_ERROR).max(0))
    }

    /// How many times the clock was synchronized. Used to detect that another task has just done so.
    pub(super) fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Acquire)
    }

    /// Updates the offset from a query sent at `sent_at` and answered now, assuming that the response was
    /// correct half-way between.
    pub(super) fn learn(&self, sent_at: Micros, server: Micros) {
        let learned = self.own();
        let midway = sent_at.0.midpoint(learned.0);
        let offset = Offset {
            micros: server.0.saturating_sub(midway),
            error: learned.since(sent_at).max(0) / 2,
            learned,
            wall: self.wall(),
        };
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = Some(offset);
        self.syncs.fetch_add(1, Ordering::AcqRel);
    }

    fn wall(&self) -> i64 {
        self.own.now().since(self.own.boot())
    }

    fn offset(&self) -> Option<Offset> {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The exchange's time, for code that follows the exchange's minutes.
impl Clock for ExchangeClock {
    fn now(&self) -> Micros {
        self.at(self.own())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Hand {
        wall: AtomicI64,
        boot: AtomicI64,
    }

    impl Hand {
        fn set(&self, wall: i64, boot: i64) {
            self.wall.store(wall, Ordering::SeqCst);
            self.boot.store(boot, Ordering::SeqCst);
        }
    }

    impl Clock for Hand {
        fn now(&self) -> Micros {
            Micros(self.wall.load(Ordering::SeqCst))
        }

        fn boot(&self) -> Micros {
            Micros(self.boot.load(Ordering::SeqCst))
        }
    }

    #[test]
    fn takes_the_middle_of_the_round_trip() {
        let hand = Arc::new(Hand::default());
        hand.set(501_000, 1_000);
        let clock = ExchangeClock::new(hand.clone());
        assert!(clock.stale() && !clock.known());
        assert_eq!(clock.now(), Micros(501_000), "the wall clock's time until the exchange was queried");
        hand.set(501_400, 1_400);
        clock.learn(Micros(1_000), Micros(51_200));
        assert_eq!(clock.now(), Micros(51_400));
        assert!(clock.known() && !clock.stale());
        hand.set(501_400 + TRUST, 1_400 + TRUST);
        assert!(clock.stale());
    }

    #[test]
    fn setting_the_wall_clock_is_noticed_and_moves_nothing() {
        let hand = Arc::new(Hand::default());
        let clock = ExchangeClock::new(hand.clone());
        clock.learn(Micros(0), Micros(7_000));
        for wall in [30 * time::SECOND, -30 * time::SECOND] {
            hand.set(wall, 0);
            assert_eq!(clock.now(), Micros(7_000));
            assert_eq!(clock.jump(), Some(wall));
        }
        clock.learn(Micros(0), Micros(7_000));
        assert_eq!(clock.jump(), None, "it was measured since");
        hand.set(-30 * time::SECOND + JUMP, 0);
        assert_eq!(clock.jump(), None, "clocks are corrected a little all the time");
    }

    #[test]
    fn a_slow_answer_is_doubted_now_and_then() {
        let hand = Arc::new(Hand::default());
        let clock = ExchangeClock::new(hand.clone());
        hand.set(0, 2 * TOLERATED_ERROR);
        clock.learn(Micros(0), Micros(0));
        assert!(!clock.doubtful() && clock.excess() == 0, "half the round trip is tolerated");
        hand.set(0, 2 * TOLERATED_ERROR + 20);
        clock.learn(Micros(0), Micros(0));
        assert_eq!(clock.excess(), 10);
        assert!(clock.doubtful() && !clock.doubtful());
        hand.set(0, 2 * TOLERATED_ERROR + 20 + DOUBT_AGAIN);
        assert!(clock.doubtful());
    }
}
