//! What the tests begin with.

use domain::validation::Problem;
use service::{
    Error, Limit, Origin, Settings, SharedDesk, Throttles, account, notify,
    session::NewSession,
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

/// A desk that hears as many attempts as a test makes.
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

/// The one field and its problem.
pub(super) fn problem<T>(result: Result<T, Error>) -> (String, Problem) {
    match result {
        Err(Error::Fields(fields)) if fields.len() == 1 => (fields[0].field.clone(), fields[0].problem),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

/// The last mail to anyone, as the admin's outbox shows it.
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

/// The token in a reset mail's link.
pub(super) fn reset_token(body: &str) -> String {
    let after = body.split_once("/reset?token=").expect("a link").1;
    after.split_whitespace().next().unwrap().to_owned()
}
