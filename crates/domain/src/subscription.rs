//! A paid subscription as the payment provider tells it, and whether it counts.

use crate::{Micros, PlanId, time::DAY, words};

words! {
    /// How a subscription stands with the payment provider.
    pub State {
        /// Its first payment has not come yet.
        Incomplete = "incomplete",
        /// Its first payment never came.
        IncompleteExpired = "incomplete_expired",
        /// Free of charge until the trial ends.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// A renewal could not be charged; the provider goes on trying.
        PastDue = "past_due",
        /// The provider gave up charging, and lets it stand.
        Unpaid = "unpaid",
        /// Nothing is charged until the provider is told to go on.
        Paused = "paused",
        /// Over.
        Canceled = "canceled",
    }
}

words! {
    /// How often a subscription is charged.
    pub Interval {
        /// Every day.
        Day = "day",
        /// Every week.
        Week = "week",
        /// Every month.
        Month = "month",
        /// Every year.
        Year = "year",
    }
}

/// How long a person keeps the plan after a renewal could not be charged.
pub const GRACE: i64 = 7 * DAY;
/// How long a paid period may be over without word of the next one: the provider charges an hour or so later, and a
/// message may be lost.
pub const LEEWAY: i64 = 3 * DAY;

/// A subscription. Amounts are in the currency's smallest units (cents).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The provider's id of it.
    pub id: String,
    /// The provider's id of the one line that it has.
    pub item: String,
    /// The plan; none when the provider's price is none of ours.
    pub plan: Option<PlanId>,
    /// How it stands.
    pub state: State,
    /// What a period costs.
    pub amount: i64,
    /// Three letters, in lower case.
    pub currency: String,
    /// How long a period is.
    pub interval: Interval,
    /// The days of trial that the price comes with.
    pub trial_period_days: Option<i64>,
    /// The present period.
    pub period_start: Micros,
    /// The present period's end.
    pub period_end: Micros,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
    /// When it ends, if it was told to.
    pub cancel_at: Option<Micros>,
    /// The trial, if there is one.
    pub trial_start: Option<Micros>,
    /// The trial's end.
    pub trial_end: Option<Micros>,
    /// When it was made.
    pub created_at: Micros,
}

impl Subscription {
    /// Whether it gives its plan at this moment.
    #[must_use]
    pub fn in_force(&self, now: Micros) -> bool {
        match self.state {
            State::Active | State::Trialing => now < self.period_end.plus(LEEWAY),
            State::PastDue => now < self.grace_end(),
            _ => false,
        }
    }

    /// Until when a period that was not paid gives its plan all the same.
    #[must_use]
    pub fn grace_end(&self) -> Micros {
        self.period_start.plus(GRACE).min(self.period_end)
    }

    /// Whether it can still be changed: a person has at most one of these.
    #[must_use]
    pub const fn live(&self) -> bool {
        matches!(self.state, State::Active | State::Trialing | State::PastDue | State::Unpaid | State::Paused)
    }
}

/// A paid invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// What it is called on paper.
    pub number: String,
    /// Three letters, in lower case.
    pub currency: String,
    /// What was paid, in the currency's smallest units.
    pub amount_paid: i64,
    /// What it is for.
    pub period_start: Option<Micros>,
    /// Its end.
    pub period_end: Option<Micros>,
    /// A page that shows it.
    pub hosted_url: String,
    /// A printable file.
    pub pdf: String,
    /// When it was made.
    pub created_at: Micros,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(state: State) -> Subscription {
        Subscription {
            id: "sub_1".into(),
            item: "si_1".into(),
            plan: None,
            state,
            amount: 2_000,
            currency: "usd".into(),
            interval: Interval::Month,
            trial_period_days: None,
            period_start: Micros(0),
            period_end: Micros(30 * DAY),
            cancel_at_period_end: false,
            cancel_at: None,
            trial_start: None,
            trial_end: None,
            created_at: Micros(0),
        }
    }

    #[test]
    fn paid_counts_until_word_of_the_next_period_is_overdue() {
        let paid = subscription(State::Active);
        assert!(paid.in_force(Micros(33 * DAY - 1)) && !paid.in_force(Micros(33 * DAY)));
    }

    #[test]
    fn a_failed_renewal_leaves_a_few_days() {
        let late = subscription(State::PastDue);
        assert!(late.in_force(Micros(7 * DAY - 1)) && !late.in_force(Micros(7 * DAY)));
        let short = Subscription { period_end: Micros(DAY), ..late };
        assert!(!short.in_force(Micros(DAY)), "never longer than the period itself");
    }

    #[test]
    fn what_is_over_counts_no_more() {
        for state in
            [State::Canceled, State::Unpaid, State::Incomplete, State::IncompleteExpired, State::Paused]
        {
            assert!(!subscription(state).in_force(Micros(1)), "{state}");
        }
        assert!(subscription(State::Unpaid).live() && !subscription(State::Canceled).live());
    }
}
