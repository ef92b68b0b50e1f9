//! The 3Commas surface on a whole server with the real sandbox behind it, on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use crate::common::{
    HttpAnswer, Person, TestServer,
    program::{Program, multipart},
    shape::same,
};
use domain::time;
use reqwest::Method;
use serde_json::{Value, json};
use service::platform::settings::{Mode, Settings};
use store::testing::TestDb;

const NEW: &str = "/ver1/accounts/new";

fn example() -> Value {
    serde_json::from_str(include_str!("../src/rest/threecommas/examples/account.json")).unwrap()
}

/// A user, their program, and the credentials of a sandbox account.
async fn ada(server: &TestServer) -> (Person, Program, Value) {
    let person = Person::sign_up(server, "ada").await;
    let program = Program::of(&person, server, &["ACCOUNTS_READ", "ACCOUNTS_WRITE"]).await;
    let body = body(&person, "binance").await;
    (person, program, body)
}

/// The document's request, with the credentials of a real sandbox account.
async fn body(person: &Person, kind: &str) -> Value {
    let (api_key, secret) = person.sandbox_account().await;
    let mut body: Value = serde_json::from_str(include_str!("seeds/threecommas_request.json")).unwrap();
    (body["type"], body["api_key"], body["secret"]) = (json!(kind), json!(api_key), json!(secret));
    body
}

#[track_caller]
fn invalid(answer: &HttpAnswer, attributes: &Value) {
    assert_eq!(
        answer.ok(400),
        json!({
            "error": "record_invalid", "error_description": "Invalid parameters", "error_attributes": attributes,
        })
    );
}

async fn the_documents_example(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, program, body) = ada(&server).await;
    let made = program.post(NEW, body.clone()).await.ok(200);
    same(&made, &example());
    for field in [
        "api_key_invalid",
        "is_locked",
        "lock_reason",
        "autobalance_enabled",
        "supported_market_types",
        "api_keys_state",
        "hedge_mode_enabled",
        "include_in_summary",
        "stats_supported",
    ] {
        assert_eq!(made[field], example()[field], "{field}");
    }
    assert_eq!((&made["name"], &made["api_key"]), (&body["name"], &body["api_key"]));
    assert_eq!((&made["exchange_name"], &made["market_code"]), (&json!("Binance Spot"), &json!("binance")));
    assert_eq!((&made["usd_amount"], &made["day_profit_usd"]), (&json!("10000.0"), &json!("0.0")));
    assert!(!made.to_string().contains(body["secret"].as_str().unwrap()));
    let icon = made["market_icon"].as_str().unwrap();
    let icon = program.send(program.request(Method::GET, icon.strip_prefix(&server.base).unwrap())).await;
    assert!(icon.status == 200 && icon.text.starts_with("<svg"), "{icon:?}");

    let example: Value = serde_json::from_str(include_str!("seeds/threecommas_400.json")).unwrap();
    assert_eq!(program.post(NEW, body).await.ok(400), example);
}

