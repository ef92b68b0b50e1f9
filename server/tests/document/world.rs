//! A user who has one of everything, and another who has nothing.

use super::operation::Operation;
use crate::common::{HttpAnswer, Person, TestServer, program::Program};
use reqwest::Method;
use serde_json::{Map, Value, json};
use server::rest::surface::Surface;
use service::platform::settings::{Limit, Settings, Throttles};
use store::testing::TestDb;

/// A user and their API client.
pub(super) struct Caller {
    pub(super) person: Person,
    pub(super) program: Program,
}

/// A request body: its content type and bytes.
pub(super) type Sent = Option<(String, Vec<u8>)>;

/// Encodes an example as a body of a content type.
pub(super) fn written(kind: &str, fields: &Map<String, Value>) -> Sent {
    let bytes = if kind == "application/json" {
        Value::Object(fields.clone()).to_string()
    } else {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let given = fields.iter().filter(|(_, value)| !value.is_null());
        serde_urlencoded::to_string(given.map(|(name, value)| (name, text(value))).collect::<Vec<_>>())
            .unwrap()
    };
    Some((kind.to_owned(), bytes.into_bytes()))
}

impl Caller {
    async fn new(server: &TestServer, name: &str) -> Self {
        let person = Person::sign_up(server, name).await;
        let all: Vec<_> = domain::Permission::ALL.iter().map(|permission| permission.word()).collect();
        let program = Program::of(&person, server, &all).await.signed_in().await;
        Self { person, program }
    }

    /// Calls a path of a surface with its credentials.
    pub(super) async fn call(
        &self,
        surface: Surface,
        method: Method,
        target: &str,
        sent: Sent,
    ) -> HttpAnswer {
        let request = match surface {
            Surface::Mudawyl => self.person.request(method, target),
            Surface::Lumetrade => self.program.lumetrade(method, target.strip_prefix("/api/v1").unwrap()),
            Surface::Currencycloud => self.program.cloud(method, target.strip_prefix("/v2").unwrap()),
            Surface::ThreeCommas => {
                let mut text = target.as_bytes().to_vec();
                if let Some((_, bytes)) = sent.as_ref().filter(|(_, bytes)| !bytes.is_empty()) {
                    text.push(b'?');
                    text.extend(bytes);
                }
                let request = self.program.request(method, target);
                request.header("Apikey", &self.program.key).header("Signature", self.program.sign(&text))
            }
        };
        self.person
            .send(match sent {
                Some((kind, bytes)) => request.header("content-type", kind).body(bytes),
                None => request,
            })
            .await
    }
}

/// Ada has everything, Bob only an API client.
pub(super) struct World {
    pub(super) server: TestServer,
    pub(super) operations: Vec<Operation>,
    pub(super) ada: Caller,
    pub(super) bob: Caller,
    key: String,
    trade: String,
    preset: String,
    automated: String,
    follow: String,
    source: String,
    webhook: String,
    rule: String,
    number: String,
    currency: String,
    sub_account: String,
    strategy: String,
    profile: String,
    hook: String,
}

/// Settings whose rate limits exceed what a test sends.
fn patient() -> Settings {
    let plenty = Limit::per_minutes(1_000_000, 1);
    let throttles = Throttles {
        address: plenty,
        account: plenty,
        reset: plenty,
        programs: plenty,
        client: plenty,
        ..Throttles::default()
    };
    Settings { throttles, local_webhooks: true, ..Settings::default() }
}

impl World {
    pub(super) async fn new(db: &TestDb) -> Self {
        let server = TestServer::with(db, patient()).await;
        service::following::strategy::seed(&server.desk).await.unwrap();
        let (ada, bob) = (Caller::new(&server, "ada").await, Caller::new(&server, "bob").await);
        let operations = super::operation::all(&server.desk);
        let mut world = Self {
            key: ada.person.key("FUTURES", "MANUAL").await,
            trade: String::new(),
            preset: String::new(),
            automated: ada.person.key("FUTURES", "AUTOMATED").await,
            follow: String::new(),
            source: String::new(),
            webhook: String::new(),
            rule: String::new(),
            number: String::new(),
            currency: String::new(),
            sub_account: String::new(),
            strategy: service::following::strategy::list_strategies(&server.desk).await.unwrap()[0]
                .id
                .to_string(),
            profile: service::following::strategy::risk_profiles(&server.desk).await.unwrap()[0]
                .id
                .to_string(),
            hook: "nobodys".to_owned(),
            server,
            operations,
            ada,
            bob,
        };
        world.trade().await;
        world.accounts().await;
        world
    }

