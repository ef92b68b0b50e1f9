//! One address of Binance's REST API: paced, signed, classed, and read within bounds.

use super::{
    budget::Budget,
    clock::ExchangeClock,
    failure::{self, SHORT_WAIT, Verdict},
    sign::Params,
};
use crate::{Answer, BudgetLeft, Credentials, Failure, Urgency, Validity};
use domain::{Clock, Micros};
use reqwest::{Method, RequestBuilder, Response, header::HeaderMap};
use serde::{Deserialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// The largest answer that is read.
const USUAL_SIZE: usize = 8 << 20;
/// Binance's list of all spot markets alone is some twenty megabytes.
const LARGE_SIZE: usize = 64 << 20;
/// How often a safe read is tried, and the pause before its second try; the pause doubles.
const READ_TRIES: u32 = 3;
const READ_PAUSE: Duration = Duration::from_millis(200);

/// How a call proves who asks.
#[derive(Clone, Copy)]
enum Proof<'a> {
    Nobody,
    Key(&'a Credentials),
    Signature(&'a Credentials),
}

/// One call.
pub(super) struct Call<'a> {
    method: Method,
    path: &'static str,
    params: Params,
    weight: u32,
    urgency: Urgency,
    proof: Proof<'a>,
    validity: Option<Validity>,
    size: usize,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: &'static str, weight: u32, urgency: Urgency) -> Self {
        let (params, proof) = (Params::default(), Proof::Nobody);
        Self { method, path, params, weight, urgency, proof, validity: None, size: USUAL_SIZE }
    }

    /// Reads something; tried again when it fails in passing.
    pub(super) fn get(path: &'static str, weight: u32) -> Self {
        Self::new(Method::GET, path, weight, Urgency::Last)
    }

    /// Changes something; never tried twice.
    pub(super) fn post(path: &'static str, urgency: Urgency) -> Self {
        Self::new(Method::POST, path, 1, urgency)
    }

    /// Takes something back; never tried twice.
    pub(super) fn delete(path: &'static str) -> Self {
        Self::new(Method::DELETE, path, 1, Urgency::Protection)
    }

    /// Keeps something alive.
    pub(super) fn put(path: &'static str) -> Self {
        Self::new(Method::PUT, path, 1, Urgency::Second)
    }

    /// With these parameters.
    pub(super) fn params(mut self, params: Params) -> Self {
        self.params = params;
        self
    }

    /// Before or after others.
    pub(super) fn urgent(mut self, urgency: Urgency) -> Self {
        self.urgency = urgency;
        self
    }

    /// Showing the key, unsigned.
    pub(super) fn keyed(mut self, who: &'a Credentials) -> Self {
        self.proof = Proof::Key(who);
        self
    }

    /// Signed.
    pub(super) fn signed(mut self, who: &'a Credentials) -> Self {
        self.proof = Proof::Signature(who);
        self
    }

    /// Reaches the exchange within this time, or not at all.
    pub(super) fn valid(mut self, validity: Validity) -> Self {
        self.validity = Some(validity);
        self
    }

    /// With a large answer.
    pub(super) fn large(mut self) -> Self {
        self.size = LARGE_SIZE;
        self
    }
}

/// One address, with its rate budget and its clock.
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

