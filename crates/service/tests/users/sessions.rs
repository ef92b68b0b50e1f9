use super::setting::{ADA, OTHER, PASSWORD, ada, desk, from, here};
use domain::{
    account::SessionView,
    time::{DAY, HOUR, MINUTE},
    validation::{FieldProblem, Problem},
};
use service::{
    Error,
    identity::{
        account,
        flash::{self, Flash},
        recovery::Keep,
        session, step_up, token,
    },
};
use store::testing::TestDb;

store::each_engine!(
    a_session_lives_while_it_is_used,
    a_person_sees_and_ends_their_own_sessions_only,
    a_password_that_is_given_again_renews_the_token,
    signing_out_everywhere_ends_programs_too,
    a_flash_is_read_once_by_the_browser_that_posted,
    a_stranger_carries_a_flash_and_nothing_is_stored,
    expired_rows_are_pruned,
);

async fn a_session_lives_while_it_is_used(db: &TestDb) {
    let (desk, clock) = desk(db);
    let session = ada(&desk).await;
    for _ in 0..3 {
        clock.advance(29 * DAY);
        assert!(session::find(&desk, &session.token, &from("192.0.2.77")).await.unwrap().is_some());
    }
    let listed = session::list(&desk, &session.actor).await.unwrap();
    assert_eq!(listed[0].last_seen_at, desk.clock.now());
    assert_eq!(listed[0].address, "192.0.2.77");
    clock.advance(MINUTE - 1);
    session::find(&desk, &session.token, &here()).await.unwrap();
    assert_eq!(session::list(&desk, &session.actor).await.unwrap()[0].last_seen_at, listed[0].last_seen_at);
    clock.advance(30 * DAY);
    assert!(session::find(&desk, &session.token, &here()).await.unwrap().is_none());
}

async fn a_person_sees_and_ends_their_own_sessions_only(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = ada(&desk).await;
    clock.advance(MINUTE);
    let second = account::sign_in(&desk, from("198.51.100.7"), ADA, PASSWORD).await.unwrap();
    let bob = account::sign_up(&desk, here(), "bob@example.org", PASSWORD).await.unwrap();
    let listed = session::list(&desk, &second.actor).await.unwrap();
    assert_eq!(listed.iter().map(|s| s.current).collect::<Vec<_>>(), [true, false]);
    assert_eq!((listed[0].address.as_str(), listed[0].user_agent.as_str()), ("198.51.100.7", "Test/1.0"));

    let theirs = session::end(&desk, &bob.actor, &here(), first.actor.session.unwrap()).await;
    assert!(matches!(theirs, Err(Error::NotFound)));
    session::end(&desk, &second.actor, &here(), first.actor.session.unwrap()).await.unwrap();
    assert!(session::find(&desk, &first.token, &here()).await.unwrap().is_none());
    assert!(session::find(&desk, &second.token, &here()).await.unwrap().is_some());
    let gone = session::end(&desk, &second.actor, &here(), first.actor.session.unwrap()).await;
    assert!(matches!(gone, Err(Error::NotFound)));
}

async fn a_password_that_is_given_again_renews_the_token(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = ada(&desk).await;
    let found = async |token: &str| session::find(&desk, token, &here()).await.unwrap();
    let before = session::list(&desk, &first.actor).await.unwrap();
    clock.advance(MINUTE);
    let second = step_up::confirm(&desk, &first.actor, &here(), PASSWORD).await.unwrap().unwrap();
    assert_ne!(second, first.token);
    // A second tab that confirms at the same time has the old cookie, and so has a browser whose form was sent twice:
    // it may never see the first response. Both get the same new cookie.
    clock.advance(session::REPLACED - 1);
    let raced = found(&first.token).await.unwrap();
    let again = step_up::confirm(&desk, &raced, &here(), PASSWORD).await.unwrap();
    assert_eq!(again.as_deref(), Some(second.as_str()));
    assert_eq!(found(&second).await.unwrap().session, first.actor.session);
    assert!(found(&first.token).await.is_some());
    clock.advance(1);
    assert!(found(&first.token).await.is_none(), "the old cookie has ended");
    let after = session::list(&desk, &first.actor).await.unwrap();
    let identity = |view: &SessionView| (view.id, view.user_agent.clone(), view.created_at);
    assert_eq!(
        after.iter().map(identity).collect::<Vec<_>>(),
        before.iter().map(identity).collect::<Vec<_>>()
    );

    // A change of the password renews it as well, and a replaced token still signs out.
    let keep = Keep::default();
    let change = account::PasswordChange { current: PASSWORD, new: OTHER, keep: &keep };
    let third = account::change_password(&desk, &first.actor, &here(), change).await.unwrap().unwrap();
    assert!(found(&second).await.is_some() && found(&third).await.is_some());
    session::sign_out(&desk, &second, &here()).await.unwrap();
    assert!(found(&third).await.is_none());
    // The absolute lifetime counts from the sign-in, whatever was confirmed since.
    let session = account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
    let mut token = session.token;
    for _ in 0..9 {
        clock.advance(10 * DAY - MINUTE);
        let actor = found(&token).await.unwrap();
        token = step_up::confirm(&desk, &actor, &here(), OTHER).await.unwrap().unwrap();
    }
    clock.advance(9 * MINUTE);
    assert!(found(&token).await.is_none());
}

