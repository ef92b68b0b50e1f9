//! Retention: rows that may leave the database are those that nothing reads any more.

use crate::{
    copies::{SIGNAL, copy_of, follower, with_strategy},
    samples::{NOW, connected, id, intent, person, write},
};
use domain::{
    Decimal, ExchangeKeyId, IntentId, MessageId, Micros, Side, SignalId, TradeType, UserId,
    notification::Channel, signal::Action,
};
use store::{
    Db, copy, event,
    fill::{self, Fill},
    intent::{self as intents, LegStatus, LegUpdate, NewIntent, NewLeg, Status},
    key,
    message::{self, NewMessage},
    protection::{self, NewProtection, Wanted},
    testing::TestDb,
    trade,
};
use uuid::Uuid;

/// Everything before it is old.
const LIMIT: Micros = NOW.plus(50);

/// Stores an intent with an entry, a stop and a target, which end as `status`. It finishes at `at`.
async fn order(db: &Db, new: &NewIntent, status: LegStatus, at: Micros) {
    let leg = |seq: u16, role: &str| NewLeg {
        seq,
        role: role.into(),
        client_order_id: Some(format!("sl-{}-{seq}", new.id.0.as_simple())),
        body: "{\"seq\":\"ü\"}".into(),
    };
    let legs = [leg(2, "entry"), leg(3, "stop"), leg(4, "target")];
    write(db, async |tx| {
        intents::insert_intent(tx, new, &legs).await?;
        let ended: Vec<_> = (2..5)
            .map(|seq| LegUpdate { seq, status, order_json: Some("{\"id\":1}"), failure: None })
            .collect();
        intents::set_legs(tx, new.id, &ended, at).await?;
        intents::finish_intent(tx, new.id, Status::Done, None, at).await
    })
    .await
    .unwrap();
}

async fn archivable(db: &Db) -> Vec<(IntentId, u16)> {
    let all = IntentId(Uuid::max());
    let legs = intents::archivable_legs(db, IntentId(Uuid::nil()), all, LIMIT).await.unwrap();
    legs.into_iter().map(|leg| (leg.intent_id, leg.seq)).collect()
}

fn stop_and_target(intent: u128) -> Vec<(IntentId, u16)> {
    [3, 4].map(|seq| (IntentId(id(intent)), seq)).to_vec()
}

async fn legs_that_nothing_reads_are_archived_without_their_entry(db: &TestDb) {
    let me = person(db, 1).await;
    for (number, at) in [(10, NOW), (11, NOW), (12, LIMIT)] {
        order(db, &intent(me, 50, number), LegStatus::Placed, at).await;
    }
    let old = [stop_and_target(10), stop_and_target(11)].concat();
    assert_eq!(archivable(db).await, old);

    let (first, second) = (IntentId(id(10)), IntentId(id(11)));
    let legs = intents::archivable_legs(&**db, IntentId(Uuid::nil()), first, LIMIT).await.unwrap();
    assert_eq!((legs.len(), legs[0].body.as_str()), (2, "{\"seq\":\"ü\"}"));
    let delete =
        async || write(db, async |tx| intents::delete_archived_legs(tx, &legs, LIMIT).await).await.unwrap();
    assert_eq!((delete().await, delete().await), (2, 0));
    assert_eq!(archivable(db).await, stop_and_target(11));
    let left = intents::list_legs(&**db, first).await.unwrap();
    assert_eq!(left.iter().map(|leg| leg.role.as_str()).collect::<Vec<_>>(), ["entry"]);
    assert_eq!(intents::list_legs(&**db, second).await.unwrap().len(), 3, "another intent's stay");
    assert_eq!(write(db, async |tx| intents::delete_archived_legs(tx, &[], LIMIT).await).await.unwrap(), 0);
}

