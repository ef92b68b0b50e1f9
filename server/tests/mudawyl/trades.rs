//! Trades by their ids: listed, changed, closed.

use super::{NOBODYS, near, number};
use crate::common::{HttpAnswer, Person, TestServer};
use reqwest::Method;
use serde_json::{Value, json};
use store::testing::TestDb;

const TRADES: &str = "/v1/priv/trade";

/// A user with an open trade of 0.05 BTC whose stop is at 95 % of the price.
struct Trading {
    server: TestServer,
    ada: Person,
    path: String,
}

impl Trading {
    async fn open(db: &TestDb) -> Self {
        let server = TestServer::open(db).await;
        let ada = Person::sign_up(&server, "ada").await;
        let key = ada.key("FUTURES", "MANUAL").await;
        let order = json!({
            "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.05",
            "stopTriggerPrice": near(&ada, 95).await, "stopTriggerType": "MARKET",
        });
        ada.post(&format!("/v1/priv/exchange/order/{key}"), order).await.ok(200);
        let items = ada.get(TRADES).await.ok(200)["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
        let path = format!("{TRADES}/{}", items[0]["id"].as_str().unwrap());
        Self { server, ada, path }
    }

    async fn get(&self) -> Value {
        self.ada.get(&self.path).await.ok(200)
    }

    async fn change(&self, body: Value) -> HttpAnswer {
        self.ada.send(self.ada.request(Method::PATCH, &self.path).json(&body)).await
    }

    async fn change_version(&self, version: &Value, body: Value) -> HttpAnswer {
        let request =
            self.ada.request(Method::PATCH, &self.path).header("if-match", format!("\"{version}\""));
        self.ada.send(request.json(&body)).await
    }

    async fn close(&self, body: Value) -> HttpAnswer {
        self.ada.post(&format!("{}/close", self.path), body).await
    }
}

pub(crate) async fn a_trade_is_changed_and_closed_by_its_id(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, before) = (&trading.ada, trading.get().await);
    assert_eq!(before["trade"]["status"], "OPEN", "{before}");
    assert_eq!(number(&before["trade"]["amount"]), domain::Decimal::new(5, 2));
    let (stop, first, second) = (near(ada, 97).await, near(ada, 102).await, near(ada, 103).await);
    let targets = json!([{"price": first, "share": 0.6}, {"price": second, "share": 0.4}]);
    let body = json!({"stop": {"price": stop}, "takeProfits": targets, "note": "breakout", "tags": ["btc"]});
    let changed = trading.change(body).await.ok(200);
    assert_eq!(changed["stop"], json!({"price": stop, "type": "MARKET", "limitPrice": null}));
    assert_eq!(changed["takeProfits"], targets);
    assert_eq!((&changed["trade"]["note"], &changed["trade"]["tags"]), (&json!("breakout"), &json!(["btc"])));
    let history = changed["changes"].as_array().unwrap();
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(history[0]["after"]["stop"]["price"], stop);
    assert_eq!(history[0]["before"]["stop"], before["stop"]);

    let removed =
        trading.change(json!({"stop": null, "confirmNoStop": true, "takeProfits": []})).await.ok(200);
    assert_eq!((&removed["stop"], &removed["takeProfits"]), (&Value::Null, &json!([])));

    assert_eq!(trading.close(json!({"share": 0.4})).await.status, 204);
    // Changes of the same millisecond are in no particular order.
    let changes = trading.get().await["changes"].as_array().unwrap().clone();
    let reduced = changes.iter().find(|change| change["kind"] == "REDUCE").unwrap();
    assert_eq!(reduced["by"], history[0]["by"], "{reduced}");
    assert_eq!(number(&reduced["before"]["amount"]), domain::Decimal::new(5, 2));
    assert_eq!(number(&reduced["after"]["amount"]), domain::Decimal::new(3, 2));
    assert_eq!(trading.close(json!({"amount": 0.03})).await.status, 204);
    assert_eq!(trading.close(json!({"amount": 0.03})).await.status, 404, "nothing is left");
}