/// What an address needs to be told besides itself.
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

    /// What is left of the budget.
    pub(super) fn left(&self, api: &'static str) -> BudgetLeft {
        BudgetLeft {
            api,
            left: self.budget.left(),
            reserved: self.budget.reserved(),
            requests: self.budget.requests(),
        }
    }

    /// Takes the exchange's own word for the weight that it grants a minute.
    pub(super) fn grant(&self, weight: u32) {
        self.budget.grant(weight);
    }

    /// The exchange's present moment; asked, not reckoned.
    pub(super) async fn server_time(&self) -> Answer<Micros> {
        let asked = self.clock.own();
        let time: Time = self.ask(Call::get(self.time_path, 1).urgent(Urgency::Protection)).await?;
        let server = Micros::from_millis(time.server_time);
        self.clock.learn(asked, server);
        Ok(server)
    }

    /// The exchange's present moment as far as we know it, for what is signed outside REST.
    pub(super) async fn signing_time(&self) -> Answer<Micros> {
        self.ready(Urgency::Second, false).await?;
        Ok(self.clock.now())
    }

    /// Makes a call and reads its answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call<'_>) -> Answer<T> {
        let tries = if call.method == Method::GET { READ_TRIES } else { 1 };
        let mut pause = READ_PAUSE;
        for _ in 1..tries {
            match self.attempt(&call).await {
                Err(Failure::Unreachable | Failure::Unknown(_)) => tokio::time::sleep(pause).await,
                settled => return settled,
            }
            pause *= 2;
        }
        self.attempt(&call).await
    }

    async fn attempt<T: DeserializeOwned>(&self, call: &Call<'_>) -> Answer<T> {
        if let Proof::Signature(_) = call.proof {
            self.ready(call.urgency, call.validity.is_some()).await?;
        }
        let seen = self.clock.syncs();
        let body = match self.send(call).await? {
            (Verdict::Success, body) => body,
            (Verdict::Failed(failure), _) => return Err(failure),
            // Signing it anew would give it more time than its sender allowed: only the sender may do that.
            (Verdict::ClockSkew(_), _) if call.validity.is_some() => {
                self.sync(seen).await?;
                return Err(Failure::Expired);
            }
            (Verdict::ClockSkew(_), _) => {
                self.sync(seen).await?;
                match self.send(call).await? {
                    (Verdict::Success, body) => body,
                    (Verdict::Failed(failure), _) => return Err(failure),
                    // Its clock jumps, or the way there is slow: that says nothing against the order.
                    (Verdict::ClockSkew(failure), _) => {
                        tracing::warn!(path = call.path, %failure, "the exchange rejected the timestamp; synchronizing the clock and signing again");
                        return Err(Failure::Limited(SHORT_WAIT));
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
            Failure::Unknown("unreadable response".into())
        })
    }

    /// Makes sure that the exchange's clock is known well enough to sign with. What is signed with a validity (`fenced`) is not
    /// sent on a doubtful clock; other requests are. Only reads wait for a mere refresh.
    async fn ready(&self, urgency: Urgency, fenced: bool) -> Answer<()> {
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

    /// Sets the clock, unless another task has done so since `seen`.
    async fn sync(&self, seen: u64) -> Answer<()> {
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
        let asked = self.clock.own();
        let outcome = self.send(&Call::get(self.time_path, 1).urgent(Urgency::Protection)).await;
        let time = match outcome {
            Ok((Verdict::Success, body)) => serde_json::from_slice::<Time>(&body).ok(),
            Err(Failure::Limited(wait)) | Ok((Verdict::Failed(Failure::Limited(wait)), _)) => {
                return Err(Failure::Limited(wait));
            }
            _ => None,
        };
        // Whatever became of this question, what we meant to ask was not sent.
        let time = time.ok_or(Failure::Unreachable)?;
        self.clock.learn(asked, Micros::from_millis(time.server_time));
        Ok(())
    }

    /// Sends once.
    async fn send(&self, call: &Call<'_>) -> Answer<(Verdict, Vec<u8>)> {
        self.budget.acquire(call.weight, call.urgency).await.map_err(Failure::Limited)?;
        let dated = self.date(call)?;
        let response = self.request(call, dated).send().await.map_err(|error| failure::no_answer(&error))?;
        let status = response.status().as_u16();
        if let Some(used) = header(response.headers(), "x-mbx-used-weight-1m") {
            self.budget.told(used);
        }
        let retry_after = header(response.headers(), "retry-after").map(Duration::from_secs);
        let body = match read(response, call.size).await {
            Ok(body) => body,
            // The status says enough without the body.
            Err(_) if matches!(status, 401 | 418 | 429) => Vec::new(),
            Err(failure) => return Err(failure),
        };
        let verdict = failure::judge(status, retry_after, &body);
        if let Verdict::Failed(Failure::Limited(wait)) = &verdict
            && matches!(status, 418 | 429 | 403)
        {
            self.budget.close(*wait);
        }
        tracing::debug!(method = %call.method, path = call.path, status, "exchange request completed");
        Ok((verdict, body))
    }

    /// Timestamp and receive window to sign with. [`Failure::Expired`] when the call's validity has ended: waiting for the rate
    /// budget and for the clock counts against it.
    fn date(&self, call: &Call<'_>) -> Answer<(Micros, u128)> {
        let Some(Validity { checked_at, window }) = call.validity else {
            return Ok((self.clock.now(), self.recv_window));
        };
        let excess = Duration::from_micros(u64::try_from(self.clock.excess()).unwrap_or(0));
        let fenced = Validity { checked_at, window: window.saturating_sub(excess) };
        if self.clock.own() >= fenced.ends_at() {
            return Err(Failure::Expired);
        }
        Ok((self.clock.at(checked_at), fenced.window.as_millis()))
    }

    fn request(&self, call: &Call<'_>, (at, window): (Micros, u128)) -> RequestBuilder {
        let url = format!("{}{}", self.base, call.path);
        let (text, key) = match call.proof {
            Proof::Nobody => (call.params.encode(), None),
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
async fn read(mut response: Response, size: usize) -> Answer<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure::no_answer(&error))? {
        if body.len() + chunk.len() > size {
            return Err(Failure::Unknown("response too large".into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