async fn a_leg_that_changed_since_it_was_read_is_not_deleted(db: &TestDb) {
    let me = person(db, 1).await;
    order(db, &intent(me, 50, 10), LegStatus::Placed, NOW).await;
    let intent = IntentId(id(10));
    let legs = intents::archivable_legs(&**db, IntentId(Uuid::nil()), intent, LIMIT).await.unwrap();
    let filled = LegUpdate { seq: 3, status: LegStatus::Done, order_json: None, failure: None };
    write(db, async |tx| intents::set_legs(tx, intent, &[filled], LIMIT).await).await.unwrap();
    assert_eq!(write(db, async |tx| intents::delete_archived_legs(tx, &legs, LIMIT).await).await.unwrap(), 1);
    let left = intents::list_legs(&**db, intent).await.unwrap();
    assert_eq!(left.iter().map(|leg| leg.seq).collect::<Vec<_>>(), [2, 3]);
}

async fn the_version_of_a_trade_stays_when_its_legs_are_archived(db: &TestDb) {
    let me = person(db, 1).await;
    let wanted = Some(NewProtection { side: Side::Buy, wanted: Wanted::Stop, held_before: None });
    let new = NewIntent { protection: wanted, ..intent(me, 50, 10) };
    order(db, &new, LegStatus::Placed, NOW).await;
    write(db, async |tx| protection::delete_protection(tx, new.id).await).await.unwrap();
    // A stop that changed since it was read stays, and counts once.
    let legs = intents::archivable_legs(&**db, IntentId(Uuid::nil()), new.id, LIMIT).await.unwrap();
    let filled = LegUpdate { seq: 3, status: LegStatus::Done, order_json: None, failure: None };
    write(db, async |tx| intents::set_legs(tx, new.id, &[filled], LIMIT).await).await.unwrap();
    let delete =
        async || write(db, async |tx| intents::delete_archived_legs(tx, &legs, LIMIT).await).await.unwrap();
    assert_eq!((delete().await, delete().await), (1, 0));
    let version = trade::get_trade(&**db, new.id).await.unwrap().unwrap().version;
    assert_eq!(version, 1, "the take-profit that is gone; the stop is still counted by its leg");
}

async fn legs_that_are_still_read_stay(db: &TestDb) {
    let me = person(db, 1).await;
    // The stored answer of a request.
    let named = NewIntent { idempotency: Some(("once".into(), [7; 32])), ..intent(me, 50, 10) };
    order(db, &named, LegStatus::Placed, NOW).await;
    // A spot stop may rest for years, or may have been sent; one that was refused may not.
    let spot = |number| NewIntent { trade_type: TradeType::Spot, ..intent(me, 50, number) };
    order(db, &spot(11), LegStatus::Placed, NOW).await;
    order(db, &spot(12), LegStatus::Planned, NOW).await;
    order(db, &spot(13), LegStatus::Refused, NOW).await;
    // A supervised position.
    let wanted = Some(NewProtection { side: Side::Buy, wanted: Wanted::Stop, held_before: None });
    let supervised = NewIntent { protection: wanted, ..intent(me, 50, 14) };
    order(db, &supervised, LegStatus::Placed, NOW).await;
    // An intent that is still being worked on.
    let legs = [NewLeg { seq: 3, role: "stop".into(), client_order_id: None, body: "{}".into() }];
    let working = intent(me, 50, 15);
    write(db, async |tx| intents::insert_intent(tx, &working, &legs).await).await.unwrap();
    assert_eq!(archivable(db).await, stop_and_target(13));

    write(db, async |tx| protection::delete_protection(tx, supervised.id).await).await.unwrap();
    assert_eq!(archivable(db).await, [stop_and_target(13), stop_and_target(14)].concat());
}

async fn legs_of_a_copied_position_stay_until_it_ends(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    order(db, &intent(follow.user_id, 1, 10), LegStatus::Placed, NOW).await;
    let copies = [copy_of(&follow, 10)];
    let (signal, side) = (SignalId(id(SIGNAL)), Some(Side::Buy));
    write(db, async |tx| copy::insert_all(tx, signal, Action::Enter, side, &copies, NOW).await)
        .await
        .unwrap();
    assert_eq!(archivable(db).await, []);
    write(db, async |tx| copy::forget_key(tx, follow.exchange_key_id, NOW).await).await.unwrap();
    assert_eq!(archivable(db).await, stop_and_target(10));
}

