//! Virtual time as a desk sees it: its wall clock may be wrong, the time since the machine started never is.

use super::{Sim, Sleeping, book::WALL};
use domain::{Clock, Micros, Sleep};
use std::{sync::Arc, time::Duration};

/// The clock of one instance.
pub(crate) struct SimClock {
    pub(crate) sim: Arc<Sim>,
    pub(crate) instance: usize,
}

impl Clock for SimClock {
    fn now(&self) -> Micros {
        let world = self.sim.world();
        Micros(WALL + world.at() + world.skew[self.instance])
    }

    fn boot(&self) -> Micros {
        Micros(self.sim.world().at())
    }

    fn sleep(&self, time: Duration) -> Sleep {
        sleep(&self.sim, self.instance, i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4))
    }
}

/// Sleeps for this many microseconds of virtual time. Of several sleepers the one with the earliest deadline
/// advances the clock, so that their work happens in the order of their deadlines.
pub(crate) fn sleep(sim: &Arc<Sim>, instance: usize, micros: i64) -> Sleep {
    let mut world = sim.world();
    let due = world.at() + micros;
    let id = world.next_sleeper;
    world.next_sleeper += 1;
    world.sleepers.push(Sleeping { id, due, instance });
    let sleeper = Sleeper { sim: Arc::clone(sim), id };
    Box::pin(async move {
        loop {
            tokio::task::yield_now().await;
            let mut world = sleeper.sim.world();
            if world.at() >= due {
                return;
            }
            if world.waits_for_database() {
                continue;
            }
            let awake = world.sleepers.iter().filter(|s| Some(s.instance) != world.paused);
            let first = awake.map(|s| (s.due, s.id)).min();
            if first.is_none_or(|(_, id)| id == sleeper.id) {
                world.advance_to(due);
                return;
            }
        }
    })
}

/// Removes the sleeper when its future is dropped.
struct Sleeper {
    sim: Arc<Sim>,
    id: u64,
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.sim.world().sleepers.retain(|sleeping| sleeping.id != self.id);
    }
}
