//! Currency accounts, holds, transfers, and the countries in which currencies are enabled.

use crate::samples::{NOW, connected, id, kind, person, write};
use domain::{
    LedgerAccountId, LedgerHoldId, LedgerTransactionId, Micros, TradeType, TransferId, UserId,
    ledger::{MovementKind, TransferStatus, Units},
};
use store::{
    StoreErrorKind, account_number,
    currency::{self, Rule},
    ledger::{self, NewTransaction, Purpose, TransferRow},
    testing::TestDb,
};

async fn account(db: &TestDb, owner: UserId, number: u128) -> LedgerAccountId {
    let account = LedgerAccountId(id(number));
    let name = format!("acc_{number}");
    let opened = write(db, async |tx| ledger::insert(tx, account, &name, owner, "USDT", NOW).await).await;
    assert!(opened.unwrap());
    account
}

fn head(number: u128, reference: &str) -> NewTransaction<'_> {
    NewTransaction {
        id: LedgerTransactionId(id(number)),
        kind: MovementKind::Credit,
        reference,
        by_user: None,
        memo: "m",
        at: NOW,
    }
}

async fn an_account_is_opened_once(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let first = account(db, ada, 1).await;
    let open = async |number, name: &str, owner| {
        let id = LedgerAccountId(id(number));
        write(db, async |tx| ledger::insert(tx, id, name, owner, "USDT", NOW).await).await
    };
    assert_eq!(kind(open(2, "acc_2", ada).await), Some(StoreErrorKind::Unique));
    assert!(!open(3, "acc_1", eve).await.unwrap(), "a public id that is taken is not given again");
    assert!(open(3, "acc_3", eve).await.unwrap());
    let row = ledger::by_currency(&**db, ada, "USDT").await.unwrap().unwrap();
    assert_eq!((row.id, row.total, row.locked), (first, Units(0), Units(0)));
    assert!(ledger::by_public_id(&**db, Some(eve), "acc_1").await.unwrap().is_none());
    assert!(ledger::by_public_id(&**db, None, "acc_1").await.unwrap().is_some());
    for _ in 0..2 {
        let own = LedgerAccountId(id(9));
        write(db, async |tx| ledger::open_own(tx, own, Purpose::Issued, "USDT", NOW).await).await.unwrap();
    }
    assert_eq!(
        ledger::get_own(&**db, Purpose::Issued, "USDT").await.unwrap().unwrap().id,
        LedgerAccountId(id(9))
    );
    assert!(
        ledger::by_public_id(&**db, None, "issued-USDT").await.unwrap().is_none(),
        "the desk's own account belongs to no user"
    );
}

async fn no_balance_goes_below_its_holds(db: &TestDb) {
    let ada = person(db, 1).await;
    let account = account(db, ada, 1).await;
    let transaction = LedgerTransactionId(id(1));
    write(db, async |tx| ledger::insert_transaction(tx, &head(1, "a")).await).await.unwrap();
    let apply = async |seq, amount| {
        write(db, async |tx| ledger::apply_entry(tx, transaction, seq, account, Units(amount)).await)
            .await
            .unwrap()
    };
    assert_eq!(apply(0, -1).await, None);
    assert_eq!(apply(0, 10).await, Some(Units(10)));
    let hold = async |number, amount| {
        let hold = LedgerHoldId(id(number));
        write(db, async |tx| ledger::insert_hold(tx, hold, account, Units(amount), NOW).await).await.unwrap()
    };
    assert!(hold(1, 4).await && !hold(2, 7).await && hold(3, 6).await);
    assert_eq!((apply(1, -1).await, ledger::held(&**db, account).await.unwrap()), (None, 10));
    let end = async |number| {
        let hold = LedgerHoldId(id(number));
        write(db, async |tx| ledger::end_hold(tx, hold, NOW).await).await.unwrap().map(|held| held.amount)
    };
    assert_eq!((end(3).await, end(3).await), (Some(Units(6)), None));
    assert_eq!(apply(1, -6).await, Some(Units(4)));
    assert_eq!(ledger::sum_entries(&**db, account).await.unwrap(), 4);
    assert_eq!(ledger::count_unbalanced(&**db).await.unwrap(), 1, "one-sided, as this test wrote it");
    let again = write(db, async |tx| ledger::insert_transaction(tx, &head(2, "a")).await).await;
    assert_eq!(kind(again), Some(StoreErrorKind::Unique));
    assert!(
        ledger::transaction_exists(&**db, "a").await.unwrap()
            && !ledger::transaction_exists(&**db, "b").await.unwrap()
    );
    let reported: Vec<_> = ledger::list_movements(&**db, account, 9).await.unwrap();
    assert_eq!(
        reported.iter().map(|m| (m.amount, m.after)).collect::<Vec<_>>(),
        [(Units(-6), Units(4)), (Units(10), Units(10))]
    );
}

