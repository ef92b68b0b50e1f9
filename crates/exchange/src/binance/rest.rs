//! One host of Binance's REST API: rate-limited, signed, with classified failures and bounded responses.

use super::{
    budget::Budget,
    call::{Call, Proof},
    clock::ExchangeClock,
    failure::{self, ResponseVerdict, SHORT_WAIT},
};
use crate::{BudgetLeft, ExchangeFailure, ExchangeResult, Urgency, Validity};
use domain::{Clock, Micros};
use reqwest::{Method, RequestBuilder, Response, header::HeaderMap};
use serde::{Deserialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// Number of attempts for an idempotent read, and the pause before the second attempt, which doubles for each
/// further one.
const READ_TRIES: u32 = 3;
const READ_PAUSE: Duration = Duration::from_millis(200);

/// One API host, with its rate limit budget and clock.
pub(super) struct Api {
    base: String,
    time_path: &'static str,
    http: reqwest::Client,
    budget: Budget,
    clock: Arc<ExchangeClock>,
    recv_window: u128,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Time {
    server_time: i64,
}

/// Rate limit, timeout and receive window of one API host.
pub(super) struct Limits {
    pub(super) weight: u32,
    pub(super) patience: Duration,
    pub(super) recv_window: Duration,
}

impl Api {
    pub(super) fn new(
        base: String,
        time_path: &'static str,
        http: reqwest::Client,
        limits: &Limits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let clock = Arc::new(ExchangeClock::new(clock));
        Self {
            base,
            time_path,
            http,
            // The exchange counts weight in minutes of its own clock.
            budget: Budget::new(limits.weight, limits.patience, clock.clone()),
            clock,
            recv_window: limits.recv_window.as_millis(),
        }
    }

    /// The remaining rate limit budget.
    pub(super) fn left(&self, api: &'static str) -> BudgetLeft {
        BudgetLeft {
            api,
            left: self.budget.left(),
            reserved: self.budget.reserved(),
            requests: self.budget.requests(),
        }
    }

    /// Adopts the weight per minute that the exchange itself reports.
    pub(super) fn grant(&self, weight: u32) {
        self.budget.grant(weight);
    }

    /// The exchange's current time, queried from the exchange.
    pub(super) async fn server_time(&self) -> ExchangeResult<Micros> {
        let sent_at = self.clock.own();
        let time: Time = self.ask(Call::get(self.time_path, 1).urgent(Urgency::Protection)).await?;
        let server = Micros::from_millis(time.server_time);
        self.clock.learn(sent_at, server);
        Ok(server)
    }

    /// The exchange's current time by the known clock offset, for signatures outside REST.
    pub(super) async fn signing_time(&self) -> ExchangeResult<Micros> {
        self.ready(Urgency::Second, false).await?;
        Ok(self.clock.now())
    }

    /// Measures the offset to the exchange's clock again, after it rejected a timestamp that was signed outside REST.
    pub(super) async fn measure_clock(&self) -> ExchangeResult<()> {
        self.sync(self.clock.syncs()).await
    }

    /// Waits until a request outside REST may be sent, and counts its weight.
    pub(super) async fn admit(&self, weight: u32) -> ExchangeResult<()> {
        self.budget.acquire(weight, Urgency::Second).await.map_err(ExchangeFailure::Limited)
    }

    /// Blocks all requests for a while, after the exchange limited one outside REST.
    pub(super) fn block(&self, wait: Duration) {
        self.budget.close(wait);
    }

    /// Makes a call and parses its response.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call<'_>) -> ExchangeResult<T> {
        let tries = if call.method == Method::GET { READ_TRIES } else { 1 };
        let mut pause = READ_PAUSE;
        for _ in 1..tries {
            match self.attempt(&call).await {
                Err(ExchangeFailure::Unreachable | ExchangeFailure::Unknown(_)) => {
                    tokio::time::sleep(pause).await
                }
                settled => return settled,
            }
            pause *= 2;
        }
        self.attempt(&call).await
    }

    async fn attempt<T: DeserializeOwned>(&self, call: &Call<'_>) -> ExchangeResult<T> {
        if let Proof::Signature(_) = call.proof {
            self.ready(call.urgency, call.validity.is_some()).await?;
        }
        let seen = self.clock.syncs();
        let body = match self.send(call).await? {
            (ResponseVerdict::Success, body) => body,
            (ResponseVerdict::Failed(failure), _) => return Err(failure),
            // Re-signing would extend the time that the sender allowed, which only the sender may do.
            (ResponseVerdict::ClockSkew(_), _) if call.validity.is_some() => {
                self.sync(seen).await?;
                return Err(ExchangeFailure::Expired);
            }
            (ResponseVerdict::ClockSkew(_), _) => {
                self.sync(seen).await?;
                match self.send(call).await? {
                    (ResponseVerdict::Success, body) => body,
                    (ResponseVerdict::Failed(failure), _) => return Err(failure),
                    // The exchange's clock jumps or the network is slow. Neither is an answer about the order
                    // itself.
                    (ResponseVerdict::ClockSkew(failure), _) => {
                        tracing::warn!(path = call.path, %failure, "the exchange rejected the timestamp; synchronizing the clock and signing again");
                        return Err(ExchangeFailure::Limited(SHORT_WAIT));
                    }
                }
            }
        };
        serde_json::from_slice(&body).map_err(|error| {
            tracing::warn!(
                path = call.path,
                line = error.line(),
                column = error.column(),
                "could not parse the exchange's response"
            );
            ExchangeFailure::Unknown("unreadable response".into())
        })
    }

    /// Ensures that the exchange's clock is known well enough for signing. A call with a validity (`fenced`)
    /// is not sent while the clock is in doubt; other calls are. Only reads wait for a mere refresh.
    async fn ready(&self, urgency: Urgency, fenced: bool) -> ExchangeResult<()> {
        let needed = !self.clock.known()
            || self.clock.jump().is_some()
            || (urgency == Urgency::Last && self.clock.stale());
        if needed {
            match self.sync(self.clock.syncs()).await {
                Err(_) if self.clock.known() && !fenced => {}
                outcome => outcome?,
            }
        }
        if fenced && self.clock.doubtful() {
            self.sync(self.clock.syncs()).await?;
        }
        Ok(())
    }

    /// Synchronizes the clock, unless another task has done so since `seen`.
    async fn sync(&self, seen: u64) -> ExchangeResult<()> {
        let _asking = self.clock.asking.lock().await;
        if self.clock.syncs() != seen {
            return Ok(());
        }
        if let Some(jump) = self.clock.jump() {
            let jump_ms = jump / 1_000;
            tracing::warn!(
                jump_ms,
                "the system clock jumped or the machine was suspended; measuring the offset to the exchange's clock again"
            );
        }
        let sent_at = self.clock.own();
        let outcome = self.send(&Call::get(self.time_path, 1).urgent(Urgency::Protection)).await;
        let time = match outcome {
            Ok((ResponseVerdict::Success, body)) => serde_json::from_slice::<Time>(&body).ok(),
            Err(ExchangeFailure::Limited(wait))
            | Ok((ResponseVerdict::Failed(ExchangeFailure::Limited(wait)), _)) => {
                return Err(ExchangeFailure::Limited(wait));
            }
            _ => None,
        };
        // Whatever the outcome of this time query, the actual request was not sent.
        let time = time.ok_or(ExchangeFailure::Unreachable)?;
        self.clock.learn(sent_at, Micros::from_millis(time.server_time));
        Ok(())
    }

    /// Sends the call once.
    async fn send(&self, call: &Call<'_>) -> ExchangeResult<(ResponseVerdict, Vec<u8>)> {
        self.budget.acquire(call.weight, call.urgency).await.map_err(ExchangeFailure::Limited)?;
        let dated = self.date(call)?;
        let response = self.request(call, dated).send().await.map_err(|error| failure::no_answer(&error))?;
        let status = response.status().as_u16();
        if let Some(used) = header(response.headers(), "x-mbx-used-weight-1m") {
            self.budget.record_usage(used);
        }
        let retry_after: Option<u64> = header(response.headers(), "retry-after");
        let body = match read(response, call.size).await {
            Ok(body) => body,
            // The status is sufficient without the body.
            Err(_) if matches!(status, 401 | 403 | 418 | 429) => Vec::new(),
            Err(failure) => return Err(failure),
        };
        let banned = || failure::ban_left(&body, self.clock.now());
        let retry_after = retry_after.map(Duration::from_secs).or_else(banned);
        let verdict = failure::judge(status, retry_after, &body);
        if let ResponseVerdict::Failed(ExchangeFailure::Limited(wait)) = &verdict
            && failure::limits_address(status, &body)
        {
            self.budget.close(*wait);
        }
        tracing::debug!(method = %call.method, path = call.path, status, "exchange request completed");
        Ok((verdict, body))
    }

    /// Timestamp and receive window to sign with. [`ExchangeFailure::Expired`] if the call's validity has ended;
    /// waiting for the rate limit and for the clock counts against it.
    fn date(&self, call: &Call<'_>) -> ExchangeResult<(Micros, u128)> {
        let Some(Validity { checked_at, window }) = call.validity else {
            return Ok((self.clock.now(), self.recv_window));
        };
        let excess = Duration::from_micros(u64::try_from(self.clock.excess()).unwrap_or(0));
        let fenced = Validity { checked_at, window: window.saturating_sub(excess) };
        if self.clock.own() >= fenced.ends_at() {
            return Err(ExchangeFailure::Expired);
        }
        Ok((self.clock.at(checked_at), fenced.window.as_millis()))
    }

    fn request(&self, call: &Call<'_>, (at, window): (Micros, u128)) -> RequestBuilder {
        let url = format!("{}{}", self.base, call.path);
        let (text, key) = match call.proof {
            Proof::Anonymous => (call.params.encode(), None),
            Proof::Key(who) => (call.params.encode(), Some(who)),
            Proof::Signature(who) => {
                let dated = call.params.clone().with("recvWindow", window).with("timestamp", at.millis());
                (dated.signed(who.secret()), Some(who))
            }
        };
        let request = if call.method == Method::POST {
            let form = "application/x-www-form-urlencoded";
            self.http.post(url).header("content-type", form).body(text)
        } else if text.is_empty() {
            self.http.request(call.method.clone(), url)
        } else {
            self.http.request(call.method.clone(), format!("{url}?{text}"))
        };
        match key {
            Some(who) => request.header("X-MBX-APIKEY", &who.api_key),
            None => request,
        }
    }
}

fn header<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Reads a body of at most `size` bytes.
async fn read(mut response: Response, size: usize) -> ExchangeResult<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure::no_answer(&error))? {
        if body.len() + chunk.len() > size {
            return Err(ExchangeFailure::Unknown("response too large".into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
