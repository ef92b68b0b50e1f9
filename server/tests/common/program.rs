//! An API client that calls the other surfaces.

use super::{HttpAnswer, Person, TestServer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;

/// Builds a multipart body; returns its content type and text.
pub(crate) fn multipart(fields: &[(&str, &str)]) -> (&'static str, String) {
    let part = |(name, value): &(&str, &str)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = fields.iter().map(part).collect::<String>() + "--b--\r\n";
    ("multipart/form-data; boundary=b", body)
}

/// A program with an API client's credentials.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) login: String,
    /// Its Currencycloud token, once it has signed in.
    pub(crate) token: String,
}

impl Program {
    /// Creates an API client with these permissions.
    pub(crate) async fn of(person: &Person, server: &TestServer, permissions: &[&str]) -> Self {
        let body = json!({"name": "Test", "permissions": permissions});
        Self::with(person, server, body).await
    }

    /// Creates an API client from a request body.
    pub(crate) async fn with(person: &Person, server: &TestServer, body: Value) -> Self {
        let made = person.post("/v1/priv/api-client", body).await.ok(200);
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Self {
            base: server.base.clone(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            id: text("id"),
            key: text("apiKey"),
            secret: text("apiSecret"),
            login: text("loginId"),
            token: String::new(),
        }
    }

    /// A request without credentials.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> HttpAnswer {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        HttpAnswer { status, text: response.text().await.unwrap() }
    }

    // ---- Lumetrade

    /// A request with key and secret.
    pub(crate) fn lumetrade(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.request(method, &format!("/api/v1{path}"));
        request.header("X-API-KEY", &self.key).header("x-api-secret", &self.secret)
    }

    pub(crate) async fn open(&self, currency: &str) -> HttpAnswer {
        let request = self.lumetrade(Method::POST, "/accounts");
        self.send(request.json(&json!({"currency": currency}))).await
    }

    pub(crate) async fn read(&self, path: &str) -> HttpAnswer {
        self.send(self.lumetrade(Method::GET, path)).await
    }

    // ---- Currencycloud

    /// Signs in and returns the program with its token.
    pub(crate) async fn signed_in(&self) -> Self {
        let form = [("login_id", self.login.as_str()), ("api_key", self.secret.as_str())];
        let request = self.request(Method::POST, "/v2/authenticate/api").form(&form);
        let answer = self.send(request).await.ok(200);
        let token = answer["auth_token"].as_str().unwrap().to_owned();
        Self { token, ..self.clone() }
    }

    /// A request with the token.
    pub(crate) fn cloud(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, &format!("/v2{path}")).header("X-Auth-Token", &self.token)
    }

    /// Posts a form.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> HttpAnswer {
        self.send(self.cloud(Method::POST, path).form(fields)).await
    }

    pub(crate) async fn cloud_get(&self, path: &str) -> HttpAnswer {
        self.send(self.cloud(Method::GET, path)).await
    }

    // ---- 3Commas

    /// The HMAC signature of a text.
    pub(crate) fn sign(&self, text: impl AsRef<[u8]>) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        hex::encode(mac.chain_update(text).finalize().into_bytes())
    }

    /// A request signed as the official documentation describes: `path?query`, or `path?` and body.
    pub(crate) fn signed(&self, method: Method, target: &str, json: Option<&Value>) -> RequestBuilder {
        let body = json.map(Value::to_string);
        let text = match &body {
            Some(body) => format!("{target}?{body}"),
            None => target.to_owned(),
        };
        let request = self.request(method, target);
        let request = request.header("APIKEY", &self.key).header("signature", self.sign(&text));
        match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        }
    }

    pub(crate) async fn get(&self, target: &str) -> HttpAnswer {
        self.send(self.signed(Method::GET, target, None)).await
    }

    pub(crate) async fn post(&self, target: &str, body: Value) -> HttpAnswer {
        self.send(self.signed(Method::POST, target, Some(&body))).await
    }
}
