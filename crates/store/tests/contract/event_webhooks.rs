//! Event webhooks and their deliveries.

use crate::samples::{NOW, id, person, write};
use domain::{
    EventDeliveryId, EventWebhookId, UserId,
    event_webhook::{DeliveryProblem, Disabled, EventType},
};
use store::{
    event_delivery::{self, AttemptOutcome, NewDelivery},
    event_webhook::{self, Webhook},
    testing::TestDb,
};

fn webhook(owner: UserId, number: u128) -> Webhook {
    Webhook {
        id: EventWebhookId(id(number)),
        user_id: owner,
        name: "Дневник".into(),
        url: "https://example.com/".into(),
        topics: "order fill".into(),
        sealed_secret: vec![1, 0, 255],
        sealed_previous: None,
        previous_until: None,
        disabled: None,
        after_seq: 0,
        failing_since: None,
        created_at: NOW,
    }
}

fn delivery(webhook: EventWebhookId, number: u128, seq: Option<i64>) -> NewDelivery<'static> {
    let kind = EventType::PlanEnded;
    NewDelivery { id: EventDeliveryId(id(number)), webhook_id: webhook, seq, kind, body: "{}", at: NOW }
}

async fn inserted(db: &TestDb, owner: UserId, number: u128) -> Webhook {
    let row = webhook(owner, number);
    write(db, async |tx| event_webhook::insert_webhook(tx, &row).await).await.unwrap();
    row
}

async fn a_webhook_changes_for_its_owner_alone(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let row = inserted(db, ada, 1).await;
    assert_eq!(event_webhook::list_by_user(&**db, ada).await.unwrap(), std::slice::from_ref(&row));
    assert!(event_webhook::list_by_user(&**db, eve).await.unwrap().is_empty());
    assert_eq!(event_webhook::get_webhook(&**db, eve, row.id).await.unwrap(), None);
    let changed = Webhook { name: "Other".into(), topics: "key".into(), ..row.clone() };
    let theirs = Webhook { user_id: eve, ..changed.clone() };
    assert!(!write(db, async |tx| event_webhook::update_webhook(tx, &theirs).await).await.unwrap());
    assert!(write(db, async |tx| event_webhook::update_webhook(tx, &changed).await).await.unwrap());
    let rotate = async |owner| {
        write(db, async |tx| event_webhook::rotate_secret(tx, owner, row.id, &[9], NOW.plus(5)).await)
            .await
            .unwrap()
    };
    assert!(!rotate(eve).await && rotate(ada).await);
    let read = event_webhook::get_webhook(&**db, ada, row.id).await.unwrap().unwrap();
    assert_eq!(
        (read.sealed_secret.as_slice(), read.sealed_previous.as_deref()),
        (&[9][..], Some(&[1, 0, 255][..]))
    );
    assert_eq!((read.previous_until, read.name.as_str()), (Some(NOW.plus(5)), "Other"));

    // Rewrapped secrets are not written over rotated ones.
    assert!(!write(db, async |tx| event_webhook::reseal(tx, &row, &[7], None).await).await.unwrap());
    assert!(write(db, async |tx| event_webhook::reseal(tx, &read, &[7], Some(&[8])).await).await.unwrap());
    let after = event_webhook::list_webhooks_after(&**db, EventWebhookId(id(0)), 9).await.unwrap();
    assert_eq!(after.len(), 1);

    let delete = async |owner| {
        write(db, async |tx| event_webhook::delete_webhook(tx, owner, row.id).await).await.unwrap()
    };
    assert!(!delete(eve).await && delete(ada).await);
    inserted(db, ada, 2).await;
    assert_eq!(write(db, async |tx| event_webhook::delete_all(tx, eve).await).await.unwrap(), 0);
    assert_eq!(write(db, async |tx| event_webhook::delete_all(tx, ada).await).await.unwrap(), 1);
}