pub(crate) async fn of_two_changes_of_one_version_the_second_is_412(db: &TestDb) {
    let trading = Trading::open(db).await;
    let version = trading.get().await["version"].clone();
    let (first, second) = (near(&trading.ada, 96).await, near(&trading.ada, 97).await);
    trading.change_version(&version, json!({"stop": {"price": first}})).await.ok(200);
    let stale = trading.change_version(&version, json!({"stop": {"price": second}})).await;
    assert_eq!(stale.ok(412)["message"], "was changed meanwhile");
    let stale = trading.change_version(&version, json!({"note": "late"})).await;
    assert_eq!(stale.status, 412);
    let now = trading.get().await;
    assert_eq!((&now["stop"]["price"], &now["trade"]["note"]), (&first, &json!("")));
    trading.change_version(&now["version"], json!({"note": "in time"})).await.ok(200);
    assert_eq!(trading.change_version(&json!("nothing"), json!({"note": "no version"})).await.status, 412);
    let long = trading.change_version(&json!("nothing"), json!({"note": "0".repeat(2_001)})).await;
    assert_eq!(long.status, 422, "a wrong field is reported whatever the version");
}

pub(crate) async fn a_close_is_repeated_with_its_key_and_meets_no_later_trade(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, path) = (&trading.ada, format!("{}/close", trading.path));
    let close = async |key: &str| {
        let request = ada.request(Method::POST, &path).header("idempotency-key", key);
        ada.send(request.json(&json!({"share": 1}))).await.status
    };
    let eve = Person::sign_up(&trading.server, "eve").await;
    eve.get(&trading.path).await.not_found();
    for (method, path) in [(Method::PATCH, &trading.path), (Method::POST, &path)] {
        let body = json!({"share": 1, "note": "mine"});
        eve.send(eve.request(method, path).json(&body)).await.not_found();
    }
    assert_eq!(close("once").await, 204);
    assert_eq!(close("once").await, 204, "the answer was lost, and the request is repeated");
    assert_eq!(close("twice").await, 404);

    let key = trading.get().await["trade"]["exchangeKeyId"].as_str().unwrap().to_owned();
    let order = json!({"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.02"});
    ada.post(&format!("/v1/priv/exchange/order/{key}"), order).await.ok(200);
    assert_eq!(close("late").await, 404);
    let position = ada.get(&format!("/v1/priv/exchange/position/{key}?symbol=BTC/USDT")).await.ok(200);
    assert_eq!(number(&position["contracts"]), domain::Decimal::new(2, 2), "{position}");
}

pub(crate) async fn changes_that_are_no_changes_are_refused(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, before) = (&trading.ada, trading.get().await);
    let high = near(ada, 103).await;
    let cases = [
        (json!({"stop": {"price": high}}), "stopTriggerPrice", "must be on the losing side of the price"),
        (json!({"stop": {"price": "x"}}), "stop", "must be number"),
        (json!({"stop": null}), "confirmNoStop", "is required"),
        (
            json!({"takeProfits": [{"price": high, "share": 1.5}]}),
            "takeProfitShares",
            "must be greater than 0 and at most 1",
        ),
        (json!({"takeProfits": [{"price": high}]}), "takeProfits", "is required"),
        (json!({"tags": [""]}), "tags", "is required"),
        (json!({"stop": {}}), "stop", "is required"),
        (json!({"stop": {"type": "LIMIT", "trailingPercent": 2}}), "stop", "is required"),
        (json!({"stop": {"trailingPercent": 60}}), "trailingPercent", "must be between 0.1 and 50"),
        (json!({"stop": {"trailingPercent": "x"}}), "trailingPercent", "must be number"),
        (json!({"stop": {"trailingAtr": 0}}), "trailingAtr", "must be greater than 0 and at most 20"),
        (
            json!({"stop": {"trailingAtr": 2, "trailingPercent": 1}}),
            "trailingAtr",
            "contradicts another field",
        ),
        (json!({"stop": {"trigger": "index"}}), "trigger", "must be last or mark"),
        (json!({"stop": {"breakevenAfter": 0}}), "breakevenAfter", "must be the number of a take profit"),
        (json!({"stop": {"breakevenAfter": 1}}), "breakevenAfter", "must be the number of a take profit"),
        (json!({"stop": {"timeLimit": 0.5}}), "timeLimit", "must be integer between 1 and 525600"),
        (json!({"stop": {"timeLimit": 600_000}}), "timeLimit", "must be integer between 1 and 525600"),
    ];
    for (body, field, words) in cases {
        trading.change(body).await.problem(field, words);
    }
    trading.close(json!({"amount": 1})).await.problem("amount", "must not exceed the position");
    trading.close(json!({})).await.problem("share", "is required");
    trading.close(json!({"share": 0.5, "amount": 0.01})).await.problem("amount", "contradicts another field");
    assert_eq!(trading.get().await, before, "nothing has changed");
    assert_eq!(ada.get(&format!("{TRADES}/{NOBODYS}")).await.status, 404);
    ada.get(&format!("{TRADES}?status=lost")).await.problem("status", "must be one of the listed values");
    assert_eq!(
        ada.get(&format!("{TRADES}?status=closed")).await.ok(200),
        json!({"items": [], "nextToken": null})
    );
}

