//! Trades: written with the intent that opens them, opened, changed and closed once.

use crate::samples::{NOW, id, intended, intent, person, write};
use domain::{
    ExchangeKeyId, IntentId, Side,
    copy::Exit,
    money,
    trade::{Automation, PriceSource},
};
use store::{
    DecimalText,
    automation::{self, AutomationRow},
    intent::NewIntent,
    protection::{self, NewProtection, Wanted},
    testing::TestDb,
    trade::{self, ChangeRow, ClosedTrade, Opened, Tags, TradeFilter, TradeStatus},
};

fn d(text: &str) -> domain::Decimal {
    money::parse(text).unwrap()
}

fn opening(owner: domain::UserId, key: u128, number: u128) -> NewIntent {
    let protection = Some(NewProtection { side: Side::Buy, wanted: Wanted::Stop, held_before: None });
    NewIntent { protection, ..intent(owner, key, number) }
}

fn newest(limit: i64) -> TradeFilter {
    TradeFilter { limit, ..TradeFilter::default() }
}

async fn status(db: &TestDb, trade: IntentId) -> TradeStatus {
    trade::get_trade(&**db, trade).await.unwrap().unwrap().status
}

async fn trades_that_were_open_together_have_shared_a_position(db: &TestDb) {
    let me = person(db, 1).await;
    let beside = NewProtection { side: Side::Buy, wanted: Wanted::Stop, held_before: Some(d("1")) };
    // The third one has replaced the first two.
    for (number, protection) in [(10, None), (11, Some(beside)), (12, None)] {
        let new = opening(me, 50, number);
        let protection = protection.or(new.protection);
        intended(db, &NewIntent { protection, ..new }).await.unwrap();
        db.execute("update intents set status = 'done', finished_at = 1").await;
    }
    let opened = Opened { amount: d("1"), price: None, risk: None };
    write(db, async |tx| {
        for (number, at) in [(10, 1), (11, 2), (12, 3)] {
            trade::set_opened(tx, IntentId(id(number)), &opened, NOW.plus(at)).await?;
        }
        protection::set_lost(tx, IntentId(id(10)), d("0.5")).await
    })
    .await
    .unwrap();
    let sharing = async |number: u128| {
        let row = trade::get_trade(&**db, IntentId(id(number))).await.unwrap().unwrap();
        let others = trade::list_sharing(&**db, &row).await.unwrap();
        others.iter().map(|other| other.intent_id).collect::<Vec<_>>()
    };
    assert_eq!(sharing(10).await, [IntentId(id(11))]);
    assert_eq!(sharing(11).await, [IntentId(id(10))]);
    assert_eq!(sharing(12).await, []);
    let row = protection::get_protection(&**db, IntentId(id(10))).await.unwrap().unwrap();
    assert_eq!((row.held_before, row.lost), (None, Some(DecimalText(d("0.5")))));
    let markets = trade::list_shared_markets(&**db, me).await.unwrap();
    assert_eq!(
        markets.iter().map(|market| market.exchange_key_id).collect::<Vec<_>>(),
        [ExchangeKeyId(id(50))]
    );
}

async fn a_trade_opens_with_its_fill_and_closes_once(db: &TestDb) {
    let me = person(db, 1).await;
    let new = opening(me, 50, 10);
    intended(db, &new).await.unwrap();
    assert_eq!(status(db, new.id).await, TradeStatus::Opening);
    let part = Opened { amount: d("0.02"), price: Some(d("100")), risk: Some(d("0.2")) };
    let all = Opened { amount: d("0.05"), price: Some(d("101")), risk: None };
    write(db, async |tx| {
        trade::set_opened(tx, new.id, &part, NOW.plus(1)).await?;
        trade::set_opened(tx, new.id, &all, NOW.plus(2)).await?;
        trade::set_unfilled(tx, new.id, TradeStatus::Canceled, NOW.plus(3)).await
    })
    .await
    .unwrap();
    let row = trade::get_trade(&**db, new.id).await.unwrap().unwrap();
    assert_eq!((row.status, row.amount.0, row.opened_at), (TradeStatus::Open, d("0.05"), Some(NOW.plus(1))));
    assert_eq!((row.risk, row.closed_at, row.version), (None, None, 0));
    let (price, realized, funding) = (Some(d("110")), Some(d("1")), Some(d("-0.2")));
    let closed = |exit| ClosedTrade { price, realized, fees: None, funding, exit };
    write(db, async |tx| {
        trade::close_trade(tx, new.id, &closed(Exit::Stop), NOW.plus(4)).await?;
        trade::close_trade(tx, new.id, &closed(Exit::Panic), NOW.plus(5)).await?;
        trade::set_opened(tx, new.id, &part, NOW.plus(6)).await
    })
    .await
    .unwrap();
    let row = trade::get_trade(&**db, new.id).await.unwrap().unwrap();
    assert_eq!(
        (row.status, row.exit_reason, row.closed_at),
        (TradeStatus::Closed, Some(Exit::Stop), Some(NOW.plus(4)))
    );
    assert_eq!((row.amount.0, row.exit_price.map(|price| price.0)), (d("0.05"), Some(d("110"))));
}

