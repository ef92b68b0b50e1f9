//! The prices of synthetic markets: cycles of three days of candles that end where they begin, so that they repeat
//! without a break.

use super::{
    Pair,
    blocks::{Blocks, Total},
    noise::{Run, noise},
    price_path::Span,
};

/// Number of candles: three days of minutes.
const LENGTH: usize = 3 * DAY;
/// Number of candles of a day.
const DAY: usize = 24 * 60;
/// The last candles of a cycle, which lead back to its first price.
const HOME: i64 = 120;
/// The unit of fractions of a price.
const MILLION: i64 = 1_000_000;

/// Levels in thousandths of a price at candles of a cycle, joined by straight lines.
type Levels = &'static [(i64, i64)];

/// The parameters of a synthetic market.
struct Character {
    /// The first price, in price units.
    anchor: i64,
    /// Largest random move per candle, in millionths.
    swing: i64,
    /// How many candles it takes a random move to fade.
    memory: i64,
    /// Mean volume per candle, in volume units.
    volume: i64,
    /// The trend. The last level is the first one.
    levels: Levels,
    /// How far the price jumps when a day begins, in millionths. It returns within half a day.
    gap: i64,
}

/// The end of a cycle.
const END: i64 = LENGTH as i64;
/// No trend.
const FLAT: Levels = &[(0, 1_000), (END, 1_000)];
const RISE: Levels = &[(0, 1_000), (3_900, 1_600), (END, 1_000)];
const FALL: Levels = &[(0, 1_000), (3_900, 620), (END, 1_000)];
/// From one border of a range to the other and back, every twelve hours.
const BETWEEN: Levels = &[
    (0, 1_000),
    (360, 1_060),
    (720, 1_000),
    (1_080, 1_060),
    (1_440, 1_000),
    (1_800, 1_060),
    (2_160, 1_000),
    (2_520, 1_060),
    (2_880, 1_000),
    (3_240, 1_060),
    (3_600, 1_000),
    (3_960, 1_060),
    (END, 1_000),
];
/// Half of the price is lost within an hour, and takes two days to come back.
const CRASH: Levels = &[(0, 1_000), (1_080, 1_030), (1_140, 510), (1_200, 590), (2_400, 720), (END, 1_000)];
/// The price doubles within two hours and fades over a day.
const PUMP: Levels =
    &[(0, 1_000), (1_500, 980), (1_620, 2_100), (1_800, 1_650), (3_100, 1_050), (END, 1_000)];
/// Three long waves.
const WAVES: Levels =
    &[(0, 1_000), (700, 1_180), (1_400, 1_000), (2_150, 850), (2_900, 1_120), (3_600, 920), (END, 1_000)];

impl Character {
    const fn of(pair: Pair) -> Self {
        let plain =
            Self { anchor: 10_000, swing: 5_000, memory: 200, volume: 50_000_000, levels: FLAT, gap: 0 };
        match pair {
            Pair::BtcUsdt => Self { anchor: 1_000_000, ..plain },
            Pair::EthUsdt => Self { anchor: 180_000, swing: 8_000, volume: 150_000_000, ..plain },
            Pair::SolUsdt => Self { anchor: 9_000, swing: 12_000, volume: 200_000_000, ..plain },
            Pair::XrpUsdt => Self { anchor: 5_200, swing: 9_000, volume: 300_000_000, ..plain },
            Pair::RiseUsdt => Self { anchor: 20_000, levels: RISE, ..plain },
            Pair::FallUsdt => Self { anchor: 40_000, levels: FALL, ..plain },
            Pair::RangeUsdt => Self { anchor: 15_000, swing: 3_000, memory: 30, levels: BETWEEN, ..plain },
            Pair::CrashUsdt => Self { anchor: 30_000, levels: CRASH, ..plain },
            Pair::ThinUsdt => Self { anchor: 21_000, swing: 7_000, volume: 600_000, ..plain },
            Pair::CheapUsdt => Self { anchor: 12_345, swing: 14_000, volume: 2_000_000_000, ..plain },
            Pair::DearUsdt => Self { anchor: 12_500_000, volume: 40_000_000, ..plain },
            Pair::WildUsdt => Self { anchor: 8_000, swing: 45_000, memory: 90, volume: 300_000_000, ..plain },
            Pair::GapUsdt => Self { anchor: 12_000, swing: 2_000, memory: 60, gap: 40_000, ..plain },
            Pair::PumpUsdt => Self { anchor: 50_000, levels: PUMP, ..plain },
            Pair::WaveUsdt => Self { anchor: 60_000, levels: WAVES, ..plain },
            Pair::CalmUsdt => Self { anchor: 10_000, swing: 120, memory: 20, volume: 2_000_000, ..plain },
        }
    }

