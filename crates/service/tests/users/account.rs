use super::setting::{ADA, OTHER, PASSWORD, ada, desk, from, here, mails, problem, throttled};
use domain::{
    MessageId, Role,
    live::LiveEventKind,
    notification::Channel,
    time::{MINUTE, SECOND},
    validation::Problem,
};
use service::{
    Error, Origin,
    identity::{account, api_client, device, session, token},
    messaging::{
        notice,
        notify::{self, Search},
    },
    platform::{
        pace,
        settings::{EdgeSettings, Limit, Rates, Settings, Throttles},
    },
    testing::{self, Setup, TestClock},
};
use std::sync::Arc;
use store::{message::NewMessage, testing::TestDb};
use uuid::Uuid;

store::each_engine!(
    a_person_signs_up_out_and_in,
    an_address_signs_up_once,
    a_stranger_learns_nothing_from_signing_in,
    guessing_at_one_account_is_throttled_wherever_it_comes_from,
    one_network_is_throttled_whatever_it_tries,
    instances_count_attempts_together_and_requests_apart,
    an_attempt_after_the_reported_wait_starts_a_new_count,
    attempts_at_the_same_time_all_count,
    strangers_cannot_lock_the_owner_out,
    the_first_user_is_shown_how_to_become_admin,
    only_an_admin_reads_the_outbox,
    a_message_that_cannot_be_decrypted_hides_no_other,
    a_sign_in_from_an_unknown_place_is_notified,
);

async fn a_person_signs_up_out_and_in(db: &TestDb) {
    let (desk, _) = desk(db);
    let first = account::sign_up(&desk, here(), " Ada@Example.org ", PASSWORD).await.unwrap();
    assert_eq!((first.actor.email.as_str(), first.actor.role), (ADA, Role::Trader));
    let found = session::find(&desk, &first.token, &here()).await.unwrap().unwrap();
    assert_eq!(found, first.actor);
    session::sign_out(&desk, &first.token, &here()).await.unwrap();
    assert_eq!(session::find(&desk, &first.token, &here()).await.unwrap(), None);
    let second = account::sign_in(&desk, here(), "ADA@example.org", PASSWORD).await.unwrap();
    assert_eq!(second.actor.user, first.actor.user);
    assert_ne!(second.token, first.token);
    session::sign_out(&desk, "no such token", &here()).await.unwrap();
}

async fn an_address_signs_up_once(db: &TestDb) {
    let (desk, _) = desk(db);
    ada(&desk).await;
    let again = account::sign_up(&desk, here(), "ADA@example.org", OTHER).await;
    assert_eq!(problem(again), ("email".to_owned(), Problem::EmailTaken));
    let both = account::sign_up(&desk, here(), "nobody", "short").await;
    assert!(matches!(both, Err(Error::Fields(fields)) if fields.len() == 2));
    for imitation in ["\u{430}da@example.org", "\u{ff41}da@example.org"] {
        let refused = account::sign_up(&desk, here(), imitation, OTHER).await;
        assert_eq!(problem(refused), ("email".to_owned(), Problem::EmailNotAscii), "{imitation}");
    }
}

async fn a_stranger_learns_nothing_from_signing_in(db: &TestDb) {
    let (desk, _) = desk(db);
    ada(&desk).await;
    let wrong = problem(account::sign_in(&desk, here(), ADA, OTHER).await);
    for unknown in ["bob@example.org", "not an address", ""] {
        assert_eq!(problem(account::sign_in(&desk, here(), unknown, PASSWORD).await), wrong, "{unknown}");
    }
    let endless = "x".repeat(5_000);
    assert_eq!(problem(account::sign_in(&desk, here(), ADA, &endless).await), wrong);
}

fn tight() -> Throttles {
    let plenty = Limit::per_minutes(1_000, 15);
    Throttles { address: plenty, account: Limit::per_minutes(3, 15), reset: plenty, ..Throttles::default() }
}

async fn guessing_at_one_account_is_throttled_wherever_it_comes_from(db: &TestDb) {
    let (desk, clock) = throttled(db, tight());
    ada(&desk).await;
    for email in [ADA, "unknown@example.org"] {
        for guess in 0..3 {
            let origin = from(&format!("198.51.100.{guess}"));
            assert_eq!(
                problem(account::sign_in(&desk, origin, email, OTHER).await).1,
                Problem::WrongCredentials
            );
        }
        // The right password is not checked either, so that a guesser does not learn that it was right.
        let full = account::sign_in(&desk, from("203.0.113.9"), email, PASSWORD).await;
        assert!(matches!(full, Err(Error::TooMany { retry_after_s: 1..=900 })), "{email}: {full:?}");
    }
    clock.advance(15 * MINUTE);
    account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    // Signing in reset the count of failed attempts.
    for _ in 0..3 {
        assert_eq!(problem(account::sign_in(&desk, here(), ADA, OTHER).await).1, Problem::WrongCredentials);
    }
}