async fn an_account_in_all_its_forms(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, program, mut body) = ada(&server).await;
    body["types_to_create"] = json!(["binance_futures"]);
    let spot = program.post(NEW, body).await.ok(200);
    let all = program.get("/ver1/accounts").await.ok(200);
    let all = all.as_array().unwrap();
    let of = |code: &str| all.iter().find(|account| account["market_code"] == code).unwrap();
    let futures = of("binance_futures");
    assert_eq!((all.len(), of("binance")), (2, &spot));
    assert_eq!(futures["supported_market_types"], json!(["futures"]));
    assert_eq!((&futures["trading_supported"], &spot["trading_supported"]), (&json!(true), &json!(false)));
    let id = spot["id"].as_i64().unwrap();
    assert!(id >= 1_000_000_000 && (futures["id"].as_i64().unwrap() - id).abs() > 1_000, "not to be walked");
    let path = format!("/ver1/accounts/{id}");
    assert_eq!(program.get(&path).await.ok(200), spot);

    let renamed = program.post(&format!("{path}/rename"), json!({"name": "Mine"})).await.ok(200);
    assert_eq!((&renamed["name"], &renamed["id"]), (&json!("Mine"), &spot["id"]));
    let too_long = json!({"name": "x".repeat(25)});
    invalid(
        &program.post(&format!("{path}/rename"), too_long).await,
        &json!({"name": ["is too long (maximum is 24 characters)"]}),
    );
    let update = json!({"account_id": id, "name": "Ours"});
    assert_eq!(program.post("/ver1/accounts/update", update).await.ok(200)["name"], "Ours");
    let half = json!({"account_id": id, "api_key": "x"});
    invalid(&program.post("/ver1/accounts/update", half).await, &json!({"secret": ["can't be blank"]}));

    let loaded = program.send(program.signed(Method::POST, &format!("{path}/load_balances"), None)).await;
    assert_eq!(loaded.ok(200)["id"], spot["id"]);
    let pie =
        program.send(program.signed(Method::POST, &format!("{path}/pie_chart_data"), None)).await.ok(200);
    assert_eq!(
        (&pie[0]["code"], &pie[0]["usd_value"], &pie[0]["percentage"]),
        (&json!("USDT"), &json!("10000.0"), &json!("100.0"))
    );
    let table = program.send(program.signed(Method::POST, &format!("{path}/account_table_data"), None)).await;
    assert_eq!(table.ok(200)[0]["account_id"], spot["id"]);

    let removed = program.send(program.signed(Method::POST, &format!("{path}/remove"), None)).await;
    assert_eq!((removed.status, removed.text.as_str()), (201, "true"));
    let gone = json!({"error": "not_found", "error_description": "Not Found"});
    assert_eq!(program.get(&path).await.ok(404), gone);
    assert_eq!(program.get("/ver1/accounts").await.ok(200).as_array().unwrap().len(), 1);
}

async fn gains_are_what_was_earned(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, program, body) = ada(&server).await;
    let made = program.post(NEW, body.clone()).await.ok(200);
    let key = body["api_key"].as_str().unwrap();
    // Paper funds that arrived from outside, without a transfer by the desk, count as profit.
    let funds = json!({"wallet": "SPOT", "amount": "500", "reference": "outside"});
    assert_eq!(server.control(&format!("accounts/{key}/funds"), &funds).await, json!({"moved": true}));
    server.clock.advance(time::HOUR);
    let path = format!("/ver1/accounts/{}/load_balances", made["id"]);
    let loaded = program.send(program.signed(Method::POST, &path, None)).await.ok(200);
    for (field, value) in [
        ("usd_amount", "10500.0"),
        ("day_profit_usd", "500.0"),
        ("day_profit_usd_percentage", "5.0"),
        ("usd_profit", "500.0"),
        ("total_usd_profit", "500.0"),
    ] {
        assert_eq!(loaded[field], value, "{field}");
    }
    assert_eq!(loaded["total_primary_display_currency_profit"]["amount"], json!(500));
    let btc = |field: &str| loaded[field].as_str().unwrap().parse::<domain::Decimal>().unwrap();
    assert!(btc("btc_amount") > domain::Decimal::ZERO, "{loaded}");
    same(&loaded, &example());
}

