//! Sample rows. Ids are numbered: tests that use 1 and 2 refer to two different rows.

use domain::{
    ApiKeyStatus, ExchangeId, ExchangeKey, ExchangeKeyId, IntentId, Micros, Role, StrategyType, TradeType,
    UserId,
};
use store::{
    Db, StoreErrorKind, Tx,
    intent::{self, NewIntent, NewLeg},
    key::{self, KeyRow, SealedSecret},
    user::{self, User},
};
use uuid::Uuid;

/// A time with microseconds that neither milliseconds nor a float of seconds could represent.
pub(crate) const NOW: Micros = Micros(1_795_000_000_123_457);

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number)
}

pub(crate) fn user(number: u128) -> User {
    User {
        id: UserId(id(number)),
        email: format!("person{number}@example.com"),
        password_hash: "$argon2id$stand-in".into(),
        role: Role::Trader,
        created_at: NOW.plus(i64::try_from(number).unwrap()),
        updated_at: NOW,
        frozen_at: None,
        suspended_at: None,
    }
}

/// Stores the user with this number.
pub(crate) async fn person(db: &Db, number: u128) -> UserId {
    let user = user(number);
    write(db, async |tx| user::insert_user(tx, &user).await).await.unwrap();
    user.id
}

/// Runs `act` in one transaction.
pub(crate) async fn write<T>(
    db: &Db,
    act: impl AsyncFnOnce(&mut Tx) -> store::Result<T>,
) -> store::Result<T> {
    let mut tx = db.begin().await?;
    let done = act(&mut tx).await?;
    tx.commit().await?;
    Ok(done)
}

pub(crate) fn sealed(byte: u8) -> SealedSecret {
    SealedSecret {
        secret: vec![byte; 48],
        data_key: vec![byte, 0, 255],
        master_key_id: "m1".into(),
        version: 1,
    }
}

pub(crate) fn key(owner: UserId, number: u128) -> KeyRow {
    KeyRow {
        key: ExchangeKey {
            id: ExchangeKeyId(id(number)),
            exchange_id: ExchangeId::Binance,
            trade_type: TradeType::Futures,
            strategy_type: StrategyType::Manual,
            active: true,
            name: "مفتاح 🔑 'x' \"y\"; --".into(),
            api_key: format!("api-{number}"),
            status: ApiKeyStatus::Authorized,
            sandbox: true,
            ip_restricted: false,
            account_mode: domain::AccountMode::OneWay,
            may_withdraw: false,
            expires_at: None,
            traded_elsewhere: false,
            created_at: NOW,
            updated_at: NOW,
        },
        user_id: owner,
        sealed: sealed(7),
    }
}

/// Stores the key with this number.
pub(crate) async fn connected(db: &Db, owner: UserId, number: u128) -> ExchangeKeyId {
    let row = key(owner, number);
    write(db, async |tx| key::insert_key(tx, &row).await).await.unwrap();
    row.key.id
}

pub(crate) fn intent(owner: UserId, key: u128, number: u128) -> NewIntent {
    NewIntent {
        id: IntentId(id(number)),
        user_id: owner,
        exchange_key_id: ExchangeKeyId(id(key)),
        trade_type: TradeType::Futures,
        symbol: "BTC/USDT".parse().unwrap(),
        kind: intent::Kind::Open,
        request: r#"{"amount":0.1}"#.into(),
        idempotency: None,
        lease_holder: Some("one".into()),
        lease_until: NOW.plus(30),
        protection: None,
        created_at: NOW,
        position_side: domain::PositionSlot::Both,
    }
}

pub(crate) fn leg(intent: &NewIntent, seq: u16) -> NewLeg {
    let client_order_id = Some(format!("sl-{}-{seq}", intent.id.0.as_simple()));
    NewLeg { seq, role: "entry".into(), client_order_id, body: "{}".into() }
}

/// Stores an intent with legs 0 to 2.
pub(crate) async fn intended(db: &Db, new: &NewIntent) -> store::Result<()> {
    let legs: Vec<_> = (0..3).map(|seq| leg(new, seq)).collect();
    write(db, async |tx| intent::insert_intent(tx, new, &legs).await).await
}

/// Returns the kind of the error; `None` for a success.
pub(crate) fn kind<T>(result: store::Result<T>) -> Option<StoreErrorKind> {
    result.err().map(|error| error.kind())
}
