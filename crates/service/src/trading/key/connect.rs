//! Connecting a key.

use super::{account_mode, rights::mode_fits, seal};
use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::{plan, step_up},
    messaging::notify::announce_credential,
    platform::{audit, settings::Mode},
    trading::{Trading, equity, first_day, market},
};
use domain::{
    AccountMode, ApiKeyStatus, Decimal, ExchangeId, ExchangeKey, ExchangeKeyId, Refusal, StrategyType,
    TradeType,
    account::Credential,
    first_day::FirstDayChoice,
    plan::Limits,
    validation::{self, FieldProblem, Problem},
};
use exchange::{Credentials, KeyRights};
use store::{Tx, equity::Point, key::KeyRow};
use zeroize::Zeroizing;

/// Largest number of keys per user, whatever the plan allows: each key is supervised and checked.
const MOST: i64 = 500;

/// Input for connecting a key.
pub struct NewKey {
    /// The exchange that the key is for.
    pub exchange_id: ExchangeId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Whether the key is traded manually or by strategies.
    pub strategy_type: StrategyType,
    /// Whether the key is enabled immediately.
    pub active: bool,
    /// The user's name for it.
    pub name: String,
    /// The API key (public part).
    pub api_key: String,
    /// The API secret.
    pub secret: Zeroizing<String>,
    /// Choices about its first-day limits, which it gets in live mode.
    pub first_day: FirstDayChoice,
}

/// Connects a key after the exchange has accepted it.
///
/// # Errors
/// Fields (a key with the right to withdraw is rejected); 1103, 1109, 1300, 2129a, 2129b; [`Error::StepUp`].
pub async fn connect_key(desk: &Trading, actor: &Actor, new: NewKey) -> Result<ExchangeKey> {
    let mut made = create_together(desk, actor, vec![new]).await?;
    made.pop().ok_or_else(|| Error::fault("a new key is missing after it was stored"))
}

/// Connects several keys: all of them or none.
///
/// # Errors
/// As [`connect_key`].
pub async fn create_together(desk: &Trading, actor: &Actor, news: Vec<NewKey>) -> Result<Vec<ExchangeKey>> {
    connect(desk, actor, news, false).await
}

/// Connects the key of a paper account under the first default name that none of the user's keys has.
///
/// # Errors
/// As [`connect_key`].
pub(super) async fn create_paper(desk: &Trading, actor: &Actor, new: NewKey) -> Result<ExchangeKey> {
    // Stands for the name until the user's other names are known.
    let new = NewKey { name: default_name(new.strategy_type, &[]), ..new };
    let mut made = connect(desk, actor, vec![new], true).await?;
    made.pop().ok_or_else(|| Error::fault("a key was connected and is not there"))
}

/// The first default name that is not taken. Manual and automated accounts share their numbers.
fn default_name(way: StrategyType, taken: &[&str]) -> String {
    let names = |number: u32| [format!("Paper {number}"), format!("Paper {number} (automated)")];
    let free = |number: &u32| names(*number).iter().all(|name| !taken.contains(&name.as_str()));
    let [manual, automated] = names((1..).find(free).unwrap_or(1));
    match way {
        StrategyType::Manual => manual,
        StrategyType::Automated => automated,
    }
}

/// Connects keys; with `numbered` each gets its default name instead of its own.
async fn connect(
    desk: &Trading,
    actor: &Actor,
    news: Vec<NewKey>,
    numbered: bool,
) -> Result<Vec<ExchangeKey>> {
    let mut news = news.into_iter().map(checked).collect::<Result<Vec<_>>>()?;
    step_up::require_recent_password(desk, actor).await?;
    let limits = plan::plan_of(desk, actor).await?.limits;
    let more = i64::try_from(news.len()).unwrap_or(i64::MAX);
    within(&limits, store::key::count_by_user(&desk.db, actor.user).await?, more)?;
    for new in &news {
        if let Some(market) = &new.first_day.market
            && first_day::cap_for_new_keys(desk).is_some()
        {
            market::find_market(desk, new.trade_type, market).await?;
        }
    }
    let mut worth = match limits.max_balance_usd {
        Some(_) => equity::counted_usd_of(desk, actor.user).await?,
        None => Decimal::ZERO,
    };
    let mut found = Vec::new();
    for new in &news {
        let who = Credentials::new(new.api_key.clone(), new.secret.as_str());
        let (rights, mode) = verify_key(desk, &who, new.trade_type).await?;
        // After the exchange has accepted the secret: otherwise anyone could find out which keys are connected here.
        if store::key::exists(&desk.db, new.exchange_id, &new.api_key, new.trade_type).await? {
            return Err(Refusal::KeyExists.into());
        }
        let balance = desk.exchange.balance(&who, new.trade_type).await?;
        let holds = equity::value_of(desk, &balance).await;
        // The value of an account that counts against no plan may be unknown.
        let holds = if counted(desk) { Some(holds?) } else { holds.ok() };
        if counted(desk) {
            worth += holds.unwrap_or_default();
        }
        found.push(Found { rights, mode, holds });
    }
    if !limits.allows_balance(worth) {
        return Err(Refusal::PlanBalanceLimit.into());
    }
    // Lists are sorted by id, and two ids minted in the same clock tick may be out of order.
    let mut ids = news.iter().map(|_| ExchangeKeyId::mint(&*desk.clock, &*desk.entropy)).collect::<Vec<_>>();
    ids.sort_unstable();
    let mut made = Vec::new();
    let mut tx = desk.db.begin().await?;
    // Counted again under a per-user lock: two concurrent requests would both have found room for one key.
    actor.hold(&mut tx).await?;
    within(&limits, store::key::count_by_user(&mut tx, actor.user).await?, more)?;
    if numbered {
        let keys = store::key::list_by_user(&mut tx, actor.user).await?;
        let taken: Vec<_> = keys.iter().map(|key| key.name.as_str()).collect();
        for new in &mut news {
            new.name = default_name(new.strategy_type, &taken);
        }
    }
    for ((id, new), found) in ids.into_iter().zip(&news).zip(found) {
        made.push(insert(desk, &mut tx, actor, id, new, &found).await?);
    }
    tx.commit().await?;
    Ok(made)
}

