//! Reports, the fills they count, and read marks.

use crate::samples::{NOW, connected, id, intended, intent, person, write};
use domain::{Decimal, ExchangeKeyId, Micros, ReportId, Side, Symbol, UserId, report::Period};
use store::{
    DecimalText, event,
    fill::{self, Fill, FillDetail},
    funding::{self, Payment},
    intent::{self as intents, LegStatus, LegUpdate},
    key, lease, read_mark,
    report::{self, ReportRow},
    testing::TestDb,
};

fn row(owner: UserId, number: u128, period: Period, first_day: &str) -> ReportRow {
    ReportRow {
        id: ReportId(id(number)),
        user_id: owner,
        period,
        first_day: first_day.into(),
        body: r#"{"a":"ü"}"#.into(),
        created_at: NOW,
    }
}

async fn a_period_is_reported_once_to_each(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let add =
        async |row: &ReportRow| write(db, async |tx| report::insert_report(tx, row).await).await.unwrap();
    let first = row(me, 10, Period::Week, "2026-03-02");
    assert!(add(&first).await);
    assert!(!add(&row(me, 11, Period::Week, "2026-03-02")).await);
    assert!(add(&row(me, 12, Period::Month, "2026-03-02")).await);
    assert!(add(&row(other, 13, Period::Week, "2026-03-02")).await);
    assert_eq!(report::get_report(&**db, me, first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(report::get_report(&**db, other, first.id).await.unwrap(), None);
    assert!(report::report_exists(&**db, me, Period::Week, "2026-03-02").await.unwrap());
    assert!(!report::report_exists(&**db, other, Period::Month, "2026-03-02").await.unwrap());
    let list = async |before| report::list_reports(&**db, me, before, 9).await.unwrap();
    assert_eq!(list(None).await.iter().map(|r| r.id).collect::<Vec<_>>(), [12, 10].map(|n| ReportId(id(n))));
    assert_eq!(list(Some(ReportId(id(12)))).await, [first]);
}

async fn users_are_processed_when_due(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    for new in [2, 0] {
        assert_eq!(write(db, async |tx| report::schedule_new_users(tx).await).await.unwrap(), new);
    }
    let due = async |now| -> Vec<UserId> {
        report::list_due(&**db, now, 9).await.unwrap().into_iter().map(|due| due.user_id).collect()
    };
    assert_eq!(due(NOW).await, [me, other]);
    write(db, async |tx| report::schedule_check(tx, me, NOW.plus(5)).await).await.unwrap();
    assert_eq!((due(NOW.plus(4)).await, due(NOW.plus(5)).await), (vec![other], vec![other, me]));
}

async fn a_fill_is_kept_once_and_goes_with_its_key(db: &TestDb) {
    let me = person(db, 1).await;
    let mine = connected(db, me, 10).await;
    let fill = |key: ExchangeKeyId, trade: &str, at: i64| Fill {
        key,
        symbol: "BTC/USDT".parse().unwrap(),
        trade: trade.into(),
        at: NOW.plus(at),
        fee_usd: Decimal::new(125, 3),
        detail: None,
    };
    let keep = async |fill: &Fill| write(db, async |tx| fill::insert(tx, fill).await).await.unwrap();
    assert!(keep(&fill(mine, "7", 0)).await && keep(&fill(mine, "8", 5)).await);
    assert!(!keep(&fill(mine, "7", 3)).await, "it is known");
    assert!(!keep(&fill(ExchangeKeyId(id(99)), "7", 0)).await, "its key is gone");
    let costs =
        async |from: i64, to: i64| fill::list_fees(&**db, me, NOW.plus(from), NOW.plus(to)).await.unwrap();
    assert_eq!((costs(0, 5).await.len(), costs(0, 6).await.len(), costs(6, 9).await.len()), (1, 2, 0));
    assert_eq!(costs(0, 1).await[0].fee_usd, DecimalText(Decimal::new(125, 3)));
    let symbol = "BTC/USDT".parse().unwrap();
    let newest = fill::newest_fill(&**db, mine, &symbol).await.unwrap().unwrap();
    assert_eq!((newest.trade_id.as_str(), newest.at), ("8", NOW.plus(5)));
    write(db, async |tx| key::delete_key(tx, me, mine).await).await.unwrap();
    assert_eq!(fill::newest_fill(&**db, mine, &symbol).await.unwrap(), None);
}

async fn details_of_futures_fills_are_listed_to_their_owner(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let (mine, theirs) = (connected(db, me, 10).await, connected(db, other, 11).await);
    let detail = |client_order_id: Option<&str>| FillDetail {
        position_side: domain::PositionSlot::Both,
        client_order_id: client_order_id.map(str::to_owned),
        side: Side::Sell,
        price: Decimal::new(200_005, 1),
        amount: Decimal::new(5, 2),
        realized: Decimal::new(-125, 2),
    };
    let fill = |key, trade: &str, at, detail| Fill {
        key,
        symbol: "BTC/USDT".parse().unwrap(),
        trade: trade.into(),
        at: NOW.plus(at),
        fee_usd: Decimal::ONE,
        detail,
    };
    let all = [
        fill(mine, "2", 5, Some(detail(None))),
        fill(
            mine,
            "1",
            0,
            Some(FillDetail { position_side: domain::PositionSlot::Short, ..detail(Some("slip-1")) }),
        ),
        fill(mine, "0", -5, None),
        fill(theirs, "1", 0, Some(detail(None))),
    ];
    write(db, async |tx| {
        for fill in &all {
            assert!(fill::insert(tx, fill).await?);
        }
        Ok(())
    })
    .await
    .unwrap();
    let list = async |from: i64, to: i64, key, symbol: Option<&str>| {
        let symbol = symbol.map(|text| text.parse().unwrap());
        let times = (NOW.plus(from), NOW.plus(to));
        fill::list_futures(&**db, me, times, key, symbol.as_ref()).await.unwrap()
    };
    let [second, first, plain, _] = all;
    assert_eq!(list(-9, 9, None, None).await, [plain, first.clone(), second.clone()]);
    assert_eq!(list(0, 5, Some(mine), Some("BTC/USDT")).await, [first]);
    assert_eq!(list(1, 6, None, None).await, [second]);
    assert_eq!(list(-9, 9, Some(theirs), None).await, []);
    assert_eq!(list(-9, 9, None, Some("ETH/USDT")).await, []);
}

async fn a_funding_payment_is_kept_once(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let mine = connected(db, me, 10).await;
    let symbol: Symbol = "BTC/USDT".parse().unwrap();
    let payment = |id: &str, at: i64, cents: i64| Payment {
        key: mine,
        symbol: symbol.clone(),
        id: id.into(),
        at: NOW.plus(at),
        paid: Decimal::new(cents, 2),
    };
    let keep =
        async |payment: &Payment| write(db, async |tx| funding::insert(tx, payment).await).await.unwrap();
    let (first, second) = (payment("7", 0, 34), payment("8", 5, -12));
    assert!(keep(&second).await && keep(&first).await);
    assert!(!keep(&payment("7", 3, 99)).await, "it is known");
    assert_eq!(funding::newest(&**db, mine, &symbol).await.unwrap(), Some(second.clone()));
    let list = async |user, from: i64, to: i64| {
        funding::list_between(&**db, user, NOW.plus(from), NOW.plus(to)).await.unwrap()
    };
    assert_eq!(list(me, 0, 6).await, [first.clone(), second]);
    assert_eq!(list(me, 0, 5).await, [first]);
    assert_eq!(list(other, 0, 6).await, []);
    write(db, async |tx| key::delete_key(tx, me, mine).await).await.unwrap();
    assert_eq!(list(me, 0, 6).await, []);
}

async fn entries_that_reached_the_exchange_are_counted(db: &TestDb) {
    let me = person(db, 1).await;
    for (number, reached) in [(20, true), (21, false), (22, true)] {
        let mut new = intent(me, 10, number);
        new.lease_holder = None;
        intended(db, &new).await.unwrap();
        let order = reached.then_some("{}");
        write(db, async |tx| {
            let done = LegUpdate { seq: 0, status: LegStatus::Done, order_json: order, failure: None };
            intents::set_legs(tx, new.id, &[done], NOW).await?;
            intents::finish_intent(tx, new.id, intents::Status::Done, None, NOW).await
        })
        .await
        .unwrap();
    }
    let traded =
        async |from: i64| report::list_traded_markets(&**db, me, NOW.plus(from), NOW.plus(9)).await.unwrap();
    let all = traded(0).await;
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].exchange_key_id, all[0].entries, all[0].copied),
        (ExchangeKeyId(id(10)), Some(2), Some(0))
    );
    assert!(traded(1).await.is_empty());
}

