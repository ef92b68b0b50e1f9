//! The desk: the dependencies and shared state of all use cases, built once at start.
//!
//! Each district of the service has a context with its own state. A context dereferences to the one of the district
//! below: `Desk` → `Following` → `Money` → `Trading` → `Identity` → `Messaging` → `Platform`. A use case takes the
//! context of its own district, and the compiler turns a reference to a higher context into a reference to a lower one,
//! never the other way: no code can reach state of a district above its own.

use crate::{
    following::{Following, SharedFollowing},
    identity::Identity,
    messaging::Messaging,
    money::Money,
    platform::{Platform, PlatformParts, secrets::Sealer, settings::Settings},
    trading::{SharedTrading, Trading, sandbox_control::SandboxControl},
};
use domain::{Clock, Entropy};
use exchange::Exchange;
use payment::PaymentGateway;
use std::{ops::Deref, sync::Arc};

/// The parts a desk is built from.
pub struct Parts {
    /// The database.
    pub db: store::Db,
    /// The exchange that connected keys belong to.
    pub exchange: Arc<dyn Exchange>,
    /// The payment provider; `None` if plans are not for sale.
    pub payments: Option<Arc<dyn PaymentGateway>>,
    /// Encrypts secrets before they are stored.
    pub sealer: Sealer,
    /// Wall clock and boot clock.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The operator's configuration.
    pub settings: Settings,
    /// Client of the sandbox's control API; `None` without a sandbox.
    pub sandbox: Option<SandboxControl>,
    /// Name of this instance among those that share the database; the same after a restart. Work it held when
    /// it was killed is resumed by itself immediately, and by other instances once its lease has ended.
    pub instance: String,
}

/// The context of everything: what the pages, the HTTP APIs and the jobs hold. In-memory state is only ever a cache of
/// the database, since other instances may run beside this one.
pub struct Desk {
    following: SharedFollowing,
}

/// Shared handle of the desk.
pub type SharedDesk = Arc<Desk>;

impl Desk {
    /// Builds a desk. Starts nothing: the server's jobs do that.
    ///
    /// # Errors
    /// When the configuration of mail, Telegram, reCAPTCHA or the external issuer cannot be used.
    pub fn new(parts: Parts) -> anyhow::Result<SharedDesk> {
        let Parts { db, exchange, payments, sealer, clock, entropy, settings, sandbox, instance } = parts;
        let platform = Platform::new(PlatformParts { db, sealer, clock, entropy, settings, instance });
        let identity = Identity::new(Messaging::new(platform)?)?;
        let trading = Trading::new(identity, exchange, sandbox);
        let following = Following::new(Money::new(trading, payments));
        Ok(Arc::new(Self { following }))
    }

    /// The context of following, for work that outlives its caller.
    #[must_use]
    pub fn following(&self) -> SharedFollowing {
        Arc::clone(&self.following)
    }

    /// The context of trading, for work that outlives its caller.
    #[must_use]
    pub fn trading(&self) -> SharedTrading {
        SharedTrading::clone(self)
    }
}

impl Deref for Desk {
    type Target = SharedFollowing;

    fn deref(&self) -> &SharedFollowing {
        &self.following
    }
}
