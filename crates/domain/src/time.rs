//! UTC timestamps in microseconds, and their text format.

use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Micros(pub i64);

/// Microseconds in one second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in one minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in one hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in one day.
pub const DAY: i64 = 24 * HOUR;

impl Micros {
    /// Converts milliseconds since the epoch, as exchanges send them.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// Returns milliseconds since the epoch, rounded down.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Returns whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Returns this time plus `micros`, saturating on overflow.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Returns the time elapsed since `earlier`, in microseconds; negative if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the start of the UTC day that contains this time.
    #[must_use]
    pub const fn day(self) -> Self {
        Self(self.0.div_euclid(DAY) * DAY)
    }

    /// Returns the start of the UTC month that contains this time.
    #[must_use]
    pub fn month(self) -> Self {
        let days = i64::from(self.calendar().day()) - 1;
        self.day().plus(-days * DAY)
    }

    /// Returns the UTC date, `2022-10-19`.
    #[must_use]
    pub fn date(self) -> String {
        let t = self.calendar();
        format!("{:04}-{:02}-{:02}", t.year(), u8::from(t.month()), t.day())
    }

    /// Returns the start of the UTC day written as `2022-10-19`; `None` if the text is not a valid date.
    #[must_use]
    pub fn from_date(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let year = parts.next().filter(|y| y.len() == 4)?.parse().ok()?;
        let month: u8 = parts.next().filter(|m| m.len() == 2)?.parse().ok()?;
        let day = parts.next().filter(|d| d.len() == 2)?.parse().ok()?;
        let date = time::Date::from_calendar_date(year, time::Month::try_from(month).ok()?, day).ok()?;
        Some(Self(date.midnight().assume_utc().unix_timestamp() * SECOND))
    }

    /// Parses an ISO 8601 timestamp in UTC: `2022-09-09T01:57:36Z`, optionally with one to nine fractional digits
    /// of a second. Digits beyond microseconds are dropped. `None` for any other format.
    #[must_use]
    pub fn from_iso(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.strip_suffix('Z')?.split_once('.') {
            Some((whole, fraction)) => (whole, Self::fraction(fraction)?),
            None => (text.strip_suffix('Z')?, 0),
        };
        let (date, clock) = whole.split_once('T')?;
        let digits = |range: std::ops::Range<usize>| clock.get(range)?.parse::<i64>().ok();
        let (hours, minutes, seconds) = (digits(0..2)?, digits(3..5)?, digits(6..8)?);
        let moment = Self::from_date(date)?.plus(hours * HOUR + minutes * MINUTE + seconds * SECOND);
        (moment.to_string().strip_suffix(".000Z") == Some(whole)).then_some(moment.plus(fraction))
    }

    /// Parses an ISO 8601 timestamp in UTC or with an offset: as [`Micros::from_iso`], and `2022-09-09T03:57:36+02:00`.
    /// `None` for any other format.
    #[must_use]
    pub fn from_iso_with_offset(text: &str) -> Option<Self> {
        if text.ends_with('Z') {
            return Self::from_iso(text);
        }
        let (local, offset) = text.split_at_checked(text.len().checked_sub("+00:00".len())?)?;
        let (hours, minutes) = offset.get(1..)?.split_once(':')?;
        let number = |digits: &str, most: i64| {
            let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse::<i64>().ok().filter(|number| plain && *number <= most)
        };
        let offset_micros = number(hours, 23)? * HOUR + number(minutes, 59)? * MINUTE;
        let local = Self::from_iso(&format!("{local}Z"))?;
        match offset.get(..1)? {
            "+" => Some(local.plus(-offset_micros)),
            "-" => Some(local.plus(offset_micros)),
            _ => None,
        }
    }

    /// Converts the fractional digits of a second to microseconds.
    fn fraction(digits: &str) -> Option<i64> {
        if !(1..=9).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        format!("{digits:0<6}").get(..6)?.parse().ok()
    }

