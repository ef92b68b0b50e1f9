//! The execution of copies: the rows that figures are computed from, and the stored figures of strategies.

use crate::{
    copies::{SIGNAL, STRATEGY, begin, claim, copy_of, follower, queued, signal_row, with_strategy},
    samples::{NOW, id, write},
};
use domain::{
    CopyId, Decimal, SignalId, StrategyId, UserId,
    copy::{Reason, Status},
    signal::Action,
};
use store::{
    DecimalText,
    backtest::{self, BacktestSpan},
    copy::{self, Ended, NewCopy},
    execution::{self, Figures},
    public_version, signal,
    testing::TestDb,
};

store::each_engine!(
    a_users_entries_have_their_signal,
    a_rejected_stop_is_an_entry_and_a_rejected_entry_is_none,
    the_copies_of_a_strategys_newest_signals_are_listed,
    figures_are_stored_once_per_strategy_and_counted_when_they_change,
    a_strategy_has_one_backtest_and_a_first_signal,
);

/// Queues two copies; the first is opened at 101 and closed with a profit of 7, the second skipped from the start.
async fn two(db: &TestDb) -> UserId {
    with_strategy(db).await;
    let (first, second) = (follower(db, 1).await, follower(db, 2).await);
    let skipped = NewCopy { skipped: Some(Reason::KeyInactive), ..copy_of(&second, 702) };
    assert_eq!(queued(db, &[copy_of(&first, 701), skipped]).await, 2);
    claim(db, "one", 0, 9).await;
    assert!(begin(db, 701, "one").await);
    let (price, amount) = (Decimal::from(101), Decimal::TWO);
    let opened =
        write(db, async |tx| copy::open_position(tx, CopyId(id(701)), "9", price, amount, NOW.plus(3)).await);
    assert!(opened.await.unwrap());
    first.user_id
}

async fn a_users_entries_have_their_signal(db: &TestDb) {
    let owner = two(db).await;
    let entries = copy::list_entries(&**db, owner).await.unwrap();
    assert_eq!((entries.len(), entries[0].id, entries[0].status), (1, CopyId(id(701)), Status::Open));
    let price = |number| Some(DecimalText(Decimal::from(number)));
    assert_eq!((entries[0].signal_at, entries[0].signal_price), (NOW, price(100)));
    assert_eq!((entries[0].opened_at, entries[0].entry_price), (Some(NOW.plus(3)), price(101)));
    assert_eq!((entries[0].filled_at, entries[0].fees), (None, None), "without a trade");
    let exit = domain::copy::Exit::Target;
    let ended = Ended { exit, price: None, profit: Some(Decimal::from(7)) };
    assert!(
        write(db, async |tx| copy::close_copy(tx, CopyId(id(701)), ended, NOW.plus(9)).await).await.unwrap()
    );
    let entries = copy::list_entries(&**db, owner).await.unwrap();
    assert_eq!((entries[0].profit_usd, entries[0].finished_at), (price(7), Some(NOW.plus(9))));
    assert_eq!(copy::list_entries(&**db, UserId(id(2))).await.unwrap(), [], "a skipped one is no entry");
}

/// Of two failed entries, the one whose stop was rejected had entered: it has a trade.
async fn a_rejected_stop_is_an_entry_and_a_rejected_entry_is_none(db: &TestDb) {
    let owner = two(db).await;
    db.execute("update copies set opened_at = null, status = 'FAILED', reason = 'STOP_REFUSED' where status = 'OPEN'").await;
    assert_eq!(copy::list_entries(&**db, owner).await.unwrap(), [], "without a trade nothing was entered");
    db.execute(
        "insert into intents (id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, lease_until, \
           created_at, updated_at, finished_at) \
         select c.id, c.user_id, c.exchange_key_id, 'FUTURES', c.symbol, 'open', '{}', 'failed', 0, 1, 1, 1 \
         from copies c where c.reason = 'STOP_REFUSED'",
    )
    .await;
    db.execute(
        "insert into trades (intent_id, user_id, exchange_key_id, symbol, side, source, status, amount, entry_price, \
           realized, fees, opened_at, created_at) \
         select c.id, c.user_id, c.exchange_key_id, c.symbol, c.side, 'COPY', 'CLOSED', c.amount, '101', '-3', '1', 5, 4 \
         from copies c where c.reason = 'STOP_REFUSED'",
    )
    .await;
    let entries = copy::list_entries(&**db, owner).await.unwrap();
    let price = |number| Some(DecimalText(Decimal::from(number)));
    assert_eq!((entries.len(), entries[0].status, entries[0].profit_usd), (1, Status::Failed, None));
    assert_eq!((entries[0].realized, entries[0].fees, entries[0].funding), (price(-3), price(1), None));
    db.execute("update copies set reason = 'REFUSED' where status = 'FAILED'").await;
    assert_eq!(copy::list_entries(&**db, owner).await.unwrap(), []);
}

