//! Users, their sessions, flash messages, the audit log and the outbox.

use crate::samples::{NOW, id, kind, person, user, write};
use domain::{
    FlashId, MessageId, Micros, Role, SessionId, UserId,
    notification::{Channel, Stage},
};
use store::{
    StoreErrorKind, TokenHash, audit, flash, message,
    session::{self, NewSession},
    testing::TestDb,
    user as users,
};

fn browser(number: u128, owner: Option<UserId>, token_hash: TokenHash) -> NewSession<'static> {
    NewSession {
        id: SessionId(id(number)),
        user_id: owner,
        token_hash,
        user_agent: "Mozilla/5.0 (متصفح)",
        address: "2001:db8::1",
        created_at: NOW,
        expires_at: NOW.plus(100),
    }
}

async fn users_are_stored_as_written(db: &TestDb) {
    let mut someone = user(1);
    someone.email = "ünï+codé@例え.jp".into();
    someone.created_at = Micros(i64::MAX);
    someone.updated_at = Micros(i64::MIN);
    write(db, async |tx| users::insert_user(tx, &someone).await).await.unwrap();
    assert_eq!(users::get_user(&**db, someone.id).await.unwrap(), Some(someone.clone()));
    assert_eq!(users::by_email(&**db, &someone.email).await.unwrap(), Some(someone));
    assert_eq!(users::by_email(&**db, "nobody@example.com").await.unwrap(), None);
}

async fn an_address_is_one_persons(db: &TestDb) {
    person(db, 1).await;
    let second = users::User { id: UserId(id(2)), ..user(1) };
    assert_eq!(
        kind(write(db, async |tx| users::insert_user(tx, &second).await).await),
        Some(StoreErrorKind::Unique)
    );
    let nobody = users::User { email: "x".into(), ..user(3) };
    assert_eq!(
        kind(write(db, async |tx| users::insert_user(tx, &nobody).await).await),
        Some(StoreErrorKind::Other)
    );
}

async fn roles_and_passwords_change(db: &TestDb) {
    let (first, second) = (person(db, 1).await, person(db, 2).await);
    assert_eq!(users::first_user(&**db).await.unwrap(), Some(first));
    assert!(!users::any_admin(&**db).await.unwrap());
    let later = NOW.plus(9);
    let changed = write(db, async |tx| {
        assert!(!users::set_role(tx, UserId(id(9)), Role::Admin, later).await?, "no user has that id");
        assert!(users::set_password(tx, second, "another", later).await?);
        users::set_role(tx, second, Role::Admin, later).await
    });
    assert!(changed.await.unwrap());
    assert!(users::any_admin(&**db).await.unwrap());
    let now = users::get_user(&**db, second).await.unwrap().unwrap();
    assert_eq!((now.role, now.password_hash.as_str(), now.updated_at), (Role::Admin, "another", later));
    assert_eq!(users::get_user(&**db, first).await.unwrap(), Some(user(1)), "the other is as before");
}

async fn only_admins_who_can_sign_in_count(db: &TestDb) {
    let [me, suspended, frozen] = [person(db, 1).await, person(db, 2).await, person(db, 3).await];
    person(db, 4).await;
    let others = async || users::other_admins(&**db, me).await.unwrap();
    write(db, async |tx| {
        for admin in [me, suspended, frozen] {
            assert!(users::set_role(tx, admin, Role::Admin, NOW).await?);
        }
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(others().await, 2);
    write(db, async |tx| users::set_suspended(tx, suspended, Some(NOW), NOW).await).await.unwrap();
    assert_eq!(others().await, 1);
    write(db, async |tx| users::set_frozen(tx, frozen, Some(NOW), NOW).await).await.unwrap();
    assert_eq!(others().await, 0);
    write(db, async |tx| users::set_frozen(tx, frozen, None, NOW).await).await.unwrap();
    assert_eq!(others().await, 1);
}

async fn a_token_opens_its_session_until_it_expires(db: &TestDb) {
    let me = person(db, 1).await;
    write(db, async |tx| {
        session::insert(tx, &browser(10, Some(me), [1; 32])).await?;
        session::insert(tx, &browser(11, None, [2; 32])).await
    })
    .await
    .unwrap();
    let found = session::find_session(&**db, &[1; 32], NOW).await.unwrap().unwrap();
    assert_eq!((found.user_id, found.email, found.role), (Some(me), Some(user(1).email), Some(Role::Trader)));
    let anonymous = session::find_session(&**db, &[2; 32], NOW).await.unwrap().unwrap();
    assert_eq!((anonymous.user_id, anonymous.email, anonymous.role), (None, None, None));
    assert!(
        session::find_session(&**db, &[1; 32], NOW.plus(100)).await.unwrap().is_none(),
        "expired at its very moment"
    );
    assert!(session::find_session(&**db, &[3; 32], NOW).await.unwrap().is_none());

    write(db, async |tx| session::touch(tx, found.id, "192.0.2.9", NOW.plus(50), NOW.plus(150)).await)
        .await
        .unwrap();
    let listed = session::list_by_user(&**db, me, NOW.plus(120)).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].address.as_str(), listed[0].last_seen_at), ("192.0.2.9", NOW.plus(50)));
    let again = browser(12, Some(me), [1; 32]);
    assert_eq!(
        kind(write(db, async |tx| session::insert(tx, &again).await).await),
        Some(StoreErrorKind::Unique)
    );
}

