//! State of accounts and sign-ins: password hashing, token keys, and the external issuer.

use crate::{
    identity::{
        api_client::Decoy, maintenance::MaintenanceCache, oidc::Issuer, password::PasswordHasher,
        recaptcha::Verifier, sign_in_end::SignInEnds, signing::Keyring, token::Verified,
    },
    messaging::SharedMessaging,
};
use std::{ops::Deref, sync::Arc};

/// The context of identity: its own state and what messaging has.
pub struct Identity {
    messaging: SharedMessaging,
    /// Hashes passwords, a few at a time.
    pub(crate) hasher: PasswordHasher,
    /// Keys that sign access tokens.
    pub(crate) keyring: Keyring,
    /// Access tokens that were verified recently.
    pub(crate) verified: Verified,
    /// Open event streams, which end with the sign-in that opened them.
    pub(crate) sign_in_ends: SignInEnds,
    /// Dummy client that is compared against when a key is unknown.
    pub(crate) decoy: Decoy,
    /// Maintenance mode.
    pub(crate) maintenance: MaintenanceCache,
    /// Verifies reCAPTCHA answers.
    pub(crate) verifier: Verifier,
    /// The external token issuer and its keys.
    pub(crate) issuer: Option<Issuer>,
}

/// Shared handle of the district's context.
pub type SharedIdentity = Arc<Identity>;

impl Identity {
    /// # Errors
    /// When the configuration of reCAPTCHA or the external issuer cannot be used.
    pub(crate) fn new(messaging: SharedMessaging) -> anyhow::Result<SharedIdentity> {
        Ok(Arc::new(Self {
            hasher: PasswordHasher::new(messaging.settings.breached_passwords.clone()),
            keyring: Keyring::default(),
            verified: Verified::default(),
            sign_in_ends: SignInEnds::default(),
            decoy: Decoy::default(),
            maintenance: MaintenanceCache::default(),
            verifier: Verifier::new(messaging.settings.edge.recaptcha.as_ref())?,
            issuer: messaging.settings.edge.oidc.clone().map(Issuer::new).transpose()?,
            messaging,
        }))
    }
}

impl Deref for Identity {
    type Target = SharedMessaging;

    fn deref(&self) -> &SharedMessaging {
        &self.messaging
    }
}
