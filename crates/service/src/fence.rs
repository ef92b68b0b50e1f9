//! The fence around what this instance sends: how long after its last check a request may still reach an exchange. A process
//! that was paused after the check sends nothing late, because the exchange refuses what arrives after its validity.

use crate::Desk;
use exchange::{Answer, Validity};

impl Desk {
    /// The validity of a request that is decided on now. Ask again for each request.
    pub(crate) async fn validity(&self) -> Answer<Validity> {
        Ok(Validity::from_now(&*self.clock))
    }
}