async fn one_network_is_throttled_whatever_it_tries(db: &TestDb) {
    let few = Throttles { address: Limit::per_minutes(4, 15), ..tight() };
    let (desk, _) = throttled(db, few);
    for guess in 0..4 {
        let email = format!("person{guess}@example.org");
        problem(account::sign_in(&desk, from("2001:db8::1"), &email, OTHER).await);
    }
    let neighbour = from("2001:db8::ffff");
    let full = account::sign_up(&desk, neighbour.clone(), ADA, PASSWORD).await;
    assert!(matches!(full, Err(Error::TooMany { .. })), "{full:?}");
    let full = account::request_reset(&desk, neighbour, ADA).await;
    assert!(matches!(full, Err(Error::TooMany { .. })), "{full:?}");
    account::sign_up(&desk, from("2001:db8:0:1::1"), ADA, PASSWORD).await.unwrap();
}

async fn instances_count_attempts_together_and_requests_apart(db: &TestDb) {
    let rates = Rates { person: 2, address: 2 };
    let throttles = Throttles { address: Limit::per_minutes(4, 15), ..tight() };
    let settings = Settings {
        throttles,
        edge: EdgeSettings { rates, ..EdgeSettings::default() },
        ..Settings::default()
    };
    let clock = Arc::new(TestClock::default());
    let instance = || {
        let setup = Setup { clock: clock.clone(), settings: settings.clone(), ..Setup::default() };
        testing::desk_with((**db).clone(), setup)
    };
    let (one, two) = (instance(), instance());
    for (guess, desk) in [&one, &two, &one, &two].into_iter().enumerate() {
        let email = format!("person{guess}@example.org");
        problem(account::sign_in(desk, here(), &email, OTHER).await);
    }
    for desk in [&one, &two] {
        let full = account::sign_in(desk, here(), ADA, OTHER).await;
        assert!(matches!(full, Err(Error::TooMany { .. })), "{full:?}");
    }
    // As documented in docs/OPERATIONS.md.
    for desk in [&one, &two] {
        let ask = || pace::count_address_request(desk, [192, 0, 2, 1].into());
        assert!(ask().is_ok() && ask().is_ok());
        assert!(matches!(ask(), Err(Error::TooMany { .. })), "each instance has counted two");
    }
}

async fn an_attempt_after_the_reported_wait_starts_a_new_count(db: &TestDb) {
    let one = Limit { most: 1, window_s: 10 };
    let (desk, clock) = throttled(db, Throttles { address: one, programs: one, ..Throttles::default() });
    let sign_in = async || account::sign_in(&desk, here(), ADA, PASSWORD).await.map(drop);
    let program = async || api_client::by_secret(&desk, &here(), "no key", "x").await.map(drop);
    problem(sign_in().await);
    assert!(matches!(program().await, Err(Error::Unauthenticated)));
    clock.advance(SECOND / 2);
    for full in [sign_in().await, program().await] {
        assert!(matches!(full, Err(Error::TooMany { retry_after_s: 10 })), "{full:?}");
    }
    clock.advance(10 * SECOND);
    problem(sign_in().await);
    assert!(matches!(program().await, Err(Error::Unauthenticated)));
}

async fn attempts_at_the_same_time_all_count(db: &TestDb) {
    let (desk, _) = throttled(db, tight());
    ada(&desk).await;
    let tries = (0..8).map(|_| account::sign_in(&desk, here(), ADA, OTHER));
    let received = futures::future::join_all(tries).await;
    let received = received.iter().filter(|r| matches!(r, Err(Error::Fields(_)))).count();
    assert_eq!(received, 3);
}

async fn the_first_user_is_shown_how_to_become_admin(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = ada(&desk).await.actor;
    clock.advance(MINUTE);
    let second = account::sign_up(&desk, here(), "bob@example.org", PASSWORD).await.unwrap().actor;
    assert!(account::first_steps(&desk, &first).await.unwrap());
    assert!(!account::first_steps(&desk, &second).await.unwrap());
    account::make_admin(&desk, ADA).await.unwrap();
    assert!(!account::first_steps(&desk, &first).await.unwrap());
    let nobody = account::make_admin(&desk, "nobody@example.org").await;
    assert!(matches!(nobody, Err(Error::NotFound)));
}

async fn only_an_admin_reads_the_outbox(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    let refused = notify::list(&desk, &session.actor, &Search::first(10)).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    account::make_admin(&desk, ADA).await.unwrap();
    let admin = session::find(&desk, &session.token, &here()).await.unwrap().unwrap();
    assert_eq!(admin.role, Role::Admin);
    assert!(notify::list(&desk, &admin, &Search::first(10)).await.unwrap().is_empty());
}

