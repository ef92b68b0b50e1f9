//! The tape: position of the replay, its pacing by the wall clock, and the candles it has published.

use super::{
    MarketId, Pair, Playing,
    feed::{Beat, Feed},
    minutes::Minutes,
    price_path::BEATS,
    source::Source,
};
use domain::{Micros, time};
use serde::{Deserialize, Serialize};

/// Beats per candle, and therefore per minute: four per second.
pub const BEATS_PER_MINUTE: u32 = BEATS as u32;
/// The recorded hour that a new exchange starts at: 2020-10-01T00:00Z.
pub const DEFAULT_START: Micros = Micros(1_601_510_400 * time::SECOND);
/// Duration of one beat, in microseconds.
const BEAT: i64 = time::MINUTE / BEATS as i64;
/// How many candles are published before the first one that plays.
const BACKFILL: usize = 1_500;

/// How many beats a tick plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// The beats due by the wall clock, so that each candle ends with its minute: one in the steady state,
    /// more if the process was not running at the start of the minute, none if the candle has already ended.
    Wall,
    /// One beat, regardless of the clock. For tests.
    Step,
}

/// A request to advance the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Time of the tick.
    pub at: Micros,
    /// How many beats it plays.
    pub pace: Pace,
}

impl Tick {
    /// A tick that plays the beats due at `at`.
    #[must_use]
    pub const fn wall(at: Micros) -> Self {
        Self { at, pace: Pace::Wall }
    }

    /// A tick that plays one beat.
    #[must_use]
    pub const fn step(at: Micros) -> Self {
        Self { at, pace: Pace::Step }
    }
}

/// The synchronized feeds of all pairs, and the one-minute candles published so far.
///
/// The position is counted in candles and beats, not in time: without ticks, the market does not move. A
/// candle interrupted by downtime is published in two parts, under the minutes in which they played.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tape {
    seed: u64,
    feeds: Vec<Feed>,
    minutes: Vec<Minutes>,
    /// Beats played of the current candle.
    played: usize,
    /// The minute under which the current beats are published, since the Unix epoch.
    minute: i64,
    /// Beats played since the exchange was created.
    beats: u64,
}

impl Tape {
    /// Creates a tape positioned at the recorded hour `start`. The candles before it are published as the
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

    /// The number of beats that a tick plays.
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

    /// Plays one beat of every pair, published under the minute of `at`. Returns whether a new minute has
    /// begun.
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

    /// The last beat played of a pair.
    pub(crate) fn beat(&mut self, pair: Pair) -> Beat {
        let place = self.played.saturating_sub(1);
        let seed = self.seed;
        match self.feeds.get_mut(pair.number()) {
            Some(feed) => feed.beat(seed, place),
            None => Beat { price: 1, volume: 0, buyer: true, candle_volume: 0 },
        }
    }

    /// Jumps a pair to a price in its units. The jump trades the volume of a whole candle.
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

    /// The published candles of a pair.
    pub(crate) fn minutes(&self, pair: Pair) -> Option<&Minutes> {
        self.minutes.get(pair.number())
    }

    /// The seed and key from which a market's current book is generated.
    pub(crate) const fn book_key(&self, market: MarketId) -> (u64, [u64; 3]) {
        (self.seed, [0xB00C, market.number() as u64, self.beats])
    }

    /// The recorded hour that is playing.
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
