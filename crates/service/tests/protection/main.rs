//! Exhaustive fault enumeration for the desk's orders and their protection. Each life of an order runs once
//! without faults, and each of its exchange calls and commits is recorded. The scenarios are these steps
//! times everything that can go wrong there; after each, the invariants of `judge` must hold.
//!
//! A failing scenario prints the line that reruns it:
//! `PROTECTION_SCENARIO='manual/refuse(-2021)@call7/kill-after' cargo test -p service --test protection`.
//! `PROTECTION_DATABASE=postgres` reruns it on Postgres, for scenarios with two instances. `SLIPSTREAM_DEEP=1` also plays a
//! sample of pairs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]
#![allow(clippy::print_stdout, reason = "a failing scenario prints the line that reruns it")]

mod catalogue;
mod changes;
mod documented;
mod enumerate;
mod judge;
mod lives;
mod named;
mod pairs;
mod play;
mod restore;
mod rules;
mod shared;
mod sim;
mod stage;
mod upgrade;

use enumerate::{Failed, Ready, matrix, play_one, rivals, singles};
use std::time::Instant;

/// The single requested scenario, if any. The other tests then do nothing.
fn wanted() -> Option<sim::plan::Scenario> {
    std::env::var("PROTECTION_SCENARIO").ok().map(|text| text.parse().expect("a scenario"))
}

/// Prints the failures, each with the line that reruns it, and a table.
fn print_failures(failed: &[Failed]) {
    for one in failed {
        println!("{} ({}): {}", one.scenario, one.kind, one.broken.join("; "));
        println!("    PROTECTION_SCENARIO='{}' cargo test -p service --test protection", one.scenario);
    }
    print!("{}", matrix(failed));
}

/// Runs a test on a large stack, so that a desk that recurses endlessly is stopped before the stack
/// overflows.
fn roomy(test: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(1 << 30);
        let played = thread.spawn_scoped(scope, test).expect("a thread").join();
        if let Err(panic) = played {
            std::panic::resume_unwind(panic);
        }
    });
}

#[test]
fn the_requested_scenario() {
    if let Some(scenario) = wanted() {
        roomy(|| requested(&scenario));
    }
}

fn requested(scenario: &sim::plan::Scenario) {
    let two = std::env::var("PROTECTION_DATABASE").is_ok_and(|database| database == "postgres");
    let ready =
        if two { Ready::shared(&scenario.life).expect("Postgres") } else { Ready::of(&scenario.life) };
    for step in &ready.steps {
        println!("{:10} {}", step.at.to_string(), step.kind);
    }
    let failed = play_one(&ready, scenario);
    assert!(failed.is_none(), "{failed:?}");
}

fn live(name: &str) {
    if wanted().is_none() {
        roomy(|| play_life(name));
    }
}

/// Plays a life without faults, every single of it, and with `SLIPSTREAM_DEEP=1` some of its pairs.
fn play_life(name: &str) {
    let began = Instant::now();
    let ready = Ready::of(name);
    let mut wrong = ready.broken.len();
    if wrong > 0 {
        println!("{name}: {}", ready.broken.join("; "));
    }
    let scenarios = singles(&ready);
    let covered = |step: &sim::gate::RecordedStep| {
        scenarios.iter().any(|s| s.items.iter().any(|item| item.at == step.at))
    };
    let bare: Vec<_> = ready.steps.iter().filter(|step| !covered(step)).collect();
    assert!(bare.is_empty(), "no scenario covers {bare:?} of {name}");
    assert!(!ready.steps.is_empty(), "{name} has no steps");
    let mut failed: Vec<_> = scenarios.iter().filter_map(|scenario| play_one(&ready, scenario)).collect();
    println!("{name}: {} of {} singles failed, {:.0?}", failed.len(), scenarios.len(), began.elapsed());
    if std::env::var("SLIPSTREAM_DEEP").is_ok_and(|deep| deep == "1") {
        let (pairs, more) = pairs::sample(&ready);
        println!("{name}: {} of {pairs} pairs failed, {:.0?}", more.len(), began.elapsed());
        failed.extend(more);
    }
    print_failures(&failed);
    wrong += failed.len();
    assert!(wrong == 0, "{wrong} scenarios of {name}");
}

