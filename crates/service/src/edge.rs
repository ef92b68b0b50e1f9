//! Outward-facing in-memory state: copies of database values, the external issuer's keys, rate limits.

use crate::{
    EdgeSettings, maintenance::MaintenanceCache, oidc::Issuer, pace::Paces, public_list::DataVersions,
    recaptcha::Verifier,
};
use domain::Clock;
use std::sync::Arc;

/// Outward-facing in-memory state.
pub(crate) struct Edge {
    /// Maintenance mode.
    pub(crate) notice: MaintenanceCache,
    /// Versions of the public lists.
    pub(crate) lists: DataVersions,
    /// Request rate limits.
    pub(crate) paces: Paces,
    /// Verifies reCAPTCHA answers.
    pub(crate) verifier: Verifier,
    /// The external token issuer and its keys.
    pub(crate) issuer: Option<Issuer>,
}

impl Edge {
    /// # Errors
    /// When no HTTP client can be made.
    pub(crate) fn new(settings: &EdgeSettings, clock: &Arc<dyn Clock>) -> anyhow::Result<Self> {
        Ok(Self {
            notice: MaintenanceCache::default(),
            lists: DataVersions::default(),
            paces: Paces::new(settings.rates, clock),
            verifier: Verifier::new(settings.recaptcha.as_ref())?,
            issuer: settings.oidc.clone().map(Issuer::new).transpose()?,
        })
    }
}
