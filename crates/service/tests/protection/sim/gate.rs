//! The gate for calls and commits: it counts and records them, and applies the scenario's plan.

use super::plan::{Cut, Fault, FaultKind, Item, LifePlace, REFUSING};
use std::collections::HashMap;

/// A recorded step of a life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedStep {
    pub(crate) at: LifePlace,
    /// `entry`, `stop`, `positions`, ...; `commit` for a commit.
    pub(crate) kind: &'static str,
    /// Whether it changes something at the exchange.
    pub(crate) writes: bool,
}

/// The planned faults and cuts of one passing call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Passage {
    pub(crate) fault: Option<Fault>,
    pub(crate) before: Option<Cut>,
    pub(crate) after: Option<Cut>,
}

/// No scenario needs this many calls: a desk that makes more is in an endless loop.
const MOST_CALLS: usize = 2_000;

/// Counts, records and applies the plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    /// Whether steps are counted and planned faults occur.
    pub(crate) armed: bool,
    /// Whether steps are recorded.
    pub(crate) recording: bool,
    /// The instance to which cuts apply.
    pub(crate) subject: usize,
    pub(crate) steps: Vec<RecordedStep>,
    calls: usize,
    commits: usize,
    kinds: HashMap<&'static str, usize>,
    plan: Vec<(Item, bool)>,
    refusing: Vec<(&'static str, Fault, i64)>,
    down_until: i64,
}

impl Gate {
    pub(crate) fn plan(&mut self, items: &[Item]) {
        self.plan = items.iter().map(|item| (item.clone(), false)).collect();
    }

    /// Whether the desk is in an endless loop.
    pub(crate) const fn overrun(&self) -> bool {
        self.calls > MOST_CALLS
    }

    /// Returns the planned faults that did not occur.
    pub(crate) fn missed(&self) -> Vec<String> {
        let missed = self.plan.iter().filter(|(_, fired)| !fired);
        missed.map(|(item, _)| format!("{}@{}", item.what, item.at)).collect()
    }

    /// Registers an exchange call of `instance` at virtual time `at`.
    pub(crate) fn call(&mut self, kind: &'static str, writes: bool, instance: usize, at: i64) -> Passage {
        if !self.armed {
            return Passage::default();
        }
        self.calls += 1;
        let nth = self.kinds.entry(kind).or_default();
        *nth += 1;
        let places = [LifePlace::Call(self.calls), LifePlace::Kind(kind.to_owned(), *nth)];
        self.record(LifePlace::Call(self.calls), kind, writes);
        let mut passage = self.take(&places, instance);
        match passage.fault {
            Some(Fault::RefuseOn(code)) => self.refusing.push((kind, Fault::Refuse(code), at + REFUSING)),
            Some(fault @ (Fault::Away(seconds) | Fault::Reached(seconds) | Fault::There(seconds))) => {
                self.refusing.push((kind, fault, at + seconds * domain::time::SECOND));
            }
            Some(Fault::Down(seconds)) => self.down_until = at + seconds * domain::time::SECOND,
            None if at < self.down_until => passage.fault = Some(Fault::Unreachable),
            None => {
                let refusing = self.refusing.iter().find(|(what, _, until)| *what == kind && at < *until);
                passage.fault = refusing.map(|(_, fault, _)| *fault);
            }
            _ => {}
        }
        passage
    }

    /// Registers a commit of `instance`.
    pub(crate) fn commit(&mut self, instance: usize) -> Passage {
        if !self.armed {
            return Passage::default();
        }
        self.commits += 1;
        self.record(LifePlace::Commit(self.commits), "commit", true);
        self.take(&[LifePlace::Commit(self.commits)], instance)
    }

    fn record(&mut self, at: LifePlace, kind: &'static str, writes: bool) {
        if self.recording {
            self.steps.push(RecordedStep { at, kind, writes });
        }
    }

    fn take(&mut self, places: &[LifePlace], instance: usize) -> Passage {
        let mut passage = Passage::default();
        let subject = self.subject == instance;
        for (item, fired) in self.plan.iter_mut().filter(|(item, fired)| !fired && places.contains(&item.at))
        {
            match item.what {
                FaultKind::Fault(fault) => passage.fault = Some(fault),
                FaultKind::Cut(_) if !subject => continue,
                FaultKind::Cut(cut) if cut.after() => passage.after = Some(cut),
                FaultKind::Cut(cut) => passage.before = Some(cut),
            }
            *fired = true;
        }
        passage
    }
}
