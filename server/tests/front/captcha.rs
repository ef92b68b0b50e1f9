//! reCAPTCHA, with a stand-in for Google.

use super::call::{ADA, Front, PASSWORD, request};
use axum::{
    Form, Json, Router,
    body::Body,
    extract::State,
    http::{Method, StatusCode, header},
    routing::post,
};
use serde_json::{Value, json};
use service::platform::settings::{EdgeSettings, RecaptchaSettings, Secret};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};
use store::testing::TestDb;
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

store::each_engine!(
    changes_come_with_a_persons_token,
    implausible_tokens_are_rejected,
    an_unreachable_verifier_blocks_the_request,
);

const SECRET: &str = "known to the verifier";
const SIGN_IN: &str = "/v1/auth/sign-in";

/// Tokens that have been verified.
type Spent = Arc<Mutex<BTreeSet<String>>>;

/// A stand-in for Google: a token contains its score, and is valid once.
struct Verifier {
    url: String,
    server: JoinHandle<()>,
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn verify(State(spent): State<Spent>, Form(request): Form<HashMap<String, String>>) -> Json<Value> {
    let no = |code: &str| Json(json!({ "success": false, "error-codes": [code] }));
    if request["secret"] != SECRET {
        return no("invalid-input-secret");
    }
    let token = request["response"].clone();
    let Some(score) = token.split(':').next().and_then(|score| score.parse::<f64>().ok()) else {
        return no("invalid-input-response");
    };
    if request["remoteip"] != "127.0.0.1" || !spent.lock().unwrap().insert(token) {
        return no("timeout-or-duplicate");
    }
    Json(json!({ "success": true, "score": score, "action": "submit", "hostname": "app.example" }))
}

impl Verifier {
    async fn open() -> Self {
        let app = Router::new().route("/siteverify", post(verify)).with_state(Spent::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/siteverify", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, server }
    }
}

fn front(db: &TestDb, verify_url: &str, secret: &str) -> Front {
    let (secret, verify_url) = (Secret(secret.to_owned()), verify_url.to_owned());
    let recaptcha = Some(RecaptchaSettings { secret, verify_url, floor: "0.5".parse().unwrap() });
    Front::edge(db, EdgeSettings { recaptcha, ..EdgeSettings::default() })
}

async fn sign_in(front: &Front, tokens: &[&str]) -> super::call::FullResponse {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(tokens.iter().map(|token| ("recaptcha-token-v3", *token)));
    let body = json!({ "email": ADA, "password": PASSWORD }).to_string();
    front.call(request(Method::POST, SIGN_IN, &headers, Body::from(body))).await
}

async fn changes_come_with_a_persons_token(db: &TestDb) {
    let verifier = Verifier::open().await;
    let front = front(db, &verifier.url, SECRET);
    let ada = front.token(ADA).await;
    assert_eq!(sign_in(&front, &["0.5:a"]).await.status, StatusCode::OK);
    assert_eq!(sign_in(&front, &["0.9:b"]).await.status, StatusCode::OK);
    for (method, path) in [
        (Method::POST, "/v1/priv/account/exchange/key"),
        (Method::PUT, "/v1/priv/account/exchange/key/0199c0de-0000-7000-8000-000000000000"),
        (Method::DELETE, "/v1/priv/account/exchange/key/0199c0de-0000-7000-8000-000000000000"),
    ] {
        let call = async |authorization: &str, token: &str| {
            let headers = [
                ("authorization", authorization),
                ("content-type", "application/json"),
                ("recaptcha-token-v3", token),
            ];
            front.call(request(method.clone(), path, &headers, Body::from("{}"))).await
        };
        assert_eq!(
            call("nobody", "0.9:never asked about").await.status,
            StatusCode::UNAUTHORIZED,
            "{method}"
        );
        let refused = call(&ada, "0.1:robot").await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()),
            (403, json!({ "message": "forbidden" })),
            "{method}"
        );
        let token = format!("0.8:{method}");
        let received = call(&ada, &token).await.status.as_u16();
        assert!(matches!(received, 404 | 422), "{method}: {received}");
        assert_eq!(call(&ada, &token).await.status, StatusCode::FORBIDDEN, "a token counts once");
    }
    // Reads, webhooks, other surfaces and the browser's own forms need no token.
    let list = "/v1/priv/account/exchange/key/list";
    assert_eq!(front.get(list, &[("authorization", &ada)]).await.status, StatusCode::OK);
    let hook = front.post_json(&format!("/v1/hook/strategy/{}", "a".repeat(43)), &json!({})).await;
    assert_ne!(hook.status, StatusCode::FORBIDDEN);
    let form = format!("email=bob%40example.org&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(front.post_form("/api/sign-up", &form, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(front.post_json("/api/v1/accounts", &json!({})).await.status, StatusCode::UNAUTHORIZED);
}

async fn implausible_tokens_are_rejected(db: &TestDb) {
    let verifier = Verifier::open().await;
    let front = front(db, &verifier.url, SECRET);
    front.token(ADA).await;
    let long = "0".repeat(9_000);
    for tokens in
        [&[] as &[&str], &[""], &["nonsense"], &["0.49:a"], &["-1:a"], &[&long], &["0.9:a", "0.9:b"]]
    {
        let answer = sign_in(&front, tokens).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (403, json!({ "message": "forbidden" })));
    }
    assert_eq!(sign_in(&front, &["0.9:a"]).await.status, StatusCode::OK, "two tokens were not asked about");
    // Without a secret no token is required.
    let usual = Front::new(db);
    assert_eq!(sign_in(&usual, &[]).await.status, StatusCode::OK);
}

async fn an_unreachable_verifier_blocks_the_request(db: &TestDb) {
    let verifier = Verifier::open().await;
    // A port where nothing listens, and the secret of another installation.
    let silent = TcpSocket::new_v4().unwrap();
    silent.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let gone = format!("http://{}/siteverify", silent.local_addr().unwrap());
    let elsewhere = verifier.url.replace("siteverify", "nowhere");
    for (url, secret) in [(gone.as_str(), SECRET), (&elsewhere, SECRET), (&verifier.url, "another")] {
        let answer = sign_in(&front(db, url, secret), &["0.9:a"]).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{url}");
        assert_eq!(answer.header(header::RETRY_AFTER), "5");
    }
}
