//! Events arrive at the addresses of users' programs: signed, in order, at least once, and nowhere else.

use super::{
    event_program::{Program, is_signed_by},
    setting::{ADA, PASSWORD, from, here, mails, problem, text_of},
};
use axum::http::StatusCode;
use domain::{
    EventWebhookId, UserId,
    event_webhook::{DeliveryProblem, DeliveryState, Disabled, EventDelivery},
    live::{LiveEvent, LiveEventKind},
    time::{DAY, HOUR, MINUTE, SECOND},
    validation::Problem,
};
use service::{
    Actor, Error, SharedDesk,
    identity::{
        account,
        event_webhook::{self, MadeWebhook, NewWebhook, WebhookChange},
        recovery, session,
    },
    messaging::notice,
    platform::settings::Settings,
    testing::{self, Setup, TestClock},
};
use std::sync::Arc;
use store::{JsonText, testing::TestDb};

store::each_engine!(
    an_event_arrives_once_and_signed,
    a_failed_delivery_is_retried_for_a_day,
    a_failing_webhook_is_disabled_after_three_days,
    later_events_wait_for_an_early_retry,
    an_interrupted_attempt_is_repeated_under_its_id,
    two_instances_deliver_once,
    both_secrets_sign_for_a_day,
    private_addresses_are_refused_when_saved_and_when_sent,
    only_listed_hosts_get_events,
    a_redirect_is_not_followed_and_a_long_answer_is_cut,
    a_webhook_is_its_owners_and_ends_with_the_account,
);

fn desk_named(db: &TestDb, clock: &Arc<TestClock>, instance: &str, local: bool) -> SharedDesk {
    let settings = Settings { local_webhooks: local, ..Settings::default() };
    let (clock, instance) = (Arc::<TestClock>::clone(clock), instance.to_owned());
    testing::desk_with((**db).clone(), Setup { settings, clock, instance, ..Setup::default() })
}

/// A desk, Ada's program and her webhook with the topic `account`.
async fn started(db: &TestDb) -> (SharedDesk, Arc<TestClock>, Actor, Program, MadeWebhook) {
    let clock = Arc::new(TestClock::default());
    let desk = desk_named(db, &clock, "test", true);
    let actor = account::sign_up(&desk, here(), ADA, PASSWORD).await.unwrap().actor;
    let program = Program::start().await;
    let made = event_webhook::create(&desk, &actor, &here(), new(&program.url)).await.unwrap();
    (desk, clock, actor, program, made)
}

fn new(url: &str) -> NewWebhook {
    NewWebhook { name: "Journal".to_owned(), url: url.to_owned(), topics: vec!["account".to_owned()] }
}

async fn happens(desk: &SharedDesk, user: UserId, what: LiveEventKind) {
    let event = LiveEvent { key: None, at: desk.clock.now(), what };
    let body = JsonText::of(&event).unwrap();
    let mut tx = desk.db.begin().await.unwrap();
    store::event::append_event(&mut tx, user, &body, event.at).await.unwrap();
    tx.commit().await.unwrap();
}

async fn plan_ends(desk: &SharedDesk, user: UserId, name: &str) {
    happens(desk, user, LiveEventKind::PlanEnded(name.to_owned())).await;
}

async fn log(desk: &SharedDesk, actor: &Actor, id: EventWebhookId) -> Vec<EventDelivery> {
    event_webhook::list_deliveries(desk, actor, id).await.unwrap()
}

