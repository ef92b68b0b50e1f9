//! The audit log: what it records, that its chain reveals changes, and who may read it.

use super::setting::{ADA, OTHER, PASSWORD, ada, change, desk, here};
use domain::{Role, time::MINUTE};
use service::{
    Actor, Error, SharedDesk, bot,
    identity::{
        account,
        api_client::{self, NewClient},
        chat_link, maintenance,
        person::{self, By, UserAction},
        plan,
        recovery::Keep,
        session, token,
    },
    messaging::{audit_alarm, notify},
    platform::{
        audit::{self, Whose},
        rejection,
        settings::Settings,
    },
    testing::{self, Setup},
};
use store::testing::TestDb;

store::each_engine!(
    events_are_noted_with_address_and_client,
    a_changed_row_is_found,
    a_running_desk_does_not_seal_changed_rows_again,
    the_data_folder_shows_that_seals_are_missing,
    rows_without_a_seal_are_reported_after_a_minute,
    rows_that_commit_late_are_sealed_too,
    the_table_refuses_changes,
    users_read_their_own_log_and_operators_all,
    actions_without_an_address_state_their_origin,
    chats_and_wrong_passwords_are_noted,
    rejected_attempts_are_noted_once_a_minute_with_their_count,
);

/// Removes the triggers, as an attacker with access to the database would do first.
async fn drop_triggers(db: &TestDb) {
    if db.folder().is_some() {
        db.execute("drop trigger audit_stays").await;
        db.execute("drop trigger audit_lasts").await;
        db.execute("drop trigger audit_seals_last").await;
    } else {
        db.execute("drop trigger audit_stays on audit").await;
        db.execute("drop trigger audit_seals_stay on audit_seals").await;
    }
}

async fn events_are_noted_with_address_and_client(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    let new =
        NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() };
    api_client::create(&desk, &session.actor, &here(), new).await.unwrap();
    account::sign_in(&desk, here(), ADA, OTHER).await.unwrap_err();
    session::sign_out(&desk, &session.token, &here()).await.unwrap();
    let rows = audit::list_own(&desk, &session.actor, None).await.unwrap();
    let events: Vec<_> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(events, ["signed-out", "sign-in-failed", "client-created", "signed-in", "signed-up"]);
    for row in &rows {
        assert_eq!((row.address.as_str(), row.client.as_str()), ("192.0.2.1", "Test/1.0"), "{row:?}");
    }
}

async fn a_changed_row_is_found(db: &TestDb) {
    let (desk, _) = desk(db);
    ada(&desk).await;
    assert_eq!(audit::verify(&desk, None).await.unwrap().unsealed, 2);
    assert_eq!(audit::seal(&desk).await.unwrap(), 2);
    account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    assert_eq!(audit::seal(&desk).await.unwrap(), 1);
    assert_eq!(audit::seal(&desk).await.unwrap(), 0);
    let whole = audit::verify(&desk, None).await.unwrap();
    assert_eq!((whole.rows, whole.unsealed, whole.broken.clone()), (3, 0, None));
    assert_eq!(whole.head.as_ref().map(String::len), Some(64));
    // Another instance continues the same chain.
    let (other, _) = super::setting::desk(db);
    account::sign_in(&other, here(), ADA, PASSWORD).await.unwrap();
    assert_eq!(audit::seal(&other).await.unwrap(), 1);
    assert_eq!(audit::verify(&desk, None).await.unwrap().rows, 4);
    drop_triggers(db).await;
    db.execute("update audit set address = '203.0.113.1' where id = 2").await;
    let broken = audit::verify(&desk, None).await.unwrap();
    assert_eq!((broken.rows, broken.broken.as_deref()), (1, Some("row 2 differs from its seal")));
}

/// Changes row 2 and removes the seals from there on, so that the running desk seals the rows again: the attack of a
/// writer of the database.
async fn rewrite_history(db: &TestDb) {
    drop_triggers(db).await;
    db.execute("delete from audit_seals where audit_id >= 2").await;
    db.execute("update audit set address = '203.0.113.1' where id = 2").await;
}

