//! Creating, changing and removing private signal sources, and the tokens of their webhooks.

use super::get_source;
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::{Following, strategy},
    identity::{plan, step_up},
    messaging::notify::announce_credential,
    platform::{
        audit::{self, AuditAction},
        opaque,
        throttle::{self, Bucket},
    },
    trading::market,
};
use domain::{
    ExchangeId, Frame, Refusal, StrategyId, Symbol, TradeType,
    account::Credential,
    own_source::{OwnSource, SourceRules, Visibility, most_sources},
    strategy::LONGEST_NAME,
    validation::{FieldProblem, Problem},
};
use store::{DecimalText, JsonText, Tx, own_source::OwnSource as Row, strategy::Strategy};

/// Length of the mark after a source's name.
const MARK: usize = " #ABCDEF".len();

/// Input for creating a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSource {
    /// Its name. A short mark is added, because names of strategies are unique.
    pub name: String,
    /// The market of its alerts.
    pub symbol: Symbol,
    /// The rules for its alerts.
    pub rules: SourceRules,
}

/// Changes to a source. Fields that are `None` stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceChange {
    /// Resumes or pauses it: a paused source refuses entries.
    pub active: Option<bool>,
    /// New rules.
    pub rules: Option<SourceRules>,
    /// Whether alerts decide the size of the owner's copies; otherwise the risk profile does.
    pub size_from_alert: Option<bool>,
}

/// Creates a source with a webhook, and returns it with the webhook's token, which cannot be shown again.
///
/// # Errors
/// Fields; 1300 if the exchange has no such futures market; 2103 if the plan allows no more; too many requests if the
/// user created many today, removed ones included; [`Error::StepUp`].
pub async fn create_source(desk: &Following, actor: &Actor, new: NewSource) -> Result<(OwnSource, String)> {
    let problems = new_problems(&new);
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    step_up::require_recent_password(desk, actor).await?;
    market::find_market(desk, TradeType::Futures, &new.symbol).await?;
    // A removed source keeps its row and its record, so the plan's limit does not bound them.
    throttle::count(desk, &[Bucket::Source(actor.user)]).await?;
    let limits = plan::limits_of(desk, actor.user).await?;
    let now = desk.clock.now();
    let strategy = strategy_of(desk, &new).await?;
    let row = Row {
        strategy_id: strategy.id,
        user_id: actor.user,
        visibility: Visibility::Private,
        stop_percent: None,
        target_percents: JsonText::of(&new.rules.target_percents)?,
        max_distance_percent: DecimalText(new.rules.max_distance_percent),
        live_since: None,
        created_at: now,
        removed_at: None,
    };
    let row = with_rules(row, &new.rules)?;
    let (token, hash) = opaque::mint(&*desk.entropy);
    let mut tx = desk.db.begin().await?;
    // Locks the user's row: two requests cannot both take the last free place.
    actor.hold(&mut tx).await?;
    let present = store::own_source::count_of_user(&mut tx, actor.user).await?;
    if most_sources(&limits).is_some_and(|most| present >= most) {
        return Err(Refusal::PlanFeature.into());
    }
    store::strategy::insert(&mut tx, &strategy).await.map_err(name_taken)?;
    store::own_source::insert_source(&mut tx, &row).await?;
    store::strategy::set_hook(&mut tx, strategy.id, Some(&hash), Some(actor.user), now).await?;
    note(desk, &mut tx, actor, AuditAction::StrategyCreated, strategy.id).await?;
    announce(desk, &mut tx, actor, Credential::SourceRotated, &strategy).await?;
    tx.commit().await?;
    Ok((get_source(desk, actor, strategy.id).await?, token))
}

fn new_problems(new: &NewSource) -> Vec<FieldProblem> {
    let mut problems = strategy::unsound(&new.name, None, None);
    if problems.is_empty() && new.name.trim().chars().count() + MARK > LONGEST_NAME {
        problems.push(FieldProblem::new("name", Problem::TextTooLong));
    }
    problems.append(&mut new.rules.problems());
    problems
}

/// The strategy of a new source. Its name ends with a mark, so that the owner cannot learn from a conflict which names
/// other users have.
async fn strategy_of(desk: &Following, new: &NewSource) -> Result<Strategy> {
    let (id, now) = (StrategyId::mint(&*desk.clock, &*desk.entropy), desk.clock.now());
    let (_, random) = id.0.as_u64_pair();
    Ok(Strategy {
        id,
        name: format!("{} #{:06X}", new.name.trim(), random & 0x00FF_FFFF),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: new.symbol.clone(),
        timeframe_s: Frame::H1.seconds(),
        definition: None,
        active: true,
        position: store::strategy::next_position(&desk.db).await?,
        created_at: now,
        updated_at: now,
    })
}