async fn intents_are_visited_page_by_page(db: &TestDb) {
    let me = person(db, 1).await;
    for number in [10, 11, 12] {
        order(db, &intent(me, 50, number), LegStatus::Placed, NOW).await;
    }
    let [first, second, third] = [10, 11, 12].map(|number| IntentId(id(number)));
    let end = async |after, end, limit| intents::page_end(&**db, after, end, limit).await.unwrap();
    let bound = IntentId::first_at(NOW);
    assert_eq!(end(IntentId(Uuid::nil()), bound, 2).await, second);
    assert_eq!(end(first, bound, 1).await, second);
    assert_eq!(end(second, bound, 2).await, bound, "fewer are left");
    assert_eq!(end(IntentId(Uuid::nil()), third, 3).await, third, "those beyond the bound do not count");
}

async fn an_intent_is_not_visited_again_when_nothing_is_left_to_archive(db: &TestDb) {
    let me = person(db, 1).await;
    let (nil, all) = (IntentId(Uuid::nil()), IntentId(Uuid::max()));
    // The legs of a named intent stay, and so does a spot stop that may rest.
    let named = NewIntent { idempotency: Some(("once".into(), [7; 32])), ..intent(me, 50, 10) };
    let wanted = Some(NewProtection { side: Side::Buy, wanted: Wanted::Stop, held_before: None });
    let supervised = NewIntent { protection: wanted, ..intent(me, 50, 12) };
    let spot = NewIntent { trade_type: TradeType::Spot, ..intent(me, 50, 13) };
    for new in [&named, &intent(me, 50, 11), &supervised, &spot] {
        order(db, new, LegStatus::Placed, NOW).await;
    }
    order(db, &intent(me, 50, 14), LegStatus::Placed, LIMIT).await;
    let mark = async || {
        write(db, async |tx| intents::mark_archived(tx, nil, all, LIMIT, LIMIT).await).await.unwrap()
    };
    let archive = async || {
        let legs = intents::archivable_legs(&**db, nil, all, LIMIT).await.unwrap();
        write(db, async |tx| intents::delete_archived_legs(tx, &legs, LIMIT).await).await.unwrap()
    };
    let first = async || intents::page_end(&**db, nil, all, 1).await.unwrap();
    let second = async || intents::page_end(&**db, nil, all, 2).await.unwrap();
    assert_eq!((mark().await, first().await), (1, IntentId(id(11))));
    assert_eq!((archive().await, mark().await, mark().await), (2, 1, 0));
    assert_eq!((first().await, second().await), (supervised.id, spot.id));

    write(db, async |tx| protection::delete_protection(tx, supervised.id).await).await.unwrap();
    assert_eq!((archive().await, mark().await), (2, 1));
    assert_eq!((first().await, second().await), (spot.id, IntentId(id(14))), "young ones are not marked");
    assert_eq!(intents::list_legs(&**db, named.id).await.unwrap().len(), 3);
}

fn letter(user: UserId, number: u128, once: Option<&'static str>) -> NewMessage<'static> {
    NewMessage {
        id: MessageId(id(number)),
        user_id: Some(user),
        channel: Channel::Email,
        to_address: "person1@example.com",
        once,
        sealed_body: &[0, 255, 1],
        created_at: NOW,
    }
}

async fn delivered_messages_are_archived(db: &TestDb) {
    let me = person(db, 1).await;
    write(db, async |tx| {
        for (number, once) in [(1, None), (2, Some("welcome")), (3, None), (4, None), (5, None), (6, None)] {
            assert!(message::insert_message(tx, &letter(me, number, once)).await?);
        }
        for (number, at) in [(1, NOW), (2, NOW), (3, LIMIT), (6, NOW)] {
            message::mark_sent(tx, MessageId(id(number)), at).await?;
        }
        // Number 4 waits.
        message::give_up(tx, MessageId(id(5)), NOW, "no such mailbox").await
    })
    .await
    .unwrap();
    let old = async |limit| message::archivable(&**db, LIMIT, limit).await.unwrap();
    let ids = |rows: &[message::Message]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(&old(1).await), [MessageId(id(1))]);
    let rows = old(9).await;
    assert_eq!(ids(&rows), [1, 6].map(|number| MessageId(id(number))));
    let delete = async || write(db, async |tx| message::delete_archived(tx, &rows).await).await.unwrap();
    assert_eq!((delete().await, delete().await), (2, 0));
    assert_eq!(old(9).await, []);
    let left = message::list_messages_after(&**db, MessageId(Uuid::nil()), 9).await.unwrap();
    assert_eq!(ids(&left), [2, 3, 4, 5].map(|number| MessageId(id(number))));
}