async fn a_running_desk_does_not_seal_changed_rows_again(db: &TestDb) {
    let (desk, _) = desk(db);
    let admin = "operator@example.org";
    account::sign_up(&desk, here(), admin, PASSWORD).await.unwrap();
    account::make_admin(&desk, admin).await.unwrap();
    ada(&desk).await;
    let sealed = audit::seal(&desk).await.unwrap();
    assert!(sealed > 3 && desk.audit_fault().is_none());
    rewrite_history(db).await;
    assert_eq!(audit::seal(&desk).await.unwrap(), 0, "rows up to the last seal are evidence");
    assert_eq!(desk.audit_fault(), Some(format!("seal {sealed} is missing").as_str()));
    account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    assert_eq!(audit::seal(&desk).await.unwrap(), 1, "new rows are still sealed, and logged");
    let found = audit::verify(&desk, None).await.unwrap();
    assert_eq!((found.rows, found.broken.as_deref()), (1, Some("seal 2 is missing")));
    // The admins get one mail, however often it is reported.
    for _ in 0..2 {
        audit_alarm::report_fault(&desk).await.unwrap();
    }
    let mails = super::setting::mails(&desk).await;
    let alarms: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("audit log")).collect();
    assert_eq!((alarms.len(), alarms[0].to.as_str()), (1, admin));
}

async fn the_data_folder_shows_that_seals_are_missing(db: &TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let kept = || {
        let settings = Settings { audit_folder: Some(folder.path().to_owned()), ..Settings::default() };
        testing::desk_with((**db).clone(), Setup { settings, ..Setup::default() })
    };
    let desk = kept();
    ada(&desk).await;
    let sealed = audit::seal(&desk).await.unwrap();
    let recorded = audit::verify(&desk, None).await.unwrap().head.unwrap();
    let broken = async |desk: &SharedDesk, recorded: &str| {
        audit::verify(desk, Some(recorded)).await.unwrap().broken.unwrap_or_default()
    };
    assert_eq!(broken(&kept(), &recorded.to_uppercase()).await, "");
    assert_eq!(broken(&kept(), &"0".repeat(64)).await, "the seal that was recorded elsewhere is missing");
    drop_triggers(db).await;
    db.execute("delete from audit_seals").await;
    // While no desk runs, and after a restart.
    let missing = format!("the seals after 0 are missing; the data folder knows {sealed}");
    assert_eq!(broken(&kept(), &recorded).await, missing);
    let restarted = kept();
    audit::watch(&restarted).await.unwrap();
    assert_eq!(restarted.audit_fault(), Some(format!("seal {sealed} is missing").as_str()));
    assert_eq!(audit::seal(&restarted).await.unwrap(), 0);
    // The file counts with its signature only.
    let file = folder.path().join("audit-head");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(&format!("\"seq\":{sealed}"), "\"seq\":0")).unwrap();
    let forged = kept();
    audit::watch(&forged).await.unwrap();
    assert!(forged.audit_fault().unwrap().contains("another key"), "{:?}", forged.audit_fault());
}

async fn rows_without_a_seal_are_reported_after_a_minute(db: &TestDb) {
    let (desk, clock) = desk(db);
    ada(&desk).await;
    clock.advance(MINUTE);
    assert_eq!(audit::verify(&desk, None).await.unwrap().broken, None);
    clock.advance(1);
    let found = audit::verify(&desk, None).await.unwrap();
    assert_eq!(
        (found.unsealed, found.broken.as_deref()),
        (2, Some("2 rows older than a minute have no seal"))
    );
}

async fn rows_that_commit_late_are_sealed_too(db: &TestDb) {
    let (desk, _) = desk(db);
    ada(&desk).await;
    audit::seal(&desk).await.unwrap();
    for _ in 0..3 {
        account::sign_in(&desk, here(), ADA, OTHER).await.unwrap_err();
    }
    audit::seal(&desk).await.unwrap();
    let found = audit::verify(&desk, None).await.unwrap();
    assert_eq!((found.rows, found.unsealed, found.broken), (5, 0, None));
    drop_triggers(db).await;
    db.execute("delete from audit_seals where seq = 3").await;
    let broken = audit::verify(&desk, None).await.unwrap();
    assert_eq!(broken.broken.as_deref(), Some("seal 3 is missing"));
}

