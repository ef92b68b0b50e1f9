//! Time zones and local times. The IANA database is built in, so that every install and every test uses the
//! same.

use crate::{error::Result, platform::Platform};
use domain::{Micros, UserId, profile::Profile, validation::Problem};
use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};
use std::sync::LazyLock;

/// Dates and times without a zone.
pub use jiff::civil;

/// Unpacked on first use.
static KNOWN: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The names of all zones, in alphabetical order.
#[must_use]
pub fn zones() -> Vec<String> {
    let mut names: Vec<_> = KNOWN.available().map(|name| name.to_string()).collect();
    names.sort_unstable();
    names
}

/// Validates the name of a zone, in the spelling of the database.
///
/// # Errors
/// [`Problem::NotTimeZone`] if there is no such zone.
pub(crate) fn known(name: &str) -> std::result::Result<&str, Problem> {
    let zone = KNOWN.get(name).map_err(|_| Problem::NotTimeZone)?;
    // The lookup ignores case.
    if zone.iana_name() == Some(name) { Ok(name) } else { Err(Problem::NotTimeZone) }
}

/// A user's time zone, or UTC.
///
/// # Errors
/// When the database cannot be read.
pub async fn zone_of(desk: &Platform, user: UserId) -> Result<Zone> {
    Ok(Zone::of(store::profile::get_profile(&desk.db, user).await?.as_ref()))
}

/// A time zone: converts timestamps to local time and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// UTC.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone of a profile; UTC if there is no profile, or its zone is no longer known.
    #[must_use]
    pub fn of(profile: Option<&Profile>) -> Self {
        Self::named(profile.and_then(|profile| profile.time_zone.as_deref()))
    }

    /// The zone of a name in the time zone database; UTC if there is no name, or it is no longer known.
    #[must_use]
    pub(crate) fn named(name: Option<&str>) -> Self {
        name.and_then(|name| KNOWN.get(name).ok()).map_or(Self::UTC, Self)
    }

    /// The zone's name, such as `America/Toronto` or `UTC`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The local date and time at a timestamp.
    #[must_use]
    pub fn local(&self, at: Micros) -> civil::DateTime {
        let moment = Timestamp::from_microsecond(at.0).unwrap_or_default();
        self.0.to_datetime(moment)
    }

    /// The timestamp of a local time. A time skipped in spring is read with the offset before the change; a
    /// time that occurs twice in autumn is the first one.
    #[must_use]
    pub fn instant_of(&self, local: civil::DateTime) -> Micros {
        let moment = self.0.to_timestamp(local).unwrap_or_default();
        Micros(moment.as_microsecond())
    }

    /// The first timestamp of a local day.
    #[must_use]
    pub fn midnight(&self, date: civil::Date) -> Micros {
        self.instant_of(date.to_datetime(civil::Time::midnight()))
    }

    /// Time to the minute with the zone's name, for the present day: `09:30 America/Toronto`.
    #[must_use]
    pub fn clock(&self, at: Micros) -> String {
        let time = self.local(at).time();
        format!("{:02}:{:02} {}", time.hour(), time.minute(), self.name())
    }

    /// Date and time to the minute with the zone's name: `2026-03-08 09:30 America/Toronto`.
    #[must_use]
    pub fn show(&self, at: Micros) -> String {
        format!("{} {}", self.local(at).date(), self.clock(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::HOUR;

    fn zone(name: &str) -> Zone {
        Zone::of(Some(&Profile {
            last_name: None,
            first_name: None,
            country: None,
            language: None,
            time_zone: Some(known(name).unwrap().to_owned()),
            created_at: Micros(0),
            updated_at: Micros(0),
        }))
    }

    #[test]
    fn the_names_of_the_database() {
        for good in
            ["America/Toronto", "UTC", "Asia/Riyadh", "Etc/GMT+5", "US/Eastern", "Africa/Johannesburg"]
        {
            assert_eq!(known(good), Ok(good));
        }
        for bad in
            ["America/Torontox", "america/toronto", "", "+02:00", "../etc/passwd", "Etc/Unknown", "a\0b"]
        {
            assert_eq!(known(bad), Err(Problem::NotTimeZone), "{bad:?}");
        }
        assert!(zones().len() > 400, "{}", zones().len());
        assert!(zones().iter().all(|name| known(name).is_ok()));
    }

    #[test]
    fn a_day_begins_where_the_person_is() {
        let at = Micros::from_iso("2026-03-08T03:30:00.000Z").unwrap();
        assert_eq!(Zone::UTC.show(at), "2026-03-08 03:30 UTC");
        let toronto = zone("America/Toronto");
        assert_eq!(toronto.show(at), "2026-03-07 22:30 America/Toronto");
        assert_eq!(toronto.midnight(civil::date(2026, 3, 8)).to_string(), "2026-03-08T05:00:00.000Z");
    }

    #[test]
    fn clocks_are_put_forward_and_back() {
        let toronto = zone("America/Toronto");
        let half_past =
            |month, day, hour| toronto.instant_of(civil::datetime(2026, month, day, hour, 30, 0, 0));
        assert_eq!(half_past(3, 8, 2).to_string(), "2026-03-08T07:30:00.000Z", "2:30 was skipped");
        assert_eq!(half_past(11, 1, 1).to_string(), "2026-11-01T05:30:00.000Z", "1:30 comes twice");
        assert_eq!(half_past(11, 1, 2).since(half_past(11, 1, 1)), 2 * HOUR);
    }

    #[test]
    fn without_a_profile_it_is_utc() {
        assert_eq!(Zone::of(None), Zone::UTC);
        assert_eq!(Zone::UTC.local(Micros(i64::MAX)), civil::datetime(1970, 1, 1, 0, 0, 0, 0));
    }
}
