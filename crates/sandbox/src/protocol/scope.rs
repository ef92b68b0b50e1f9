//! Matching of injected faults to requests.

use super::effect::{Effect, FaultKind};
use serde::{Deserialize, de::Error as _};
use serde_json::{Map, Value};

/// The requests that a fault applies to, and how many of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Scope {
    /// The number of requests; zero clears the faults of the path. `None` means all requests.
    pub(crate) next: Option<u32>,
    /// Applies to all requests until the fault is cleared.
    pub(crate) until_cleared: bool,
    /// Applies to all requests for this many milliseconds.
    pub(crate) for_ms: Option<u32>,
    /// The suffix of the path, such as `/fapi/v1/order`.
    pub(crate) path: String,
    /// Only requests with this method.
    method: Option<String>,
    /// Only requests of this account, given by its API key.
    pub(crate) account: Option<String>,
    /// Only requests for this symbol.
    pub(crate) symbol: Option<String>,
    /// Only orders that can only reduce a position (`true`), or only other requests (`false`).
    reduce_only: Option<bool>,
}

/// The fields of a fault that select requests; the remaining fields describe its effect.
const SCOPE: [&str; 8] =
    ["next", "untilCleared", "forMs", "path", "method", "account", "symbol", "reduceOnly"];

/// An injected fault: which requests it applies to, and its effect.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(crate) struct Fault {
    pub(crate) scope: Scope,
    pub(crate) effect: Effect,
}

impl TryFrom<Map<String, Value>> for Fault {
    type Error = serde_json::Error;

    fn try_from(mut fields: Map<String, Value>) -> Result<Self, Self::Error> {
        let scope = SCOPE.iter().filter_map(|name| fields.remove_entry(*name)).collect();
        let fault = Self {
            scope: serde_json::from_value(Value::Object(scope))?,
            effect: serde_json::from_value(Value::Object(fields))?,
        };
        let scope = &fault.scope;
        if scope.next.is_none() && scope.for_ms.is_none() && !scope.until_cleared {
            return Err(Self::Error::custom(
                "next, forMs or untilCleared must say how many requests it meets",
            ));
        }
        Ok(fault)
    }
}

/// The properties of a request that faults match on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestInfo<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) body: &'a str,
    /// The API key sent with it.
    pub(crate) key: Option<&'a str>,
}

impl RequestInfo<'_> {
    fn has(&self, name: &str, value: &str) -> bool {
        let pairs = self.query.split('&').chain(self.body.split('&'));
        pairs.filter_map(|pair| pair.split_once('=')).any(|pair| pair == (name, value))
    }

    /// Whether it is an order that can only reduce a position.
    fn reduces(&self) -> bool {
        self.has("reduceOnly", "true") || self.has("closePosition", "true")
    }

    /// Whether the exchange may throttle it with -1008.
    fn throttled(&self) -> bool {
        let order = ["/order", "/batchOrders", "/order/test"].iter().any(|end| self.path.ends_with(end));
        self.method.eq_ignore_ascii_case("POST") && order && !self.reduces()
    }
}

impl Scope {
    pub(crate) fn matches(&self, request: &RequestInfo<'_>) -> bool {
        request.path.ends_with(&self.path)
            && self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(request.method))
            && self.account.as_deref().is_none_or(|account| request.key == Some(account))
            && self.symbol.as_deref().is_none_or(|symbol| request.has("symbol", symbol))
            && self.reduce_only.is_none_or(|reduces| request.reduces() == reduces)
    }
}

impl Effect {
    /// Whether the effect is possible for this request at all.
    pub(crate) fn can_meet(&self, request: &RequestInfo<'_>) -> bool {
        match self.kind {
            FaultKind::Throttled => request.throttled(),
            FaultKind::RejectTrigger => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_needs_a_request_count_and_no_unknown_fields() {
        for bad in [
            r#"{"kind":"drop","path":"/"}"#,
            r#"{"next":1,"path":"/"}"#,
            r#"{"next":1,"kind":"drop","colour":"red"}"#,
            r#"{"next":-1,"kind":"drop"}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(bad).is_err(), "{bad}");
        }
    }
}