async fn a_replaced_token_is_valid_for_a_while(db: &TestDb) {
    let me = person(db, 1).await;
    let found = async |token: u8, at| {
        session::find_session(&**db, &[token; 32], at).await.unwrap().map(|found| found.id)
    };
    let renew = async |token: u8, at: i64| {
        let (now, until) = (NOW.plus(at), NOW.plus(at + 10));
        write(db, async |tx| session::renew(tx, SessionId(id(10)), &[token; 32], now, until).await)
            .await
            .unwrap()
    };
    write(db, async |tx| session::insert(tx, &browser(10, Some(me), [1; 32])).await).await.unwrap();
    let replaced =
        async |at: i64| session::replaced_token(&**db, SessionId(id(10)), NOW.plus(at)).await.unwrap();
    assert_eq!(replaced(0).await, Some(vec![1; 32]));
    assert!(renew(2, 0).await);
    assert!(!renew(3, 9).await, "two tabs at once: the second one keeps the token of the first");
    assert_eq!((replaced(9).await, replaced(10).await), (Some(vec![1; 32]), Some(vec![2; 32])));
    let both = Some(SessionId(id(10)));
    assert_eq!((found(1, NOW.plus(9)).await, found(2, NOW.plus(9)).await), (both, both));
    assert_eq!((found(1, NOW.plus(10)).await, found(2, NOW.plus(10)).await), (None, both));
    assert_eq!(found(3, NOW).await, None);
    let authenticated =
        async |token: u8| session::authenticated_by(&**db, SessionId(id(10)), &[token; 32]).await.unwrap();
    assert_eq!((authenticated(1).await, authenticated(2).await), (None, Some(NOW)), "the present token only");
    assert!(renew(4, 10).await);
    let at = NOW.plus(11);
    assert_eq!((found(1, at).await, found(2, at).await, found(4, at).await), (None, both, both));
    let kept = session::find_session(&**db, &[4; 32], at).await.unwrap().unwrap();
    assert_eq!((kept.created_at, kept.expires_at), (NOW, NOW.plus(100)), "it is the same session");
    assert_eq!(found(4, NOW.plus(100)).await, None);
    let end = async |token: u8, at| {
        write(db, async |tx| session::delete_by_token(tx, &[token; 32], at).await).await
    };
    assert!(!end(2, NOW.plus(20)).await.unwrap(), "a token that is no longer valid ends nothing");
    assert!(end(2, NOW.plus(19)).await.unwrap());
    assert!(!renew(5, 50).await, "it has ended");
    assert_eq!(replaced(50).await, None);
}

