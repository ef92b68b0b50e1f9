//! The profit of all accounts today, this week and in total, by the definition of the reports.

use super::{figures::History, period::Span};
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
    let history = History::read(desk, actor.user, end).await?;
    let (all, whole) = history.since(Micros(0));
    let curve = match range {
        Range::Day => history.since(now.plus(-DAY)).1,
        Range::Week => history.since(now.plus(-7 * DAY)).1,
        Range::All => whole,
    };
    Ok(Performance { today: history.since(midnight).0, week: history.since(monday).0, all, curve })
}
