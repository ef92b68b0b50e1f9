//! Candle intervals: all sixteen of Binance's.

use domain::{Frame, Micros, time};

/// The first Monday after the epoch, at which weeks begin.
const MONDAY: i64 = 4 * time::DAY;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// A fixed length, counted from the epoch plus `from`.
    Fixed { micros: i64, from: i64 },
    /// A calendar month.
    Month,
}

/// A candle interval, named as Binance names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    word: &'static str,
    length: Length,
    /// The offset in microseconds of the time zone in which candles begin; zero if it makes no difference.
    zone: i64,
}

impl Interval {
    /// One second, which only spot has.
    pub const SECOND: Self = Self::fixed("1s", time::SECOND);

    /// All intervals, shortest first.
    pub const ALL: [Self; 16] = [
        Self::SECOND,
        Self::fixed("1m", time::MINUTE),
        Self::fixed("3m", 3 * time::MINUTE),
        Self::fixed("5m", 5 * time::MINUTE),
        Self::fixed("15m", 15 * time::MINUTE),
        Self::fixed("30m", 30 * time::MINUTE),
        Self::fixed("1h", time::HOUR),
        Self::fixed("2h", 2 * time::HOUR),
        Self::fixed("4h", 4 * time::HOUR),
        Self::fixed("6h", 6 * time::HOUR),
        Self::fixed("8h", 8 * time::HOUR),
        Self::fixed("12h", 12 * time::HOUR),
        Self::fixed("1d", time::DAY),
        Self::fixed("3d", 3 * time::DAY),
        Self { word: "1w", length: Length::Fixed { micros: 7 * time::DAY, from: MONDAY }, zone: 0 },
        Self { word: "1M", length: Length::Month, zone: 0 },
    ];

    const fn fixed(word: &'static str, micros: i64) -> Self {
        Self { word, length: Length::Fixed { micros, from: 0 }, zone: 0 }
    }

    /// The same interval with candles that begin by the clock of a time zone, which is `offset` microseconds, a number
    /// of whole minutes, ahead of UTC.
    #[must_use]
    pub const fn in_zone(self, offset: i64) -> Self {
        match self.length {
            Length::Fixed { micros, .. } if offset % micros == 0 => Self { zone: 0, ..self },
            Length::Fixed { .. } | Length::Month => Self { zone: offset, ..self },
        }
    }

    /// Parses Binance's name, case-sensitively.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.word == word)
    }

    /// Binance's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.word
    }

    /// The start of the candle that contains `at`.
    #[must_use]
    pub fn floor(self, at: Micros) -> Micros {
        let local = at.plus(self.zone);
        let start = match self.length {
            Length::Fixed { micros, from } => {
                let number = local.0.saturating_sub(from).div_euclid(micros);
                Micros(number.saturating_mul(micros).saturating_add(from))
            }
            // There is no market data from before the epoch.
            Length::Month => Micros(local.0.max(0)).month(),
        };
        start.plus(-self.zone)
    }

    /// The start of the candle after the one that starts at `start`.
    #[must_use]
    pub fn end(self, start: Micros) -> Micros {
        match self.length {
            Length::Fixed { micros, .. } => start.plus(micros),
            // No month has 32 days, and none has fewer than 28.
            Length::Month => start.plus(self.zone + 32 * time::DAY).month().plus(-self.zone),
        }
    }
}

impl From<Frame> for Interval {
    fn from(frame: Frame) -> Self {
        Self::fixed(frame.word(), frame.micros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Micros {
        Micros::from_date(text).unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_and_months_follow_the_calendar() {
        // 2024-02-29 was a Thursday of a leap year.
        let at = date("2024-02-29").plus(5 * time::HOUR);
        for (word, start, end) in [
            ("1d", "2024-02-29", "2024-03-01"),
            ("1w", "2024-02-26", "2024-03-04"),
            ("1M", "2024-02-01", "2024-03-01"),
        ] {
            let interval = Interval::parse(word).unwrap();
            assert_eq!(interval.floor(at), date(start), "{word}");
            assert_eq!(interval.end(date(start)), date(end), "{word}");
            assert_eq!(interval.floor(date(start)), date(start), "{word}");
            assert_eq!(interval.floor(date(end)), date(end), "{word}");
        }
        let month = Interval::parse("1M").unwrap();
        assert_eq!(month.end(date("2023-12-01")), date("2024-01-01"));
    }

    #[test]
    fn candles_begin_by_the_clock_of_their_zone() {
        let east = |word| Interval::parse(word).unwrap().in_zone(8 * time::HOUR);
        let at = date("2024-02-29").plus(17 * time::HOUR);
        let local = |text: &str| date(text).plus(-8 * time::HOUR);
        for (word, start, end) in [
            ("12h", "2024-03-01", "2024-03-01"),
            ("1d", "2024-03-01", "2024-03-02"),
            ("1w", "2024-02-26", "2024-03-04"),
            ("1M", "2024-03-01", "2024-04-01"),
        ] {
            let half = if word == "12h" { 12 * time::HOUR } else { 0 };
            assert_eq!(east(word).floor(at), local(start), "{word}");
            assert_eq!(east(word).end(local(start)), local(end).plus(half), "{word}");
        }
        for word in ["1s", "1m", "15m", "1h", "4h"] {
            assert_eq!(Some(east(word)), Interval::parse(word), "{word} begins with the hour");
        }
        let nepal = Interval::parse("1h").unwrap().in_zone(5 * time::HOUR + 45 * time::MINUTE);
        assert_eq!(nepal.floor(date("2024-03-01")), date("2024-03-01").plus(-45 * time::MINUTE));
    }

    #[test]
    fn every_frame_of_the_desk_is_an_interval() {
        for frame in Frame::ALL {
            assert_eq!(Interval::parse(frame.word()), Some(Interval::from(*frame)));
        }
        assert_eq!(Interval::parse("7m"), None);
    }

    #[test]
    fn no_time_overflows() {
        for interval in Interval::ALL {
            for at in [Micros(i64::MIN), Micros(0), Micros(i64::MAX)] {
                let _ = interval.end(interval.floor(at));
            }
        }
    }
}
