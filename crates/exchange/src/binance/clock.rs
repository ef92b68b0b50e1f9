//! The exchange's clock, kept as an offset from our boot time, which never jumps when the wall clock is set.

use domain::{Clock, Micros, time};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

/// How long an offset is trusted.
const TRUST: i64 = 30 * time::MINUTE;
/// The largest error of an offset with which a request that has a validity is signed as it is. Whoever gives validities
/// allows for this much.
const TOLERATED_ERROR: i64 = time::SECOND / 2;
/// How long a second measurement counts where the exchange answers so slowly that it was no better than the first.
const DOUBT_AGAIN: i64 = 10 * time::SECOND;
/// The wall clock moved this much against boot time: it was set, or the machine was suspended.
const JUMP: i64 = time::SECOND / 2;

/// Our clock corrected to the exchange's.
pub(super) struct ExchangeClock {
    own: Arc<dyn Clock>,
    offset: Mutex<Option<Offset>>,
    syncs: AtomicU64,
    /// When an offset with a large error was last measured again.
    doubted: AtomicI64,
    /// Held while the exchange is asked, so that many who find the clock wrong ask once.
    pub(super) asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy)]
struct Offset {
    micros: i64,
    /// Half the round trip of the question: the offset may be wrong by this much.
    error: i64,
    learned: Micros,
    /// Wall clock minus boot time when it was learned.
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

    /// Our own boot time.
    pub(super) fn own(&self) -> Micros {
        self.own.boot()
    }

    /// A moment of our boot time by the exchange's clock, as well as we know it. Before the exchange was ever asked, the wall
    /// clock is used instead.
    pub(super) fn at(&self, own: Micros) -> Micros {
        own.plus(self.offset().map_or_else(|| self.wall(), |o| o.micros))
    }

    /// Whether the exchange was ever asked.
    pub(super) fn known(&self) -> bool {
        self.offset().is_some()
    }

    /// Whether what we know is too old.
    pub(super) fn stale(&self) -> bool {
        self.offset().is_none_or(|o| self.own().since(o.learned) >= TRUST)
    }

    /// How far the wall clock jumped against boot time since the exchange was last asked, in microseconds; none when it did
    /// not. A machine that was suspended may have lost boot time as well, so the offset must be measured again.
    pub(super) fn jump(&self) -> Option<i64> {
        let jump = self.wall().saturating_sub(self.offset()?.wall);
        (jump.saturating_abs() > JUMP).then_some(jump)
    }

    /// Whether the offset should be measured again because its error is large. True for one caller at a time.
    pub(super) fn doubtful(&self) -> bool {
        if self.excess() == 0 {
            return false;
        }
        let now = self.own();
        let last = self.doubted.load(Ordering::Acquire);
        last.saturating_add(DOUBT_AGAIN) <= now.0
            && self.doubted.compare_exchange(last, now.0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// The part of the offset's error, in microseconds, for which nobody has allowed. It must be taken off a request's window.
    pub(super) fn excess(&self) -> i64 {
        self.offset().map_or(0, |o| o.error.saturating_sub(TOLERATED_ERROR).max(0))
    }

    /// How many times the clock was set; tells whether another task has just mended it.
    pub(super) fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Acquire)
    }

    /// Learns from a question asked at `asked` and answered now: the answer was true half-way.
    pub(super) fn learn(&self, asked: Micros, server: Micros) {
        let learned = self.own();
        let midway = asked.0.midpoint(learned.0);
        let offset = Offset {
            micros: server.0.saturating_sub(midway),
            error: learned.since(asked).max(0) / 2,
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

/// The exchange's time, for what must follow its minutes.
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
        assert_eq!(clock.now(), Micros(501_000), "the wall clock's time until the exchange was asked");
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
