//! The price path through one candle, in 240 beats.

use super::noise::Run;

/// Number of beats in a candle.
pub(super) const BEATS: usize = 240;

/// A volume rounded down to a multiple of a step.
pub(super) const fn floor_volume(volume: i64, step: i64) -> i64 {
    volume - volume.rem_euclid(step)
}

/// The candle to generate a path for, in the units of its pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Span {
    pub(super) open: i64,
    pub(super) high: i64,
    pub(super) low: i64,
    pub(super) close: i64,
    pub(super) volume: i64,
}

/// Price and volume at each beat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PricePath {
    pub(super) prices: [i64; BEATS],
    pub(super) volumes: [i64; BEATS],
}

/// Generates a path through a candle: it starts at the open, ends at the close, touches high and low, never
/// leaves that range and distributes all the volume, which is a multiple of `step`, in multiples of it. Without a
/// step, as in exchanges of older releases, the volume is divided freely.
///
/// A rising candle visits its low first and a falling one its high, because that path is shorter and
/// likelier.
pub(super) fn generate(span: &Span, step: Option<i64>, key: u64) -> PricePath {
    let mut run = Run::new(key);
    let rising = span.close >= span.open;
    let (near, far) = if rising { (span.low, span.high) } else { (span.high, span.low) };
    let half = BEATS as i64 / 2;
    let turn = 1 + run.below(half - 2);
    let back = half + run.below(half - 2);
    let anchors = [(0, span.open), (turn, near), (back, far), (BEATS as i64 - 1, span.close)];

    let mut prices = [span.open; BEATS];
    for pair in anchors.windows(2) {
        bridge(&mut prices, pair[0], pair[1], span, &mut run);
    }
    let volumes = match step {
        Some(step) => share_steps(span.volume, step.max(1), &mut run),
        None => share(span.volume, &mut run),
    };
    PricePath { prices, volumes }
}

/// Fills the beats between two anchors with a random walk adjusted to end at the second anchor.
fn bridge(prices: &mut [i64; BEATS], from: (i64, i64), to: (i64, i64), span: &Span, run: &mut Run) {
    const STEP: i64 = 1_000;
    let beats = to.0 - from.0;
    let steps: Vec<i64> = (0..beats).map(|_| run.below(2 * STEP + 1) - STEP).collect();
    let end: i64 = steps.iter().sum();
    let loose = i128::from(STEP * 3 * beats.isqrt().max(1));
    let range = i128::from(span.high - span.low);
    let mut strayed = 0;
    for (step, beat) in steps.iter().zip(1..beats) {
        strayed += step;
        let astray = i128::from(strayed - end * beat / beats) * range / loose;
        let straight = i128::from(to.1 - from.1) * i128::from(beat) / i128::from(beats);
        let price = i64::try_from(i128::from(from.1) + straight + astray).unwrap_or(from.1);
        if let Some(slot) = usize::try_from(from.0 + beat).ok().and_then(|i| prices.get_mut(i)) {
            *slot = price.clamp(span.low, span.high);
        }
    }
    if let Some(slot) = usize::try_from(to.0).ok().and_then(|i| prices.get_mut(i)) {
        *slot = to.1;
    }
}

/// Distributes a multiple of a step in multiples of it: if there are enough of them, at least one to each beat.
fn share_steps(whole: i64, step: i64, run: &mut Run) -> [i64; BEATS] {
    let steps = whole / step;
    let least = i64::from(steps >= BEATS as i64);
    share(steps - least * BEATS as i64, run).map(|part| (part + least) * step)
}

/// Distributes a total over the beats by random weights; the sum is exact.
fn share(whole: i64, run: &mut Run) -> [i64; BEATS] {
    let weights: [i64; BEATS] = std::array::from_fn(|_| 1 + run.below(1_000));
    let all: i64 = weights.iter().sum();
    let mut weighed = 0;
    let mut given = 0;
    weights.map(|weight| {
        weighed += weight;
        let due = i128::from(whole) * i128::from(weighed) / i128::from(all);
        let part = i64::try_from(due).unwrap_or(whole) - given;
        given += part;
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{noise, pack};
    use proptest::prelude::*;

    fn exact(span: &Span, path: &PricePath) {
        assert_eq!(path.prices[0], span.open);
        assert_eq!(path.prices[BEATS - 1], span.close);
        assert_eq!(path.prices.iter().max(), Some(&span.high));
        assert_eq!(path.prices.iter().min(), Some(&span.low));
        assert_eq!(path.volumes.iter().sum::<i64>(), span.volume);
        assert!(path.volumes.iter().all(|&v| v >= 0));
    }

    proptest! {
        #[test]
        fn any_candle_comes_out_exactly(
            open in 1_i64..100_000_000, close in 1_i64..100_000_000, up in 0_i64..1_000_000,
            down in 0_i64..1_000_000, volume in 0_i64..i64::MAX / 2, key in any::<u64>(),
        ) {
            let span = Span { open, close, high: open.max(close) + up, low: open.min(close) - down, volume };
            exact(&span, &generate(&span, None, key));
            exact(&span, &generate(&span, Some(1), key));
        }

        #[test]
        fn volumes_are_multiples_of_the_step(
            steps in 0_i64..5_000, step in prop::sample::select(vec![1_i64, 10, 100, 1_000]), key in any::<u64>(),
        ) {
            let span = Span { open: 5, high: 9, low: 3, close: 4, volume: steps * step };
            let path = generate(&span, Some(step), key);
            exact(&span, &path);
            prop_assert!(path.volumes.iter().all(|volume| volume % step == 0));
            let trades = path.volumes.iter().filter(|&&volume| volume > 0).count();
            prop_assert!(steps < BEATS as i64 || trades == BEATS, "every beat is a trade");
        }
    }

    #[test]
    fn recorded_candles_come_out_exactly() {
        let record = pack::record();
        for n in 0..500_u64 {
            let at = usize::try_from(noise(77, &[n])).unwrap() % record.len();
            let h = record[at];
            let span = Span { open: h.open, high: h.high, low: h.low, close: h.close, volume: h.volume };
            exact(&span, &generate(&span, None, n));
        }
    }

    #[test]
    fn the_same_key_generates_the_same_path() {
        let span = Span { open: 100, high: 900, low: 50, close: 300, volume: 10_000 };
        assert_eq!(generate(&span, Some(10), 5), generate(&span, Some(10), 5));
        assert_ne!(generate(&span, Some(10), 5), generate(&span, Some(10), 6));
    }
}
