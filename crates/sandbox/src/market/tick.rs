//! Requests to advance the market.

use domain::Micros;
use serde::{Deserialize, Serialize};

/// How many beats a tick plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// The beats due by the wall clock, so that each candle ends with its minute: one in the steady state,
    /// more if the process was not running at the start of the minute, none if the candle has already ended.
    Wall,
    /// One beat, regardless of the clock. For tests.
    Step,
}

/// A request to advance the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Time of the tick.
    pub at: Micros,
    /// How many beats it plays.
    pub pace: Pace,
}

impl Tick {
    /// A tick that plays the beats due at `at`.
    #[must_use]
    pub const fn wall(at: Micros) -> Self {
        Self { at, pace: Pace::Wall }
    }

    /// A tick that plays one beat.
    #[must_use]
    pub const fn step(at: Micros) -> Self {
        Self { at, pace: Pace::Step }
    }
}
