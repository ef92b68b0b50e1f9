//! The profit of all accounts today, this week and in total, by the definition of the reports.

use super::{figures, period::Span};
use crate::{actor::Actor, error::Result, following::Following, platform::time_zone};
use domain::{
    Decimal, Micros,
    key::words,
    report::{Period, Worth},
    time::DAY,
};

words! {
    /// The range of the profit curve.
    pub Range {
        /// The last 24 hours.
        Day = "day",
        /// The last seven days.
        Week = "week",
        /// Since the first account was connected.
        All = "all",
    }
}

/// The profit of all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Performance {
    /// Since midnight in the user's time zone.
    pub today: Worth,
    /// Since the Monday of this week.
    pub week: Worth,
    /// Since each account was connected.
    pub all: Worth,
    /// The cumulative profit over the chosen range, in USD.
    pub curve: Vec<(Micros, Decimal)>,
}

/// Returns the profit of all of the user's accounts, from their recorded equity less net transfers.
///
/// # Errors
/// If the database cannot be queried.
pub async fn performance(desk: &Following, actor: &Actor, range: Range) -> Result<Performance> {
    let zone = time_zone::zone_of(desk, actor.user).await?;
    let now = desk.clock.now();
    // The end is exclusive.
    let end = now.plus(1);
    let midnight = zone.midnight(zone.local(now).date());
    let monday = Span::now(Period::Week, now, &zone).start;
    let (today, _) = figures::equity_between(desk, actor.user, midnight, end).await?;
    let (week, _) = figures::equity_between(desk, actor.user, monday, end).await?;
    let (all, whole) = figures::equity_between(desk, actor.user, Micros(0), end).await?;
    let days = match range {
        Range::Day => 1,
        Range::Week => 7,
        Range::All => return Ok(Performance { today, week, all, curve: whole }),
    };
    let (_, curve) = figures::equity_between(desk, actor.user, now.plus(-days * DAY), end).await?;
    Ok(Performance { today, week, all, curve })
}
