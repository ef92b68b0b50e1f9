//! User administration by operators.

use super::setting::{ADA, OTHER, PASSWORD, ada, desk, from, here};
use domain::{
    Refusal, Role,
    account::AccountState,
    time::{DAY, MINUTE},
};
use service::{
    Actor, Error, SharedDesk,
    identity::{
        account,
        api_client::{self, NewClient},
        person::{self, By, UserAction},
        session, token,
    },
    platform::audit,
};
use store::testing::TestDb;

store::each_engine!(
    only_an_admin_finds_users,
    a_suspended_person_and_their_programs_are_out,
    a_freeze_names_the_admin_who_did_it,
    the_last_admin_stays,
    two_admins_demoting_each_other_leave_one,
    two_admins_freezing_each_other_leave_one,
    an_admins_session_ends_sooner,
    sessions_and_sign_ins_end_after_ninety_days,
    a_person_has_so_many_sessions,
    a_reset_link_for_the_operator_works_and_is_noted,
);

const EVE: &str = "eve@example.org";

async fn admin(desk: &SharedDesk, email: &str) -> Actor {
    let new = account::sign_up(desk, here(), email, PASSWORD).await.unwrap();
    account::make_admin(desk, email).await.unwrap();
    session::find(desk, &new.token, &here()).await.unwrap().unwrap()
}

async fn act(desk: &SharedDesk, by: &Actor, whom: &Actor, step: UserAction) -> Result<AccountState, Error> {
    person::act_on_user(desk, By::Admin(by, &here()), whom.user, step).await.map(|person| person.state)
}

async fn only_an_admin_finds_users(db: &TestDb) {
    let (desk, _) = desk(db);
    let trader = ada(&desk).await.actor;
    let eve = admin(&desk, EVE).await;
    let refused = person::search_users(&desk, &trader, "", "").await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    for step in UserAction::ALL.map(|(step, _)| step) {
        assert!(matches!(act(&desk, &trader, &eve, step).await, Err(Error::Forbidden)), "{step:?}");
    }
    let emails = async |text: &str, after: &str| {
        let found = person::search_users(&desk, &eve, text, after).await.unwrap();
        found.into_iter().map(|person| person.email).collect::<Vec<_>>()
    };
    assert_eq!(emails("", "").await, [ADA, EVE]);
    assert_eq!(emails("ADA@", "").await, [ADA]);
    assert_eq!(emails("", ADA).await, [EVE]);
    for nobody in ["%", "_da", "!", "ada\0"] {
        assert!(emails(nobody, "").await.is_empty(), "{nobody}");
    }
    for (step, word) in UserAction::ALL {
        assert_eq!(UserAction::parse(word), Some(step));
    }
}

async fn a_suspended_person_and_their_programs_are_out(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    let eve = admin(&desk, EVE).await;
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let new =
        NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() };
    let client = api_client::create(&desk, &session.actor, &here(), new).await.unwrap();
    let let_in = async || {
        api_client::by_secret(&desk, &here(), &client.client.api_key, &client.secret).await.map(drop)
    };
    let_in().await.unwrap();

    let state = act(&desk, &eve, &session.actor, UserAction::Suspend).await.unwrap();
    assert_eq!(state, AccountState::Suspended);
    assert!(session::find(&desk, &session.token, &here()).await.unwrap().is_none());
    assert!(matches!(token::verify(&desk, &program.access_token).await, Err(Error::Unauthenticated)));
    assert!(matches!(let_in().await, Err(Error::Unauthenticated)));
    let refused = account::sign_in(&desk, here(), ADA, PASSWORD).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::AccountSuspended))), "{refused:?}");
    // A reset proves access to the mailbox, and does not override the operator.
    let link = super::setting::reset_link_token(&desk, ADA).await;
    account::reset_password(&desk, here(), &link, OTHER).await.unwrap();
    let refused = account::sign_in(&desk, here(), ADA, OTHER).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::AccountSuspended))), "{refused:?}");

    act(&desk, &eve, &session.actor, UserAction::Unsuspend).await.unwrap();
    let back = account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
    let new =
        NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() };
    let client = api_client::create(&desk, &back.actor, &here(), new).await.unwrap();
    act(&desk, &eve, &back.actor, UserAction::RevokePrograms).await.unwrap();
    let key = &client.client.api_key;
    assert!(api_client::by_secret(&desk, &here(), key, &client.secret).await.is_err());
    assert!(session::find(&desk, &back.token, &here()).await.unwrap().is_some(), "the session goes on");
    act(&desk, &eve, &back.actor, UserAction::SignOut).await.unwrap();
    assert!(session::find(&desk, &back.token, &here()).await.unwrap().is_none());
}