async fn the_table_refuses_changes(db: &TestDb) {
    let (desk, _) = desk(db);
    ada(&desk).await;
    audit::seal(&desk).await.unwrap();
    for change in [
        "update audit set action = 'nothing'",
        "delete from audit",
        "update audit_seals set seq = seq + 10",
        "delete from audit_seals",
    ] {
        assert!(!db.takes(change).await, "{change}");
    }
    assert_eq!(audit::verify(&desk, None).await.unwrap().rows, 2);
}

async fn users_read_their_own_log_and_operators_all(db: &TestDb) {
    let (desk, _) = desk(db);
    let trader = ada(&desk).await.actor;
    let eve = account::sign_up(&desk, here(), "eve@example.org", PASSWORD).await.unwrap();
    account::make_admin(&desk, "eve@example.org").await.unwrap();
    let eve = session::find(&desk, &eve.token, &here()).await.unwrap().unwrap();
    assert_eq!(eve.role, Role::Admin);
    person::act_on_user(&desk, By::Admin(&eve, &here()), trader.user, UserAction::SignOut).await.unwrap();
    assert!(matches!(audit::list_all(&desk, &trader, "", None).await, Err(Error::Forbidden)));
    assert!(matches!(audit::csv(&desk, &trader, Whose::Everybodys).await, Err(Error::Forbidden)));

    let own = audit::list_own(&desk, &trader, None).await.unwrap();
    let events: Vec<_> = own.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(events, ["signed-out-by-operator", "signed-in", "signed-up"]);
    assert_eq!((own[0].who.as_str(), own[0].address.as_str()), ("", ""), "the names of admins are not shown");
    let all = audit::list_all(&desk, &eve, "", None).await.unwrap();
    assert!(all.len() > own.len() && all[0].who == "eve@example.org");
    assert_eq!(audit::list_all(&desk, &eve, "signed-up", None).await.unwrap().len(), 2);
    assert!(audit::list_all(&desk, &eve, "nothing\0", None).await.unwrap().is_empty());
    let older = audit::list_all(&desk, &eve, "", Some(all[1].id)).await.unwrap();
    assert_eq!(older[0], all[2]);
    let file = audit::csv(&desk, &trader, Whose::Own).await.unwrap();
    assert_eq!(file.lines().count(), 4);
    assert!(file.starts_with("time,who,event") && file.contains(ADA) && !file.contains("eve@"));
}

async fn actions_without_an_address_state_their_origin(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    account::make_admin(&desk, ADA).await.unwrap();
    let admin = session::find(&desk, &session.token, &here()).await.unwrap().unwrap();
    let eve = account::sign_up(&desk, here(), "eve@example.org", PASSWORD).await.unwrap().actor;
    plan::assign_plan(&desk, &eve.email, "EXPERT").await.unwrap();
    person::reset_link(&desk, &eve.email).await.unwrap();
    person::act_on_user(&desk, By::CommandLine, eve.user, UserAction::Freeze).await.unwrap();
    maintenance::command(&desk, true, "").await.unwrap();
    person::act_on_user(&desk, By::Admin(&admin, &here()), eve.user, UserAction::Unfreeze).await.unwrap();
    let commands = ["made-admin", "plan-assigned", "reset-link-shown", "frozen", "desk-closed"];
    for row in audit::list_all(&desk, &admin, "", None).await.unwrap() {
        let by_command = commands.contains(&row.action.as_str());
        let expected = if by_command { "command line" } else { "192.0.2.1" };
        assert_eq!((row.address.as_str(), row.who.is_empty()), (expected, by_command), "{row:?}");
    }
    // The owner sees that it was a command, and nothing of an operator's address.
    let own = audit::list_own(&desk, &eve, None).await.unwrap();
    let seen: Vec<_> = own.iter().map(|row| (row.action.as_str(), row.address.as_str())).collect();
    let by_command = |action| (action, "command line");
    let expected =
        [("thawed", ""), by_command("frozen"), by_command("reset-link-shown"), by_command("plan-assigned")];
    assert_eq!(seen[..4], expected);
    assert_eq!(own[3].subject, format!("{} EXPERT", eve.user));
}

