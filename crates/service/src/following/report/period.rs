//! Weeks and months in a time zone: no time is lost or counted twice when clocks change.

use crate::platform::time_zone::{Zone, civil::Date};
use domain::{Micros, report::Period};
use jiff::ToSpan as _;

/// A week or month in a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) period: Period,
    first: Date,
    last: Date,
    pub(super) zone: String,
    /// Start, inclusive.
    pub(super) start: Micros,
    /// End, exclusive.
    pub(super) end: Micros,
}

impl Span {
    /// The period that contains this time.
    pub(super) fn now(period: Period, at: Micros, zone: &Zone) -> Self {
        Self::of(period, zone.local(at).date(), zone)
    }

    /// The last period that had ended by this time.
    pub(super) fn last(period: Period, at: Micros, zone: &Zone) -> Self {
        let present = Self::now(period, at, zone);
        Self::of(period, present.first.saturating_sub(1.day()), zone)
    }

    fn of(period: Period, day: Date, zone: &Zone) -> Self {
        let first = match period {
            Period::Week => day.saturating_sub(day.weekday().to_monday_zero_offset().days()),
            Period::Month => day.first_of_month(),
        };
        let next = match period {
            Period::Week => first.saturating_add(1.week()),
            Period::Month => first.saturating_add(1.month()),
        };
        Self {
            period,
            first,
            last: next.saturating_sub(1.day()),
            zone: zone.name().to_owned(),
            start: zone.midnight(first),
            end: zone.midnight(next),
        }
    }

    /// The first day, such as `2026-03-02`.
    pub(super) fn first_day(&self) -> String {
        self.first.to_string()
    }

    /// The last day.
    pub(super) fn last_day(&self) -> String {
        self.last.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{profile::Profile, time::HOUR};

    fn zone(name: &str) -> Zone {
        let profile = Profile {
            last_name: None,
            first_name: None,
            country: None,
            language: None,
            time_zone: Some(name.to_owned()),
            created_at: Micros(0),
            updated_at: Micros(0),
        };
        Zone::of(Some(&profile))
    }

    fn at(text: &str) -> Micros {
        Micros::from_iso(text).unwrap()
    }

    fn described(span: &Span) -> (String, String, i64) {
        (span.first_day(), span.last_day(), span.end.since(span.start) / HOUR)
    }

    #[test]
    fn a_week_ends_at_midnight_where_its_owner_is() {
        // Sunday, 20:59 and 21:00 UTC: Monday begins in Riyadh three hours earlier than in UTC.
        let riyadh = zone("Asia/Riyadh");
        let (before, after) = (at("2026-11-15T20:59:59.999Z"), at("2026-11-15T21:00:00.000Z"));
        let week = |moment| Span::last(Period::Week, moment, &riyadh);
        assert_eq!(described(&week(before)), ("2026-11-02".into(), "2026-11-08".into(), 168));
        assert_eq!(described(&week(after)), ("2026-11-09".into(), "2026-11-15".into(), 168));
        assert_eq!(week(after).end, after);
        assert_eq!(Span::last(Period::Week, after, &Zone::UTC).first_day(), "2026-11-02");
    }

    #[test]
    fn a_week_in_which_clocks_change_is_an_hour_shorter_or_longer() {
        let york = zone("America/New_York");
        let week = |moment| described(&Span::last(Period::Week, at(moment), &york));
        assert_eq!(week("2026-03-09T12:00:00.000Z"), ("2026-03-02".into(), "2026-03-08".into(), 167));
        assert_eq!(week("2026-11-02T12:00:00.000Z"), ("2026-10-26".into(), "2026-11-01".into(), 169));
        let month = |moment| Span::last(Period::Month, at(moment), &york);
        let march = month("2026-04-01T04:00:00.000Z");
        assert_eq!(described(&march), ("2026-03-01".into(), "2026-03-31".into(), 31 * 24 - 1));
        assert_eq!(
            (march.start, march.end),
            (at("2026-03-01T05:00:00.000Z"), at("2026-04-01T04:00:00.000Z"))
        );
        assert_eq!(month("2026-04-01T03:59:59.000Z").first_day(), "2026-02-01");
    }

    #[test]
    fn periods_follow_each_other_without_a_gap() {
        // In Cairo and Santiago, clocks go forward at midnight, so a day can begin at one o'clock.
        for name in ["Asia/Riyadh", "America/New_York", "Africa/Cairo", "America/Santiago", "Pacific/Chatham"]
        {
            let zone = zone(name);
            for period in [Period::Week, Period::Month] {
                let mut span = Span::now(period, at("2025-12-31T12:00:00.000Z"), &zone);
                for _ in 0..60 {
                    let next = Span::now(period, span.end, &zone);
                    assert_eq!(
                        (next.start, Span::last(period, span.end, &zone)),
                        (span.end, span.clone()),
                        "{name}"
                    );
                    assert_eq!(Span::now(period, span.end.plus(-1), &zone), span, "{name}");
                    span = next;
                }
            }
        }
    }
}
