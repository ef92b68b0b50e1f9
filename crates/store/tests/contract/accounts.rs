//! Daily balances, key checks and support tickets.

use crate::samples::{NOW, connected, id, person, sealed, write};
use domain::{ApiKeyStatus, Decimal, ExchangeKeyId, Micros, TicketId, UserId, time::DAY};
use store::{
    daily_balance::{self, Day},
    key, key_check,
    support::{self, NewTicket},
    testing::TestDb,
};

fn day(number: i64, usd: i64) -> Day {
    Day { day: NOW.day().plus(number * DAY), total_usd: Decimal::new(usd, 2) }
}

async fn a_day_is_noted_once(db: &TestDb) {
    let me = person(db, 1).await;
    let (mine, second) = (connected(db, me, 10).await, connected(db, me, 11).await);
    let note = async |key, day: Day| {
        write(db, async |tx| daily_balance::insert(tx, key, &day, NOW).await).await.unwrap();
    };
    for (number, usd) in [(0, 100), (1, 200), (1, 999), (3, 400)] {
        note(mine, day(number, usd)).await;
    }
    note(ExchangeKeyId(id(99)), day(0, 1)).await;
    let page =
        async |first, before, limit| daily_balance::page(&**db, mine, first, before, limit).await.unwrap();
    let ever = (Micros(i64::MIN), Micros(i64::MAX));
    assert_eq!(page(ever.0, ever.1, 9).await, [day(3, 400), day(1, 200), day(0, 100)]);
    assert_eq!(page(ever.0, ever.1, 1).await, [day(3, 400)]);
    assert_eq!(page(day(1, 0).day, day(3, 0).day, 9).await, [day(1, 200)]);

    let missing =
        async |number, after| daily_balance::missing(&**db, day(number, 0).day, after, 9).await.unwrap();
    let nobody = ExchangeKeyId(id(0));
    assert_eq!(missing(2, nobody).await, [mine, second]);
    assert_eq!(missing(2, mine).await, [second]);
    assert_eq!(missing(3, nobody).await, [second]);
    write(db, async |tx| key::disable_rejected(tx, second, &sealed(7), NOW).await).await.unwrap();
    assert_eq!(missing(3, nobody).await, [], "a disabled key has no days");
    write(db, async |tx| key::delete_key(tx, me, mine).await).await.unwrap();
    assert_eq!(page(ever.0, ever.1, 9).await, []);
}

async fn keys_take_turns(db: &TestDb) {
    let me = person(db, 1).await;
    let (one, two) = (connected(db, me, 10).await, connected(db, me, 11).await);
    let due = async |checked: i64, retried: i64, limit| {
        let due = key_check::list_due(&**db, NOW.plus(checked), NOW.plus(retried), limit).await.unwrap();
        due.into_iter().map(|due| (due.id, due.failures)).collect::<Vec<_>>()
    };
    let note = async |key, at: i64, failures| {
        write(db, async |tx| key_check::record_check(tx, key, NOW.plus(at), failures).await).await.unwrap();
    };
    assert_eq!(key_check::count(&**db).await.unwrap(), 2);
    assert_eq!(due(0, 0, 9).await, [(one, 0), (two, 0)]);
    note(one, 0, 0).await;
    note(two, 5, 2).await;
    note(ExchangeKeyId(id(99)), 0, 0).await;
    assert_eq!(due(-1, 4, 9).await, []);
    assert_eq!(due(-1, 5, 9).await, [(two, 2)], "tried again sooner");
    assert_eq!(due(0, 5, 9).await, [(one, 0), (two, 2)]);
    assert_eq!(due(0, 5, 1).await, [(one, 0)], "who waited longest");
    write(db, async |tx| key::disable_rejected(tx, one, &sealed(7), NOW).await).await.unwrap();
    assert_eq!(due(9, 9, 9).await, [(two, 2)]);
}

async fn a_rejected_key_is_recorded_once_and_stays(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 10).await;
    let refused = async |of| {
        write(db, async |tx| key::disable_rejected(tx, mine, &sealed(of), NOW.plus(1)).await).await.unwrap()
    };
    let reached = async |status| {
        write(db, async |tx| key::set_reached(tx, mine, status, NOW.plus(2)).await).await.unwrap();
        let key = key::get_any(&**db, mine).await.unwrap().unwrap().key;
        (key.status, key.active, key.updated_at)
    };
    assert_eq!(reached(ApiKeyStatus::Authorized).await, (ApiKeyStatus::Authorized, true, NOW), "as it was");
    assert_eq!(reached(ApiKeyStatus::Failed).await, (ApiKeyStatus::Failed, true, NOW.plus(2)));
    assert!(!refused(8).await, "the key has other credentials by now");
    assert!(refused(7).await && !refused(7).await);
    for status in [ApiKeyStatus::Authorized, ApiKeyStatus::Failed] {
        assert_eq!(reached(status).await, (ApiKeyStatus::Unauthorized, false, NOW.plus(1)));
    }
}

async fn a_request_is_closed_once(db: &TestDb) {
    let (ada, operator) = (person(db, 1).await, person(db, 2).await);
    let ask = async |user: UserId, number: u128| {
        let at = NOW.plus(i64::try_from(number).unwrap());
        let new = NewTicket {
            id: TicketId(id(number)),
            user_id: user,
            subject: "مساعدة; --",
            message: "line\nline",
            created_at: at,
        };
        write(db, async |tx| support::insert_ticket(tx, &new).await).await.unwrap();
        new.id
    };
    let (one, two, three) = (ask(ada, 1).await, ask(operator, 2).await, ask(ada, 3).await);
    let close = async |ticket, at: i64| {
        write(db, async |tx| support::close_ticket(tx, ticket, operator, NOW.plus(at)).await).await.unwrap()
    };
    assert!(close(one, 7).await && !close(one, 8).await && !close(TicketId(id(9)), 7).await);
    let mine = support::list_by_user(&**db, ada, 9).await.unwrap();
    assert_eq!(mine.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [three, one]);
    assert_eq!((mine[1].closed_at, mine[1].email.as_str()), (Some(NOW.plus(7)), "person1@example.com"));
    assert_eq!((mine[0].subject.as_str(), mine[0].message.as_str()), ("مساعدة; --", "line\nline"));
    let all =
        async || support::list_tickets(&**db, 9).await.unwrap().into_iter().map(|t| t.id).collect::<Vec<_>>();
    assert_eq!(all().await, [two, three, one]);
    close(three, 9).await;
    assert_eq!(all().await, [two, three, one], "of the closed ones the newest first");
    assert!(support::ticket_exists(&**db, one).await.unwrap());
    assert!(!support::ticket_exists(&**db, TicketId(id(9))).await.unwrap());
}

store::each_engine!(
    a_day_is_noted_once,
    keys_take_turns,
    a_rejected_key_is_recorded_once_and_stays,
    a_request_is_closed_once,
);
