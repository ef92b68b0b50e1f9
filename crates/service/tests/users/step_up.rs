//! The password must be confirmed before credentials change.

use super::setting::{ADA, OTHER, PASSWORD, ada, desk, here, problem};
use domain::{ExchangeKeyId, signal::Action, time::MINUTE, validation::Problem};
use service::{
    Actor, Error, SharedDesk,
    following::{
        copy,
        strategy::{self, SignalRequest},
    },
    identity::{
        account,
        api_client::{self, NewClient},
        chat_link, maintenance,
        person::{self, By, UserAction},
        plan, session,
        step_up::{self, Pending},
        token,
    },
    money::{ledger, sub_account},
    trading::review,
};
use store::testing::TestDb;

store::each_engine!(
    credentials_change_shortly_after_the_password_only,
    a_replaced_token_does_not_count_as_confirmed,
    a_programs_token_steps_up_for_its_whole_sign_in,
    others_passwords_do_not_count_against_who_is_signed_in,
    admins_act_on_others_and_the_desk_after_a_step_up_only,
    a_form_waits_for_its_own_session_once,
    api_clients_and_other_issuers_need_no_step_up,
);

async fn change(desk: &SharedDesk, actor: &Actor) -> Result<(), Error> {
    let new =
        NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() };
    api_client::create(desk, actor, &here(), new).await.map(drop)
}

async fn credentials_change_shortly_after_the_password_only(db: &TestDb) {
    let (desk, clock) = desk(db);
    let session = ada(&desk).await;
    account::make_admin(&desk, ADA).await.unwrap();
    let admin = session::find(&desk, &session.token, &here()).await.unwrap().unwrap();
    strategy::seed(&desk).await.unwrap();
    let id = strategy::list_strategies(&desk).await.unwrap()[0].id;
    clock.advance(10 * MINUTE - 1);
    change(&desk, &admin).await.unwrap();
    let client = api_client::list(&desk, &admin).await.unwrap()[0].id;
    clock.advance(1);
    assert!(step_up::is_due(&desk, &admin).await.unwrap());
    for refused in [
        change(&desk, &admin).await,
        api_client::revoke(&desk, &admin, &here(), client).await.map(drop),
        strategy::rotate_hook(&desk, &admin, id).await.map(drop),
        strategy::remove_hook(&desk, &admin, id).await,
        session::end(&desk, &admin, &here(), admin.session.unwrap()).await,
        session::end_all(&desk, &admin, &here()).await,
        chat_link::method(&desk, &admin).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::StepUp)), "{refused:?}");
    }
    let wrong = step_up::confirm(&desk, &admin, &here(), OTHER).await;
    assert_eq!(problem(wrong), ("password".to_owned(), Problem::WrongPassword));
    assert!(step_up::is_due(&desk, &admin).await.unwrap());
    let token = step_up::confirm(&desk, &admin, &here(), PASSWORD).await.unwrap().unwrap();
    let admin = session::find(&desk, &token, &here()).await.unwrap().unwrap();
    change(&desk, &admin).await.unwrap();
    strategy::rotate_hook(&desk, &admin, id).await.unwrap();
    // Reading and signing out never require it.
    clock.advance(10 * MINUTE);
    api_client::list(&desk, &admin).await.unwrap();
    session::sign_out(&desk, &token, &here()).await.unwrap();
}

async fn a_replaced_token_does_not_count_as_confirmed(db: &TestDb) {
    let (desk, clock) = desk(db);
    let stolen = ada(&desk).await.token;
    clock.advance(10 * MINUTE);
    let found = async |token: &str| session::find(&desk, token, &here()).await.unwrap().unwrap();
    let owner = found(&stolen).await;
    let token = step_up::confirm(&desk, &owner, &here(), PASSWORD).await.unwrap().unwrap();
    // The owner has given the password; who has a copy of the token from before has not.
    clock.advance(session::REPLACED - 1);
    let thief = found(&stolen).await;
    assert!(step_up::is_due(&desk, &thief).await.unwrap());
    assert!(matches!(change(&desk, &thief).await, Err(Error::StepUp)));
    assert!(matches!(session::end_all(&desk, &thief, &here()).await, Err(Error::StepUp)));
    assert!(matches!(change(&desk, &owner).await, Err(Error::StepUp)), "read before the confirmation");
    change(&desk, &found(&token).await).await.unwrap();
    // A second tab that gives the password gets the same token, which counts.
    let again = step_up::confirm(&desk, &thief, &here(), PASSWORD).await.unwrap();
    assert_eq!(again.as_deref(), Some(token.as_str()));
}

