//! Commits as steps of a scenario.

use super::{Sim, plan::Fault};
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
    /// What comes after the commit that a task is in. On SQLite there is one writer, so there is one at a time.
    after: Mutex<Option<super::plan::Cut>>,
}

impl Commits {
    pub(crate) fn new(sim: &Arc<Sim>, instance: usize) -> Arc<Self> {
        Arc::new(Self { sim: Arc::clone(sim), instance, after: Mutex::default() })
    }
}

impl CommitHook for Commits {
    fn before(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let passage = self.sim.world().gate.commit(self.instance);
            if let Some(cut) = passage.before {
                self.sim.suffer(cut, self.instance).await;
            }
            if let Some(cut) = passage.after {
                self.after.lock().unwrap().replace(cut);
            }
            passage.fault != Some(Fault::Fail)
        })
    }

    fn after(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let cut = self.after.lock().unwrap().take();
            if let Some(cut) = cut {
                self.sim.suffer(cut, self.instance).await;
            }
        })
    }
}
