//! The context that every district of the service uses: the database, the clock, the configuration, and this
//! instance.

use crate::platform::{
    audit::AuditHead,
    fence::Fence,
    heartbeats::JobHeartbeats,
    pace::Paces,
    public_list::DataVersions,
    rejection::Rejections,
    secrets::{Sealer, Signer},
    settings::Settings,
    shares::Shares,
    work::Work,
};
use domain::{Clock, Entropy};
use std::sync::Arc;

/// The parts that the platform is built from.
pub(crate) struct PlatformParts {
    pub(crate) db: store::Db,
    pub(crate) sealer: Sealer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Settings,
    pub(crate) instance: String,
}

/// The context of the platform. The context of every other district contains it.
pub struct Platform {
    /// The database.
    pub db: store::Db,
    /// Encrypts secrets before they are stored.
    pub sealer: Sealer,
    /// Wall clock and boot clock.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The operator's configuration.
    pub settings: Settings,
    /// Orders in progress, and whether the desk is shutting down.
    pub work: Work,
    /// Signs links and tokens sent in messages.
    pub(crate) signer: Signer,
    /// Versions of the public lists.
    pub(crate) lists: DataVersions,
    /// Request rate limits.
    pub(crate) paces: Paces,
    /// Rejected attempts that are not in the audit yet.
    pub(crate) rejections: Rejections,
    /// The newest seal of the audit chain that this process knows.
    pub(crate) audit_head: AuditHead,
    /// Lease and validity window of signed exchange requests.
    pub(crate) fence: Fence,
    /// The accounts that this instance streams and supervises.
    pub(crate) shares: Shares,
    /// Last run of each background job of this process.
    pub(crate) heartbeats: JobHeartbeats,
    /// Name of this instance among those that share the database.
    pub(crate) instance: String,
}

/// Shared handle of the platform's context.
pub type SharedPlatform = Arc<Platform>;

impl Platform {
    pub(crate) fn new(parts: PlatformParts) -> SharedPlatform {
        let PlatformParts { db, sealer, clock, entropy, settings, instance } = parts;
        Arc::new(Self {
            work: Work::default(),
            signer: Signer::default(),
            lists: DataVersions::default(),
            paces: Paces::new(settings.edge.rates, &clock),
            rejections: Rejections::default(),
            audit_head: AuditHead::default(),
            fence: Fence::default(),
            shares: Shares::default(),
            heartbeats: JobHeartbeats::new(clock.now()),
            db,
            sealer,
            clock,
            entropy,
            settings,
            instance,
        })
    }

    /// Name of this instance among those that share the database; the same after a restart.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }
}
