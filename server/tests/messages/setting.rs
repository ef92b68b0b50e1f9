//! Common set-up of the message tests.

use crate::common::House;
use domain::notification::{Channel, Kind, Outgoing};
use service::{
    Actor, Origin, account,
    notify::{self, Event, telegram},
};
use store::notice::NewNotice;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) const SETTINGS: &str = "/v1/priv/account/notification";

pub(crate) fn origin() -> Origin {
    Origin::new([127, 0, 0, 1].into(), "Test/1.0")
}

pub(crate) async fn actor(house: &House, name: &str) -> Actor {
    let email = format!("{name}@example.org");
    account::sign_in(&house.desk, origin(), &email, PASSWORD).await.unwrap().actor
}

/// All messages so far, newest first, as the admin sees them.
pub(crate) async fn outbox(house: &House) -> Vec<Outgoing> {
    let admin = "operator@example.org";
    if account::sign_in(&house.desk, origin(), admin, PASSWORD).await.is_err() {
        account::sign_up(&house.desk, origin(), admin, PASSWORD).await.unwrap();
        account::make_admin(&house.desk, admin).await.unwrap();
    }
    let admin = account::sign_in(&house.desk, origin(), admin, PASSWORD).await.unwrap().actor;
    notify::list(&house.desk, &admin, &notify::Search::first(1_000)).await.unwrap()
}

pub(crate) async fn by(house: &House, channel: Channel) -> Vec<Outgoing> {
    outbox(house).await.into_iter().filter(|message| message.channel == channel).collect()
}

pub(crate) async fn deliver(house: &House) -> usize {
    notify::deliver(&house.desk).await.unwrap()
}

pub(crate) async fn code(house: &House, actor: &Actor) -> String {
    telegram::method(&house.desk, actor).await.unwrap().code
}

pub(crate) async fn say(house: &House, actor: &Actor, text: &str) -> String {
    telegram::say(&house.desk, actor, text).await.unwrap();
    chat(house, actor).await.pop().unwrap()
}

/// The desk's messages in the simulated chat, oldest first.
pub(crate) async fn chat(house: &House, actor: &Actor) -> Vec<String> {
    let lines = telegram::chat(&house.desk, actor).await.unwrap();
    lines.into_iter().filter(|line| line.ours).map(|line| line.body).collect()
}

pub(crate) async fn link(house: &House, actor: &Actor) {
    let code = code(house, actor).await;
    let answer = say(house, actor, &format!("/start {code}")).await;
    assert!(answer.contains(&format!("Telegram is connected to {}", actor.email)), "{answer}");
}

/// Triggers a notification that needs no exchange.
pub(crate) async fn changed_password(house: &House, me: &Actor) {
    // Later than all earlier messages, because "newest first" sorts by time.
    house.clock.advance(domain::time::SECOND);
    let mut tx = house.desk.db.begin().await.unwrap();
    let (now, body) = (house.desk.clock.now(), serde_json::to_string(&Event::PasswordChanged).unwrap());
    let once = format!("test:{}", now.0);
    let notice = NewNotice {
        event_key: &once,
        user_id: me.user,
        kind: Kind::PasswordChanged,
        group_key: &once,
        body: &body,
        at: now,
        ready_at: now,
    };
    store::notice::tell(&mut tx, &notice).await.unwrap();
    tx.commit().await.unwrap();
}
