use super::setting::{
    ADA, OTHER, PASSWORD, ada, desk, here, last_mail, mails, problem, reset_token, throttled,
};
use domain::{time::HOUR, validation::Problem};
use service::{Error, Limit, Throttles, account, session, token};
use store::testing::TestDb;

store::each_engine!(
    a_changed_password_signs_everyone_else_out,
    a_reset_link_works_once,
    a_reset_link_expires,
    a_newer_password_kills_older_links,
    asking_for_a_reset_tells_nothing,
    a_mailbox_is_not_flooded,
);

async fn a_changed_password_signs_everyone_else_out(db: &TestDb) {
    let (desk, _) = desk(db);
    let here_now = ada(&desk).await;
    let elsewhere = account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    token::verify(&desk, &program.access_token).await.unwrap();

    let wrong = account::change_password(&desk, &here_now.actor, OTHER, OTHER).await;
    assert_eq!(problem(wrong), ("current".to_owned(), Problem::WrongPassword));
    let short = account::change_password(&desk, &here_now.actor, PASSWORD, "short").await;
    assert_eq!(problem(short), ("password".to_owned(), Problem::PasswordTooShort));
    account::change_password(&desk, &here_now.actor, PASSWORD, OTHER).await.unwrap();

    assert!(session::find(&desk, &here_now.token, &here()).await.unwrap().is_some());
    assert!(session::find(&desk, &elsewhere.token, &here()).await.unwrap().is_none());
    let refreshed = token::refresh(&desk, here(), &program.refresh_token).await;
    assert!(matches!(refreshed, Err(Error::Unauthenticated)));
    let verified = token::verify(&desk, &program.access_token).await;
    assert!(matches!(verified, Err(Error::Unauthenticated)));
    assert_eq!(problem(account::sign_in(&desk, here(), ADA, PASSWORD).await).1, Problem::WrongCredentials);
    account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
    assert!(last_mail(&desk).await.subject.contains("was changed"));
}

async fn a_reset_link_works_once(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    account::request_reset(&desk, here(), "ADA@example.org").await.unwrap();
    let mail = last_mail(&desk).await;
    assert_eq!(mail.to, ADA);
    let token = reset_token(&mail.body);
    // A password that cannot be used does not spend the link.
    let short = account::reset_password(&desk, here(), &token, "short").await;
    assert_eq!(problem(short).0, "password");
    account::reset_password(&desk, here(), &token, OTHER).await.unwrap();
    assert!(session::find(&desk, &session.token, &here()).await.unwrap().is_none());
    account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
    let again = account::reset_password(&desk, here(), &token, PASSWORD).await;
    assert_eq!(problem(again), ("token".to_owned(), Problem::ResetInvalid));
    let never = account::reset_password(&desk, here(), "made up", PASSWORD).await;
    assert_eq!(problem(never), ("token".to_owned(), Problem::ResetInvalid));
}

async fn a_reset_link_expires(db: &TestDb) {
    let (desk, clock) = desk(db);
    ada(&desk).await;
    account::request_reset(&desk, here(), ADA).await.unwrap();
    let token = reset_token(&last_mail(&desk).await.body);
    clock.advance(HOUR);
    let late = account::reset_password(&desk, here(), &token, OTHER).await;
    assert_eq!(problem(late).1, Problem::ResetInvalid);
    account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
}

async fn a_newer_password_kills_older_links(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    account::request_reset(&desk, here(), ADA).await.unwrap();
    let token = reset_token(&last_mail(&desk).await.body);
    account::change_password(&desk, &session.actor, PASSWORD, OTHER).await.unwrap();
    let old = account::reset_password(&desk, here(), &token, PASSWORD).await;
    assert_eq!(problem(old).1, Problem::ResetInvalid);
}

async fn asking_for_a_reset_tells_nothing(db: &TestDb) {
    let (desk, _) = desk(db);
    ada(&desk).await;
    account::request_reset(&desk, here(), "nobody@example.org").await.unwrap();
    assert!(mails(&desk).await.is_empty());
    account::request_reset(&desk, here(), ADA).await.unwrap();
    assert_eq!(mails(&desk).await.len(), 1);
}

async fn a_mailbox_is_not_flooded(db: &TestDb) {
    let plenty = Limit::per_minutes(1_000, 15);
    let few = Throttles {
        address: plenty,
        account: plenty,
        reset: Limit::per_minutes(2, 60),
        ..Throttles::default()
    };
    let (desk, _) = throttled(db, few);
    ada(&desk).await;
    for _ in 0..5 {
        account::request_reset(&desk, here(), ADA).await.unwrap();
    }
    assert_eq!(mails(&desk).await.len(), 2);
}