async fn admins_act_on_others_and_the_desk_after_a_step_up_only(db: &TestDb) {
    let (desk, clock) = desk(db);
    let other = account::sign_up(&desk, here(), "bob@example.org", PASSWORD).await.unwrap().actor;
    let session = ada(&desk).await;
    account::make_admin(&desk, ADA).await.unwrap();
    let admin = session::find(&desk, &session.token, &here()).await.unwrap().unwrap();
    strategy::seed(&desk).await.unwrap();
    let id = strategy::list_strategies(&desk).await.unwrap()[0].id;
    clock.advance(10 * MINUTE);
    for (step, _) in UserAction::ALL {
        let refused = person::act_on_user(&desk, By::Admin(&admin, &here()), other.user, step).await;
        assert!(matches!(refused, Err(Error::StepUp)), "{step:?}: {refused:?}");
    }
    let rule = ledger::Rule { country: "*".into(), currency: "USDT".into(), enabled: false };
    let brand = sub_account::Brand { name: "Acme".into(), broker: true };
    let exit =
        SignalRequest { action: Action::Exit, side: None, price: None, stop: None, targets: Vec::new() };
    for refused in [
        maintenance::switch(&desk, &admin, true, "").await,
        maintenance::switch(&desk, &admin, false, "").await,
        copy::pause_all(&desk, &admin, false).await,
        plan::assign_as(&desk, &admin, &other.email, "EXPERT").await.map(drop),
        strategy::set_active(&desk, &admin, id, false).await.map(drop),
        strategy::send(&desk, &admin, id, exit).await.map(drop),
        ledger::set_rule(&desk, &admin, &here(), &rule).await,
        sub_account::set_brand(&desk, &admin, &here(), &brand).await,
        review::confirm(&desk, &admin, ExchangeKeyId(uuid::Uuid::nil())).await,
    ] {
        assert!(matches!(refused, Err(Error::StepUp)), "{refused:?}");
    }
    // Pausing must be possible at any time, and reading never requires it.
    copy::pause_all(&desk, &admin, true).await.unwrap();
    person::search_users(&desk, &admin, "", "").await.unwrap();
    // The command line has no session and needs none.
    person::act_on_user(&desk, By::CommandLine, other.user, UserAction::SignOut).await.unwrap();
    let token = step_up::confirm(&desk, &admin, &here(), PASSWORD).await.unwrap().unwrap();
    let admin = session::find(&desk, &token, &here()).await.unwrap().unwrap();
    person::act_on_user(&desk, By::Admin(&admin, &here()), other.user, UserAction::Suspend).await.unwrap();
    maintenance::switch(&desk, &admin, true, "").await.unwrap();
    copy::pause_all(&desk, &admin, false).await.unwrap();
    // A trader is rejected as before: a confirmation would not help.
    let refused = maintenance::switch(&desk, &other, true, "").await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}

