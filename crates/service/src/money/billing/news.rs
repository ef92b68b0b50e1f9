//! Detects changes of a subscription and decides which of them to notify. Pure: the same two states give the
//! same result.

use domain::Micros;
use domain::subscription::State;
use store::subscription::StoredSubscription;

/// A change of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The plan is in force from now on.
    Started,
    /// The subscription is for another plan.
    Changed,
    /// Its cancellation at the end of the period was set or withdrawn.
    EndSet,
    /// The charge of a renewal failed.
    Failed,
    /// The plan is no longer in force.
    Lapsed,
}

/// Compares a subscription with its previous state, and marks in `after` what is notified, so that each
/// change is notified once.
pub(super) fn news(
    before: Option<&StoredSubscription>,
    after: &mut StoredSubscription,
    now: Micros,
) -> Vec<News> {
    let mut news = Vec::new();
    let gave = before.is_some_and(|kept| kept.told_lapsed.is_none() && ever_gave(kept.subscription.state));
    let gives = after.subscription.in_force(now);
    if gives && !gave {
        news.push(News::Started);
        after.told_lapsed = None;
    }
    if let Some(before) = before.filter(|_| gives && gave) {
        if before.plan_id != after.plan_id {
            news.push(News::Changed);
        }
        if before.subscription.cancel_at_period_end != after.subscription.cancel_at_period_end {
            news.push(News::EndSet);
        }
    }
    if after.subscription.state == State::PastDue
        && after.told_failed != Some(after.subscription.period_start)
    {
        after.told_failed = Some(after.subscription.period_start);
        news.push(News::Failed);
    }
    if !gives && after.told_lapsed.is_none() && !pending(after.subscription.state) {
        after.told_lapsed = Some(now);
        // A subscription that was over when first seen is not reported.
        if gave {
            news.push(News::Lapsed);
        }
    }
    news
}

const fn ever_gave(state: State) -> bool {
    matches!(state, State::Active | State::Trialing | State::PastDue)
}

/// Whether the subscription may still begin.
const fn pending(state: State) -> bool {
    matches!(state, State::Incomplete)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        PlanId, UserId,
        subscription::{GRACE, Interval, Subscription},
        time::DAY,
    };

    const NOW: Micros = Micros(1_767_225_600_000_000);

    fn kept(state: State) -> StoredSubscription {
        let id = |text: &str| text.parse().unwrap();
        let plan: PlanId = id("336e0577-784d-4482-8a37-46649118aa51");
        StoredSubscription {
            subscription: Subscription {
                id: "sub_1".into(),
                item: "si_1".into(),
                plan: Some(plan),
                state,
                amount: 2_000,
                currency: "usd".into(),
                interval: Interval::Month,
                trial_period_days: None,
                period_start: NOW,
                period_end: NOW.plus(30 * DAY),
                cancel_at_period_end: false,
                cancel_at: None,
                trial_start: None,
                trial_end: None,
                created_at: NOW,
            },
            user_id: UserId("0199c0de-0000-7000-8000-000000000000".parse().unwrap()),
            plan_id: plan,
            asked_at: NOW,
            version: 1,
            told_failed: None,
            told_ending: None,
            told_lapsed: None,
        }
    }

    /// The changes reported while a subscription passes through these states.
    fn news_of(states: &[State], at: Micros) -> Vec<News> {
        let (mut all, mut before) = (Vec::new(), None::<StoredSubscription>);
        for state in states {
            let mut after = before.clone().unwrap_or_else(|| kept(*state));
            after.subscription.state = *state;
            all.extend(news(before.as_ref(), &mut after, at));
            before = Some(after);
        }
        all
    }

    #[test]
    fn each_change_is_reported_once() {
        use State as S;
        let life = [S::Active, S::Active, S::PastDue, S::PastDue, S::Canceled, S::Canceled];
        assert_eq!(news_of(&life, NOW), [News::Started, News::Failed, News::Lapsed]);
        assert_eq!(news_of(&[S::Trialing, S::Active], NOW), [News::Started]);
        assert_eq!(news_of(&[S::Incomplete, S::IncompleteExpired], NOW), []);
        assert_eq!(news_of(&[S::Incomplete, S::Active], NOW), [News::Started]);
        assert_eq!(news_of(&[S::Canceled, S::Canceled], NOW), []);
        assert_eq!(
            news_of(&[S::Active, S::Unpaid, S::Active], NOW),
            [News::Started, News::Lapsed, News::Started]
        );
    }

    #[test]
    fn grace_that_runs_out_is_a_lapse() {
        use State as S;
        let late = NOW.plus(GRACE);
        let mut first = kept(S::PastDue);
        first.told_failed = Some(NOW);
        let mut after = first.clone();
        assert_eq!(news(Some(&first), &mut after, late), [News::Lapsed]);
        assert_eq!(after.told_lapsed, Some(late));
    }

    #[test]
    fn changes_are_reported_while_active() {
        let before = kept(State::Active);
        let mut after = kept(State::Active);
        after.plan_id = PlanId(before.user_id.0);
        after.subscription.cancel_at_period_end = true;
        assert_eq!(news(Some(&before), &mut after, NOW), [News::Changed, News::EndSet]);
    }
}
