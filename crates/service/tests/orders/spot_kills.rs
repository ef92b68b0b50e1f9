//! The process is killed at each call of the exchange while a spot trade is opened, changed and closed. Whatever the next one
//! finds, nothing is bought or sold twice, and what is held has its stop.

use super::{desk, fake::Kill, new_key, ticket};
use crate::fake::{Fake, btc, d};
use domain::{
    Decimal, ExchangeKeyId, Side, TradeType, money,
    ticket::Stop,
    trade::{AutomationChange, StopChange, TradeChange},
};
use service::{
    Actor, Origin, SharedDesk,
    identity::{account, session},
    trading::{
        key::{self, NewKey},
        order::{self, AddSize, NewTrade, Part, TradeTarget},
    },
};
use std::net::IpAddr;
use store::testing::TestDb;

/// The coins that the owner has besides: no trade may sell them.
const OWN: &str = "1";
/// Many more calls than any step makes.
const MOST_CALLS: usize = 200;
/// Rounds of background work after a restart.
const ROUNDS: usize = 80;

/// The step during which the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Open,
    MoveStop,
    Add,
    Reduce,
    Close,
}

/// A new user with a spot key on an exchange of its own.
struct Stage {
    desk: SharedDesk,
    fake: Fake,
    actor: Actor,
    key: ExchangeKeyId,
}

impl Stage {
    async fn new(db: &TestDb, name: &str) -> Self {
        let fake = Fake::at("20000");
        fake.state.lock().unwrap().spot.amount = d(OWN);
        let desk = desk(db, &fake);
        let origin = Origin::new(IpAddr::from([127, 0, 0, 1]), "test");
        let email = format!("{name}@example.org");
        let new = account::sign_up(&desk, origin.clone(), &email, "correct horse battery").await.unwrap();
        let actor = session::find(&desk, &new.token, &origin).await.unwrap().unwrap();
        let new = NewKey { trade_type: TradeType::Spot, api_key: name.to_owned(), ..new_key() };
        let key = key::connect_key(&desk, &actor, new).await.unwrap().id;
        Self { desk, fake, actor, key }
    }

    /// The same account as a process that starts later sees it.
    fn restarted(&self, db: &TestDb) -> Self {
        let fake = self.fake.restarted();
        Self { desk: desk(db, &fake), fake, actor: self.actor.clone(), key: self.key }
    }

    async fn open(&self) {
        let new = NewTrade {
            order: ticket().check().unwrap(),
            targets: Vec::new(),
            replace: false,
            automation: AutomationChange::default(),
        };
        order::open_trade(&self.desk, &self.actor, self.key, new, None).await.ok();
    }

    /// Performs the step of a life.
    async fn perform(&self, life: Life) {
        let (desk, actor, key, symbol) = (&self.desk, &self.actor, self.key, btc());
        let target = TradeTarget::default();
        match life {
            Life::Open => self.open().await,
            Life::MoveStop => {
                let stop = StopChange::Set(Stop { trigger: d("19500"), limit: None });
                let change = TradeChange { stop: Some(stop), ..TradeChange::default() };
                order::change_trade(desk, actor, key, &symbol, target, change).await.ok();
            }
            Life::Add => {
                let size = AddSize::Amount(d("0.02"));
                order::add_to_trade(desk, actor, key, &symbol, target, size).await.ok();
            }
            Life::Reduce => {
                order::close_part(desk, actor, key, &symbol, Part::Amount(d("0.02")), None).await.ok();
            }
            Life::Close => drop(order::close_market(desk, actor, key, &symbol).await),
        }
    }

    async fn work(&self) {
        for _ in 0..ROUNDS {
            order::sweep(&self.desk).await.unwrap();
            order::protection::tick(&self.desk).await.unwrap();
        }
    }

    /// The coins that the desk's orders hold: all but the owner's.
    fn held(&self) -> Decimal {
        self.fake.state.lock().unwrap().spot.amount - d(OWN)
    }

    fn bought(&self) -> usize {
        let state = self.fake.state.lock().unwrap();
        state.spot.fills.iter().filter(|fill| fill.side == Side::Buy).count()
    }

    /// Checks that all that is held, to the lot, has its stop.
    fn judge(&self, what: &str) {
        let held = money::floor_to(self.held(), d("0.001"));
        let sells = self.fake.sells();
        let stops = sells.iter().filter(|sell| ["19000", "19500"].contains(&sell.2.as_str()));
        let covered: Decimal = stops.map(|sell| d(&sell.1)).sum();
        assert_eq!(covered, held, "{what}: {sells:?} {:?}", self.fake.log());
    }
}

/// Plays a life whose process is killed after so many calls; `false` if it made fewer.
async fn play(db: &TestDb, life: Life, calls: usize, arrives: bool) -> bool {
    let what = format!("{life:?}/kill-{}@call{calls}", if arrives { "after" } else { "before" });
    let name = format!("{}{calls}{arrives}", format!("{life:?}").to_lowercase());
    let first = Stage::new(db, &name).await;
    if life != Life::Open {
        first.open().await;
        first.judge(&what);
    }
    let kill = Kill::after(calls, arrives);
    let doomed = Fake { kill: kill.clone(), ..first.fake.clone() };
    let doomed = Stage { desk: desk(db, &doomed), fake: doomed, actor: first.actor.clone(), key: first.key };
    let killed = tokio::select! {
        () = kill.killed.notified() => true,
        () = doomed.perform(life) => false,
    };
    let second = first.restarted(db);
    second.work().await;
    second.judge(&what);
    let most = if life == Life::Add { 2 } else { 1 };
    assert!(second.bought() <= most, "{what}: {:?}", second.fake.log());
    if life == Life::Reduce && killed {
        assert!(second.held() >= d("0.0299"), "{what}: sold twice");
    }
    second.perform(Life::Close).await;
    second.work().await;
    assert!(second.held() >= Decimal::ZERO, "{what}: the owner's coins were sold");
    assert!(second.held() < d("0.002"), "{what}: {} are left", second.held());
    assert!(second.fake.sells().is_empty(), "{what}: {:?}", second.fake.sells());
    assert!(store::protection::list_all(&**db).await.unwrap().is_empty(), "{what}");
    killed
}

pub(crate) async fn a_spot_trade_survives_a_kill_at_each_call(db: &TestDb) {
    for life in [Life::Open, Life::MoveStop, Life::Add, Life::Reduce, Life::Close] {
        for arrives in [false, true] {
            let mut calls = 0;
            while play(db, life, calls, arrives).await {
                calls += 1;
                assert!(calls < MOST_CALLS, "{life:?} does not end");
            }
            assert!(calls > 2, "{life:?} makes calls");
        }
    }
}
