//! Common setup of the tests.

use domain::{
    ApiKeyStatus, CopyId, Decimal, ExchangeId, ExchangeKey, ExchangeKeyId, FollowId, IntentId, Micros, Role,
    Side, SignalId, StrategyId, StrategyType, Symbol, TradeType,
    copy::Exit,
    signal::{Action, Source},
};
use service::{
    Actor, Origin, SharedDesk,
    identity::{account, session},
};
use store::{
    DecimalText,
    copy::{Ended, EntrySize, NewCopy},
    equity::Point,
    intent::{Kind, LegStatus, LegUpdate, NewIntent, NewLeg},
    key::{KeyRow, SealedSecret},
    signal::Signal,
    strategy::Strategy,
};
use uuid::Uuid;

pub(super) fn at(text: &str) -> Micros {
    Micros::from_iso(text).unwrap()
}

pub(super) fn usd(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

pub(super) fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

pub(super) async fn person(desk: &SharedDesk, email: &str) -> Actor {
    let origin = Origin::new([192, 0, 2, 1].into(), "Test/1.0");
    let new = account::sign_up(desk, origin.clone(), email, "correct horse battery").await.unwrap();
    session::find(desk, &new.token, &origin).await.unwrap().unwrap()
}

pub(super) async fn write<T>(
    desk: &SharedDesk,
    act: impl AsyncFnOnce(&mut store::Tx) -> store::Result<T>,
) -> T {
    let mut tx = desk.db.begin().await.unwrap();
    let done = act(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    done
}

/// Creates a key. An inactive one causes no requests to its exchange.
pub(super) async fn key(desk: &SharedDesk, owner: &Actor, name: &str, active: bool) -> ExchangeKeyId {
    let now = desk.clock.now();
    let id = ExchangeKeyId::mint(&*desk.clock, &*desk.entropy);
    let row = KeyRow {
        key: ExchangeKey {
            id,
            exchange_id: ExchangeId::Binance,
            trade_type: TradeType::Futures,
            strategy_type: StrategyType::Manual,
            active,
            name: name.to_owned(),
            api_key: id.to_string(),
            status: ApiKeyStatus::Authorized,
            sandbox: true,
            ip_restricted: false,
            account_mode: domain::AccountMode::OneWay,
            may_withdraw: false,
            expires_at: None,
            traded_elsewhere: false,
            created_at: now,
            updated_at: now,
        },
        user_id: owner.user,
        sealed: SealedSecret { secret: vec![1], data_key: vec![2], master_key_id: "none".into(), version: 1 },
    };
    write(desk, async |tx| store::key::insert_key(tx, &row).await).await;
    id
}

pub(super) async fn worth(desk: &SharedDesk, key: ExchangeKeyId, points: &[(&str, i64)]) {
    write(desk, async |tx| {
        for (moment, cents) in points {
            let point = Point { key, at: at(moment), total_usd: usd(*cents) };
            store::equity::insert(tx, &point).await?;
        }
        Ok(())
    })
    .await;
}

/// Creates an entry that has reached the exchange.
pub(super) async fn entered(
    desk: &SharedDesk,
    owner: &Actor,
    key: ExchangeKeyId,
    id: IntentId,
    moment: Micros,
) {
    let new = NewIntent {
        id,
        user_id: owner.user,
        exchange_key_id: key,
        trade_type: TradeType::Futures,
        symbol: btc(),
        kind: Kind::Open,
        request: "{}".into(),
        idempotency: None,
        lease_holder: None,
        lease_until: moment,
        protection: None,
        created_at: moment,
        position_side: domain::PositionSlot::Both,
    };
    let client_order_id = Some(id.to_string());
    let leg = NewLeg { seq: 2, role: "entry".into(), client_order_id, body: "{}".into() };
    write(desk, async |tx| {
        store::intent::insert_intent(tx, &new, &[leg]).await?;
        let done = LegUpdate { seq: 2, status: LegStatus::Done, order_json: Some("{}"), failure: None };
        store::intent::set_legs(tx, id, &[done], moment).await?;
        store::intent::finish_intent(tx, id, store::intent::Status::Done, None, moment).await
    })
    .await;
}

pub(super) async fn strategy(desk: &SharedDesk, name: &str) -> StrategyId {
    let id = StrategyId::mint(&*desk.clock, &*desk.entropy);
    let now = desk.clock.now();
    let row = Strategy {
        id,
        name: name.to_owned(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: btc(),
        timeframe_s: 60,
        definition: None,
        active: true,
        position: 1,
        created_at: now,
        updated_at: now,
    };
    write(desk, async |tx| store::strategy::insert(tx, &row).await).await;
    id
}

/// Creates a copied position with entry and exit times, and a profit in cents.
pub(super) async fn copied(
    desk: &SharedDesk,
    owner: &Actor,
    key: ExchangeKeyId,
    strategy: StrategyId,
    (entry, exit): (&str, &str),
    cents: Option<i64>,
) {
    let signal = SignalId::mint(&*desk.clock, &*desk.entropy);
    let copy = CopyId::mint(&*desk.clock, &*desk.entropy);
    let said = Signal {
        id: signal,
        strategy_id: strategy,
        source: Source::Hook,
        action: Action::Enter,
        side: Some(Side::Buy),
        price: None,
        market_price: None,
        stop: Some(DecimalText(Decimal::ONE)),
        targets: "[]".into(),
        external_id: Some(signal.to_string()),
        bar_at: None,
        at: at(entry),
        fanned_out_at: None,
        seq: 1,
    };
    let new = NewCopy {
        id: copy,
        follow_id: FollowId(Uuid::nil()),
        user_id: owner.user,
        exchange_key_id: key,
        symbol: btc(),
        risk_percent: Decimal::TWO,
        skipped: None,
        detail: None,
        exit_percent: None,
    };
    let started = EntrySize {
        equity: Decimal::ONE,
        amount: Decimal::ONE,
        leverage: 1,
        price: Decimal::ONE,
        stop: Decimal::ONE,
        targets: "[]".into(),
    };
    entered(desk, owner, key, IntentId(copy.0), at(entry)).await;
    let ended = Ended { exit: Exit::Target, price: None, profit: cents.map(usd) };
    let (entry, exit) = (at(entry), at(exit));
    write(desk, async |tx| {
        store::signal::insert_signal(tx, &said).await?;
        store::copy::insert_all(tx, signal, Action::Enter, Some(Side::Buy), &[new], entry).await?;
        store::copy::claim_copies(tx, "test", entry, entry.plus(1), 9).await?;
        store::copy::begin_sending(tx, copy, "test", Some(&started), entry).await?;
        store::copy::open_position(tx, copy, "1", Decimal::ONE, Decimal::ONE, entry).await?;
        store::copy::close_copy(tx, copy, ended, exit).await
    })
    .await;
}

/// Signs up the operator.
pub(super) async fn admin(desk: &SharedDesk) -> Actor {
    let admin = person(desk, "operator@example.org").await;
    account::make_admin(desk, "operator@example.org").await.unwrap();
    Actor { role: Role::Admin, ..admin }
}
