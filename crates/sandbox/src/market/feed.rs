//! The feed of one pair: its current candle and its position in it.

use super::{
    Pair,
    noise::noise,
    price_path::{self, PricePath, Span},
    source::Source,
};
use serde::{Deserialize, Serialize};

/// One beat of a pair, in the pair's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Beat {
    /// The price of the trade.
    pub(crate) price: i64,
    /// The volume of the trade.
    pub(crate) volume: i64,
    /// Whether the taker was a buyer.
    pub(crate) buyer: bool,
    /// The volume of the whole candle.
    pub(crate) candle_volume: i64,
}

/// Plays a pair's candles one beat at a time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Feed {
    pair: Pair,
    source: Source,
    span: Span,
    /// Number of candles started; part of each path's random key.
    #[serde(rename = "begun")]
    started: u64,
    /// The fraction by which prices are scaled since the last price jump.
    bend: (i64, i64),
    /// The price path through `span`. Derived from it, so not serialized.
    #[serde(skip)]
    path: Option<Box<PricePath>>,
}

impl Feed {
    pub(super) fn new(pair: Pair, source: Source) -> Self {
        Self { pair, source, span: Span::default(), started: 0, bend: (1, 1), path: None }
    }

    /// Starts the next candle and returns it.
    pub(super) fn begin(&mut self, seed: u64) -> Span {
        self.span = self.source.next(seed, self.span.close);
        self.started += 1;
        self.path = None;
        self.span
    }

    /// Returns the beat at this position in the candle.
    pub(super) fn beat(&mut self, seed: u64, place: usize) -> Beat {
        let (span, key) = (self.span, noise(seed, &[0xFEED, self.pair.number() as u64, self.started]));
        let path = self.path.get_or_insert_with(|| Box::new(price_path::generate(&span, key)));
        let walked = path.prices.get(place).copied().unwrap_or(span.close);
        let before = place.checked_sub(1).and_then(|p| path.prices.get(p)).copied().unwrap_or(walked);
        let buyer = if walked == before { noise(key, &[place as u64]) & 1 == 0 } else { walked > before };
        let volume = path.volumes.get(place).copied().unwrap_or(0);
        Beat { price: self.bent(walked), volume, buyer, candle_volume: span.volume }
    }

    /// Scales the path so that this beat and all later ones are relative to `price`.
    pub(super) fn bend(&mut self, seed: u64, place: usize, price: i64) {
        self.bend = (1, 1);
        let walked = self.beat(seed, place).price;
        self.bend = (price.max(1), walked.max(1));
    }

    /// The volume of the current candle.
    pub(super) const fn volume(&self) -> i64 {
        self.span.volume
    }

    pub(super) const fn source(&self) -> &Source {
        &self.source
    }

    fn bent(&self, walked: i64) -> i64 {
        let (up, down) = self.bend;
        let price = i128::from(walked) * i128::from(up) / i128::from(down.max(1));
        i64::try_from(price).unwrap_or(i64::MAX).max(1)
    }
}
