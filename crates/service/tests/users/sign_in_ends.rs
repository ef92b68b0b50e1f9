//! Ends of sign-ins and the open event streams of their user, on this instance and on others.

use super::setting::{ADA, OTHER, PASSWORD, ada, change, desk, from, here, reset_link_token};
use domain::{UserId, time::HOUR};
use futures::FutureExt as _;
use service::{
    Actor, SharedDesk,
    identity::{
        account, person,
        person::{By, UserAction},
        recovery::Keep,
        session,
        sign_in_end::{self, SignInWatch},
        token,
    },
};
use store::testing::TestDb;

store::each_engine!(
    everything_that_ends_a_sign_in_reaches_its_streams,
    another_instance_reads_who_has_to_leave,
    rows_that_everyone_has_read_are_deleted,
);

fn watch(desk: &SharedDesk, user: UserId) -> SignInWatch {
    SignInWatch::new(desk, Some(user))
}

/// Whether the watch has reported an end since it was last asked; it never waits.
fn has_ended(watch: &mut SignInWatch) -> bool {
    watch.ended().now_or_never().is_some()
}

async fn browser(desk: &SharedDesk, password: &str) -> (Actor, String) {
    let session = account::sign_in(desk, from("192.0.2.9"), ADA, password).await.unwrap();
    (session.actor, session.token)
}

async fn everything_that_ends_a_sign_in_reaches_its_streams(db: &TestDb) {
    let ((desk, _), (there, _)) = (desk(db), desk(db));
    let user = ada(&desk).await.actor.user;
    let bob = account::sign_up(&desk, here(), "bob@example.org", PASSWORD).await.unwrap();
    let (mut hers, mut his) = (watch(&desk, user), watch(&desk, bob.actor.user));
    let (mut strangers, mut elsewhere) = (SignInWatch::new(&desk, None), watch(&there, user));
    let mut check = async |what: &str| {
        assert!(has_ended(&mut hers), "{what}");
        assert!(!has_ended(&mut hers), "{what}: once");
        assert!(!has_ended(&mut his) && !has_ended(&mut strangers), "{what}: hers only");
        sign_in_end::refresh(&there).await.unwrap();
        assert!(has_ended(&mut elsewhere), "{what}: on another instance");
        assert!(!has_ended(&mut elsewhere), "{what}: once on another instance");
    };
    let (first, first_token) = browser(&desk, PASSWORD).await;
    let (second, _) = browser(&desk, PASSWORD).await;
    session::end(&desk, &first, &here(), second.session.unwrap()).await.unwrap();
    check("one of her sessions").await;
    session::sign_out(&desk, &first_token, &here()).await.unwrap();
    check("she signed out").await;
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let actor = token::verify(&desk, &program.access_token).await.unwrap();
    token::sign_out(&desk, &actor, &here()).await.unwrap();
    check("her program signed out").await;
    token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let owner = browser(&desk, PASSWORD).await.0;
    let app = token::list(&desk, &owner).await.unwrap().remove(0);
    token::end(&desk, &owner, &here(), app.id).await.unwrap();
    check("one of her programs").await;
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let next = token::refresh(&desk, here(), &program.refresh_token).await.unwrap();
    token::refresh(&desk, here(), &next.refresh_token).await.unwrap();
    let reused = token::refresh(&desk, here(), &program.refresh_token).await;
    assert!(reused.is_err(), "its successor was used");
    check("a reused refresh token").await;
    session::end_all(&desk, &browser(&desk, PASSWORD).await.0, &here()).await.unwrap();
    check("everywhere").await;
    change(&desk, &browser(&desk, PASSWORD).await.0, PASSWORD, OTHER, &Keep::default()).await.unwrap();
    check("a changed password").await;
    let link = reset_link_token(&desk, ADA).await;
    account::reset_password(&desk, here(), &link, PASSWORD).await.unwrap();
    check("a reset password").await;
    for step in [UserAction::Suspend, UserAction::Freeze, UserAction::SignOut] {
        person::act_on_user(&desk, By::CommandLine, user, step).await.unwrap();
        check("an action of an admin").await;
    }
}

async fn another_instance_reads_who_has_to_leave(db: &TestDb) {
    let ((here_desk, _), (there, _)) = (desk(db), desk(db));
    let user = ada(&here_desk).await.actor.user;
    let bob = account::sign_up(&here_desk, here(), "bob@example.org", PASSWORD).await.unwrap();
    let program = token::sign_in(&here_desk, here(), ADA, PASSWORD).await.unwrap();
    let (mut hers, mut his) = (watch(&there, user), watch(&there, bob.actor.user));
    sign_in_end::refresh(&there).await.unwrap();
    assert!(!has_ended(&mut hers));
    token::verify(&there, &program.access_token).await.unwrap();

    for step in [UserAction::Freeze, UserAction::SignOut] {
        person::act_on_user(&here_desk, By::CommandLine, user, step).await.unwrap();
        assert!(!has_ended(&mut hers), "nothing was read yet");
        sign_in_end::refresh(&there).await.unwrap();
        assert!(has_ended(&mut hers));
        let verified = token::verify(&there, &program.access_token).await;
        assert!(verified.is_err(), "the cached token was verified again: {verified:?}");
        sign_in_end::refresh(&there).await.unwrap();
        assert!(!has_ended(&mut hers), "each end is reported once");
    }
    assert!(!has_ended(&mut his));
}

async fn rows_that_everyone_has_read_are_deleted(db: &TestDb) {
    let (desk, clock) = desk(db);
    let session = ada(&desk).await;
    session::sign_out(&desk, &session.token, &here()).await.unwrap();
    let rows = async || store::sign_in_end::list_since(&desk.db, domain::Micros(0)).await.unwrap().len();
    session::prune(&desk, desk.clock.now()).await.unwrap();
    assert_eq!(rows().await, 1);
    clock.advance(HOUR);
    session::prune(&desk, desk.clock.now()).await.unwrap();
    assert_eq!(rows().await, 0);
}
