//! The Currencycloud surface on a whole server, on both databases: the document's example, and every row of
//! its error table.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use crate::common::{
    HttpAnswer, Person, TestServer,
    program::{Program, multipart},
    shape::same,
};
use domain::time;
use reqwest::Method;
use serde_json::{Value, json};
use service::platform::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use store::{sub_account::Brand, testing::TestDb};

const GOOD: [(&str, &str); 6] = [
    ("account_name", "My Example Account"),
    ("legal_entity_type", "company"),
    ("street", "My Example Street"),
    ("city", "My Example City"),
    ("postal_code", "Example Code"),
    ("country", "GB"),
];

fn example() -> Value {
    serde_json::from_str(include_str!("../src/rest/currencycloud/examples/account.json")).unwrap()
}

async fn ada(server: &TestServer) -> Program {
    let ada = Person::sign_up(server, "ada").await;
    Program::of(&ada, server, &["ACCOUNTS_READ", "ACCOUNTS_WRITE"]).await.signed_in().await
}

/// The valid fields with some replaced or added.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = GOOD.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    kept.copied().chain(changes.iter().copied()).collect()
}

async fn create(program: &Program, changes: &[(&str, &str)]) -> HttpAnswer {
    program.form("/accounts/create", &with(changes)).await
}

fn message(code: &str, message: &str, params: &Value) -> Value {
    json!([{"code": code, "message": message, "params": params}])
}

