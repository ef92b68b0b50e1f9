//! Tests against an issuer in this process with its own keys, and tokens with every kind of fault.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod strict;

use crate::{
    SharedDesk,
    actor::Origin,
    error::Error,
    identity::{account, token},
    platform::settings::{EdgeSettings, OidcSettings, Settings},
    testing::{self, Setup, TestClock},
};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use domain::time::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, OnceLock};
use store::testing::TestDb;
use tokio::net::TcpListener;

const AUDIENCE: &str = "desk-client";
/// Initial time of the test clock, in seconds.
const NOW: i64 = 1_767_225_600;

store::each_engine!(
    a_subject_becomes_one_person_at_first_use,
    tokens_with_invalid_claims_are_rejected,
    the_algorithm_is_the_keys,
    keys_change_and_the_issuer_is_not_pestered,
    an_issuer_that_is_gone_keeps_its_known_keys,
    no_account_is_taken_over_by_an_email_address,
    our_tokens_stay_valid,
);

/// Keys that the issuer serves, and the number of requests.
#[derive(Default)]
struct Served {
    keys: Vec<Value>,
    gone: bool,
    requests: usize,
}

struct Issuer {
    url: String,
    served: Arc<Mutex<Served>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Issuer {
    async fn open(keys: Vec<Value>) -> Self {
        let served = Arc::new(Mutex::new(Served { keys, ..Served::default() }));
        let serve = |State(served): State<Arc<Mutex<Served>>>| async move {
            let mut served = served.lock().unwrap();
            served.requests += 1;
            let status = if served.gone { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
            (status, Json(json!({ "keys": served.keys })))
        };
        let app = Router::new().route("/pool/.well-known/jwks.json", get(serve)).with_state(served.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/pool", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, served, server }
    }

    fn requests(&self) -> usize {
        self.served.lock().unwrap().requests
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.url, "sub": "subject-1", "client_id": AUDIENCE, "token_use": "access",
            "exp": NOW + 300, "nbf": NOW,
        })
    }
}

fn desk(db: &TestDb, issuer: &Issuer) -> (SharedDesk, Arc<TestClock>) {
    let oidc = OidcSettings {
        issuer: issuer.url.clone(),
        audience: AUDIENCE.to_owned(),
        token_use: Some("access".to_owned()),
        ..OidcSettings::default()
    };
    desk_for(db, oidc)
}

fn desk_for(db: &TestDb, oidc: OidcSettings) -> (SharedDesk, Arc<TestClock>) {
    let edge = EdgeSettings { oidc: Some(oidc), ..EdgeSettings::default() };
    let clock = Arc::new(TestClock::default());
    let settings = Settings { edge, ..Settings::default() };
    let setup = Setup { settings, clock: clock.clone(), ..Setup::default() };
    (testing::desk_with((**db).clone(), setup), clock)
}

/// Generating an RSA key is slow in a debug build, so all tests share one.
fn rsa() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}

fn ec() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

fn rsa_jwk(id: &str) -> Value {
    // DER: a sequence of two integers; 2,048 bits after a leading zero, and 65537.
    let public = rsa().public_key().as_ref();
    assert_eq!((public.len(), &public[265..]), (270, &[2, 3, 1, 0, 1][..]));
    let (n, e) = (&public[9..265], &public[267..]);
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": B64.encode(n), "e": B64.encode(e) })
}

fn ec_jwk(id: &str, key: &EcdsaKeyPair) -> Value {
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": B64.encode(x), "y": B64.encode(y) })
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()))
}

fn rs256(id: &str, claims: &Value) -> String {
    rs256_with(&json!({ "alg": "RS256", "kid": id }), claims)
}

fn rs256_with(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let mut signature = vec![0; rsa().public_modulus_len()];
    rsa().sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", B64.encode(signature))
}