async fn the_read_mark_never_moves_back(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let mut seqs = Vec::new();
    for number in 0..3 {
        let append = async |tx: &mut store::Tx| event::append_event(tx, me, "{}", NOW.plus(number)).await;
        seqs.push(write(db, append).await.unwrap());
    }
    write(db, async |tx| event::append_event(tx, other, "{}", NOW).await).await.unwrap();
    let unread = async || -> Vec<i64> {
        read_mark::list_unread(&**db, me, 9).await.unwrap().into_iter().map(|event| event.seq).collect()
    };
    assert_eq!(
        (read_mark::last_seen(&**db, me).await.unwrap(), unread().await),
        (0, vec![seqs[2], seqs[1], seqs[0]])
    );
    for mark in [seqs[1], seqs[0]] {
        write(db, async |tx| read_mark::mark(tx, me, mark).await).await.unwrap();
        assert_eq!(
            (read_mark::last_seen(&**db, me).await.unwrap(), unread().await),
            (seqs[1], vec![seqs[2]])
        );
    }
    let older = read_mark::list_newest(&**db, me, seqs[2], 1).await.unwrap();
    assert_eq!(older.iter().map(|event| event.seq).collect::<Vec<_>>(), [seqs[1]]);
}

async fn leases_of_jobs_are_listed_and_those_of_accounts_are_not(db: &TestDb) {
    for name in ["mail", "equity", "events:1:BTC/USDT"] {
        let until = NOW.plus(5);
        assert!(write(db, async |tx| lease::claim_job(tx, name, "one", NOW, until).await).await.unwrap());
    }
    let jobs: Vec<(String, Micros)> = lease::list_job_leases(&**db)
        .await
        .unwrap()
        .into_iter()
        .map(|lease| (lease.name, lease.until))
        .collect();
    assert_eq!(jobs, [("equity".to_owned(), NOW.plus(5)), ("mail".to_owned(), NOW.plus(5))]);
}

store::each_engine!(
    a_period_is_reported_once_to_each,
    users_are_processed_when_due,
    a_fill_is_kept_once_and_goes_with_its_key,
    details_of_futures_fills_are_listed_to_their_owner,
    a_funding_payment_is_kept_once,
    entries_that_reached_the_exchange_are_counted,
    the_read_mark_never_moves_back,
    leases_of_jobs_are_listed_and_those_of_accounts_are_not,
);