pub(crate) async fn the_automation_of_a_trade_is_set_and_shown(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, before) = (&trading.ada, trading.get().await);
    assert_eq!(before["automation"], Value::Null);
    let target = json!([{"price": near(ada, 103).await, "share": 0.5}]);
    let stop = json!({"trailingPercent": 20, "trigger": "mark", "breakevenAfter": 1, "timeLimit": 90});
    let set = trading.change(json!({"stop": stop, "takeProfits": target})).await.ok(200);
    assert_eq!(set["stop"], before["stop"], "the stop stays where it is");
    let automation = &set["automation"];
    assert_eq!(number(&automation["settings"]["trailingPercent"]), domain::Decimal::from(20));
    assert_eq!(automation["settings"]["trigger"], "mark");
    assert_eq!(
        (&automation["settings"]["breakevenAfter"], &automation["settings"]["timeLimit"]),
        (&json!(1), &json!(90))
    );
    assert_eq!(automation["breakevenDone"], false);
    assert!(number(&automation["peak"]) > domain::Decimal::ZERO, "{automation}");
    assert!(automation["closesAt"].is_string(), "{automation}");
    let change = set["changes"].as_array().unwrap().last().unwrap().clone();
    let after = &change["after"]["automation"];
    assert_eq!((&change["kind"], after), (&json!("PROTECTION"), &automation["settings"]));
    let off = trading.change(json!({"stop": {"trailingPercent": null, "timeLimit": null}})).await.ok(200);
    let left = json!({"trailingPercent": null, "trigger": "mark", "breakevenAfter": 1, "timeLimit": null});
    assert_eq!(off["automation"]["settings"], left);
    let removed = trading.change(json!({"stop": null, "confirmNoStop": true})).await.ok(200);
    assert_eq!(removed["automation"]["settings"]["breakevenAfter"], Value::Null, "{removed}");
    let refused = trading.change(json!({"stop": {"trailingPercent": 2}})).await;
    refused.problem("trailingPercent", "must belong to a trade with a stop loss");
    let body = json!({
        "exchangeKeyId": before["trade"]["exchangeKeyId"], "replace": true,
        "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.02,
        "stop": {"price": near(ada, 95).await, "trailingPercent": 20, "timeLimit": 60},
    });
    let mut bad = body.clone();
    bad["stop"]["breakevenAfter"] = json!(1);
    ada.post(TRADES, bad).await.problem("breakevenAfter", "must be the number of a take profit");
    let opened = ada.post(TRADES, body).await.ok(200);
    let settings = &opened["automation"]["settings"];
    assert_eq!(number(&settings["trailingPercent"]), domain::Decimal::from(20));
    assert_eq!((&settings["trigger"], &settings["timeLimit"]), (&json!("last"), &json!(60)));
}

