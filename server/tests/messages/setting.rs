//! Common set-up of the message tests.

use crate::common::TestServer;
use domain::notification::{Channel, Kind, Outgoing};
use service::{
    Actor, Origin, bot,
    identity::{account, chat_link},
    messaging::notify::{self, NotificationEvent, telegram},
};
use store::notice::NewNotice;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) const SETTINGS: &str = "/v1/priv/account/notification";

pub(crate) fn origin() -> Origin {
    Origin::new([127, 0, 0, 1].into(), "Test/1.0")
}

pub(crate) async fn actor(server: &TestServer, name: &str) -> Actor {
    let email = format!("{name}@example.org");
    account::sign_in(&server.desk, origin(), &email, PASSWORD).await.unwrap().actor
}

/// All messages so far, newest first, as the admin sees them.
pub(crate) async fn outbox(server: &TestServer) -> Vec<Outgoing> {
    let admin = "operator@example.org";
    if account::sign_in(&server.desk, origin(), admin, PASSWORD).await.is_err() {
        account::sign_up(&server.desk, origin(), admin, PASSWORD).await.unwrap();
        account::make_admin(&server.desk, admin).await.unwrap();
    }
    let admin = account::sign_in(&server.desk, origin(), admin, PASSWORD).await.unwrap().actor;
    notify::list(&server.desk, &admin, &notify::Search::first(1_000)).await.unwrap()
}

pub(crate) async fn by(server: &TestServer, channel: Channel) -> Vec<Outgoing> {
    outbox(server).await.into_iter().filter(|message| message.channel == channel).collect()
}

pub(crate) async fn deliver(server: &TestServer) -> usize {
    notify::deliver(&server.desk).await.unwrap()
}

pub(crate) async fn code(server: &TestServer, actor: &Actor) -> String {
    chat_link::method(&server.desk, actor).await.unwrap().code
}

pub(crate) async fn send_text(server: &TestServer, actor: &Actor, text: &str) -> String {
    bot::post(&server.desk, actor, text).await.unwrap();
    chat(server, actor).await.pop().unwrap()
}

/// The desk's messages in the simulated chat, oldest first.
pub(crate) async fn chat(server: &TestServer, actor: &Actor) -> Vec<String> {
    let lines = telegram::chat(&server.desk, actor).await.unwrap();
    lines.into_iter().filter(|line| line.ours).map(|line| line.body).collect()
}

pub(crate) async fn link(server: &TestServer, actor: &Actor) {
    let code = code(server, actor).await;
    let answer = send_text(server, actor, &format!("/start {code}")).await;
    assert!(answer.contains(&format!("Telegram is connected to {}", actor.email)), "{answer}");
}

/// Triggers a notification that needs no exchange.
pub(crate) async fn changed_password(server: &TestServer, me: &Actor) {
    // Later than all earlier messages, because "newest first" sorts by time.
    server.clock.advance(domain::time::SECOND);
    let mut tx = server.desk.db.begin().await.unwrap();
    let (now, body) =
        (server.desk.clock.now(), serde_json::to_string(&NotificationEvent::PasswordChanged).unwrap());
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
    store::notice::notify(&mut tx, &notice).await.unwrap();
    tx.commit().await.unwrap();
}