    /// The price of the trend after so many candles, in price units.
    fn level(&self, candle: i64) -> i64 {
        let next = self.levels.partition_point(|(at, _)| *at <= candle).min(self.levels.len() - 1);
        let before = next.saturating_sub(1);
        let (Some(&(from, low)), Some(&(to, high))) = (self.levels.get(before), self.levels.get(next)) else {
            return self.anchor;
        };
        let permille = if to > from {
            low * 1_000 + (high - low) * 1_000 * (candle - from) / (to - from)
        } else {
            low * 1_000
        };
        part(self.anchor, permille, MILLION)
    }
}

/// A fraction of a price.
fn part(price: i64, share: i64, of: i64) -> i64 {
    i64::try_from(i128::from(price) * i128::from(share) / i128::from(of)).unwrap_or(i64::MAX)
}

/// The candles of a synthetic market.
#[derive(Clone, Debug)]
pub(super) struct Cycle {
    spans: Vec<Span>,
    blocks: Blocks,
    /// The step of the volumes of sums.
    step: i64,
}

impl Cycle {
    pub(super) fn new(pair: Pair, seed: u64) -> Self {
        let character = Character::of(pair);
        let mut run = Run::new(noise(seed, &[0x3A1C, pair.number() as u64]));
        let mut strayed = 0;
        let mut price = character.level(0).max(1);
        let mut spans = Vec::with_capacity(LENGTH);
        for number in 0..END {
            strayed += run.bell(character.swing) - strayed / character.memory;
            let left = END - number - 1;
            let home = part(strayed, left.min(HOME), HOME);
            let level = character.level(number + 1);
            let close = (level + part(level, home, MILLION)).max(1);
            let open = price + part(price, jump(&character, number, seed), MILLION);
            let close_of_day = close + part(close, offset(&character, number, seed), MILLION);
            spans.push(candle(&character, open.max(1), close_of_day.max(1), &mut run));
            price = close_of_day.max(1);
        }
        let mut cycle = Self { spans, blocks: Blocks::default(), step: pair.volume_step() };
        cycle.blocks = Blocks::new(cycle.spans.len(), |index| cycle.total_of(index));
        cycle
    }

    /// Number of candles.
    pub(super) fn len(&self) -> i64 {
        i64::try_from(self.spans.len()).unwrap_or(0)
    }

    /// The candle at any position, since the cycle repeats.
    pub(super) fn span(&self, position: i64) -> Span {
        self.at(usize::try_from(position.rem_euclid(self.len().max(1))).unwrap_or(0))
    }

    fn at(&self, index: usize) -> Span {
        self.spans.get(index).copied().unwrap_or_default()
    }

    /// The candles of a part of the cycle, merged; `None` if it is empty.
    pub(super) fn total(&self, start: i64, count: i64) -> Option<Total> {
        let range = usize::try_from(start).ok()?..usize::try_from(start + count).ok()?;
        self.blocks.sum(range, |index| self.total_of(index))
    }

    fn total_of(&self, index: usize) -> Total {
        Total::of(&self.at(index), self.step)
    }
}

