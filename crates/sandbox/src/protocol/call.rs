//! The endpoints of the tables, and the context in which their handlers run.

use super::{
    failure::{Reply, SandboxFailure},
    limits::{OrderCount, Venue},
    params::Params,
    shared::ServerState,
};
use crate::{
    engine::{AccountId, Command, CommandResult, Engine},
    exchange::Refused,
};
use domain::Micros;
use http::Method;

/// The authentication that an endpoint requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    /// No authentication.
    Public,
    /// An API key.
    Key,
    /// An API key and a signature.
    Signed,
}

/// The function that implements an endpoint.
pub(crate) type Handler = fn(&mut Call<'_>) -> Reply;

/// One row of the endpoint tables.
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) security: Security,
    pub(crate) weight: u32,
    /// The weight of a request without a symbol, which covers all markets.
    pub(crate) weight_of_all: u32,
    /// The request counts against the order rate limit.
    pub(crate) order: bool,
    pub(crate) handler: Handler,
}

impl Endpoint {
    const fn new(
        method: Method,
        path: &'static str,
        security: Security,
        weight: u32,
        handler: Handler,
    ) -> Self {
        Self { method, path, security, weight, weight_of_all: weight, order: false, handler }
    }

    pub(crate) const fn public(path: &'static str, weight: u32, handler: Handler) -> Self {
        Self::new(Method::GET, path, Security::Public, weight, handler)
    }

    pub(crate) const fn keyed(method: Method, path: &'static str, weight: u32, handler: Handler) -> Self {
        Self::new(method, path, Security::Key, weight, handler)
    }

    pub(crate) const fn signed(method: Method, path: &'static str, weight: u32, handler: Handler) -> Self {
        Self::new(method, path, Security::Signed, weight, handler)
    }

    /// Sets a higher weight for requests without a symbol.
    pub(crate) const fn all(mut self, weight: u32) -> Self {
        self.weight_of_all = weight;
        self
    }

    /// The weight of a request, which may be for one market or for all.
    pub(crate) const fn weight_for(&self, one: bool) -> u32 {
        if one { self.weight } else { self.weight_of_all }
    }

    /// Whether the endpoint requires trading permission.
    pub(crate) fn trades(&self) -> bool {
        self.security == Security::Signed && self.method != Method::GET
    }

    /// Marks the endpoint as counting against the order rate limit.
    pub(crate) const fn orders(mut self) -> Self {
        self.order = true;
        self
    }
}

/// The context of one request, passed to its handler.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a ServerState,
    pub(crate) venue: Venue,
    pub(crate) now: Micros,
    pub(crate) params: Params,
    pub(super) account: Option<AccountId>,
    /// The last journal record written by this request.
    pub(super) record: Option<u64>,
    /// The caller's order count, if the handler has counted orders itself.
    pub(super) counted: Option<OrderCount>,
}

impl Call<'_> {
    /// The account that made the request.
    pub(crate) fn account(&self) -> Reply<AccountId> {
        self.account.ok_or_else(SandboxFailure::unknown_key)
    }

    /// Counts new orders of the caller, for endpoints that are not marked with [`Endpoint::orders`].
    pub(crate) fn count_orders(&mut self, orders: u32) -> Reply<()> {
        let account = self.account()?;
        (0..orders).try_for_each(|_| {
            let (count, within) = self.shared.budget.order(self.now, account, self.venue);
            self.counted = Some(count);
            within
        })
    }

    /// Runs a read-only closure against the engine.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Engine) -> T) -> Reply<T> {
        Ok(self.shared.exchange.read(query)?)
    }

    /// Applies a command. The response is sent to the caller only once the command is on disk.
    pub(crate) fn apply(&mut self, command: Command) -> Reply<CommandResult> {
        let (answer, record) = self.shared.exchange.apply(command)?;
        self.record = Some(record);
        Ok(answer)
    }
}

impl From<Refused> for SandboxFailure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Reject(reject) if reject.code == -2015 => Self::unknown_key(),
            Refused::Reject(reject) => Self::refused(reject.code, reject.message),
            Refused::Stopped => Self::internal(),
        }
    }
}
