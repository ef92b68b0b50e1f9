//! Intents: never lost, never duplicated.

use crate::samples::{NOW, connected, id, intended, intent, kind, leg, person, write};
use domain::{ExchangeKeyId, IntentId, PositionSlot, Side, UserId};
use store::{
    StoreErrorKind,
    intent::{self as intents, LegStatus, LegUpdate, NewIntent, Status},
    key,
    protection::{self, NewProtection, Wanted},
    testing::TestDb,
};
use tokio::task::JoinSet;

fn with_idempotency(mut new: NewIntent, name: &str, body: u8) -> NewIntent {
    new.idempotency = Some((name.into(), [body; 32]));
    new
}

/// Ends an intent, so that another can work on the market.
async fn ended(db: &TestDb, number: u128, status: Status) -> bool {
    let id = IntentId(id(number));
    write(db, async |tx| intents::finish_intent(tx, id, status, None, NOW).await).await.unwrap()
}

async fn an_intent_is_kept_with_its_legs(db: &TestDb) {
    let me = person(db, 1).await;
    let new = with_idempotency(intent(me, 50, 10), "مفتاح-1", 3);
    intended(db, &new).await.unwrap();
    let row = intents::get_intent(&**db, new.id).await.unwrap().unwrap();
    assert_eq!((row.user_id, row.exchange_key_id, row.symbol), (me, new.exchange_key_id, new.symbol));
    assert_eq!((row.status, row.kind, row.request), (Status::Working, intents::Kind::Open, new.request));
    assert_eq!((row.request_hash, row.lease_holder), (Some(vec![3; 32]), Some("one".into())));
    assert_eq!((row.created_at, row.updated_at, row.finished_at), (NOW, NOW, None));

    let legs = intents::list_legs(&**db, new.id).await.unwrap();
    assert_eq!(
        legs.iter().map(|l| (l.seq, l.status)).collect::<Vec<_>>(),
        [(0, LegStatus::Planned), (1, LegStatus::Planned), (2, LegStatus::Planned)]
    );
    let client_id = legs[2].client_order_id.clone().unwrap();
    assert_eq!(intents::leg_by_client_id(&**db, &client_id).await.unwrap(), Some((new.id, 2)));
    assert_eq!(intents::leg_by_client_id(&**db, "of another program").await.unwrap(), None);
    let of = async |key| intents::origin_of(&**db, key, &client_id).await.unwrap().map(|one| one.intent_id);
    assert_eq!(of(new.exchange_key_id).await, Some(new.id));
    assert_eq!(of(ExchangeKeyId(id(99))).await, None, "of another account");
}

const fn became<'a>(
    seq: u16,
    status: LegStatus,
    order_json: Option<&'a str>,
    failure: Option<&'a str>,
) -> LegUpdate<'a> {
    LegUpdate { seq, status, order_json, failure }
}

async fn legs_record_their_outcome(db: &TestDb) {
    let me = person(db, 1).await;
    let new = intent(me, 50, 10);
    intended(db, &new).await.unwrap();
    let (last, later) = (u16::MAX, NOW.plus(4));
    write(db, async |tx| {
        assert!(intents::set_leg_body(tx, new.id, 1, "{\"amount\":2}", later).await?);
        let placed = became(1, LegStatus::Placed, Some("{\"id\":1}"), None);
        assert_eq!(intents::set_legs(tx, new.id, &[placed], later).await?, 1);
        assert!(!intents::set_leg_body(tx, new.id, 1, "{}", later).await?, "sent: no longer to be changed");
        let ended = became(1, LegStatus::Done, None, None);
        let refused = became(2, LegStatus::Refused, None, Some("\"-2010\""));
        let nobody = became(77, LegStatus::Done, None, None);
        assert_eq!(intents::set_legs(tx, new.id, &[ended, refused, nobody], later).await?, 2);
        assert_eq!(intents::set_legs(tx, new.id, &[], later).await?, 0);
        intents::add_legs(tx, new.id, &[leg(&new, last)], later).await?;
        intents::add_legs(tx, new.id, &[], later).await
    })
    .await
    .unwrap();
    let legs = intents::list_legs(&**db, new.id).await.unwrap();
    assert_eq!((legs[1].status, legs[1].order_json.as_deref()), (LegStatus::Done, Some("{\"id\":1}")));
    assert_eq!((legs[1].body.as_str(), legs[1].updated_at), ("{\"amount\":2}", later));
    assert_eq!((legs[2].status, legs[2].failure.as_deref()), (LegStatus::Refused, Some("\"-2010\"")));
    assert_eq!((legs[3].seq, legs.len()), (last, 4));
    let again = write(db, async |tx| intents::add_legs(tx, new.id, &[leg(&new, 0)], later).await);
    assert_eq!(kind(again.await), Some(StoreErrorKind::Unique));
}

