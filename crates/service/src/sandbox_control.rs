//! The sandbox's control door (ours, beside Binance's protocol): opening play-money accounts and asking what plays.

use crate::Error;
use domain::{Decimal, Micros, Symbol, TradeType, money};
use exchange::Credentials;
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;
use zeroize::Zeroizing;

/// Opens and resets sandbox accounts, over HTTP as everything with the sandbox.
pub struct SandboxControl {
    base: String,
    token: Zeroizing<String>,
    http: reqwest::Client,
}

/// What the sandbox is playing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playing {
    /// The recorded hour that the present minute replays.
    pub hour: Micros,
    /// Markets that are made up, not recorded.
    pub synthetic: Vec<Symbol>,
}

/// Funds for, or (negative) from, an account of the sandbox.
pub struct Funding<'a> {
    /// The account's key.
    pub api_key: &'a str,
    /// Which of its wallets.
    pub wallet: TradeType,
    /// How much USDT.
    pub amount: Decimal,
    /// What makes it happen once.
    pub reference: &'a str,
}

#[derive(Deserialize)]
struct Told {
    playing: ToldHour,
    markets: Vec<ToldMarket>,
}

#[derive(Deserialize)]
struct ToldHour {
    hour: String,
}

#[derive(Deserialize)]
struct ToldMarket {
    symbol: Symbol,
    synthetic: bool,
}

#[derive(Deserialize)]
struct ToldFunds {
    moved: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    api_key: String,
    api_secret_key: String,
}

impl SandboxControl {
    /// `base` is where the sandbox's router is nested, `http://127.0.0.1:3000/sandbox`; `token` opens its control door.
    ///
    /// # Errors
    /// When the system's TLS cannot be set up.
    pub fn new(base: &str, token: String) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), token: Zeroizing::new(token), http })
    }

    /// Opens an account with 10,000 USDT spot and 10,000 USDT futures.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the sandbox does not answer.
    pub async fn open(&self) -> Result<Credentials, Error> {
        let opened: Opened = self.ask(self.post("accounts").json(&serde_json::json!({}))).await?;
        Ok(Credentials::new(opened.api_key, opened.api_secret_key))
    }

    /// Gives an account its first funds back; its orders and positions are gone.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the sandbox has no such account, [`Error::Unavailable`] when it does not answer.
    pub async fn reset(&self, api_key: &str) -> Result<(), Error> {
        let path = format!("accounts/{api_key}/reset");
        self.ask::<serde_json::Value>(self.post(&path)).await.map(drop)
    }

    /// Funds an account, or takes funds from it, once for each reference; false when the account does not have them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the sandbox has no such account; anything else leaves open whether it happened.
    pub async fn fund(&self, funding: &Funding<'_>) -> Result<bool, Error> {
        let body = serde_json::json!({
            "wallet": funding.wallet.word(),
            "amount": money::text(funding.amount),
            "reference": funding.reference,
        });
        let told: ToldFunds =
            self.ask(self.post(&format!("accounts/{}/funds", funding.api_key)).json(&body)).await?;
        Ok(told.moved)
    }

    /// What plays now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the sandbox does not answer.
    pub async fn playing(&self) -> Result<Playing, Error> {
        let told: Told = self.ask(self.http.get(format!("{}/control/market", self.base))).await?;
        let hour = Micros::from_iso(&told.playing.hour)
            .ok_or_else(|| Error::fault("the sandbox returned no time"))?;
        let synthetic = told.markets.into_iter().filter(|m| m.synthetic).map(|m| m.symbol).collect();
        Ok(Playing { hour, synthetic })
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/control/{path}", self.base))
            .header("X-Sandbox-Control", self.token.as_str())
    }

    async fn ask<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Error> {
        let unavailable = |_| Error::Unavailable { retry_after_s: 2 };
        let response = request.send().await.map_err(unavailable)?;
        match response.status().as_u16() {
            200 => response.json().await.map_err(unavailable),
            404 => Err(Error::NotFound),
            status => Err(Error::fault(format!("the sandbox control API answered {status}"))),
        }
    }
}