/// Lives whose scenarios with two instances take too long for every run; `SLIPSTREAM_DEEP=1` plays them.
const LONG: &[&str] =
    &["manual", "manual-retried", "replace-same", "panic", "copy-enter", "copy-exit", "copy-panic", "flip"];

/// Plays a life on Postgres with every scenario in which a second instance takes over.
fn play_with_rivals(name: &str) {
    let deep = std::env::var("SLIPSTREAM_DEEP").is_ok_and(|deep| deep == "1");
    if LONG.contains(&name) && !deep {
        return;
    }
    let began = Instant::now();
    let Some(ready) = Ready::shared(name) else { return };
    assert!(ready.broken.is_empty(), "{name}: {}", ready.broken.join("; "));
    let scenarios = rivals(&ready);
    assert!(!scenarios.is_empty(), "{name} has no steps");
    let failed: Vec<_> = scenarios.iter().filter_map(|scenario| play_one(&ready, scenario)).collect();
    println!(
        "{name}: {} of {} with two desks failed, {:.0?}",
        failed.len(),
        scenarios.len(),
        began.elapsed()
    );
    print_failures(&failed);
    assert!(failed.is_empty(), "{} scenarios of {name} with PROTECTION_DATABASE=postgres", failed.len());
}

macro_rules! two_desks {
    ($($test:ident = $name:literal),* $(,)?) => {
        mod two_desks {
            $(#[test]
            fn $test() {
                if super::wanted().is_none() {
                    super::roomy(|| super::play_with_rivals($name));
                }
            })*
        }
    };
}

two_desks! {
    manual = "manual",
    manual_retried = "manual-retried",
    limit = "limit",
    replace_same = "replace-same",
    close = "close",
    panic = "panic",
    stop_cancelled = "stop-cancelled",
    move_stop = "move-stop",
    close_part = "close-part",
    adopt = "adopt",
    copy_enter = "copy-enter",
    copy_exit = "copy-exit",
    copy_exit_part = "copy-exit-part",
    copy_panic = "copy-panic",
    flip = "flip",
}

macro_rules! lives {
    ($($test:ident = $name:literal),* $(,)?) => {
        mod life {
            $(#[test]
            fn $test() {
                super::live($name);
            })*
        }

        #[test]
        fn every_life_is_tested() {
            let tested = [$($name),*];
            assert!(catalogue::all().iter().map(|life| life.name).eq(tested), "the macro below lists every life");
        }
    };
}

lives! {
    manual = "manual",
    manual_retried = "manual-retried",
    limit = "limit",
    trailing = "trailing",
    no_stop = "no-stop",
    replace_same = "replace-same",
    replace = "replace",
    close = "close",
    panic = "panic",
    held = "held",
    stop_hit = "stop-hit",
    stop_limit_gap = "stop-limit-gap",
    target_hit = "target-hit",
    stop_cancelled = "stop-cancelled",
    stop_moved = "stop-moved",
    closed_elsewhere = "closed-elsewhere",
    liquidated = "liquidated",
    move_stop = "move-stop",
    move_limit_stop = "move-limit-stop",
    trail = "trail",
    set_targets = "set-targets",
    close_part = "close-part",
    add = "add",
    add_stop_limit = "add-stop-limit",
    cancel_entries = "cancel-entries",
    adopt = "adopt",
    adopt_stop_hit = "adopt-stop-hit",
    hedged = "hedged",
    hedged_close = "hedged-close",
    hedged_stop_cancelled = "hedged-stop-cancelled",
    hedged_beside = "hedged-beside",
    beside = "beside",
    beside_stop_hit = "beside-stop-hit",
    beside_both_hit = "beside-both-hit",
    beside_close = "beside-close",
    copy_enter = "copy-enter",
    copy_exit = "copy-exit",
    hedged_copy_exit = "hedged-copy-exit",
    copy_exit_part = "copy-exit-part",
    flip = "flip",
    copy_panic = "copy-panic",
    copy_stop_following = "copy-stop-following",
    copy_rule = "copy-rule",
    copy_kept = "copy-kept",
    copy_held = "copy-held",
    copy_stop_hit = "copy-stop-hit",
    copy_stop_cancelled = "copy-stop-cancelled",
    copy_stop_moved = "copy-stop-moved",
    copy_closed_elsewhere = "copy-closed-elsewhere",
}