fn with_rules(row: Row, rules: &SourceRules) -> Result<Row> {
    Ok(Row {
        stop_percent: rules.stop_percent.map(DecimalText),
        target_percents: JsonText::of(&rules.target_percents)?,
        max_distance_percent: DecimalText(rules.max_distance_percent),
        ..row
    })
}

/// Changes a source.
///
/// # Errors
/// Fields; not found.
pub async fn change_source(
    desk: &Following,
    actor: &Actor,
    id: StrategyId,
    change: SourceChange,
) -> Result<OwnSource> {
    let problems = change.rules.as_ref().map(SourceRules::problems).unwrap_or_default();
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    let row = store::own_source::get_source(&mut tx, actor.user, id).await?.ok_or(Error::NotFound)?;
    if let Some(rules) = &change.rules {
        store::own_source::update_rules(&mut tx, &with_rules(row, rules)?).await?;
    }
    if let Some(on) = change.size_from_alert {
        store::signal_size::set_sized(&mut tx, id, on, desk.clock.now()).await?;
    }
    if let Some(active) = change.active {
        store::strategy::set_active(&mut tx, id, active, desk.clock.now()).await?;
    }
    note(desk, &mut tx, actor, AuditAction::StrategyChanged, id).await?;
    tx.commit().await?;
    get_source(desk, actor, id).await
}

/// Gives a source's webhook a new token, which is returned only this once. The previous token becomes invalid.
///
/// # Errors
/// Not found; [`Error::StepUp`].
pub async fn rotate_token(desk: &Following, actor: &Actor, id: StrategyId) -> Result<String> {
    step_up::require_recent_password(desk, actor).await?;
    let (token, hash) = opaque::mint(&*desk.entropy);
    set_token(desk, actor, id, Some(&hash)).await?;
    Ok(token)
}

/// Revokes the token of a source's webhook.
///
/// # Errors
/// Not found; [`Error::StepUp`].
pub async fn revoke_token(desk: &Following, actor: &Actor, id: StrategyId) -> Result<()> {
    step_up::require_recent_password(desk, actor).await?;
    set_token(desk, actor, id, None).await
}

async fn set_token(
    desk: &Following,
    actor: &Actor,
    id: StrategyId,
    hash: Option<&store::TokenHash>,
) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    let strategy = owned(&mut tx, actor, id).await?;
    let by = hash.map(|_| actor.user);
    store::strategy::set_hook(&mut tx, id, hash, by, desk.clock.now()).await?;
    note(desk, &mut tx, actor, AuditAction::HookChanged, id).await?;
    let what = if hash.is_some() { Credential::SourceRotated } else { Credential::SourceClosed };
    announce(desk, &mut tx, actor, what, &strategy).await?;
    Ok(tx.commit().await?)
}

/// Removes a source: its webhook is revoked, and its entries are no longer copied. Open positions keep their stops.
///
/// # Errors
/// Not found; [`Error::StepUp`].
pub async fn remove_source(desk: &Following, actor: &Actor, id: StrategyId) -> Result<()> {
    step_up::require_recent_password(desk, actor).await?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    let strategy = owned(&mut tx, actor, id).await?;
    store::own_source::remove_source(&mut tx, actor.user, id, now).await?;
    store::strategy::set_hook(&mut tx, id, None, None, now).await?;
    store::strategy::set_active(&mut tx, id, false, now).await?;
    note(desk, &mut tx, actor, AuditAction::StrategyChanged, id).await?;
    announce(desk, &mut tx, actor, Credential::SourceClosed, &strategy).await?;
    Ok(tx.commit().await?)
}

/// The strategy of one of the caller's sources.
async fn owned(tx: &mut Tx, actor: &Actor, id: StrategyId) -> Result<Strategy> {
    store::own_source::get_source(&mut *tx, actor.user, id).await?.ok_or(Error::NotFound)?;
    store::strategy::get_strategy(&mut *tx, id).await?.ok_or(Error::NotFound)
}

async fn note(
    desk: &Following,
    tx: &mut Tx,
    actor: &Actor,
    action: AuditAction,
    id: StrategyId,
) -> Result<()> {
    audit::record(desk, tx, Some(actor.user), action, &id.to_string(), actor.from.as_ref()).await
}

async fn announce(
    desk: &Following,
    tx: &mut Tx,
    actor: &Actor,
    what: Credential,
    strategy: &Strategy,
) -> Result<()> {
    announce_credential(desk, tx, actor.user, what, (&strategy.id.to_string(), &strategy.name)).await
}

fn name_taken(error: store::Error) -> Error {
    if error.is_unique() { Error::field("name", Problem::NameTaken) } else { error.into() }
}
