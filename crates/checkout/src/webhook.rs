//! Webhook delivery: signed, oldest events first, and retried until the endpoint accepts.

use crate::{
    books::{Endpoint, Event, Object as _},
    shared::CheckoutState,
    state::StateError,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::sync::Arc;

/// The retry pause grows up to one hour; after about three days a delivery is abandoned.
const LONGEST: i64 = 3_600;
const TELLINGS: u32 = 90;
/// Maximum number of deliveries per round.
const ROUND: usize = 50;

/// A webhook delivery.
struct Letter {
    event: String,
    endpoint: String,
    url: String,
    signature: String,
    body: String,
}

/// Processes what is due and delivers pending webhooks. Returns how many deliveries succeeded.
pub(crate) async fn beat(shared: &Arc<CheckoutState>) -> Result<usize, StateError> {
    let due = blocking(shared, |shared| {
        shared.catch_up()?;
        Ok(letters(shared))
    });
    let mut taken = 0;
    for letter in due.await? {
        let sent = shared
            .http
            .post(&letter.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", &letter.signature)
            .body(letter.body.clone())
            .send()
            .await;
        let good = sent.is_ok_and(|answer| answer.status().is_success());
        taken += usize::from(good);
        blocking(shared, move |shared| note(shared, &letter, good)).await?;
    }
    Ok(taken)
}

/// Runs work that writes the state to disk and syncs it, which blocks, outside the runtime's threads.
async fn blocking<T: Send + 'static>(
    shared: &Arc<CheckoutState>,
    work: impl FnOnce(&CheckoutState) -> Result<T, StateError> + Send + 'static,
) -> Result<T, StateError> {
    let shared = Arc::clone(shared);
    let done = tokio::task::spawn_blocking(move || work(&shared)).await;
    done.unwrap_or_else(|ended| Err(std::io::Error::other(ended).into()))
}

fn letters(shared: &CheckoutState) -> Vec<Letter> {
    let really = shared.really();
    shared.read(|books, _| {
        let mut events: Vec<&Event> = books.events.values().filter(|e| !e.waiting.is_empty()).collect();
        events.sort_by_key(|event| event.made.serial);
        let each = events.into_iter().flat_map(|event| {
            let due = event.waiting.iter().filter(|(_, (_, at))| *at <= really);
            due.filter_map(|(id, _)| Some((event, books.endpoints.get(id)?))).collect::<Vec<_>>()
        });
        let letter = |(event, endpoint): (&Event, &Endpoint)| {
            let body = event.json(books, "").to_string();
            let signature = sign(&endpoint.secret, really, body.as_bytes())?;
            let (event, url) = (event.made.id.clone(), endpoint.url.clone());
            Some(Letter { event, endpoint: endpoint.made.id.clone(), url, signature, body })
        };
        each.filter_map(letter).take(ROUND).collect()
    })
}

/// Records the result of a delivery. A failed one is retried after a growing pause, until the limit is
/// reached.
fn note(shared: &CheckoutState, letter: &Letter, taken: bool) -> Result<(), StateError> {
    shared.write(|open| {
        let really = open.really;
        let Some(event) = open.books.events.get_mut(&letter.event) else { return };
        let Some((tellings, at)) = event.waiting.get_mut(&letter.endpoint) else { return };
        *tellings += 1;
        *at = really + LONGEST.min(1 << (*tellings).min(12));
        if taken || *tellings >= TELLINGS {
            event.waiting.remove(&letter.endpoint);
        }
    })
}

/// Computes the header `Stripe-Signature`.
pub(crate) fn sign(secret: &str, at: i64, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    Some(format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes())))
}
