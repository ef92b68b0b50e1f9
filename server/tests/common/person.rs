//! A user of `/v1`.

use super::TestServer;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A caller, with or without a JWT.
#[derive(Clone)]
pub(crate) struct Person {
    base: String,
    http: reqwest::Client,
    pub(crate) token: Option<String>,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl HttpAnswer {
    /// Asserts the status and returns the body.
    #[track_caller]
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).expect("JSON") }
    }

    /// Asserts a business rejection (433) with this code.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) {
        let body = self.ok(433);
        let error = body["error"].as_str().unwrap();
        assert!(error.ends_with(&format!(" ({code})")), "{error} is not {code}");
        assert_eq!(body.as_object().unwrap().len(), 1);
    }

    /// Asserts a 422 with exactly this field and text.
    #[track_caller]
    pub(crate) fn problem(&self, field: &str, text: &str) {
        let body = self.ok(422);
        let errors = body["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{}", self.text);
        assert_eq!((&errors[0]["param"], &errors[0]["msg"]), (&json!(field), &json!(text)));
    }

    /// Asserts the document's 404.
    #[track_caller]
    pub(crate) fn not_found(&self) {
        assert_eq!((self.status, self.text.as_str()), (404, r#"{"message":"route not found"}"#));
    }
}

/// Returns the token with one character of its signature replaced by another.
pub(crate) fn forged(token: &str) -> String {
    // All six bits of this character count. The last one of a signature also has padding bits.
    let (head, tail) = token.split_at(token.len() - 6);
    format!("{head}{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..])
}

impl Person {
    /// A caller without credentials.
    pub(crate) fn anonymous(server: &TestServer) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { base: server.base.clone(), http, token: None }
    }

    /// Signs up a new user.
    pub(crate) async fn sign_up(server: &TestServer, name: &str) -> Self {
        let mut person = Self::anonymous(server);
        let body = json!({"email": format!("{name}@example.org"), "password": "correct horse battery"});
        let tokens = person.post("/v1/auth/sign-up", body).await.ok(200);
        person.token = tokens["accessToken"].as_str().map(ToOwned::to_owned);
        assert!(person.token.is_some(), "{tokens}");
        person
    }

    /// The same user with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> HttpAnswer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> HttpAnswer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> HttpAnswer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str, body: Option<Value>) -> HttpAnswer {
        let request = self.request(Method::DELETE, path);
        self.send(if let Some(body) = body { request.json(&body) } else { request }).await
    }

    /// Starts a request for the caller to complete.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.header("authorization", token),
            None => request,
        }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> HttpAnswer {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        HttpAnswer { status, text: response.text().await.expect("text") }
    }

    /// Opens a sandbox account and returns its key and secret.
    pub(crate) async fn sandbox_account(&self) -> (String, String) {
        let opened = self.post("/v1/priv/account/exchange/sandbox", json!({})).await.ok(200);
        let text = |field: &str| opened[field].as_str().unwrap().to_owned();
        (text("apiKey"), text("apiSecretKey"))
    }

    /// Opens a sandbox account and connects it; returns the key's id.
    pub(crate) async fn key(&self, trade: &str, strategy: &str) -> String {
        let (api_key, secret) = self.sandbox_account().await;
        let body = json!({
            "exchangeId": "BINANCE", "tradeType": trade, "strategyType": strategy, "name": "Test",
            "apiKey": api_key, "apiSecretKey": secret,
        });
        let key = self.post("/v1/priv/account/exchange/key", body).await.ok(200);
        key["id"].as_str().unwrap().to_owned()
    }
}
