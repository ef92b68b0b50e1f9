//! A strategy, its followers and their sandbox accounts.

use crate::common::{
    TestServer,
    copying::{add_follow, add_strategy, btc},
};
use domain::{
    Decimal, ExchangeId, ExchangeKeyId, Order, OrderType, Position, RiskRuleId, Role, Side, StrategyId,
    StrategyType, TimeInForce, TradeType, UserId, money,
    signal::{Action, Source},
};
use exchange::{Credentials, OrderRequest, Urgency, Validity};
use service::{
    Actor,
    following::{
        copy,
        signal::{self, Accepted, NewSignal},
    },
    trading::{
        key::{self, NewKey},
        order,
    },
};
use std::sync::atomic::{AtomicU32, Ordering};
use store::{copy::CopyTrade, follow::Follow, strategy::Strategy, testing::TestDb, user::User};

pub(crate) fn d(text: &str) -> Decimal {
    money::parse(text).unwrap()
}

/// A change after a signal was accepted and before its copies are processed.
pub(crate) enum Change {
    Paused,
    Stopped,
    StrategyOff,
    AllPaused,
    Late,
    NewerSignal,
    PriceBelowStop,
    Undo,
}

pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) admin: Actor,
    strategy: StrategyId,
    users: AtomicU32,
}

pub(crate) struct Follower {
    pub(crate) actor: Actor,
    pub(crate) key: ExchangeKeyId,
    pub(crate) follow: Follow,
    who: Credentials,
}

impl World {
    /// A strategy on a market whose price is 10,000.
    pub(crate) async fn open(db: &TestDb) -> Self {
        let server = TestServer::open(db).await;
        server.price("BTC/USDT", "10000").await;
        let strategy = add_strategy(&server.desk, "Test").await;
        let people = AtomicU32::new(0);
        let admin = person(&server, "admin@example.org", Role::Admin).await;
        Self { server, admin, strategy, users: people }
    }

