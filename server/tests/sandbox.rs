//! The desk's requests to the sandbox outside Binance's protocol.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test fails")]

use crate::common::{HttpAnswer, Person, TestServer};
use domain::Micros;
use serde_json::json;
use service::platform::settings::Settings;
use store::testing::TestDb;

async fn the_desk_knows_what_plays(db: &TestDb) {
    let server = TestServer::open(db).await;
    let playing = service::trading::market::playing(&server.desk).await.unwrap().unwrap();
    assert_eq!(playing.hour, Micros::from_date("2020-10-01").unwrap());
    let synthetic: Vec<_> = playing.synthetic.iter().map(ToString::to_string).collect();
    assert_eq!(synthetic[..3], ["ETH/USDT", "SOL/USDT", "XRP/USDT"]);
    let made_up = sandbox::market::Pair::ALL.into_iter().filter(|pair| pair.synthetic());
    assert_eq!(synthetic, made_up.map(|pair| pair.symbol().to_string()).collect::<Vec<_>>());
}

/// Opens a paper account with this much less than the usual funds in its futures wallet, and connects it.
async fn connect(server: &TestServer, person: &Person, less: &str) -> HttpAnswer {
    let (api_key, secret) = person.sandbox_account().await;
    if less != "0" {
        let funds = json!({"wallet": "FUTURES", "amount": format!("-{less}"), "reference": api_key});
        let moved = server.control(&format!("accounts/{api_key}/funds"), &funds).await;
        assert_eq!(moved["moved"], true, "{moved}");
    }
    let key = json!({
        "exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": "AUTOMATED", "name": "Test",
        "apiKey": api_key, "apiSecretKey": secret,
    });
    person.post("/v1/priv/account/exchange/key", key).await
}

async fn plans_limit_paper_accounts_on_request(db: &TestDb) {
    let settings = Settings { sandbox_plan_limits: true, ..Settings::default() };
    let server = TestServer::with(db, settings).await;
    let ada = Person::sign_up(&server, "ada").await;
    // FREE has one key and 500 USD.
    connect(&server, &ada, "0").await.refused("2129b");
    connect(&server, &ada, "9900").await.ok(200);
    connect(&server, &ada, "9900").await.refused("2129a");
    // BASIC has two keys and 2,500 USD, which all accounts share.
    service::identity::plan::assign_plan(&server.desk, "ada@example.org", "BASIC").await.unwrap();
    connect(&server, &ada, "7500").await.refused("2129b");
    connect(&server, &ada, "7600").await.ok(200);
    connect(&server, &ada, "9900").await.refused("2129a");
}

async fn plans_limit_no_paper_account_otherwise(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    for _ in 0..3 {
        connect(&server, &ada, "0").await.ok(200);
    }
}

store::each_engine![
    the_desk_knows_what_plays,
    plans_limit_paper_accounts_on_request,
    plans_limit_no_paper_account_otherwise,
];