/// The exchange's answers about a key.
struct Found {
    rights: KeyRights,
    mode: AccountMode,
    /// The account's value in USD.
    holds: Option<Decimal>,
}

/// Checks that a plan allows `more` keys in addition to the present ones.
fn within(limits: &Limits, present: i64, more: i64) -> Result<()> {
    if present.saturating_add(more) > MOST {
        return Err(Refusal::PlanKeyLimit.into());
    }
    let last = more.saturating_sub(1);
    if limits.allows_key(present.saturating_add(last)) { Ok(()) } else { Err(Refusal::PlanKeyLimit.into()) }
}

/// Reads the key's rights and the account's mode from the exchange. A key with the right to withdraw is too
/// dangerous to keep.
pub(super) async fn verify_key(
    desk: &Trading,
    who: &Credentials,
    kind: TradeType,
) -> Result<(KeyRights, AccountMode)> {
    let rights = fit(desk, desk.exchange.key_rights(who).await?, kind)?;
    let mode = account_mode(desk, who, kind, &rights).await?;
    mode_fits(mode)?;
    Ok((rights, mode))
}

/// Checks that a key with these rights may be connected.
pub(super) fn fit(desk: &Trading, rights: KeyRights, kind: TradeType) -> Result<KeyRights> {
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

/// Whether a key may trade on the market type it was connected for.
pub(super) const fn may_trade(rights: &KeyRights, kind: TradeType) -> bool {
    match kind {
        TradeType::Spot => rights.spot,
        TradeType::Futures => rights.futures,
    }
}

/// Whether keys connected on this install count against their owners' plans.
fn counted(desk: &Trading) -> bool {
    !sandbox(desk) || desk.settings.sandbox_plan_limits
}

/// Whether keys connected on this install are sandbox keys.
fn sandbox(desk: &Trading) -> bool {
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
    let secret = Zeroizing::new(take("apiSecretKey", validation::secret(&new.secret)));
    if problems.is_empty() {
        Ok(NewKey { name, api_key, secret, ..new })
    } else {
        Err(Error::Fields(problems))
    }
}

async fn insert(
    desk: &Trading,
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
        account_mode: found.mode,
        may_withdraw: false,
        expires_at: found.rights.expires_at,
        traded_elsewhere: false,
        created_at: now,
        updated_at: now,
    };
    let sealed = seal(desk, id, actor.user, &new.secret)?;
    let row = KeyRow { key, user_id: actor.user, sealed };
    match store::key::insert_key(tx, &row).await {
        Ok(()) => {}
        // The same key was connected concurrently.
        Err(error) if error.is_unique() => return Err(Refusal::KeyExists.into()),
        Err(error) => return Err(error.into()),
    }
    first_day::begin_limits(desk, tx, &row.key, &new.first_day).await?;
    // Reports start here, so that profit before the first snapshot of all accounts is included.
    if let Some(total_usd) = found.holds.filter(|_| new.active) {
        store::equity::insert(tx, &Point { key: id, at: now, total_usd }).await?;
    }
    let subject = id.to_string();
    audit::record(desk, tx, Some(actor.user), audit::AuditAction::KeyCreated, &subject, actor.from.as_ref())
        .await?;
    let about = (subject.as_str(), row.key.name.as_str());
    announce_credential(desk, tx, actor.user, Credential::KeyConnected, about).await?;
    Ok(row.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_paper_accounts_of_a_user_share_a_name() {
        assert_eq!(default_name(StrategyType::Manual, &[]), "Paper 1");
        assert_eq!(default_name(StrategyType::Automated, &["Mine", "Paper 1"]), "Paper 2 (automated)");
        let gap = ["Paper 1", "Paper 3 (automated)"];
        assert_eq!(default_name(StrategyType::Manual, &gap), "Paper 2");
        assert_eq!(default_name(StrategyType::Manual, &["Paper 1 (automated)"]), "Paper 2");
        let longest = default_name(StrategyType::Automated, &[]).replace('1', "500");
        assert!(validation::key_name(&longest).is_ok());
    }
}
