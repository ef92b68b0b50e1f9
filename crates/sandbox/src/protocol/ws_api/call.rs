//! One request for an endpoint, from its frame to its outcome.

use super::frame::{ApiRequest, text};
use crate::{
    engine::AccountId,
    protocol::{
        call::{Endpoint, Named, Security},
        dispatch::{Granted, Used, execute, key_holder},
        effect::{Effect, FaultKind, When},
        failure::{Reply, SandboxFailure},
        keys::{self, KeyKind},
        limits::Venue,
        params::Params,
        scope::RequestInfo,
        shared::ServerState,
        signing,
        stream::outgoing::Gone,
        time_unit::TimeUnit,
    },
};
use axum::{body::to_bytes, response::IntoResponse};
use domain::Micros;
use http::{HeaderMap, header};
use serde_json::Value;
use std::{net::IpAddr, sync::Arc};

/// Maximum size of a response that a fault has changed.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Parameters that are not the endpoint's.
const FRAMING: [&str; 3] = ["apiKey", "signature", "returnRateLimits"];

/// A request with everything that it needs, so that it can outlive its connection.
pub(super) struct Job {
    pub(super) shared: Arc<ServerState>,
    pub(super) venue: Venue,
    pub(super) address: IpAddr,
    pub(super) endpoint: &'static Endpoint,
    pub(super) request: ApiRequest,
    /// The unit of the times in the response.
    pub(super) unit: TimeUnit,
    /// The key that the connection is authenticated with.
    pub(super) session_key: Option<String>,
    /// The request was delayed inside the exchange, so its receive window is ignored.
    pub(super) waited: bool,
}

/// The account that signed a request by itself, with its key.
pub(super) fn signer(
    shared: &ServerState,
    request: &ApiRequest,
    now: Micros,
) -> Reply<(String, AccountId, KeyKind)> {
    let api_key = request.text("apiKey").ok_or_else(|| SandboxFailure::missing("apiKey"))?;
    let (account, secret) = key_holder(shared, false, Some(&api_key))?;
    signing::check_time(&params(request)?, now, false)?;
    check_signature(&secret, request)?;
    Ok((api_key, account, KeyKind::of(&secret)))
}

fn check_signature(secret: &str, request: &ApiRequest) -> Reply<()> {
    let signature = request.text("signature").ok_or_else(|| SandboxFailure::missing("signature"))?;
    keys::verify(secret, &[&request.payload()], &signature)
}

/// The parameters for the endpoint.
fn params(request: &ApiRequest) -> Reply<Params> {
    let own = request.params.iter().filter(|(name, _)| !FRAMING.contains(&name.as_str()));
    Params::of_pairs(own.map(|(name, value)| (name.clone(), text(value))).collect())
}

impl Job {
    /// Carries the request out, under an injected fault if there is one for it.
    pub(super) async fn run(self) -> Result<(Reply, Used), Gone> {
        let now = self.shared.exchange.now();
        let (payload, key) = (self.request.payload(), self.key());
        let info = RequestInfo {
            method: self.endpoint.method.as_str(),
            path: self.endpoint.path,
            query: &payload,
            body: "",
            key: key.as_deref(),
        };
        match self.shared.faults.take(now, &info) {
            None => Ok(self.carry_out().await),
            Some(effect) => self.under(effect, now).await,
        }
    }

    fn key(&self) -> Option<String> {
        self.request.text("apiKey").or_else(|| self.session_key.clone())
    }

    async fn carry_out(&self) -> (Reply, Used) {
        let mut used = Used::default();
        let reply = self.try_to(&mut used).await;
        (reply, used)
    }

    async fn try_to(&self, used: &mut Used) -> Reply {
        let now = self.shared.exchange.now();
        let one = self.request.params.contains_key("symbol");
        let (symbols, limit) = (self.request.text("symbols"), self.request.text("limit"));
        let named = Named::new(one, symbols.as_deref(), limit.as_deref());
        let weight = self.endpoint.weight_for(named);
        let (weight, within) = self.shared.budget.spend(now, self.address, self.venue, weight);
        used.weight = weight;
        within?;
        let granted = self.authenticate(now)?;
        execute(&self.shared, self.venue, self.endpoint, granted, used).await
    }

    fn authenticate(&self, now: Micros) -> Reply<Granted> {
        let params = params(&self.request)?;
        let account = match self.endpoint.security {
            Security::Public => None,
            Security::Key => Some(self.key_holder()?.0),
            Security::Signed => {
                let (account, secret) = self.key_holder()?;
                signing::check_time(&params, now, self.waited)?;
                let own = ["apiKey", "signature"].iter().any(|name| self.request.params.contains_key(*name));
                // An authenticated session need not sign its requests.
                if own || self.session_key.is_none() {
                    check_signature(&secret, &self.request)?;
                }
                Some(account)
            }
        };
        Ok(Granted { now, params, account, unit: self.unit })
    }

    fn key_holder(&self) -> Reply<(AccountId, String)> {
        let key = self.key().ok_or_else(|| SandboxFailure::missing("apiKey"))?;
        key_holder(&self.shared, self.endpoint.trades(), Some(&key))
    }

    /// Carries the request out under a fault. What HTTP would answer becomes a frame; where HTTP would break
    /// the connection, this one breaks, and so it does where no frame could carry the answer.
    async fn under(self, effect: Effect, now: Micros) -> Result<(Reply, Used), Gone> {
        if effect.kind == FaultKind::Late {
            let (delay, waited) = (effect.late(), effect.ignore_window);
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                // The caller has gone, so the outcome is discarded.
                let _ = Self { waited, ..self }.carry_out().await;
            });
            return Err(Gone);
        }
        let takes_effect = effect.when == When::After || effect.kind == FaultKind::Slow;
        let (reply, used) = if takes_effect {
            let (reply, used) = self.carry_out().await;
            (Some(reply), used)
        } else {
            (None, Used::default())
        };
        let answer = reply.map(|reply| match reply {
            Ok(value) => axum::Json(value).into_response(),
            Err(failure) => failure.into_response(),
        });
        let (parts, body) = effect.respond(self.venue, now, answer).await.into_parts();
        let body = to_bytes(body, LARGEST_ANSWER).await.map_err(|_| Gone)?;
        let value: Value = serde_json::from_slice(&body).map_err(|_| Gone)?;
        if parts.status.is_success() {
            return Ok((Ok(value), used));
        }
        let code = value.get("code").and_then(Value::as_i64).and_then(|code| i32::try_from(code).ok());
        let msg = value.get("msg").and_then(Value::as_str).unwrap_or_default().to_owned();
        let failure = SandboxFailure {
            status: parts.status,
            code: code.unwrap_or(-1000),
            msg: msg.into(),
            retry_after: retry_after(&parts.headers),
            data: value.get("data").cloned().map(Box::new),
        };
        Ok((Err(failure), used))
    }
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()
}
