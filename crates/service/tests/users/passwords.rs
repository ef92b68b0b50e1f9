use super::setting::{
    ADA, OTHER, PASSWORD, ada, change, desk, here, last_mail, mailed_token, mails, problem, reset_link_token,
    throttled,
};
use domain::{UserId, time::HOUR, validation::Problem};
use service::{
    Error, SharedDesk,
    identity::{account, recovery::Keep, session, token},
    platform::settings::{Limit, Settings, Throttles},
    testing::{Setup, desk_with},
};
use store::testing::TestDb;

store::each_engine!(
    a_changed_password_signs_everyone_else_out,
    a_reset_link_works_once,
    a_reset_link_expires,
    a_newer_password_kills_older_links,
    a_reset_request_reveals_nothing,
    a_mailbox_is_not_flooded,
    easy_passwords_are_refused_wherever_one_is_set,
    breached_passwords_are_refused_wherever_one_is_set,
    letters_composed_differently_are_the_same_password,
    a_password_of_before_is_hashed_anew,
    hashing_anew_does_not_undo_a_reset,
);

async fn a_changed_password_signs_everyone_else_out(db: &TestDb) {
    let (desk, _) = desk(db);
    let here_now = ada(&desk).await;
    let elsewhere = account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let program = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    token::verify(&desk, &program.access_token).await.unwrap();

    let wrong = change(&desk, &here_now.actor, OTHER, OTHER, &Keep::default()).await;
    assert_eq!(problem(wrong), ("current".to_owned(), Problem::WrongPassword));
    let short = change(&desk, &here_now.actor, PASSWORD, "short", &Keep::default()).await;
    assert_eq!(problem(short), ("password".to_owned(), Problem::PasswordTooShort));
    change(&desk, &here_now.actor, PASSWORD, OTHER, &Keep::default()).await.unwrap();

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

async fn breached_passwords_are_refused_wherever_one_is_set(db: &TestDb) {
    // The SHA-1 of "tundra mosaic lantern opus", which no other rule rejects.
    const BREACHED: &str = "tundra mosaic lantern opus";
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), "ACDEF76C2A78DE14A631B6965DBB80B9425CE7CA:3\n").unwrap();
    let settings = |breached_passwords| Settings { breached_passwords, ..Settings::default() };
    let on = |settings| desk_with((**db).clone(), Setup { settings, ..Setup::default() });
    let desk = on(settings(Some(list.path().to_owned())));
    let refused = account::sign_up(&desk, here(), ADA, BREACHED).await;
    assert_eq!(problem(refused), ("password".to_owned(), Problem::PasswordBreached));
    let session = ada(&desk).await;
    let refused = change(&desk, &session.actor, PASSWORD, BREACHED, &Keep::default()).await;
    assert_eq!(problem(refused), ("password".to_owned(), Problem::PasswordBreached));
    let link = reset_link_token(&desk, ADA).await;
    let refused = account::reset_password(&desk, here(), &link, BREACHED).await;
    assert_eq!(problem(refused), ("password".to_owned(), Problem::PasswordBreached));
    account::reset_password(&desk, here(), &link, OTHER).await.unwrap();

    // A list that cannot be read is no reason to accept everything; signing in goes on.
    let missing = on(settings(Some("/no/such/file".into())));
    let unread = account::sign_up(&missing, here(), "bob@example.org", OTHER).await;
    assert!(matches!(unread, Err(Error::Unavailable { .. })), "{unread:?}");
    account::sign_in(&missing, here(), ADA, OTHER).await.unwrap();
}

async fn a_reset_link_works_once(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    account::request_reset(&desk, here(), "ADA@example.org").await.unwrap();
    let mail = last_mail(&desk).await;
    assert_eq!(mail.to, ADA);
    let token = mailed_token(&desk).await;
    // An unusable password does not consume the link.
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
    let token = mailed_token(&desk).await;
    clock.advance(HOUR);
    let late = account::reset_password(&desk, here(), &token, OTHER).await;
    assert_eq!(problem(late).1, Problem::ResetInvalid);
    account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
}

async fn a_newer_password_kills_older_links(db: &TestDb) {
    let (desk, _) = desk(db);
    let session = ada(&desk).await;
    account::request_reset(&desk, here(), ADA).await.unwrap();
    let token = mailed_token(&desk).await;
    change(&desk, &session.actor, PASSWORD, OTHER, &Keep::default()).await.unwrap();
    let old = account::reset_password(&desk, here(), &token, PASSWORD).await;
    assert_eq!(problem(old).1, Problem::ResetInvalid);
}

