//! Known cases by number, as far as they can be expressed here. Steps are named by their kind, so that a case
//! stays the same if the desk changes the order of its requests.

use crate::enumerate::{NEVER_REACHED, Ready, play_one};

/// Plays these scenarios; none may break an invariant. Scenarios with a kind of step that no longer exists
/// are skipped, but at least one must run.
fn holds(scenarios: &[&str]) {
    if crate::wanted().is_none() {
        crate::roomy(|| play_all(scenarios));
    }
}

fn play_all(scenarios: &[&str]) {
    let mut reached = 0;
    let mut failed = Vec::new();
    for text in scenarios {
        let scenario: crate::sim::plan::Scenario = text.parse().expect("a scenario");
        match play_one(&Ready::of(&scenario.life), &scenario) {
            Some(one) if one.broken.iter().all(|why| why.starts_with(NEVER_REACHED)) => {}
            Some(one) => {
                reached += 1;
                failed.push(one);
            }
            None => reached += 1,
        }
    }
    crate::print_failures(&failed);
    assert!(reached > 0, "none of the steps exists any more: {scenarios:?}");
    assert!(failed.is_empty(), "{} of {} scenarios", failed.len(), scenarios.len());
}

#[test]
fn v1_an_interrupted_replacement_leaves_the_old_position_with_its_stop() {
    holds(&[
        "replace/kill-after@cancel-all",
        "replace/kill-after@cancel",
        "replace/kill-before@close",
        "replace/down(12)@close",
        "replace/down(12)@positions#2",
        "replace/refuse(-1500)@close",
    ]);
}

#[test]
fn v1_a_close_that_is_refused_or_late_leaves_no_position_without_a_stop() {
    holds(&[
        "close/refuse(-1500)@close",
        "close/kill-for(65)@cancel-all",
        "close/kill-for(65)@close",
        "close/kill-for(65)@commit1",
        "close/down(12)@close",
        "panic/refuse(-1500)@close",
    ]);
}

#[test]
fn v1_a_rescue_that_is_refused_is_tried_again() {
    holds(&["manual/refuse(-1111)@stop/refuse(-1500)@close", "limit/refuse(-1111)@stop/refuse(-1500)@close"]);
}

#[test]
fn v2_a_cancel_that_arrives_late_takes_no_stop_away() {
    holds(&[
        "manual/late(2)@cancel-all",
        "manual/late(2)@cancel",
        "replace/late(2)@cancel-all",
        "replace/late(2)@cancel",
        "close/late(2)@cancel-all",
        "close/late(2)@cancel",
    ]);
}

#[test]
fn v3_an_exit_is_carried_out_when_the_clock_was_set_back() {
    holds(&["copy-exit/clock(-60)@call1", "copy-exit/clock(-5)@call1", "flip/clock(-60)@call1"]);
}

#[test]
fn v4_a_commit_that_fails_or_whose_answer_is_lost_leaves_no_position_without_a_stop() {
    // A full disk that keeps a connection inside a transaction is not covered here: that needs a real disk.
    holds(&[
        "manual/fail@commit1",
        "manual/fail@commit2",
        "manual/fail-after@commit1",
        "limit/fail@commit2",
        "limit/fail@commit4",
        "copy-enter/fail@commit5",
    ]);
}

#[test]
fn v5_a_desk_that_was_paused_or_has_an_heir_doubles_nothing() {
    // Two concurrent desks are covered by the tests of the fence and need Postgres.
    holds(&[
        "manual-retried/pause-before(40)@entry",
        "manual-retried/pause-after(40)@entry",
        "manual-retried/heir-after@entry",
        "copy-enter/pause-before(40)@entry",
        "copy-enter/pause-before(40)@stop",
        "copy-enter/heir-after@entry",
        "copy-exit/heir-after@close",
    ]);
}

