//! What a desk keeps in memory about the outside: copies of the database, other people's keys, and counts.

use crate::{
    EdgeSettings, maintenance::Notice, oidc::Issuer, pace::Paces, public_list::Editions, recaptcha::Verifier,
};
use domain::Clock;
use std::sync::Arc;

/// The outside, as far as it is remembered.
pub(crate) struct Edge {
    /// Whether the desk is closed.
    pub(crate) notice: Notice,
    /// The edition of the public lists.
    pub(crate) lists: Editions,
    /// Requests heard.
    pub(crate) paces: Paces,
    /// Asks whether somebody is a person.
    pub(crate) verifier: Verifier,
    /// The other issuer's keys.
    pub(crate) issuer: Option<Issuer>,
}

impl Edge {
    /// # Errors
    /// When no HTTP client can be made.
    pub(crate) fn new(settings: &EdgeSettings, clock: &Arc<dyn Clock>) -> anyhow::Result<Self> {
        Ok(Self {
            notice: Notice::default(),
            lists: Editions::default(),
            paces: Paces::new(settings.rates, clock),
            verifier: Verifier::new(settings.recaptcha.as_ref())?,
            issuer: settings.oidc.clone().map(Issuer::new).transpose()?,
        })
    }
}
