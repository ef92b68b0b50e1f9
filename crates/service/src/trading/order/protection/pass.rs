//! The result of a pass of the supervisor.

/// The state in which a pass left a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trading::order) enum Pass {
    /// The position is as wanted.
    Agrees,
    /// The position is not as wanted yet, or its state is unknown.
    Differs,
    /// The position is flat and was settled. A protective order may still arrive, so it is inspected again.
    Ending,
    /// The position is flat: nothing is left to supervise.
    Ended,
}
