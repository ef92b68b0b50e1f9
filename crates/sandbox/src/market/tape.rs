//! The tape: position of the replay, its pacing by the wall clock, and the candles it has published.

use super::{
    Interval, Kline, MarketId, Pace, Pair, Playing, Tick,
    feed::{Beat, Feed},
    minutes::Minutes,
    past_trades::{self, PastTrade},
    price_path::BEATS,
    runs::Runs,
    source::Source,
};
use domain::{Decimal, Micros, time};
use serde::{Deserialize, Serialize};

/// Beats per candle, and therefore per minute: four per second.
pub const BEATS_PER_MINUTE: u32 = BEATS as u32;
/// The recorded hour that a new exchange starts at: 2020-10-01T00:00Z.
pub const DEFAULT_START: Micros = Micros(1_601_510_400 * time::SECOND);
/// Duration of one beat, in microseconds.
const BEAT: i64 = time::MINUTE / BEATS as i64;
/// How many candles of the record, or of a cycle, come before the first one that plays.
const BACKFILL: usize = 1_500;
/// How many of them are kept, for average prices.
const AVERAGED: i64 = 10;

/// The synchronized feeds of all pairs, and the one-minute candles published so far.
///
/// The position is counted in candles and beats, not in time: without ticks, the market does not move. A
/// candle interrupted by downtime is published in two parts, under the minutes in which they played.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tape {
    seed: u64,
    pub(super) feeds: Vec<Feed>,
    pub(super) minutes: Vec<Minutes>,
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
            let (feed, past) = begin_pair(pair, seed, minute, start, true);
            feeds.push(feed);
            minutes.push(past);
        }
        Self { seed, feeds, minutes, played: 0, minute, beats: 0 }
    }

    /// Adds the pairs that a release of fewer pairs did not have.
    pub(crate) fn complete(&mut self) {
        let stepped = self.feeds.iter().all(|feed| feed.step().is_some());
        for pair in Pair::ALL.into_iter().skip(self.feeds.len()) {
            let (feed, past) = begin_pair(pair, self.seed, self.minute, DEFAULT_START, stepped);
            self.feeds.push(feed);
            self.minutes.push(past);
        }
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
        let minute = at.0.div_euclid(time::MINUTE).max(self.minute);
        if self.played >= BEATS {
            self.played = 0;
            for (feed, minutes) in self.feeds.iter_mut().zip(&mut self.minutes) {
                feed.begin(self.seed);
                minutes.runs.note(minute, feed.position(), feed.scale());
            }
        }
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

    /// Candles of an interval of at least a minute that open within `period`, oldest first: the first `limit` of them
    /// if the period has a start, otherwise the last `limit`.
    pub(crate) fn klines(
        &self,
        market: MarketId,
        interval: Interval,
        period: (Option<Micros>, Option<Micros>),
        limit: usize,
    ) -> Vec<Kline> {
        let Some((feed, minutes)) = self.pair(market.pair) else { return Vec::new() };
        minutes.klines(feed.timeline(self.seed), (market, interval), period, limit)
    }

    /// All minutes after the one containing `since`, merged into one candle, and the close before them.
    pub(crate) fn span(&self, market: MarketId, since: Micros) -> Option<(Kline, Decimal)> {
        let (feed, minutes) = self.pair(market.pair)?;
        minutes.span(feed.timeline(self.seed), market, since)
    }

    /// The trades of the earliest minute at or after `minute`.
    pub(crate) fn trades_from(&self, pair: Pair, minute: i64) -> Option<(i64, Vec<PastTrade>)> {
        let (feed, minutes) = self.pair(pair)?;
        let minute = minutes.next(minute)?;
        Some((minute, past_trades::of_minute(feed, minutes, self.seed, minute)))
    }

    /// The trades of the latest minute at or before `minute`.
    pub(crate) fn trades_until(&self, pair: Pair, minute: i64) -> Option<(i64, Vec<PastTrade>)> {
        let (feed, minutes) = self.pair(pair)?;
        let minute = minutes.previous(minute)?;
        Some((minute, past_trades::of_minute(feed, minutes, self.seed, minute)))
    }

    /// The minute of the trade with this number.
    pub(crate) fn minute_of_trade(&self, pair: Pair, number: i64) -> Option<i64> {
        self.pair(pair)?.1.minute_of(number)
    }

    /// The number of a pair's latest trade.
    pub(crate) fn last_trade(&self, pair: Pair) -> i64 {
        self.pair(pair).map_or(0, |(_, minutes)| minutes.counted)
    }

    /// Numbers the trades of an exchange of an older release, whose last trade number is `last`, and makes its
    /// synthetic markets repeat.
    pub(crate) fn number_trades(&mut self, last: i64) {
        for (feed, minutes) in self.feeds.iter_mut().zip(&mut self.minutes) {
            minutes.number_trades(last);
            if feed.adopt(self.seed, self.minute) {
                minutes.runs = Runs::default();
            }
        }
    }

    fn pair(&self, pair: Pair) -> Option<(&Feed, &Minutes)> {
        self.feeds.get(pair.number()).zip(self.minutes.get(pair.number()))
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

/// Starts the feed of a pair in a minute: the record from the hour `start` on, or a cycle. Returns it with the
/// candles of the minutes before. `stepped`: volumes are on the pair's step.
fn begin_pair(pair: Pair, seed: u64, minute: i64, start: Micros, stepped: bool) -> (Feed, Minutes) {
    let before = BACKFILL as i64;
    let source = if pair.synthetic() {
        Source::Cycle { next: minute - before }
    } else {
        Source::record(start, BACKFILL)
    };
    let mut past = Minutes::new(pair, minute, before, source.position() + before);
    let mut feed = Feed::new(pair, source, stepped);
    for back in (1..=before).rev() {
        let span = feed.begin(seed);
        // Those before can be computed.
        if back <= AVERAGED {
            past.backfill(minute - back, &span);
        }
    }
    feed.begin(seed);
    (feed, past)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Frame;

    const AT: Micros = Micros(1_795_255_200 * time::SECOND);

    /// Plays all beats of a minute. Returns those of one pair.
    fn minute(tape: &mut Tape, number: i64) -> Vec<Beat> {
        let at = AT.plus(number * time::MINUTE);
        let mut beats = Vec::new();
        while tape.due(Tick::wall(at.plus(time::MINUTE - 1))) > 0 {
            tape.play(at);
            beats.push(tape.beat(Pair::XrpUsdt));
        }
        beats
    }

    #[test]
    fn computed_trades_are_the_beats_that_were_played() {
        let mut tape = Tape::new(6, AT, DEFAULT_START);
        minute(&mut tape, 0);
        let played = minute(&mut tape, 1);
        let minute = AT.0 / time::MINUTE + 1;
        let (found, computed) = tape.trades_from(Pair::XrpUsdt, minute).unwrap();
        assert_eq!((found, computed.iter().map(|trade| trade.beat).collect::<Vec<_>>()), (minute, played));
        assert_eq!(computed[239].number, tape.last_trade(Pair::XrpUsdt));
        assert_eq!(tape.minute_of_trade(Pair::XrpUsdt, computed[0].number), Some(minute));
        assert_eq!(tape.minute_of_trade(Pair::XrpUsdt, computed[0].number - 1), Some(minute - 1));
    }

    fn candles(tape: &Tape, pair: Pair) -> Vec<Kline> {
        let from = Some(AT.plus(-30 * time::MINUTE));
        tape.klines(MarketId::futures(pair), Frame::M1.into(), (from, None), 500)
    }

    fn trades(tape: &Tape, pair: Pair) -> Vec<PastTrade> {
        let mut all = Vec::new();
        let mut at = AT.0 / time::MINUTE - 30;
        while let Some((minute, trades)) = tape.trades_from(pair, at) {
            all.extend(trades);
            at = minute + 1;
        }
        all
    }

    #[test]
    fn forgotten_history_is_computed_again() {
        let mut tape = Tape::new(6, AT, DEFAULT_START);
        for number in 0..12 {
            minute(&mut tape, number);
        }
        // A downtime, and a jump of one market.
        for number in 20..24 {
            minute(&mut tape, number);
        }
        let price = tape.beat(Pair::SolUsdt).price;
        tape.jump(Pair::SolUsdt, price * 2);
        for number in 24..40 {
            minute(&mut tape, number);
        }
        for pair in Pair::ALL {
            let (before, traded) = (candles(&tape, pair), trades(&tape, pair));
            assert_eq!(before.len(), 30 + 12 + 4 + 16, "{pair:?}");
            assert!(traded.windows(2).all(|w| w[0].number + 1 == w[1].number && w[0].at < w[1].at));
            assert_eq!(traded.len(), before.len() * BEATS, "{pair:?}");
            let text = serde_json::to_string(&tape).unwrap();
            let mut restored: Tape = serde_json::from_str(&text).unwrap();
            restored.minutes[pair.number()].trim(3);
            assert_eq!(trades(&restored, pair).len(), traded.len());
            for (old, new) in before.iter().zip(candles(&restored, pair)) {
                let prices = |k: &Kline| (k.start, k.open, k.high, k.low, k.close, k.volume, k.trades);
                // The candle of the jump shows it only while it is kept.
                if pair != Pair::SolUsdt || old.start != AT.plus(23 * time::MINUTE) {
                    assert_eq!(prices(old), prices(&new), "{pair:?}");
                }
            }
            if pair != Pair::SolUsdt {
                assert_eq!(trades(&restored, pair), traded, "{pair:?}");
            }
        }
    }

    #[test]
    fn an_exchange_of_an_older_release_gets_a_past() {
        let mut tape = Tape::new(6, AT, DEFAULT_START);
        let source = Source::Synthetic { pair: Pair::EthUsdt, made: 1_501, price: 180_000 };
        let mut feed = Feed::new(Pair::EthUsdt, source, true);
        feed.begin(6);
        tape.feeds[Pair::EthUsdt.number()] = feed;
        tape.minutes[Pair::EthUsdt.number()].runs = Runs::default();
        minute(&mut tape, 0);
        tape.number_trades(77);
        minute(&mut tape, 1);
        minute(&mut tape, 2);
        let rows = candles(&tape, Pair::EthUsdt);
        assert_eq!(rows[rows.len() - 1].open, rows[rows.len() - 2].close);
        assert_eq!(
            rows[rows.len() - 2].open,
            rows[rows.len() - 3].close,
            "the cycle goes on at the present price"
        );
        let past = tape.klines(MarketId::spot(Pair::EthUsdt), Frame::D1.into(), (None, None), 500);
        assert_eq!(past.len(), 500);
    }
}
