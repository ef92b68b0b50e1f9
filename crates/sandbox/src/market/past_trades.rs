//! The trades of a minute, computed from its candle.

use super::{
    Beat,
    feed::{Feed, beat_of},
    minutes::{Minutes, TRADES},
    noise::noise,
    price_path::{self, BEATS, Span},
    timeline::{bent, scaled},
};
use domain::{Micros, time};

/// A trade of a pair, with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PastTrade {
    /// Its number among the pair's trades, from one.
    pub(crate) number: i64,
    pub(crate) at: Micros,
    pub(crate) beat: Beat,
}

/// The trades of a minute, oldest first. They are those that were played, except in minutes with a downtime or a
/// price jump: there they only have the candle's prices, volume and number of trades.
pub(super) fn of_minute(feed: &Feed, minutes: &Minutes, seed: u64, minute: i64) -> Vec<PastTrade> {
    let played = minutes.runs.at(minute).map(|run| (run, feed.timeline(seed).span(run.candle)));
    let beats = match (minutes.row(minute), played) {
        (row, Some((run, span)))
            if row
                .is_none_or(|row| i64::from(row.trades) == TRADES && row.span() == bent(&span, run.bend)) =>
        {
            let key = feed.key(seed, run.candle);
            let path = price_path::generate(&span, feed.step(), key);
            let beat = |place| beat_of(&path, &span, key, place);
            (0..BEATS).map(beat).map(|beat| Beat { price: scaled(beat.price, run.bend), ..beat }).collect()
        }
        (Some(row), _) => {
            let key = noise(seed, &[0x7ADE, minute.unsigned_abs()]);
            squeezed(&row.span(), feed.step().unwrap_or(1), key, i64::from(row.trades))
        }
        (None, _) => Vec::new(),
    };
    numbered(&beats, minute, minutes.counted_before(minute))
}

fn numbered(beats: &[Beat], minute: i64, before: i64) -> Vec<PastTrade> {
    let length = i64::try_from(beats.len()).unwrap_or(1).max(1);
    let traded = beats.iter().zip(0_i64..).filter(|(beat, _)| beat.volume > 0);
    traded
        .zip(1_i64..)
        .map(|((beat, place), number)| PastTrade {
            number: before + number,
            at: Micros(minute * time::MINUTE + place * time::MINUTE / length),
            beat: *beat,
        })
        .collect()
}

/// A path through a candle in a given number of trades, with volumes on a step.
fn squeezed(span: &Span, step: i64, key: u64, trades: i64) -> Vec<Beat> {
    let path = price_path::generate(span, Some(step), key);
    let last = BEATS as i64 - 1;
    let price = |n: i64| {
        let place = if trades > 1 { n * last / (trades - 1) } else { last };
        usize::try_from(place).ok().and_then(|place| path.prices.get(place)).copied().unwrap_or(span.close)
    };
    let prices: Vec<i64> = (0..trades).map(price).collect();
    let steps = i128::from(span.volume / step);
    let due = |n: i64| steps * i128::from(n) / i128::from(trades.max(1));
    let volume = |n: i64| i64::try_from(due(n + 1) - due(n)).unwrap_or(0) * step;
    let mut before = span.open;
    prices
        .into_iter()
        .zip(0_i64..)
        .map(|(price, n)| {
            let buyer =
                if price == before { noise(key, &[n.unsigned_abs()]) & 1 == 0 } else { price > before };
            before = price;
            Beat { price, volume: volume(n), buyer, candle_volume: span.volume }
        })
        .collect()
}
