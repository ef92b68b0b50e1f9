//! Each rule that protects positions is disabled in turn: a scenario that passes with it must fail without
//! it. Otherwise nothing would prove the rule.

use crate::enumerate::{NEVER_REACHED, Ready, play_one, singles};
use crate::sim::plan::Scenario;
use service::trading::order::protection::Rule;

/// Plays the scenarios with the rule and without it.
fn missed(rule: Rule, scenarios: &[&str]) {
    if crate::wanted().is_none() {
        crate::roomy(|| play_both(rule, scenarios));
    }
}

fn play_both(rule: Rule, scenarios: &[&str]) {
    assert!(!scenarios.is_empty(), "no scenario is named for {rule:?}");
    for text in scenarios {
        let scenario: Scenario = text.parse().expect("a scenario");
        let ready = Ready::of(&scenario.life);
        let with = play_one(&ready, &scenario);
        assert!(with.is_none(), "with {rule:?}: {with:?}");
        let without = rule.without(|| play_one(&ready, &scenario));
        let broken = without.map(|failed| failed.broken).unwrap_or_default();
        assert!(
            broken.iter().any(|why| !why.starts_with(NEVER_REACHED)),
            "nothing misses {rule:?} in {text}: {broken:?}"
        );
    }
}

/// With `PROTECTION_WITHOUT=<rule>` prints the singles that fail without that rule, tried on the lives of
/// `PROTECTION_LIVES=a,b`.
#[test]
fn scenarios_that_miss_the_requested_rule() {
    let Ok(name) = std::env::var("PROTECTION_WITHOUT") else { return };
    let rule = *Rule::ALL.iter().find(|rule| format!("{rule:?}") == name).expect("a rule of this name");
    let lives = std::env::var("PROTECTION_LIVES").unwrap_or_default();
    crate::roomy(|| {
        for life in lives.split(',') {
            let ready = Ready::of(life);
            let alone = Scenario { life: life.to_owned(), items: Vec::new() };
            for scenario in [alone].into_iter().chain(singles(&ready)) {
                if let Some(failed) = rule.without(|| play_one(&ready, &scenario)) {
                    println!("{} ({}): {}", failed.scenario, failed.kind, failed.broken.join("; "));
                }
            }
        }
    });
}

macro_rules! rules {
    ($($test:ident: $rule:ident => $scenarios:expr),* $(,)?) => {
        $(#[test]
        fn $test() {
            missed(Rule::$rule, &$scenarios);
        })*

        #[test]
        fn every_rule_is_missed() {
            let tested = [$(Rule::$rule),*];
            let untested: Vec<_> = Rule::ALL.iter().filter(|rule| !tested.contains(rule)).collect();
            assert!(untested.is_empty(), "nothing misses {untested:?}");
        }
    };
}

rules! {
    a_position_on_the_other_side: OtherSideIsForeign => ["turned-elsewhere"],
    what_exceeds_the_entry: ExcessIsForeign => ["added-elsewhere"],
    an_entry_that_may_still_fill: OpenEntryMayFill => ["part-stop-cancelled"],
    a_later_entry: LaterEntryOwns => ["replace-without-stop"],
    no_stop_by_choice: NoStopByChoice => ["no-stop"],
    closing_until_it_is_done: ClosingIsPursued => ["manual/stray(8)@entry"],
    what_covers_a_position: OnlyStopsCover => ["stop-cancelled"],
    a_stop_over_a_part: PartialStopCoversPart => ["part-stopped-elsewhere"],
    an_ambiguous_refusal: AmbiguousRefusalLooks => ["manual/refuse(-4130)@stop"],
    a_refusal_by_a_filter: FilterRefusalCorrects => ["manual/tick(7)@leverage"],
    a_definite_refusal: DefiniteRefusalCloses => ["stop-cancelled/reached(120)@stop"],
    the_breaker: BreakerTrips => ["many-rescues/reached(60)@stop"],
    a_stop_or_take_profit_that_filled: HitIsNotified => ["stop-hit"],
    the_end_of_supervision: EndedRowIsDeleted => ["stop-hit"],
    a_market_where_an_intent_works: WorkingIntentIsLeftAlone => ["limit/kill-after@entry/fail@commit2"],
    an_entry_that_was_given_up: GivenUpEntryIsLookedFor => ["manual/stray(8)@entry"],
    a_triggered_stop_has_time: TriggeredStopHasTime => ["stop-limit-fills"],
    a_triggered_stop_that_does_not_fill: TriggeredStopIsClosed => ["stop-limit-gap"],
    a_stop_that_was_moved: MovedStopIsWanted => ["moved-stop-cancelled"],
    a_take_profit_that_filled: TargetIsNotified => ["target-hit-once"],
    a_recent_entry: RecentEntryIsNotGone => ["replace/lag@call3"],
    orders_without_a_position: ProtectionEndsToo => ["stop-hit"],
    orders_that_arrive_late: LateOrdersAreCancelled => ["replace/late(2)@call16/price(21010)@call16"],
    a_missing_stop: MissingStopIsNotified => ["stop-cancelled-seen/there(7)@stop"],
    a_stop_that_takes_long: SlowStopIsNotified => ["limit/limited@call12/limited@call13"],
    a_stop_that_is_back: ReplacedStopIsNotified => ["limit/limited@call12/limited@call13"],
    a_stop_that_cannot_be_sent: UnreachableStopCloses => ["manual/away(60)@stop"],
    who_takes_over_looks_first: ResumedRunLooks => ["part-stop-replaced"],
    a_position_that_is_not_shown: UnseenPositionMayLag => ["manual/kill-after@entry/behind(5)@open-orders#2"],
    two_readings: TwoReadingsAgree => ["manual/stopped@stop/refuse(-2021)@stop"],
    the_rest_of_an_entry: RestOfEntryEnds => ["limit/refuse(-2021)@stop"],
    the_other_order_of_an_oco: FirstFillCancelsOther => ["oco-limit"],
    what_both_orders_of_an_oco_filled: ExcessIsClosed => ["oco-gap"],
    a_position_that_was_closed: ClosingIsNotified => ["manual/refuse(-2021)@stop"],
    protection_last: ProtectionGoesLast => ["replace"],
    take_profits_in_the_way: TargetsMakeWay => ["copy-exit/tight@close"],
    a_new_stop_first: NewStopComesFirst => ["move-stop/away(60)@stop"],
    an_outdated_stop_is_not_the_wanted_one: OutdatedStopIsReplaced => ["move-stop/away(60)@stop"],
    an_outdated_stop_goes: OutdatedStopIsCancelled => ["move-stop/refuse-on(-4000)@cancel"],
    a_move_that_was_refused: RefusedStopIsNotWanted => ["move-stop/refuse(-2021)@stop"],
    a_larger_stop_first: StopGrowsFirst => ["add-stop-limit/away(60)@stop"],
    what_was_added: AddedPartIsOurs => ["added-stop-cancelled"],
    take_profits_after_a_partial_close: TargetsFitPosition => ["close-part"],
    a_stop_of_a_part: SharedStopFits => ["beside-part-closed"],
    take_profits_of_a_part: SharedTargetsFit => ["beside-reduced-elsewhere"],
    a_difference_again_within_seconds: DifferenceIsRetriedSoon => ["stop-cancelled-seen/there(7)@stop"],
}
