//! Billing periods of subscriptions.

use super::Interval;
use time::{Date, Month, OffsetDateTime};

const DAY: i64 = 86_400;

/// The time `count` periods after `anchor`. In a month that lacks the anchor's day, the last day is used.
pub(super) fn after(anchor: i64, interval: Interval, count: u32) -> i64 {
    let many = i64::from(count);
    match interval {
        Interval::Day => anchor + many * DAY,
        Interval::Week => anchor + many * 7 * DAY,
        Interval::Month => months(anchor, many).unwrap_or(anchor + many * 30 * DAY),
        Interval::Year => months(anchor, many * 12).unwrap_or(anchor + many * 365 * DAY),
    }
}

/// `None` outside the range of the calendar.
fn months(anchor: i64, count: i64) -> Option<i64> {
    let at = OffsetDateTime::from_unix_timestamp(anchor).ok()?;
    let index = i64::from(at.year()) * 12 + i64::from(u8::from(at.month())) - 1 + count;
    let year = i32::try_from(index.div_euclid(12)).ok()?;
    let month = Month::try_from(u8::try_from(index.rem_euclid(12) + 1).ok()?).ok()?;
    let day = at.day().min(month.length(year));
    let date = Date::from_calendar_date(year, month, day).ok()?;
    Some(at.replace_date(date).unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirty_first_comes_back() {
        let january = 1_769_860_800; // 2026-01-31T12:00:00Z
        let month =
            |count| OffsetDateTime::from_unix_timestamp(after(january, Interval::Month, count)).unwrap();
        let days: Vec<_> = (0..4).map(|n| (u8::from(month(n).month()), month(n).day())).collect();
        assert_eq!(days, [(1, 31), (2, 28), (3, 31), (4, 30)]);
        assert_eq!((month(12).year(), month(12).hour()), (2027, 12));
        assert_eq!(after(january, Interval::Week, 2) - january, 14 * DAY);
        assert_eq!(after(january, Interval::Year, 1), after(january, Interval::Month, 12));
    }
}
