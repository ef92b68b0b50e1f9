//! The requests that intents of copies carry out.

use domain::{Clock, CopyId, Decimal, Micros, Side, SignalId, copy::Exit, ticket::ManualOrder};
use serde::{Deserialize, Serialize};

/// The request of a copied entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entering {
    pub(crate) order: ManualOrder,
    pub(crate) leverage: u16,
    /// Deadline for sending the entry, by the wall clock.
    pub(crate) fresh_until: Micros,
    /// The same deadline by this machine's boot clock, which cannot be set back; `None` after a restart of
    /// the process.
    #[serde(skip)]
    pub(crate) fresh_until_boot: Option<Micros>,
    /// The signal that the entry copies. Intents of earlier versions do not record it.
    #[serde(default)]
    pub(crate) signal: Option<SignalId>,
}

impl Entering {
    /// Whether the deadline for sending the entry has passed.
    pub(super) fn is_too_late(&self, clock: &dyn Clock) -> bool {
        clock.now() > self.fresh_until || self.fresh_until_boot.is_some_and(|until| clock.boot() > until)
    }
}

/// The request to end a copied position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exiting {
    /// The copy whose position ends. Its intent holds the protective orders.
    pub(crate) copy: CopyId,
    /// The side of the copy's entry.
    pub(crate) side: Side,
    /// Upper limit of the amount to close: the rest of the position belongs to the account's owner.
    pub(crate) amount: Decimal,
    pub(crate) why: Exit,
}
