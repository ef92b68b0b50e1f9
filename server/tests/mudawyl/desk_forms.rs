//! The forms of the trade page, posted as a browser posts them.

use super::{near, number};
use crate::common::{Person, TestServer};
use serde_json::{Value, json};
use service::{Origin, identity::account};
use store::testing::TestDb;

const TRADES: &str = "/v1/priv/trade";

/// A signed-in browser whose user has a manual futures key.
struct Browser {
    server: TestServer,
    ada: Person,
    key: String,
    cookie: String,
}

impl Browser {
    async fn open(db: &TestDb) -> Self {
        let server = TestServer::open(db).await;
        let ada = Person::sign_up(&server, "ada").await;
        let key = ada.key("FUTURES", "MANUAL").await;
        let origin = Origin::new([192, 0, 2, 1].into(), "Test/1.0");
        let email = "ada@example.org";
        let session = account::sign_in(&server.desk, origin, email, "correct horse battery").await.unwrap();
        let cookie = format!("slipstream={}", session.token);
        Self { server, ada, key, cookie }
    }

    /// Posts a form of the market BTC/USDT; returns the status and the answer for scripts.
    async fn post(&self, form: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let market = [("key", self.key.as_str()), ("symbol", "BTC/USDT")];
        let fields: Vec<_> = market.iter().chain(fields).collect();
        let base = &self.server.base;
        let request = http.post(format!("{base}/api/{form}")).header("cookie", &self.cookie);
        let request = request.header("origin", base.as_str()).header("accept", "application/json");
        let answer = request.form(&fields).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }

    /// Buys 0.05 BTC with a stop and further fields of the ticket.
    async fn buy(&self, more: &[(&str, &str)]) -> (u16, Value) {
        let (stop, target) = (near(&self.ada, 95).await.to_string(), near(&self.ada, 110).await.to_string());
        let order = [
            ("side", "BUY"),
            ("type", "MARKET"),
            ("sizing", "amount"),
            ("amount", "0.05"),
            ("stopTriggerPrice", &stop),
            ("stopTriggerType", "MARKET"),
            ("takeProfitPrices[0]", &target),
        ];
        let fields: Vec<_> = order.iter().chain(more).copied().collect();
        self.post("order-place", &fields).await
    }

    /// The only open trade.
    async fn trade(&self) -> Value {
        let items = self.ada.get(TRADES).await.ok(200)["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
        self.ada.get(&format!("{TRADES}/{}", items[0]["id"].as_str().unwrap())).await.ok(200)
    }
}

pub(crate) async fn the_ticket_opens_a_trade_with_its_automation(db: &TestDb) {
    let browser = Browser::open(db).await;
    let (status, refused) = browser.buy(&[("trailingPercent", "60"), ("breakevenAfter", "2")]).await;
    assert_eq!(status, 422);
    let mut fields: Vec<_> =
        refused["fields"].as_array().unwrap().iter().map(|problem| problem["field"].clone()).collect();
    fields.sort_by_key(ToString::to_string);
    assert_eq!(fields, ["breakevenAfter", "trailingPercent"], "{refused}");
    assert_eq!(browser.ada.get(TRADES).await.ok(200)["items"], json!([]), "nothing was sent");

    let settings =
        [("trailingPercent", "20"), ("breakevenAfter", "1"), ("timeLimit", "600"), ("trigger", "mark")];
    let (status, placed) = browser.buy(&settings).await;
    assert_eq!((status, &placed["notice"]), (200, &json!("order-placed")), "{placed}");
    let set = browser.trade().await["automation"]["settings"].clone();
    assert_eq!(number(&set["trailingPercent"]), domain::Decimal::from(20));
    assert_eq!(
        (&set["breakevenAfter"], &set["timeLimit"], &set["trigger"]),
        (&json!(1), &json!(600), &json!("mark"))
    );

    let (status, beside) = browser.buy(&[("timeLimit", "600")]).await;
    assert_eq!((status, &beside["notice"]), (200, &json!("order-placed")), "{beside}");
    let items = browser.ada.get(TRADES).await.ok(200)["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 2, "both trades share the position: {items}");
}

pub(crate) async fn a_form_of_an_older_version_is_refused_at_its_field(db: &TestDb) {
    let browser = Browser::open(db).await;
    assert_eq!(browser.buy(&[]).await.0, 200);
    let trade = browser.trade().await;
    let (id, version) = (trade["trade"]["id"].as_str().unwrap(), trade["version"].to_string());
    let [first, second] = [near(&browser.ada, 90).await, near(&browser.ada, 85).await];
    let [first, second] = [first.to_string(), second.to_string()];
    let identity = [("trade", id), ("version", version.as_str())];
    let with = |more: (&'static str, String)| -> Vec<(&str, String)> {
        let fields = identity.iter().map(|(name, value)| (*name, (*value).to_owned()));
        fields.chain([more]).collect()
    };
    let post = async |form: &str, fields: Vec<(&str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(form, &fields).await
    };
    assert_eq!(post("trade-stop", with(("stopTriggerPrice", first))).await.0, 200);
    for (form, field, value) in [
        ("trade-stop", "stopTriggerPrice", second.as_str()),
        ("trade-targets", "takeProfitPrices", ""),
        ("trade-automation", "timeLimit", "600"),
        ("trade-add", "addAmount", "0.01"),
    ] {
        let name = if form == "trade-targets" { "takeProfitPrices[0]" } else { field };
        let (status, refused) = post(form, with((name, value.to_owned()))).await;
        let expected = json!([{ "field": field, "problem": "ChangedMeanwhile" }]);
        assert_eq!((status, &refused["fields"]), (422, &expected), "{form}: {refused}");
    }
}
