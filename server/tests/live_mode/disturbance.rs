//! Disturbances of the streams between a desk and the sandbox.

use serde_json::{Value, json};

/// A disturbance of open WebSocket connections.
#[derive(Clone, Debug)]
pub(crate) enum Disturbance {
    /// The exchange closes every connection, as after 24 hours.
    Close,
    /// The listen key with this name has expired: one event, then silence.
    Expire(String),
    /// The exchange neither sends nor reads any more, and leaves the connections open.
    Freeze,
    /// The spot subscription of this API key ends: one event, then silence.
    Terminate(String),
    /// The exchange announces that it closes its spot connections: one event, then silence.
    Shutdown,
}

impl Disturbance {
    /// The event after which a connection is silent; `None` if this disturbance does not concern it. A connection is
    /// known by its path and by the API key that has subscribed on it.
    pub(crate) fn last_event(&self, target: &str, subscriber: Option<&str>) -> Option<Value> {
        let at = 1_736_996_475_556_i64;
        Some(match self {
            Self::Expire(key) if target.ends_with(key) => {
                json!({ "e": "listenKeyExpired", "E": at.to_string(), "listenKey": key })
            }
            Self::Terminate(api_key) if subscriber == Some(api_key.as_str()) => {
                json!({ "subscriptionId": 0, "event": { "e": "eventStreamTerminated", "E": at } })
            }
            Self::Shutdown if subscriber.is_some() => {
                json!({ "event": { "e": "serverShutdown", "E": at } })
            }
            Self::Close | Self::Freeze | Self::Expire(_) | Self::Terminate(_) | Self::Shutdown => {
                return None;
            }
        })
    }
}

/// The API key of a request for a spot subscription.
pub(crate) fn subscriber(text: &str) -> Option<String> {
    let request: Value = serde_json::from_str(text).ok()?;
    if request["method"] != "userDataStream.subscribe.signature" {
        return None;
    }
    Some(request["params"]["apiKey"].as_str()?.to_owned())
}