async fn an_idempotency_key_is_used_once_a_person(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let first = with_idempotency(intent(me, 50, 10), "k", 1);
    intended(db, &first).await.unwrap();
    let again = with_idempotency(intent(me, 51, 11), "k", 2);
    assert_eq!(kind(intended(db, &again).await), Some(StoreErrorKind::Unique));
    assert_eq!(intents::get_intent(&**db, again.id).await.unwrap(), None, "and left nothing behind");
    assert_eq!(intents::list_legs(&**db, again.id).await.unwrap(), []);
    assert_eq!(intents::by_idempotency(&**db, me, "k").await.unwrap().unwrap().id, first.id);
    assert_eq!(intents::by_idempotency(&**db, other, "k").await.unwrap(), None);
    intended(db, &with_idempotency(intent(other, 52, 12), "k", 3)).await.unwrap();
    intended(db, &intent(me, 53, 13)).await.unwrap();
    intended(db, &intent(me, 54, 14)).await.unwrap();

    write(db, async |tx| intents::forget_idempotency(tx, first.id).await).await.unwrap();
    intended(db, &again).await.unwrap();
}

async fn of_sixteen_of_one_idempotency_key_one_is_kept(db: &TestDb) {
    let me = person(db, 1).await;
    let mut racers = JoinSet::new();
    for number in 0..16 {
        let db = (**db).clone();
        racers.spawn(async move {
            let new = with_idempotency(intent(me, 100 + number, 200 + number), "k", 1);
            intended(&db, &new).await
        });
    }
    let outcomes = racers.join_all().await;
    assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1);
    assert!(outcomes.into_iter().filter_map(Result::err).all(|error| error.is_unique()));
    assert_eq!(intents::list_by_user(&**db, me, None, 99).await.unwrap().len(), 1);
}

async fn one_intent_at_a_time_works_on_a_market(db: &TestDb) {
    let me = person(db, 1).await;
    intended(db, &intent(me, 50, 10)).await.unwrap();
    assert_eq!(kind(intended(db, &intent(me, 50, 11)).await), Some(StoreErrorKind::Unique));
    intended(db, &NewIntent { symbol: "ETH/USDT".parse().unwrap(), ..intent(me, 50, 12) }).await.unwrap();
    intended(db, &intent(me, 51, 13)).await.unwrap();

    let first = IntentId(id(10));
    assert!(write(db, async |tx| intents::set_waiting(tx, first, NOW).await).await.unwrap());
    assert!(!write(db, async |tx| intents::set_waiting(tx, first, NOW).await).await.unwrap());
    intended(db, &intent(me, 50, 11)).await.unwrap();

    let again = async || write(db, async |tx| intents::set_working(tx, first, NOW).await).await;
    assert_eq!(kind(again().await), Some(StoreErrorKind::Unique), "another one is being worked");
    assert!(ended(db, 11, Status::Done).await);
    assert!(again().await.unwrap());
    assert!(!again().await.unwrap());
    assert_eq!(kind(intended(db, &intent(me, 50, 14)).await), Some(StoreErrorKind::Unique));
}