async fn one_holder_at_a_time(db: &TestDb) {
    let ada = person(db, 1).await;
    let row = inserted(db, ada, 1).await;
    let due = async |now| event_webhook::list_due(&**db, now, 9).await.unwrap().len();
    assert_eq!(due(NOW).await, 0, "nothing to deliver");
    write(db, async |tx| event_delivery::insert_delivery(tx, &delivery(row.id, 1, None)).await)
        .await
        .unwrap();
    assert_eq!((due(NOW.plus(-1)).await, due(NOW).await), (0, 1));
    let claim = async |holder: &str, now: domain::Micros| {
        write(db, async |tx| event_webhook::claim_webhook(tx, row.id, holder, now, now.plus(10)).await)
            .await
            .unwrap()
    };
    assert!(claim("one", NOW).await && !claim("two", NOW.plus(9)).await);
    assert_eq!(due(NOW.plus(9)).await, 0, "it is held");
    let moved = async |holder: &str, seq| {
        write(db, async |tx| event_webhook::set_after_seq(tx, row.id, holder, seq).await).await.unwrap()
    };
    assert!(!moved("two", 5).await && moved("one", 5).await && !moved("one", 5).await);
    assert!(claim("two", NOW.plus(10)).await, "the claim has ended");
    write(db, async |tx| event_webhook::release_webhook(tx, row.id, "one", NOW).await).await.unwrap();
    assert_eq!(due(NOW.plus(11)).await, 0, "another's claim is not released");
    write(db, async |tx| event_webhook::release_webhook(tx, row.id, "two", NOW.plus(11)).await)
        .await
        .unwrap();
    assert_eq!(due(NOW.plus(11)).await, 1);
    assert!(claim("two", NOW.plus(11)).await);
    assert_eq!(write(db, async |tx| event_webhook::let_go(tx, "two").await).await.unwrap(), 1);
    assert_eq!(due(NOW.plus(11)).await, 1);
    let since =
        async |at| write(db, async |tx| event_webhook::begin_failing(tx, row.id, at).await).await.unwrap();
    assert_eq!((since(NOW).await, since(NOW.plus(5)).await), (Some(NOW), Some(NOW)));
    write(db, async |tx| event_webhook::set_working(tx, row.id).await).await.unwrap();
    assert_eq!(since(NOW.plus(5)).await, Some(NOW.plus(5)));
}

async fn a_disabled_webhook_gets_no_deliveries(db: &TestDb) {
    let ada = person(db, 1).await;
    let row = inserted(db, ada, 1).await;
    write(db, async |tx| event_delivery::insert_delivery(tx, &delivery(row.id, 1, None)).await)
        .await
        .unwrap();
    let claim = async || {
        write(db, async |tx| event_webhook::claim_webhook(tx, row.id, "one", NOW, NOW.plus(10)).await)
            .await
            .unwrap()
    };
    assert!(claim().await);
    let disable = async || {
        write(db, async |tx| event_webhook::disable_webhook(tx, row.id, Disabled::Failing).await)
            .await
            .unwrap()
    };
    assert!(disable().await && !disable().await);
    let waiting = async || event_delivery::count_waiting(&**db, row.id).await.unwrap();
    assert_eq!(waiting().await, 0);
    let advanced =
        write(db, async |tx| event_webhook::set_after_seq(tx, row.id, "one", 60).await).await.unwrap();
    assert!(!advanced, "it was disabled meanwhile");
    write(db, async |tx| event_webhook::release_webhook(tx, row.id, "one", NOW).await).await.unwrap();
    assert!(!claim().await);
    // An attempt that was being made is scheduled again.
    db.execute("update event_deliveries set next_attempt_at = 5").await;
    assert_eq!(waiting().await, 1);
    assert!(write(db, async |tx| event_webhook::enable_webhook(tx, ada, row.id, 77).await).await.unwrap());
    let read = event_webhook::get_webhook(&**db, ada, row.id).await.unwrap().unwrap();
    assert_eq!((read.disabled, read.failing_since, read.after_seq), (None, None, 77));
    assert_eq!(waiting().await, 0);
}

