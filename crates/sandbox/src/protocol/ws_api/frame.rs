//! Frames: the requests and responses of the WebSocket API.

use crate::protocol::{
    dispatch::Used,
    failure::SandboxFailure,
    limits::{Limits, Venue},
    time_unit::stamp,
};
use domain::{Micros, time};
use serde_json::{Map, Value, json};

/// A parsed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiRequest {
    pub(super) id: Value,
    pub(super) method: String,
    pub(super) params: Map<String, Value>,
}

impl ApiRequest {
    /// A parameter as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.params.get(name).map(text)
    }

    /// The parameters that are signed, as `name=value` pairs in alphabetical order.
    pub(super) fn payload(&self) -> String {
        let mut pairs: Vec<_> = self.params.iter().filter(|(name, _)| *name != "signature").collect();
        pairs.sort_unstable_by_key(|(name, _)| *name);
        let pairs: Vec<_> =
            pairs.into_iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
        pairs.join("&")
    }
}

/// The text of a parameter. Numbers are signed as they were written.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A request that cannot be carried out, with the id to answer to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) Value, pub(super) SandboxFailure);

/// Parses a request.
pub(super) fn parse(frame: &str) -> Result<ApiRequest, Malformed> {
    let no_json = || Malformed(Value::Null, SandboxFailure::refused(-1135, "Invalid JSON Request"));
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(frame) else { return Err(no_json()) };
    let id = fields.remove("id").unwrap_or_default();
    if !(id.is_null() || id.is_i64() || id.is_u64() || id.is_string()) {
        return Err(Malformed(Value::Null, invalid("id")));
    }
    let Some(Value::String(method)) = fields.remove("method") else {
        return Err(Malformed(id, SandboxFailure::missing("method")));
    };
    match fields.remove("params") {
        None | Some(Value::Null) => Ok(ApiRequest { id, method, params: Map::new() }),
        Some(Value::Object(params)) => Ok(ApiRequest { id, method, params }),
        Some(_) => Err(Malformed(id, invalid("params"))),
    }
}

fn invalid(name: &str) -> SandboxFailure {
    SandboxFailure::refused(-1135, format!("JSON sent for parameter '{name}' is not valid"))
}

/// The response to a request.
pub(super) fn response(
    id: &Value,
    outcome: &Result<Value, SandboxFailure>,
    now: Micros,
    limits: Option<Value>,
) -> Value {
    let mut frame = match outcome {
        Ok(result) => json!({ "id": id, "status": 200, "result": result }),
        Err(failure) => json!({ "id": id, "status": failure.status.as_u16(), "error": error(failure, now) }),
    };
    if let Some(limits) = limits {
        frame["rateLimits"] = limits;
    }
    frame
}

fn error(failure: &SandboxFailure, now: Micros) -> Value {
    let mut error = json!({ "code": failure.code, "msg": failure.msg });
    if let Some(data) = &failure.data {
        error["data"] = Value::clone(data);
    } else if let Some(seconds) = failure.retry_after {
        let wait = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(time::SECOND);
        let until = Micros(now.0.saturating_add(wait));
        error["data"] = json!({ "serverTime": stamp(now), "retryAfter": stamp(until) });
    }
    error
}

/// The usage of the limits that a request counted against.
pub(super) fn rate_limits(limits: &Limits, venue: Venue, used: &Used) -> Value {
    let row = |kind: &str, interval: &str, number: u32, limit: u32, count: u32| {
        json!({
            "rateLimitType": kind,
            "interval": interval,
            "intervalNum": number,
            "limit": limit,
            "count": count,
        })
    };
    let most = if venue == Venue::Spot { limits.spot_weight } else { limits.futures_weight };
    let weight = row("REQUEST_WEIGHT", "MINUTE", 1, most, used.weight);
    let orders = used.orders.map(|orders| {
        [
            row("ORDERS", "SECOND", 10, limits.orders_10s, orders.in_10s),
            row("ORDERS", "MINUTE", 1, limits.orders_1m, orders.in_1m),
        ]
    });
    let orders = orders.into_iter().flatten();
    // The two venues list them in different orders.
    match venue {
        Venue::Spot => orders.chain([weight]).collect(),
        Venue::Futures => std::iter::once(weight).chain(orders).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::keys;
    use proptest::prelude::*;

    /// The example of Binance's documents, with its signature.
    #[test]
    fn the_documents_request_verifies() {
        let request = parse(
            r#"{"id":"4885f793-e5ad-4c3b-8f6c-55d891472b71","method":"order.place","params":{"symbol":"BTCUSDT",
            "side":"SELL","type":"LIMIT","timeInForce":"GTC","quantity":"0.01000000","price":"52000.00",
            "newOrderRespType":"ACK","recvWindow":100,"timestamp":1645423376532,
            "apiKey":"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
            "signature":"cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a"}}"#,
        )
        .unwrap();
        let secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
        let signature = request.text("signature").unwrap();
        assert_eq!(keys::verify(secret, &[&request.payload()], &signature), Ok(()));
    }

    #[test]
    fn numbers_are_signed_as_they_were_written() {
        let request = parse(r#"{"id":1,"method":"m","params":{"b":0.10,"a":true,"C":"x","signature":"s"}}"#);
        assert_eq!(request.unwrap().payload(), "C=x&a=true&b=0.10");
    }

    #[test]
    fn complains_of_what_is_no_request() {
        for (frame, id, code) in [
            ("", Value::Null, -1135),
            ("[]", Value::Null, -1135),
            (r#"{"id":{},"method":"ping"}"#, Value::Null, -1135),
            (r#"{"id":7}"#, json!(7), -1102),
            (r#"{"id":"x","method":"ping","params":[]}"#, json!("x"), -1135),
        ] {
            let Malformed(to, failure) = parse(frame).unwrap_err();
            assert_eq!((to, failure.code), (id, code), "{frame}");
        }
        assert_eq!(parse(r#"{"id":null,"method":"ping"}"#).unwrap().id, Value::Null);
    }

    proptest! {
        #[test]
        fn no_frame_panics(frame in ".{0,200}") {
            let _ = parse(&frame);
        }
    }
}