async fn a_programs_token_steps_up_for_its_whole_sign_in(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = token::sign_up(&desk, here(), ADA, PASSWORD).await.unwrap();
    let actor = token::verify(&desk, &first.access_token).await.unwrap();
    change(&desk, &actor).await.unwrap();
    clock.advance(11 * MINUTE);
    // A new token of the same sign-in does not count as a confirmation.
    let second = token::refresh(&desk, here(), &first.refresh_token).await.unwrap();
    let actor = token::verify(&desk, &second.access_token).await.unwrap();
    assert!(matches!(change(&desk, &actor).await, Err(Error::StepUp)));
    step_up::confirm(&desk, &actor, &here(), PASSWORD).await.unwrap();
    // The actor cached from before counts as well.
    change(&desk, &token::verify(&desk, &second.access_token).await.unwrap()).await.unwrap();
    let third = token::refresh(&desk, here(), &second.refresh_token).await.unwrap();
    change(&desk, &token::verify(&desk, &third.access_token).await.unwrap()).await.unwrap();
    // Another sign-in is not confirmed by it.
    token::sign_out(&desk, &actor, &here()).await.unwrap();
    assert!(matches!(token::verify(&desk, &third.access_token).await, Err(Error::Unauthenticated)));
    assert!(matches!(token::refresh(&desk, here(), &third.refresh_token).await, Err(Error::Unauthenticated)));
    assert!(matches!(change(&desk, &actor).await, Err(Error::Unauthenticated)), "its sign-in has ended");
}

async fn others_passwords_do_not_count_against_who_is_signed_in(db: &TestDb) {
    let (desk, clock) = super::setting::throttled(db, service::platform::settings::Throttles::default());
    let session = ada(&desk).await;
    for guess in 0..11 {
        let stranger = super::setting::from(&format!("198.51.100.{guess}"));
        account::sign_in(&desk, stranger, ADA, OTHER).await.unwrap_err();
    }
    clock.advance(10 * MINUTE);
    step_up::confirm(&desk, &session.actor, &here(), PASSWORD).await.unwrap();
    for _ in 0..10 {
        step_up::confirm(&desk, &session.actor, &here(), OTHER).await.unwrap_err();
    }
    let full = step_up::confirm(&desk, &session.actor, &here(), PASSWORD).await;
    assert!(matches!(full, Err(Error::TooMany { .. })), "{full:?}");
}

async fn a_form_waits_for_its_own_session_once(db: &TestDb) {
    let (desk, clock) = desk(db);
    let session = ada(&desk).await;
    let other = account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let form = Pending {
        endpoint: "/api/client-create".into(),
        content_type: "application/x-www-form-urlencoded".into(),
        body: "name=Bots".into(),
    };
    let id = step_up::store_form(&desk, &session.token, &form).await.unwrap();
    assert_eq!(step_up::peek(&desk, &session.token, id).await.unwrap(), Some(form.clone()));
    assert_eq!(step_up::peek(&desk, &other.token, id).await.unwrap(), None);
    assert_eq!(step_up::take(&desk, &other.token, id).await.unwrap(), None);
    assert_eq!(step_up::take(&desk, &session.token, id).await.unwrap(), Some(form.clone()));
    assert_eq!(step_up::take(&desk, &session.token, id).await.unwrap(), None);
    let late = step_up::store_form(&desk, &session.token, &form).await.unwrap();
    clock.advance(10 * MINUTE);
    assert_eq!(step_up::take(&desk, &session.token, late).await.unwrap(), None);
    assert!(matches!(step_up::store_form(&desk, "nobody", &form).await, Err(Error::Unauthenticated)));
    // One session keeps only a few forms, however many are sent.
    let first = step_up::store_form(&desk, &session.token, &form).await.unwrap();
    for _ in 0..10 {
        clock.advance(1_000);
        step_up::store_form(&desk, &session.token, &form).await.unwrap();
    }
    assert_eq!(step_up::peek(&desk, &session.token, first).await.unwrap(), None);
}

async fn api_clients_and_other_issuers_need_no_step_up(db: &TestDb) {
    let (desk, clock) = desk(db);
    let actor = ada(&desk).await.actor;
    clock.advance(60 * MINUTE);
    // As created by the APIs of API clients and of external issuers' tokens.
    let program = Actor { session: None, token: None, ..actor };
    assert!(!step_up::is_due(&desk, &program).await.unwrap());
    change(&desk, &program).await.unwrap();
    let request = step_up::confirm(&desk, &program, &here(), PASSWORD).await;
    assert!(matches!(request, Err(Error::Forbidden)), "{request:?}");
}
