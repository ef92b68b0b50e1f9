//! Addresses, timeouts and stream timing of the Binance adapter.

use std::{net::IpAddr, time::Duration};

/// The adapter's settings. Only the two addresses determine whether it talks to Binance or to a compatible
/// exchange.
#[derive(Clone, Debug)]
pub struct BinanceConfig {
    /// Base of the spot and wallet REST paths: `https://api.binance.com`.
    pub spot_url: String,
    /// Base of the futures REST paths: `https://fapi.binance.com`.
    pub futures_url: String,
    /// Base of the spot streams; derived from `spot_url` if `None`.
    pub spot_stream_url: Option<String>,
    /// Base of the futures streams; derived from `futures_url` if `None`.
    pub futures_stream_url: Option<String>,
    /// Timeout of one request, and the maximum time it waits for the rate limit budget.
    pub timeout: Duration,
    /// Maximum age of a signed request when it reaches the exchange.
    pub recv_window: Duration,
    /// Request weight per minute of the spot host, until its list of markets reports it.
    pub spot_weight: u32,
    /// Request weight per minute of the futures host, until its list of markets reports it.
    pub futures_weight: u32,
    /// Timing of the streams.
    pub pacing: Pacing,
}

impl BinanceConfig {
    /// The default settings for these two addresses.
    #[must_use]
    pub fn new(spot_url: impl Into<String>, futures_url: impl Into<String>) -> Self {
        Self {
            spot_url: spot_url.into(),
            futures_url: futures_url.into(),
            spot_stream_url: None,
            futures_stream_url: None,
            timeout: Duration::from_secs(10),
            recv_window: Duration::from_secs(5),
            spot_weight: 6_000,
            futures_weight: 2_400,
            pacing: Pacing::default(),
        }
    }
}

/// Heartbeat, timeout and reconnect timing of streams.
#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    /// The interval of pings.
    pub ping: Duration,
    /// A stream that has received nothing for this long, including pongs, is considered dead.
    pub silence: Duration,
    /// Maximum lifetime of a connection. Binance closes a stream after 24 hours, so it is renewed earlier.
    pub lifetime: Duration,
    /// The interval of listen key keepalives. Binance expires a key after an hour.
    pub keepalive: Duration,
    /// The first pause before a reconnect; it doubles with each failure.
    pub first_pause: Duration,
    /// The maximum pause before a reconnect.
    pub longest_pause: Duration,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            ping: Duration::from_secs(20),
            silence: Duration::from_secs(60),
            lifetime: Duration::from_secs((24 * 60 - 10) * 60),
            keepalive: Duration::from_secs(30 * 60),
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(30),
        }
    }
}

/// An address that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an http or https address")]
pub struct BadAddress(pub &'static str);

/// The endpoint of an account's user-data stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UserStream {
    /// Futures: `<base>/ws/<listen key>`.
    InPath(String),
    /// Futures: `<base>/ws?listenKey=<listen key>`.
    InQuery(String),
    /// Spot: the WebSocket API. There are no listen keys; clients subscribe with a signature instead.
    Signed(String),
}

/// All addresses derived from a base address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Base of the REST paths, without a trailing slash.
    pub(super) rest: String,
    /// Base of the market streams.
    pub(super) market: String,
    /// The endpoint of the user-data stream.
    pub(super) user: UserStream,
}

impl Address {
    pub(super) fn spot(url: &str, streams: Option<&str>) -> Result<Self, BadAddress> {
        let rest = base(url, "the spot address")?;
        Ok(match (streams, rest.as_str()) {
            (None, "https://api.binance.com") => Self {
                rest,
                market: "wss://stream.binance.com:9443".into(),
                user: UserStream::Signed("wss://ws-api.binance.com:443/ws-api/v3".into()),
            },
            _ => {
                let user = UserStream::Signed(format!("{}/ws-api/v3", socket(&rest)));
                Self { user, ..Self::plain(rest, streams, "spot") }
            }
        })
    }

    pub(super) fn futures(url: &str, streams: Option<&str>) -> Result<Self, BadAddress> {
        let rest = base(url, "the futures address")?;
        Ok(match (streams, rest.as_str()) {
            // Since 2026 Binance serves futures streams by category, with market data and user data
            // separated.
            (None, "https://fapi.binance.com") => Self {
                rest,
                market: "wss://fstream.binance.com/market".into(),
                user: UserStream::InQuery("wss://fstream.binance.com/private".into()),
            },
            _ => Self::plain(rest, streams, "futures"),
        })
    }

    /// Whether the host is this machine.
    pub(super) fn local(&self) -> bool {
        let url = reqwest::Url::parse(&self.rest).ok();
        let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
        host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    fn plain(rest: String, streams: Option<&str>, kind: &str) -> Self {
        let market = streams.map_or_else(
            || format!("{}/{kind}", socket(&rest)),
            |given| given.trim_end_matches('/').to_owned(),
        );
        Self { rest, user: UserStream::InPath(market.clone()), market }
    }
}

/// A REST address with the scheme of a WebSocket.
fn socket(rest: &str) -> String {
    rest.replacen("http", "ws", 1)
}

fn base(url: &str, what: &'static str) -> Result<String, BadAddress> {
    let url = url.trim_end_matches('/');
    match reqwest::Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => Ok(url.to_owned()),
        _ => Err(BadAddress(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_decides_everything() {
        let sandbox = "http://127.0.0.1:3000/sandbox/binance/";
        let spot = Address::spot(sandbox, None).unwrap();
        assert_eq!(spot.rest, "http://127.0.0.1:3000/sandbox/binance");
        assert_eq!(spot.market, "ws://127.0.0.1:3000/sandbox/binance/spot");
        assert_eq!(spot.user, UserStream::Signed("ws://127.0.0.1:3000/sandbox/binance/ws-api/v3".into()));
        let futures = Address::futures(sandbox, None).unwrap();
        assert_eq!(futures.market, "ws://127.0.0.1:3000/sandbox/binance/futures");
        assert_eq!(futures.user, UserStream::InPath(futures.market.clone()));
        assert!(spot.local());
        for (url, local) in
            [("http://localhost:1", true), ("http://[::1]:1", true), ("http://10.0.0.1", false)]
        {
            assert_eq!(Address::spot(url, None).unwrap().local(), local, "{url}");
        }
        assert!(!Address::spot("https://api.binance.com", None).unwrap().local());
    }

    #[test]
    fn binance_has_streams_of_its_own() {
        let spot = Address::spot("https://api.binance.com", None).unwrap();
        assert_eq!(spot.market, "wss://stream.binance.com:9443");
        assert_eq!(spot.user, UserStream::Signed("wss://ws-api.binance.com:443/ws-api/v3".into()));
        let futures = Address::futures("https://fapi.binance.com/", None).unwrap();
        assert!(futures.market.starts_with("wss://fstream.binance.com"));
        let given = Address::futures("https://fapi.binance.com", Some("wss://example.test/x/")).unwrap();
        assert_eq!(given.market, "wss://example.test/x");
    }

    #[test]
    fn refuses_what_is_no_address() {
        for bad in ["", "api.binance.com", "ftp://x", "http://", "wss://x"] {
            assert_eq!(Address::spot(bad, None), Err(BadAddress("the spot address")), "{bad}");
        }
    }
}