pub(crate) async fn a_trade_is_increased_and_reversed(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, before) = (&trading.ada, trading.get().await);
    let path = format!("{}/add", trading.path);
    let add = |body: Value| ada.post(&path, body);
    let added = add(json!({"amount": 0.03})).await.ok(200);
    assert_eq!(number(&added["trade"]["amount"]), domain::Decimal::new(8, 2));
    assert_eq!(added["stop"], before["stop"], "the stop stays where it is");
    assert_eq!(added["changes"][0]["kind"], "ADD");
    add(json!({})).await.problem("amount", "is required");
    add(json!({"amount": 0.01, "riskPercent": 1})).await.problem("riskPercent", "contradicts another field");
    add(json!({"amount": -1})).await.problem("amount", "must be greater than 0");
    let stale = ada.request(Method::POST, &format!("{}/add", trading.path)).header("if-match", "\"0\"");
    assert_eq!(ada.send(stale.json(&json!({"amount": 0.01}))).await.status, 412);

    let reversed = ada.post(&format!("{}/reverse", trading.path), json!({})).await.ok(200);
    let trade = &reversed["trade"];
    assert_eq!((&trade["side"], &trade["status"]), (&json!("SELL"), &json!("OPEN")), "{reversed}");
    assert_eq!(number(&trade["amount"]), domain::Decimal::new(8, 2));
    assert!(number(&reversed["stop"]["price"]) > number(&trade["entryPrice"]), "{reversed}");
    assert_eq!(reversed["takeProfits"], json!([]));
    assert_ne!(trade["id"], before["trade"]["id"]);
    assert_eq!(ada.post(&format!("{}/reverse", trading.path), json!({})).await.status, 404, "it is closed");
    assert_eq!(add(json!({"amount": 0.01})).await.status, 404);
}

pub(crate) async fn a_trade_is_opened_beside_those_of_its_side_or_replaces_them(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, before) = (&trading.ada, trading.get().await);
    let (stop, first, second) = (near(ada, 97).await, near(ada, 102).await, near(ada, 103).await);
    let body = json!({
        "exchangeKeyId": before["trade"]["exchangeKeyId"],
        "symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": 0.02,
        "stop": {"price": stop},
        "takeProfits": [{"price": first, "share": 0.7}, {"price": second, "share": 0.3}],
    });
    let mut other = body.clone();
    (other["side"], other["stop"], other["takeProfits"]) = (json!("SELL"), Value::Null, json!([]));
    assert_eq!(ada.post(TRADES, other).await.ok(409)["message"], "position_open");
    assert_eq!(trading.get().await, before, "nothing has changed");
    let beside = ada.post(TRADES, body.clone()).await.ok(200);
    let id = beside["trade"]["id"].as_str().unwrap().to_owned();
    assert_eq!(beside["takeProfits"], body["takeProfits"]);
    let after = trading.get().await;
    for part in ["stop", "takeProfits"] {
        assert_eq!(after[part], before[part], "the first trade keeps its {part}");
    }
    assert_eq!(number(&after["trade"]["amount"]), domain::Decimal::new(5, 2));
    let open = ada.get(&format!("{TRADES}?status=open")).await.ok(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 2, "{open}");
    let reversed = ada.post(&format!("{TRADES}/{id}/reverse"), json!({})).await;
    reversed.problem("trade", "must be the only trade on its position");
    ada.post(&format!("{TRADES}/{id}/close"), json!({"share": 1})).await.ok(200);
    let key = before["trade"]["exchangeKeyId"].as_str().unwrap();
    let position = ada.get(&format!("/v1/priv/exchange/position/{key}?symbol=BTC/USDT")).await.ok(200);
    assert_eq!(number(&position["contracts"]), domain::Decimal::new(5, 2), "the first one is still open");
    let mut replacing = body.clone();
    replacing["replace"] = json!(true);
    let opened = ada.post(TRADES, replacing).await.ok(200);
    assert_eq!(opened["takeProfits"], body["takeProfits"]);
    assert_eq!(opened["stop"], json!({"price": stop, "type": "MARKET", "limitPrice": null}));
    assert_eq!(number(&opened["trade"]["amount"]), domain::Decimal::new(2, 2));
    let mut bad = body;
    bad["takeProfits"] = json!([{"price": first, "share": 0.7}, {"price": second, "share": 0.7}]);
    ada.post(TRADES, bad.clone()).await.problem("takeProfitShares", "must add up to at most 1");
    bad["exchangeKeyId"] = json!("key");
    ada.post(TRADES, bad.clone()).await.problem("exchangeKeyId", "must be UUID");
    (bad["exchangeKeyId"], bad["takeProfits"]) = (json!(NOBODYS), json!([]));
    assert_eq!(ada.post(TRADES, bad).await.status, 404);
}

