//! Validation before anything is executed: the document's own 422 examples, and invalid input of every kind.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use axum::{body::to_bytes, response::IntoResponse};
use serde_json::{Value, json};
use server::rest::mudawyl::{
    error::MudawylFailure,
    key, order, past,
    raw_request::{FieldLocation, RawRequest},
    setting, strategy,
    validate::Check,
};

const ID: &str = "46a19fb1-4e90-4736-b820-257c947fd694";

fn raw_request(id: &str, body: &str) -> RawRequest {
    RawRequest::new([("id".to_owned(), id.to_owned())], "", body.as_bytes()).expect("a JSON object")
}

/// The status and body of an error response.
async fn answer<T>(result: Result<T, MudawylFailure>) -> (u16, String) {
    let response = result.err().expect("a failure").into_response();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The fields and texts of a 422.
async fn problems<T>(result: Result<T, MudawylFailure>) -> Vec<(String, String)> {
    let (status, body) = answer(result).await;
    assert_eq!(status, 422, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    body["errors"].as_array().unwrap().iter().map(|e| (text(&e["param"]), text(&e["msg"]))).collect()
}

macro_rules! example {
    ($name:literal) => {{
        let text = include_str!(concat!("../src/rest/mudawyl/examples/", $name, ".json"));
        let compact: String = text.lines().map(str::trim).collect();
        // No value in these examples contains a colon followed by a space.
        compact.replace("\": ", "\":")
    }};
}

/// A valid order with some fields changed; `null` removes a field.
fn ticket(changes: Value) -> RawRequest {
    let mut body: Value =
        serde_json::from_str(include_str!("../src/rest/mudawyl/examples/create_order_request.json")).unwrap();
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    raw_request(ID, &body.to_string())
}

fn new_key(changes: Value) -> RawRequest {
    let mut body: Value =
        serde_json::from_str(include_str!("../src/rest/mudawyl/examples/create_key_request.json")).unwrap();
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    raw_request(ID, &body.to_string())
}

#[tokio::test]
async fn the_documents_refused_order() {
    let refused = ticket(json!({
        "type": "TRAILING_STOP", "price": 20000, "callbackRate": 1, "takeProfitPrices": null,
        "stopTriggerPrice": "20000", "stopPrice": null,
    }));
    let (status, body) = answer(order::ticket(&refused)).await;
    assert_eq!((status, body), (422, example!("create_order_422")));
}

#[tokio::test]
async fn the_documents_refused_keys() {
    let spot = new_key(json!({"tradeType": "SPOT"}));
    assert_eq!(answer(key::new_key(&spot)).await, (422, example!("create_key_422")));

    let change = raw_request("invalid", r#"{"name":"this is example of very long text input"}"#);
    assert_eq!(answer(key::key_change(&change)).await, (422, example!("update_key_422")));
}

#[tokio::test]
async fn the_documents_refused_ids() {
    let id = |text: &str| {
        let request = raw_request(text, "");
        let mut check = Check::new(&request, FieldLocation::Query);
        let id = check.id();
        check.finish(id)
    };
    assert_eq!(answer(id("invalid")).await.1, example!("delete_key_422"));
    assert_eq!(answer(id("invaliduuid")).await.1, example!("open_orders_422"));
    assert_eq!(answer(id("6645920d-08cb-44f0-b8b3-a14dd918a7b0x")).await.1, example!("position_422"));
    for other in ["46a19fb14e904736b820257c947fd694", "{46a19fb1-4e90-4736-b820-257c947fd694}", "", "%00"] {
        assert_eq!(problems(id(other)).await, [("id".into(), "must be UUID".into())], "{other}");
    }
    assert!(id(ID).is_ok() && id(&ID.to_uppercase()).is_ok());
}

#[tokio::test]
async fn everything_missing_is_named_in_the_documents_order_and_without_a_value() {
    let (_, body) = answer(order::ticket(&raw_request("x", "{}"))).await;
    assert_eq!(
        body,
        concat!(
            r#"{"errors":[{"value":"x","msg":"must be UUID","param":"id","location":"params"},"#,
            r#"{"msg":"is required","param":"symbol","location":"body"},"#,
            r#"{"msg":"is required","param":"type","location":"body"},"#,
            r#"{"msg":"is required","param":"side","location":"body"},"#,
            r#"{"msg":"is required","param":"amount","location":"body"}]}"#
        )
    );
    let fields: Vec<_> =
        problems(key::new_key(&raw_request(ID, ""))).await.into_iter().map(|p| p.0).collect();
    assert_eq!(fields, ["exchangeId", "tradeType", "strategyType", "name", "apiKey", "apiSecretKey"]);
}

#[tokio::test]
async fn amounts_and_prices_of_the_wrong_kind() {
    let forty: Value = serde_json::from_str("1234567890123456789012345678901234567890").unwrap();
    for bad in
        [json!(true), json!([1]), json!({"a": 1}), json!("ten"), json!("1,5"), json!("NaN"), forty.clone()]
    {
        for field in
            ["price", "amount", "stopTriggerPrice", "stopPrice", "callbackRate", "riskProfilePercent"]
        {
            let found = problems(order::ticket(&ticket(json!({field: bad})))).await;
            assert_eq!(found, [(field.to_owned(), "must be number".to_owned())], "{field} {bad}");
        }
    }
    for bad in [json!(0), json!(-1), json!("0"), json!("-0.5"), json!(0.0)] {
        let found = problems(order::ticket(&ticket(json!({"amount": bad})))).await;
        assert_eq!(found, [("amount".into(), "must be greater than 0".into())], "{bad}");
    }
    let (_, body) = answer(order::ticket(&ticket(json!({"amount": forty})))).await;
    assert!(
        body.contains(r#""value":1234567890123456789012345678901234567890,"#),
        "echoed digit by digit: {body}"
    );
}

#[tokio::test]
async fn targets_of_the_wrong_kind() {
    for (bad, text) in [
        (json!("19250"), "must be array of max length 25"),
        (json!({"0": 19250}), "must be array of max length 25"),
        (json!(19250), "must be array of max length 25"),
        (json!(vec![19250; 26]), "must be array of max length 25"),
        (json!([19250, "x"]), "must be number"),
        (json!([19250, null]), "must be number"),
        (json!([[19250]]), "must be number"),
        (json!([0]), "must be greater than 0"),
    ] {
        let found = problems(order::ticket(&ticket(json!({"takeProfitPrices": bad, "side": "LEFT"})))).await;
        assert_eq!(found[0], ("side".into(), "must be valid order side".into()), "{bad}");
        assert_eq!(found[1..], [("takeProfitPrices".into(), text.into())], "{bad}");
    }
    assert!(order::ticket(&ticket(json!({"takeProfitPrices": vec![19250; 25]}))).is_ok());
    assert!(order::ticket(&ticket(json!({"takeProfitPrices": []}))).is_ok());
}

#[tokio::test]
async fn words_of_the_wrong_kind() {
    for (field, text) in [
        ("symbol", "must be valid exchange symbol"),
        ("type", "must be valid order type"),
        ("side", "must be valid order side"),
        ("stopTriggerType", "must be valid stop trigger type"),
    ] {
        for bad in [json!(1), json!(false), json!(["BUY"]), json!({}), json!("buy it")] {
            let found = problems(order::ticket(&ticket(json!({field: bad})))).await;
            assert_eq!(found, [(field.to_owned(), text.to_owned())], "{bad}");
        }
    }
    for (field, bad, text) in [
        ("exchangeId", json!("KRAKEN"), "must be valid exchange id"),
        ("tradeType", json!(7), "must be valid trade type"),
        ("strategyType", json!([]), "must be valid strategy type"),
        ("active", json!("yes"), "must be boolean"),
        ("name", json!(5), "must be string"),
        ("name", json!("a\u{0}b"), "must be string"),
        ("name", json!("x".repeat(25)), "length must be less than 25"),
        ("apiKey", json!({}), "must be string"),
        ("apiKey", json!("x".repeat(257)), "is too long"),
        ("apiKey", json!("a b"), "must not contain spaces"),
        ("apiSecretKey", json!(true), "must be string"),
    ] {
        let found = problems(key::new_key(&new_key(json!({field: bad})))).await;
        assert_eq!(found, [(field.to_owned(), text.to_owned())], "{bad}");
    }
}

#[tokio::test]
async fn settings() {
    let body = |leverage: &str| raw_request(ID, &format!(r#"{{"symbol":"BTC/USDT","leverage":{leverage}}}"#));
    for good in ["1", "125", "\"10\"", "10.0"] {
        assert!(setting::leverage_wanted(&body(good)).is_ok(), "{good}");
    }
    for bad in ["0", "126", "1.5", "-1", "\"x\"", "[]", "70000", "1e40", "true"] {
        let found = problems(setting::leverage_wanted(&body(bad))).await;
        assert_eq!(found, [("leverage".into(), "must be integer between 1 and 125".into())], "{bad}");
    }
    let margin = raw_request(ID, r#"{"symbol":"BTCUSDT","type":"CROSS"}"#);
    let found = problems(setting::margin_wanted(&margin)).await;
    assert_eq!(found[0], ("symbol".into(), "must be valid exchange symbol".into()));
    assert_eq!(found[1], ("type".into(), "must be valid margin type".into()));
}

#[tokio::test]
async fn a_secret_is_not_echoed() {
    let (_, body) = answer(key::new_key(&new_key(json!({"apiSecretKey": "much too secret to show"})))).await;
    assert!(body.contains("apiSecretKey") && !body.contains("much too"), "{body}");
}

#[test]
fn unknown_fields_are_ignored_and_numbers_keep_their_digits() {
    let request =
        ticket(json!({"amount": serde_json::from_str::<Value>("0.10000000000000000001").unwrap(), "x": 1}));
    let (_, order, once) = order::ticket(&request).ok().unwrap();
    assert_eq!(order.amount.to_string(), "0.10000000000000000001");
    assert!(once.is_none());
}

#[test]
fn a_change_of_credentials_needs_both_halves() {
    assert!(key::key_change(&raw_request(ID, r#"{"apiKey":"a"}"#)).is_err());
    assert!(key::key_change(&raw_request(ID, r#"{"apiSecretKey":"a"}"#)).is_err());
    let (_, change) =
        key::key_change(&raw_request(ID, r#"{"apiKey":"a","apiSecretKey":"b","active":"true"}"#))
            .ok()
            .unwrap();
    assert!(change.credentials.is_some() && change.active == Some(true));
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_400() {
    for bad in ["[]", "1", "null", "{", "\"x\"", "{\"a\":1}}", "\u{feff}{}", &"[".repeat(500)] {
        let (status, body) = answer(RawRequest::new([], "", bad.as_bytes())).await;
        assert_eq!(status, 400, "{bad}");
        assert!(body.starts_with(r#"{"message":"#), "{body}");
    }
    assert_eq!(answer(RawRequest::new([], "", b"{\"a\":\"\xff\"}")).await.0, 400);
}

#[tokio::test]
async fn a_query_field_given_twice_is_no_value() {
    let request =
        RawRequest::new([("id".to_owned(), ID.to_owned())], "symbol=BTC/USDT&symbol=ETH%2FUSDT", b"")
            .ok()
            .unwrap();
    let mut check = Check::new(&request, FieldLocation::Query);
    let symbol = check.symbol();
    let (_, body) = answer(check.finish(symbol)).await;
    let expected = r#"{"errors":[{"value":["BTC/USDT","ETH/USDT"],"msg":"must be valid exchange symbol","param":"symbol","location":"query"}]}"#;
    assert_eq!(body, expected);
}

#[tokio::test]
async fn ranges_and_days() {
    let of =
        |query: &str| RawRequest::new([("id".to_owned(), ID.to_owned())], query, b"").expect("a request");
    let (id, interval, limit) = strategy::ranges(&of("")).expect("defaults");
    assert_eq!((id.to_string().as_str(), interval.word(), limit), (ID, "1d", 30));
    for good in ["interval=1M&limit=1", "interval=1d&limit=1000", "limit=30.0"] {
        assert!(strategy::ranges(&of(good)).is_ok(), "{good}");
    }
    for bad in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=1.5",
        "limit=x",
        "limit=",
        "limit=1&limit=2",
        "limit=99999999999999",
    ] {
        let reported = problems(strategy::ranges(&of(bad))).await;
        assert_eq!(
            reported,
            [("limit".to_owned(), "must be integer between 1 and 1000".to_owned())],
            "{bad}"
        );
        assert!(past::days(&of(bad), |token| token == "abc").is_err(), "{bad}");
    }
    for bad in ["interval=1h", "interval=1m", "interval=", "interval=1d&interval=1M"] {
        let reported = problems(strategy::ranges(&of(bad))).await;
        assert_eq!(reported, [("interval".to_owned(), "must be valid interval".to_owned())], "{bad}");
    }
    let days =
        past::days(&of("start=2022-06-01&limit=7&nextToken=abc"), |token| token == "abc").expect("days");
    assert_eq!((days.start.map(domain::Micros::date).as_deref(), days.days), (Some("2022-06-01"), 7));
    assert_eq!(days.token.as_deref(), Some("abc"));
    let reported = problems(past::days(&of("start=x&limit=0&nextToken=1"), |_| false)).await;
    let fields: Vec<_> = reported.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["start", "limit", "nextToken"]);
    for good in ["start=2022-06-01T12:00:00Z", "start=2022-06-01T12:00:00.000Z", ""] {
        assert!(past::days(&of(good), |token| token == "abc").is_ok(), "{good}");
    }
    for bad in [
        "start=",
        "start=2022-13-01",
        "start=2022-06-31",
        "start=now",
        "start=2022-06-01T25:00:00Z",
        "start=1",
    ] {
        let reported = problems(past::days(&of(bad), |token| token == "abc")).await;
        assert_eq!(reported, [("start".to_owned(), "must be valid date".to_owned())], "{bad}");
    }
}
