//! The ledger's rejections and reports.

use super::setting::{START, admin, desk, funded, here, person, sound};
use domain::{
    ledger::{MovementKind, Units},
    validation::Problem,
};
use service::{
    Error,
    money::ledger::{self, Credit},
};
use store::testing::TestDb;

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Fields(problems)) => problems[0].problem,
        other => panic!("{other:?}"),
    }
}

async fn a_reference_happens_once(db: &TestDb) {
    let desk = desk(db);
    let accounts = funded(&desk, 2).await;
    let pay = async || ledger::transfer_funds(&desk, accounts[0], accounts[1], Units(5), "r").await;
    pay().await.unwrap();
    assert!(matches!(pay().await, Err(Error::Fault(_))), "a second one of the same reference is our fault");
    let row = store::ledger::get(&desk.db, accounts[0]).await.unwrap().unwrap();
    assert_eq!(row.total, Units(START - 5));
    sound(&desk, &accounts).await;
}

async fn held_funds_cannot_be_paid(db: &TestDb) {
    let desk = desk(db);
    let accounts = funded(&desk, 2).await;
    let hold = domain::LedgerHoldId::mint(&*desk.clock, &*desk.entropy);
    let mut tx = desk.db.begin().await.unwrap();
    let now = desk.clock.now();
    assert!(store::ledger::insert_hold(&mut tx, hold, accounts[0], Units(START - 10), now).await.unwrap());
    assert!(!store::ledger::insert_hold(&mut tx, hold, accounts[0], Units(11), now).await.unwrap());
    tx.commit().await.unwrap();
    let pay = async |units, reference| {
        ledger::transfer_funds(&desk, accounts[0], accounts[1], Units(units), reference).await
    };
    assert_eq!(problem(pay(11, "a").await), Problem::NotCovered);
    pay(10, "b").await.unwrap();
    assert_eq!(problem(pay(1, "c").await), Problem::NotCovered);
    sound(&desk, &accounts).await;
}

async fn ledger_rows_cannot_be_changed(db: &TestDb) {
    let desk = desk(db);
    let accounts = funded(&desk, 1).await;
    for sql in [
        "update ledger_entries set amount = amount + 1",
        "delete from ledger_entries",
        "update ledger_transactions set memo = 'x'",
        "delete from ledger_transactions",
        "update ledger_accounts set total = -1 where purpose = 'person'",
        "update ledger_accounts set locked = total + 1 where purpose = 'person'",
    ] {
        assert!(!db.takes(sql).await, "{sql}");
    }
    sound(&desk, &accounts).await;
}

async fn movements_are_listed_newest_first(db: &TestDb) {
    let desk = desk(db);
    let admin = admin(&desk).await;
    let ada = person(&desk, "ada").await;
    let account = ledger::open_account(&desk, &ada, &here(), "ZAR").await.unwrap();
    for (amount, memo) in [("10.50", "first"), ("4", "second\n")] {
        let credit = Credit { public_id: &account.public_id, amount, memo, reference: memo };
        ledger::credit_account(&desk, &admin, &here(), credit).await.unwrap();
    }
    let (account, movements) = ledger::list_movements(&desk, &ada, &account.public_id).await.unwrap();
    assert_eq!((account.available, account.locked), (Units(1_450_000_000), Units(0)));
    let mut reported: Vec<_> =
        movements.iter().map(|m| (m.memo.as_str(), m.amount.to_string(), m.kind)).collect();
    reported.sort_unstable();
    assert_eq!(
        reported,
        [
            ("first", "10.5".to_owned(), MovementKind::Credit),
            ("second", "4".to_owned(), MovementKind::Credit)
        ]
    );
    let eve = person(&desk, "eve").await;
    assert!(matches!(ledger::list_movements(&desk, &eve, &account.public_id).await, Err(Error::NotFound)));
}

async fn credits_that_are_rejected(db: &TestDb) {
    let desk = desk(db);
    let (admin, ada) = (admin(&desk).await, person(&desk, "ada").await);
    let account = ledger::open_account(&desk, &ada, &here(), "ZAR").await.unwrap();
    let credit = async |who, amount| {
        let credit = Credit { public_id: &account.public_id, amount, memo: "", reference: amount };
        ledger::credit_account(&desk, who, &here(), credit).await
    };
    assert!(matches!(credit(&ada, "1").await, Err(Error::Forbidden)));
    assert_eq!(problem(credit(&admin, "1.005").await), Problem::TooManyDecimals);
    assert_eq!(problem(credit(&admin, "-1").await), Problem::NotPositive);
    assert_eq!(problem(credit(&admin, "").await), Problem::Required);
    // The sum exceeds the largest representable amount.
    credit(&admin, "92233720368").await.unwrap();
    assert_eq!(problem(credit(&admin, "92233720367").await), Problem::NotNumber);
    let nobody = Credit { public_id: "acc_000000", amount: "1", memo: "", reference: "" };
    assert_eq!(problem(ledger::credit_account(&desk, &admin, &here(), nobody).await), Problem::Unknown);
    let audit = ledger::audit_all(&desk).await.unwrap();
    assert!(audit.good(), "{audit:?}");
}

store::each_engine!(
    a_reference_happens_once,
    held_funds_cannot_be_paid,
    ledger_rows_cannot_be_changed,
    movements_are_listed_newest_first,
    credits_that_are_rejected,
);