pub(crate) async fn a_trade_has_a_time_in_force(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let key = ada.key("FUTURES", "MANUAL").await;
    let (low, high) = (near(&ada, 90).await, near(&ada, 105).await);
    let order = |price: &Value, word: &str| {
        json!({
            "exchangeKeyId": key, "symbol": "BTC/USDT", "type": "LIMIT", "side": "BUY", "price": price, "amount": 0.01,
            "timeInForce": word,
        })
    };
    let ended = ada.post(TRADES, order(&low, "IOC")).await.ok(200);
    assert_eq!(ended["trade"]["status"], "CANCELED", "nothing has filled: {ended}");
    ada.post(TRADES, order(&low, "FOK"))
        .await
        .problem("timeInForce", "must be filled completely: nothing was filled");
    assert_eq!(ada.get(TRADES).await.ok(200)["items"], json!([]));
    ada.post(TRADES, order(&high, "GTX"))
        .await
        .problem("price", "must not fill immediately: the order is post-only");
    ada.post(TRADES, order(&high, "GTE_GTC")).await.problem("timeInForce", "must be valid time in force");
    ada.post(TRADES, order(&high, "GTD")).await.problem("goodTillDate", "is required");
    let mut both = order(&low, "IOC");
    both["postOnly"] = json!(true);
    ada.post(TRADES, both).await.problem("postOnly", "contradicts another field");
    let filled = ada.post(TRADES, order(&high, "IOC")).await.ok(200);
    assert_eq!(filled["trade"]["status"], "OPEN", "{filled}");
}

pub(crate) async fn a_reduce_only_order_closes_a_part_of_the_trade(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, before) = (&trading.ada, trading.get().await);
    let order = |side: &str, amount: Value| {
        json!({
            "exchangeKeyId": before["trade"]["exchangeKeyId"], "symbol": "BTC/USDT", "type": "MARKET", "side": side,
            "amount": amount, "reduceOnly": true,
        })
    };
    ada.post(TRADES, order("BUY", json!(0.02)))
        .await
        .problem("side", "must be the side that reduces the position");
    ada.post(TRADES, order("SELL", json!(1))).await.problem("amount", "must not exceed the position");
    let mut limit = order("SELL", json!(0.02));
    limit["type"] = json!("LIMIT");
    ada.post(TRADES, limit.clone()).await.problem("price", "is required");
    limit["type"] = json!("OCO");
    ada.post(TRADES, limit).await.problem("reduceOnly", "contradicts another field");
    assert_eq!(trading.get().await, before, "nothing has changed");
    let reduced = ada.post(TRADES, order("SELL", json!("0.02"))).await.ok(200);
    assert_eq!((&reduced["trade"]["id"], &reduced["stop"]), (&before["trade"]["id"], &before["stop"]));
    assert_eq!(reduced["changes"][0]["kind"], "REDUCE", "{reduced}");
    ada.post(TRADES, order("SELL", json!(0.03))).await.ok(200);
    assert_eq!(ada.post(TRADES, order("SELL", json!(0.01))).await.status, 404, "nothing is open any more");
}

