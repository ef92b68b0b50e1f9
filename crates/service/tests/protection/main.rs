//! Exhaustive fault enumeration for the desk's orders and their protection. Each life of an order runs once without
//! faults, and every exchange call and every commit of it is recorded. The scenarios are these steps times what can go
//! wrong there; after each the invariants of `judge` must be true.
//!
//! A failing scenario prints the line that reruns it:
//! `PROTECTION_SCENARIO='manual/refuse(-2021)@call7/kill-after' cargo test -p service --test protection`.
//! `PROTECTION_LIVES=manual,close` limits the singles to some lives. `SLIPSTREAM_DEEP=1` plays pairs, too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails where it stands")]
#![allow(clippy::print_stdout, reason = "a failing scenario prints the line that reruns it")]

mod enumerate;
mod judge;
mod lives;
mod named;
mod play;
mod sim;
mod stage;

use enumerate::{Failed, Ready, matrix, play_all, play_one, ready, singles};
use std::{sync::OnceLock, time::Instant};

fn lives() -> &'static [Ready] {
    static READY: OnceLock<Vec<Ready>> = OnceLock::new();
    READY.get_or_init(ready)
}

/// The one scenario that was asked for, if any.
fn wanted() -> Option<sim::plan::Scenario> {
    std::env::var("PROTECTION_SCENARIO").ok().map(|text| text.parse().expect("a scenario"))
}

fn tell(failed: &[Failed]) {
    for one in failed {
        println!("{} ({}): {}", one.scenario, one.kind, one.broken.join("; "));
        println!("    PROTECTION_SCENARIO='{}' cargo test -p service --test protection", one.scenario);
    }
    println!("{}", matrix(failed));
}

#[test]
fn the_scenario_that_was_asked_for() {
    let Some(scenario) = wanted() else { return };
    let ready = lives().iter().find(|ready| ready.life.name == scenario.life).expect("a life of this name");
    for step in &ready.steps {
        println!("{:10} {}", step.at.to_string(), step.kind);
    }
    let failed = play_one(ready, &scenario);
    assert!(failed.is_none(), "{failed:?}");
}

#[test]
fn a_life_without_faults_breaks_nothing() {
    if wanted().is_some() {
        return;
    }
    let broken: Vec<_> = lives().iter().filter(|ready| !ready.broken.is_empty()).collect();
    for ready in &broken {
        println!("{}: {}", ready.life.name, ready.broken.join("; "));
    }
    assert!(lives().iter().all(|ready| !ready.steps.is_empty() || ready.life.setup.is_empty()), "steps");
    assert!(broken.is_empty(), "{} lives", broken.len());
}

#[test]
fn nothing_that_goes_wrong_once_breaks_anything() {
    if wanted().is_some() {
        return;
    }
    let some = std::env::var("PROTECTION_LIVES").ok();
    let plays = |name: &str| some.as_deref().is_none_or(|some| some.split(',').any(|one| one == name));
    let mut scenarios = Vec::new();
    for (index, ready) in lives().iter().enumerate().filter(|(_, ready)| plays(ready.life.name)) {
        let own = singles(ready);
        let covered =
            |step: &sim::gate::Step| own.iter().any(|s| s.items.iter().any(|item| item.at == step.at));
        let bare: Vec<_> = ready.steps.iter().filter(|step| !covered(step)).collect();
        assert!(bare.is_empty(), "no scenario covers {bare:?} of {}", ready.life.name);
        scenarios.extend(own.into_iter().map(|scenario| (index, scenario)));
    }
    let began = Instant::now();
    let failed = play_all(lives(), &scenarios);
    tell(&failed);
    println!("{} scenarios in {:.0?}, {} failed", scenarios.len(), began.elapsed(), failed.len());
    assert!(failed.is_empty(), "{} of {} scenarios", failed.len(), scenarios.len());
}
