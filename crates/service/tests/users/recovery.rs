//! Recovering an account: what is revoked with it, the mails about credentials, and their link.

use super::setting::{
    ADA, OTHER, PASSWORD, ada, change, desk, from, here, mails, problem, reset_link_token, text_of,
};
use domain::{
    Refusal, Role,
    account::AccountState,
    time::{DAY, MINUTE},
    validation::Problem,
};
use service::{
    Error, SharedDesk, bot,
    following::strategy,
    identity::{
        account,
        api_client::{self, Made, NewClient},
        chat_link, person,
        recovery::{self, Alarm, Keep},
        session, token,
    },
    messaging::notify,
    platform::{
        audit,
        settings::{MailSettings, Settings},
    },
    testing::{self, Setup, TestClock},
};
use std::sync::Arc;
use store::testing::TestDb;

store::each_engine!(
    a_reset_ends_programs_webhooks_and_chats,
    signing_out_everywhere_ends_programs_webhooks_and_chats,
    a_plain_change_keeps_what_its_owner_wants,
    credentials_made_during_a_reset_do_not_outlive_it,
    credential_events_are_mailed_with_a_link,
    the_link_freezes_once_and_a_reset_opens_the_account,
    the_only_admin_can_freeze_their_own_account,
    a_link_expires_and_cannot_be_made_up,
    the_outbox_shows_no_reset_link,
);

fn bots() -> NewClient {
    NewClient { name: "Bots".into(), permissions: vec!["BOTS_READ".into()], ..NewClient::default() }
}

async fn client(desk: &SharedDesk, actor: &service::Actor) -> Made {
    api_client::create(desk, actor, &here(), bots()).await.unwrap()
}

/// The access that an attacker would leave behind: an API client with a token, a webhook, and a linked chat.
struct Left {
    client: Made,
    token: String,
    hook: String,
}

async fn leave_programs(desk: &SharedDesk, admin: &service::Actor) -> Left {
    let client = client(desk, admin).await;
    let token = api_client::sign_in(desk, &here(), &client.client.login_id, &client.secret).await.unwrap();
    strategy::seed(desk).await.unwrap();
    let id = strategy::list_strategies(desk).await.unwrap()[0].id;
    let hook = strategy::rotate_hook(desk, admin, id).await.unwrap();
    let method = chat_link::method(desk, admin).await.unwrap();
    bot::post(desk, admin, &format!("/start {}", method.code)).await.unwrap();
    assert!(chat_link::method(desk, admin).await.unwrap().active, "a chat is linked");
    Left { client, token, hook }
}

/// Returns which of them still work: the client, its token, the webhook, the chat.
async fn working(desk: &SharedDesk, admin: &service::Actor, left: &Left) -> [bool; 4] {
    let key = &left.client.client.api_key;
    let client = api_client::by_secret(desk, &here(), key, &left.client.secret).await.is_ok();
    let token = api_client::by_token(desk, &here(), &left.token).await.is_ok();
    let received = strategy::receive_alert(desk, &here(), &left.hook, Err(Vec::new())).await;
    let chat = store::telegram::get_link(&desk.db, admin.user).await.unwrap().is_some_and(|link| link.active);
    [client, token, !matches!(received, Err(Error::NotFound)), chat]
}

async fn an_admin(desk: &SharedDesk) -> service::Actor {
    let new = ada(desk).await;
    account::make_admin(desk, ADA).await.unwrap();
    session::find(desk, &new.token, &here()).await.unwrap().unwrap()
}

async fn a_reset_ends_programs_webhooks_and_chats(db: &TestDb) {
    let (desk, _) = desk(db);
    let admin = an_admin(&desk).await;
    let left = leave_programs(&desk, &admin).await;
    assert_eq!(working(&desk, &admin, &left).await, [true; 4]);
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let link = reset_link_token(&desk, ADA).await;
    account::reset_password(&desk, here(), &link, OTHER).await.unwrap();
    assert_eq!(working(&desk, &admin, &left).await, [false; 4]);
    assert!(matches!(token::verify(&desk, &program.access_token).await, Err(Error::Unauthenticated)));
    assert!(matches!(
        token::refresh(&desk, here(), &program.refresh_token).await,
        Err(Error::Unauthenticated)
    ));
}

