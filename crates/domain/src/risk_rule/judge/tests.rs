use super::*;
use crate::{
    RiskRuleId,
    risk_rule::{PastCopy, RuleAction, RuleTerms, Scope, Trip, replay},
    time::{DAY, HOUR, MINUTE},
};
use proptest::{collection::vec, prelude::*};

/// A Thursday, 12:00.
const NOON: Micros = Micros(1_000 * 7 * DAY + 12 * HOUR);

fn d(number: i64) -> Decimal {
    Decimal::from(number)
}

fn rule(kind: Kind, threshold: i64) -> RiskRule {
    RiskRule {
        id: RiskRuleId(uuid::Uuid::nil()),
        scope: Scope::Person,
        terms: RuleTerms {
            kind,
            threshold: d(threshold),
            cool_down_hours: None,
            action: RuleAction::StopEntries,
        },
        armed_at: None,
        trip: None,
        created_at: NOON.plus(-30 * DAY),
        updated_at: NOON,
    }
}

fn reading() -> Measured {
    Measured {
        now: NOON,
        ended: Vec::new(),
        unrealized: Some(Decimal::ZERO),
        positions: 0,
        exposure: Decimal::ZERO,
        base: Some(d(1_000)),
        signal_at: None,
        entry: None,
    }
}

fn ended(ago: i64, profit: i64) -> Ended {
    Ended { at: NOON.plus(-ago), profit: d(profit) }
}

fn broken(verdict: Verdict) -> Option<(Decimal, Option<Micros>)> {
    match verdict {
        Verdict::Broken { seen, until } => Some((seen, until)),
        Verdict::Kept | Verdict::Unknown => None,
    }
}

#[test]
fn a_day_ends_at_midnight_and_a_week_on_monday() {
    let losses = vec![ended(5 * DAY, -100), ended(2 * DAY, -30), ended(HOUR, -20)];
    let measured = Measured { ended: losses, unrealized: Some(d(-5)), ..reading() };
    let midnight = NOON.day().plus(DAY);
    assert_eq!(broken(judge(&rule(Kind::DayLoss, 25), &measured)), Some((d(25), Some(midnight))));
    assert_eq!(judge(&rule(Kind::DayLoss, 26), &measured), Verdict::Kept);
    // Monday was three days ago, so the loss of last Saturday does not count.
    let monday = NOON.day().plus(4 * DAY);
    assert_eq!(broken(judge(&rule(Kind::WeekLoss, 55), &measured)), Some((d(55), Some(monday))));
    assert_eq!(judge(&rule(Kind::WeekLoss, 56), &measured), Verdict::Kept);
    let percent = broken(judge(&rule(Kind::WeekLossPercent, 5), &measured)).unwrap().0;
    assert_eq!(percent, Decimal::new(55, 1));
}

#[test]
fn a_drawdown_is_measured_from_the_highest_equity() {
    let measured = Measured { ended: vec![ended(3 * DAY, 1_000), ended(DAY, -100)], ..reading() };
    assert_eq!(judge(&rule(Kind::Drawdown, 6), &measured), Verdict::Kept);
    assert_eq!(broken(judge(&rule(Kind::Drawdown, 5), &measured)), Some((d(5), None)));
    let open = Measured { unrealized: Some(d(-300)), ..measured };
    assert_eq!(broken(judge(&rule(Kind::Drawdown, 6), &open)), Some((d(20), None)));
}

#[test]
fn losses_in_a_row_stop_entries_for_a_while() {
    let losses = vec![ended(5 * HOUR, 3), ended(4 * HOUR, -1), ended(3 * HOUR, -1)];
    let measured = Measured { ended: losses, ..reading() };
    assert_eq!(judge(&rule(Kind::LossStreak, 3), &measured), Verdict::Kept);
    let until = NOON.plus(21 * HOUR);
    assert_eq!(broken(judge(&rule(Kind::LossStreak, 2), &measured)), Some((d(2), Some(until))));
    let later = Measured { now: until, ..measured };
    assert_eq!(judge(&rule(Kind::LossStreak, 2), &later), Verdict::Kept);
}

#[test]
fn entries_are_judged_by_what_they_would_make() {
    let entry = EntryTerms { value: d(600), leverage: 7, price: d(102), signal_price: Some(d(100)) };
    let measured = Measured {
        positions: 2,
        exposure: d(500),
        signal_at: Some(NOON.plus(-MINUTE)),
        entry: Some(entry),
        ..reading()
    };
    for (kind, kept, limit, seen) in [
        (Kind::Exposure, 1_100, 1_099, 1_100),
        (Kind::Leverage, 7, 6, 7),
        (Kind::Slippage, 2, 1, 2),
        (Kind::SignalAge, 60, 59, 60),
        (Kind::OpenPositions, 3, 2, 2),
    ] {
        assert_eq!(judge(&rule(kind, kept), &measured), Verdict::Kept, "{kind}");
        assert_eq!(broken(judge(&rule(kind, limit), &measured)), Some((d(seen), None)), "{kind}");
    }
}

#[test]
fn missing_data_is_unknown_and_breaks_nothing() {
    let silent = Measured { unrealized: None, base: None, ..reading() };
    for kind in [Kind::DayLoss, Kind::DayLossPercent, Kind::WeekLoss, Kind::WeekLossPercent, Kind::Drawdown] {
        assert_eq!(judge(&rule(kind, 1), &silent), Verdict::Unknown, "{kind}");
    }
    let entry = EntryTerms { value: d(1), leverage: 1, price: d(1), signal_price: None };
    let measured = Measured { entry: Some(entry), ..reading() };
    assert_eq!(judge(&rule(Kind::Slippage, 1), &measured), Verdict::Unknown);
    let rule = rule(Kind::Slippage, 1);
    let objection = first_objection(std::iter::once((&rule, Verdict::Unknown)), NOON);
    assert_eq!(objection.map(|objection| objection.reason), Some(Reason::RuleUnknown));
}