async fn old_fills_are_archived_but_never_the_newest_of_a_pair(db: &TestDb) {
    let me = person(db, 1).await;
    let (mine, other) = (connected(db, me, 10).await, connected(db, me, 11).await);
    let fill = |key: ExchangeKeyId, symbol: &str, trade: &str, at: i64| Fill {
        key,
        symbol: symbol.parse().unwrap(),
        trade: trade.into(),
        at: NOW.plus(at),
        fee_usd: Decimal::new(125, 3),
        detail: None,
    };
    let oldest =
        [fill(mine, "BTC/USDT", "7", 0), fill(mine, "BTC/USDT", "8", 0), fill(mine, "BTC/USDT", "9", 1)];
    let kept = [
        fill(mine, "BTC/USDT", "10", 50),
        // The newest of their pairs, two of them at the same time.
        fill(mine, "ETH/USDT", "1", 0),
        fill(mine, "ETH/USDT", "2", 0),
        fill(other, "BTC/USDT", "7", 0),
    ];
    write(db, async |tx| {
        for fill in oldest.iter().chain(&kept) {
            assert!(fill::insert(tx, fill).await?);
        }
        Ok(())
    })
    .await
    .unwrap();
    let old = async |key, limit| fill::archivable(&**db, key, LIMIT, limit).await.unwrap();
    assert_eq!(old(mine, 2).await, oldest[..2]);
    assert_eq!((old(mine, 9).await, old(other, 9).await), (oldest.to_vec(), vec![]));
    let delete =
        async |rows: &[Fill]| write(db, async |tx| fill::delete_archived(tx, rows).await).await.unwrap();
    assert_eq!((delete(&oldest[..2]).await, delete(&oldest).await, delete(&[]).await), (2, 1, 0));
    assert_eq!(old(mine, 9).await, []);
    let costs = fill::list_fees(&**db, me, NOW, NOW.plus(99)).await.unwrap();
    assert_eq!(costs.len(), kept.len());
}

async fn keys_are_visited_in_order(db: &TestDb) {
    let me = person(db, 1).await;
    let (first, second) = (connected(db, me, 10).await, connected(db, me, 11).await);
    let next = async |after| key::next_id(&**db, after).await.unwrap();
    assert_eq!(next(ExchangeKeyId(Uuid::nil())).await, Some(first));
    assert_eq!((next(first).await, next(second).await), (Some(second), None));
}

async fn events_are_deleted_in_batches(db: &TestDb) {
    let me = person(db, 1).await;
    let prune = async || write(db, async |tx| event::prune_before(tx, LIMIT).await).await.unwrap();
    write(db, async |tx| {
        for number in 0..1_001 {
            event::append_event(tx, me, "{}", NOW.plus(number % 50)).await?;
        }
        event::append_event(tx, me, "{}", LIMIT).await
    })
    .await
    .unwrap();
    assert_eq!([prune().await, prune().await, prune().await], [1_000, 1, 0]);
    assert_eq!(event::after(&**db, me, 0, 9).await.unwrap().len(), 1);
}

store::each_engine!(
    legs_that_nothing_reads_are_archived_without_their_entry,
    a_leg_that_changed_since_it_was_read_is_not_deleted,
    the_version_of_a_trade_stays_when_its_legs_are_archived,
    legs_that_are_still_read_stay,
    legs_of_a_copied_position_stay_until_it_ends,
    intents_are_visited_page_by_page,
    an_intent_is_not_visited_again_when_nothing_is_left_to_archive,
    delivered_messages_are_archived,
    old_fills_are_archived_but_never_the_newest_of_a_pair,
    keys_are_visited_in_order,
    events_are_deleted_in_batches,
);
