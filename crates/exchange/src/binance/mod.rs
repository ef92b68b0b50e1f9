//! Adapter for Binance spot and USD-M futures, and for anything that speaks its protocol, such as the
//! sandbox.
//!
//! Results equal those that npm `ccxt` derives from the same responses, in [`domain::Decimal`]. Where Binance
//! has two versions of a call, the one with more data is used: `/fapi/v2/positionRisk` includes leverage,
//! margin mode and flat positions; version 3 does not.

mod account;
mod budget;
mod cache;
mod call;
mod clock;
mod config;
mod failure;
mod fills;
mod markets;
mod num;
mod orders;
mod positions;
mod prices;
mod private_key;
mod rest;
mod sign;
mod stream;
#[cfg(test)]
mod tests;

pub use config::{BadAddress, BinanceConfig, Pacing};

use cache::Cached;
use config::Address;
use domain::{Clock, TradeType};
use markets::Markets;
use rest::{Api, Limits};
use std::{sync::Arc, time::Duration};

/// The Binance adapter. One instance serves all users, who share its rate limit budget, clock and list of
/// markets.
#[derive(Clone)]
pub struct Binance {
    shared: Arc<BinanceState>,
}

/// State shared by calls and streams.
struct BinanceState {
    spot: Api,
    futures: Api,
    addresses: Addresses,
    pacing: Pacing,
    spot_markets: Cached<Markets>,
    futures_markets: Cached<Markets>,
    brackets: positions::BracketCache,
    clock: Arc<dyn Clock>,
    attempts: stream::Attempts,
}

struct Addresses {
    spot: Address,
    futures: Address,
}

impl Binance {
    /// Creates an adapter for the addresses in `config`, without making a request.
    ///
    /// # Errors
    /// [`BadAddress`] if one of them is not an HTTP address.
    pub fn new(config: BinanceConfig, clock: Arc<dyn Clock>) -> Result<Self, BadAddress> {
        let addresses = Addresses {
            spot: Address::spot(&config.spot_url, config.spot_stream_url.as_deref())?,
            futures: Address::futures(&config.futures_url, config.futures_stream_url.as_deref())?,
        };
        let local = addresses.spot.local() && addresses.futures.local();
        let http = client(config.timeout, local).map_err(|_| BadAddress("the address"))?;
        let limits = |weight| Limits { weight, patience: config.timeout, recv_window: config.recv_window };
        let api = |address: &Address, time_path, weight| {
            Api::new(address.rest.clone(), time_path, http.clone(), &limits(weight), clock.clone())
        };
        let shared = BinanceState {
            spot: api(&addresses.spot, "/api/v3/time", config.spot_weight),
            futures: api(&addresses.futures, "/fapi/v1/time", config.futures_weight),
            addresses,
            pacing: config.pacing,
            spot_markets: Cached::default(),
            futures_markets: Cached::default(),
            brackets: positions::BracketCache::default(),
            clock,
            attempts: stream::Attempts::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }
}

fn client(timeout: Duration, local: bool) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder();
    // A proxy from the environment is outside this machine, where a local sandbox is not reachable.
    let builder = if local { builder.no_proxy() } else { builder };
    builder
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        // A redirect would send key and signature to another host; a retry could send an order twice.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("slipstream/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl BinanceState {
    fn api(&self, kind: TradeType) -> &Api {
        match kind {
            TradeType::Spot => &self.spot,
            TradeType::Futures => &self.futures,
        }
    }
}