async fn accounts_that_cannot_be_connected(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (person, program, good) = ada(&server).await;
    let try_with = async |changes: Value| {
        let mut body = good.clone();
        for (field, value) in changes.as_object().unwrap() {
            body[field] = value.clone();
        }
        program.post(NEW, body).await
    };
    invalid(
        &program.post(NEW, json!({})).await,
        &json!({
            "type": ["can't be blank"], "name": ["can't be blank"], "api_key": ["can't be blank"],
            "secret": ["can't be blank"],
        }),
    );
    invalid(&try_with(json!({"type": "nope"})).await, &json!({"type": ["is not a type of account"]}));
    invalid(
        &try_with(json!({"type": "Bitstamp"})).await,
        &json!({
            "type": ["Bitstamp accounts cannot be traded here yet"], "customer_id": ["can't be blank"],
        }),
    );
    let wallet = json!({"type": "ethereumwallet", "address": "0x1"});
    let words = "Ethereum Wallet accounts cannot be traded here yet";
    invalid(&try_with(wallet).await, &json!({"type": [words]}));
    let margin = json!({"types_to_create": ["binance_margin"]});
    let words = "Binance Margin accounts cannot be traded here yet";
    invalid(&try_with(margin).await, &json!({"types_to_create": [words]}));
    let words = "The exchange does not accept this API key";
    invalid(&try_with(json!({"api_key": "x".repeat(64)})).await, &json!({"api_key": [words]}));
    invalid(&try_with(json!({"name": "\u{1}"})).await, &json!({"name": ["must be string"]}));
    let open = server.control("accounts", &json!({"withdrawals": true})).await;
    let withdraws = json!({"api_key": open["apiKey"], "secret": open["apiSecretKey"]});
    invalid(&try_with(withdraws).await, &json!({"api_key": ["must not allow withdrawals"]}));
    assert_eq!(program.get("/ver1/accounts").await.text, "[]", "nothing of this connected anything");

    // Siblings are created together or not at all.
    program.post(NEW, good.clone()).await.ok(200);
    let both = try_with(json!({"type": "binance_futures", "types_to_create": ["binance"]})).await;
    invalid(&both, &json!({"api_key": ["This account is already connected!"]}));
    assert_eq!(program.get("/ver1/accounts").await.ok(200).as_array().unwrap().len(), 1);
    let eve = Person::sign_up(&server, "eve").await;
    let thief = Program::of(&eve, &server, &["ACCOUNTS_READ", "ACCOUNTS_WRITE"]).await;
    invalid(&thief.post(NEW, good).await, &json!({"api_key": ["This account is already connected!"]}));
    let _ = person;
}

async fn two_concurrent_requests_create_one(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, program, body) = ada(&server).await;
    let (one, two) = tokio::join!(program.post(NEW, body.clone()), program.post(NEW, body));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{one:?} {two:?}");
    assert_eq!(program.get("/ver1/accounts").await.ok(200).as_array().unwrap().len(), 1);
}

async fn anothers_account_is_not_there(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, program, body) = ada(&server).await;
    let id = program.post(NEW, body).await.ok(200)["id"].clone();
    let eve = Person::sign_up(&server, "eve").await;
    let eve = Program::of(&eve, &server, &["ACCOUNTS_READ", "ACCOUNTS_WRITE"]).await;
    for id in [id.to_string(), "7".into(), "x".into(), "%FF".into(), "99999999999999999999".into()] {
        let path = format!("/ver1/accounts/{id}");
        assert_eq!(eve.get(&path).await.status, 404, "{path}");
        for action in ["rename", "load_balances", "remove", "pie_chart_data", "account_table_data"] {
            let answer = eve.post(&format!("{path}/{action}"), json!({"name": "Stolen"})).await;
            assert_eq!(answer.status, 404, "{path}/{action}");
        }
        let update = json!({"account_id": id, "name": "Stolen"});
        let answer = eve.post("/ver1/accounts/update", update).await;
        assert!([400, 404].contains(&answer.status), "{id}");
    }
    assert_eq!(program.get(&format!("/ver1/accounts/{id}")).await.ok(200)["name"], "New account");
}

async fn the_plan_decides(db: &TestDb) {
    let server = TestServer::with(
        db,
        Settings { mode: Mode::Live, allow_unrestricted_keys: true, ..Settings::default() },
    )
    .await;
    let (_, program, body) = ada(&server).await;
    let answer = program.post(NEW, body).await.ok(403);
    assert_eq!(
        answer,
        json!({
            "error": "access_denied",
            "error_description":
                "Connections using manually created API keys are available only to Expert plan subscribers",
        })
    );
}

