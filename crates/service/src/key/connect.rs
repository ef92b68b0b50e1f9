//! Connecting a key.

use super::{account_mode, mode_fits, seal};
use crate::{Actor, Desk, Error, Mode, Result, audit, equity, plan, recovery, step_up};
use domain::{
    AccountMode, ApiKeyStatus, Decimal, ExchangeId, ExchangeKey, ExchangeKeyId, Refusal, StrategyType,
    TradeType,
    account::Credential,
    plan::Limits,
    validation::{self, FieldProblem, Problem},
};
use exchange::{Credentials, KeyRights};
use store::{Tx, equity::Point, key::KeyRow};
use zeroize::Zeroizing;

/// Keys of one person, whatever their plan allows: each is supervised and checked.
const MOST: i64 = 500;

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
/// Fields (a key that may withdraw is refused); 1103, 1109, 2129a, 2129b; [`Error::StepUp`].
pub async fn create(desk: &Desk, actor: &Actor, new: NewKey) -> Result<ExchangeKey> {
    let mut made = create_together(desk, actor, vec![new]).await?;
    made.pop().ok_or_else(|| Error::fault("a new key is missing after it was stored"))
}

/// Connects several keys: all of them or none.
///
/// # Errors
/// As [`create`].
pub async fn create_together(desk: &Desk, actor: &Actor, news: Vec<NewKey>) -> Result<Vec<ExchangeKey>> {
    let news = news.into_iter().map(checked).collect::<Result<Vec<_>>>()?;
    step_up::must(desk, actor).await?;
    let limits = plan::of(desk, actor).await?.limits;
    let more = i64::try_from(news.len()).unwrap_or(i64::MAX);
    within(&limits, store::key::count_by_user(&desk.db, actor.user).await?, more)?;
    for new in &news {
        if store::key::exists(&desk.db, new.exchange_id, &new.api_key, new.trade_type).await? {
            return Err(Refusal::KeyExists.into());
        }
    }
    let mut worth = match limits.max_balance_usd {
        Some(_) => equity::counted_usd_of(desk, actor.user).await?,
        None => Decimal::ZERO,
    };
    let mut found = Vec::new();
    for new in &news {
        let who = Credentials::new(new.api_key.clone(), new.secret.as_str());
        let rights = verify(desk, &who, new.trade_type).await?;
        let balance = desk.exchange.balance(&who, new.trade_type).await?;
        let holds = equity::worth(desk, &balance).await;
        // Play money counts against no plan: what it is worth need not be known.
        let holds = if sandbox(desk) { holds.ok() } else { Some(holds?) };
        if !sandbox(desk) {
            worth += holds.unwrap_or_default();
        }
        found.push(Found { rights, holds });
    }
    if !limits.allows_balance(worth) {
        return Err(Refusal::PlanBalanceLimit.into());
    }
    // Lists are in the order of ids, which a clock may give two of at the same moment.
    let mut ids = news.iter().map(|_| ExchangeKeyId::mint(&*desk.clock, &*desk.chance)).collect::<Vec<_>>();
    ids.sort_unstable();
    let mut made = Vec::new();
    let mut tx = desk.db.begin().await?;
    // Counted again, one request of this person at a time: two at once would both have seen room for one.
    recovery::hold(&mut tx, actor).await?;
    within(&limits, store::key::count_by_user(&mut tx, actor.user).await?, more)?;
    for ((id, new), found) in ids.into_iter().zip(&news).zip(found) {
        made.push(insert(desk, &mut tx, actor, id, new, &found).await?);
    }
    tx.commit().await?;
    Ok(made)
}

/// What the exchange said of a key.
struct Found {
    rights: KeyRights,
    /// What its account is worth, in USD.
    holds: Option<Decimal>,
}

/// Whether a plan has room for `more` keys beside those that there are.
fn within(limits: &Limits, present: i64, more: i64) -> Result<()> {
    if present.saturating_add(more) > MOST {
        return Err(Refusal::PlanKeyLimit.into());
    }
    let last = more.saturating_sub(1);
    if limits.allows_key(present.saturating_add(last)) { Ok(()) } else { Err(Refusal::PlanKeyLimit.into()) }
}

/// Asks the exchange what the key may do, and how its account is set up. A key that may withdraw is too dangerous to keep.
pub(super) async fn verify(desk: &Desk, who: &Credentials, kind: TradeType) -> Result<KeyRights> {
    let rights = fit(desk, desk.exchange.key_rights(who).await?, kind)?;
    mode_fits(account_mode(desk, who, kind, &rights).await?)?;
    Ok(rights)
}

/// Whether a key with these rights may be connected.
pub(super) fn fit(desk: &Desk, rights: KeyRights, kind: TradeType) -> Result<KeyRights> {
    if rights.withdraw {
        return Err(Error::field("apiKey", Problem::KeyMayWithdraw));
    }
    if desk.settings.mode == Mode::Live && !rights.ip_restricted && !desk.settings.allow_unrestricted_keys {
        return Err(Error::field("apiKey", Problem::KeyAnyAddress));
    }
    if kind == TradeType::Futures && rights.portfolio_margin {
        mode_fits(AccountMode::Portfolio)?;
    }
    if may_trade(&rights, kind) { Ok(rights) } else { Err(Refusal::KeyUnauthorized.into()) }
}

/// Whether a key may trade what it was connected for.
pub(super) const fn may_trade(rights: &KeyRights, kind: TradeType) -> bool {
    match kind {
        TradeType::Spot => rights.spot,
        TradeType::Futures => rights.futures,
    }
}

/// Whether the keys that are connected here are play money: those count against no plan.
fn sandbox(desk: &Desk) -> bool {
    desk.settings.mode == Mode::Sandbox && desk.sandbox.is_some()
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

async fn insert(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    id: ExchangeKeyId,
    new: &NewKey,
    found: &Found,
) -> Result<ExchangeKey> {
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
        sandbox: sandbox(desk),
        ip_restricted: found.rights.ip_restricted,
        // Any other was refused.
        account_mode: AccountMode::OneWay,
        may_withdraw: false,
        expires_at: found.rights.expires_at,
        traded_elsewhere: false,
        created_at: now,
        updated_at: now,
    };
    let sealed = seal(desk, id, actor.user, &new.secret)?;
    let row = KeyRow { key, user_id: actor.user, sealed };
    match store::key::insert(tx, &row).await {
        Ok(()) => {}
        // Somebody connected it a moment ago.
        Err(error) if error.is_unique() => return Err(Refusal::KeyExists.into()),
        Err(error) => return Err(error.into()),
    }
    // Reports count from here: what is won or lost before the first round of all accounts is the person's, too.
    if let Some(total_usd) = found.holds.filter(|_| new.active) {
        store::equity::insert(tx, &Point { key: id, at: now, total_usd }).await?;
    }
    let subject = id.to_string();
    audit::record(desk, tx, Some(actor.user), audit::Deed::KeyCreated, &subject, actor.from.as_ref()).await?;
    let about = (subject.as_str(), row.key.name.as_str());
    recovery::announce(desk, tx, actor.user, Credential::KeyConnected, about).await?;
    Ok(row.key)
}