async fn chats_and_wrong_passwords_are_noted(db: &TestDb) {
    let (desk, _) = desk(db);
    let actor = ada(&desk).await.actor;
    let method = chat_link::method(&desk, &actor).await.unwrap();
    bot::post(&desk, &actor, &format!("/start {}", method.code)).await.unwrap();
    notify::telegram::unlink(&desk, &actor).await.unwrap();
    change(&desk, &actor, OTHER, PASSWORD, &Keep::default()).await.unwrap_err();
    let own = audit::list_own(&desk, &actor, None).await.unwrap();
    let seen: Vec<_> = own.iter().map(|row| (row.action.as_str(), row.address.as_str())).collect();
    let expected =
        [("step-up-failed", "192.0.2.1"), ("chat-unlinked", "192.0.2.1"), ("chat-linked", "telegram")];
    assert_eq!(seen[..3], expected);
}

/// The rows about rejected attempts in the user's own log, newest first: action and subject.
async fn rejections(desk: &SharedDesk, user: &Actor) -> Vec<(String, String)> {
    rejection::flush(desk).await.unwrap();
    let known = ["program-rejected", "token-rejected", "attempts-throttled", "access-denied"];
    let own = audit::list_own(desk, user, None).await.unwrap();
    let rejected = own.into_iter().filter(|row| known.contains(&row.action.as_str()));
    rejected
        .map(|row| {
            assert_eq!((row.address.as_str(), row.client.as_str()), ("192.0.2.1", "Test/1.0"), "{row:?}");
            (row.action, row.subject)
        })
        .collect()
}

async fn rejected_attempts_are_noted_once_a_minute_with_their_count(db: &TestDb) {
    let (desk, clock) = super::setting::throttled(db, service::platform::settings::Throttles::default());
    let actor = ada(&desk).await.actor;
    let new =
        NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() };
    let made = api_client::create(&desk, &actor, &here(), new).await.unwrap();
    let (id, key) = (made.client.id, made.client.api_key);
    let wrong = async |key: &str| api_client::by_secret(&desk, &here(), key, "wrong").await.unwrap_err();
    for _ in 0..5 {
        wrong(&key).await;
        wrong("unknown").await;
    }
    let row = |action: &str, subject: String| (action.to_owned(), subject);
    let first = row("program-rejected", format!("{id} count=5"));
    assert_eq!(rejections(&desk, &actor).await, std::slice::from_ref(&first));
    wrong(&key).await;
    assert_eq!(
        rejections(&desk, &actor).await,
        std::slice::from_ref(&first),
        "a flood does not fill the table"
    );
    clock.advance(MINUTE);
    let second = row("program-rejected", id.to_string());
    assert_eq!(rejections(&desk, &actor).await, [second, first], "and its count is kept");

    // A client without the permission, a token that was revoked, and one that only expired.
    let program = api_client::by_secret(&desk, &here(), &key, &made.secret).await.unwrap();
    let denied = api_client::permit(&desk, &here(), &program, Some(domain::Permission::BotsWrite));
    assert!(matches!(denied, Err(Error::Forbidden)));
    let tokens = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let late = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let signed_in = token::admit(&desk, &tokens.access_token, &here()).await.unwrap();
    assert_eq!(signed_in.from, Some(here()));
    token::sign_out(&desk, &signed_in, &here()).await.unwrap();
    for refused in [tokens.access_token.as_str(), "made.up.token"] {
        let refused = token::admit(&desk, refused, &here()).await;
        assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
    }
    let mut seen: Vec<_> = rejections(&desk, &actor).await.into_iter().map(|(action, _)| action).collect();
    seen.truncate(2);
    seen.sort();
    assert_eq!(seen, ["access-denied", "token-rejected"]);
    clock.advance(20 * MINUTE);
    token::admit(&desk, &late.access_token, &here()).await.unwrap_err();
    assert_eq!(rejections(&desk, &actor).await.len(), 4, "expiry is no attempt");

    for _ in 0..12 {
        account::sign_in(&desk, here(), ADA, OTHER).await.unwrap_err();
    }
    assert_eq!(rejections(&desk, &actor).await[0], row("attempts-throttled", "count=2".to_owned()));
}