async fn a_transfer_is_settled_once(db: &TestDb) {
    let ada = person(db, 1).await;
    let (account, key) = (account(db, ada, 1).await, connected(db, ada, 1).await);
    let row = |number: u128, kind, amount| TransferRow {
        id: TransferId(id(number)),
        user_id: ada,
        account_id: account,
        exchange_key_id: key,
        api_key: "k".into(),
        trade_type: TradeType::Spot,
        kind,
        amount: Units(amount),
        hold_id: None,
        status: TransferStatus::Working,
        created_at: NOW.plus(i64::try_from(number).unwrap()),
    };
    let (to, from) = (row(1, MovementKind::ToExchange, 9), row(2, MovementKind::FromExchange, 4));
    for row in [&to, &from] {
        write(db, async |tx| ledger::insert_transfer(tx, row, NOW.plus(30)).await).await.unwrap();
    }
    assert_eq!(ledger::get_transfer(&**db, to.id).await.unwrap(), Some(to.clone()));
    assert_eq!(ledger::due_transfers(&**db, NOW.plus(29)).await.unwrap(), []);
    assert_eq!(ledger::due_transfers(&**db, NOW.plus(30)).await.unwrap(), [to.clone(), from.clone()]);
    let claim = async |now: Micros| {
        write(db, async |tx| ledger::claim_transfer(tx, to.id, now, now.plus(30)).await).await.unwrap()
    };
    assert!(!claim(NOW.plus(29)).await && claim(NOW.plus(30)).await && !claim(NOW.plus(31)).await);
    let settle = async |id, status, at| {
        write(db, async |tx| ledger::settle_transfer(tx, id, status, NOW.plus(at)).await).await.unwrap()
    };
    assert!(settle(to.id, TransferStatus::Done, 41).await);
    assert!(!settle(to.id, TransferStatus::Failed, 45).await);
    let net = async |since| ledger::net_transferred(&**db, key, NOW.plus(since)).await.unwrap();
    assert_eq!(net(0).await, Units(9));
    assert!(settle(from.id, TransferStatus::Done, 42).await);
    assert_eq!((net(40).await, net(41).await, net(42).await), (Units(5), Units(-4), Units(0)));
    let brought = async |start, end| {
        let all = ledger::list_completed(&**db, ada, NOW.plus(start), NOW.plus(end)).await.unwrap();
        all.into_iter().map(|one| (one.amount, one.completed_at)).collect::<Vec<_>>()
    };
    assert!(brought(0, 41).await.is_empty(), "decided then, but not completed");
    assert_eq!(brought(41, 42).await, [(Units(9), NOW.plus(41))]);
    assert_eq!(brought(42, 99).await, [(Units(4), NOW.plus(42))]);
    let newest = ledger::transfers_of(&**db, ada, 1).await.unwrap();
    assert_eq!((newest[0].id, newest[0].status), (from.id, TransferStatus::Done));
}

async fn a_countrys_own_rule_comes_first(db: &TestDb) {
    let enabled = async |country| currency::is_enabled(&**db, country, "ZAR").await.unwrap();
    assert!(enabled("ZA").await && enabled("DE").await);
    let set = async |country: &str, currency: &str, enabled| {
        let rule = Rule { country: country.into(), currency: currency.into(), enabled };
        write(db, async |tx| currency::set_rule(tx, &rule).await).await
    };
    set("ZA", "ZAR", false).await.unwrap();
    assert!(!enabled("ZA").await && enabled("DE").await);
    set("*", "ZAR", false).await.unwrap();
    set("ZA", "ZAR", true).await.unwrap();
    assert!(enabled("ZA").await && !enabled("DE").await);
    assert_eq!(kind(set("ZA", "XYZ", true).await), Some(StoreErrorKind::ForeignKey));
    assert_eq!(currency::list_rules(&**db).await.unwrap().last().unwrap().country, "ZA");
    assert!(!currency::is_enabled(&**db, "ZA", "XYZ").await.unwrap());
    assert_eq!(currency::list_currencies(&**db).await.unwrap().len(), 10);
    assert_eq!(currency::get_currency(&**db, "USDT").await.unwrap().unwrap().scale, 6);
}

async fn a_number_is_one_keys(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let (one, two) = (connected(db, ada, 1).await, connected(db, eve, 2).await);
    let give = async |key, number| {
        write(db, async |tx| account_number::insert(tx, key, number).await).await.unwrap()
    };
    assert!(give(one, 7).await && !give(one, 8).await && !give(two, 7).await && give(two, 8).await);
    assert_eq!(account_number::get(&**db, one).await.unwrap(), Some(7));
    assert_eq!(account_number::key_of(&**db, ada, 7).await.unwrap(), Some(one));
    assert_eq!(account_number::key_of(&**db, eve, 7).await.unwrap(), None);
}

store::each_engine!(
    an_account_is_opened_once,
    no_balance_goes_below_its_holds,
    a_transfer_is_settled_once,
    a_countrys_own_rule_comes_first,
    a_number_is_one_keys,
);
