//! First-day limits of exchange keys.

use crate::samples::{NOW, connected, id, kind, person, write};
use domain::{
    Decimal, ExchangeKeyId, Symbol, dec,
    first_day::{FirstDayChoice, FirstDayLimits},
};
use store::{StoreErrorKind, first_day, key, testing::TestDb};

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn limits(market: Option<&str>, ends: bool) -> FirstDayLimits {
    FirstDayLimits::new(dec!(100.5), FirstDayChoice { market: market.map(symbol), ends }, NOW)
}

async fn limits_are_kept_as_they_were_written(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let (first, second) = (connected(db, me, 10).await, connected(db, me, 11).await);
    let theirs = connected(db, other, 12).await;
    let (open, chosen) = (limits(None, false), limits(Some("BTC/USDT"), true));
    write(db, async |tx| {
        first_day::insert_limits(tx, first, &open).await?;
        first_day::insert_limits(tx, second, &chosen).await?;
        first_day::insert_limits(tx, theirs, &open).await
    })
    .await
    .unwrap();
    assert_eq!(first_day::get_limits(&**db, first).await.unwrap(), Some(open.clone()));
    let mine = first_day::list_by_user(&**db, me).await.unwrap();
    assert_eq!(mine, [(first, open.clone()), (second, chosen)]);

    let again = write(db, async |tx| first_day::insert_limits(tx, first, &open).await).await;
    assert_eq!(kind(again), Some(StoreErrorKind::Unique));
    let unknown = ExchangeKeyId(id(99));
    let orphan = write(db, async |tx| first_day::insert_limits(tx, unknown, &open).await).await;
    assert_eq!(kind(orphan), Some(StoreErrorKind::ForeignKey));
    assert!(write(db, async |tx| key::delete_key(tx, me, first).await).await.unwrap());
    assert_eq!(first_day::get_limits(&**db, first).await.unwrap(), None, "they go with their key");
}

async fn the_first_market_stays(db: &TestDb) {
    let me = person(db, 1).await;
    let (key, without) = (connected(db, me, 10).await, connected(db, me, 11).await);
    let open = limits(None, false);
    write(db, async |tx| first_day::insert_limits(tx, key, &open).await).await.unwrap();
    let claim = async |key: ExchangeKeyId, market: &str| {
        let market = symbol(market);
        write(db, async |tx| first_day::claim_market(tx, key, &market).await).await.unwrap()
    };
    assert!(claim(key, "ETH/USDT").await);
    assert!(claim(key, "ETH/USDT").await, "the same market again");
    assert!(!claim(key, "BTC/USDT").await);
    assert!(!claim(without, "BTC/USDT").await, "a key without limits");
    let kept = first_day::get_limits(&**db, key).await.unwrap().unwrap();
    assert_eq!(kept.market, Some(symbol("ETH/USDT")));
}

async fn limits_end_once(db: &TestDb) {
    let me = person(db, 1).await;
    let key = connected(db, me, 10).await;
    let open = limits(None, false);
    write(db, async |tx| first_day::insert_limits(tx, key, &open).await).await.unwrap();
    assert!(write(db, async |tx| first_day::end_limits(tx, key, NOW.plus(5)).await).await.unwrap());
    assert!(!write(db, async |tx| first_day::end_limits(tx, key, NOW.plus(9)).await).await.unwrap());
    let kept = first_day::get_limits(&**db, key).await.unwrap().unwrap();
    assert_eq!(kept, FirstDayLimits { ended_at: Some(NOW.plus(5)), ..open });
}

store::each_engine!(limits_are_kept_as_they_were_written, the_first_market_stays, limits_end_once);