async fn an_entry_that_never_filled_is_in_no_list(db: &TestDb) {
    let me = person(db, 1).await;
    let (waits, ended) = (opening(me, 50, 10), opening(me, 51, 11));
    intended(db, &waits).await.unwrap();
    intended(db, &ended).await.unwrap();
    write(db, async |tx| trade::set_unfilled(tx, ended.id, TradeStatus::Canceled, NOW).await).await.unwrap();
    let open = trade::list_open(&**db, me, &newest(10)).await.unwrap();
    assert_eq!(open.iter().map(|row| row.intent_id).collect::<Vec<_>>(), [waits.id]);
    assert!(trade::list_closed(&**db, me, &newest(10)).await.unwrap().is_empty());
}

async fn trades_are_listed_newest_first_by_key_and_market(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    for (owner, key, number) in [(me, 50, 10), (me, 51, 11), (me, 52, 12), (other, 53, 13)] {
        intended(db, &opening(owner, key, number)).await.unwrap();
    }
    let ids = |rows: Vec<trade::TradeRow>| rows.into_iter().map(|row| row.intent_id).collect::<Vec<_>>();
    let all = ids(trade::list_open(&**db, me, &newest(10)).await.unwrap());
    assert_eq!(all, [12, 11, 10].map(|number| IntentId(id(number))));
    let page = TradeFilter { before: Some(all[1]), ..newest(10) };
    assert_eq!(ids(trade::list_open(&**db, me, &page).await.unwrap()), [all[2]]);
    let of_key = TradeFilter { key: Some(ExchangeKeyId(id(51))), ..newest(10) };
    assert_eq!(ids(trade::list_open(&**db, me, &of_key).await.unwrap()), [all[1]]);
    let elsewhere = TradeFilter { symbol: Some("ETH/USDT".parse().unwrap()), ..newest(10) };
    assert!(trade::list_open(&**db, me, &elsewhere).await.unwrap().is_empty());
}

