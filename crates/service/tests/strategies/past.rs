//! Trade history, page by page, while trading continues.

use super::{admin, d, desk};
use crate::feed::{Feed, START};
use domain::{
    ApiKeyStatus, ExchangeId, ExchangeKey, ExchangeKeyId, IntentId, Micros, Order, OrderStatus, OrderType,
    Side, StrategyType, TimeInForce, TradeType,
    ticket::{Entry, ManualOrder},
    time::{DAY, MINUTE},
    validation::Problem,
};
use service::{
    Actor, Error, SharedDesk,
    following::trade_history::{self, Filter, TradeHistoryPage, TradeHistoryRequest, Which},
};
use store::{
    intent::{Kind, LegStatus, LegUpdate, NewIntent, NewLeg},
    key::{KeyRow, SealedSecret},
    testing::TestDb,
};
use uuid::Uuid;

/// A numbered manual entry: one per minute, and every third sells.
async fn placed(desk: &SharedDesk, actor: &Actor, number: u16) {
    let at = START.plus(i64::from(number) * MINUTE);
    let id = IntentId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)));
    let symbol: domain::Symbol = "BTC/USDT".parse().unwrap();
    let side = if number.is_multiple_of(3) { Side::Sell } else { Side::Buy };
    let request = ManualOrder {
        symbol: symbol.clone(),
        side,
        entry: Entry::Limit(d("100")),
        amount: d("0.5"),
        targets: vec![],
        stop: None,
        risk_percent: None,
    };
    let order = Order {
        id: number.to_string(),
        client_order_id: format!("c{number}"),
        at,
        symbol: symbol.clone(),
        kind: OrderType::Limit,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: false,
        side,
        price: Some(d("100")),
        stop_price: None,
        callback_rate: None,
        amount: Some(d("0.5")),
        cost: d("0"),
        average: None,
        filled: d("0"),
        remaining: Some(d("0.5")),
        status: OrderStatus::Open,
        position_side: domain::PositionSlot::Both,
    };
    let intent = NewIntent {
        id,
        user_id: actor.user,
        // One working intent per account and market.
        exchange_key_id: ExchangeKeyId(Uuid::from_u128(u128::from(number) + 1)),
        trade_type: TradeType::Futures,
        symbol,
        kind: Kind::Open,
        request: serde_json::json!({ "Open": request }).to_string(),
        idempotency: None,
        lease_holder: None,
        lease_until: Micros(0),
        protection: None,
        created_at: at,
        position_side: domain::PositionSlot::Both,
    };
    let client_order_id = Some(format!("{}-{number}", actor.user));
    let leg = NewLeg { seq: 2, role: "entry".into(), client_order_id, body: "{}".into() };
    let mut tx = desk.db.begin().await.unwrap();
    store::intent::insert_intent(&mut tx, &intent, &[leg]).await.unwrap();
    let reported = serde_json::to_string(&order).unwrap();
    let placed = LegUpdate { seq: 2, status: LegStatus::Placed, order_json: Some(&reported), failure: None };
    store::intent::set_legs(&mut tx, id, &[placed], at).await.unwrap();
    tx.commit().await.unwrap();
}

fn numbers(page: &TradeHistoryPage) -> Vec<u16> {
    page.items.iter().map(|item| item.order_id.parse().unwrap()).collect()
}

/// The account of entry 7. Those of the other entries are gone.
async fn account(desk: &SharedDesk, actor: &Actor) -> ExchangeKeyId {
    let id = ExchangeKeyId(Uuid::from_u128(8));
    let key = ExchangeKey {
        id,
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: StrategyType::Manual,
        active: true,
        name: "Savings".into(),
        api_key: "8".repeat(64),
        status: ApiKeyStatus::Authorized,
        sandbox: true,
        ip_restricted: false,
        account_mode: domain::AccountMode::OneWay,
        may_withdraw: false,
        expires_at: None,
        traded_elsewhere: false,
        created_at: START,
        updated_at: START,
    };
    let sealed = SealedSecret { secret: vec![1], data_key: vec![2], master_key_id: "k".into(), version: 1 };
    let mut tx = desk.db.begin().await.unwrap();
    store::key::insert_key(&mut tx, &KeyRow { key, user_id: actor.user, sealed }).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub(crate) async fn pages_do_not_move_while_trading_goes_on(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    for number in 0..230 {
        placed(&desk, &ada, number).await;
    }
    let days = TradeHistoryRequest { start: Some(START.day()), days: 1, token: None };
    let ask = async |request: &TradeHistoryRequest, filter: &Filter| {
        trade_history::page(&desk, &ada, Which::Manual, request, filter).await
    };
    let all = Filter::default();
    let first = ask(&days, &all).await.unwrap();
    assert_eq!(numbers(&first), (130..230).rev().collect::<Vec<_>>());
    let item = &first.items[0];
    assert_eq!(
        (item.price, item.amount, item.cost),
        (Some(d("100")), d("0.5"), d("50")),
        "not filled yet: as asked"
    );
    for number in 230..240 {
        placed(&desk, &ada, number).await;
    }
    let next =
        |page: &TradeHistoryPage| TradeHistoryRequest { start: None, days: 30, token: page.next.clone() };
    let second = ask(&next(&first), &all).await.unwrap();
    assert_eq!(numbers(&second), (30..130).rev().collect::<Vec<_>>());
    let third = ask(&next(&second), &all).await.unwrap();
    assert_eq!((numbers(&third), third.next.clone()), ((0..30).rev().collect::<Vec<_>>(), None));

    // Filters work across pages, and the file contains everything.
    let sells = Filter { side: Some(Side::Sell), ..Filter::default() };
    let sold = ask(&days, &sells).await.unwrap();
    assert_eq!((numbers(&sold).len(), sold.next), (80, None));
    let file = trade_history::csv(&desk, &ada, Which::Manual, &days, &sells).await.unwrap();
    assert_eq!(file.matches("\r\n").count(), 81);
    let key = Filter { key: Some(account(&desk, &ada).await), ..Filter::default() };
    let on_it = ask(&days, &key).await.unwrap();
    assert_eq!(numbers(&on_it), [7]);
    assert_eq!(on_it.items[0].key_name.as_deref(), Some("Savings"));
    assert_eq!(first.items[0].key_name, None, "an account that is gone has no name");
    let strategy = Filter { strategy: Some(domain::StrategyId(Uuid::nil())), ..Filter::default() };
    assert!(ask(&days, &strategy).await.unwrap().items.is_empty(), "entries by hand are no strategy's");
    let before = TradeHistoryRequest { start: Some(START.plus(-2 * DAY)), days: 2, token: None };
    assert!(ask(&before, &all).await.unwrap().items.is_empty());

    // A token is valid for one user and one history.
    let stranger = Actor { user: domain::UserId(Uuid::from_u128(9)), ..ada.clone() };
    for (who, which) in [(&stranger, Which::Manual), (&ada, Which::Strategy)] {
        match trade_history::page(&desk, who, which, &next(&first), &all).await {
            Err(Error::Fields(problems)) => assert_eq!(problems[0].problem, Problem::NotToken),
            other => panic!("{other:?}"),
        }
    }
}