async fn another_address_has_not_failed(db: &TestDb) {
    let ada = person(db, 1).await;
    let row = inserted(db, ada, 1).await;
    for (url, failing) in [(row.url.as_str(), Some(NOW)), ("https://example.org/", None)] {
        write(db, async |tx| event_webhook::begin_failing(tx, row.id, NOW).await).await.unwrap();
        let moved = Webhook { url: url.into(), ..row.clone() };
        write(db, async |tx| event_webhook::update_webhook(tx, &moved).await).await.unwrap();
        let read = event_webhook::get_webhook(&**db, ada, row.id).await.unwrap().unwrap();
        assert_eq!(read.failing_since, failing, "{url}");
    }
}

async fn a_delivery_is_kept_once_for_its_event(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let row = inserted(db, ada, 1).await;
    write(db, async |tx| {
        for (number, seq) in [(1, Some(7)), (2, Some(7)), (3, None), (4, None), (5, Some(8))] {
            event_delivery::insert_delivery(tx, &delivery(row.id, number, seq)).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
    let numbers = async |limit| {
        let all = event_delivery::list_due_deliveries(&**db, row.id, NOW, limit).await.unwrap();
        all.into_iter().map(|one| one.id.0.as_u128() & 0xff).collect::<Vec<_>>()
    };
    assert_eq!(numbers(9).await, [3, 4, 1, 5], "all tests, and one for each event");
    let one = EventDeliveryId(id(1));
    let begin =
        async |now| write(db, async |tx| event_delivery::begin_attempt(tx, one, now).await).await.unwrap();
    assert!(!begin(NOW.plus(-1)).await && begin(NOW).await);
    let oldest = event_delivery::oldest_waiting(&**db, row.id).await.unwrap().unwrap();
    assert_eq!((oldest.id, oldest.attempts, oldest.problem), (one, 1, Some(DeliveryProblem::Interrupted)));
    let outcome = AttemptOutcome {
        delivered_at: Some(NOW),
        next_attempt_at: None,
        status: Some(200),
        duration_ms: 12,
        answer: Some("well".into()),
        problem: None,
    };
    write(db, async |tx| event_delivery::finish_attempt(tx, one, &outcome).await).await.unwrap();
    assert_eq!(numbers(2).await, [3, 4]);
    let listed = event_delivery::list_deliveries(&**db, ada, row.id, 9).await.unwrap();
    assert_eq!(listed.first().map(|one| one.id.0.as_u128() & 0xff), Some(5), "newest first");
    let first = listed.iter().find(|delivery| delivery.id == one).unwrap();
    assert_eq!(
        (first.status, first.duration_ms, first.answer.as_deref()),
        (Some(200), Some(12), Some("well"))
    );
    assert!(event_delivery::list_deliveries(&**db, eve, row.id, 9).await.unwrap().is_empty());

    let resend = async |owner| {
        write(db, async |tx| event_delivery::resend_delivery(tx, owner, row.id, one, NOW).await)
            .await
            .unwrap()
    };
    assert!(!resend(eve).await && resend(ada).await && !resend(ada).await);
    assert_eq!(numbers(9).await, [3, 4, 1, 5]);
    let prune =
        async || write(db, async |tx| event_delivery::prune_deliveries(tx, row.id, 1).await).await.unwrap();
    assert_eq!(prune().await, 0, "what waits is kept");
    write(db, async |tx| event_delivery::finish_attempt(tx, one, &outcome).await).await.unwrap();
    assert_eq!(prune().await, 1);
    assert_eq!(numbers(9).await, [3, 4, 5]);
}

store::each_engine!(
    a_webhook_changes_for_its_owner_alone,
    one_holder_at_a_time,
    a_disabled_webhook_gets_no_deliveries,
    another_address_has_not_failed,
    a_delivery_is_kept_once_for_its_event,
);
