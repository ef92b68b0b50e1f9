//! Names chosen by users appear on many pages. No page may interpret them as markup.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

use crate::common::{Person, TestServer};
use reqwest::Client;
use serde_json::{Value, json};
use service::{Origin, identity::account};
use std::collections::BTreeMap;
use store::testing::TestDb;

store::each_engine!(no_page_takes_a_name_for_markup);

/// As short as the shortest limit of a name, and it closes every element that contains a name.
const NAME: &str = "</title><b>X";
/// The markup that the page would contain if the name were not escaped.
const RAW: &str = "<b>X";
const MODERATE: &str = "3dc38f3d-4b4e-43b3-a102-e250b7cd3551";

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

async fn cookie(server: &TestServer, email: &str) -> String {
    let origin = Origin::new([127, 0, 0, 1].into(), "<b>X");
    let session = account::sign_in(&server.desk, origin, email, "correct horse battery").await.unwrap();
    format!("slipstream={}", session.token)
}

async fn no_page_takes_a_name_for_markup(db: &TestDb) {
    let server = TestServer::open(db).await;
    let admin = Person::sign_up(&server, "admin").await;
    account::make_admin(&server.desk, "admin@example.org").await.unwrap();
    let strategy = json!({"name": NAME, "description": NAME, "symbol": "BTC/USDT", "active": true});
    let strategy = id(&admin.post("/v1/admin/strategy", strategy).await.ok(200));
    // The admin also trades, so one user sees every page.
    let key = admin.key("FUTURES", "AUTOMATED").await;
    let manual = admin.key("FUTURES", "MANUAL").await;
    for key in [&key, &manual] {
        admin.put(&format!("/v1/priv/account/exchange/key/{key}"), json!({"name": NAME})).await.ok(200);
    }
    let follow = json!({"strategyAutomatedId": strategy, "strategyRiskProfileId": MODERATE});
    let follow =
        id(&admin.post(&format!("/v1/priv/strategy/follow/exchange/key/{key}"), follow).await.ok(200));
    admin.post("/v1/priv/api-client", json!({"name": NAME, "permissions": ["ACCOUNTS_READ"]})).await.ok(200);
    let signal = json!({"action": "exit"});
    let signal = admin.post(&format!("/v1/admin/strategy/{strategy}/signal"), signal).await;
    let signal: Value = serde_json::from_str(&signal.text).unwrap_or_default();
    let signal = signal["id"].as_str().unwrap_or("0199c0de-0000-7000-8000-000000000000").to_owned();

    let ids = BTreeMap::from([
        ("/strategies/{id}", strategy.as_str()),
        ("/strategies/{id}/follow", &strategy),
        ("/strategies/{id}/execution", &strategy),
        ("/follows/{id}", &follow),
        ("/admin/strategies/{id}", &strategy),
        ("/admin/signals/{id}", &signal),
        ("/keys/{id}", &key),
    ]);
    let queries = BTreeMap::from([
        ("/keys/delete", format!("id={key}")),
        ("/follows/stop", format!("id={follow}")),
        ("/follows/panic", format!("key={key}")),
        ("/trade", format!("key={manual}&symbol=%3C%2Ftitle%3E%3Cb%3EX&side=%3Cb%3EX")),
        ("/strategies/{id}/follow", format!("key={key}&share=%3Cb%3EX")),
        ("/sign-in", "next=%2F%3C%2Ftitle%3E%3Cb%3EX".to_owned()),
        ("/reset", "token=%3C%2Ftitle%3E%3Cb%3EX".to_owned()),
        ("/history", "symbol=%3C%2Ftitle%3E%3Cb%3EX&of=orders".to_owned()),
        ("/copies", format!("key={key}&status=%3Cb%3EX")),
    ]);
    let browser = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let theirs = cookie(&server, "admin@example.org").await;
    let (mut escaped, mut in_titles) = (0, 0);
    for (path, _) in app::routes::PAGES {
        let at =
            path.replace("{id}", ids.get(path).copied().unwrap_or("0199c0de-0000-7000-8000-000000000000"));
        for query in [None, queries.get(path)] {
            let query = query.map_or(String::new(), |query| format!("?{query}"));
            let page = browser.get(format!("{}{at}{query}", server.base)).header("cookie", &theirs);
            let text = page.send().await.unwrap().text().await.unwrap();
            assert!(text.contains("<title>"), "{path}{query}: {text}");
            assert!(!text.contains(RAW), "{path}{query} takes a name for markup: {text}");
            let (head, body) = text.split_once("</title>").unwrap();
            in_titles += usize::from(head.contains("&lt;b&gt;X"));
            escaped += usize::from(body.contains("&lt;b"));
        }
    }
    assert!(in_titles >= 5 && escaped >= 8, "the name is in {in_titles} titles and on {escaped} pages");
}
