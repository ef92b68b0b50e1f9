//! Signals: counted once, in one order. Rejected exits stay in the queue.

use crate::{
    copies::{SIGNAL, STRATEGY, claim, copy_of, follower, signal_row, with_strategy},
    samples::{NOW, id, kind, write},
};
use domain::{
    CopyId, SignalId, StrategyId,
    copy::{Exit, Reason, Status},
    signal::Action,
};
use store::{
    StoreErrorKind, copy,
    signal::{self, Signal},
    testing::TestDb,
};
use tokio::task::JoinSet;

async fn a_signal_counts_once_however_often_it_is_sent(db: &TestDb) {
    with_strategy(db).await;
    let again = Signal { id: SignalId(id(601)), ..signal_row(SIGNAL, Action::Enter) };
    assert_eq!(
        kind(write(db, async |tx| signal::insert_signal(tx, &again).await).await),
        Some(StoreErrorKind::Unique)
    );
    let bar = |number, action| Signal {
        external_id: None,
        bar_at: Some(NOW),
        ..Signal { id: SignalId(id(number)), ..signal_row(number, action) }
    };
    for (number, action, taken) in
        [(610, Action::Enter, false), (611, Action::Enter, true), (612, Action::Exit, false)]
    {
        let result = write(db, async |tx| signal::insert_signal(tx, &bar(number, action)).await).await;
        assert_eq!(kind(result), taken.then_some(StoreErrorKind::Unique), "{number}");
    }
    let strategy = StrategyId(id(STRATEGY));
    let found = |external, bar| signal::find_repeated(&**db, strategy, external, bar);
    assert_eq!(found(Some("alert-600"), None).await.unwrap().unwrap().id, SignalId(id(SIGNAL)));
    assert_eq!(found(None, Some((NOW, Action::Exit))).await.unwrap().unwrap().id, SignalId(id(612)));
    assert_eq!(found(Some("alert-1"), Some((NOW.plus(1), Action::Exit))).await.unwrap(), None);
    assert_eq!(signal::list_due(&**db).await.unwrap().len(), 3);
    write(db, async |tx| signal::set_fanned_out(tx, SignalId(id(610)), NOW).await).await.unwrap();
    assert_eq!(signal::list_due(&**db).await.unwrap().len(), 2);
    let newest = signal::list_by_strategy(&**db, strategy, None, 1).await.unwrap();
    assert_eq!((newest[0].id, newest[0].side, newest[0].stop), (SignalId(id(612)), None, None));
}

async fn signals_are_in_the_order_of_their_acceptance_whatever_their_ids_and_times(db: &TestDb) {
    with_strategy(db).await;
    let strategy = StrategyId(id(STRATEGY));
    // As after a clock was set back: lower ids, earlier times.
    for (place, number) in [(2, 599), (3, 598), (4, 650)] {
        let at = NOW.plus(-i64::try_from(number).unwrap());
        let back = Signal { at, ..signal_row(number, Action::Enter) };
        assert_eq!(write(db, async |tx| signal::insert_signal(tx, &back).await).await.unwrap(), place);
    }
    let order = async |before| {
        let all = signal::list_by_strategy(&**db, strategy, before, 9).await.unwrap();
        all.into_iter().map(|signal| (signal.seq, signal.id.0.as_u128())).collect::<Vec<_>>()
    };
    let numbers = [(4, id(650)), (3, id(598)), (2, id(599)), (1, id(SIGNAL))];
    let numbers = numbers.map(|(seq, id)| (seq, id.as_u128()));
    assert_eq!(order(None).await, numbers);
    assert_eq!(order(Some(SignalId(id(598)))).await, numbers[2..]);
    assert_eq!(signal::newest_seq(&**db, strategy).await.unwrap(), Some(4));
    let due: Vec<_> = signal::list_due(&**db).await.unwrap().into_iter().map(|signal| signal.seq).collect();
    assert_eq!(due, [1, 2, 3, 4]);
    // A signal that was accepted before takes no sequence number.
    let again = Signal { id: SignalId(id(700)), ..signal_row(SIGNAL, Action::Enter) };
    assert_eq!(
        kind(write(db, async |tx| signal::insert_signal(tx, &again).await).await),
        Some(StoreErrorKind::Unique)
    );
    let next =
        write(db, async |tx| signal::insert_signal(tx, &signal_row(701, Action::Exit)).await).await.unwrap();
    assert_eq!(next, 5);
}

async fn signals_accepted_at_the_same_time_have_places_of_their_own(db: &TestDb) {
    with_strategy(db).await;
    let mut accepting = JoinSet::new();
    for number in 800..820 {
        let db = (**db).clone();
        accepting.spawn(async move {
            let mut tx = db.begin().await.unwrap();
            let seq = signal::insert_signal(&mut tx, &signal_row(number, Action::Enter)).await.unwrap();
            tx.commit().await.unwrap();
            seq
        });
    }
    let mut places: Vec<_> = accepting.join_all().await;
    places.sort_unstable();
    assert_eq!(places, (2..22).collect::<Vec<_>>());
}

async fn a_refused_exit_goes_back_to_the_queue(db: &TestDb) {
    with_strategy(db).await;
    let follow = follower(db, 1).await;
    write(db, async |tx| signal::insert_signal(tx, &signal_row(620, Action::Exit)).await).await.unwrap();
    let new = [copy_of(&follow, 701)];
    let exit = SignalId(id(620));
    write(db, async |tx| copy::insert_all(tx, exit, Action::Exit, None, &new, NOW).await).await.unwrap();
    assert_eq!(claim(db, "one", 0, 9).await.len(), 1);
    let copy = CopyId(id(701));
    assert!(write(db, async |tx| copy::begin_sending(tx, copy, "one", None, NOW).await).await.unwrap());
    let fail = async |reason| {
        write(db, async |tx| copy::fail_copy(tx, copy, reason, Some("margin"), NOW).await).await.unwrap()
    };
    assert!(fail(Reason::Margin).await);
    let queued = copy::get_copy(&**db, copy).await.unwrap().unwrap();
    assert_eq!((queued.status, queued.attempts, queued.finished_at), (Status::Queued, 1, None));
    assert_eq!(
        copy::oldest_queued(&**db).await.unwrap(),
        None,
        "it waits for the exchange, not for a worker"
    );
    assert!(claim(db, "one", 0, 9).await.is_empty(), "its pause is not over");
    let work = claim(db, "one", 2_000_000, 9).await;
    assert_eq!((work.len(), work[0].attempts, work[0].detail.as_deref()), (1, 1, Some("margin")));
    let until = NOW.plus(9_000_000);
    let retry = async |holder: &str| {
        write(db, async |tx| copy::retry_exit(tx, copy, holder, until, "again", NOW).await).await.unwrap()
    };
    assert!(!retry("two").await, "not the holder's");
    assert!(retry("one").await);
    assert_eq!(claim(db, "one", 9_000_000, 9).await[0].attempts, 2);
    assert!(write(db, async |tx| copy::finish_exit(tx, copy, "one", NOW).await).await.unwrap());
    let done = copy::get_copy(&**db, copy).await.unwrap().unwrap();
    assert_eq!((done.status, done.exit_reason), (Status::Closed, Some(Exit::Signal)));
}

store::each_engine!(
    a_signal_counts_once_however_often_it_is_sent,
    signals_are_in_the_order_of_their_acceptance_whatever_their_ids_and_times,
    signals_accepted_at_the_same_time_have_places_of_their_own,
    a_refused_exit_goes_back_to_the_queue,
);