#[test]
fn v6_a_copy_whose_stop_and_rescue_are_refused_is_closed_all_the_same() {
    holds(&[
        "copy-enter/refuse(-1111)@stop/refuse(-1500)@close",
        "flip/refuse(-1111)@stop/refuse(-1500)@close#2",
    ]);
}

#[test]
fn v7_an_exit_that_is_refused_once_is_carried_out() {
    holds(&["copy-exit/refuse(-1500)@close", "copy-exit/refuse-on(-1500)@close", "flip/refuse(-1500)@close"]);
}

#[test]
fn v8_an_entry_on_its_way_is_found_when_the_clock_steps() {
    holds(&[
        "manual/late(2)@entry/clock(+30)@find",
        "manual/late(2)@entry/clock(+30)",
        "manual/late(2)@entry/clock(-30)@find",
        "copy-enter/late(2)@entry/clock(+30)@find",
    ]);
}

#[test]
fn v9_no_copy_enters_when_its_signal_is_too_old() {
    holds(&[
        "copy-enter/pause-before(150)@set-leverage",
        "copy-enter/pause-after(150)@set-leverage",
        "copy-enter/pause-before(150)@entry",
        "copy-enter/pause-after(150)@commit4",
    ]);
}

#[test]
fn v11_no_missing_stop_is_notified_when_the_position_has_ended() {
    holds(&[
        "copy-held/closed@open-orders",
        "copy-held/price(18990)@open-orders",
        "copy-exit/heir-after@close",
    ]);
}

// Changes of an open trade.

#[test]
fn c1_a_stop_is_moved_without_a_gap_and_is_never_there_twice() {
    holds(&[
        "move-stop",
        "move-stop/kill-after@commit1",
        "move-stop/kill-before@stop",
        "move-stop/kill-after@stop",
        "move-stop/kill-after@cancel",
        "move-stop/kill-for(65)@stop",
        "move-stop/down(12)@stop",
        "move-stop/down(12)@cancel",
        "move-stop/away(60)@stop",
        "move-stop/lost@stop",
        "move-stop/late(2)@stop",
        "move-stop/late(2)@cancel",
        "move-stop/answer-lost@stop",
        "move-stop/answer-lost-hidden@stop",
        "move-stop/refuse-on(-4000)@cancel",
        "move-stop/price(18990)@stop",
        "move-stop/price(18990)@cancel",
        "move-stop/closed@stop",
        "move-stop/closed@cancel",
        "move-limit-stop",
        "move-limit-stop/kill-after@stop",
    ]);
}

#[test]
fn c2_a_stop_whose_move_is_refused_stays_where_it_was() {
    holds(&[
        "move-stop/refuse(-2021)@stop",
        "move-stop/refuse-on(-2021)@stop",
        "move-stop/refuse(-1111)@stop",
        "move-stop/refuse(-4509)@stop",
    ]);
}

#[test]
fn c3_new_take_profits_replace_the_old_ones_whatever_is_interrupted() {
    holds(&[
        "set-targets",
        "set-targets/kill-after@commit1",
        "set-targets/kill-after@cancel",
        "set-targets/kill-after@target",
        "set-targets/down(12)@cancel",
        "set-targets/down(12)@target",
        "set-targets/answer-lost@target",
        "set-targets/refuse-on(-4000)@cancel",
        "set-targets/refuse(-2021)@target",
        "set-targets/closed@target",
    ]);
}

#[test]
fn c4_a_part_is_closed_once_and_the_take_profits_fit_what_is_left() {
    holds(&[
        "close-part",
        "close-part/kill-after@commit1",
        "close-part/kill-before@close",
        "close-part/kill-after@close",
        "close-part/lost@close",
        "close-part/answer-lost@close",
        "close-part/lag@close",
        "close-part/tight@close",
        "close-part/kill-after@cancel",
        "close-part/kill-after@target",
        "close-part/price(18990)@close",
    ]);
}

