//! Malformed bodies, and fields of every wrong type: each response is one that the document lists, and never
//! a server error.

use super::{
    operation::Operation,
    world::{Caller, Sent, World, written},
};
use crate::common::{HttpAnswer, Person};
use serde_json::{Map, Value, json};
use server::rest::surface::Surface;
use std::sync::atomic::{AtomicU32, Ordering};
use store::testing::TestDb;

const MAINTENANCE: &str = "/v1/admin/maintenance";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Asserts that the document lists the response.
#[track_caller]
fn documented(operation: &Operation, answer: &HttpAnswer, sent: &str) {
    let known = operation.statuses();
    assert!(known.contains(&answer.status), "{operation} with {sent}: {answer:?} is not one of {known:?}");
    assert!(answer.status < 500, "{operation} with {sent}: {answer:?}");
    if answer.status >= 400 {
        let reported: Value =
            serde_json::from_str(&answer.text).unwrap_or_else(|_| panic!("{operation}: {answer:?}"));
        let example = operation.answers(answer.status).unwrap();
        let keys = |value: &Value| value.as_object().unwrap().keys().next().cloned();
        assert_eq!(keys(&reported), keys(example), "{operation} with {sent}: {answer:?}");
    }
}

/// Operations that end the caller's sign-in: each request needs a new user.
const ENDS: [&str; 2] = ["/v1/auth/sign-out", "/v1/auth/change-password"];

async fn send(world: &World, caller: &Caller, operation: &Operation, sent: Sent) -> HttpAnswer {
    static LEAVERS: AtomicU32 = AtomicU32::new(0);
    if ENDS.contains(&operation.path.as_str()) {
        let name = format!("leaver{}", LEAVERS.fetch_add(1, Ordering::Relaxed));
        let leaver = Person::sign_up(&world.server, &name).await;
        let request = leaver.request(operation.method.clone(), &operation.path);
        let request = match sent {
            Some((kind, bytes)) => request.header("content-type", kind).body(bytes),
            None => request,
        };
        return leaver.send(request).await;
    }
    let thing = if operation.names() { world.any(&operation.path) } else { "" };
    let target = operation.target(thing);
    let answer = caller.call(operation.surface(), operation.method.clone(), &target, sent).await;
    if operation.path == MAINTENANCE {
        // The request may have turned on maintenance mode, but the remaining requests must be served, too.
        caller.person.put(MAINTENANCE, json!({"on": false})).await.ok(200);
    }
    answer
}

fn with_body(world: &World) -> impl Iterator<Item = &Operation> {
    world.operations.iter().filter(|operation| operation.body().is_some())
}

/// A world in which Ada is an operator and may call everything.
async fn operator(db: &TestDb) -> World {
    let mut world = World::new(db).await;
    world.promote().await;
    world
}

