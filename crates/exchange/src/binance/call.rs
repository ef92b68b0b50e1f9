//! One call of Binance's REST API, before it is sent.

use super::sign::Params;
use crate::{Credentials, Urgency, Validity};
use reqwest::Method;

/// Default maximum size of a response.
const USUAL_SIZE: usize = 8 << 20;
/// Maximum size of large responses. Binance's list of all spot markets is about twenty megabytes.
const LARGE_SIZE: usize = 64 << 20;

/// How a call is authenticated.
#[derive(Clone, Copy)]
pub(super) enum Proof<'a> {
    Anonymous,
    Key(&'a Credentials),
    Signature(&'a Credentials),
}

/// One API call.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) params: Params,
    pub(super) weight: u32,
    pub(super) urgency: Urgency,
    pub(super) proof: Proof<'a>,
    pub(super) validity: Option<Validity>,
    pub(super) size: usize,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: &'static str, weight: u32, urgency: Urgency) -> Self {
        let (params, proof) = (Params::default(), Proof::Anonymous);
        Self { method, path, params, weight, urgency, proof, validity: None, size: USUAL_SIZE }
    }

    /// A read, retried on transient failures.
    pub(super) fn get(path: &'static str, weight: u32) -> Self {
        Self::new(Method::GET, path, weight, Urgency::Last)
    }

    /// A state-changing call, never retried.
    pub(super) fn post(path: &'static str, urgency: Urgency) -> Self {
        Self::new(Method::POST, path, 1, urgency)
    }

    /// A cancelling call, never retried.
    pub(super) fn delete(path: &'static str) -> Self {
        Self::new(Method::DELETE, path, 1, Urgency::Protection)
    }

    /// A keepalive call.
    pub(super) fn put(path: &'static str) -> Self {
        Self::new(Method::PUT, path, 1, Urgency::Second)
    }

    /// Sets the parameters.
    pub(super) fn params(mut self, params: Params) -> Self {
        self.params = params;
        self
    }

    /// Sets the priority.
    pub(super) fn urgent(mut self, urgency: Urgency) -> Self {
        self.urgency = urgency;
        self
    }

    /// Sends the API key without a signature.
    pub(super) fn keyed(mut self, who: &'a Credentials) -> Self {
        self.proof = Proof::Key(who);
        self
    }

    /// Signs the call.
    pub(super) fn signed(mut self, who: &'a Credentials) -> Self {
        self.proof = Proof::Signature(who);
        self
    }

    /// Restricts the call to a validity period.
    pub(super) fn valid(mut self, validity: Validity) -> Self {
        self.validity = Some(validity);
        self
    }

    /// Allows a large response.
    pub(super) fn large(mut self) -> Self {
        self.size = LARGE_SIZE;
        self
    }
}
