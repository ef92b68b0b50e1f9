//! A strategy and one follower, on an in-memory exchange.

use crate::fake::{Fake, btc, d};
use domain::{
    Clock as _, Decimal, ExchangeId, ExchangeKeyId, FollowId, Micros, Role, Side, StrategyId, StrategyType,
    TradeType,
    signal::{Action, Source},
};
use service::{
    Actor, Origin, SharedDesk,
    following::{
        copy,
        signal::{self, NewSignal},
    },
    identity::{account, plan, session},
    platform::settings::{Mode, Settings},
    testing::{Setup, TestClock, desk_with},
    trading::key::{self, NewKey},
};
use std::sync::Arc;
use store::{copy::CopyTrade, follow::Follow, strategy::Strategy, testing::TestDb};

pub(crate) const SECOND: i64 = domain::time::SECOND;

pub(crate) struct World {
    pub(crate) desk: SharedDesk,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) fake: Fake,
    pub(crate) follower: Actor,
    pub(crate) admin: Actor,
    pub(crate) key: ExchangeKeyId,
    pub(crate) follow: FollowId,
    strategy: StrategyId,
}

/// Opens a desk on this database and exchange, with its own clock.
fn desk(db: &TestDb, fake: &Fake, ahead: i64, settings: Settings) -> (SharedDesk, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    clock.advance(ahead);
    let setup = Setup {
        exchange: Arc::new(fake.clone()),
        clock: Arc::<TestClock>::clone(&clock),
        settings,
        ..Setup::default()
    };
    (desk_with((**db).clone(), setup), clock)
}

async fn person(desk: &SharedDesk, email: &str) -> Actor {
    let origin = Origin::new([127, 0, 0, 1].into(), "test");
    let new = account::sign_up(desk, origin.clone(), email, "correct horse battery").await.unwrap();
    session::find(desk, &new.token, &origin).await.unwrap().unwrap()
}

impl World {
    /// Opens a world whose market price is 20,000.
    pub(crate) async fn open(db: &TestDb) -> Self {
        Self::with(db, Settings::default()).await
    }

    /// Opens a world in live mode, whose follower has a plan with strategies.
    pub(crate) async fn live(db: &TestDb) -> Self {
        let settings = Settings { mode: Mode::Live, allow_unrestricted_keys: true, ..Settings::default() };
        Self::with(db, settings).await
    }

    async fn with(db: &TestDb, settings: Settings) -> Self {
        let fake = Fake::at("20000");
        let live = settings.mode == Mode::Live;
        let (desk, clock) = desk(db, &fake, 0, settings);
        let follower = person(&desk, "ada@example.org").await;
        if live {
            plan::assign_plan(&desk, &follower.email, "EXPERT").await.unwrap();
        }
        let admin = Actor { role: Role::Admin, ..person(&desk, "operator@example.org").await };
        let strategy = StrategyId::mint(&*desk.clock, &*desk.entropy);
        let new = NewKey {
            exchange_id: ExchangeId::Binance,
            trade_type: TradeType::Futures,
            strategy_type: StrategyType::Automated,
            active: true,
            name: "Copies".into(),
            api_key: "key".into(),
            secret: "secret".to_owned().into(),
            first_day: domain::first_day::FirstDayChoice::default(),
        };
        let key = key::connect_key(&desk, &follower, new).await.unwrap().id;
        let now = desk.clock.now();
        let follow = following(&desk, &follower, key, strategy, now).await;
        let mut tx = desk.db.begin().await.unwrap();
        store::strategy::insert(&mut tx, &a_strategy(strategy, now)).await.unwrap();
        store::follow::insert_follow(&mut tx, &follow).await.unwrap();
        tx.commit().await.unwrap();
        Self { desk, clock, fake, follower, admin, key, follow: follow.id, strategy }
    }

    /// Opens a second desk on the same database and exchange, whose clock is ahead.
    pub(crate) fn another_desk(&self, db: &TestDb, ahead: i64) -> SharedDesk {
        let passed = self.clock.now().since(TestClock::default().now());
        desk(db, &self.fake, passed + ahead, Settings::default()).0
    }

    pub(crate) fn entry(&self, side: Side) -> NewSignal {
        let stop = if side == Side::Buy { "19800" } else { "20200" };
        NewSignal {
            strategy: self.strategy,
            source: Source::Hand,
            action: Action::Enter,
            side: Some(side),
            price: None,
            stop: Some(d(stop)),
            targets: vec![],
            external_id: None,
            bar_at: None,
            sent_at: None,
        }
    }

    pub(crate) fn exit(&self) -> NewSignal {
        NewSignal { action: Action::Exit, side: None, stop: None, ..self.entry(Side::Buy) }
    }

    /// Advances the clock a little and accepts a signal.
    pub(crate) async fn accept(&self, new: NewSignal) {
        self.clock.advance(2_000);
        signal::accept(&self.desk, new).await.unwrap();
    }

    pub(crate) async fn work_off(&self) {
        copy::work_off(&self.desk).await.unwrap();
    }

    /// Accepts a signal and drains the copy queue.
    pub(crate) async fn give(&self, new: NewSignal) {
        self.accept(new).await;
        self.work_off().await;
    }

    /// Returns the last copies, in the order in which their signals were accepted.
    pub(crate) async fn copies(&self) -> Vec<CopyTrade> {
        let mut all = copy::list_copies(&self.desk, &self.follower, None, 50).await.unwrap();
        all.sort_by_key(|copy| copy.signal_seq);
        all
    }

    pub(crate) async fn last_copy(&self) -> CopyTrade {
        self.copies().await.pop().unwrap()
    }

    pub(crate) fn position(&self) -> Decimal {
        self.fake.state.lock().unwrap().position
    }

    pub(crate) fn placed(&self) -> usize {
        self.fake.log().iter().filter(|request| request.starts_with("place")).count()
    }

    pub(crate) async fn switch_key(&self, active: bool) {
        let (desk, now) = (&self.desk, self.desk.clock.now());
        let mut tx = desk.db.begin().await.unwrap();
        let status = domain::ApiKeyStatus::Authorized;
        store::key::set_status(&mut tx, self.key, status, active, now).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn a_strategy(id: StrategyId, now: Micros) -> Strategy {
    Strategy {
        id,
        name: "Test".into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: btc(),
        timeframe_s: 60,
        definition: None,
        active: true,
        position: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn following(
    desk: &SharedDesk,
    owner: &Actor,
    key: ExchangeKeyId,
    strategy: StrategyId,
    now: Micros,
) -> Follow {
    let profiles = store::follow::risk_profiles(&desk.db).await.unwrap();
    Follow {
        id: FollowId::mint(&*desk.clock, &*desk.entropy),
        user_id: owner.user,
        exchange_key_id: key,
        strategy_id: strategy,
        symbol: btc(),
        risk_profile_id: profiles.iter().find(|profile| profile.name == "MODERATE").unwrap().id,
        active: true,
        max_leverage: None,
        paused_reason: None,
        last_copy_at: None,
        stopped_at: None,
        created_at: now,
        updated_at: now,
    }
}