async fn an_event_arrives_once_and_signed(db: &TestDb) {
    let (desk, _, actor, program, made) = started(db).await;
    plan_ends(&desk, actor.user, "PRO").await;
    // Not one of its topics.
    happens(&desk, actor.user, LiveEventKind::StopReplaced("BTC/USDT".parse().unwrap())).await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 0);
    let received = program.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert!(is_signed_by(&received[0], &made.secret));
    assert!(!is_signed_by(&received[0], "whsec_AAAA"));
    assert_eq!(received[0].seconds, desk.clock.now().seconds().to_string());
    let body: serde_json::Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!((&body["type"], &body["data"]["plan"]), (&"account.plan_ended".into(), &"PRO".into()));
    assert_eq!((body["seq"].is_i64(), body["keyId"].is_null()), (true, true));
    let log = log(&desk, &actor, made.webhook.id).await;
    assert_eq!((log.len(), log[0].state, log[0].status), (1, DeliveryState::Delivered, Some(200)));
    assert_eq!((log[0].id.to_string(), log[0].answer.as_deref()), (received[0].id.clone(), Some("taken")));
    assert_eq!(log[0].next_attempt_at, None);

    event_webhook::send_test(&desk, &actor, made.webhook.id).await.unwrap();
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
    let test = program.received().pop().unwrap();
    assert!(test.body.contains(r#""type":"webhook.test""#) && is_signed_by(&test, &made.secret), "{test:?}");
}

async fn a_failed_delivery_is_retried_for_a_day(db: &TestDb) {
    let (desk, clock, actor, program, made) = started(db).await;
    program.answer(StatusCode::INTERNAL_SERVER_ERROR);
    plan_ends(&desk, actor.user, "PRO").await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 0);
    let first = log(&desk, &actor, made.webhook.id).await.remove(0);
    assert_eq!((first.state, first.attempts), (DeliveryState::Retrying, 1));
    assert_eq!((first.status, first.problem), (Some(500), Some(DeliveryProblem::Status)));
    let pause = first.next_attempt_at.unwrap().since(desk.clock.now());
    assert!((5 * SECOND..8 * SECOND).contains(&pause), "{pause}");
    event_webhook::deliver(&desk).await.unwrap();
    assert_eq!(program.received().len(), 1, "nothing before the pause is over");
    for _ in 0..100 {
        clock.advance(30 * MINUTE);
        event_webhook::deliver(&desk).await.unwrap();
    }
    let last = log(&desk, &actor, made.webhook.id).await.remove(0);
    assert_eq!((last.state, last.attempts, last.next_attempt_at), (DeliveryState::Failed, 10, None));
    let lasted = last.attempted_at.unwrap().since(first.created_at);
    assert!((23 * HOUR..42 * HOUR).contains(&lasted), "{lasted}");
    let ids: Vec<String> = program.received().into_iter().map(|received| received.id).collect();
    assert_eq!(ids, vec![first.id.to_string(); 10]);

    program.answer(StatusCode::NO_CONTENT);
    event_webhook::resend(&desk, &actor, made.webhook.id, first.id).await.unwrap();
    let again = event_webhook::resend(&desk, &actor, made.webhook.id, first.id).await;
    assert!(matches!(again, Err(Error::NotFound)), "it waits already");
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
    let sent = log(&desk, &actor, made.webhook.id).await.remove(0);
    assert_eq!((sent.id, sent.state, sent.problem), (first.id, DeliveryState::Delivered, None));
    let webhook = event_webhook::get(&desk, &actor, made.webhook.id).await.unwrap();
    assert_eq!((webhook.failing_since, webhook.disabled), (None, None));
}

async fn a_failing_webhook_is_disabled_after_three_days(db: &TestDb) {
    let (desk, clock, actor, program, made) = started(db).await;
    let id = made.webhook.id;
    program.answer(StatusCode::GONE);
    let begun = desk.clock.now();
    let disabled = async || event_webhook::get(&desk, &actor, id).await.unwrap().disabled;
    while disabled().await.is_none() {
        assert!(desk.clock.now().since(begun) < 4 * DAY);
        plan_ends(&desk, actor.user, "PRO").await;
        for _ in 0..6 {
            event_webhook::deliver(&desk).await.unwrap();
            clock.advance(MINUTE);
        }
        clock.advance(6 * HOUR);
    }
    assert_eq!(disabled().await, Some(Disabled::Failing));
    assert!(desk.clock.now().since(begun) >= 3 * DAY);
    assert!(log(&desk, &actor, id).await.iter().all(|one| one.state == DeliveryState::Failed));
    let notices = mails(&desk).await;
    let sent = notices.iter().filter(|mail| mail.subject.contains("Journal was disabled")).count();
    assert_eq!(sent, 1, "{notices:?}");
    let bell = notice::read_page(&desk, &actor, None).await.unwrap().items;
    let shown =
        |what: &LiveEventKind| matches!(what, LiveEventKind::WebhookDisabled(name) if name == "Journal");
    assert_eq!(bell.iter().filter(|item| shown(&item.event.what)).count(), 1, "{bell:?}");

    let before = program.received().len();
    plan_ends(&desk, actor.user, "LOST").await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 0);
    let test = event_webhook::send_test(&desk, &actor, id).await;
    assert_eq!(problem(test), ("active".to_owned(), Problem::WebhookDisabled));
    assert_eq!(program.received().len(), before);
    program.answer(StatusCode::OK);
    let enable = WebhookChange { active: Some(true), ..WebhookChange::default() };
    event_webhook::change(&desk, &actor, &here(), id, enable).await.unwrap();
    plan_ends(&desk, actor.user, "NEXT").await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
    assert_eq!(program.plans().last().map(String::as_str), Some("NEXT"), "events in between are not sent");
}

