//! Where Binance is, and how patiently it is spoken to.

use std::{net::IpAddr, time::Duration};

/// The adapter's settings. The two addresses alone decide between Binance and anything that speaks its protocol.
#[derive(Clone, Debug)]
pub struct BinanceConfig {
    /// Base of the spot and wallet REST paths: `https://api.binance.com`.
    pub spot_url: String,
    /// Base of the futures REST paths: `https://fapi.binance.com`.
    pub futures_url: String,
    /// Base of the spot streams; derived from `spot_url` where none is given.
    pub spot_stream_url: Option<String>,
    /// Base of the futures streams; derived from `futures_url` where none is given.
    pub futures_stream_url: Option<String>,
    /// How long one request may take, and how long it may wait for the rate budget.
    pub timeout: Duration,
    /// How old a signed request may be when it reaches the exchange.
    pub recv_window: Duration,
    /// Request weight that the spot address grants a minute, until its list of markets has said so itself.
    pub spot_weight: u32,
    /// The same of the futures address.
    pub futures_weight: u32,
    /// The rhythm of the streams.
    pub pacing: Pacing,
}

impl BinanceConfig {
    /// The usual settings for these two addresses.
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

/// When a stream pings, gives up and comes back.
#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    /// How often we ping a stream.
    pub ping: Duration,
    /// A stream that has said nothing for so long, pongs included, is dead.
    pub silence: Duration,
    /// Binance closes a stream after 24 hours; we renew it before.
    pub lifetime: Duration,
    /// How often a listen key is kept alive; Binance lets it lapse after an hour.
    pub keepalive: Duration,
    /// The first pause before a reconnect; each failure doubles it.
    pub first_pause: Duration,
    /// The longest pause before a reconnect.
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

/// Where an account's own events come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UserStream {
    /// `<base>/ws/<listen key>`.
    InPath(String),
    /// `<base>/ws?listenKey=<listen key>`.
    InQuery(String),
    /// Binance's WebSocket API: spot has no listen keys any more, one signs a subscription.
    Signed(String),
}

/// Everything that is derived from a base address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Base of the REST paths, without a closing slash.
    pub(super) rest: String,
    /// Base of the market streams.
    pub(super) market: String,
    /// Where account events come from.
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
            _ => Self::plain(rest, streams, "spot"),
        })
    }

    pub(super) fn futures(url: &str, streams: Option<&str>) -> Result<Self, BadAddress> {
        let rest = base(url, "the futures address")?;
        Ok(match (streams, rest.as_str()) {
            // Binance serves futures streams by category since 2026: market data and account events apart.
            (None, "https://fapi.binance.com") => Self {
                rest,
                market: "wss://fstream.binance.com/market".into(),
                user: UserStream::InQuery("wss://fstream.binance.com/private".into()),
            },
            _ => Self::plain(rest, streams, "futures"),
        })
    }

    /// Whether it is on this machine.
    pub(super) fn local(&self) -> bool {
        let url = reqwest::Url::parse(&self.rest).ok();
        let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
        host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    fn plain(rest: String, streams: Option<&str>, kind: &str) -> Self {
        let market = streams.map_or_else(
            || format!("{}/{kind}", rest.replacen("http", "ws", 1)),
            |given| given.trim_end_matches('/').to_owned(),
        );
        Self { rest, user: UserStream::InPath(market.clone()), market }
    }
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
