//! Signals, follows and copies: each copy is queued once, claimed by one worker and begun once.

use crate::samples::{NOW, connected, id, intent as new_intent, kind, person, write};
use domain::{
    CopyId, Decimal, ExchangeId, ExchangeKeyId, FollowId, Micros, RiskProfileId, Side, SignalId, StrategyId,
    UserId,
    copy::{Exit, Paused, Reason, Status},
    signal::{Action, Source},
};
use store::{
    DecimalText, StoreErrorKind,
    copy::{self, Ended, EntrySize, NewCopy},
    follow::{self, Follow},
    key,
    signal::{self, Signal},
    strategy::{self, Strategy},
    switch,
    testing::TestDb,
};
use tokio::task::JoinSet;

pub(crate) const STRATEGY: u128 = 500;
pub(crate) const SIGNAL: u128 = 600;
/// The MODERATE profile created by the migration.
const PROFILE: u128 = 0x3dc3_8f3d_4b4e_43b3_a102_e250_b7cd_3551;

fn d(number: i64) -> DecimalText {
    DecimalText(Decimal::from(number))
}

pub(crate) fn signal_row(number: u128, action: Action) -> Signal {
    let enters = action == Action::Enter;
    Signal {
        id: SignalId(id(number)),
        strategy_id: StrategyId(id(STRATEGY)),
        source: Source::Hook,
        action,
        side: enters.then_some(Side::Buy),
        price: Some(d(100)),
        market_price: Some(d(101)),
        stop: enters.then_some(d(90)),
        targets: "[\"110\"]".into(),
        external_id: Some(format!("alert-{number}")),
        bar_at: None,
        at: NOW,
        fanned_out_at: None,
        seq: 1,
    }
}

pub(crate) async fn with_strategy(db: &TestDb) {
    let strategy = Strategy {
        id: StrategyId(id(STRATEGY)),
        name: "متوسط".into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: "BTC/USDT".parse().unwrap(),
        timeframe_s: 60,
        definition: None,
        active: true,
        position: 1,
        created_at: NOW,
        updated_at: NOW,
    };
    write(db, async |tx| strategy::insert(tx, &strategy).await).await.unwrap();
    write(db, async |tx| signal::insert_signal(tx, &signal_row(SIGNAL, Action::Enter)).await).await.unwrap();
}