    /// Creates a second strategy of the same market.
    pub(crate) async fn another_strategy(&self) -> StrategyId {
        let desk = &self.server.desk;
        let first = store::strategy::get_strategy(&desk.db, self.strategy).await.unwrap().unwrap();
        let id = StrategyId::mint(&*desk.clock, &*desk.entropy);
        let mut tx = desk.db.begin().await.unwrap();
        let other = Strategy { id, name: "Other".into(), position: 2, ..first };
        store::strategy::insert(&mut tx, &other).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Creates a follower with this risk profile and a sandbox account of 10,000 USDT.
    pub(crate) async fn follower(&self, profile: &str) -> Follower {
        let desk = &self.server.desk;
        let number = self.users.fetch_add(1, Ordering::SeqCst);
        let actor = person(&self.server, &format!("trader{number}@example.org"), Role::Trader).await;
        let who = desk.sandbox.as_ref().unwrap().open().await.unwrap();
        let new = NewKey {
            exchange_id: ExchangeId::Binance,
            trade_type: TradeType::Futures,
            strategy_type: StrategyType::Automated,
            active: true,
            name: "Copies".into(),
            api_key: who.api_key.clone(),
            secret: who.secret().to_owned().into(),
            first_day: domain::first_day::FirstDayChoice::default(),
        };
        let key = key::connect_key(desk, &actor, new).await.unwrap().id;
        let profiles = store::follow::risk_profiles(&desk.db).await.unwrap();
        let profile = profiles.iter().find(|p| p.name == profile).unwrap().id;
        let follow = add_follow(desk, (actor.user, key), self.strategy, profile).await;
        Follower { actor, key, follow, who }
    }

    pub(crate) fn entry(&self, side: Side, stop: &str, targets: &[&str]) -> NewSignal {
        NewSignal {
            strategy: self.strategy,
            source: Source::Hand,
            action: Action::Enter,
            side: Some(side),
            price: None,
            stop: Some(d(stop)),
            targets: targets.iter().map(|t| d(t)).collect(),
            external_id: None,
            bar_at: None,
            sent_at: None,
        }
    }

    pub(crate) async fn send_signal(&self, new: NewSignal) -> Accepted {
        // Ids of the same millisecond are unordered, so a later signal gets a later time.
        self.server.clock.advance(2_000);
        signal::accept(&self.server.desk, new).await.unwrap()
    }

    pub(crate) async fn work_off(&self) {
        copy::work_off(&self.server.desk).await.unwrap();
    }

    pub(crate) async fn enter(&self, side: Side, stop: &str, targets: &[&str]) {
        self.send_signal(self.entry(side, stop, targets)).await;
        self.work_off().await;
    }

    pub(crate) async fn leave(&self) {
        let exit =
            NewSignal { action: Action::Exit, side: None, stop: None, ..self.entry(Side::Buy, "1", &[]) };
        self.send_signal(exit).await;
        self.work_off().await;
    }

    /// Supervises the open copies as if some time had passed.
    pub(crate) async fn reconcile_copies(&self) {
        self.server.clock.advance(120 * 1_000_000);
        order::protection::tick(&self.server.desk).await.unwrap();
    }

    pub(crate) async fn change(&self, follower: &Follower, change: impl FnOnce(&mut Follow)) {
        let mut follow = follower.follow.clone();
        change(&mut follow);
        let mut tx = self.server.desk.db.begin().await.unwrap();
        store::follow::update_follow(&mut tx, &follow).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sets the daily loss limit of the follower's follow.
    pub(crate) async fn limit_loss(&self, follower: &Follower, limit: Decimal) {
        let desk = &self.server.desk;
        let (id, now) = (RiskRuleId::mint(&*desk.clock, &*desk.entropy), desk.clock.now());
        let (owner, follow) = (follower.actor.user, follower.follow.id);
        let mut tx = desk.db.begin().await.unwrap();
        store::risk_rule::set_daily_limit(&mut tx, owner, follow, Some(limit), id, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Disables the follower's key.
    pub(crate) async fn switch_off(&self, follower: &Follower) {
        let (desk, now) = (&self.server.desk, self.server.desk.clock.now());
        let mut tx = desk.db.begin().await.unwrap();
        let status = domain::ApiKeyStatus::Authorized;
        store::key::set_status(&mut tx, follower.key, status, false, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn apply(&self, follower: &Follower, change: Change, strategy: StrategyId) {
        let desk = &self.server.desk;
        // The copy is queued before the change.
        let active = async |active: bool| {
            let mut tx = desk.db.begin().await.unwrap();
            store::strategy::set_active(&mut tx, strategy, active, desk.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        if !matches!(change, Change::Undo) {
            copy::queue_signals(desk).await.unwrap();
        }
        match change {
            Change::Paused => self.change(follower, |f| f.active = false).await,
            Change::Stopped => {
                let now = desk.clock.now();
                self.change(follower, |f| (f.active, f.stopped_at) = (false, Some(now))).await;
            }
            Change::StrategyOff => active(false).await,
            Change::AllPaused => copy::pause_all(desk, &self.admin, true).await.unwrap(),
            Change::Late => self.server.clock.advance(3_600 * 1_000_000),
            Change::NewerSignal => {
                let exit = NewSignal {
                    action: Action::Exit,
                    side: None,
                    stop: None,
                    ..self.entry(Side::Buy, "1", &[])
                };
                let newer = self.send_signal(exit).await;
                let mut tx = desk.db.begin().await.unwrap();
                // The newer signal's own copies are not part of this test.
                store::signal::set_fanned_out(&mut tx, newer.signal().id, desk.clock.now()).await.unwrap();
                tx.commit().await.unwrap();
            }
            Change::PriceBelowStop => self.server.price("BTC/USDT", "9890").await,
            Change::Undo => {
                self.change(follower, |_| {}).await;
                active(true).await;
                copy::pause_all(desk, &self.admin, false).await.unwrap();
                self.server.price("BTC/USDT", "10000").await;
            }
        }
        // A cached price is a second old at most.
        self.server.clock.advance(2_000_000);
    }
}

async fn person(server: &TestServer, email: &str, role: Role) -> Actor {
    let (desk, now) = (&server.desk, server.desk.clock.now());
    let id = UserId::mint(&*desk.clock, &*desk.entropy);
    let password_hash = "nobody signs in with this".to_owned();
    let user = User {
        id,
        email: email.to_owned(),
        password_hash,
        role,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let mut tx = desk.db.begin().await.unwrap();
    store::user::insert_user(&mut tx, &user).await.unwrap();
    tx.commit().await.unwrap();
    Actor { user: id, email: email.to_owned(), role, session: None, token: None, from: None }
}

impl Follower {
    /// The follower's copies, newest first.
    pub(crate) async fn copies(&self, world: &World) -> Vec<CopyTrade> {
        copy::list_copies(&world.server.desk, &self.actor, None, 50).await.unwrap()
    }

    pub(crate) async fn last_copy(&self, world: &World) -> CopyTrade {
        self.copies(world).await.into_iter().next().expect("a copy")
    }

    pub(crate) async fn position(&self, world: &World) -> Option<Position> {
        world.server.desk.exchange.positions(&self.who, Some(&btc())).await.unwrap().pop()
    }

    pub(crate) async fn open_orders(&self, world: &World) -> Vec<Order> {
        world.server.desk.exchange.open_orders(&self.who, TradeType::Futures, Some(&btc())).await.unwrap()
    }

    pub(crate) async fn cancel_all(&self, world: &World) {
        let (desk, kind) = (&world.server.desk, TradeType::Futures);
        for order in self.open_orders(world).await {
            let (id, conditional) = (&order.client_order_id, order.kind.conditional());
            let validity = Validity::from_now(&*desk.clock);
            desk.exchange.cancel(&self.who, kind, &btc(), id, conditional, validity).await.unwrap();
        }
    }

    /// Opens a position by a manual order.
    pub(crate) async fn buy(&self, world: &World, amount: &str) {
        let order = OrderRequest {
            trade_type: TradeType::Futures,
            symbol: btc(),
            client_order_id: format!("by-hand-{}", self.key.0.as_simple()).chars().take(36).collect(),
            side: Side::Buy,
            kind: OrderType::Market,
            amount: Some(d(amount)),
            price: None,
            stop_price: None,
            trigger: domain::trade::PriceSource::Last,
            callback_rate: None,
            time_in_force: TimeInForce::Gtc,
            good_till: None,
            reduce_only: false,
            urgency: Urgency::First,
            position_side: domain::PositionSlot::Both,
        };
        let validity = Validity::from_now(&*world.server.desk.clock);
        world.server.desk.exchange.place(&self.who, &order, validity).await.unwrap();
    }
}
