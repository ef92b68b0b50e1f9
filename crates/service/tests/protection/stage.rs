//! The stage of a scenario: a copy of a prepared database, a copy of the exchange's state, and desks opened
//! on both.

use crate::sim::{Commits, Sim, SimClock, SimConnection, book::Book};
use domain::{ExchangeId, ExchangeKeyId, FollowId, Role, StrategyId, StrategyType, TradeType, UserId};
use service::{
    Actor, SharedDesk,
    following::{copy, risk},
    testing::{Setup, desk_with},
    trading::{
        key::{self, NewKey},
        order,
    },
};
use std::{fs, path::Path, sync::Arc, time::Duration};
use store::{
    Db, Options,
    follow::Follow,
    strategy::Strategy,
    testing::{PgDatabase, age_leases},
    user::User,
};
use tempfile::TempDir;

/// One pass of the desk's background work. A running desk does it on stream events and every 500 ms.
pub(crate) async fn background(desk: &SharedDesk) {
    // Anything that fails now is done in the next pass.
    drop(order::sweep(desk).await);
    drop(order::protection::tick(desk).await);
    drop(order::automation::tick(desk).await);
    drop(copy::work_off(desk).await);
    drop(risk::close_due(&desk.following()).await);
}

/// The trader and keys of every scenario.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) trader: Actor,
    /// The manually traded key.
    pub(crate) manual: ExchangeKeyId,
    /// The key that follows the strategy.
    pub(crate) automated: ExchangeKeyId,
    pub(crate) strategy: StrategyId,
    pub(crate) follow: FollowId,
}

/// A database and an exchange to start from.
pub(crate) struct Template {
    pub(crate) cast: Cast,
    pub(crate) book: Book,
    pub(crate) data: Data,
}

/// The content of a template's database.
pub(crate) enum Data {
    /// The SQLite file.
    File(Vec<u8>),
    /// A Postgres database to copy. Two instances can share its copies.
    Database(PgDatabase),
}

/// Where a stage's database is.
enum Place {
    Folder(TempDir),
    Database(PgDatabase),
}

/// One scenario's own database and exchange.
pub(crate) struct Stage {
    pub(crate) sim: Arc<Sim>,
    pub(crate) cast: Cast,
    place: Place,
}

const INSTANCES: [&str; 2] = ["first", "second"];

