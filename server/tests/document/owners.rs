//! Another user's id, on every private operation that takes one.

use super::world::World;
use serde_json::Value;
use store::testing::TestDb;

async fn anothers_thing_is_not_there(db: &TestDb) {
    let world = World::new(db).await;
    // The first reads record their own use and create what is created at first use.
    world.snapshot().await;
    let before = world.snapshot().await;
    let mut seen = 0;
    for operation in world.operations.iter().filter(|operation| operation.private() && operation.names()) {
        let answer = world.examples(&world.bob, operation, world.thing(&operation.path)).await;
        assert_eq!(answer.status, 404, "{operation}: {answer:?}");
        let reported: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(Some(&reported), operation.answers(404), "{operation}");
        seen += 1;
    }
    assert!(seen >= 25, "{seen} operations");
    let after = world.snapshot().await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "a stranger changed it");
    }
}

/// This operation has the account's number in its body, as no other does.
async fn anothers_number_in_a_body_is_not_there(db: &TestDb) {
    let world = World::new(db).await;
    let number: i64 = world.thing("/ver1/accounts/{id}").parse().unwrap();
    let body = serde_json::json!({"account_id": number, "name": "Stolen"});
    let answer = world.bob.program.post("/ver1/accounts/update", body.clone()).await;
    assert_eq!(answer.ok(404)["error"], "not_found");
    assert_eq!(world.ada.program.post("/ver1/accounts/update", body).await.ok(200)["name"], "Stolen");
}

store::each_engine!(anothers_thing_is_not_there, anothers_number_in_a_body_is_not_there);
