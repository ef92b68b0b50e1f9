//! A paid subscription as the payment provider reports it, and whether it is in force.

use crate::{Micros, PlanId, time::DAY, words};

words! {
    /// The state of a subscription at the payment provider.
    pub State {
        /// The first payment is pending.
        Incomplete = "incomplete",
        /// The first payment was never made.
        IncompleteExpired = "incomplete_expired",
        /// Free of charge until the trial ends.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// A renewal could not be charged; the provider keeps retrying.
        PastDue = "past_due",
        /// The provider stopped retrying but keeps the subscription.
        Unpaid = "unpaid",
        /// Charging is suspended until it is resumed.
        Paused = "paused",
        /// Ended.
        Canceled = "canceled",
    }
}

words! {
    /// The billing interval.
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

/// How long a user keeps the plan after a renewal could not be charged, in microseconds.
pub const GRACE: i64 = 7 * DAY;
/// How long after the end of a paid period the plan stays in force without news of the next period, in
/// microseconds: the provider charges an hour or so later, and its message may be lost.
pub const LEEWAY: i64 = 3 * DAY;

/// A subscription. Amounts are in the currency's smallest unit (cents).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The provider's id of the subscription.
    pub id: String,
    /// The provider's id of its only item.
    pub item: String,
    /// The plan; `None` if the provider's price belongs to none of our plans.
    pub plan: Option<PlanId>,
    /// State at the provider.
    pub state: State,
    /// Price per period.
    pub amount: i64,
    /// Currency code, three lower-case letters.
    pub currency: String,
    /// Billing interval.
    pub interval: Interval,
    /// Length of the price's trial, in days.
    pub trial_period_days: Option<i64>,
    /// Start of the current period.
    pub period_start: Micros,
    /// End of the current period.
    pub period_end: Micros,
    /// Whether it ends with the current period.
    pub cancel_at_period_end: bool,
    /// When it is scheduled to end, if it is.
    pub cancel_at: Option<Micros>,
    /// Start of the trial, if there is one.
    pub trial_start: Option<Micros>,
    /// End of the trial.
    pub trial_end: Option<Micros>,
    /// When it was created.
    pub created_at: Micros,
}

impl Subscription {
    /// Returns whether the subscription grants its plan at the given time.
    #[must_use]
    pub fn in_force(&self, now: Micros) -> bool {
        match self.state {
            State::Active | State::Trialing => now < self.period_end.plus(LEEWAY),
            State::PastDue => now < self.grace_end(),
            _ => false,
        }
    }

    /// Returns until when an unpaid period still grants the plan.
    #[must_use]
    pub fn grace_end(&self) -> Micros {
        self.period_start.plus(GRACE).min(self.period_end)
    }

    /// Returns whether it can still be changed. A user has at most one subscription that can.
    #[must_use]
    pub const fn live(&self) -> bool {
        matches!(self.state, State::Active | State::Trialing | State::PastDue | State::Unpaid | State::Paused)
    }
}

/// A paid invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Invoice number, as printed.
    pub number: String,
    /// Currency code, three lower-case letters.
    pub currency: String,
    /// Amount paid, in the currency's smallest unit.
    pub amount_paid: i64,
    /// Start of the billed period.
    pub period_start: Option<Micros>,
    /// End of the billed period.
    pub period_end: Option<Micros>,
    /// URL of the provider's page for the invoice.
    pub hosted_url: String,
    /// URL of the PDF.
    pub pdf: String,
    /// When it was created.
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
    fn ended_subscriptions_are_not_in_force() {
        for state in
            [State::Canceled, State::Unpaid, State::Incomplete, State::IncompleteExpired, State::Paused]
        {
            assert!(!subscription(state).in_force(Micros(1)), "{state}");
        }
        assert!(subscription(State::Unpaid).live() && !subscription(State::Canceled).live());
    }
}
