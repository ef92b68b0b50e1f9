//! Every step of every life, with every fault that can occur there.

use crate::{
    catalogue,
    lives::Life,
    play::{ScenarioResult, play, prepare},
    sim::{
        gate::RecordedStep,
        plan::{Cut, Fault, FaultKind, Item, Scenario},
    },
    stage::Template,
};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

/// A prepared life and its recorded steps.
pub(crate) struct Ready {
    pub(crate) life: Life,
    pub(crate) template: Template,
    pub(crate) steps: Vec<RecordedStep>,
    /// The invariants broken without any fault.
    pub(crate) broken: Vec<String>,
}

impl Ready {
    /// Prepares a life on SQLite and records its steps.
    pub(crate) fn of(name: &str) -> Self {
        static BASE: OnceLock<Template> = OnceLock::new();
        Self::on(BASE.get_or_init(Template::base), name)
    }

    /// As [`Self::of`], on a database that two instances can share; `None` if the tests on Postgres are skipped.
    pub(crate) fn shared(name: &str) -> Option<Self> {
        Template::base_on_postgres().map(|base| Self::on(&base, name))
    }

    fn on(base: &Template, name: &str) -> Self {
        let mut lives = catalogue::all().into_iter().chain(catalogue::named());
        let life = lives.find(|life| life.name == name).expect("a life of this name");
        let template = prepare(base, &life);
        let scenario = Scenario { life: name.to_owned(), items: Vec::new() };
        let ScenarioResult { steps, broken, .. } = play(&template, &life, &scenario, true);
        Self { life, template, steps, broken }
    }
}

/// Returns the faults that a step of this kind can have.
fn faults(step: &RecordedStep) -> Vec<Fault> {
    use Fault::{
        AnswerLost, AnswerLostHidden, Down, Expired, Fail, FailAfter, Hidden, Lag, Late, Limited, Lost,
        Refuse, RefuseOn, Tight, Unreachable,
    };
    let carried = [Lost, AnswerLost, Late(2), Late(20), Down(12), Unreachable, Limited, Expired];
    let own: &[Fault] = match step.kind {
        "commit" => return vec![Fail, FailAfter],
        "positions" | "open-orders" => return vec![Unreachable, Limited, Lost, Down(12), Lag],
        "find" => return vec![Unreachable, Limited, Lost, Down(12), Hidden],
        _ if !step.writes => return vec![Unreachable, Lost],
        "entry" => &[Refuse(-2019), RefuseOn(-2019), AnswerLostHidden, Lag],
        "stop" => &[
            Refuse(-2021),
            Refuse(-4130),
            Refuse(-4509),
            Refuse(-1111),
            Refuse(-4116),
            RefuseOn(-2021),
            RefuseOn(-1111),
            AnswerLostHidden,
        ],
        "target" => &[Refuse(-2021), RefuseOn(-2021)],
        "close" => {
            &[Refuse(-2022), Refuse(-4131), RefuseOn(-4131), RefuseOn(-2022), Tight, AnswerLostHidden, Lag]
        }
        "cancel" | "cancel-all" => &[Refuse(-4000), RefuseOn(-4000)],
        "set-leverage" => &[Refuse(-4028)],
        _ => &[],
    };
    carried.iter().chain(own).copied().collect()
}

/// Returns what can happen to the desk at a step.
///
/// A second instance beside a paused one is not included: on SQLite the lock on the data folder rules it out. On
/// Postgres [`rivals`] enumerates it.
fn cuts(step: &RecordedStep) -> Vec<Cut> {
    use Cut::{
        Clock, Closed, HeirAfter, HeirBefore, KillAfter, KillBefore, KillFor, PauseAfter, PauseBefore, Price,
    };
    match (step.kind, step.writes) {
        ("commit", _) => vec![KillBefore, KillAfter, PauseAfter(40), HeirBefore, HeirAfter],
        (_, true) => vec![
            KillBefore,
            KillAfter,
            KillFor(65),
            PauseBefore(40),
            PauseAfter(40),
            HeirBefore,
            HeirAfter,
            Clock(30),
            Clock(-30),
            Price(18_990),
            Price(21_010),
            Closed,
        ],
        (_, false) => {
            vec![KillBefore, PauseBefore(40), HeirBefore, Clock(30), Clock(-30), Price(18_990), Closed]
        }
    }
}