async fn the_documents_example(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let made = create(&program, &[]).await.ok(200);
    same(&made, &example());
    for field in
        ["account_name", "brand", "your_reference", "status", "street", "city", "country", "postal_code"]
    {
        assert_eq!(made[field], example()[field], "{field}");
    }
    assert_eq!(made["spread_table"], "no_markup");
    assert_eq!(
        (&made["short_reference"], &made["created_at"]),
        (&json!("260101-00001"), &json!("2026-01-01T00:00:00+00:00"))
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(program.cloud_get(&format!("/accounts/{id}")).await.ok(200), made);
    let whole = [
        ("brand", "currencycloud"),
        ("your_reference", "ref 7"),
        ("status", "enabled_no_trading"),
        ("country", "US"),
        ("state_or_province", "NY"),
        ("spread_table", "fxcg_rfx_default"),
        ("api_trading", "false"),
        ("online_trading", "false"),
        ("phone_trading", "true"),
        ("identification_type", "passport"),
        ("identification_value", "X 123"),
        ("legal_entity_type", "individual"),
        ("account_name", "Zoë Müller"),
    ];
    let answer = create(&program, &whole).await.ok(200);
    for (field, value) in whole {
        let reported = match value {
            "true" | "false" => json!(value == "true"),
            text => json!(text),
        };
        assert_eq!(answer[field], reported, "{field}");
    }
    assert_eq!(answer["short_reference"], "260101-00002");
}

/// Every row of the table: the fields that cause it, its key in the response, and the expected message. A
/// numeric field value means text of that length; null omits the field.
fn table() -> Vec<Value> {
    serde_json::from_str(include_str!("seeds/currencycloud_table.json")).unwrap()
}

/// The valid fields with a row's.
fn provoking(row: &Value) -> Vec<(String, String)> {
    let mut fields: BTreeMap<String, String> =
        GOOD.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for (name, value) in row["fields"].as_object().unwrap() {
        fields.remove(name);
        let text = value.as_str().map(str::to_owned);
        let long = value.as_u64().map(|length| "x".repeat(usize::try_from(length).unwrap()));
        fields.extend(text.or(long).map(|value| (name.clone(), value)));
    }
    fields.into_iter().collect()
}

async fn every_row_of_the_table(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let mut tx = server.desk.db.begin().await.unwrap();
    let brand = Brand { name: "wrong_brand".to_owned(), broker: false };
    store::sub_account::set_brand(&mut tx, &brand).await.unwrap();
    tx.commit().await.unwrap();
    let mut seen = BTreeSet::new();
    for row in table() {
        let fields = provoking(&row);
        let answer =
            program.send(program.cloud(Method::POST, "/accounts/create").form(&fields)).await.ok(400);
        let messages = json!([{"code": row["code"], "message": row["message"], "params": row["params"]}]);
        let place = row["place"].as_str().unwrap();
        let reported = json!({"error_code": "account_create_failed", "error_messages": {(place): messages}});
        assert_eq!(answer, reported, "{row}");
        seen.insert(row["code"].as_str().unwrap().to_owned());
    }
    let printed = include_str!("seeds/currencycloud_codes.txt");
    for code in printed.lines().filter(|line| !line.is_empty()) {
        assert!(seen.contains(code), "{code} was not provoked");
    }
    let found = program.cloud_get("/accounts/find").await.ok(200);
    assert_eq!(found["pagination"]["total_entries"], 0, "nothing of this made anything");
}

async fn several_errors_together(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let answer =
        program.form("/accounts/create", &[("status", "open"), ("b", "1"), ("a", "2")]).await.ok(400);
    let fields: Vec<_> = answer["error_messages"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        fields,
        ["account_name", "base", "city", "country", "legal_entity_type", "postal_code", "status", "street"]
    );
    assert_eq!(answer["error_messages"]["base"][0]["params"], json!({"parameters": "a, b"}));
}

async fn sign_in_of_api_clients(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let sign_in = async |login: &str, key: &str| {
        let request = program.request(Method::POST, "/v2/authenticate/api");
        program.send(request.form(&[("login_id", login), ("api_key", key)])).await
    };
    for short in ["", "abc", &program.secret[1..], &format!("{}0", program.secret)] {
        assert_eq!(
            sign_in(&program.login, short).await.ok(400),
            json!({
                "error_code": "auth_invalid_user_login_details",
                "error_messages": {"api_key": message("api_key_length_is_invalid",
                    "API key has invalid length, must have 64 characters", &json!({"length": 64}))},
            })
        );
    }
    let wrong = json!({
        "error_code": "auth_failed",
        "error_messages": {"username": message("invalid_supplied_credentials",
            "Authentication failed with the supplied credentials", &json!({}))},
    });
    assert_eq!(sign_in(&program.login, &"0".repeat(64)).await.ok(401), wrong);
    assert_eq!(sign_in("nobody", &program.secret).await.ok(401), wrong);
    let (kind, body) = multipart(&[("login_id", &program.login), ("api_key", &program.secret)]);
    let request =
        program.request(Method::POST, "/v2/authenticate/api").header("content-type", kind).body(body);
    let token = program.send(request).await.ok(200)["auth_token"].as_str().unwrap().to_owned();
    assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");

    let with_multipart = Program { token, ..program.clone() };
    with_multipart.cloud_get("/accounts/current").await.ok(200);
    assert_eq!(with_multipart.form("/authenticate/close_session", &[]).await.text, "{}");
    let closed = with_multipart.cloud_get("/accounts/current").await;
    assert_eq!(closed.ok(401)["error_code"], "invalid_supplied_credentials");
    program.cloud_get("/accounts/current").await.ok(200);
}

async fn a_token_lives_while_it_is_used(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    for _ in 0..4 {
        server.clock.advance(29 * time::MINUTE);
        program.cloud_get("/accounts/current").await.ok(200);
    }
    server.clock.advance(30 * time::MINUTE);
    assert_eq!(program.cloud_get("/accounts/current").await.status, 401);
    let again = program.signed_in().await;
    again.cloud_get("/accounts/current").await.ok(200);
}

async fn a_change(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let made = create(&program, &[("your_reference", "7")]).await.ok(200);
    let path = format!("/accounts/{}", made["id"].as_str().unwrap());
    server.clock.advance(time::MINUTE);
    let changed = program.form(&path, &[("city", "York"), ("your_reference", "")]).await.ok(200);
    let mut expected = made.clone();
    (expected["city"], expected["your_reference"]) = (json!("York"), Value::Null);
    expected["updated_at"] = json!("2026-01-01T00:01:00+00:00");
    assert_eq!(changed, expected);
    let refused = program.form(&path, &[("country", "US"), ("short_reference", "1")]).await.ok(400);
    assert_eq!(refused["error_code"], "account_update_failed");
    let fields: Vec<_> = refused["error_messages"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["base", "state_or_province"]);
    assert_eq!(program.cloud_get(&path).await.ok(200), expected);
    assert_eq!(program.form(&path, &[]).await.ok(200)["city"], "York");
}

async fn anothers_account_is_not_there(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let eve = Person::sign_up(&server, "eve").await;
    let eve = Program::of(&eve, &server, &["ACCOUNTS_READ", "ACCOUNTS_WRITE"]).await.signed_in().await;
    let made = create(&program, &[]).await.ok(200);
    let id = made["id"].as_str().unwrap();
    let nowhere = eve.cloud_get("/accounts/0199c0de-0000-7000-8000-000000000000").await;
    assert_eq!(nowhere.ok(404)["error_code"], "account_not_found");
    for path in [format!("/accounts/{id}"), "/accounts/%FF".to_owned(), "/accounts/x".to_owned()] {
        assert_eq!(eve.cloud_get(&path).await, nowhere, "{path}");
        assert_eq!(eve.form(&path, &[("city", "York")]).await, nowhere, "{path}");
    }
    assert_eq!(eve.cloud_get("/accounts/find").await.ok(200)["accounts"], json!([]));
    assert_eq!(program.cloud_get(&format!("/accounts/{id}")).await.ok(200), made);
}

async fn the_callers_own_account(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let (one, two) =
        tokio::join!(program.cloud_get("/accounts/current"), program.cloud_get("/accounts/current"));
    let own = one.ok(200);
    assert_eq!(two.ok(200), own, "two at the same moment make one");
    same(&own, &example());
    assert_eq!(
        (&own["account_name"], &own["country"], &own["street"]),
        (&json!("ada@example.org"), &json!("ZA"), &Value::Null)
    );
    let path = format!("/accounts/{}", own["id"].as_str().unwrap());
    assert_eq!(program.form(&path, &[("street", "Long Street")]).await.ok(200)["street"], "Long Street");
}

async fn finding(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    for (name, city, status) in
        [("c", "Bath", "enabled"), ("a", "York", "disabled"), ("b", "York", "enabled")]
    {
        let fields = [("account_name", name), ("city", city), ("status", status)];
        create(&program, &fields).await.ok(200);
        server.clock.advance(time::SECOND);
    }
    let names = |answer: &Value| -> String {
        answer["accounts"].as_array().unwrap().iter().map(|a| a["account_name"].as_str().unwrap()).collect()
    };
    for (query, expected) in [
        ("", "cab"),
        ("order=created_at&order_asc_desc=desc", "bac"),
        ("order=account_name", "abc"),
        ("order=account_name&order_asc_desc=desc", "cba"),
        ("city=York", "ab"),
        ("city=York&status=enabled", "b"),
        ("account_name=nobody", ""),
        ("page=2&per_page=2", "b"),
        ("page=9", ""),
        ("your_reference=", "cab"),
    ] {
        let got = program.cloud_get(&format!("/accounts/find?{query}")).await.ok(200);
        assert_eq!(names(&got), expected, "{query}");
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
        let fields: Vec<_> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(program.form("/accounts/find", &fields).await.ok(200), got, "{query}");
    }
    let page = program.cloud_get("/accounts/find?page=1&per_page=2&order=city").await.ok(200);
    assert_eq!(
        page["pagination"],
        json!({
            "total_entries": 3, "total_pages": 2, "current_page": 1, "per_page": 2, "previous_page": -1,
            "next_page": 2, "order": "city", "order_asc_desc": "asc",
        })
    );
    same(&page["accounts"][0], &example());
    for (bad, field) in [
        ("page=0", "page"),
        ("page=x", "page"),
        ("per_page=101", "per_page"),
        ("order=id;drop", "order"),
        ("order_asc_desc=up", "order_asc_desc"),
        ("colour=red", "base"),
        ("page=1&page=2", "base"),
    ] {
        let answer = program.cloud_get(&format!("/accounts/find?{bad}")).await.ok(400);
        assert_eq!(answer["error_code"], "account_find_failed");
        assert!(answer["error_messages"].get(field).is_some(), "{bad}: {answer}");
    }
}

async fn bodies_of_every_kind(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let (kind, body) = multipart(&GOOD);
    let request = program.cloud(Method::POST, "/accounts/create").header("content-type", kind).body(body);
    let made = program.send(request).await.ok(200);
    assert_eq!(made["short_reference"], "260101-00001");
    let good = serde_urlencoded::to_string(GOOD).unwrap();
    let post = async |target: &str, kind: &str, body: Vec<u8>| {
        let request = program.cloud(Method::POST, target).header("content-type", kind).body(body);
        program.send(request).await
    };
    let form = "application/x-www-form-urlencoded";
    let plain = |text: &str| text.as_bytes().to_vec();
    let twice = format!("{good}&city=York");
    let file =
        "--b\r\nContent-Disposition: form-data; name=\"city\"; filename=\"x\"\r\n\r\nYork\r\n--b--\r\n";
    let double =
        "--b\r\nContent-Disposition: form-data; name=\"city\"\r\n\r\nYork\r\n".repeat(2) + "--b--\r\n";
    let boundary = "multipart/form-data; boundary=b";
    let create = "/accounts/create";
    for (target, kind, body, code) in [
        (create, form, plain(&twice), "invalid_extra_parameters"),
        ("/accounts/create?city=York", form, plain(&good), "invalid_extra_parameters"),
        (create, form, plain(&format!("{good}&status=%FF")), "invalid_body"),
        (create, form, [plain(&good), b"&your_reference=\xff\xfe".to_vec()].concat(), "invalid_body"),
        (create, form, plain(&format!("{good}&your_reference=%00")), "invalid_body"),
        (create, "application/json", plain("{}"), "invalid_body"),
        (create, boundary, plain(file), "invalid_body"),
        (create, boundary, plain(&double), "invalid_extra_parameters"),
        (create, boundary, plain("--b\r\nnonsense"), "invalid_body"),
        (create, "multipart/form-data", plain("x"), "invalid_body"),
    ] {
        let answer = post(target, kind, body).await.ok(400);
        assert_eq!(answer["error_code"], "account_create_failed");
        assert_eq!(answer["error_messages"]["base"][0]["code"], code, "{kind} {answer}");
    }
    let huge = post(create, form, vec![b'x'; 100_000]).await;
    assert_eq!(huge.ok(413)["error_code"], "request_too_large");
    let found = program.cloud_get("/accounts/find").await.ok(200);
    assert_eq!(found["pagination"]["total_entries"], 1, "nothing of this made anything");
}

async fn references_are_unique_under_concurrency(db: &TestDb) {
    let server = TestServer::open(db).await;
    let program = ada(&server).await;
    let made = (0..24).map(|_| {
        let program = program.clone();
        tokio::spawn(async move { create(&program, &[]).await.ok(200)["short_reference"].clone() })
    });
    let mut references = BTreeSet::new();
    for reference in made.collect::<Vec<_>>() {
        references.insert(reference.await.unwrap().as_str().unwrap().to_owned());
    }
    assert_eq!(references.len(), 24);
    assert_eq!(references.first().unwrap(), "260101-00001");
    assert_eq!(references.last().unwrap(), "260101-00024");
    server.clock.advance(time::DAY);
    let next = program.signed_in().await;
    assert_eq!(create(&next, &[]).await.ok(200)["short_reference"], "260102-00001");
}

async fn internal_errors_reveal_nothing(db: &TestDb) {
    let server = TestServer::with(db, Settings::default()).await;
    let program = ada(&server).await;
    // Another transaction is about to assign the day's next number, and is slow.
    let mut tx = server.desk.db.begin().await.unwrap();
    store::sub_account::next_number(&mut tx, "2026-01-01").await.unwrap();
    let answer = create(&program, &[]).await;
    drop(tx);
    assert_eq!(
        answer.ok(503),
        json!({
            "error_code": "service_unavailable",
            "error_messages": {"base": message("service_unavailable", "Service is temporary unavailable", &json!({}))},
        })
    );
    db.execute("alter table brands rename to gone").await;
    let answer = create(&program, &[("brand", "any")]).await;
    assert_eq!(
        answer.ok(500),
        json!({
            "error_code": "internal_server_error",
            "error_messages": {"base": message("internal_server_error", "Internal server error", &json!({}))},
        })
    );
}

store::each_engine!(
    the_documents_example,
    every_row_of_the_table,
    several_errors_together,
    sign_in_of_api_clients,
    a_token_lives_while_it_is_used,
    a_change,
    anothers_account_is_not_there,
    the_callers_own_account,
    finding,
    bodies_of_every_kind,
    references_are_unique_under_concurrency,
    internal_errors_reveal_nothing,
);