async fn later_events_wait_for_an_early_retry(db: &TestDb) {
    let (desk, clock, actor, program, made) = started(db).await;
    program.answer(StatusCode::BAD_GATEWAY);
    for plan in ["A", "B", "C"] {
        plan_ends(&desk, actor.user, plan).await;
    }
    for _ in 0..3 {
        event_webhook::deliver(&desk).await.unwrap();
    }
    assert_eq!(program.plans(), ["A"], "B and C wait for the retry of A");
    program.answer(StatusCode::OK);
    clock.advance(8 * SECOND);
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 3);
    assert_eq!(program.plans(), ["A", "A", "B", "C"]);
    let webhook = event_webhook::get(&desk, &actor, made.webhook.id).await.unwrap();
    assert_eq!(webhook.failing_since, None);
}

async fn an_interrupted_attempt_is_repeated_under_its_id(db: &TestDb) {
    let (desk, clock, actor, program, made) = started(db).await;
    plan_ends(&desk, actor.user, "PRO").await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
    // The process was killed after the answer and before it was recorded.
    db.execute("update event_deliveries set delivered_at = null, next_attempt_at = 0, status = null").await;
    db.execute("update event_webhooks set holder = 'test', held_until = 9000000000000000").await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 0, "it seems to be held");
    event_webhook::resume(&desk).await.unwrap();
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
    let received = program.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id, received[1].id);
    let one = log(&desk, &actor, made.webhook.id).await.remove(0);
    assert_eq!((one.attempts, one.state), (2, DeliveryState::Delivered));

    // Another instance continues what the killed one held once its claim has ended.
    plan_ends(&desk, actor.user, "NEXT").await;
    db.execute("update event_webhooks set holder = 'gone', held_until = 1767225700000000").await;
    let other = desk_named(db, &clock, "other", true);
    assert_eq!(event_webhook::deliver(&other).await.unwrap(), 0);
    clock.advance(2 * MINUTE);
    assert_eq!(event_webhook::deliver(&other).await.unwrap(), 1);
}

async fn two_instances_deliver_once(db: &TestDb) {
    let (one, clock, actor, program, _) = started(db).await;
    let two = desk_named(db, &clock, "two", true);
    let names: Vec<String> = (0..30).map(|number| format!("P{number}")).collect();
    for name in &names {
        plan_ends(&one, actor.user, name).await;
    }
    for _ in 0..10 {
        let (first, second) = tokio::join!(event_webhook::deliver(&one), event_webhook::deliver(&two));
        first.unwrap();
        second.unwrap();
    }
    assert_eq!(program.plans(), names);
}

async fn both_secrets_sign_for_a_day(db: &TestDb) {
    let (desk, clock, actor, program, made) = started(db).await;
    let id = made.webhook.id;
    let next = event_webhook::rotate_secret(&desk, &actor, &here(), id).await.unwrap();
    assert_ne!(made.secret.as_str(), next.secret.as_str());
    assert!(next.webhook.previous_until.is_some());
    for (wait, both) in [(0, true), (DAY - 1, true), (1, false)] {
        clock.advance(wait);
        event_webhook::send_test(&desk, &actor, id).await.unwrap();
        assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
        let received = program.received().pop().unwrap();
        assert!(is_signed_by(&received, &next.secret));
        assert_eq!(is_signed_by(&received, &made.secret), both, "after {wait}");
    }
}

async fn only_listed_hosts_get_events(db: &TestDb) {
    let (desk, clock, actor, program, made) = started(db).await;
    let hosts = vec!["hooks.example.org".to_owned()];
    let settings = Settings { local_webhooks: true, webhook_hosts: hosts, ..Settings::default() };
    let listed = testing::desk_with((**db).clone(), Setup { settings, clock, ..Setup::default() });
    let refused = event_webhook::create(&listed, &actor, &here(), new(&program.url)).await;
    assert_eq!(problem(refused), ("url".to_owned(), Problem::NotAllowedHost));
    // Saved before there was a list.
    event_webhook::send_test(&desk, &actor, made.webhook.id).await.unwrap();
    event_webhook::deliver(&listed).await.unwrap();
    assert!(program.received().is_empty(), "nothing is sent to a host that is not listed");
    let one = log(&desk, &actor, made.webhook.id).await.remove(0);
    assert_eq!((one.problem, one.status), (Some(DeliveryProblem::NotAllowed), None));
}