async fn the_copies_of_a_strategys_newest_signals_are_listed(db: &TestDb) {
    two(db).await;
    let strategy = StrategyId(id(STRATEGY));
    let all = execution::list_copies(&**db, strategy, 0, 9).await.unwrap();
    let mut outcomes: Vec<_> = all.iter().map(|row| (row.status, row.reason, row.opened_at)).collect();
    outcomes.sort();
    let expected =
        [(Status::Open, None, Some(NOW.plus(3))), (Status::Skipped, Some(Reason::KeyInactive), None)];
    assert_eq!(outcomes, expected);
    assert_eq!(
        (all[0].signal_id, all[0].signal_at, all[0].action),
        (SignalId(id(SIGNAL)), NOW, Action::Enter)
    );
    assert_eq!(execution::list_copies(&**db, strategy, 0, 1).await.unwrap().len(), 1);
    assert_eq!(execution::list_copies(&**db, strategy, 1, 9).await.unwrap(), []);
    assert_eq!(execution::list_copies(&**db, StrategyId(id(9)), 0, 9).await.unwrap(), []);
    let next = signal_row(SIGNAL + 1, Action::Exit);
    write(db, async |tx| signal::insert_signal(tx, &next).await).await.unwrap();
    let newest = signal::newest(&**db, strategy).await.unwrap().unwrap();
    assert_eq!((newest.seq, newest.at), (2, NOW));
    assert_eq!(signal::newest(&**db, StrategyId(id(9))).await.unwrap(), None);
}

async fn figures_are_stored_once_per_strategy_and_counted_when_they_change(db: &TestDb) {
    with_strategy(db).await;
    let strategy = StrategyId(id(STRATEGY));
    assert_eq!(execution::get_execution(&**db, strategy).await.unwrap(), None);
    let version = async || public_version::get(&**db).await.unwrap();
    let put = async |text: &str, after| {
        let figures = Figures::from(text);
        write(db, async |tx| execution::put_execution(tx, strategy, &figures, NOW.plus(after)).await)
            .await
            .unwrap();
    };
    let before = version().await;
    put("1", 1).await;
    assert_eq!(version().await, before + 1);
    put("1", 2).await;
    assert_eq!(version().await, before + 1, "nothing that is shown has changed");
    put("2", 3).await;
    assert_eq!(version().await, before + 2);
    let stored = execution::get_execution(&**db, strategy).await.unwrap().unwrap();
    assert_eq!((stored.figures.as_str(), stored.computed_at), ("2", NOW.plus(3)));
}

async fn a_strategy_has_one_backtest_and_a_first_signal(db: &TestDb) {
    with_strategy(db).await;
    let strategy = StrategyId(id(STRATEGY));
    assert_eq!(backtest::get_span(&**db, strategy).await.unwrap(), None);
    let hold_percent = DecimalText(Decimal::new(-125, 2));
    let first = BacktestSpan { bars: 3, first_at: NOW, last_at: NOW.plus(60), hold_percent };
    let second = BacktestSpan { bars: 4, first_at: NOW.plus(-20), last_at: NOW.plus(70), ..first };
    for span in [first, second] {
        write(db, async |tx| backtest::put_span(tx, strategy, &span).await).await.unwrap();
        assert_eq!(backtest::get_span(&**db, strategy).await.unwrap(), Some(span));
    }
    let next = signal_row(SIGNAL + 1, Action::Exit);
    write(db, async |tx| signal::insert_signal(tx, &next).await).await.unwrap();
    let found = signal::first(&**db, strategy).await.unwrap().unwrap();
    assert_eq!((found.id, found.seq), (SignalId(id(SIGNAL)), 1));
    assert_eq!(signal::first(&**db, StrategyId(id(9))).await.unwrap(), None);
}
