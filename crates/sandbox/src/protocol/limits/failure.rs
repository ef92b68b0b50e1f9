//! The errors of callers that exceed a limit.

use super::Venue;
use crate::protocol::failure::SandboxFailure;
use domain::Micros;
use http::StatusCode;

impl SandboxFailure {
    /// The IP address is banned for this many seconds.
    pub(crate) fn banned(venue: Venue, now: Micros, seconds: u64) -> Self {
        let millis = i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000);
        let until = now.millis().saturating_add(millis);
        let msg = match venue {
            Venue::Spot => format!(
                "Way too much request weight used; IP banned until {until}. Please use WebSocket Streams for live updates to avoid bans."
            ),
            Venue::Futures => format!(
                "Way too many requests; IP banned until {until}. Please use the websocket for live updates to avoid bans."
            ),
        };
        Self {
            status: StatusCode::IM_A_TEAPOT,
            code: -1003,
            msg: msg.into(),
            retry_after: Some(seconds),
            data: None,
        }
    }

    /// The caller has to wait this many seconds.
    pub(crate) fn too_many_requests(venue: Venue, limit: u32, retry_after: u64) -> Self {
        let msg = match venue {
            Venue::Spot => format!(
                "Too much request weight used; current limit is {limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."
            ),
            Venue::Futures => format!(
                "Too many requests; current limit is {limit} requests per minute. Please use the websocket for live updates to avoid polling the API."
            ),
        };
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: -1003,
            msg: msg.into(),
            retry_after: Some(retry_after),
            data: None,
        }
    }
}