async fn bodies_that_are_none(db: &TestDb) {
    let world = operator(db).await;
    for operation in with_body(&world) {
        let (kind, example) = operation.body().unwrap();
        let good = written(kind, example).unwrap().1;
        let cut = good[..good.len() - 1].to_vec();
        let raw: [(&str, Vec<u8>); 10] = [
            (JSON, b"{".to_vec()),
            (JSON, cut),
            (JSON, b"[]".to_vec()),
            (JSON, b"null".to_vec()),
            (JSON, b"\xff\xfe{}".to_vec()),
            (JSON, "[".repeat(30_000).into_bytes()),
            ("text/plain", good.clone()),
            ("application/xml", b"<a/>".to_vec()),
            (FORM, b"a=%FF&a=%00&=&&b".to_vec()),
            ("multipart/form-data; boundary=b", b"--b\r\nnonsense".to_vec()),
        ];
        for (kind, bytes) in raw {
            let shown = format!("{kind} {:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(60)]));
            let answer = send(&world, &world.ada, operation, Some((kind.to_owned(), bytes))).await;
            documented(operation, &answer, &shown);
        }
        if operation.surface() != Surface::Currencycloud {
            let answer =
                send(&world, &world.ada, operation, Some((JSON.to_owned(), b"{\"a\":".to_vec()))).await;
            assert_eq!(answer.status, 400, "{operation}: JSON that is cut off");
        }
        let huge = Some((kind.to_owned(), vec![b' '; 70_000]));
        assert_eq!(send(&world, &world.ada, operation, huge).await.status, 413, "{operation}");
    }
}

/// Values that no single field accepts all of.
fn wrongs() -> [Value; 9] {
    [
        Value::Null,
        json!(true),
        json!(-1),
        serde_json::from_str("1e400").unwrap(),
        json!(""),
        json!("\u{0}\u{202e}'\"<>{{}}"),
        json!("x".repeat(3_000)),
        json!([[], {}]),
        json!({"$ne": {}}),
    ]
}

async fn fields_of_every_wrong_type(db: &TestDb) {
    let world = operator(db).await;
    for operation in with_body(&world) {
        let (kind, example) = operation.body().unwrap();
        let try_with = async |fields: &Map<String, Value>| {
            let answer = send(&world, &world.ada, operation, written(kind, fields)).await;
            documented(operation, &answer, &Value::Object(fields.clone()).to_string());
        };
        for field in operation.fields() {
            for wrong in wrongs() {
                let mut fields = example.clone();
                fields.insert(field.clone(), wrong);
                try_with(&fields).await;
            }
        }
        try_with(&Map::new()).await;
        let mut more = example.clone();
        more.insert("nobodyKnowsThis".to_owned(), json!(1));
        try_with(&more).await;
    }
}

async fn fields_given_twice(db: &TestDb) {
    let world = operator(db).await;
    for operation in with_body(&world) {
        let (kind, example) = operation.body().unwrap();
        let bytes = written(kind, example).unwrap().1;
        let text = String::from_utf8(bytes).unwrap();
        let twice = if kind == JSON {
            format!("{{{},{}", &text[1..text.len() - 1], &text[1..])
        } else {
            format!("{text}&{text}")
        };
        let answer = send(&world, &world.ada, operation, Some((kind.to_owned(), twice.into_bytes()))).await;
        documented(operation, &answer, "each field twice");
        // docs/API.md: the other surfaces reject repetition. Mudawyl's JSON has the rules of its original service.
        if operation.surface() != Surface::Mudawyl && !example.is_empty() {
            assert_eq!(answer.status, 400, "{operation} with each field twice: {answer:?}");
        }
    }
}

/// The same for query parameters.
async fn queries_of_every_wrong_kind(db: &TestDb) {
    let world = operator(db).await;
    for operation in &world.operations {
        let thing = if operation.names() { world.any(&operation.path) } else { "" };
        let path = operation.target(thing);
        let path = path.split('?').next().unwrap();
        for name in
            operation.parameters().iter().filter(|p| p["in"] == "query").filter_map(|p| p["name"].as_str())
        {
            for wrong in ["", "x", "-1", "1e9", "%00", "%FF", "[]", "99999999999999999999", "a&a=b"] {
                let target = format!("{path}?{name}={wrong}&{name}=");
                let surface = operation.surface();
                let answer = world.ada.call(surface, operation.method.clone(), &target, None).await;
                documented(operation, &answer, &target);
            }
        }
    }
}

/// The same for ids.
async fn ids_of_every_wrong_kind(db: &TestDb) {
    let world = operator(db).await;
    for operation in world.operations.iter().filter(|operation| operation.names()) {
        let sent = operation.body().and_then(|(kind, fields)| written(kind, fields));
        for wrong in ["x", "%00", "%FF", "-1", "46a19fb1", "99999999999999999999", "{id}", "'"] {
            let target = operation.target(wrong);
            let answer =
                world.ada.call(operation.surface(), operation.method.clone(), &target, sent.clone()).await;
            documented(operation, &answer, &target);
            assert!(answer.status >= 400, "{operation} of {wrong}: {answer:?}");
        }
    }
}

store::each_engine!(
    bodies_that_are_none,
    fields_of_every_wrong_type,
    fields_given_twice,
    queries_of_every_wrong_kind,
    ids_of_every_wrong_kind,
);
