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

/// How many markets and rows a request names, as far as its weight depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    one: bool,
    /// The number of symbols in a list.
    listed: u32,
    /// The number of rows.
    rows: Option<u32>,
}

impl Named {
    /// Of a request with or without `symbol`, and with this list of `symbols`, which may be percent-encoded, and this
    /// `limit`.
    pub(crate) fn new(one: bool, symbols: Option<&str>, limit: Option<&str>) -> Self {
        let commas =
            |text: &str| text.matches(',').count() + text.to_ascii_uppercase().matches("%2C").count();
        let listed = symbols.map_or(0, |text| u32::try_from(commas(text) + 1).unwrap_or(u32::MAX));
        Self { one, listed, rows: limit.and_then(|text| text.parse().ok()) }
    }

    /// Of a request's query string.
    pub(crate) fn of_query(query: &str) -> Self {
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name));
        Self::new(value("symbol=").is_some(), value("symbols="), value("limit="))
    }
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
    /// The most that a request weighs whose weight is that of one symbol times their number.
    most: Option<u32>,
    /// The weights of requests with so many rows at most.
    by_rows: &'static [(u32, u32)],
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
        Self {
            method,
            path,
            security,
            weight,
            weight_of_all: weight,
            most: None,
            by_rows: &[],
            order: false,
            handler,
        }
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

    /// Multiplies the weight by the number of symbols, up to `most`.
    pub(crate) const fn per_symbol(mut self, most: u32) -> Self {
        self.most = Some(most);
        self
    }

    /// Weighs a request by its number of rows, if it names one: the largest numbers of rows, each with its weight.
    pub(crate) const fn by_rows(mut self, weights: &'static [(u32, u32)]) -> Self {
        self.by_rows = weights;
        self
    }

    /// The weight of a request.
    pub(crate) fn weight_for(&self, named: Named) -> u32 {
        if let (Some(rows), Some((_, largest))) = (named.rows, self.by_rows.last()) {
            let step = self.by_rows.iter().find(|(most, _)| rows <= *most);
            return step.map_or(*largest, |(_, weight)| *weight);
        }
        match self.most {
            Some(most) => self.weight.saturating_mul(named.listed.max(1)).min(most),
            None if named.one => self.weight,
            None => self.weight_of_all,
        }
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

    /// The requested number of rows, from 1 to `most`. Spot reduces a larger one, futures refuse it.
    pub(crate) fn limit(&self, default: usize, most: usize) -> Reply<usize> {
        let limit = self.params.limit(default)?;
        if self.venue == Venue::Futures && limit > most {
            return Err(SandboxFailure::not_valid("limit"));
        }
        Ok(limit.min(most))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &mut Call<'_>) -> Reply {
        Err(SandboxFailure::unknown())
    }

    #[test]
    fn a_weight_follows_from_the_markets_named() {
        let each = Endpoint::public("/each", 4, nothing).per_symbol(200);
        let all = Endpoint::public("/all", 2, nothing).all(80);
        let rows =
            Endpoint::public("/rows", 5, nothing).by_rows(&[(99, 1), (499, 2), (1_000, 5), (1_500, 10)]);
        for (query, weight) in
            [("limit=99", 1), ("limit=100&a=b", 2), ("", 5), ("limit=1500", 10), ("limit=9999", 10)]
        {
            assert_eq!(rows.weight_for(Named::of_query(query)), weight, "{query}");
        }
        let many = format!("symbols=[{}]", ["%22A%22"; 60].join(","));
        for (query, weights) in [
            ("symbol=BTCUSDT", (4, 2)),
            ("symbols=[%22A%22,%22B%22]&type=MINI", (8, 80)),
            ("type=MINI&symbols=%5B%22A%22%2C%22B%22%2c%22C%22%5D", (12, 80)),
            (many.as_str(), (200, 80)),
            ("", (4, 80)),
        ] {
            let named = Named::of_query(query);
            assert_eq!((each.weight_for(named), all.weight_for(named)), weights, "{query}");
        }
    }
}