async fn signing_out_everywhere_ends_programs_webhooks_and_chats(db: &TestDb) {
    let (desk, _) = desk(db);
    let admin = an_admin(&desk).await;
    let left = leave_programs(&desk, &admin).await;
    session::end_all(&desk, &admin, &here()).await.unwrap();
    assert_eq!(working(&desk, &admin, &left).await, [false; 4]);
}

async fn a_plain_change_keeps_what_its_owner_wants(db: &TestDb) {
    let (desk, _) = desk(db);
    let admin = an_admin(&desk).await;
    let left = leave_programs(&desk, &admin).await;
    let other = client(&desk, &admin).await;
    change(&desk, &admin, PASSWORD, OTHER, &Keep::default()).await.unwrap();
    assert_eq!(working(&desk, &admin, &left).await, [true; 4], "nothing was said: all of it goes on");
    let found = recovery::programs(&desk, &admin).await.unwrap();
    assert_eq!((found.webhooks, found.chat), (1, true));

    let keep = Keep { clients: Some(vec![other.client.id]), end_chat: true, end_webhooks: false };
    change(&desk, &admin, OTHER, PASSWORD, &keep).await.unwrap();
    assert_eq!(working(&desk, &admin, &left).await, [false, false, true, false]);
    assert_eq!(api_client::list(&desk, &admin).await.unwrap().len(), 1);
    let keep = Keep { clients: Some(Vec::new()), end_chat: false, end_webhooks: true };
    change(&desk, &admin, PASSWORD, OTHER, &keep).await.unwrap();
    assert_eq!(working(&desk, &admin, &left).await, [false; 4]);
    assert!(api_client::list(&desk, &admin).await.unwrap().is_empty());
}

/// An attacker's session creates clients and signs in while the owner resets: none of it works afterwards.
async fn credentials_made_during_a_reset_do_not_outlive_it(db: &TestDb) {
    let (desk, _) = desk(db);
    let thief = ada(&desk).await.actor;
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let link = reset_link_token(&desk, ADA).await;
    let origin = here();
    let (made, opened, coded, refreshed, reset) = tokio::join!(
        futures::future::join_all((0..6).map(|_| api_client::create(&desk, &thief, &origin, bots()))),
        futures::future::join_all((0..3).map(|_| account::sign_in(&desk, here(), ADA, PASSWORD))),
        chat_link::method(&desk, &thief),
        token::refresh(&desk, here(), &program.refresh_token),
        account::reset_password(&desk, here(), &link, OTHER),
    );
    reset.unwrap();
    for made in made.into_iter().flatten() {
        let let_in = api_client::by_secret(&desk, &here(), &made.client.api_key, &made.secret).await;
        assert!(matches!(let_in, Err(Error::Unauthenticated)));
    }
    for opened in opened.into_iter().flatten() {
        assert!(session::find(&desk, &opened.token, &here()).await.unwrap().is_none());
    }
    if let Ok(method) = coded {
        bot::post(&desk, &thief, &format!("/start {}", method.code)).await.unwrap();
    }
    let chat = store::telegram::get_link(&desk.db, thief.user).await.unwrap().and_then(|link| link.chat_id);
    assert_eq!(chat, None, "no chat is linked with a code of before");
    if let Ok(tokens) = refreshed {
        assert!(token::verify(&desk, &tokens.access_token).await.is_err());
        assert!(token::refresh(&desk, here(), &tokens.refresh_token).await.is_err());
    }
}

