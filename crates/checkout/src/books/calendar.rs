//! Billing periods of subscriptions.

use super::Interval;
use jiff::{Span, Timestamp, tz::Offset};

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
    let from = Offset::UTC.to_datetime(Timestamp::from_second(anchor).ok()?);
    let to = from.checked_add(Span::new().try_months(count).ok()?).ok()?;
    Offset::UTC.to_timestamp(to).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirty_first_comes_back() {
        let january = 1_769_860_800; // 2026-01-31T12:00:00Z
        let month = |count| {
            Offset::UTC.to_datetime(Timestamp::from_second(after(january, Interval::Month, count)).unwrap())
        };
        let days: Vec<_> = (0..4).map(|n| (month(n).month(), month(n).day())).collect();
        assert_eq!(days, [(1, 31), (2, 28), (3, 31), (4, 30)]);
        assert_eq!((month(12).year(), month(12).hour()), (2027, 12));
        assert_eq!(after(january, Interval::Week, 2) - january, 14 * DAY);
        assert_eq!(after(january, Interval::Year, 1), after(january, Interval::Month, 12));
    }
}
