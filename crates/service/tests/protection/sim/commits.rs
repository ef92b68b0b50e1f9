//! Commits as steps of a scenario.

use super::{Sim, gate::Passage, plan::Fault};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};
use store::testing::CommitHook;

/// Passes the commits of one instance through the gate.
pub(crate) struct Commits {
    sim: Arc<Sim>,
    instance: usize,
    /// The plan for the commit in progress. SQLite has one writer, so there is only one at a time.
    passing: Mutex<Passage>,
}

impl Commits {
    pub(crate) fn new(sim: &Arc<Sim>, instance: usize) -> Arc<Self> {
        Arc::new(Self { sim: Arc::clone(sim), instance, passing: Mutex::default() })
    }
}

impl CommitHook for Commits {
    fn before(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let passage = self.sim.world().gate.commit(self.instance);
            if let Some(cut) = passage.before {
                self.sim.suffer(cut, self.instance).await;
            }
            *self.passing.lock().unwrap() = passage;
            passage.fault != Some(Fault::Fail)
        })
    }

    fn after(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let passage = std::mem::take(&mut *self.passing.lock().unwrap());
            if let Some(cut) = passage.after {
                self.sim.suffer(cut, self.instance).await;
            }
            passage.fault != Some(Fault::FailAfter)
        })
    }
}