async fn credential_events_are_mailed_with_a_link(db: &TestDb) {
    let (desk, _) = desk(db);
    let admin = an_admin(&desk).await;
    let left = leave_programs(&desk, &admin).await;
    api_client::revoke(&desk, &admin, &here(), left.client.client.id).await.unwrap();
    let hooked = strategy::list_strategies(&desk).await.unwrap()[0].id;
    strategy::remove_hook(&desk, &admin, hooked).await.unwrap();
    service::identity::plan::assign_plan(&desk, ADA, "EXPERT").await.unwrap();
    account::sign_in(&desk, from("198.51.100.9"), ADA, PASSWORD).await.unwrap();
    let elsewhere = service::Origin::new([203, 0, 113, 7].into(), "Other/1.0");
    account::sign_in(&desk, elsewhere, ADA, PASSWORD).await.unwrap();
    change(&desk, &admin, PASSWORD, OTHER, &Keep::default()).await.unwrap();
    let reported = mails(&desk).await;
    let subjects: Vec<_> = reported.iter().filter(|m| m.to == ADA).map(|m| m.subject.as_str()).collect();
    assert!(
        subjects
            .iter()
            .any(|subject| subject.starts_with("The webhook of") && subject.ends_with("was revoked"))
    );
    for expected in [
        "API client Bots was created",
        "API client Bots was revoked",
        "The webhook URL of",
        "Your plan is now Expert",
        "A Telegram chat was connected",
        "New sign-in to your Slipstream account",
        "Your Slipstream password was changed",
    ] {
        assert!(subjects.iter().any(|subject| subject.starts_with(expected)), "{expected}: {subjects:?}");
    }
}

/// A desk with a mail server that accepts messages.
async fn mailing(db: &TestDb) -> (SharedDesk, Arc<TestClock>, super::mails::Server) {
    let server = super::mails::Server::start(true).await;
    let clock = Arc::new(TestClock::default());
    let mail = MailSettings { smtp_url: Some(server.url.clone()), from: "Desk <desk@example.org>".into() };
    let settings = Settings { mail, ..Settings::default() };
    let setup = Setup { clock: clock.clone(), settings, ..Setup::default() };
    (testing::desk_with((**db).clone(), setup), clock, server)
}

/// Returns the token of the link in the last mail.
fn freeze_token(server: &super::mails::Server) -> String {
    let whole = server.taken().last().unwrap().replace("=\r\n", "").replace("=3D", "=");
    let after = whole.split_once("/not-me?token=").expect("a link").1;
    after.split(|c: char| c.is_whitespace() || c == '"').next().unwrap().to_owned()
}

async fn the_link_freezes_once_and_a_reset_opens_the_account(db: &TestDb) {
    let (desk, _, server) = mailing(db).await;
    let session = ada(&desk).await;
    let made = client(&desk, &session.actor).await;
    notify::deliver(&desk).await.unwrap();
    let token = freeze_token(&server);

    // A mail scanner opens it: nothing happens.
    assert_eq!(recovery::alarm_of(&desk, &token).await.unwrap(), Alarm::Ready);
    assert!(session::find(&desk, &session.token, &here()).await.unwrap().is_some());

    recovery::freeze_by_link(&desk, &from("198.51.100.1"), &token).await.unwrap();
    assert_eq!(recovery::alarm_of(&desk, &token).await.unwrap(), Alarm::Used);
    assert!(session::find(&desk, &session.token, &here()).await.unwrap().is_none());
    let program = api_client::by_secret(&desk, &here(), &made.client.api_key, &made.secret).await;
    assert!(matches!(program, Err(Error::Unauthenticated)));
    assert_eq!(person::find_user(&desk, ADA).await.unwrap().state, AccountState::Frozen);
    let own = audit::list_own(&desk, &session.actor, None).await.unwrap();
    let row = own.iter().find(|row| row.action == "frozen").expect("a row about the freeze");
    assert_eq!((row.who.as_str(), row.address.as_str()), (ADA, "198.51.100.1"), "the owner did it");
    // Even the right password gives no access, and the reason is reported.
    for refused in [
        account::sign_in(&desk, here(), ADA, PASSWORD).await.map(drop),
        token::sign_in(&desk, here(), ADA, PASSWORD).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::Refused(Refusal::AccountFrozen))), "{refused:?}");
    }
    let again = recovery::freeze_by_link(&desk, &here(), &token).await;
    assert!(matches!(again, Err(Error::NotFound)), "a link works once");

    account::request_reset(&desk, here(), ADA).await.unwrap();
    notify::deliver(&desk).await.unwrap();
    let whole: Vec<_> =
        server.taken().iter().map(|mail| mail.replace("=\r\n", "").replace("=3D", "=")).collect();
    let mailed = whole.iter().rev().find(|mail| mail.contains("/reset?token=")).expect("a reset mail");
    let reset = super::setting::reset_token(mailed);
    account::reset_password(&desk, here(), &reset, OTHER).await.unwrap();
    account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
    // The old link does not freeze it again.
    assert!(matches!(recovery::freeze_by_link(&desk, &here(), &token).await, Err(Error::NotFound)));
    account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
}