/// The jump at the opening of a candle, in millionths: upwards or downwards by day.
fn jump(character: &Character, number: i64, seed: u64) -> i64 {
    if character.gap == 0 {
        return 0;
    }
    let (day, within) = (number / DAY as i64, number % DAY as i64);
    let up = noise(seed, &[0x6A9, day.unsigned_abs()]) & 1 == 0;
    match within {
        0 if up => character.gap,
        0 => -character.gap,
        _ => 0,
    }
}

/// The rest of the day's jump at the close of a candle, in millionths.
fn offset(character: &Character, number: i64, seed: u64) -> i64 {
    let (day, within) = (number / DAY as i64, number % DAY as i64);
    let half = DAY as i64 / 2;
    jump(character, day * DAY as i64, seed) * (half - within - 1).max(0) / half
}

fn candle(character: &Character, open: i64, close: i64, run: &mut Run) -> Span {
    let mut away = || part(open, run.below(character.swing / 3), MILLION);
    let (high, low) = (open.max(close) + away(), open.min(close) - away());
    let volume = character.volume / 2 + run.below(character.volume);
    Span { open, high, low: low.max(1), close, volume }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_repeat_without_a_break_and_stay_positive() {
        for pair in Pair::ALL {
            let (cycle, character) = (Cycle::new(pair, 3), Character::of(pair));
            assert_eq!(cycle.len(), END);
            for position in -10..END + 10 {
                let (span, next) = (cycle.span(position), cycle.span(position + 1));
                assert!(span.low > 0 && span.low <= span.open.min(span.close), "{pair:?} {position}");
                assert!(span.high >= span.open.max(span.close));
                assert!(span.volume >= 240_000, "enough for a trade at every beat");
                let gap = (next.open - span.close).abs();
                let most = part(span.close, character.gap, MILLION);
                let begins = (position + 1).rem_euclid(DAY as i64) == 0;
                assert!(gap <= if begins { most } else { 0 }, "{pair:?} {position}: {span:?} {next:?}");
            }
        }
    }

    fn range(pair: Pair) -> (i64, i64) {
        let spans = Cycle::new(pair, 3).spans;
        (spans.iter().map(|s| s.low).min().unwrap(), spans.iter().map(|s| s.high).max().unwrap())
    }

    #[test]
    fn markets_behave_as_they_are_described() {
        let close = |pair, position| Cycle::new(pair, 3).span(position).close;
        assert!(close(Pair::RiseUsdt, 3_800) > close(Pair::RiseUsdt, 100) * 13 / 10);
        assert!(close(Pair::FallUsdt, 3_800) < close(Pair::FallUsdt, 100) * 8 / 10);
        assert!(close(Pair::CrashUsdt, 1_140) < close(Pair::CrashUsdt, 1_080) * 6 / 10);
        assert!(close(Pair::CrashUsdt, 4_300) > close(Pair::CrashUsdt, 1_140) * 16 / 10);
        assert!(close(Pair::PumpUsdt, 1_620) > close(Pair::PumpUsdt, 1_400) * 17 / 10);
        let spread = |pair| {
            let (low, high) = range(pair);
            (high - low) * 1_000 / low
        };
        assert!(spread(Pair::CalmUsdt) < 10, "{}", spread(Pair::CalmUsdt));
        assert!(spread(Pair::RangeUsdt) < 160, "{}", spread(Pair::RangeUsdt));
        assert!(spread(Pair::WildUsdt) > spread(Pair::GapUsdt));
        let (gap, day) = (Cycle::new(Pair::GapUsdt, 3), DAY as i64);
        assert!((gap.span(day).open - gap.span(day - 1).close).abs() > gap.span(0).open / 30);
        assert!(range(Pair::DearUsdt).0 > 10_000_000, "in tenths");
    }

    #[test]
    fn cycles_follow_the_seed() {
        let cycle = |seed| Cycle::new(Pair::SolUsdt, seed).spans;
        assert_eq!(cycle(4), cycle(4));
        assert_ne!(cycle(4), cycle(5));
    }
}