fn es256(id: &str, key: &EcdsaKeyPair, claims: &Value) -> String {
    let text = unsigned(&json!({ "alg": "ES256", "kid": id }), claims);
    let signature = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", B64.encode(signature))
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

async fn refused(desk: &SharedDesk, jwt: &str, why: &str) {
    let verified = token::verify(desk, jwt).await;
    assert!(matches!(verified, Err(Error::Unauthenticated)), "{why}: {verified:?}");
}

async fn a_subject_becomes_one_person_at_first_use(db: &TestDb) {
    let key = ec();
    let issuer = Issuer::open(vec![rsa_jwk("one"), ec_jwk("two", &key)]).await;
    let (desk, _) = desk(db, &issuer);
    // Sixteen concurrent first tokens, half of them signed by another key.
    let tokens: Vec<_> = (0..16)
        .map(|number| {
            let claims = with(&issuer.claims(), "jti", json!(number));
            if number % 2 == 0 { rs256("one", &claims) } else { es256("two", &key, &claims) }
        })
        .collect();
    let verified = futures::future::join_all(tokens.iter().map(|jwt| token::verify(&desk, jwt))).await;
    let first = verified[0].as_ref().unwrap().clone();
    assert!(verified.iter().all(|actor| *actor.as_ref().unwrap() == first), "{verified:?}");
    assert_eq!(store::user::count_users(&desk.db).await.unwrap(), 1);
    assert!(first.email.ends_with("@identity.invalid") && first.session.is_none());
    assert_eq!(issuer.requests(), 1);
    // The standard audience claim counts as well, alone or among others.
    let usual = without(&issuer.claims(), "client_id");
    for audience in [json!(AUDIENCE), json!(["another", AUDIENCE])] {
        let jwt = rs256("one", &with(&usual, "aud", audience));
        assert_eq!(token::verify(&desk, &jwt).await.unwrap(), first);
    }
    let other = rs256("one", &with(&issuer.claims(), "sub", json!("subject-2")));
    assert_ne!(token::verify(&desk, &other).await.unwrap().user, first.user);
}

async fn tokens_with_invalid_claims_are_rejected(db: &TestDb) {
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let (desk, clock) = desk(db, &issuer);
    let good = issuer.claims();
    for (name, value) in [
        ("iss", json!("https://elsewhere.example")),
        ("iss", json!(format!("{}/", issuer.url))),
        ("exp", json!(NOW - 30)),
        ("exp", json!("soon")),
        ("nbf", json!(NOW + 31)),
        ("nbf", json!("now")),
        ("client_id", json!("another-client")),
        ("aud", json!("another-client")),
        ("aud", json!(["another-client"])),
        ("aud", json!({})),
        ("token_use", json!("id")),
        ("sub", json!("")),
        ("sub", json!("x".repeat(256))),
        ("sub", json!("a\u{0}b")),
    ] {
        refused(&desk, &rs256("one", &with(&good, name, value.clone())), &format!("{name}: {value}")).await;
    }
    for name in ["iss", "sub", "exp", "client_id", "token_use"] {
        refused(&desk, &rs256("one", &without(&good, name)), name).await;
    }
    refused(&desk, &rs256("unknown", &good), "an unknown key").await;
    let jwt = rs256("one", &good);
    let (text, _) = jwt.rsplit_once('.').unwrap();
    refused(&desk, &format!("{text}.{}", B64.encode([0; 256])), "another signature").await;
    refused(&desk, &format!("{text}."), "no signature").await;
    let padded = with(&good, "groups", json!("x".repeat(20_000)));
    refused(&desk, &rs256("one", &padded), "longer than any token").await;
    assert_eq!(store::user::count_users(&desk.db).await.unwrap(), 0);
    // Within the leeway on either side, and not a second longer.
    token::verify(&desk, &rs256("one", &with(&good, "nbf", json!(NOW + 30)))).await.unwrap();
    let late = rs256("one", &with(&good, "exp", json!(NOW - 29)));
    token::verify(&desk, &late).await.unwrap();
    clock.advance(SECOND);
    refused(&desk, &late, "its time is over").await;
}

async fn the_algorithm_is_the_keys(db: &TestDb) {
    let (key, jwk) = (ec(), rsa_jwk("one"));
    let encrypting = with(&with(&jwk, "kid", json!("encrypts")), "use", json!("enc"));
    let issuer = Issuer::open(vec![jwk.clone(), encrypting, json!({ "kty": "oct", "k": "AAAA" })]).await;
    let (desk, _) = desk(db, &issuer);
    let claims = issuer.claims();
    for algorithm in ["none", "HS256", "ES256", "EdDSA", "RS512"] {
        let text = unsigned(&json!({ "alg": algorithm, "kid": "one" }), &claims);
        refused(&desk, &format!("{text}."), algorithm).await;
        // Signed with the public key's text, as if it were a shared secret (algorithm confusion).
        let mac =
            aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwk["n"].as_str().unwrap().as_bytes());
        let tag = aws_lc_rs::hmac::sign(&mac, text.as_bytes());
        refused(&desk, &format!("{text}.{}", B64.encode(tag)), algorithm).await;
    }
    refused(&desk, &es256("one", &key, &claims), "another kind of key").await;
    refused(&desk, &rs256("encrypts", &claims), "a key for another purpose").await;
    token::verify(&desk, &rs256("one", &claims)).await.unwrap();
}