/// Returns everything that can go wrong at a step.
pub(crate) fn whats(step: &RecordedStep) -> Vec<FaultKind> {
    let faults = faults(step).into_iter().map(FaultKind::Fault);
    faults.chain(cuts(step).into_iter().map(FaultKind::Cut)).collect()
}

/// Returns every single scenario: one step, one fault or cut.
pub(crate) fn singles(ready: &Ready) -> Vec<Scenario> {
    let mut all = Vec::new();
    for step in &ready.steps {
        for what in whats(step) {
            let items = vec![Item { what, at: step.at.clone() }];
            all.push(Scenario { life: ready.life.name.to_owned(), items });
        }
    }
    all
}

/// Returns the scenarios in which a second instance works beside a paused one, or continues after one that was killed.
///
/// A desk that is paused in an open transaction is not included: Postgres ends the session of an idle transaction, and no
/// time passes in the database here.
pub(crate) fn rivals(ready: &Ready) -> Vec<Scenario> {
    let mut all = Vec::new();
    for step in ready.steps.iter().filter(|step| step.writes || step.kind == "commit") {
        let cuts: &[Cut] = if step.kind == "commit" {
            &[Cut::RivalAfter, Cut::HeirAfter]
        } else {
            &[Cut::RivalBefore, Cut::RivalAfter, Cut::HeirBefore, Cut::HeirAfter]
        };
        for cut in cuts {
            let items = vec![Item { what: FaultKind::Cut(*cut), at: step.at.clone() }];
            all.push(Scenario { life: ready.life.name.to_owned(), items });
        }
    }
    all
}

/// Prefix of the message for a planned fault that did not occur.
pub(crate) const NEVER_REACHED: &str = "never reached";

/// A failed scenario.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    pub(crate) scenario: String,
    pub(crate) kind: &'static str,
    pub(crate) broken: Vec<String>,
}

/// Plays one scenario; `None` if no invariant was broken.
pub(crate) fn play_one(ready: &Ready, scenario: &Scenario) -> Option<Failed> {
    let played = catch_unwind(AssertUnwindSafe(|| play(&ready.template, &ready.life, scenario, false)));
    let mut broken = match &played {
        Ok(outcome) => outcome.broken.clone(),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            vec![format!("it panics: {}", words.unwrap_or_default())]
        }
    };
    if let Ok(outcome) = &played
        && !outcome.missed.is_empty()
    {
        broken.push(format!("{NEVER_REACHED}: {}", outcome.missed.join(", ")));
    }
    let kind = scenario
        .items
        .first()
        .and_then(|item| ready.steps.iter().find(|step| step.at == item.at))
        .map_or("", |step| step.kind);
    (!broken.is_empty()).then(|| Failed { scenario: scenario.to_string(), kind, broken })
}

/// Formats the failures by life and by fault and step, for reading.
pub(crate) fn matrix(failed: &[Failed]) -> String {
    let mut cells: BTreeMap<(String, String), usize> = BTreeMap::new();
    for one in failed {
        let (life, what) = one.scenario.split_once('/').unwrap_or((&one.scenario, ""));
        let what = what.split('@').next().unwrap_or_default();
        *cells.entry((life.to_owned(), format!("{what} @ {}", one.kind))).or_default() += 1;
    }
    let mut text = String::new();
    for ((life, what), count) in cells {
        text += &format!("  {life:24} {what:40} {count}\n");
    }
    text
}
