//! Private signal sources and their calls.

use crate::samples::{NOW, id, person, write};
use domain::{
    Decimal, ExchangeId, Micros, SignalId, SourceCallId, StrategyId, UserId,
    own_source::{RefusedAlert, Verdict, Visibility},
    time::MINUTE,
};
use store::{
    DecimalText, Targets,
    own_source::{self, Call, OwnSource},
    strategy::{self, Strategy},
    testing::TestDb,
};

fn strategy_row(number: u128) -> Strategy {
    Strategy {
        id: StrategyId(id(number)),
        name: format!("Strategy {number}"),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: "BTC/USDT".parse().unwrap(),
        timeframe_s: 3_600,
        definition: None,
        active: true,
        position: i64::try_from(number).unwrap(),
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(crate) fn source(number: u128, owner: UserId) -> OwnSource {
    OwnSource {
        strategy_id: StrategyId(id(number)),
        user_id: owner,
        visibility: Visibility::Private,
        stop_percent: Some(DecimalText(Decimal::TWO)),
        target_percents: Targets::of(&vec![Decimal::ONE]).unwrap(),
        max_distance_percent: DecimalText(Decimal::from(5)),
        live_since: None,
        created_at: NOW,
        removed_at: None,
    }
}

/// Adds a strategy of the install with number 1, and a source of a new user with number 2.
async fn two(db: &TestDb) -> (UserId, OwnSource) {
    let owner = person(db, 1).await;
    let row = source(2, owner);
    write(db, async |tx| strategy::insert(tx, &strategy_row(1)).await).await.unwrap();
    write(db, async |tx| {
        strategy::insert(tx, &strategy_row(2)).await?;
        own_source::insert_source(tx, &row).await
    })
    .await
    .unwrap();
    (owner, row)
}

async fn a_private_source_is_seen_by_its_owner_alone(db: &TestDb) {
    let (owner, row) = two(db).await;
    let (stranger, install, private) = (person(db, 2).await, StrategyId(id(1)), row.strategy_id);
    let ids = |all: Vec<Strategy>| all.into_iter().map(|strategy| strategy.id).collect::<Vec<_>>();
    assert_eq!(ids(strategy::list_public(&**db).await.unwrap()), [install]);
    assert_eq!(ids(strategy::list_visible(&**db, stranger).await.unwrap()), [install]);
    assert_eq!(ids(strategy::list_visible(&**db, owner).await.unwrap()), [install, private]);
    assert!(strategy::get_public(&**db, install).await.unwrap().is_some());
    assert!(strategy::get_public(&**db, private).await.unwrap().is_none());
    assert!(strategy::get_visible(&**db, private, stranger).await.unwrap().is_none());
    assert!(strategy::get_visible(&**db, private, owner).await.unwrap().is_some());

    assert_eq!(own_source::list_by_user(&**db, owner).await.unwrap(), std::slice::from_ref(&row));
    assert!(own_source::list_by_user(&**db, stranger).await.unwrap().is_empty());
    assert_eq!(own_source::get_source(&**db, owner, private).await.unwrap().as_ref(), Some(&row));
    assert_eq!(own_source::get_source(&**db, stranger, private).await.unwrap(), None);
    assert_eq!(own_source::of_strategy(&**db, private).await.unwrap().as_ref(), Some(&row));
    assert_eq!(own_source::of_strategy(&**db, install).await.unwrap(), None);
    let owners = own_source::list_owners(&**db).await.unwrap();
    assert_eq!((owners.len(), owners[0].email.as_str()), (1, "person1@example.com"));

    write(db, async |tx| own_source::set_visibility(tx, private, Visibility::Approved).await).await.unwrap();
    assert_eq!(ids(strategy::list_public(&**db).await.unwrap()), [install, private]);
}

async fn a_source_changes_for_its_owner_alone(db: &TestDb) {
    let (owner, row) = two(db).await;
    let (stranger, private) = (person(db, 2).await, row.strategy_id);
    let changed = OwnSource { stop_percent: None, ..row.clone() };
    let theirs = OwnSource { user_id: stranger, ..changed.clone() };
    assert!(!write(db, async |tx| own_source::update_rules(tx, &theirs).await).await.unwrap());
    assert!(write(db, async |tx| own_source::update_rules(tx, &changed).await).await.unwrap());
    assert_eq!(own_source::get_source(&**db, owner, private).await.unwrap(), Some(changed.clone()));
    for at in [NOW, NOW.plus(1)] {
        write(db, async |tx| own_source::set_live(tx, private, at).await).await.unwrap();
    }
    let live = own_source::get_source(&**db, owner, private).await.unwrap().unwrap();
    assert_eq!(live.live_since, Some(NOW), "the first time counts");

    let token = [7_u8; 32];
    write(db, async |tx| strategy::set_hook(tx, private, Some(&token), Some(owner), NOW).await)
        .await
        .unwrap();
    let found = own_source::by_hook(&**db, &token).await.unwrap();
    assert_eq!(found.map(|source| source.strategy_id), Some(private));
    assert_eq!(own_source::by_hook(&**db, &[8; 32]).await.unwrap(), None);
    assert_eq!(own_source::count_of_user(&**db, owner).await.unwrap(), 1);
    let remove = async |who| {
        write(db, async |tx| own_source::remove_source(tx, who, private, NOW).await).await.unwrap()
    };
    assert!(!remove(stranger).await && remove(owner).await && !remove(owner).await);
    assert_eq!(own_source::count_of_user(&**db, owner).await.unwrap(), 0);
    assert_eq!(own_source::by_hook(&**db, &token).await.unwrap(), None);
    assert_eq!(own_source::get_source(&**db, owner, private).await.unwrap(), None);
}

async fn the_newest_calls_are_kept(db: &TestDb) {
    let (owner, row) = two(db).await;
    let stranger = person(db, 2).await;
    let call = |number: u128| Call {
        id: SourceCallId(id(number)),
        strategy_id: row.strategy_id,
        at: NOW.plus(i64::try_from(number).unwrap()),
        test: number == 3,
        verdict: if number == 1 { Verdict::Refused } else { Verdict::Accepted },
        reason: (number == 1).then_some(RefusedAlert::Late),
        signal_id: (number == 2).then_some(SignalId(id(9))),
        body: format!("call {number}"),
    };
    for number in 1..=4 {
        write(db, async |tx| own_source::insert_call(tx, &call(number), 3).await).await.unwrap();
    }
    let list = async |who, limit| own_source::list_calls(&**db, who, row.strategy_id, limit).await.unwrap();
    assert_eq!(list(owner, 50).await, [call(4), call(3), call(2)]);
    assert_eq!(list(owner, 1).await, [call(4)]);
    assert!(list(stranger, 50).await.is_empty());
    write(db, async |tx| own_source::insert_call(tx, &Call { id: SourceCallId(id(5)), ..call(1) }, 3).await)
        .await
        .unwrap();
    assert_eq!(list(owner, 1).await[0].reason, Some(RefusedAlert::Late));
}

async fn a_refusal_is_notified_once_in_a_while(db: &TestDb) {
    let (_, row) = two(db).await;
    let begin = async |at: Micros| {
        let since = at.plus(-10 * MINUTE);
        let begun =
            write(db, async |tx| own_source::begin_refusal_notice(tx, row.strategy_id, at, since).await)
                .await;
        begun.unwrap()
    };
    assert!(begin(NOW).await && !begin(NOW.plus(10 * MINUTE - 1)).await);
    assert!(begin(NOW.plus(10 * MINUTE)).await);
}

store::each_engine!(
    a_private_source_is_seen_by_its_owner_alone,
    a_source_changes_for_its_owner_alone,
    the_newest_calls_are_kept,
    a_refusal_is_notified_once_in_a_while,
);