fn folder() -> TempDir {
    // In memory if the machine supports it: flushing to disk is not tested here.
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

async fn connect(place: &Place) -> Db {
    let url = match place {
        Place::Folder(folder) => format!("sqlite:{}", folder.path().join("slipstream.db").display()),
        Place::Database(database) => database.url(),
    };
    let patience = Duration::from_secs(5);
    let options = Options { readers: 2, connections: 4, patience, ..Options::default() };
    Db::connect(&url, &options).await.unwrap()
}

impl Template {
    /// An empty exchange, a trader with two keys, and a strategy that one of them follows, on SQLite.
    pub(crate) fn base() -> Self {
        Self::on(Place::Folder(folder()))
    }

    /// As [`Self::base`], on Postgres; `None` if its tests are skipped.
    pub(crate) fn base_on_postgres() -> Option<Self> {
        Some(Self::on(Place::Database(runtime().block_on(PgDatabase::create())?)))
    }

    fn on(place: Place) -> Self {
        runtime().block_on(async {
            let db = connect(&place).await;
            db.migrate().await.unwrap();
            db.close().await;
            let sim = Sim::new(Book::new());
            let trader = Actor {
                user: UserId(uuid::Uuid::nil()),
                email: String::new(),
                role: Role::Trader,
                session: None,
                token: None,
                from: None,
            };
            let nobody = ExchangeKeyId(uuid::Uuid::nil());
            let (strategy, follow) = (StrategyId(uuid::Uuid::nil()), FollowId(uuid::Uuid::nil()));
            let cast = Cast { trader, manual: nobody, automated: nobody, strategy, follow };
            let mut stage = Stage { sim, cast, place };
            let desk = stage.open(0).await;
            stage.cast = populate(&desk).await;
            stage.keep(desk).await
        })
    }

    /// Returns this template after running a script on its database.
    pub(crate) fn rewritten(&self, sql: &'static str) -> Self {
        let stage = self.stage();
        runtime().block_on(async {
            let db = connect(&stage.place).await;
            store::testing::script(&db, sql).await;
            db.close().await;
            Self { cast: self.cast.clone(), book: self.book.clone(), data: Data::of(stage.place) }
        })
    }

    /// Returns a stage that starts in the state of this template.
    pub(crate) fn stage(&self) -> Stage {
        let place = match &self.data {
            Data::File(file) => {
                let folder = folder();
                fs::write(folder.path().join("slipstream.db"), file).unwrap();
                Place::Folder(folder)
            }
            Data::Database(database) => Place::Database(runtime().block_on(database.copy())),
        };
        Stage { sim: Sim::new(self.book.clone()), cast: self.cast.clone(), place }
    }
}

impl Data {
    /// Takes the content of a database that has no open connections.
    fn of(place: Place) -> Self {
        match place {
            Place::Folder(folder) => {
                let wal = fs::metadata(folder.path().join("slipstream.db-wal")).map_or(0, |wal| wal.len());
                assert_eq!(wal, 0, "all of the database is in its file");
                Self::File(fs::read(folder.path().join("slipstream.db")).unwrap())
            }
            Place::Database(database) => Self::Database(database),
        }
    }
}

impl Stage {
    /// Opens a desk as after a start. `instance` is 0 or 1.
    pub(crate) async fn open(&self, instance: usize) -> SharedDesk {
        let sim = Arc::clone(&self.sim);
        let db = connect(&self.place).await.with_commit_hook(Commits::new(&sim, instance));
        sim.connected(instance, db.clone());
        desk_with(
            db,
            Setup {
                exchange: Arc::new(SimConnection { sim: Arc::clone(&sim), instance }),
                clock: Arc::new(SimClock { sim, instance }),
                instance: INSTANCES[instance].to_owned(),
                ..Setup::default()
            },
        )
    }

    /// Ends this stage and turns it into a template.
    pub(crate) async fn keep(self, desk: SharedDesk) -> Template {
        desk.db.close().await;
        drop(desk);
        let book = self.sim.world().book().clone();
        Template { cast: self.cast, book, data: Data::of(self.place) }
    }

    /// Lets time pass, for the exchange, the desks, and the leases in the database of `desk`.
    pub(crate) async fn elapse(&self, desk: &SharedDesk, micros: i64) {
        self.sim.advance(micros);
        age_leases(&desk.db, micros).await;
    }
}

/// Everything in a scenario runs on one thread.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn populate(desk: &SharedDesk) -> Cast {
    let now = desk.clock.now();
    let id = UserId::mint(&*desk.clock, &*desk.entropy);
    let email = "trader@example.org".to_owned();
    let password_hash = "nobody signs in with this".to_owned();
    let role = Role::Trader;
    let user = User {
        id,
        email: email.clone(),
        password_hash,
        role,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let strategy = Strategy {
        id: StrategyId::mint(&*desk.clock, &*desk.entropy),
        name: "Test".into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: crate::sim::book::btc(),
        timeframe_s: 60,
        definition: None,
        active: true,
        position: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::user::insert_user(&mut tx, &user).await.unwrap();
    store::strategy::insert(&mut tx, &strategy).await.unwrap();
    tx.commit().await.unwrap();
    let trader = Actor { user: id, email, role, session: None, token: None, from: None };
    let manual = connect_key(desk, &trader, StrategyType::Manual).await;
    let automated = connect_key(desk, &trader, StrategyType::Automated).await;
    let id = FollowId::mint(&*desk.clock, &*desk.entropy);
    let cast = Cast { trader, manual, automated, strategy: strategy.id, follow: id };
    follow(desk, &cast).await;
    cast
}

async fn connect_key(desk: &SharedDesk, trader: &Actor, strategy_type: StrategyType) -> ExchangeKeyId {
    let new = NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type,
        active: true,
        name: format!("{strategy_type:?}"),
        api_key: format!("key-{strategy_type:?}"),
        secret: "secret".to_owned().into(),
        first_day: domain::first_day::FirstDayChoice::default(),
    };
    key::connect_key(desk, trader, new).await.unwrap().id
}

async fn follow(desk: &SharedDesk, cast: &Cast) {
    let profiles = store::follow::risk_profiles(&desk.db).await.unwrap();
    let now = desk.clock.now();
    let follow = Follow {
        id: cast.follow,
        user_id: cast.trader.user,
        exchange_key_id: cast.automated,
        strategy_id: cast.strategy,
        symbol: crate::sim::book::btc(),
        risk_profile_id: profiles[0].id,
        active: true,
        max_leverage: None,
        paused_reason: None,
        last_copy_at: None,
        stopped_at: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::follow::insert_follow(&mut tx, &follow).await.unwrap();
    tx.commit().await.unwrap();
}
