//! Spot orders that a user places at the sandbox without the desk.

use super::{Person, TestServer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use sha2::Sha256;

/// Sends a signed order directly to the sandbox's spot market.
pub(crate) async fn spot_order(server: &TestServer, api_key: &str, secret: &str, order: &str) {
    let query = format!("{order}&timestamp={}", server.desk.clock.now().millis());
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let signature = hex::encode(mac.chain_update(&query).finalize().into_bytes());
    let anyone = Person::anonymous(server);
    let path = format!("/sandbox/binance/api/v3/order?{query}&signature={signature}");
    anyone.send(anyone.request(Method::POST, &path).header("x-mbx-apikey", api_key)).await.ok(200);
}