async fn private_addresses_are_refused_when_saved_and_when_sent(db: &TestDb) {
    let (desk, clock, actor, program, made) = started(db).await;
    let live = desk_named(db, &clock, "live", false);
    let create = async |url: &str| event_webhook::create(&live, &actor, &here(), new(url)).await;
    for url in
        ["http://127.0.0.1:9/", "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "nothing"]
    {
        assert_eq!(problem(create(url).await), ("url".to_owned(), Problem::NotPublicUrl), "{url}");
    }
    let change =
        WebhookChange { url: Some("https://169.254.169.254/".to_owned()), ..WebhookChange::default() };
    let changed = event_webhook::change(&live, &actor, &here(), made.webhook.id, change).await;
    assert_eq!(problem(changed), ("url".to_owned(), Problem::NotPublicUrl));
    let nothing = NewWebhook { topics: vec!["orders".to_owned()], ..new(&program.url) };
    let refused = event_webhook::create(&desk, &actor, &here(), nothing).await;
    assert_eq!(problem(refused), ("topics".to_owned(), Problem::NotTopic));
    for _ in 1..5 {
        event_webhook::create(&desk, &actor, &here(), new(&program.url)).await.unwrap();
    }
    let sixth = event_webhook::create(&desk, &actor, &here(), new(&program.url)).await;
    assert_eq!(problem(sixth), ("name".to_owned(), Problem::TooMany));

    // The address was saved while its name had a public address, which is no longer so.
    event_webhook::send_test(&desk, &actor, made.webhook.id).await.unwrap();
    assert_eq!(event_webhook::deliver(&live).await.unwrap(), 0);
    assert!(program.received().is_empty(), "nothing is sent to this machine");
    let one = log(&desk, &actor, made.webhook.id).await.remove(0);
    assert_eq!((one.problem, one.status), (Some(DeliveryProblem::NotPublic), None));
}

async fn a_redirect_is_not_followed_and_a_long_answer_is_cut(db: &TestDb) {
    let (desk, _, actor, program, made) = started(db).await;
    {
        let mut answers = program.answers.lock().unwrap();
        answers.status = StatusCode::TEMPORARY_REDIRECT;
        answers.location = Some("/elsewhere".to_owned());
        answers.text = "x".repeat(5_000);
    }
    event_webhook::send_test(&desk, &actor, made.webhook.id).await.unwrap();
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 0);
    assert_eq!(program.received().len(), 1);
    let one = log(&desk, &actor, made.webhook.id).await.remove(0);
    assert_eq!((one.status, one.problem), (Some(307), Some(DeliveryProblem::Status)));
    assert_eq!(one.answer.map(|text| text.len()), Some(1_024));
}

async fn a_webhook_is_its_owners_and_ends_with_the_account(db: &TestDb) {
    let (desk, _, ada, program, made) = started(db).await;
    let id = made.webhook.id;
    let eve = account::sign_up(&desk, from("192.0.2.9"), "eve@example.org", PASSWORD).await.unwrap().actor;
    let queued = event_webhook::send_test(&desk, &ada, id).await.unwrap();
    assert!(event_webhook::list(&desk, &eve).await.unwrap().is_empty());
    assert!(matches!(event_webhook::get(&desk, &eve, id).await, Err(Error::NotFound)));
    let change = WebhookChange { active: Some(false), ..WebhookChange::default() };
    assert!(matches!(event_webhook::change(&desk, &eve, &here(), id, change).await, Err(Error::NotFound)));
    assert!(matches!(event_webhook::rotate_secret(&desk, &eve, &here(), id).await, Err(Error::NotFound)));
    assert!(matches!(event_webhook::remove(&desk, &eve, &here(), id).await, Err(Error::NotFound)));
    assert!(matches!(event_webhook::list_deliveries(&desk, &eve, id).await, Err(Error::NotFound)));
    assert!(matches!(event_webhook::send_test(&desk, &eve, id).await, Err(Error::NotFound)));
    assert!(matches!(event_webhook::resend(&desk, &eve, id, queued).await, Err(Error::NotFound)));
    // Eve's events do not reach Ada's program.
    plan_ends(&desk, eve.user, "EVE").await;
    assert_eq!(event_webhook::deliver(&desk).await.unwrap(), 1);
    assert!(program.received()[0].body.contains("webhook.test"));

    let notices = mails(&desk).await;
    let created = notices.iter().find(|mail| mail.subject.contains("Event webhook Journal was created"));
    let created = created.expect("a mail about the new credential");
    let body = text_of(&desk, created.id).await;
    assert!(body.contains("/settings/webhooks"), "{body}");
    assert_eq!(recovery::programs(&desk, &ada).await.unwrap().webhooks, 1);
    session::end_all(&desk, &ada, &here()).await.unwrap();
    let ada = account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap().actor;
    assert!(event_webhook::list(&desk, &ada).await.unwrap().is_empty(), "it ends with the sessions");
}
