//! Random movements and holds by 16 concurrent tasks: 1,000 of them, or 10,000 with `SLIPSTREAM_DEEP=1`.

use super::setting::{Dice, START, desk, funded, sound, total};
use domain::{LedgerAccountId, LedgerHoldId, ledger::Units, validation::Problem};
use service::{Error, SharedDesk, money::ledger};
use store::testing::TestDb;

const CONCURRENCY: u64 = 16;

fn movements() -> u64 {
    if std::env::var("SLIPSTREAM_DEEP").is_ok_and(|deep| deep == "1") { 10_000 } else { 1_000 }
}

/// One task: pays, holds and releases. A payment that is not covered changes nothing.
async fn transfer_randomly(desk: SharedDesk, accounts: Vec<LedgerAccountId>, walker: u64) -> (u64, u64) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (walker + 1));
    let mut held: Vec<LedgerHoldId> = Vec::new();
    let (mut done, mut refused) = (0, 0);
    for step in 0..movements() / CONCURRENCY {
        let amount = Units(i64::try_from(dice.below(u64::try_from(START).unwrap())).unwrap() + 1);
        let good = match dice.below(4) {
            0 => hold(&desk, dice.one(&accounts), amount, &mut held).await,
            1 => release(&desk, &mut held).await,
            _ => pay(&desk, &mut dice, &accounts, amount, &format!("{walker}-{step}")).await,
        };
        if good { done += 1 } else { refused += 1 }
    }
    (done, refused)
}

async fn pay(
    desk: &SharedDesk,
    dice: &mut Dice,
    accounts: &[LedgerAccountId],
    amount: Units,
    reference: &str,
) -> bool {
    let (from, to) = (dice.one(accounts), dice.one(accounts));
    if from == to {
        return false;
    }
    match ledger::transfer_funds(desk, from, to, amount, reference).await {
        Ok(()) => true,
        Err(Error::Fields(problems)) if problems[0].problem == Problem::NotCovered => false,
        Err(other) => panic!("{other:?}"),
    }
}

async fn hold(
    desk: &SharedDesk,
    account: LedgerAccountId,
    amount: Units,
    held: &mut Vec<LedgerHoldId>,
) -> bool {
    let id = LedgerHoldId::mint(&*desk.clock, &*desk.entropy);
    let mut tx = desk.db.begin().await.unwrap();
    let good = store::ledger::insert_hold(&mut tx, id, account, amount, desk.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    if good {
        held.push(id);
    }
    good
}

async fn release(desk: &SharedDesk, held: &mut Vec<LedgerHoldId>) -> bool {
    let Some(id) = held.pop() else { return false };
    let mut tx = desk.db.begin().await.unwrap();
    let ended = store::ledger::end_hold(&mut tx, id, desk.clock.now()).await.unwrap();
    let again = store::ledger::end_hold(&mut tx, id, desk.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(ended.is_some() && again.is_none(), "a hold ends once");
    true
}

async fn sixteen_concurrent_writers(db: &TestDb) {
    let desk = desk(db);
    let accounts = funded(&desk, 6).await;
    let walkers: Vec<_> = (0..CONCURRENCY)
        .map(|n| tokio::spawn(transfer_randomly(desk.clone(), accounts.clone(), n)))
        .collect();
    let (mut done, mut refused) = (0, 0);
    for walker in walkers {
        let counts = walker.await.unwrap();
        done += counts.0;
        refused += counts.1;
    }
    assert!(done > 100 && refused > 10, "{done} done, {refused} refused");
    sound(&desk, &accounts).await;
}

/// Several payments request the whole balance concurrently: exactly one succeeds.
async fn the_last_coin_goes_once(db: &TestDb) {
    let desk = desk(db);
    let accounts = funded(&desk, 9).await;
    let (from, to) = (accounts[0], &accounts[1..]);
    let all: Vec<_> = to
        .iter()
        .map(|to| {
            let (desk, to) = (desk.clone(), *to);
            let reference = format!("all-{to}");
            tokio::spawn(async move {
                ledger::transfer_funds(&desk, from, to, Units(START), &reference).await.is_ok()
            })
        })
        .collect();
    let mut winners = 0;
    for one in all {
        winners += u32::from(one.await.unwrap());
    }
    assert_eq!(winners, 1);
    assert_eq!(total(&desk, &[from]).await, 0);
    sound(&desk, &accounts).await;
}

store::each_engine!(sixteen_concurrent_writers, the_last_coin_goes_once);