async fn each_position_of_hedge_mode_has_its_own_intents(db: &TestDb) {
    let me = person(db, 1).await;
    connected(db, me, 50).await;
    let on = |number, side, position_side| NewIntent {
        position_side,
        protection: Some(NewProtection { side, wanted: Wanted::Stop, held_before: None }),
        ..intent(me, 50, number)
    };
    let long = on(10, Side::Buy, PositionSlot::Long);
    intended(db, &long).await.unwrap();
    intended(db, &on(11, Side::Sell, PositionSlot::Short)).await.unwrap();
    let second = intended(db, &on(12, Side::Buy, PositionSlot::Long)).await;
    assert_eq!(kind(second), Some(StoreErrorKind::Unique), "another one works on this position");
    let stored = intents::get_intent(&**db, IntentId(id(11))).await.unwrap().unwrap();
    assert_eq!(stored.position_side, PositionSlot::Short);
    let key = ExchangeKeyId(id(50));
    let rows = protection::of_position(&**db, key, &long.symbol, PositionSlot::Long).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.intent_id, row.position_side)).collect();
    assert_eq!(found, [(IntentId(id(10)), PositionSlot::Long)]);
    assert_eq!(protection::on_market(&**db, key, &long.symbol).await.unwrap().len(), 2);
}

async fn an_intent_ends_once(db: &TestDb) {
    let me = person(db, 1).await;
    intended(db, &intent(me, 50, 10)).await.unwrap();
    assert!(ended(db, 10, Status::Done).await);
    assert!(!ended(db, 10, Status::Failed).await);
    let row = intents::get_intent(&**db, IntentId(id(10))).await.unwrap().unwrap();
    assert_eq!((row.status, row.finished_at), (Status::Done, Some(NOW)));
    assert_eq!((row.lease_holder, row.lease_until.0), (None, 0));
    intended(db, &intent(me, 50, 11)).await.unwrap();
    let no_end = IntentId(id(11));
    let ending = write(db, async |tx| intents::finish_intent(tx, no_end, Status::Waiting, None, NOW).await);
    assert_eq!(kind(ending.await), Some(StoreErrorKind::Other), "waiting is no end");
}

async fn unfinished_intents_are_listed(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    for (owner, key, number) in [(me, 50, 10), (me, 51, 11), (other, 52, 12), (me, 53, 13)] {
        intended(db, &intent(owner, key, number)).await.unwrap();
    }
    ended(db, 11, Status::Failed).await;
    write(db, async |tx| intents::set_waiting(tx, IntentId(id(13)), NOW).await).await.unwrap();
    let ids = |rows: Vec<intents::Intent>| rows.into_iter().map(|row| row.id.0).collect::<Vec<_>>();
    assert_eq!(ids(intents::list_unfinished(&**db).await.unwrap()), [id(10), id(12), id(13)]);
    let key = intent(me, 53, 0).exchange_key_id;
    assert_eq!(ids(intents::unfinished_for_key(&**db, key).await.unwrap()), [id(13)]);
    assert_eq!(ids(intents::list_by_user(&**db, me, None, 2).await.unwrap()), [id(13), id(11)]);
    let before = Some(IntentId(id(11)));
    assert_eq!(ids(intents::list_by_user(&**db, me, before, 2).await.unwrap()), [id(10)]);
}

async fn an_intent_is_its_holders_until_it_is_freed(db: &TestDb) {
    let me = person(db, 1).await;
    let new = intent(me, 50, 10);
    intended(db, &new).await.unwrap();
    let claim = async |holder: &'static str, at: i64| {
        write(db, async |tx| intents::claim_intent(tx, new.id, holder, NOW.plus(at), NOW.plus(at + 10)).await)
            .await
            .unwrap()
    };
    let release = async |holder: &'static str, at: i64| {
        write(db, async |tx| intents::release_intent(tx, new.id, holder, NOW.plus(at)).await).await.unwrap();
    };
    assert!(!claim("two", 29).await);
    assert!(claim("one", 29).await, "its holder renews it");
    assert!(!claim("two", 1_000_000_000).await, "the desk's own clock frees nothing");
    release("one", 35).await;
    let deadline = intents::oldest_claim(&**db).await.unwrap();
    assert_eq!(deadline, Some(NOW.plus(35)), "it is overdue since it was released, not since 1970");
    assert!(claim("two", 39).await);
    release("one", 40).await;
    assert!(!claim("one", 40).await, "an instance cannot release another's work");
    release("two", 40).await;
    assert!(claim("one", 40).await);
    ended(db, 10, Status::Done).await;
    assert!(!claim("one", 41).await, "finished work has no holder");
}