    async fn trade(&mut self) {
        let ada = &self.ada.person;
        let chosen = json!({"strategyAutomatedId": self.strategy, "strategyRiskProfileId": self.profile});
        let path = format!("/v1/priv/strategy/follow/exchange/key/{}", self.automated);
        let follow = text(&ada.post(&path, chosen).await.ok(200)["id"]);
        let order = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.01"});
        ada.post(&format!("/v1/priv/exchange/order/{}", self.key), order).await.ok(200);
        let source = json!({"name": "Mine", "symbol": "BTC/USDT", "stopPercent": 2});
        self.source = text(&ada.post("/v1/priv/strategy/source", source).await.ok(200)["id"]);
        let webhook = json!({"name": "Mine", "url": "http://127.0.0.1:9/", "topics": ["rule"]});
        self.webhook = text(&ada.post("/v1/priv/webhook", webhook).await.ok(200)["id"]);
        let rule =
            json!({"level": "PERSON", "kind": "OPEN_POSITIONS", "threshold": 9, "action": "STOP_ENTRIES"});
        self.rule = text(&ada.post("/v1/priv/risk-rule", rule).await.ok(200)["id"]);
        let preset = json!({"name": "Mine", "amount": 0.01});
        self.preset = text(&ada.post("/v1/priv/trade/preset", preset).await.ok(200)["id"]);
        self.follow = follow;
        self.trade = text(&ada.get("/v1/priv/trade").await.ok(200)["items"][0]["id"]);
    }

    async fn accounts(&mut self) {
        let program = &self.ada.program;
        let number = text(&program.get("/ver1/accounts").await.ok(200)[0]["id"]);
        let currency = text(&program.open("ZAR").await.ok(201)["id"]);
        let fields = [
            ("account_name", "Acme"),
            ("legal_entity_type", "company"),
            ("street", "1 Long Street"),
            ("city", "Cape Town"),
            ("postal_code", "8001"),
            ("country", "ZA"),
        ];
        let made = text(&program.form("/accounts/create", &fields).await.ok(200)["id"]);
        (self.number, self.currency, self.sub_account) = (number, currency, made);
    }

    /// Makes Ada an operator with a strategy that has a webhook.
    pub(super) async fn promote(&mut self) {
        service::identity::account::make_admin(&self.server.desk, "ada@example.org").await.unwrap();
        let ada = &self.ada.person;
        let body = json!({"name": "Outside", "symbol": "BTC/USDT", "active": true});
        let strategy = text(&ada.post("/v1/admin/strategy", body).await.ok(200)["id"]);
        let opened = ada.post(&format!("/v1/admin/strategy/{strategy}/hook"), json!({})).await.ok(200);
        self.hook = text(&opened["token"]);
    }

    /// Calls an operation with the document's examples and an id. Strategies and profiles are real ones.
    pub(super) async fn examples(&self, caller: &Caller, operation: &Operation, thing: &str) -> HttpAnswer {
        let sent = operation.body().and_then(|(kind, fields)| {
            let mut fields = fields.clone();
            for (name, real) in
                [("strategyAutomatedId", &self.strategy), ("strategyRiskProfileId", &self.profile)]
            {
                fields.entry(name).and_modify(|id| *id = json!(real));
            }
            written(kind, &fields)
        });
        caller.call(operation.surface(), operation.method.clone(), &operation.target(thing), sent).await
    }

    /// Ada's id for a path.
    ///
    /// # Panics
    /// If the path's kind of id is unknown.
    pub(super) fn thing(&self, path: &str) -> &str {
        let kinds: [(&str, &str); 16] = [
            ("/v1/priv/account/exchange/key/{id}", &self.key),
            ("/v1/priv/exchange/order/{id}", &self.key),
            ("/v1/priv/trade/{id}", &self.trade),
            ("/v1/priv/trade/preset/{id}", &self.preset),
            ("/v1/priv/exchange/trade/{id}", &self.key),
            ("/v1/priv/exchange/position/{id}", &self.key),
            ("/v1/priv/strategy/follow/exchange/key/{id}", &self.automated),
            ("/v1/priv/strategy/follow/{id}", &self.follow),
            ("/v1/priv/strategy/source/{id}", &self.source),
            ("/v1/priv/webhook/{id}", &self.webhook),
            ("/v1/priv/risk-rule/{id}", &self.rule),
            ("/v1/priv/api-client/{id}", &self.ada.program.id),
            ("/ver1/accounts/{id}", &self.number),
            ("/api/v1/accounts/{id}", &self.currency),
            ("/api/v1/accounts/currency/{currency}", "ZAR"),
            ("/v2/accounts/{id}", &self.sub_account),
        ];
        let found = kinds.iter().find(|(start, _)| path.starts_with(start));
        let advice = "say in server/tests/document/world.rs of what kind of thing its parameter is";
        found.unwrap_or_else(|| panic!("{path}: {advice}, so that no user reaches another's")).1
    }

    /// An id for any path: Ada's, or a public one.
    pub(super) fn any(&self, path: &str) -> &str {
        if path.starts_with("/v1/pub/strategy/") || path.starts_with("/v1/admin/strategy/") {
            &self.strategy
        } else if path.starts_with("/v1/hook/") {
            &self.hook
        } else if path.starts_with("/v1/admin/") {
            "46a19fb1-4e90-4736-b820-257c947fd694"
        } else {
            self.thing(path)
        }
    }

    /// All private data that Ada can read.
    pub(super) async fn snapshot(&self) -> Vec<(String, HttpAnswer)> {
        let mut seen = Vec::new();
        for operation in self.operations.iter().filter(|o| o.private() && o.method == Method::GET) {
            let thing = if operation.names() { self.thing(&operation.path) } else { "" };
            let answer = self.examples(&self.ada, operation, thing).await;
            assert!((200..300).contains(&answer.status), "{operation}: {answer:?}");
            seen.push((operation.to_string(), answer));
        }
        seen
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
