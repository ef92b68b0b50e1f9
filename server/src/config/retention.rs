//! How long rows stay in the database.

use super::check::Check;
use service::platform::settings::Retention;
use std::ops::RangeInclusive;

/// Ten years.
const MAX_DAYS: u16 = 3_650;

pub(super) fn retention(check: &mut Check) -> Retention {
    let usual = Retention::default();
    let long = Retention::MIN_DAYS..=MAX_DAYS;
    Retention {
        events_days: days(check, "SLIPSTREAM_RETENTION_EVENTS", 1..=MAX_DAYS, usual.events_days),
        messages_days: days(check, "SLIPSTREAM_RETENTION_MESSAGES", long.clone(), usual.messages_days),
        orders_days: days(check, "SLIPSTREAM_RETENTION_ORDERS", long, usual.orders_days),
    }
}

fn days(check: &mut Check, name: &str, allowed: RangeInclusive<u16>, usual: u16) -> u16 {
    let wanted = format!("a number of days from {} to {}", allowed.start(), allowed.end());
    let Some(days) = check.parsed::<u16>(name, &wanted) else { return usual };
    if !allowed.contains(&days) {
        check.fail(name, &wanted);
    }
    days
}