async fn of_sixteen_who_find_an_intent_one_takes_it(db: &TestDb) {
    let me = person(db, 1).await;
    let mut new = intent(me, 50, 10);
    new.lease_holder = None;
    intended(db, &new).await.unwrap();
    let mut racers = JoinSet::new();
    for number in 0..16 {
        let (db, id) = ((**db).clone(), new.id);
        racers.spawn(async move {
            let holder = format!("racer {number}");
            write(&db, async |tx| intents::claim_intent(tx, id, &holder, NOW.plus(60), NOW.plus(90)).await)
                .await
                .unwrap()
        });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|won| *won).count(), 1);
}

async fn history_outlives_its_key_but_needs_its_person(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 50).await;
    intended(db, &intent(me, 50, 10)).await.unwrap();
    assert!(write(db, async |tx| key::delete_key(tx, me, mine).await).await.unwrap());
    assert_eq!(intents::list_legs(&**db, IntentId(id(10))).await.unwrap().len(), 3);
    assert_eq!(kind(intended(db, &intent(UserId(id(99)), 51, 11)).await), Some(StoreErrorKind::ForeignKey));
}

async fn protection_is_wanted_until_it_is_deleted(db: &TestDb) {
    let me = person(db, 1).await;
    connected(db, me, 50).await;
    let wanted = Some(NewProtection { side: Side::Sell, wanted: Wanted::Stop, held_before: None });
    let new = NewIntent { protection: wanted, ..intent(me, 50, 10) };
    intended(db, &new).await.unwrap();
    let intent = IntentId(id(10));
    let get = async || protection::get_protection(&**db, intent).await.unwrap();
    let first = get().await.unwrap();
    assert_eq!(
        (first.position_side, first.side, first.wanted),
        (PositionSlot::Both, Side::Sell, Wanted::Stop)
    );
    assert_eq!((first.user_id, first.entered_at, first.told_at), (me, None, None));
    write(db, async |tx| {
        protection::set_entered(tx, intent, NOW.plus(1)).await?;
        protection::set_entered(tx, intent, NOW.plus(2)).await?;
        protection::set_wanted(tx, intent, Wanted::Closed).await?;
        protection::set_notified(tx, intent, Some(NOW.plus(3))).await
    })
    .await
    .unwrap();
    let changed = get().await.unwrap();
    assert_eq!((changed.wanted, changed.entered_at), (Wanted::Closed, Some(NOW.plus(1))));
    assert_eq!(changed.told_at, Some(NOW.plus(3)));
    let (key, other) = (ExchangeKeyId(id(50)), ExchangeKeyId(id(51)));
    assert_eq!(protection::on_market(&**db, key, &new.symbol).await.unwrap(), vec![changed.clone()]);
    assert_eq!(protection::of_key(&**db, other).await.unwrap(), []);
    assert_eq!(protection::list_all(&**db).await.unwrap(), [changed]);
    write(db, async |tx| protection::delete_protection(tx, intent).await).await.unwrap();
    assert_eq!(get().await, None);
}

store::each_engine!(
    protection_is_wanted_until_it_is_deleted,
    an_intent_is_kept_with_its_legs,
    legs_record_their_outcome,
    an_idempotency_key_is_used_once_a_person,
    of_sixteen_of_one_idempotency_key_one_is_kept,
    one_intent_at_a_time_works_on_a_market,
    each_position_of_hedge_mode_has_its_own_intents,
    an_intent_ends_once,
    unfinished_intents_are_listed,
    an_intent_is_its_holders_until_it_is_freed,
    of_sixteen_who_find_an_intent_one_takes_it,
    history_outlives_its_key_but_needs_its_person,
);