async fn a_note_is_changed_in_the_version_that_was_read(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let new = opening(me, 50, 10);
    intended(db, &new).await.unwrap();
    let tags = Tags::of(&vec!["btc".to_owned()]).unwrap();
    let noted = |user, version, note: &'static str| {
        let (tags, trade) = (tags.clone(), new.id);
        async move {
            write(db, async |tx| trade::set_note(tx, user, trade, version, Some(note), Some(&tags)).await)
                .await
        }
    };
    assert!(noted(me, Some(0), "first").await.unwrap());
    assert!(!noted(me, Some(0), "second").await.unwrap(), "read before the first");
    assert!(!noted(other, Some(1), "third").await.unwrap(), "another user's");
    assert!(!noted(other, None, "fourth").await.unwrap(), "another user's, whatever its version");
    let row = trade::get_trade(&**db, new.id).await.unwrap().unwrap();
    assert_eq!((row.note.as_str(), row.tags.as_str(), row.version), ("first", r#"["btc"]"#, 1));
    assert!(noted(me, None, "fifth").await.unwrap(), "any version");
    let row = trade::get_trade(&**db, new.id).await.unwrap().unwrap();
    assert_eq!((row.note.as_str(), row.version), ("fifth", 2));
}

async fn a_change_is_kept_with_what_was_in_force(db: &TestDb) {
    let me = person(db, 1).await;
    let (new, change) = (opening(me, 50, 10), intent(me, 51, 11));
    intended(db, &new).await.unwrap();
    intended(db, &change).await.unwrap();
    let row = ChangeRow { id: change.id, user_id: me, before: "{}".into(), after: "[]".into(), at: NOW };
    write(db, async |tx| trade::insert_change(tx, new.id, &row).await).await.unwrap();
    let changes = trade::list_changes(&**db, new.id).await.unwrap();
    assert_eq!((changes.len(), changes[0].before.as_str(), changes[0].at), (1, "{}", NOW));
    assert_eq!(trade::get_trade(&**db, new.id).await.unwrap().unwrap().version, 1);
    let second = opening(me, 52, 12);
    intended(db, &second).await.unwrap();
    write(db, async |tx| trade::insert_change(tx, second.id, &row).await).await.unwrap();
    let changes = trade::list_changes(&**db, second.id).await.unwrap();
    assert_eq!((changes.len(), changes[0].id), (1, change.id), "one request may change several trades");
}

async fn trades_of_a_deleted_key_end_without_a_result(db: &TestDb) {
    let me = person(db, 1).await;
    let (open, waits, other) = (opening(me, 50, 10), opening(me, 50, 11), opening(me, 51, 12));
    let other_market = NewIntent { symbol: "ETH/USDT".parse().unwrap(), ..waits };
    for new in [&open, &other_market, &other] {
        intended(db, new).await.unwrap();
    }
    let filled = Opened { amount: d("0.05"), price: Some(d("101")), risk: None };
    write(db, async |tx| {
        trade::set_opened(tx, open.id, &filled, NOW.plus(1)).await?;
        trade::forget_key(tx, ExchangeKeyId(id(50)), NOW.plus(2)).await
    })
    .await
    .unwrap();
    let row = trade::get_trade(&**db, open.id).await.unwrap().unwrap();
    assert_eq!((row.status, row.exit_reason), (TradeStatus::Closed, Some(Exit::Unwatched)));
    assert_eq!((row.closed_at, row.realized), (Some(NOW.plus(2)), None));
    assert_eq!(status(db, other_market.id).await, TradeStatus::Canceled);
    assert_eq!(status(db, other.id).await, TradeStatus::Opening);
}

async fn the_newest_changes_are_listed_oldest_first(db: &TestDb) {
    let me = person(db, 1).await;
    let new = opening(me, 50, 10);
    intended(db, &new).await.unwrap();
    for number in [11, 12] {
        let change = intent(me, number, number);
        intended(db, &change).await.unwrap();
        let row = ChangeRow { id: change.id, user_id: me, before: "{}".into(), after: "[]".into(), at: NOW };
        write(db, async |tx| trade::insert_change(tx, new.id, &row).await).await.unwrap();
    }
    let ids: Vec<_> =
        trade::list_changes(&**db, new.id).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(ids, [11, 12].map(|number| IntentId(id(number))));
}

async fn what_the_desk_does_by_itself_is_listed_while_its_trade_is_open(db: &TestDb) {
    let me = person(db, 1).await;
    let new = opening(me, 50, 10);
    intended(db, &new).await.unwrap();
    let wanted = Automation { breakeven_after: Some(1), ..Automation::default() };
    let row = AutomationRow::new(new.id, &wanted);
    write(db, async |tx| automation::put_automation(tx, &row).await).await.unwrap();
    assert!(automation::list_active(&**db).await.unwrap().is_empty(), "nothing has filled");
    write(db, async |tx| protection::set_entered(tx, new.id, NOW).await).await.unwrap();
    let active = automation::list_active(&**db).await.unwrap();
    let found: Vec<_> = active.iter().map(|one| (one.intent_id, one.entered_at, one.automation())).collect();
    assert_eq!(found, [(new.id, Some(NOW), wanted)]);
    write(db, async |tx| automation::set_breakeven(tx, new.id, NOW.plus(1)).await).await.unwrap();
    assert!(automation::list_active(&**db).await.unwrap().is_empty(), "it is done");
    let trailing = Automation {
        trailing_percent: Some(d("1.5")),
        trigger: PriceSource::Mark,
        time_limit: Some(90),
        ..Automation::default()
    };
    let read = automation::get_automation(&**db, new.id).await.unwrap().unwrap();
    let later = AutomationRow { peak: Some(DecimalText(d("20100.5"))), ..read.with(&trailing) };
    write(db, async |tx| automation::put_automation(tx, &later).await).await.unwrap();
    let read = automation::get_automation(&**db, new.id).await.unwrap().unwrap();
    assert_eq!((&read, read.automation(), read.breakeven_at), (&later, trailing, Some(NOW.plus(1))));
    assert_eq!(automation::list_active(&**db).await.unwrap().len(), 1);
    assert!(!automation::is_over(&**db, new.id).await.unwrap());
    let first = write(db, async |tx| automation::set_over(tx, new.id, NOW.plus(2)).await).await.unwrap();
    let second = write(db, async |tx| automation::set_over(tx, new.id, NOW.plus(3)).await).await.unwrap();
    assert_eq!((first, second), (true, false), "once");
    assert!(automation::is_over(&**db, new.id).await.unwrap());
    write(db, async |tx| protection::set_wanted(tx, new.id, Wanted::Closed).await).await.unwrap();
    assert!(automation::list_active(&**db).await.unwrap().is_empty(), "it is being closed");
}

store::each_engine![
    what_the_desk_does_by_itself_is_listed_while_its_trade_is_open,
    trades_that_were_open_together_have_shared_a_position,
    a_trade_opens_with_its_fill_and_closes_once,
    an_entry_that_never_filled_is_in_no_list,
    trades_are_listed_newest_first_by_key_and_market,
    a_note_is_changed_in_the_version_that_was_read,
    a_change_is_kept_with_what_was_in_force,
    trades_of_a_deleted_key_end_without_a_result,
    the_newest_changes_are_listed_oldest_first,
];