    /// Date and time of day. The epoch, if the time is outside the years -9999 to 9999.
    fn calendar(self) -> OffsetDateTime {
        let nanosecond = u32::try_from(self.0.rem_euclid(SECOND) * 1_000).unwrap_or_default();
        let time = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(SECOND));
        time.and_then(|time| time.replace_nanosecond(nanosecond)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Formats as ISO 8601 with milliseconds and `Z`: `2022-09-09T01:57:36.304Z`.
impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.calendar();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            t.millisecond()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_iso_8601_with_milliseconds() {
        assert_eq!(Micros::from_millis(1_662_688_656_304).to_string(), "2022-09-09T01:57:36.304Z");
        assert_eq!(Micros(-1).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn the_calendar_ends_with_the_year_9999() {
        let last = Micros::from_iso("9999-12-31T23:59:59.999Z").unwrap();
        assert_eq!(last, Micros(253_402_300_799_999_000));
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(last.plus(SECOND).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Micros(i64::MIN).date(), "1970-01-01");
        assert_eq!(Micros::from_date("0000-01-01").unwrap().date(), "0000-01-01");
    }

    #[test]
    fn timestamps_convert_both_ways() {
        let text = "2020-10-01T07:05:09.040Z";
        assert_eq!(Micros::from_iso(text).unwrap().to_string(), text);
        for bad in [
            "2020-10-01",
            "2020-10-01T07:05:09.Z",
            "2020-10-01T07:05:09.0000000001Z",
            "2020-10-01T07:05:09.+1Z",
            "2020-10-01T+7:05:09Z",
            "2020-10-01T07:05Z",
            "2020-10-01 07:05:09Z",
            "2020-10-01T25:00:00.000Z",
            "2020-10-01T07:05:09.040",
            "T.Z",
        ] {
            assert_eq!(Micros::from_iso(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_seconds_fraction_may_have_any_length_or_be_left_out() {
        let second = Micros::from_iso("2030-01-01T00:00:00.000Z").unwrap();
        assert_eq!(Micros::from_iso("2030-01-01T00:00:00Z"), Some(second));
        assert_eq!(Micros::from_iso("2030-01-01T00:00:00.5Z"), Some(second.plus(SECOND / 2)));
        assert_eq!(Micros::from_iso("2030-01-01T00:00:00.123456789Z"), Some(second.plus(123_456)));
    }

    #[test]
    fn a_timestamp_may_have_an_offset() {
        let utc = Micros::from_iso("2030-01-01T00:00:00.500Z");
        for same in ["2030-01-01T00:00:00.5Z", "2030-01-01T02:00:00.5+02:00", "2029-12-31T18:30:00.5-05:30"] {
            assert_eq!(Micros::from_iso_with_offset(same), utc, "{same}");
        }
        for bad in [
            "2030-01-01",
            "2030-01-01T02:00:00",
            "2030-01-01T02:00:00+0200",
            "2030-01-01T02:00:00+24:00",
            "2030-01-01T02:00:00+02:60",
            "2030-01-01T02:00:00*02:00",
            "2030-01-01T02:00:00Z+02:00",
            "2030-01-01T02:00:00é2:00",
            "+02:00",
            "",
        ] {
            assert_eq!(Micros::from_iso_with_offset(bad), None, "{bad}");
        }
    }

    #[test]
    fn months_begin_on_their_first_day() {
        let month = |date| Micros::from_date(date).unwrap().plus(DAY - 1).month().date();
        assert_eq!(month("2024-02-29"), "2024-02-01");
        assert_eq!(month("2022-12-31"), "2022-12-01");
        assert_eq!(month("1969-12-01"), "1969-12-01");
    }

    #[test]
    fn dates_go_both_ways() {
        let day = Micros::from_date("2022-10-19").unwrap();
        assert_eq!(day.date(), "2022-10-19");
        assert_eq!(day.plus(DAY - 1).day(), day);
        for bad in ["2022-13-01", "2022-02-30", "22-01-01", "2022-1-1", "", "2022-10-19T00:00"] {
            assert_eq!(Micros::from_date(bad), None, "{bad}");
        }
    }
}
