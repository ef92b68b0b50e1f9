//! RSA and Ed25519 keys beside HMAC keys.

use crate::{
    desk::{Desk, number},
    ws_api::{Api, signed},
};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Clock;
use http::Request;
use serde_json::json;

/// A client's key pair.
pub(crate) enum KeyPair {
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl KeyPair {
    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    fn public_pem(&self) -> String {
        let der: PublicKeyX509Der<'static> = match self {
            Self::Ed25519(pair) => pair.public_key().as_der().unwrap(),
            Self::Rsa(pair) => pair.public_key().as_der().unwrap(),
        };
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(der.as_ref()))
    }

    pub(crate) fn sign(&self, text: &str) -> String {
        STANDARD.encode(match self {
            Self::Ed25519(pair) => pair.sign(text.as_bytes()).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).unwrap();
                signature
            }
        })
    }

    /// Opens an account for the key. Returns its API key.
    pub(crate) async fn open_account(&self, desk: &Desk) -> String {
        let opened = desk.control("accounts", json!({ "publicKey": self.public_pem() })).await.ok();
        assert!(opened.get("apiSecretKey").is_none(), "its owner has the secret");
        opened["apiKey"].as_str().unwrap().to_owned()
    }
}

/// A signed REST request, with its parameters in the query string.
async fn call(
    desk: &Desk,
    key: &str,
    pair: &KeyPair,
    method: &str,
    path: &str,
    params: &str,
) -> crate::desk::Reply {
    let text = format!("{params}&timestamp={}", desk.clock.now().millis());
    let signature = serde_urlencoded::to_string([("signature", pair.sign(&text))]).unwrap();
    let uri = format!("/binance{path}?{text}&{signature}");
    let request = Request::builder().method(method).uri(uri).header("X-MBX-APIKEY", key);
    desk.send(request.body(Body::empty()).unwrap()).await
}

const ORDER: &str = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01";

#[tokio::test]
async fn each_kind_of_key_trades_over_both_protocols() {
    let desk = Desk::open().await;
    let address = desk.serve().await;
    for pair in [KeyPair::ed25519(), KeyPair::rsa()] {
        let key = pair.open_account(&desk).await;
        let placed = call(&desk, &key, &pair, "POST", "/api/v3/order", ORDER).await.ok();
        assert_eq!(placed["status"], "FILLED");
        let other = KeyPair::ed25519();
        assert_eq!(call(&desk, &key, &other, "POST", "/api/v3/order", ORDER).await.code(), -1022);
        let mut api = Api::open(address, "/ws-api/v3").await;
        let params = signed(&desk, &key, json!({}), |payload| pair.sign(payload));
        let account = api.call("account.status", params).await;
        let btc = account["result"]["balances"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["asset"] == "BTC")
            .unwrap();
        assert!(number(&btc["free"]) > domain::Decimal::ZERO);
    }
}

#[tokio::test]
async fn an_account_has_several_keys() {
    let desk = Desk::open().await;
    let pair = KeyPair::rsa();
    let path = format!("accounts/{}/keys", desk.key);
    let added = desk.control(&path, json!({ "publicKey": pair.public_pem() })).await.ok();
    let key = added["apiKey"].as_str().unwrap();
    call(&desk, key, &pair, "POST", "/api/v3/order", ORDER).await.ok();
    let fills = desk.call("GET", "/api/v3/myTrades", "symbol=BTCUSDT").await.ok();
    assert!(!fills.as_array().unwrap().is_empty(), "the first key sees it");
    assert!(desk.control(&path, json!({})).await.ok()["apiSecretKey"].is_string());
    let bad = desk.control(&path, json!({ "publicKey": "not a key" })).await;
    assert_eq!(bad.status, 400, "{}", bad.body);
    assert!(bad.body["error"].is_string());

    // The keys survive a restart.
    let key = key.to_owned();
    let desk = desk.reopened();
    let seen = call(&desk, &key, &pair, "GET", "/api/v3/myTrades", "symbol=BTCUSDT").await.ok();
    assert_eq!(seen, fills);
}
