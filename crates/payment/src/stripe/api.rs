//! The HTTP client of Stripe's API: form-encoded, authenticated, with classified failures and bounded
//! responses.

use crate::{PaymentFailure, PaymentResult};
use reqwest::{Method, Response, header::HeaderMap};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;
use zeroize::Zeroizing;

/// The API version of the parsed formats. Older versions report the billing period in a different place; both
/// are supported.
const VERSION: &str = "2025-03-31.basil";
/// Maximum size of a response: a hundred invoices are some 700 KB.
const LARGEST: usize = 4 << 20;
/// Request timeout, longer than any Stripe call takes, including charging a card.
const PATIENCE: Duration = Duration::from_secs(20);
/// The wait if Stripe asks for one without giving its length.
const USUAL_WAIT: Duration = Duration::from_secs(2);

/// Parameters of a call, with nested names in Stripe's form encoding.
pub(super) type Params<'a> = Vec<(&'static str, std::borrow::Cow<'a, str>)>;

/// Base URL, secret key and HTTP client.
pub(super) struct Api {
    base: String,
    secret: Zeroizing<String>,
    http: reqwest::Client,
}

#[derive(Deserialize)]
struct Problem {
    error: StripeError,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StripeError {
    #[serde(rename = "type")]
    kind: String,
    code: Option<String>,
    message: Option<String>,
}

impl Api {
    /// Creates the client, without making a request.
    pub(super) fn new(base: &str, secret: Zeroizing<String>) -> Result<Self, reqwest::Error> {
        let local = base.starts_with("http://127.0.0.1") || base.starts_with("http://localhost");
        let builder = reqwest::Client::builder();
        // A proxy from the environment is outside this machine, where the local test checkout is not
        // reachable.
        let builder = if local { builder.no_proxy() } else { builder };
        let http = builder
            .timeout(PATIENCE)
            .connect_timeout(Duration::from_secs(5))
            // A redirect would send the secret to another host. Retries are left to the caller, which records
            // a request first.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("slipstream/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), secret, http })
    }

    /// Makes a read request.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, params: &Params<'_>) -> PaymentResult<T> {
        let request = self.request(Method::GET, path).query(params);
        self.send(path, request).await
    }

    /// Makes a state-changing request, which takes effect once per key.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: Option<&str>,
        params: &Params<'_>,
    ) -> PaymentResult<T> {
        let mut request = self.request(Method::POST, path).form(params);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        self.send(path, request).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}/v1/{path}", self.base));
        request.bearer_auth(self.secret.as_str()).header("Stripe-Version", VERSION)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> PaymentResult<T> {
        let response = request.send().await.map_err(|error| no_answer(&error))?;
        let status = response.status().as_u16();
        let wait = retry_after(response.headers());
        let body = match read(response).await {
            Ok(body) => body,
            Err(_) if status == 429 => return Err(PaymentFailure::Limited(wait)),
            Err(failure) => return Err(failure),
        };
        if status != 200 {
            return Err(judge(status, wait, &body));
        }
        serde_json::from_slice(&body).map_err(|error| {
            let path = path.split('/').next().unwrap_or_default();
            tracing::warn!(
                path,
                line = error.line(),
                column = error.column(),
                "could not parse the payment provider's response"
            );
            PaymentFailure::Unknown("unreadable response".into())
        })
    }
}

fn retry_after(headers: &HeaderMap) -> Duration {
    let seconds = headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(USUAL_WAIT, Duration::from_secs)
}

async fn read(mut response: Response) -> PaymentResult<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err(PaymentFailure::Unknown("response too large".into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Classifies a response whose status is not 200.
fn judge(status: u16, wait: Duration, body: &[u8]) -> PaymentFailure {
    let problem = serde_json::from_slice::<Problem>(body).map(|problem| problem.error).unwrap_or_default();
    let code = problem.code.unwrap_or(problem.kind);
    let message: String =
        problem.message.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    match status {
        401 | 403 => PaymentFailure::Unauthorized,
        402 => PaymentFailure::Declined,
        404 => PaymentFailure::Missing,
        // 409: a request with the same key is still in progress.
        409 | 429 => PaymentFailure::Limited(wait),
        400..=499 => PaymentFailure::Refused { code, message },
        _ => PaymentFailure::Unknown(format!("HTTP {status}")),
    }
}

/// Classifies a request without a response.
fn no_answer(error: &reqwest::Error) -> PaymentFailure {
    if error.is_connect() || error.is_builder() {
        PaymentFailure::Unreachable
    } else if error.is_timeout() {
        PaymentFailure::Unknown("timed out".into())
    } else {
        PaymentFailure::Unknown("connection dropped".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_every_status() {
        let judged = |status| judge(status, USUAL_WAIT, b"<html>");
        for status in [500, 502, 503, 504, 301] {
            assert_eq!(judged(status), PaymentFailure::Unknown(format!("HTTP {status}")));
        }
        assert_eq!((judged(401), judged(403)), (PaymentFailure::Unauthorized, PaymentFailure::Unauthorized));
        assert_eq!((judged(402), judged(404)), (PaymentFailure::Declined, PaymentFailure::Missing));
        assert_eq!(
            (judged(409), judged(429)),
            (PaymentFailure::Limited(USUAL_WAIT), PaymentFailure::Limited(USUAL_WAIT))
        );
        assert_eq!(judged(400), PaymentFailure::Refused { code: String::new(), message: String::new() });
    }

    #[test]
    fn formats_stripes_error_on_one_line() {
        let body =
            br#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No\nsuch"}}"#;
        let refused = PaymentFailure::Refused { code: "resource_missing".into(), message: "Nosuch".into() };
        assert_eq!(judge(400, USUAL_WAIT, body), refused);
        let untold = br#"{"error":{"type":"idempotency_error"}}"#;
        let refused = PaymentFailure::Refused { code: "idempotency_error".into(), message: String::new() };
        assert_eq!(judge(400, USUAL_WAIT, untold), refused);
    }
}
