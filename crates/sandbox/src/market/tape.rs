//! The tape: where the replay stands, how it keeps pace with the wall clock, and what it has published.

use super::{
    MarketId, Pair, Playing,
    feed::{Beat, Feed},
    minutes::Minutes,
    source::Source,
    walk::BEATS,
};
use domain::{Micros, time};
use serde::{Deserialize, Serialize};

/// Beats in one candle, and so in one minute: four a second.
pub const BEATS_PER_MINUTE: u32 = BEATS as u32;
/// The recorded hour that a new exchange starts at: 2020-10-01T00:00Z.
pub const DEFAULT_START: Micros = Micros(1_601_510_400 * time::SECOND);
/// Length of one beat.
const BEAT: i64 = time::MINUTE / BEATS as i64;
/// Candles published before the first.
const BACKFILL: usize = 1_500;

/// How much of the tape a tick plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// What is due at this moment, so that each candle ends with its minute: one beat in the steady state, more when
    /// the minute had begun without us, none when the candle has played out.
    Wall,
    /// One beat, whatever the clock says. For tests.
    Step,
}

/// A moment in the life of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// When.
    pub at: Micros,
    /// How much plays.
    pub pace: Pace,
}

impl Tick {
    /// Plays what is due at `at`.
    #[must_use]
    pub const fn wall(at: Micros) -> Self {
        Self { at, pace: Pace::Wall }
    }

    /// Plays one beat.
    #[must_use]
    pub const fn step(at: Micros) -> Self {
        Self { at, pace: Pace::Step }
    }
}

/// The feeds of all pairs, in step, and the one-minute candles published so far.
///
/// Its place is counted in candles and beats, never in time: while nobody ticks, the market stands still. A candle
/// that downtime interrupts is published in two parts, under the minutes that they played in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tape {
    seed: u64,
    feeds: Vec<Feed>,
    minutes: Vec<Minutes>,
    /// Beats of the present candle that have played.
    played: usize,
    /// The minute that the present beats are published under, since the epoch.
    minute: i64,
    /// Beats played since the first start.
    beats: u64,
}

impl Tape {
    /// A tape that stands at the start of the recorded hour `start`, with the candles before it published as the
    /// minutes before `at`.
    pub(crate) fn new(seed: u64, at: Micros, start: Micros) -> Self {
        let minute = at.0.div_euclid(time::MINUTE);
        let mut feeds = Vec::new();
        let mut minutes = Vec::new();
        for pair in Pair::ALL {
            let source =
                if pair.synthetic() { Source::synthetic(pair) } else { Source::record(start, BACKFILL) };
            let mut feed = Feed::new(pair, source);
            let mut past = Minutes::new(pair);
            for back in (1..=BACKFILL).rev() {
                past.backfill(minute - back as i64, &feed.begin(seed));
            }
            feed.begin(seed);
            feeds.push(feed);
            minutes.push(past);
        }
        Self { seed, feeds, minutes, played: 0, minute, beats: 0 }
    }

    /// How many beats a tick plays.
    pub(crate) fn due(&self, tick: Tick) -> usize {
        if tick.pace == Pace::Step {
            return 1;
        }
        let minute = tick.at.0.div_euclid(time::MINUTE);
        let mut rest = BEATS - self.played;
        if rest == 0 {
            if minute <= self.minute {
                return 0;
            }
            rest = BEATS;
        }
        let slot = usize::try_from(tick.at.0.rem_euclid(time::MINUTE) / BEAT).unwrap_or(0);
        let slots = BEATS - slot.min(BEATS - 1);
        rest - rest * (slots - 1) / slots
    }

    /// Plays one beat of every pair, published under the minute of `at`. Tells whether a new minute has begun.
    pub(crate) fn play(&mut self, at: Micros) -> bool {
        if self.played >= BEATS {
            self.played = 0;
            for feed in &mut self.feeds {
                feed.begin(self.seed);
            }
        }
        let minute = at.0.div_euclid(time::MINUTE).max(self.minute);
        let turned = minute > self.minute;
        self.minute = minute;
        for (feed, minutes) in self.feeds.iter_mut().zip(&mut self.minutes) {
            minutes.add(minute, &feed.beat(self.seed, self.played));
        }
        self.played += 1;
        self.beats += 1;
        turned
    }

    /// The beat of a pair that has played last.
    pub(crate) fn beat(&mut self, pair: Pair) -> Beat {
        let place = self.played.saturating_sub(1);
        let seed = self.seed;
        match self.feeds.get_mut(pair.number()) {
            Some(feed) => feed.beat(seed, place),
            None => Beat { price: 1, volume: 0, buyer: true, candle_volume: 0 },
        }
    }

    /// Jumps a pair to a price, in its units, with this much volume.
    pub(crate) fn jump(&mut self, pair: Pair, price: i64) -> Beat {
        let place = self.played.saturating_sub(1);
        let mut beat = self.beat(pair);
        if let Some(feed) = self.feeds.get_mut(pair.number()) {
            beat.buyer = price >= beat.price;
            feed.bend(self.seed, place, price);
            beat.price = feed.beat(self.seed, place).price;
            beat.volume = feed.volume();
        }
        if let Some(minutes) = self.minutes.get_mut(pair.number()) {
            minutes.add(self.minute, &Beat { volume: 0, ..beat });
        }
        beat
    }

    /// The candles of a pair.
    pub(crate) fn minutes(&self, pair: Pair) -> Option<&Minutes> {
        self.minutes.get(pair.number())
    }

    /// What the book of a market is made from now.
    pub(crate) const fn book_key(&self, market: MarketId) -> (u64, [u64; 3]) {
        (self.seed, [0xB00C, market.number() as u64, self.beats])
    }

    /// Which recorded hour is playing.
    pub(crate) fn playing(&self) -> Option<Playing> {
        let pair = Pair::BtcUsdt;
        let (hour, pass) = self.feeds.get(pair.number())?.source().playing()?;
        Some(Playing {
            pair,
            hour,
            tick: u32::try_from(self.played).unwrap_or(0),
            pass: pass.number,
            scale: pass.scale,
            mirrored: pass.mirrored,
        })
    }
}