#[test]
fn c5_what_had_filled_of_a_cancelled_entry_keeps_its_stop() {
    holds(&[
        "cancel-entries",
        "cancel-entries/kill-after@commit1",
        "cancel-entries/kill-after@cancel",
        "cancel-entries/answer-lost@cancel",
        "cancel-entries/down(12)@cancel",
        "cancel-entries/refuse(-4000)@cancel",
    ]);
}

#[test]
fn c6_a_position_is_increased_once_never_late_and_never_without_its_stop() {
    holds(&[
        "add",
        "add/kill-after@commit1",
        "add/kill-before@entry",
        "add/kill-after@entry",
        "add/kill-for(65)@entry",
        "add/lost@entry",
        "add/late(2)@entry",
        "add/answer-lost@entry",
        "add/answer-lost-hidden@entry",
        "add/down(12)@entry",
        "add/refuse(-2019)@entry",
        "add/kill-after@cancel",
        "add/kill-after@target",
        "add/refuse(-2021)@target",
        "add/closed@entry",
        "add-stop-limit",
        "add-stop-limit/kill-after@stop",
        "add-stop-limit/kill-after@cancel",
        "add-stop-limit/kill-after@entry",
        "add-stop-limit/refuse(-2021)@stop",
        "add-stop-limit/away(60)@stop",
        "add-stop-limit/refuse-on(-4000)@cancel",
    ]);
}

// Found by the enumeration.

#[test]
fn n1_the_rest_of_an_entry_whose_first_part_got_no_stop_does_not_fill_unseen() {
    holds(&["limit/refuse(-2021)@stop", "limit/refuse(-1111)@stop", "limit/closed@find"]);
}

#[test]
fn n2_a_stop_that_its_owner_moved_is_no_reason_to_close() {
    holds(&["copy-stop-moved", "copy-stop-moved/tight@close", "stop-moved"]);
}

#[test]
fn n3_targets_do_not_outlive_a_position_that_ends_while_they_are_sent() {
    holds(&["manual/closed@target", "replace/closed@target#2", "limit/closed@target"]);
}

#[test]
fn n4_an_order_that_exists_is_found_though_looking_it_up_lags() {
    holds(&["manual/answer-lost-hidden@entry", "copy-enter/answer-lost-hidden@entry", "limit/hidden@find"]);
}

#[test]
fn n5_what_ends_at_the_exchange_takes_its_orders_with_it() {
    holds(&["closed-elsewhere", "liquidated", "stop-cancelled", "stop-limit-gap"]);
}

#[test]
fn n6_the_position_that_an_order_is_to_replace_is_not_taken_for_its_entry() {
    holds(&[
        "replace-same/kill-before@close",
        "replace-same/kill-before@open-orders",
        "replace-same/kill-after@commit1",
        "replace-same/answer-lost-hidden@entry",
    ]);
}

// Found by pairs.

#[test]
fn p1_an_order_that_arrives_after_its_position_was_settled_is_cancelled() {
    holds(&[
        "replace/late(2)@call16/price(21010)@call16",
        "manual/late(2)@target/price(18990)@target",
        "manual/late(2)@target/closed@target",
        "stop-cancelled/late(2)@stop/closed@stop",
    ]);
}

#[test]
fn p2_the_owner_is_notified_while_placing_a_stop_takes_too_long() {
    holds(&["limit/limited@call12/limited@call13", "limit/limited@find/limited@stop"]);
}

#[test]
fn a_stop_limit_order_that_ran_out_of_time_is_closed_without_another_stop() {
    if crate::wanted().is_none() {
        crate::roomy(|| {
            let ready = Ready::of("stop-limit-gap");
            assert!(ready.broken.is_empty(), "{:?}", ready.broken);
            let sent = |kind| ready.steps.iter().filter(|step| step.writes && step.kind == kind).count();
            // A further stop order would trigger immediately, because its price has been passed.
            assert_eq!((sent("stop"), sent("close")), (0, 1), "{:?}", ready.steps);
        });
    }
}
