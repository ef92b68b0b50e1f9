//! Users with ledger accounts.

use domain::{LedgerAccountId, ledger::Units};
use service::{
    Actor, Origin, SharedDesk,
    identity::account,
    money::ledger::{self, Credit},
    testing,
};
use store::testing::TestDb;

/// The initial balance of each account.
pub(super) const START: i64 = 100_000_000_000;

pub(super) fn here() -> Origin {
    Origin::new([127, 0, 0, 1].into(), "Test/1.0")
}

pub(super) fn desk(db: &TestDb) -> SharedDesk {
    testing::desk((**db).clone()).0
}

/// Signs a user up.
pub(super) async fn person(desk: &SharedDesk, name: &str) -> Actor {
    let email = format!("{name}@example.org");
    account::sign_up(desk, here(), &email, "correct horse battery").await.unwrap().actor
}

/// Signs up the operator.
pub(super) async fn admin(desk: &SharedDesk) -> Actor {
    let actor = person(desk, "op").await;
    account::make_admin(desk, &actor.email).await.unwrap();
    Actor { role: domain::Role::Admin, ..actor }
}

/// Creates users with funded USDT accounts.
pub(super) async fn funded(desk: &SharedDesk, count: usize) -> Vec<LedgerAccountId> {
    let admin = admin(desk).await;
    let mut accounts = Vec::new();
    for number in 0..count {
        let owner = person(desk, &format!("p{number}")).await;
        let account = ledger::open_account(desk, &owner, &here(), "USDT").await.unwrap();
        let amount = Units(START).to_string();
        let reference = &number.to_string();
        let credit = Credit { public_id: &account.public_id, amount: &amount, memo: "", reference };
        ledger::credit_account(desk, &admin, &here(), credit).await.unwrap();
        accounts.push(account.id);
    }
    accounts
}

/// Returns the sum of all accounts, and checks that no balance is negative.
pub(super) async fn total(desk: &SharedDesk, accounts: &[LedgerAccountId]) -> i64 {
    let mut sum = 0;
    for id in accounts {
        let row = store::ledger::get(&desk.db, *id).await.unwrap().unwrap();
        assert!(row.total.0 >= 0 && row.locked.0 >= 0 && row.total >= row.locked, "{row:?}");
        sum += row.total.0;
    }
    sum
}

/// Checks that the ledger is consistent and that the total is unchanged.
pub(super) async fn sound(desk: &SharedDesk, accounts: &[LedgerAccountId]) {
    let audit = ledger::audit_all(desk).await.unwrap();
    assert!(audit.good(), "{audit:?}");
    let expected = START * i64::try_from(accounts.len()).unwrap();
    assert_eq!(total(desk, accounts).await, expected);
}

/// Pseudo-random numbers, the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}