fn following(owner: UserId, key: ExchangeKeyId, number: u128) -> Follow {
    Follow {
        id: FollowId(id(number)),
        user_id: owner,
        exchange_key_id: key,
        strategy_id: StrategyId(id(STRATEGY)),
        symbol: "BTC/USDT".parse().unwrap(),
        risk_profile_id: RiskProfileId(uuid::Uuid::from_u128(PROFILE)),
        active: true,
        max_leverage: Some(10),
        paused_reason: None,
        last_copy_at: None,
        stopped_at: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// Creates a user whose key number `n` follows a strategy as follow `n + 100`.
pub(crate) async fn follower(db: &TestDb, n: u128) -> Follow {
    let owner = person(db, n).await;
    let key = connected(db, owner, n).await;
    let follow = following(owner, key, n + 100);
    write(db, async |tx| follow::insert_follow(tx, &follow).await).await.unwrap();
    follow
}

pub(crate) fn copy_of(follow: &Follow, number: u128) -> NewCopy {
    NewCopy {
        id: CopyId(id(number)),
        follow_id: follow.id,
        user_id: follow.user_id,
        exchange_key_id: follow.exchange_key_id,
        symbol: follow.symbol.clone(),
        risk_percent: Decimal::TWO,
        skipped: None,
        detail: None,
        exit_percent: None,
    }
}

pub(crate) async fn queued(db: &TestDb, copies: &[NewCopy]) -> u64 {
    let (signal, side) = (SignalId(id(SIGNAL)), Some(Side::Buy));
    write(db, async |tx| copy::insert_all(tx, signal, Action::Enter, side, copies, NOW).await).await.unwrap()
}

pub(crate) async fn claim(db: &TestDb, holder: &str, at: i64, limit: i64) -> Vec<copy::Work> {
    let until = NOW.plus(at + 30);
    write(db, async |tx| copy::claim_copies(tx, holder, NOW.plus(at), until, limit).await).await.unwrap();
    copy::list_claimed(&**db, holder, until).await.unwrap()
}

fn entry_size() -> EntrySize {
    EntrySize {
        equity: Decimal::from(10_000),
        amount: Decimal::new(5, 2),
        leverage: 3,
        price: Decimal::from(100),
        stop: Decimal::from(90),
        targets: "[]".into(),
    }
}

pub(crate) async fn begin(db: &TestDb, number: u128, holder: &str) -> bool {
    let sized = entry_size();
    write(db, async |tx| copy::begin_sending(tx, CopyId(id(number)), holder, Some(&sized), NOW).await)
        .await
        .unwrap()
}

async fn a_key_follows_one_strategy_on_a_market(db: &TestDb) {
    with_strategy(db).await;
    let mut follow = follower(db, 1).await;
    let second = following(follow.user_id, follow.exchange_key_id, 300);
    assert_eq!(
        kind(write(db, async |tx| follow::insert_follow(tx, &second).await).await),
        Some(StoreErrorKind::Unique)
    );
    let reached = follow::reached_by_entry(&**db, follow.strategy_id).await.unwrap();
    assert_eq!((reached.len(), reached[0].percentage), (1, d(2)));
    assert_eq!((reached[0].key_active, reached[0].halted_until, reached[0].frozen_at), (true, None, None));
    assert_eq!((reached[0].covered, reached[0].occupied), (Some(false), Some(false)), "no rule stops it");
    assert_eq!(follow::active_markets(&**db, follow.exchange_key_id).await.unwrap(), [follow.symbol.clone()]);
    assert_eq!(follow::following_keys(&**db, follow.user_id).await.unwrap().stopped, []);
    assert_eq!(follow::get_follow(&**db, UserId(id(99)), follow.id).await.unwrap(), None, "another's");

    let (key, owner) = (follow.exchange_key_id, follow.user_id);
    assert!(write(db, async |tx| follow::begin_copy(tx, follow.id, NOW).await).await.unwrap());
    assert_eq!(write(db, async |tx| follow::pause_key(tx, key, Paused::Panic, NOW).await).await.unwrap(), 1);
    assert_eq!(
        write(db, async |tx| follow::pause_person(tx, owner, Paused::Panic, NOW).await).await.unwrap(),
        0
    );
    assert!(!write(db, async |tx| follow::begin_copy(tx, follow.id, NOW).await).await.unwrap());
    let reported = follow::reached_by_entry(&**db, follow.strategy_id).await.unwrap();
    assert_eq!((reported[0].active, reported[0].paused_reason), (false, Some(Paused::Panic)));
    let paused = follow::get_follow(&**db, owner, follow.id).await.unwrap().unwrap();
    assert_eq!(
        (paused.active, paused.paused_reason, paused.last_copy_at),
        (false, Some(Paused::Panic), Some(NOW))
    );

    follow.active = false;
    follow.stopped_at = Some(NOW);
    assert!(write(db, async |tx| follow::update_follow(tx, &follow).await).await.unwrap());
    assert_eq!(follow::reached_by_entry(&**db, follow.strategy_id).await.unwrap(), []);
    assert_eq!(follow::active_markets(&**db, key).await.unwrap(), []);
    let stopped = follow::following_keys(&**db, owner).await.unwrap().stopped;
    assert_eq!((stopped.len(), stopped[0].id, stopped[0].stopped_at), (1, follow.id, Some(NOW)));
    assert_eq!(follow::following_keys(&**db, UserId(id(99))).await.unwrap().stopped, [], "another's");
    write(db, async |tx| follow::insert_follow(tx, &second).await).await.unwrap();
    assert_eq!(key::with_exposure_or_follow(&**db).await.unwrap(), [key]);
    assert!(
        write(db, async |tx| key::delete_key(tx, owner, key).await).await.unwrap(),
        "follows go with their key"
    );
    assert_eq!(follow::list_by_user(&**db, owner).await.unwrap(), []);
}

async fn a_copy_is_queued_once_and_claimed_by_one(db: &TestDb) {
    with_strategy(db).await;
    let mut copies = Vec::new();
    for n in 1..=5 {
        copies.push(copy_of(&follower(db, n).await, n + 700));
    }
    assert_eq!(queued(db, &copies[..3]).await, 3);
    let again: Vec<_> = copies
        .iter()
        .cloned()
        .map(|c| NewCopy { id: CopyId(id((c.id.0.as_u128() & 0xffff) + 50)), ..c })
        .collect();
    assert_eq!(queued(db, &again).await, 2, "who has one keeps it");
    assert_eq!(queued(db, &[]).await, 0);

    assert!(copy::has_claimable(&**db, "one", NOW).await.unwrap());
    let first = claim(db, "one", 0, 2).await;
    assert_eq!(first.iter().map(|w| w.id.0).collect::<Vec<_>>(), [id(701), id(702)]);
    assert_eq!((first[0].signal_at, first[0].stop, first[0].follow_active), (NOW, Some(d(90)), true));
    assert_eq!((first[0].max_leverage, first[0].risk_percent), (Some(10), d(2)));
    assert_eq!(claim(db, "two", 1, 9).await.len(), 3);
    assert_eq!(claim(db, "two", 2, 9).await.len(), 0);
    assert!(!copy::has_claimable(&**db, "two", NOW.plus(2)).await.unwrap());
    assert_eq!(claim(db, "two", 30, 9).await.len(), 0, "time alone frees nothing of another's");
    assert_eq!(claim(db, "one", 30, 9).await.len(), 2, "its own it takes again when no worker has decided");
    assert_eq!(write(db, async |tx| copy::release_claimed(tx, "two").await).await.unwrap(), 3);
    assert_eq!(write(db, async |tx| copy::release_claimed(tx, "one").await).await.unwrap(), 2);
    assert_eq!(claim(db, "one", 31, 9).await.len(), 5);
}

async fn of_sixteen_workers_each_copy_has_one(db: &TestDb) {
    with_strategy(db).await;
    let mut copies = Vec::new();
    for n in 1..=8 {
        copies.push(copy_of(&follower(db, n).await, n + 700));
    }
    queued(db, &copies).await;
    let mut racers = JoinSet::new();
    for number in 0..16 {
        let db = (**db).clone();
        racers.spawn(async move {
            let (holder, until) = (format!("racer {number}"), NOW.plus(30));
            write(&db, async |tx| copy::claim_copies(tx, &holder, NOW, until, 3).await).await.unwrap();
            copy::list_claimed(&db, &holder, until)
                .await
                .unwrap()
                .into_iter()
                .map(|w| w.id)
                .collect::<Vec<_>>()
        });
    }
    let mut all: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "no one has another user's");
}

async fn a_copy_moves_forward_only(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    queued(db, &[copy_of(&follow, 701)]).await;
    let me = CopyId(id(701));
    assert!(!begin(db, 701, "one").await, "it was not claimed");
    claim(db, "one", 0, 9).await;
    assert!(!begin(db, 701, "two").await, "it is another's");
    let postponed = write(db, async |tx| copy::postpone_copy(tx, me, "one", NOW.plus(5), "busy", NOW).await);
    assert!(postponed.await.unwrap());
    assert_eq!(claim(db, "one", 1, 9).await.len(), 0);
    assert_eq!(claim(db, "one", 5, 9).await[0].detail.as_deref(), Some("busy"));
    assert!(begin(db, 701, "one").await);
    assert!(!begin(db, 701, "one").await, "once");
    let skipped = write(db, async |tx| copy::skip_copy(tx, me, "one", Reason::Paused, None, NOW).await);
    assert!(!skipped.await.unwrap(), "what is being sent is not skipped");
    let sending = copy::get_copy(&**db, me).await.unwrap().unwrap();
    assert_eq!((sending.status, sending.leverage, sending.detail), (Status::Sending, Some(3), None));
    assert_eq!(copy::open_entries(&**db, follow.exchange_key_id, &follow.symbol).await.unwrap().len(), 1);

    let later = NOW.plus(9);
    let opened = write(db, async |tx| {
        copy::open_position(tx, me, "77", Decimal::from(101), Decimal::ONE, later).await
    });
    let is_open = async || write(db, async |tx| copy::lock_open(tx, me).await).await.unwrap();
    assert!(!is_open().await, "it is being sent");
    assert!(opened.await.unwrap() && is_open().await);
    let open = copy::open_on(&**db, follow.exchange_key_id, &follow.symbol).await.unwrap().unwrap();
    assert_eq!(
        (open.order_id.as_deref(), open.entry_price, open.opened_at),
        (Some("77"), Some(d(101)), Some(later))
    );
    assert_eq!(open.strategy_name, "متوسط");
    assert_eq!(copy::open_of_follow(&**db, follow.id).await.unwrap().unwrap().id, me);
    assert_eq!(copy::list_unchecked(&**db, later, 9).await.unwrap().len(), 0);
    assert_eq!(copy::list_unchecked(&**db, later.plus(1), 9).await.unwrap().len(), 1);

    let ended = Ended { exit: Exit::Stop, price: Some(Decimal::from(90)), profit: Some(Decimal::from(-11)) };
    for first in [true, false] {
        assert_eq!(write(db, async |tx| copy::close_copy(tx, me, ended, later).await).await.unwrap(), first);
    }
    assert!(!is_open().await, "it is closed once");
    let failed = write(db, async |tx| copy::fail_copy(tx, me, Reason::Refused, Some("no"), later).await);
    assert!(!failed.await.unwrap());
    let profits = |since: Micros| copy::profits_since(&**db, follow.exchange_key_id, since);
    assert_eq!(profits(NOW).await.unwrap(), [Decimal::from(-11)]);
    assert_eq!(profits(later.plus(1)).await.unwrap(), []);
    let counts = copy::count_by_outcome(&**db, SignalId(id(SIGNAL))).await.unwrap();
    assert_eq!(
        counts.iter().map(|c| (c.status, c.reason, c.copies)).collect::<Vec<_>>(),
        [(Status::Closed, None, Some(1))]
    );
}

async fn one_copied_position_is_open_on_a_market(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    queued(db, &[copy_of(&follow, 701)]).await;
    write(db, async |tx| signal::insert_signal(tx, &signal_row(620, Action::Enter)).await).await.unwrap();
    let (second, side) = (SignalId(id(620)), Some(Side::Sell));
    let copies = [copy_of(&follow, 702)];
    write(db, async |tx| copy::insert_all(tx, second, Action::Enter, side, &copies, NOW).await)
        .await
        .unwrap();
    claim(db, "one", 0, 9).await;
    assert!(begin(db, 701, "one").await && begin(db, 702, "one").await);
    let open = async |number| {
        let id = CopyId(id(number));
        write(db, async |tx| copy::open_position(tx, id, "1", Decimal::ONE, Decimal::ONE, NOW).await).await
    };
    assert!(open(701).await.unwrap());
    assert_eq!(kind(open(702).await), Some(StoreErrorKind::Unique));
    write(db, async |tx| copy::forget_key(tx, follow.exchange_key_id, NOW).await).await.unwrap();
    let all = copy::list_by_user(&**db, follow.user_id, None, 9).await.unwrap();
    let ends: Vec<_> = all.iter().map(|c| (c.status, c.exit_reason, c.reason)).collect();
    assert_eq!(
        ends,
        [(Status::Failed, None, Some(Reason::KeyDeleted)), (Status::Closed, Some(Exit::Unwatched), None)]
    );
}

async fn an_exit_reaches_who_follows_and_who_paused_with_a_position(db: &TestDb) {
    with_strategy(db).await;
    let (active, idle) = (follower(db, 1).await, follower(db, 2).await);
    let held = follower(db, 3).await;
    queued(db, &[copy_of(&held, 701)]).await;
    claim(db, "one", 0, 9).await;
    begin(db, 701, "one").await;
    let me = CopyId(id(701));
    write(db, async |tx| copy::open_position(tx, me, "1", Decimal::ONE, Decimal::ONE, NOW).await)
        .await
        .unwrap();
    for key in [idle.exchange_key_id, held.exchange_key_id] {
        write(db, async |tx| follow::pause_key(tx, key, Paused::Owner, NOW).await).await.unwrap();
    }
    let reached = follow::reached_by_exit(&**db, active.strategy_id).await.unwrap();
    assert_eq!(reached.iter().map(|r| r.id).collect::<Vec<_>>(), [active.id, held.id]);
    // Another strategy's exit reaches no follow; the exit of the strategy that entered a position also reaches a
    // follow that has switched to another strategy.
    let other = StrategyId(id(77));
    assert_eq!(follow::reached_by_exit(&**db, other).await.unwrap(), []);
    assert_eq!(copy::get_copy(&**db, me).await.unwrap().unwrap().strategy_id, active.strategy_id);
}

async fn skipped_followers_have_a_skipped_copy_and_no_worker(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    let left_out = NewCopy { skipped: Some(Reason::Paused), ..copy_of(&follow, 701) };
    assert_eq!(queued(db, &[left_out]).await, 1);
    assert!(!copy::has_claimable(&**db, "one", NOW).await.unwrap());
    let copy = copy::get_copy(&**db, CopyId(id(701))).await.unwrap().unwrap();
    assert_eq!(
        (copy.status, copy.reason, copy.finished_at),
        (Status::Skipped, Some(Reason::Paused), Some(NOW))
    );
}

async fn a_switch_is_on_while_it_has_a_row(db: &TestDb) {
    let (first, second) = (person(db, 1).await, person(db, 2).await);
    let read = || switch::get_switch(&**db, switch::PAUSE_COPIES);
    assert_eq!(read().await.unwrap(), None);
    for by in [first, second] {
        write(db, async |tx| switch::turn_on(tx, switch::PAUSE_COPIES, by, NOW).await).await.unwrap();
    }
    assert_eq!(read().await.unwrap().unwrap().changed_by, Some(first));
    write(db, async |tx| switch::turn_off(tx, switch::PAUSE_COPIES).await).await.unwrap();
    assert_eq!(read().await.unwrap(), None);
}

/// A copy's intent has the copy's id, so a second intent for it cannot be stored.
async fn a_copy_has_one_intent(db: &TestDb) {
    let owner = person(db, 1).await;
    let first = new_intent(owner, 50, 701);
    crate::samples::intended(db, &first).await.unwrap();
    let again = store::intent::NewIntent { symbol: "ETH/USDT".parse().unwrap(), ..first };
    assert_eq!(kind(crate::samples::intended(db, &again).await), Some(StoreErrorKind::Unique));
}

store::each_engine!(
    a_key_follows_one_strategy_on_a_market,
    a_copy_is_queued_once_and_claimed_by_one,
    of_sixteen_workers_each_copy_has_one,
    a_copy_moves_forward_only,
    one_copied_position_is_open_on_a_market,
    an_exit_reaches_who_follows_and_who_paused_with_a_position,
    skipped_followers_have_a_skipped_copy_and_no_worker,
    a_switch_is_on_while_it_has_a_row,
    a_copy_has_one_intent,
);
