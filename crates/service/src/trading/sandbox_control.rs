//! Client of the sandbox's control API (an extension beside Binance's protocol): opens paper accounts and
//! returns the market being replayed.

use crate::error::Error;
use domain::{Decimal, Micros, Symbol, TradeType, money, validation::Problem};
use exchange::Credentials;
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;
use zeroize::Zeroizing;

/// Opens, resets and funds sandbox accounts over HTTP.
pub struct SandboxControl {
    base: String,
    token: Zeroizing<String>,
    http: reqwest::Client,
}

/// The market data that the sandbox replays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playing {
    /// The recorded hour that is being replayed.
    pub hour: Micros,
    /// Markets with synthetic instead of recorded data.
    pub synthetic: Vec<Symbol>,
}

/// Deposit to or (negative) withdrawal from a sandbox account.
pub struct Funding<'a> {
    /// API key of the account.
    pub api_key: &'a str,
    /// The wallet.
    pub wallet: TradeType,
    /// Amount in USDT.
    pub amount: Decimal,
    /// Unique reference: the same one moves funds only once.
    pub reference: &'a str,
}

#[derive(Deserialize)]
struct ReportedMarkets {
    playing: ReportedHour,
    markets: Vec<ReportedMarket>,
}

#[derive(Deserialize)]
struct ReportedHour {
    hour: String,
}

#[derive(Deserialize)]
struct ReportedMarket {
    symbol: Symbol,
    synthetic: bool,
}

#[derive(Deserialize)]
struct ReportedTransfer {
    moved: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenedFor {
    api_key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    api_key: String,
    api_secret_key: String,
}

impl SandboxControl {
    /// `base` is the address of the sandbox's router, such as `http://127.0.0.1:3000/sandbox`; `token`
    /// authorizes control requests.
    ///
    /// # Errors
    /// When TLS cannot be initialized.
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

    /// As [`SandboxControl::open`], for the owner of an RSA or Ed25519 pair. Returns the API key of the pair.
    ///
    /// # Errors
    /// A problem of the field `publicKey` if it is no public key, [`Error::Unavailable`] when the sandbox does not
    /// answer.
    pub async fn open_for(&self, public_key: &str) -> Result<String, Error> {
        let request = self.post("accounts").json(&serde_json::json!({ "publicKey": public_key }));
        match self.try_ask::<OpenedFor>(request).await? {
            Ok(opened) => Ok(opened.api_key),
            Err(400) => Err(Error::field("publicKey", Problem::NotExchangePublicKey)),
            Err(status) => Err(unexpected(status)),
        }
    }

    /// Restores an account's initial funds; its orders and positions are deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the sandbox has no such account, [`Error::Unavailable`] if it does not answer.
    pub async fn reset(&self, api_key: &str) -> Result<(), Error> {
        let path = format!("accounts/{api_key}/reset");
        self.ask::<serde_json::Value>(self.post(&path)).await.map(drop)
    }

    /// Deposits or withdraws funds, once per reference. Returns `false` if the account's funds are
    /// insufficient.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the sandbox has no such account; after any other error the outcome is unknown.
    pub async fn fund(&self, funding: &Funding<'_>) -> Result<bool, Error> {
        let body = serde_json::json!({
            "wallet": funding.wallet.word(),
            "amount": money::text(funding.amount),
            "reference": funding.reference,
        });
        let transfer: ReportedTransfer =
            self.ask(self.post(&format!("accounts/{}/funds", funding.api_key)).json(&body)).await?;
        Ok(transfer.moved)
    }

    /// The market data being replayed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the sandbox does not answer.
    pub async fn playing(&self) -> Result<Playing, Error> {
        let reported: ReportedMarkets =
            self.ask(self.http.get(format!("{}/control/market", self.base))).await?;
        let hour = Micros::from_iso(&reported.playing.hour)
            .ok_or_else(|| Error::fault("the sandbox returned no time"))?;
        let synthetic = reported.markets.into_iter().filter(|m| m.synthetic).map(|m| m.symbol).collect();
        Ok(Playing { hour, synthetic })
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/control/{path}", self.base))
            .header("X-Sandbox-Control", self.token.as_str())
    }

    async fn ask<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Error> {
        self.try_ask(request).await?.map_err(unexpected)
    }

    /// The response, or the status of a rejection.
    async fn try_ask<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<Result<T, u16>, Error> {
        let unavailable = |_| Error::Unavailable { retry_after_s: 2 };
        let response = request.send().await.map_err(unavailable)?;
        match response.status().as_u16() {
            200 => response.json().await.map(Ok).map_err(unavailable),
            404 => Err(Error::NotFound),
            status => Ok(Err(status)),
        }
    }
}

fn unexpected(status: u16) -> Error {
    Error::fault(format!("the sandbox control API answered {status}"))
}