async fn signing_out_everywhere_ends_programs_too(db: &TestDb) {
    let (desk, _) = desk(db);
    let browser = ada(&desk).await;
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let bob = token::sign_up(&desk, here(), "bob@example.org", PASSWORD).await.unwrap();
    token::verify(&desk, &program.access_token).await.unwrap();
    session::end_all(&desk, &browser.actor, &here()).await.unwrap();
    assert!(session::find(&desk, &browser.token, &here()).await.unwrap().is_none());
    let verified = token::verify(&desk, &program.access_token).await;
    assert!(matches!(verified, Err(Error::Unauthenticated)), "{verified:?}");
    let refreshed = token::refresh(&desk, here(), &program.refresh_token).await;
    assert!(matches!(refreshed, Err(Error::Unauthenticated)));
    token::verify(&desk, &bob.access_token).await.unwrap();
}

fn a_flash() -> Flash {
    Flash {
        form: "sign-in".into(),
        fields: vec![FieldProblem::new("email", Problem::WrongCredentials)],
        values: vec![("email".into(), "ada@example.org".into())],
        ..Flash::default()
    }
}

async fn a_flash_is_read_once_by_the_browser_that_posted(db: &TestDb) {
    let (desk, clock) = desk(db);
    let session = ada(&desk).await;
    let other = account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let id = flash::store_flash(&desk, &session.token, &a_flash()).await.unwrap();
    assert_eq!(flash::take_flash(&desk, &other.token, id).await.unwrap(), None);
    assert_eq!(flash::take_flash(&desk, &session.token, id).await.unwrap(), Some(a_flash()));
    assert_eq!(flash::take_flash(&desk, &session.token, id).await.unwrap(), None);
    let late = flash::store_flash(&desk, &session.token, &a_flash()).await.unwrap();
    clock.advance(5 * MINUTE);
    assert_eq!(flash::take_flash(&desk, &session.token, late).await.unwrap(), None);
}

async fn a_stranger_carries_a_flash_and_nothing_is_stored(db: &TestDb) {
    let (desk, clock) = desk(db);
    let nobody = flash::store_flash(&desk, "no session", &a_flash()).await;
    assert!(matches!(nobody, Err(Error::Unauthenticated)));
    let cookie = flash::carry(&desk, &a_flash()).unwrap();
    assert!(!cookie.contains("ada") && cookie.len() < 3_500);
    assert_eq!(flash::carried(&desk, &cookie), Some(a_flash()));
    assert_eq!(flash::carried(&desk, &format!("{cookie}A")), None);
    assert_eq!(flash::carried(&desk, "made up"), None);
    // Form values may be longer than a cookie: the problems are still carried.
    let long = Flash { values: vec![("message".into(), "x".repeat(20_000))], ..a_flash() };
    let bare = flash::carried(&desk, &flash::carry(&desk, &long).unwrap()).unwrap();
    assert_eq!((bare.fields, bare.values), (a_flash().fields, Vec::new()));
    clock.advance(5 * MINUTE);
    assert_eq!(flash::carried(&desk, &cookie), None);
}

async fn expired_rows_are_pruned(db: &TestDb) {
    let (desk, clock) = desk(db);
    let kept = ada(&desk).await;
    flash::store_flash(&desk, &kept.token, &a_flash()).await.unwrap();
    clock.advance(2 * HOUR);
    session::prune(&desk, desk.clock.now()).await.unwrap();
    assert!(session::find(&desk, &kept.token, &here()).await.unwrap().is_some());
}
