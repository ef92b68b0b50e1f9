//! Events: in order, published at commit, and never silently missed.

use crate::samples::{self, NOW, person, write};
use domain::TradeType;
use store::{
    event::{self, Appended, ListenerMessage},
    event_webhook, key,
    testing::TestDb,
};
use tokio::task::JoinSet;

async fn events_are_one_persons_in_order(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    assert_eq!(event::last_seq(&**db, me).await.unwrap(), 0);
    let (first, second) = write(db, async |tx| {
        let first = event::append_event(tx, me, "{\"a\":\"ش\"}", NOW).await?;
        event::append_event(tx, other, "{}", NOW).await?;
        Ok((first, event::append_event(tx, me, "{\"b\":1}", NOW.plus(1)).await?))
    })
    .await
    .unwrap();
    assert!(second > first);
    let all = event::after(&**db, me, 0, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|e| (e.seq, e.body.as_str(), e.at)).collect::<Vec<_>>(),
        [(first, "{\"a\":\"ش\"}", NOW), (second, "{\"b\":1}", NOW.plus(1))]
    );
    assert_eq!(event::after(&**db, me, first, 10).await.unwrap(), all[1..]);
    assert_eq!(event::after(&**db, me, 0, 1).await.unwrap(), all[..1]);
    assert_eq!(event::last_seq(&**db, me).await.unwrap(), second);
}

async fn numbers_grow_also_after_pruning(db: &TestDb) {
    let me = person(db, 1).await;
    let append = async || write(db, async |tx| event::append_event(tx, me, "{}", NOW).await).await.unwrap();
    let before = append().await;
    assert_eq!(write(db, async |tx| event::prune_before(tx, NOW.plus(1)).await).await.unwrap(), 1);
    assert_eq!(event::last_seq(&**db, me).await.unwrap(), 0);
    assert!(append().await > before);
}

async fn a_name_is_new_once_to_each_person_until_it_is_forgotten(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let first =
        async |user, at| write(db, async |tx| event::record_once(tx, user, "hit:1", at).await).await.unwrap();
    assert!(first(me, NOW).await && first(other, NOW.plus(1)).await);
    assert!(!first(me, NOW.plus(1)).await);
    assert_eq!(write(db, async |tx| event::forget_before(tx, NOW.plus(1)).await).await.unwrap(), 1);
    assert!(first(me, NOW).await && !first(other, NOW).await);
}

async fn programs_that_read_events_are_known(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let known = async |user| event_webhook::has_program(&**db, user).await.unwrap();
    let read_after = async |since| event::was_read_after(&**db, me, since).await.unwrap();
    assert!(!known(me).await && !read_after(NOW.plus(-1)).await);
    for at in [NOW, NOW.plus(5)] {
        write(db, async |tx| event::mark_read(tx, me, at).await).await.unwrap();
        assert!(read_after(at.plus(-1)).await && !read_after(at).await);
    }
    assert!(known(me).await && !known(other).await);
    let mut spot = samples::key(me, 5);
    spot.key.trade_type = TradeType::Spot;
    write(db, async |tx| key::insert_key(tx, &spot).await).await.unwrap();
    samples::connected(db, me, 6).await;
    assert_eq!(key::spot_with_programs(&**db).await.unwrap(), [spot.key.id]);
    assert_eq!(write(db, async |tx| event::forget_before(tx, NOW.plus(6)).await).await.unwrap(), 1);
    assert!(!known(me).await);
    assert_eq!(key::spot_with_programs(&**db).await.unwrap(), []);
}

async fn a_listener_receives_committed_events(db: &TestDb) {
    let me = person(db, 1).await;
    let mut listener = event::listen(db).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    event::append_event(&mut tx, me, "{}", NOW).await.unwrap();
    drop(tx);
    let seq = write(db, async |tx| event::append_event(tx, me, "{}", NOW).await).await.unwrap();
    let received = listener.next().await;
    assert_eq!(
        received,
        Some(ListenerMessage::Event(Appended { seq, user: me })),
        "and nothing of what was rolled back"
    );
}

/// A reader that resumes after the highest sequence number it has seen must not miss a lower one committed later.
async fn a_reader_who_follows_misses_nothing(db: &TestDb) {
    const WRITERS: usize = 8;
    const EACH: usize = 10;
    let me = person(db, 1).await;
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let db = (**db).clone();
        writers.spawn(async move {
            for _ in 0..EACH {
                write(&db, async |tx| event::append_event(tx, me, "{}", NOW).await).await.unwrap();
            }
        });
    }
    let (mut seen, mut last) = (0, 0);
    while seen < WRITERS * EACH {
        let writing = !writers.is_empty();
        while writers.try_join_next().is_some() {}
        let news = event::after(&**db, me, last, 100).await.unwrap();
        assert!(writing || !news.is_empty(), "{seen} of {} events were seen", WRITERS * EACH);
        seen += news.len();
        last = news.last().map_or(last, |event| event.seq);
        tokio::task::yield_now().await;
    }
    assert_eq!(seen, WRITERS * EACH);
}

async fn a_lagging_or_disconnected_listener_gets_a_gap(db: &TestDb) {
    let me = person(db, 1).await;
    let mut listener = event::listen(db).await.unwrap();
    if db.folder().is_some() {
        write(db, async |tx| {
            for _ in 0..2_000 {
                event::append_event(tx, me, "{}", NOW).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
    } else {
        cut_the_listener_off(db).await;
    }
    assert_eq!(listener.next().await, Some(ListenerMessage::Gap));
    while db.folder().is_some() && event_left(&mut listener).await {}
    let seq = write(db, async |tx| event::append_event(tx, me, "{}", NOW).await).await.unwrap();
    assert_eq!(
        listener.next().await,
        Some(ListenerMessage::Event(Appended { seq, user: me })),
        "and hears again"
    );
    let ((), received) = tokio::join!(db.close(), listener.next());
    assert_eq!(received, None, "closing ends the listening");
}

/// Returns whether a notification can be received without waiting.
async fn event_left(listener: &mut event::Listener) -> bool {
    tokio::select! {
        biased;
        received = listener.next() => received.is_some(),
        () = std::future::ready(()) => false,
    }
}

/// Terminates the listener's connection, like a network failure or a server restart.
async fn cut_the_listener_off(db: &TestDb) {
    use sqlx::{Connection, PgConnection};
    let mut admin = PgConnection::connect(db.url()).await.unwrap();
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
        where query = 'LISTEN \"slipstream_events_' || current_schema() || '\"'";
    assert_eq!(sqlx::query(cut).execute(&mut admin).await.unwrap().rows_affected(), 1);
    admin.close().await.unwrap();
}

store::each_engine!(
    events_are_one_persons_in_order,
    numbers_grow_also_after_pruning,
    a_name_is_new_once_to_each_person_until_it_is_forgotten,
    programs_that_read_events_are_known,
    a_listener_receives_committed_events,
    a_reader_who_follows_misses_nothing,
    a_lagging_or_disconnected_listener_gets_a_gap,
);
