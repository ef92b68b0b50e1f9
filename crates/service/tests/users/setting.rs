//! Common setup of the tests.

use domain::{MessageId, validation::Problem};
use service::{
    Actor, Error, Origin, SharedDesk,
    identity::{
        account::{self, PasswordChange},
        person,
        recovery::Keep,
        session::NewSession,
    },
    messaging::notify,
    platform::{
        secrets::Sealed,
        settings::{Limit, Settings, Throttles},
    },
    testing::{self, Setup, TestClock},
};
use std::sync::Arc;
use store::testing::TestDb;

pub(super) const ADA: &str = "ada@example.org";
pub(super) const PASSWORD: &str = "correct horse battery";
pub(super) const OTHER: &str = "an entirely new one";

pub(super) fn here() -> Origin {
    from("192.0.2.1")
}

pub(super) fn from(address: &str) -> Origin {
    Origin::new(address.parse().unwrap(), "Test/1.0")
}

/// A desk whose throttles allow as many attempts as a test makes.
pub(super) fn desk(db: &TestDb) -> (SharedDesk, Arc<TestClock>) {
    let plenty = Limit::per_minutes(10_000, 15);
    throttled(db, Throttles { address: plenty, account: plenty, reset: plenty, ..Throttles::default() })
}

pub(super) fn throttled(db: &TestDb, throttles: Throttles) -> (SharedDesk, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let settings = Settings { throttles, ..Settings::default() };
    let setup = Setup { clock: clock.clone(), settings, ..Setup::default() };
    (testing::desk_with((**db).clone(), setup), clock)
}

pub(super) async fn ada(desk: &SharedDesk) -> NewSession {
    account::sign_up(desk, here(), ADA, PASSWORD).await.unwrap()
}

/// Returns the only field and its problem.
pub(super) fn problem<T>(result: Result<T, Error>) -> (String, Problem) {
    match result {
        Err(Error::Fields(fields)) if fields.len() == 1 => (fields[0].field.clone(), fields[0].problem),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

/// Returns the last mail to anyone, as the admin's outbox shows it.
pub(super) async fn last_mail(desk: &SharedDesk) -> domain::notification::Outgoing {
    mails(desk).await.remove(0)
}

pub(super) async fn mails(desk: &SharedDesk) -> Vec<domain::notification::Outgoing> {
    let admin = "operator@example.org";
    if account::sign_in(desk, here(), admin, PASSWORD).await.is_err() {
        account::sign_up(desk, here(), admin, PASSWORD).await.unwrap();
        account::make_admin(desk, admin).await.unwrap();
    }
    let admin = account::sign_in(desk, here(), admin, PASSWORD).await.unwrap();
    notify::gather(desk).await.unwrap();
    notify::list(desk, &admin.actor, &notify::Search::first(100)).await.unwrap()
}

/// Changes the password of a signed-in user.
pub(super) async fn change(
    desk: &SharedDesk,
    actor: &Actor,
    current: &str,
    new: &str,
    keep: &Keep,
) -> Result<(), Error> {
    account::change_password(desk, actor, &here(), PasswordChange { current, new, keep }).await.map(drop)
}

/// Returns the text of a message as its recipient gets it: the tests hold the master key, pages do not.
pub(super) async fn text_of(desk: &SharedDesk, id: MessageId) -> String {
    let row = store::message::get_message(&desk.db, id).await.unwrap().unwrap();
    let owner = row.user_id.map_or(uuid::Uuid::nil(), |user| user.0);
    let sealed = Sealed::from_bytes(&row.sealed_body).unwrap();
    let plain = desk.sealer.open("mails", id.0, owner, &sealed).unwrap();
    serde_json::from_slice::<notify::Content>(&plain).unwrap().body
}

/// Returns the token of the last mailed reset link.
pub(super) async fn mailed_token(desk: &SharedDesk) -> String {
    let mail = mails(desk).await.into_iter().find(|mail| mail.withheld).expect("a reset mail");
    reset_token(&text_of(desk, mail.id).await)
}

/// Returns the token of a reset link created by the operator.
pub(super) async fn reset_link_token(desk: &SharedDesk, email: &str) -> String {
    let link = person::reset_link(desk, email).await.unwrap();
    link.split_once("/reset?token=").expect("a link").1.to_owned()
}

/// Returns the token in a reset mail's link.
pub(super) fn reset_token(body: &str) -> String {
    let after = body.split_once("/reset?token=").expect("a link").1;
    after.split_whitespace().next().unwrap().to_owned()
}