async fn a_freeze_names_the_admin_who_did_it(db: &TestDb) {
    let (desk, _) = desk(db);
    let trader = ada(&desk).await.actor;
    let eve = admin(&desk, EVE).await;
    let made = audit::list_all(&desk, &eve, "made-admin", None).await.unwrap();
    assert_eq!((made.len(), made[0].who.as_str()), (1, ""), "the command line made them admin");
    let away = from("198.51.100.7");
    // The second freeze finds the account frozen and only ends its sign-ins.
    for by in [By::Admin(&eve, &away), By::Admin(&eve, &away), By::CommandLine] {
        let frozen = person::act_on_user(&desk, by, trader.user, UserAction::Freeze).await.unwrap();
        assert_eq!(frozen.state, AccountState::Frozen);
    }
    let all = audit::list_all(&desk, &eve, "frozen", None).await.unwrap();
    assert!(all.iter().all(|row| row.subject == trader.user.to_string()), "{all:?}");
    let actors: Vec<_> =
        all.iter().map(|row| (row.who.as_str(), row.address.as_str(), row.client.as_str())).collect();
    let hers = (EVE, "198.51.100.7", "Test/1.0");
    assert_eq!(actors, [("", "command line", ""), hers, hers]);
    let own = audit::list_own(&desk, &trader, None).await.unwrap();
    let seen: Vec<_> = own.iter().filter(|row| row.action == "frozen").collect();
    assert_eq!(seen.len(), 3);
    for (row, address) in seen.into_iter().zip(["command line", "", ""]) {
        assert_eq!(
            (row.who.as_str(), row.address.as_str(), row.client.as_str()),
            ("", address, ""),
            "{row:?}"
        );
    }
}

async fn the_last_admin_stays(db: &TestDb) {
    let (desk, _) = desk(db);
    let trader = ada(&desk).await.actor;
    let eve = admin(&desk, EVE).await;
    for step in [UserAction::Trader, UserAction::Suspend, UserAction::Freeze] {
        let refused = act(&desk, &eve, &eve, step).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::LastAdmin))), "{step:?}: {refused:?}");
        let refused = person::act_on_user(&desk, By::CommandLine, eve.user, step).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::LastAdmin))), "{step:?}");
    }
    act(&desk, &eve, &trader, UserAction::Admin).await.unwrap();
    // An admin who is suspended or frozen does not count as one who could operate the desk.
    for (out, back) in
        [(UserAction::Suspend, UserAction::Unsuspend), (UserAction::Freeze, UserAction::Unfreeze)]
    {
        act(&desk, &eve, &trader, out).await.unwrap();
        for step in [UserAction::Trader, UserAction::Suspend, UserAction::Freeze] {
            let refused = act(&desk, &eve, &eve, step).await;
            assert!(
                matches!(refused, Err(Error::Refused(Refusal::LastAdmin))),
                "{out:?} {step:?}: {refused:?}"
            );
        }
        act(&desk, &eve, &trader, back).await.unwrap();
    }
    act(&desk, &eve, &eve, UserAction::Trader).await.unwrap();
    let again = act(&desk, &eve, &trader, UserAction::Trader).await;
    assert!(matches!(again, Err(Error::Forbidden)), "whose session is from before is no admin any more");
}

