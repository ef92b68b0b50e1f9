//! One attempt: a request to a checked address, without redirects, with limits on time and on what is read.

use super::address;
use crate::platform::settings::Settings;
use domain::event_webhook::{DeliveryProblem, KEPT_ANSWER};
use reqwest::{Client, Response, Url, redirect::Policy};
use std::time::Duration;

/// Time limit of an attempt.
const PATIENCE: Duration = Duration::from_secs(10);

/// A signed message.
pub(super) struct SignedMessage<'a> {
    pub(super) id: &'a str,
    pub(super) seconds: i64,
    pub(super) signature: &'a str,
    pub(super) body: &'a str,
}

/// The answer to an attempt.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The start of its body.
    pub(super) text: String,
}

/// Posts a message to an address. Every answer is returned, whatever its status.
pub(super) async fn post(
    url: &str,
    settings: &Settings,
    message: &SignedMessage<'_>,
) -> Result<Answer, DeliveryProblem> {
    let local = settings.local_webhooks;
    let url = address::parse(url, local).map_err(|_| DeliveryProblem::NotPublic)?;
    // The list may have changed since the address was saved.
    if !address::is_allowed_host(&url, &settings.webhook_hosts) {
        return Err(DeliveryProblem::NotAllowed);
    }
    let client = client(&url, local).await?;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.seconds.to_string())
        .header("webhook-signature", message.signature)
        .body(message.body.to_owned());
    let response = request.send().await.map_err(|error| problem_of(&error))?;
    Ok(Answer { status: response.status().as_u16(), text: start_of(response).await })
}

/// A client that connects to the checked addresses of this host only, and through no proxy, which would resolve the
/// name again.
async fn client(url: &Url, local: bool) -> Result<Client, DeliveryProblem> {
    let addresses = address::resolve(url, local).await?;
    let host = url.host_str().unwrap_or_default();
    let client = Client::builder()
        .timeout(PATIENCE)
        .redirect(Policy::none())
        .no_proxy()
        .no_gzip()
        .https_only(!local)
        .resolve_to_addrs(host, &addresses)
        .user_agent(concat!("slipstream-webhook/", env!("CARGO_PKG_VERSION")));
    client.build().map_err(|_| DeliveryProblem::Connection)
}

fn problem_of(error: &reqwest::Error) -> DeliveryProblem {
    if error.is_timeout() { DeliveryProblem::Timeout } else { DeliveryProblem::Connection }
}

/// Reads the start of an answer. One that ends early is as good as a short one.
async fn start_of(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= KEPT_ANSWER {
            break;
        }
    }
    bytes.truncate(KEPT_ANSWER);
    // Postgres stores no zero bytes.
    String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}")
}