pub(crate) async fn a_reduce_only_limit_order_belongs_to_its_trade(db: &TestDb) {
    let trading = Trading::open(db).await;
    let (ada, before) = (&trading.ada, trading.get().await);
    let (first, second) = (near(ada, 105).await, near(ada, 106).await);
    trading.change(json!({"takeProfits": [{"price": first, "share": 1}]})).await.ok(200);
    let order = |amount: Value| {
        json!({
            "exchangeKeyId": before["trade"]["exchangeKeyId"], "symbol": "BTC/USDT", "type": "LIMIT", "side": "SELL",
            "price": second, "amount": amount, "reduceOnly": true,
        })
    };
    ada.post(TRADES, order(json!(1))).await.problem("amount", "must not exceed the position");
    let placed = ada.post(TRADES, order(json!(0.02))).await.ok(200);
    let shares = json!([{"price": first, "share": 0.6}, {"price": second, "share": 0.4}]);
    assert_eq!(placed["takeProfits"], shares, "the take profit makes room: {placed}");
    assert_eq!(placed["stop"], before["stop"]);
    let last = placed["changes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["after"]["takeProfits"]), (&json!("REDUCE_LIMIT"), &shares));
    assert_eq!(trading.close(json!({"share": 1})).await.status, 204);
    assert_eq!(ada.post(TRADES, order(json!(0.02))).await.status, 404, "nothing is open any more");
}

pub(crate) async fn a_trade_has_further_entry_types(db: &TestDb) {
    let server = TestServer::open(db).await;
    let ada = Person::sign_up(&server, "ada").await;
    let key = ada.key("FUTURES", "MANUAL").await;
    let (low, high, stop) = (near(&ada, 95).await, near(&ada, 105).await, near(&ada, 90).await);
    let with = |fields: Value| {
        let mut body = json!({
            "exchangeKeyId": key, "symbol": "BTC/USDT", "side": "BUY", "amount": 0.01, "stop": {"price": stop},
            "replace": true,
        });
        fields.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        body
    };
    let open = async |fields: Value| ada.post(TRADES, with(fields)).await.ok(200);
    let kinds = |trade: &Value| {
        let orders = trade["entryOrders"].as_array().unwrap().clone();
        orders.iter().map(|order| order["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let stop_market = open(json!({"type": "STOP_MARKET", "triggerPrice": high})).await;
    assert_eq!(
        (&stop_market["trade"]["status"], kinds(&stop_market)),
        (&json!("OPENING"), vec!["stop_market".into()])
    );
    let stop_limit = open(json!({"type": "STOP_LIMIT", "triggerPrice": high, "price": high})).await;
    assert_eq!(
        (kinds(&stop_limit), &stop_limit["entryOrders"][0]["triggerPrice"]),
        (vec!["stop".into()], &high)
    );
    let oco = open(json!({"type": "OCO", "price": low, "triggerPrice": high})).await;
    assert_eq!(kinds(&oco), ["limit", "stop_market"], "{oco}");
    let waiting = oco["entryOrders"].as_array().unwrap().iter().filter(|order| order["status"] == "open");
    assert_eq!(waiting.count(), 2, "both wait: {oco}");
    let dated = open(json!({
        "type": "LIMIT", "price": low, "timeInForce": "GTD", "goodTillDate": "2099-01-01T00:00:00+02:00",
    }))
    .await;
    assert_eq!(dated["entryOrders"][0]["goodTillDate"], "2098-12-31T22:00:00.000Z");
    let trailing = open(json!({"type": "TRAILING_STOP", "price": low, "callbackRate": 1})).await;
    assert_eq!((kinds(&trailing), &trailing["stop"]["price"]), (vec!["trailing_stop_market".into()], &stop));

    for (fields, field, words) in refused_entry_types(&low, &high) {
        ada.post(TRADES, with(fields)).await.problem(field, words);
    }
    let document = json!({"symbol": "BTC/USDT", "type": "STOP_MARKET", "side": "BUY", "amount": "0.01"});
    ada.post(&format!("/v1/priv/exchange/order/{key}"), document)
        .await
        .problem("type", "must be valid order type");
}

/// Fields of orders that are refused, with the field that is reported and its words. `low` is below and `high` is above the price.
fn refused_entry_types(low: &Value, high: &Value) -> [(Value, &'static str, &'static str); 6] {
    [
        (
            json!({"type": "STOP_MARKET", "triggerPrice": low}),
            "triggerPrice",
            "must not be reached by the price already",
        ),
        (json!({"type": "OCO", "price": low}), "triggerPrice", "is required"),
        (
            json!({"type": "OCO", "price": high, "triggerPrice": low}),
            "triggerPrice",
            "contradicts another field",
        ),
        (json!({"type": "MARKET", "triggerPrice": high}), "triggerPrice", "contradicts another field"),
        (json!({"type": "STOP"}), "type", "must be valid order type"),
        (
            json!({"type": "LIMIT", "price": low, "timeInForce": "GTD", "goodTillDate": 1_700_000_000_000_i64}),
            "goodTillDate",
            "must be at least 11 minutes ahead",
        ),
    ]
}