async fn a_reset_request_reveals_nothing(db: &TestDb) {
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

async fn easy_passwords_are_refused_wherever_one_is_set(db: &TestDb) {
    let (desk, _) = desk(db);
    let named = "ada.lovelace1815";
    let email = format!("{named}@example.org");
    let easy = [
        ("1q2w3e4r5t", Problem::PasswordTooCommon),
        ("WonderWoman", Problem::PasswordTooCommon),
        ("P@ssw0rd123", Problem::PasswordTooCommon),
        ("slipstream1234", Problem::PasswordHasName),
        ("Ada.Lovelace1815!", Problem::PasswordHasName),
        ("slipstream trading desk login", Problem::PasswordHasName),
        ("password1 qwerty letmein admin", Problem::PasswordTooCommon),
    ];
    for (password, expected) in easy {
        for refused in [
            account::sign_up(&desk, here(), &email, password).await.map(drop),
            token::sign_up(&desk, here(), &email, password).await.map(drop),
        ] {
            assert_eq!(problem(refused), ("password".to_owned(), expected), "{password}");
        }
    }
    let session = account::sign_up(&desk, here(), &email, "velvet glacier tuba lantern").await.unwrap();
    for (password, expected) in easy {
        let current = "velvet glacier tuba lantern";
        let changed = change(&desk, &session.actor, current, password, &Keep::default()).await;
        assert_eq!(problem(changed), ("password".to_owned(), expected), "{password}");
        account::request_reset(&desk, here(), &email).await.unwrap();
        let token = mailed_token(&desk).await;
        let reset = account::reset_password(&desk, here(), &token, password).await;
        assert_eq!(problem(reset), ("password".to_owned(), expected), "{password}");
    }
}

async fn letters_composed_differently_are_the_same_password(db: &TestDb) {
    let (desk, _) = desk(db);
    let (composed, taken_apart) =
        ("Z\u{fc}rich cr\u{e8}me br\u{fb}l\u{e9}e", "Zu\u{308}rich cre\u{300}me bru\u{302}le\u{301}e");
    assert_ne!(composed, taken_apart);
    for (number, (at_first, later)) in
        [(composed, taken_apart), (taken_apart, composed)].into_iter().enumerate()
    {
        let email = format!("person{number}@example.org");
        account::sign_up(&desk, here(), &email, at_first).await.unwrap();
        account::sign_in(&desk, here(), &email, later).await.unwrap();
        token::sign_in(&desk, here(), &email, later).await.unwrap();
    }
}

/// A hash as it was made before passwords were normalized.
async fn give_old_hash(desk: &SharedDesk, user: UserId, typed: &str) -> String {
    use argon2::{Argon2, PasswordHasher as _, password_hash::phc::PasswordHash};
    let old: PasswordHash =
        Argon2::default().hash_password_with_salt(typed.as_bytes(), b"a fixed old salt").unwrap();
    let mut tx = desk.db.begin().await.unwrap();
    store::user::set_password(&mut tx, user, &old.to_string(), desk.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    old.to_string()
}

async fn a_password_of_before_is_hashed_anew(db: &TestDb) {
    let (desk, _) = desk(db);
    let user = ada(&desk).await.actor.user;
    let typed = "Zu\u{308}rich cre\u{300}me";
    let old = give_old_hash(&desk, user, typed).await;
    account::sign_in(&desk, here(), ADA, "Z\u{fc}rich cr\u{e8}me").await.unwrap_err();
    account::sign_in(&desk, here(), ADA, typed).await.unwrap();
    // From now on both spellings match.
    account::sign_in(&desk, here(), ADA, "Z\u{fc}rich cr\u{e8}me").await.unwrap();
    let stored = store::user::get_user(&desk.db, user).await.unwrap().unwrap().password_hash;
    assert_ne!(stored, old);
}

/// An attacker who knows the old password signs in repeatedly while the owner resets it.
async fn hashing_anew_does_not_undo_a_reset(db: &TestDb) {
    let (desk, _) = desk(db);
    let user = ada(&desk).await.actor.user;
    let typed = "Zu\u{308}rich cre\u{300}me";
    give_old_hash(&desk, user, typed).await;
    let link = reset_link_token(&desk, ADA).await;
    let (_, reset) = tokio::join!(
        futures::future::join_all((0..6).map(|_| account::sign_in(&desk, here(), ADA, typed))),
        account::reset_password(&desk, here(), &link, OTHER),
    );
    reset.unwrap();
    account::sign_in(&desk, here(), ADA, typed).await.unwrap_err();
    account::sign_in(&desk, here(), ADA, OTHER).await.unwrap();
}
