//! Time and chance as parameters (house rule 2): the whole trading path replays deterministically.

use crate::time::Micros;

/// Tells the time. The server's is the wall clock; a test's moves by command.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Micros;
}

/// Gives unpredictable bytes. The server's comes from the operating system; a test's from a seed.
pub trait Chance: Send + Sync {
    /// Fills `out` with random bytes fit for keys and tokens.
    fn fill(&self, out: &mut [u8]);
}
