//! Every protected operation, called without valid credentials and without the required role or permission.

use super::{
    operation::Operation,
    world::{Caller, World, written},
};
use crate::common::{HttpAnswer, person::forged, program::Program};
use domain::{Role, time};
use serde_json::Value;
use server::rest::surface::Surface;
use store::testing::TestDb;

async fn call(world: &World, caller: &Caller, operation: &Operation) -> HttpAnswer {
    let thing = if operation.names() { world.any(&operation.path) } else { "" };
    world.examples(caller, operation, thing).await
}

#[track_caller]
fn assert_documented(operation: &Operation, answer: &HttpAnswer, status: u16) {
    assert_eq!(answer.status, status, "{operation}: {answer:?}");
    let reported: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(Some(&reported), operation.answers(status), "{operation}");
}

async fn anonymous_callers_get_401(db: &TestDb) {
    let world = World::new(db).await;
    let forged = forged(&world.ada.person.token.clone().unwrap());
    for operation in world.operations.iter().filter(|operation| operation.closed()) {
        for bad in ["", "nonsense", "Basic YTpi", "Bearer a.b.c", &forged] {
            let nobody =
                Program { key: "0".repeat(64), token: bad.replace(' ', ""), ..world.ada.program.clone() };
            let caller = Caller { person: world.ada.person.with_token(bad), program: nobody };
            assert_documented(operation, &call(&world, &caller, operation).await, 401);
        }
    }
}

async fn expired_credentials_open_nothing(db: &TestDb) {
    let world = World::new(db).await;
    let id = &world.ada.program.id;
    world.ada.person.delete(&format!("/v1/priv/api-client/{id}"), None).await.ok(204);
    world.server.clock.advance(16 * time::MINUTE);
    for operation in world.operations.iter().filter(|operation| operation.closed()) {
        assert_documented(operation, &call(&world, &world.ada, operation).await, 401);
    }
}

async fn operator_routes_are_closed_to_others(db: &TestDb) {
    let world = World::new(db).await;
    let operators = world.operations.iter().filter(|operation| operation.route.role == Role::Admin);
    let mut seen = 0;
    for operation in operators {
        assert_documented(operation, &call(&world, &world.ada, operation).await, 403);
        seen += 1;
    }
    assert!(seen >= 12, "{seen} operations");
}

/// A token of one surface, and a cookie, are not accepted on another surface.
async fn credentials_stay_on_their_surface(db: &TestDb) {
    let world = World::new(db).await;
    for operation in world.operations.iter().filter(|operation| operation.closed()) {
        let thing = if operation.names() { world.any(&operation.path) } else { "" };
        let sent = operation.body().and_then(|(kind, fields)| written(kind, fields));
        let bearer = match operation.surface() {
            Surface::Mudawyl => world.ada.program.token.clone(),
            _ => world.ada.person.token.clone().unwrap(),
        };
        let request =
            world.ada.person.with_token(&bearer).request(operation.method.clone(), &operation.target(thing));
        let request = request.header("cookie", format!("slipstream={bearer}"));
        let request = match sent {
            Some((kind, bytes)) => request.header("content-type", kind).body(bytes),
            None => request,
        };
        assert_documented(operation, &world.ada.person.send(request).await, 401);
    }
}

store::each_engine!(
    anonymous_callers_get_401,
    expired_credentials_open_nothing,
    operator_routes_are_closed_to_others,
    credentials_stay_on_their_surface,
);