async fn the_only_admin_can_freeze_their_own_account(db: &TestDb) {
    let (desk, _, server) = mailing(db).await;
    let admin = an_admin(&desk).await;
    client(&desk, &admin).await;
    notify::deliver(&desk).await.unwrap();
    recovery::freeze_by_link(&desk, &here(), &freeze_token(&server)).await.unwrap();
    let frozen = person::find_user(&desk, ADA).await.unwrap();
    assert_eq!((frozen.role, frozen.state), (Role::Admin, AccountState::Frozen));
    // The reset opens the account again: the desk has its admin back.
    let link = reset_link_token(&desk, ADA).await;
    account::reset_password(&desk, here(), &link, OTHER).await.unwrap();
    let back = account::sign_in(&desk, here(), ADA, OTHER).await.unwrap().actor;
    assert_eq!(back.role, Role::Admin);
}

async fn a_link_expires_and_cannot_be_made_up(db: &TestDb) {
    let (desk, clock, server) = mailing(db).await;
    let session = ada(&desk).await;
    client(&desk, &session.actor).await;
    notify::deliver(&desk).await.unwrap();
    let token = freeze_token(&server);
    let bob = account::sign_up(&desk, here(), "bob@example.org", PASSWORD).await.unwrap().actor.user;
    let (user, rest) = token.split_once('.').unwrap();
    let other = if user.starts_with('0') { "1" } else { "0" };
    for forged in [
        String::new(),
        "...".into(),
        format!("{}.{rest}", bob.0.simple()),
        format!("{other}{}.{rest}", &user[1..]),
        format!("{token}0"),
        token.replace('.', "\0"),
    ] {
        let frozen = recovery::freeze_by_link(&desk, &here(), &forged).await;
        assert!(matches!(frozen, Err(Error::NotFound)), "{forged}: {frozen:?}");
    }
    clock.advance(7 * DAY - MINUTE);
    assert_eq!(recovery::alarm_of(&desk, &token).await.unwrap(), Alarm::Ready);
    clock.advance(MINUTE);
    assert!(matches!(recovery::freeze_by_link(&desk, &here(), &token).await, Err(Error::NotFound)));
    assert_eq!(person::find_user(&desk, ADA).await.unwrap().state, AccountState::Active);
}

async fn the_outbox_shows_no_reset_link(db: &TestDb) {
    let (desk, _) = desk(db);
    ada(&desk).await;
    account::request_reset(&desk, here(), ADA).await.unwrap();
    let mail = mails(&desk).await.into_iter().find(|mail| mail.to == ADA).unwrap();
    assert!(mail.withheld && mail.body.is_empty(), "{mail:?}");
    let admin = account::sign_in(&desk, here(), "operator@example.org", PASSWORD).await.unwrap().actor;
    assert_eq!(admin.role, Role::Admin);
    let page = notify::as_mailed(&desk, &admin, mail.id).await;
    assert!(matches!(page, Err(Error::NotFound)), "{page:?}");
    // Its recipient gets it: the text is stored in the database, encrypted.
    assert!(text_of(&desk, mail.id).await.contains("/reset?token="));
    let wrong = account::reset_password(&desk, here(), "made up", OTHER).await;
    assert_eq!(problem(wrong), ("token".to_owned(), Problem::ResetInvalid));
}