#[test]
fn what_was_before_the_owner_resumed_does_not_count() {
    let measured = Measured { ended: vec![ended(2 * HOUR, -50), ended(MINUTE, -10)], ..reading() };
    let resumed = RiskRule { armed_at: Some(NOON.plus(-HOUR)), ..rule(Kind::DayLoss, 50) };
    assert_eq!(judge(&resumed, &measured), Verdict::Kept);
    let trip = Trip { at: NOON.plus(-3 * HOUR), until: None, seen: d(60), first: None, closing: false };
    let tripped = RiskRule { trip: Some(trip), ..resumed };
    let objection = first_objection(std::iter::once((&tripped, Verdict::Kept)), NOON).unwrap();
    assert_eq!((objection.reason, objection.seen), (Reason::DailyLoss, d(60)));
}

#[test]
fn flattening_needs_a_kind_that_can() {
    for kind in Kind::ALL {
        let terms = RuleTerms { action: RuleAction::Flatten, ..rule(*kind, 1).terms };
        assert_eq!(terms.problems().is_empty(), kind.may_flatten(), "{kind}");
    }
}

/// A copy that was opened `ago` and ended an hour later.
fn past(ago: i64, profit: i64) -> PastCopy {
    PastCopy {
        opened_at: NOON.plus(-ago),
        ended_at: Some(NOON.plus(-ago + HOUR)),
        profit: Some(d(profit)),
        value: d(100),
        leverage: 3,
        price: d(10),
        signal_price: Some(d(10)),
        signal_at: NOON.plus(-ago),
        concerned: true,
    }
}

#[test]
fn the_preview_counts_trips_and_skipped_entries() {
    let copies = [past(6 * HOUR, -60), past(4 * HOUR, 10), past(2 * HOUR, -1)];
    let from = NOON.plus(-30 * DAY);
    let done = replay(&rule(Kind::DayLoss, 50), &copies, from, |_| Some(d(1_000)));
    assert_eq!((done.stopped, done.skipped), (vec![NOON.plus(-5 * HOUR)], 2));
    let done = replay(&rule(Kind::Leverage, 2), &copies, from, |_| None);
    assert_eq!((done.stopped.len(), done.skipped), (3, 3));
}

#[test]
fn a_copy_that_the_preview_skips_takes_no_place() {
    // The second one overlaps with both others, which do not overlap with each other.
    let copies = [past(360 * MINUTE, 1), past(330 * MINUTE, 1), past(285 * MINUTE, 1)];
    let done = replay(&rule(Kind::OpenPositions, 1), &copies, NOON.plus(-30 * DAY), |_| None);
    assert_eq!((done.stopped, done.skipped), (vec![NOON.plus(-330 * MINUTE)], 1));
}

fn results() -> impl Strategy<Value = Vec<Ended>> {
    vec((0..40 * DAY, -50_i64..50), 0..12).prop_map(|all| {
        let mut all: Vec<_> = all.into_iter().map(|(ago, profit)| ended(ago, profit)).collect();
        all.sort_by_key(|ended| ended.at);
        all
    })
}

fn kinds() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL)
}

proptest! {
    /// A looser threshold never breaks where a tighter one is kept.
    #[test]
    fn a_looser_rule_is_kept_wherever_a_tighter_one_is(kind in kinds(), results in results(), open in -50_i64..50, limit in 1_i64..60) {
        let entry = EntryTerms { value: d(limit), leverage: 5, price: d(102), signal_price: Some(d(100)) };
        let measured = Measured {
            ended: results,
            unrealized: Some(d(open)),
            positions: 3,
            exposure: d(10),
            signal_at: Some(NOON.plus(-MINUTE)),
            entry: Some(entry),
            ..reading()
        };
        if judge(&rule(kind, limit), &measured) == Verdict::Kept {
            prop_assert_eq!(judge(&rule(kind, limit + 1), &measured), Verdict::Kept);
        }
    }

    /// The end of a trip is in the future.
    #[test]
    fn a_trip_ends_in_the_future(kind in kinds(), results in results(), limit in 1_i64..60) {
        let measured = Measured { ended: results, ..reading() };
        if let Verdict::Broken { until: Some(until), .. } = judge(&rule(kind, limit), &measured) {
            prop_assert!(until > NOON);
        }
    }

    /// Without data nothing that could close positions is broken.
    #[test]
    fn nothing_is_closed_without_data(kind in kinds(), results in results(), limit in 1_i64..60) {
        let silent = Measured { ended: results, unrealized: None, base: None, ..reading() };
        if kind.may_flatten() {
            prop_assert_eq!(judge(&rule(kind, limit), &silent), Verdict::Unknown);
        }
    }

    /// The objection is the first in the order, however the rules are ordered.
    #[test]
    fn the_first_reason_wins(mut order in Just(Kind::ALL.to_vec()).prop_shuffle(), results in results(), count in 0_usize..11) {
        order.truncate(count);
        let measured = Measured { ended: results, unrealized: Some(d(-1)), positions: 2, ..reading() };
        let rules: Vec<_> = order.iter().map(|kind| rule(*kind, 1)).collect();
        let judged = || rules.iter().map(|rule| (rule, judge(rule, &measured)));
        let first = judged().filter_map(|one| first_objection(std::iter::once(one), NOON)).map(|o| rank(o.reason)).min();
        prop_assert_eq!(first_objection(judged(), NOON).map(|o| rank(o.reason)), first);
    }
}
