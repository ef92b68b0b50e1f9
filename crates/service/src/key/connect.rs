//! Connecting a key.

use super::seal;
use crate::{Actor, Desk, Error, Mode, Result, audit, equity, plan};
use domain::{
    ApiKeyStatus, Decimal, ExchangeId, ExchangeKey, ExchangeKeyId, Refusal, StrategyType, TradeType,
    validation::{self, FieldProblem, Problem},
};
use exchange::{Credentials, KeyRights};
use store::key::KeyRow;
use zeroize::Zeroizing;

/// What a person gives to connect a key.
pub struct NewKey {
    /// At which exchange.
    pub exchange_id: ExchangeId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Who will decide what it trades.
    pub strategy_type: StrategyType,
    /// Switched on at once.
    pub active: bool,
    /// The person's name for it.
    pub name: String,
    /// The public half.
    pub api_key: String,
    /// The secret half.
    pub secret: Zeroizing<String>,
}

/// Connects a key, once the exchange has let it in.
///
/// # Errors
/// Fields (a key that may withdraw is refused); 1103, 1109, 2129a, 2129b.
pub async fn create(desk: &Desk, actor: &Actor, new: NewKey) -> Result<ExchangeKey> {
    let new = checked(new)?;
    let limits = plan::of(desk, actor).await?.limits;
    if !limits.allows_key(store::key::count_by_user(&desk.db, actor.user).await?) {
        return Err(Refusal::PlanKeyLimit.into());
    }
    if store::key::exists(&desk.db, new.exchange_id, &new.api_key, new.trade_type).await? {
        return Err(Refusal::KeyExists.into());
    }
    let who = Credentials::new(new.api_key.clone(), new.secret.as_str());
    let rights = verify(desk, &who, new.trade_type).await?;
    let balance = desk.exchange.balance(&who, new.trade_type).await?;
    let worth = equity::worth(desk, &balance).await?;
    let present =
        if limits.max_balance_usd.is_some() { equity::total_usd(desk, actor).await? } else { Decimal::ZERO };
    if !limits.allows_balance(present + worth) {
        return Err(Refusal::PlanBalanceLimit.into());
    }
    insert(desk, actor, &new, rights).await
}

/// Asks the exchange what the key may do. A key that may withdraw is too dangerous to keep.
pub(super) async fn verify(desk: &Desk, who: &Credentials, kind: TradeType) -> Result<KeyRights> {
    let rights = desk.exchange.key_rights(who).await?;
    if rights.withdraw {
        return Err(Error::field("apiKey", Problem::KeyMayWithdraw));
    }
    let trades = match kind {
        TradeType::Spot => rights.spot,
        TradeType::Futures => rights.futures,
    };
    if trades { Ok(rights) } else { Err(Refusal::KeyUnauthorized.into()) }
}

fn checked(new: NewKey) -> Result<NewKey> {
    let mut problems = Vec::new();
    let mut take = |field: &str, value: std::result::Result<String, Problem>| {
        value.unwrap_or_else(|problem| {
            problems.push(FieldProblem::new(field, problem));
            String::new()
        })
    };
    let kind = validation::key_kind(new.trade_type, new.strategy_type);
    take("tradeType", kind.map(|()| String::new()));
    let name = take("name", validation::key_name(&new.name));
    let api_key = take("apiKey", validation::credential(&new.api_key));
    let secret = Zeroizing::new(take("apiSecretKey", validation::credential(&new.secret)));
    if problems.is_empty() {
        Ok(NewKey { name, api_key, secret, ..new })
    } else {
        Err(Error::Fields(problems))
    }
}

async fn insert(desk: &Desk, actor: &Actor, new: &NewKey, rights: KeyRights) -> Result<ExchangeKey> {
    let id = ExchangeKeyId::mint(&*desk.clock, &*desk.chance);
    let now = desk.clock.now();
    let key = ExchangeKey {
        id,
        exchange_id: new.exchange_id,
        trade_type: new.trade_type,
        strategy_type: new.strategy_type,
        active: new.active,
        name: new.name.clone(),
        api_key: new.api_key.clone(),
        status: ApiKeyStatus::Authorized,
        sandbox: desk.settings.mode == Mode::Sandbox && desk.sandbox.is_some(),
        ip_restricted: rights.ip_restricted,
        created_at: now,
        updated_at: now,
    };
    let sealed = seal(desk, id, actor.user, &new.secret)?;
    let row = KeyRow { key, user_id: actor.user, sealed };
    let mut tx = desk.db.begin().await?;
    match store::key::insert(&mut tx, &row).await {
        Ok(()) => {}
        // Somebody connected it a moment ago.
        Err(error) if error.is_unique() => return Err(Refusal::KeyExists.into()),
        Err(error) => return Err(error.into()),
    }
    audit::record(desk, &mut tx, Some(actor.user), audit::Deed::KeyCreated, &id.to_string(), None).await?;
    tx.commit().await?;
    Ok(row.key)
}