async fn a_message_that_cannot_be_decrypted_hides_no_other(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    account::make_admin(&desk, ADA).await.unwrap();
    let admin = session::find(&desk, &session.token, &here()).await.unwrap().unwrap();
    account::request_reset(&desk, here(), ADA).await.unwrap();
    let id = MessageId::mint(&*desk.clock, &*desk.entropy);
    // Encrypted for another row.
    let sealed = desk.sealer.seal("mails", Uuid::max(), Uuid::nil(), b"{}").unwrap().to_bytes();
    let broken = NewMessage {
        id,
        user_id: None,
        channel: Channel::Email,
        to_address: "eve@example.org",
        once: None,
        sealed_body: &sealed,
        created_at: desk.clock.now(),
    };
    let mut tx = desk.db.begin().await.unwrap();
    assert!(store::message::insert_message(&mut tx, &broken).await.unwrap());
    tx.commit().await.unwrap();
    let mut shown = notify::list(&desk, &admin, &Search::first(10)).await.unwrap();
    shown.sort_by(|one, other| one.to.cmp(&other.to));
    let rows: Vec<_> =
        shown.iter().map(|row| (row.to.as_str(), row.unreadable, row.subject.is_empty())).collect();
    assert_eq!(rows, [(ADA, false, false), ("eve@example.org", true, true)]);
    assert!(matches!(notify::as_mailed(&desk, &admin, id).await, Err(Error::NotFound)));
}

async fn a_sign_in_from_an_unknown_place_is_notified(db: &TestDb) {
    let (desk, _) = desk(db);
    let first = ada(&desk).await;
    let at = |address: &str, agent| Origin::new(address.parse().unwrap(), agent);
    let reported = async || mails(&desk).await.iter().filter(|m| m.to == ADA).count();

    // From where they signed up, with any client; and with a browser that is signed in, from anywhere.
    token::sign_in(&desk, at("192.0.2.1", "program/1"), ADA, PASSWORD).await.unwrap();
    account::sign_in(&desk, at("198.51.100.1", "Test/1.0"), ADA, PASSWORD).await.unwrap();
    assert_eq!(reported().await, 0);

    token::sign_in(&desk, at("198.51.100.2", "program/1"), ADA, PASSWORD).await.unwrap();
    assert_eq!(reported().await, 1);
    let mail = mails(&desk).await.into_iter().find(|m| m.to == ADA).unwrap();
    assert!(mail.subject.starts_with("New sign-in"), "{}", mail.subject);
    assert!(mail.body.contains("198.51.100.2") && mail.body.contains("program/1"), "{}", mail.body);
    token::sign_in(&desk, at("198.51.100.2", "program/1"), ADA, PASSWORD).await.unwrap();
    assert_eq!(reported().await, 1);

    // Signing out everywhere does not make an unknown browser known.
    session::end_all(&desk, &first.actor, &here()).await.unwrap();
    account::sign_in(&desk, at("198.51.100.3", "Test/1.0"), ADA, PASSWORD).await.unwrap();
    assert_eq!(reported().await, 2);
    // It is also shown as a notice.
    let notices = notice::read_page(&desk, &first.actor, None).await.unwrap().items;
    let reported: Vec<_> = notices.into_iter().map(|notice| notice.event.what).collect();
    let signed_in = |address: &str| LiveEventKind::SignedIn(address.to_owned());
    assert_eq!(reported, [signed_in("198.51.100.3"), signed_in("198.51.100.2")]);
}

async fn strangers_cannot_lock_the_owner_out(db: &TestDb) {
    let (desk, _) = throttled(db, tight());
    let user = ada(&desk).await.actor.user;
    let cookie = device::cookie(&desk, user).await.unwrap();
    let bob =
        account::sign_up(&desk, from("192.0.2.50"), "bob@example.org", PASSWORD).await.unwrap().actor.user;
    let bobs = device::cookie(&desk, bob).await.unwrap();
    for guess in 0..4 {
        account::sign_in(&desk, from(&format!("198.51.100.{guess}")), ADA, OTHER).await.unwrap_err();
    }
    let shut = async |origin: Origin| {
        let tried = account::sign_in(&desk, origin, ADA, PASSWORD).await;
        matches!(tried, Err(Error::TooMany { .. }))
    };
    assert!(shut(from("203.0.113.9")).await, "a stranger, with whatever password");
    assert!(shut(from("203.0.113.9").with_device(Some(bobs))).await, "with another person's cookie");
    assert!(shut(from("203.0.113.9").with_device(Some(format!("{cookie}0")))).await, "with a forged one");
    let known = from("203.0.113.9").with_device(Some(cookie.clone()));
    account::sign_in(&desk, known.clone(), ADA, PASSWORD).await.unwrap();
    // Signing in reset the count of strangers' attempts; they fill it again.
    for guess in 0..4 {
        account::sign_in(&desk, from(&format!("198.51.100.{guess}")), ADA, OTHER).await.unwrap_err();
    }
    account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    // Attempts from a known browser are counted separately.
    for _ in 0..3 {
        assert_eq!(
            problem(account::sign_in(&desk, known.clone(), ADA, OTHER).await).1,
            Problem::WrongCredentials
        );
    }
    assert!(shut(known).await);
}