async fn keys_change_and_the_issuer_is_not_pestered(db: &TestDb) {
    let key = ec();
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let (desk, clock) = desk(db, &issuer);
    let claims = with(&issuer.claims(), "exp", json!(NOW + 100_000));
    let numbered = |number: u32| with(&claims, "jti", json!(number));
    token::verify(&desk, &rs256("one", &numbered(0))).await.unwrap();
    for made_up in 0..20 {
        refused(&desk, &rs256(&format!("made-up-{made_up}"), &claims), "made up").await;
    }
    assert_eq!(issuer.requests(), 1, "once a minute at most");
    issuer.served.lock().unwrap().keys = vec![ec_jwk("two", &key)];
    refused(&desk, &es256("two", &key, &numbered(1)), "not known yet").await;
    clock.advance(MINUTE);
    token::verify(&desk, &es256("two", &key, &numbered(2))).await.unwrap();
    assert_eq!(issuer.requests(), 2);
    refused(&desk, &rs256("one", &numbered(3)), "withdrawn").await;
    // A withdrawn key is detected even if no token names a new one.
    issuer.served.lock().unwrap().keys = vec![rsa_jwk("one")];
    clock.advance(HOUR);
    refused(&desk, &es256("two", &key, &numbered(4)), "withdrawn").await;
    token::verify(&desk, &rs256("one", &numbered(5))).await.unwrap();
}

async fn an_issuer_that_is_gone_keeps_its_known_keys(db: &TestDb) {
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let (desk, clock) = desk(db, &issuer);
    let claims = with(&issuer.claims(), "exp", json!(NOW + 100_000));
    let gone = |gone| issuer.served.lock().unwrap().gone = gone;
    gone(true);
    let early = token::verify(&desk, &rs256("one", &claims)).await;
    assert!(matches!(early, Err(Error::Unavailable { .. })), "{early:?}");
    gone(false);
    clock.advance(MINUTE);
    token::verify(&desk, &rs256("one", &claims)).await.unwrap();
    gone(true);
    clock.advance(2 * HOUR);
    let later = with(&claims, "jti", json!("later"));
    token::verify(&desk, &rs256("one", &later)).await.unwrap();
    refused(&desk, &rs256("two", &claims), "unknown, and the issuer cannot be asked").await;
}

async fn no_account_is_taken_over_by_an_email_address(db: &TestDb) {
    const ADA: &str = "ada@example.org";
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let (desk, _) = desk(db, &issuer);
    let origin = Origin::new([127, 0, 0, 1].into(), "");
    let ada = account::sign_up(&desk, origin.clone(), ADA, "correct horse battery").await.unwrap().actor;
    let vouched = |subject: &str, email: &str, verified: Value| {
        let claims = with(&with(&issuer.claims(), "sub", json!(subject)), "email", json!(email));
        rs256("one", &with(&claims, "email_verified", verified))
    };
    let same = token::verify(&desk, &vouched("a", "Ada@Example.org", json!(true))).await.unwrap();
    assert_ne!(same.user, ada.user);
    assert!(same.email.ends_with("@identity.invalid"), "{}", same.email);
    let unverified = token::verify(&desk, &vouched("b", "bob@example.org", json!(false))).await.unwrap();
    assert!(unverified.email.ends_with("@identity.invalid"));
    let verified = token::verify(&desk, &vouched("c", "bob@example.org", json!("true"))).await.unwrap();
    assert_eq!(verified.email, "bob@example.org");
    // A user without a password cannot sign in with one.
    for password in ["", "correct horse battery"] {
        let tried = account::sign_in(&desk, origin.clone(), "bob@example.org", password).await;
        assert!(matches!(tried, Err(Error::Fields(_))), "{tried:?}");
    }
}

async fn our_tokens_stay_valid(db: &TestDb) {
    let issuer = Issuer::open(Vec::new()).await;
    let (desk, _) = desk(db, &issuer);
    let origin = Origin::new([127, 0, 0, 1].into(), "");
    let ours = token::sign_up(&desk, origin, "ada@example.org", "correct horse battery").await.unwrap();
    assert_eq!(token::verify(&desk, &ours.access_token).await.unwrap().email, "ada@example.org");
    for nonsense in ["", "a", "a.b", "a.b.c", "....", "e30.e30.e30"] {
        refused(&desk, nonsense, nonsense).await;
    }
    assert_eq!(issuer.requests(), 0);
}
