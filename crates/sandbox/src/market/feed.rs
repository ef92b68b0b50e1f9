//! The feed of one pair: its current candle and its position in it.

use super::{
    Pair,
    cycle::Cycle,
    noise::noise,
    price_path::{self, PricePath, Span, floor_volume},
    source::Source,
    timeline::{Timeline, scaled},
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

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
    /// Whether volumes are on the pair's step. Exchanges of older releases divided them freely.
    #[serde(default)]
    stepped: bool,
    /// The fraction by which prices are scaled since the last price jump.
    bend: (i64, i64),
    /// The scale from the next candle on, if it changes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_bend: Option<(i64, i64)>,
    /// The price path through `span`. Derived from it, so not serialized.
    #[serde(skip)]
    path: Option<Box<PricePath>>,
    /// The pair's cycle. Derived from the seed, so not serialized.
    #[serde(skip)]
    cycle: OnceLock<Arc<Cycle>>,
}

/// The beat at a position of a path.
pub(super) fn beat_of(path: &PricePath, span: &Span, key: u64, place: usize) -> Beat {
    let price = path.prices.get(place).copied().unwrap_or(span.close);
    let before = place.checked_sub(1).and_then(|p| path.prices.get(p)).copied().unwrap_or(price);
    let buyer = if price == before { noise(key, &[place as u64]) & 1 == 0 } else { price > before };
    let volume = path.volumes.get(place).copied().unwrap_or(0);
    Beat { price, volume, buyer, candle_volume: span.volume }
}

impl Feed {
    pub(super) fn new(pair: Pair, source: Source, stepped: bool) -> Self {
        Self {
            pair,
            source,
            span: Span::default(),
            started: 0,
            stepped,
            bend: (1, 1),
            next_bend: None,
            path: None,
            cycle: OnceLock::new(),
        }
    }

    /// Starts the next candle and returns it.
    pub(super) fn begin(&mut self, seed: u64) -> Span {
        let (pair, cycle) = (self.pair, &self.cycle);
        let cycle = || Arc::clone(cycle.get_or_init(|| Arc::new(Cycle::new(pair, seed))));
        let span = self.source.next(seed, self.span.close, cycle);
        self.span = self.on_step(span);
        self.started += 1;
        self.path = None;
        self.bend = self.next_bend.take().unwrap_or(self.bend);
        self.span
    }

    /// The step of volumes; `None` in exchanges of older releases.
    pub(super) const fn step(&self) -> Option<i64> {
        if self.stepped { Some(self.pair.volume_step()) } else { None }
    }

    fn on_step(&self, span: Span) -> Span {
        let volume = self.step().map_or(span.volume, |step| floor_volume(span.volume, step));
        Span { volume, ..span }
    }

    /// Keeps volumes on the pair's step from now on.
    pub(super) fn step_volumes(&mut self) {
        self.stepped = true;
        self.span = self.on_step(self.span);
        self.path = None;
    }

    /// Returns the beat at this position in the candle.
    pub(super) fn beat(&mut self, seed: u64, place: usize) -> Beat {
        let (span, step, key) = (self.span, self.step(), self.key(seed, self.position()));
        let path = self.path.get_or_insert_with(|| Box::new(price_path::generate(&span, step, key)));
        let beat = beat_of(path, &span, key, place);
        Beat { price: scaled(beat.price, self.bend), ..beat }
    }

    /// The position of the current candle on the pair's timeline.
    pub(super) fn position(&self) -> i64 {
        self.source.position() - 1
    }

    /// The random key of the path through the candle at a position of the timeline.
    pub(super) fn key(&self, seed: u64, position: i64) -> u64 {
        let started = self.started.wrapping_add_signed(position - self.position());
        noise(seed, &[0xFEED, self.pair.number() as u64, started])
    }

    /// All candles of the pair.
    pub(super) fn timeline(&self, seed: u64) -> Timeline<'_> {
        match &self.source {
            Source::Record { .. } => Timeline::Record,
            Source::Synthetic { .. } | Source::Cycle { .. } => {
                Timeline::Cycle(self.cycle.get_or_init(|| Arc::new(Cycle::new(self.pair, seed))))
            }
        }
    }

    /// The fraction by which prices are scaled.
    pub(super) const fn scale(&self) -> (i64, i64) {
        self.bend
    }

    /// Replaces the endless random walk of an older release after the current candle, at the current price. Returns
    /// whether there was one.
    pub(super) fn adopt(&mut self, seed: u64, minute: i64) -> bool {
        let Source::Synthetic { .. } = self.source else { return false };
        let next = minute + 1;
        let price = scaled(self.span.close, self.bend);
        let walked = self.timeline(seed).span(next).open;
        self.source = Source::Cycle { next };
        self.next_bend = Some((price, walked.max(1)));
        true
    }

    /// Scales the path so that this beat and all later ones are relative to `price`.
    pub(super) fn bend(&mut self, seed: u64, place: usize, price: i64) {
        self.bend = (1, 1);
        let walked = self.beat(seed, place).price;
        self.bend = (price.max(1), walked.max(1));
        self.next_bend = self.next_bend.map(|(_, walked)| (price.max(1), walked));
    }

    /// The volume of the current candle.
    pub(super) const fn volume(&self) -> i64 {
        self.span.volume
    }

    pub(super) const fn source(&self) -> &Source {
        &self.source
    }
}