async fn sessions_end_for_their_owner_only(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    write(db, async |tx| {
        for (number, owner) in [(10, me), (11, me), (12, me), (13, other)] {
            let hash = [u8::try_from(number).unwrap(); 32];
            session::insert(tx, &browser(number, Some(owner), hash)).await?;
        }
        assert!(!session::delete(tx, other, SessionId(id(10))).await?, "not theirs to end");
        assert!(session::delete(tx, me, SessionId(id(10))).await?);
        assert_eq!(session::delete_all(tx, me, Some(SessionId(id(11)))).await?, 1);
        assert!(session::delete_by_token(tx, &[11; 32], NOW).await?);
        assert_eq!(session::delete_all(tx, me, None).await?, 0);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(session::list_by_user(&**db, other, NOW).await.unwrap().len(), 1);
    assert_eq!(write(db, async |tx| session::prune(tx, NOW.plus(100)).await).await.unwrap(), 1);
}

async fn a_flash_is_read_once_by_its_browser(db: &TestDb) {
    let (flash, mine, other) = (FlashId(id(1)), SessionId(id(10)), SessionId(id(11)));
    write(db, async |tx| {
        session::insert(tx, &browser(10, None, [1; 32])).await?;
        session::insert(tx, &browser(11, None, [2; 32])).await?;
        flash::insert(tx, flash, mine, "{\"form\":\"ش\"}", NOW.plus(5)).await
    })
    .await
    .unwrap();
    let take = async |who, at| write(db, async |tx| flash::take(tx, who, flash, at).await).await.unwrap();
    assert_eq!(take(other, NOW).await, None);
    assert_eq!(take(mine, NOW.plus(5)).await, None, "expired");
    assert_eq!(take(mine, NOW).await.as_deref(), Some("{\"form\":\"ش\"}"));
    assert_eq!(take(mine, NOW).await, None, "taken");

    let orphan = write(db, async |tx| flash::insert(tx, flash, SessionId(id(99)), "{}", NOW).await);
    assert_eq!(kind(orphan.await), Some(StoreErrorKind::ForeignKey));
    write(db, async |tx| flash::insert(tx, flash, mine, "{}", NOW.plus(5)).await).await.unwrap();
    write(db, async |tx| session::delete_by_token(tx, &[1; 32], NOW).await).await.unwrap();
    assert_eq!(take(mine, NOW).await, None, "gone with its session");
}

fn letter(user: UserId, number: u128, at: Micros) -> message::NewMessage<'static> {
    message::NewMessage {
        id: MessageId(id(number)),
        user_id: Some(user),
        channel: Channel::Email,
        to_address: "person1@example.com",
        once: None,
        sealed_body: &[0, 255, 1],
        created_at: at,
    }
}

/// Stores three messages, one microsecond apart.
async fn three_letters(db: &TestDb) -> UserId {
    let me = person(db, 1).await;
    write(db, async |tx| {
        for (number, after) in [(1, 0), (2, 1), (3, 2)] {
            assert!(message::insert_message(tx, &letter(me, number, NOW.plus(after))).await?);
        }
        Ok(())
    })
    .await
    .unwrap();
    me
}

async fn due(db: &TestDb, after: i64) -> Vec<MessageId> {
    let all = message::list_due(&**db, Channel::Email, NOW.plus(after), 10).await.unwrap();
    all.into_iter().map(|m| m.id).collect()
}

async fn claim(db: &TestDb, number: u128, holder: &str, after: i64) -> bool {
    let (message, at, until) = (MessageId(id(number)), NOW.plus(after), NOW.plus(100));
    write(db, async |tx| message::claim_message(tx, message, holder, at, until, None).await).await.unwrap()
}

async fn a_message_is_handed_over_by_one_at_a_time(db: &TestDb) {
    let me = three_letters(db).await;
    assert_eq!(due(db, 1).await, [MessageId(id(1)), MessageId(id(2))]);
    assert_eq!(message::list_due(&**db, Channel::Telegram, NOW.plus(9), 10).await.unwrap(), []);
    assert!(claim(db, 1, "one", 3).await);
    assert!(!claim(db, 1, "two", 4).await, "another instance holds it");
    assert_eq!(due(db, 3).await, [MessageId(id(2)), MessageId(id(3))]);
    write(db, async |tx| message::let_go(tx, "one").await).await.unwrap();
    let cut_off = message::get_message(&**db, MessageId(id(1))).await.unwrap().unwrap();
    assert_eq!((cut_off.holder.as_deref(), cut_off.sending_until, cut_off.attempts), (Some("one"), None, 1));
    assert!(claim(db, 1, "two", 4).await);
    assert!(!claim(db, 1, "one", 99).await && claim(db, 1, "one", 100).await, "silent for too long");

    let named = message::NewMessage { once: Some("report"), ..letter(me, 4, NOW) };
    let again = message::NewMessage { id: MessageId(id(5)), ..named.clone() };
    assert!(write(db, async |tx| message::insert_message(tx, &named).await).await.unwrap());
    assert!(!write(db, async |tx| message::insert_message(tx, &again).await).await.unwrap(), "written once");
}

async fn a_message_waits_is_tried_again_and_given_up(db: &TestDb) {
    three_letters(db).await;
    assert!(claim(db, 1, "two", 4).await && claim(db, 2, "two", 4).await && claim(db, 3, "two", 4).await);
    write(db, async |tx| {
        message::mark_sent(tx, MessageId(id(1)), NOW.plus(5)).await?;
        message::postpone_message(tx, MessageId(id(2)), NOW.plus(50), "busy").await?;
        message::give_up(tx, MessageId(id(3)), NOW.plus(6), "no").await?;
        assert!(message::reseal(tx, MessageId(id(2)), &[9]).await?);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(due(db, 49).await, []);
    assert_eq!(due(db, 50).await, [MessageId(id(2))]);
    let search = message::Search { channel: None, stage: None, after: None, limit: 10 };
    let all = message::search_messages(&**db, &search).await.unwrap();
    assert_eq!(
        all.iter().map(|m| (m.sent_at, m.failed_at, m.attempts, m.failure.as_deref())).collect::<Vec<_>>(),
        [
            (None, Some(NOW.plus(6)), 1, Some("no")),
            (None, None, 1, Some("busy")),
            (Some(NOW.plus(5)), None, 1, None)
        ]
    );
    assert_eq!((all[1].sealed_body.as_slice(), all[2].sealed_body.as_slice()), (&[9][..], &[0, 255, 1][..]));
    let found = async |search: message::Search| {
        let all = message::search_messages(&**db, &search).await.unwrap();
        all.iter().map(|m| m.id).collect::<Vec<_>>()
    };
    let [dead, waiting, sent] = [3, 2, 1].map(|number| MessageId(id(number)));
    assert_eq!(found(search).await, [dead, waiting, sent], "messages that need an admin come first");
    let page = message::Search { limit: 1, ..search };
    assert_eq!(found(message::Search { after: Some((Stage::Dead, dead)), ..page }).await, [waiting]);
    assert_eq!(found(message::Search { after: Some((Stage::Waiting, waiting)), ..page }).await, [sent]);
    assert_eq!(found(message::Search { after: Some((Stage::Sent, sent)), ..page }).await, []);
    let waits = message::Search { stage: Some(Stage::Waiting), ..search };
    assert_eq!(found(waits).await, [waiting]);
    assert_eq!(found(message::Search { after: Some((Stage::Dead, dead)), ..waits }).await, [waiting]);
    assert_eq!(found(message::Search { after: Some((Stage::Waiting, waiting)), ..waits }).await, []);
    assert_eq!(found(message::Search { channel: Some(Channel::Telegram), ..search }).await, []);
    assert_eq!(message::count_abandoned(&**db).await.unwrap(), 1);
    let revive = async |number| {
        write(db, async |tx| message::retry_message(tx, MessageId(id(number)), NOW.plus(60)).await)
            .await
            .unwrap()
    };
    assert!(revive(3).await && !revive(3).await && !revive(1).await);
    assert_eq!(due(db, 60).await, [MessageId(id(2)), MessageId(id(3))]);
    let page = message::list_messages_after(&**db, MessageId(id(1)), 1).await.unwrap();
    assert_eq!(page.iter().map(|m| m.id).collect::<Vec<_>>(), [MessageId(id(2))]);
}

async fn actions_are_recorded(db: &TestDb) {
    let me = person(db, 1).await;
    let entry = |user_id, action| audit::NewEntry {
        user_id,
        action,
        subject: "s",
        detail: "",
        address: "a",
        client: "Test/1.0",
        at: NOW,
    };
    write(db, async |tx| {
        audit::insert_entry(tx, &entry(Some(me), "session.sign_in")).await?;
        audit::insert_entry(tx, &entry(None, "session.refused")).await?;
        audit::insert_entry(tx, &entry(Some(me), "session.end")).await
    })
    .await
    .unwrap();
    let mine = audit::list_by_user(&**db, me, 10).await.unwrap();
    assert_eq!(
        mine.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(),
        ["session.end", "session.sign_in"]
    );
    let all = audit::list_latest(&**db, 2).await.unwrap();
    assert_eq!(all.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(), ["session.end", "session.refused"]);
    assert!(all[0].id > all[1].id);
}

store::each_engine!(
    users_are_stored_as_written,
    an_address_is_one_persons,
    roles_and_passwords_change,
    only_admins_who_can_sign_in_count,
    a_token_opens_its_session_until_it_expires,
    a_replaced_token_is_valid_for_a_while,
    sessions_end_for_their_owner_only,
    a_flash_is_read_once_by_its_browser,
    a_message_is_handed_over_by_one_at_a_time,
    a_message_waits_is_tried_again_and_given_up,
    actions_are_recorded,
);