async fn two_admins_demoting_each_other_leave_one(db: &TestDb) {
    let (desk, _) = desk(db);
    let (one, two) = (admin(&desk, ADA).await, admin(&desk, EVE).await);
    let (first, second) =
        tokio::join!(act(&desk, &one, &two, UserAction::Trader), act(&desk, &two, &one, UserAction::Trader));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    assert_eq!(store::user::list_by_role(&desk.db, Role::Admin).await.unwrap().len(), 1);
}

async fn two_admins_freezing_each_other_leave_one(db: &TestDb) {
    let (desk, _) = desk(db);
    let (one, two) = (admin(&desk, ADA).await, admin(&desk, EVE).await);
    let (first, second) =
        tokio::join!(act(&desk, &one, &two, UserAction::Freeze), act(&desk, &two, &one, UserAction::Freeze));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    let admins = store::user::list_by_role(&desk.db, Role::Admin).await.unwrap();
    assert_eq!(admins.iter().filter(|user| user.state() == AccountState::Active).count(), 1);
}

async fn an_admins_session_ends_sooner(db: &TestDb) {
    let (desk, clock) = desk(db);
    let new = ada(&desk).await;
    account::make_admin(&desk, ADA).await.unwrap();
    clock.advance(7 * DAY - MINUTE);
    assert!(session::find(&desk, &new.token, &here()).await.unwrap().is_some());
    clock.advance(MINUTE);
    assert!(session::find(&desk, &new.token, &here()).await.unwrap().is_none());
}

async fn sessions_and_sign_ins_end_after_ninety_days(db: &TestDb) {
    let (desk, clock) = desk(db);
    let session = ada(&desk).await;
    let mut program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    for _ in 0..4 {
        clock.advance(20 * DAY);
        assert!(session::find(&desk, &session.token, &here()).await.unwrap().is_some());
        program = token::refresh(&desk, here(), &program.refresh_token).await.unwrap();
    }
    clock.advance(10 * DAY);
    assert!(session::find(&desk, &session.token, &here()).await.unwrap().is_none());
    let refreshed = token::refresh(&desk, here(), &program.refresh_token).await;
    assert!(matches!(refreshed, Err(Error::Unauthenticated)), "{refreshed:?}");
}

async fn a_person_has_so_many_sessions(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = ada(&desk).await;
    let user = first.actor.user;
    let mut tx = desk.db.begin().await.unwrap();
    for number in 0..120_u8 {
        let at = desk.clock.now();
        let row = store::session::NewSession {
            id: domain::SessionId::mint(&*desk.clock, &*desk.entropy),
            user_id: Some(user),
            token_hash: [number; 32],
            user_agent: "Test/1.0",
            address: "192.0.2.1",
            created_at: at,
            expires_at: at.plus(DAY),
        };
        store::session::insert(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    clock.advance(MINUTE);
    let last = account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let listed = session::list(&desk, &last.actor).await.unwrap();
    assert_eq!(listed.len(), 100);
    assert!(listed[0].current, "the newest stays");
}

async fn a_reset_link_for_the_operator_works_and_is_noted(db: &TestDb) {
    let (desk, clock) = desk(db);
    let user = ada(&desk).await.actor.user;
    let token = super::setting::reset_link_token(&desk, ADA).await;
    account::reset_password(&desk, here(), &token, OTHER).await.unwrap();
    account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
    let noted = store::audit::list_latest(&desk.db, 50).await.unwrap();
    assert!(noted.iter().any(|e| e.action == "reset-link-shown" && e.subject == user.to_string()));
    let late = super::setting::reset_link_token(&desk, ADA).await;
    clock.advance(60 * MINUTE);
    account::reset_password(&desk, here(), &late, PASSWORD).await.unwrap_err();
    assert!(matches!(person::reset_link(&desk, "nobody@example.org").await, Err(Error::NotFound)));
}