async fn markets_list_what_can_be_traded(db: &TestDb) {
    let server = TestServer::open(db).await;
    let anyone = Person::anonymous(&server);
    for prefix in ["", "/public/api"] {
        let list = anyone.get(&format!("{prefix}/ver1/accounts/market_list")).await.ok(200);
        let traded: Vec<_> = list
            .as_array()
            .unwrap()
            .iter()
            .filter(|market| market["trading_supported"] == json!(true))
            .map(|market| market["market_code"].as_str().unwrap())
            .collect();
        assert_eq!(traded, ["binance", "binance_futures"]);
        assert!(list.as_array().unwrap().len() > 10);
    }
}

/// Signed as each of the known client libraries does it, under both prefixes.
async fn each_way_of_signing(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (person, program, _) = ada(&server).await;
    for prefix in ["", "/public/api"] {
        let send = async |method: Method, target: String, kind: Option<&str>, body: &str, text: String| {
            let request = program.request(method, &target).header("Apikey", &program.key);
            let request = request.header("SIGNATURE", program.sign(&text)).header("Forced-Mode", "paper");
            let request = match kind {
                Some(kind) => request.header("content-type", kind).body(body.to_owned()),
                None => request,
            };
            program.send(request).await
        };
        let (list, new) = (format!("{prefix}/ver1/accounts"), format!("{prefix}{NEW}"));
        for (target, text) in [
            (list.clone(), list.clone()),
            (list.clone(), format!("{list}?")),
            (format!("{list}?"), format!("{list}?")),
            (format!("{list}?account_id=1"), format!("{list}?account_id=1")),
        ] {
            send(Method::GET, target, None, "", text).await.ok(200);
        }
        let form = "application/x-www-form-urlencoded";
        let json_kind = Some("application/json");
        for way in 0..4 {
            let body = body(&person, "binance").await;
            let query = serde_urlencoded::to_string(body.as_object().unwrap()).unwrap_or_else(|_| {
                let pairs: Vec<_> =
                    body.as_object().unwrap().iter().map(|(k, v)| (k, v.as_str().unwrap())).collect();
                serde_urlencoded::to_string(pairs).unwrap()
            });
            let json = body.to_string();
            let answer = match way {
                0 => send(Method::POST, format!("{new}?{query}"), None, "", format!("{new}?{query}")).await,
                1 => send(Method::POST, new.clone(), Some(form), &query, format!("{new}?{query}")).await,
                2 => send(Method::POST, new.clone(), json_kind, &json, format!("{new}?{json}")).await,
                _ => send(Method::POST, new.clone(), json_kind, &json, format!("{new}{json}")).await,
            };
            assert_eq!(answer.ok(200)["api_key"], body["api_key"], "{way}");
        }
    }
}

/// Signatures of a key that exists only in these files (`openssl dgst -sha256 -sign`).
async fn rsa_signs_too(db: &TestDb) {
    let server = TestServer::open(db).await;
    let person = Person::sign_up(&server, "ada").await;
    let permissions = json!(["ACCOUNTS_READ", "ACCOUNTS_WRITE"]);
    let pem = include_str!("seeds/rsa_public.pem");
    let with = json!({"name": "Rsa", "permissions": permissions, "rsaPublicKey": pem});
    let with = Program::with(&person, &server, with).await;
    let without = Program::with(&person, &server, json!({"name": "No", "permissions": permissions})).await;
    let by_query = include_str!("seeds/rsa_query.sig").trim();
    let by_body = include_str!("seeds/rsa_body.sig").trim();
    let ask = async |program: &Program, method: Method, target: &str, body: &str, signature: &str| {
        let request = program.request(method, target).header("Apikey", &program.key);
        let request = request.header("Signature", signature).header("content-type", "application/json");
        program.send(request.body(body.to_owned())).await.status
    };
    let (list, update) = ("/ver1/accounts?order=asc", "/ver1/accounts/update");
    assert_eq!(ask(&with, Method::GET, list, "", by_query).await, 200);
    // Correctly signed, and the account does not exist.
    assert_eq!(ask(&with, Method::POST, update, r#"{"account_id":7}"#, by_body).await, 404);
    assert_eq!(ask(&with, Method::POST, update, r#"{"account_id":8}"#, by_body).await, 401);
    assert_eq!(ask(&with, Method::GET, "/ver1/accounts?order=desc", "", by_query).await, 401);
    assert_eq!(ask(&without, Method::GET, list, "", by_query).await, 401);
    with.get("/ver1/validate").await.ok(200);
}

async fn unsigned_requests_are_rejected(db: &TestDb) {
    let server = TestServer::open(db).await;
    let (_, program, body) = ada(&server).await;
    let json = body.to_string();
    let pairs: Vec<_> = body.as_object().unwrap().iter().map(|(k, v)| (k, v.as_str().unwrap())).collect();
    let query = serde_urlencoded::to_string(pairs).unwrap();
    let send = async |target: &str, kind: &str, body: String, text: String| {
        let request = program.request(Method::POST, target).header("Apikey", &program.key);
        let request = request.header("Signature", program.sign(&text)).header("content-type", kind);
        program.send(request.body(body)).await
    };
    let (form, json_kind) = ("application/x-www-form-urlencoded", "application/json");
    let with_query = format!("{NEW}?{query}");
    for (target, kind, body, text) in [
        (NEW, json_kind, json.replace("New account", "Another"), format!("{NEW}?{json}")),
        (NEW, json_kind, json.clone(), NEW.to_owned()),
        (NEW, json_kind, json.clone(), format!("{NEW}?")),
        (NEW, json_kind, json.clone(), format!("/public/api{NEW}?{json}")),
        (NEW, form, query.clone(), format!("{NEW}{query}")),
        (NEW, form, query.clone(), NEW.to_owned()),
        (NEW, "text/plain", json.clone(), format!("{NEW}?{json}")),
        (&with_query, json_kind, json.clone(), format!("{NEW}?{json}")),
        (&with_query, json_kind, json.clone(), with_query.clone()),
        (&with_query, form, "name=x".into(), with_query.clone()),
        (&with_query, form, "name=x".into(), format!("{with_query}name=x")),
    ] {
        let answer = send(target, kind, body, text.clone()).await;
        assert_eq!(
            answer.ok(401),
            json!({
                "error": "signature_invalid", "error_description": "Provided signature is invalid",
            }),
            "{text}"
        );
    }
    let (kind, body) = multipart(&[("type", "binance"), ("name", "x")]);
    let request = program.request(Method::POST, NEW).header("Apikey", &program.key);
    let request = request.header("Signature", program.sign(format!("{NEW}?{body}")));
    let request = request.header("content-type", kind).body(body);
    assert_eq!(program.send(request).await.status, 401, "a multipart body cannot be signed");
    let huge = "x".repeat(100_000);
    assert_eq!(send(NEW, json_kind, huge.clone(), huge).await.ok(413)["error"], "payload_too_large");
    assert_eq!(program.get("/ver1/accounts").await.text, "[]", "nothing of this connected anything");

    let twice = format!("{query}&name=y");
    let answer = send(NEW, form, twice.clone(), format!("{NEW}?{twice}")).await;
    invalid(&answer, &json!({"name": ["is given twice"]}));
    let answer = send(NEW, json_kind, r#"{"a":1,"a":2}"#.into(), format!(r#"{NEW}?{{"a":1,"a":2}}"#)).await;
    invalid(&answer, &json!({"base": ["body must be a JSON object with each name once"]}));
    let bad = format!("{query}&note=%FF");
    let answer = send(NEW, form, bad.clone(), format!("{NEW}?{bad}")).await;
    invalid(&answer, &json!({"base": ["parameters must be UTF-8 text"]}));
    assert_eq!(program.get("/ver1/accounts").await.text, "[]", "nothing of this connected anything");
}

store::each_engine!(
    the_documents_example,
    an_account_in_all_its_forms,
    gains_are_what_was_earned,
    accounts_that_cannot_be_connected,
    two_concurrent_requests_create_one,
    anothers_account_is_not_there,
    the_plan_decides,
    markets_list_what_can_be_traded,
    each_way_of_signing,
    rsa_signs_too,
    unsigned_requests_are_rejected,
);
