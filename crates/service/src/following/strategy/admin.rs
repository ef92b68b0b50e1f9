//! Administration of strategies by operators.

use super::{row, shown};
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    identity::step_up,
    messaging::notify::announce_credential,
    platform::{
        audit::{self, AuditAction},
        opaque,
    },
    trading::market,
};
use ::strategy::Definition;
use domain::{
    ExchangeId, Frame, Role, StrategyId, Symbol, TradeType,
    account::Credential,
    strategy::{LONGEST_DESCRIPTION, LONGEST_NAME, Operated},
    unseen::unseen,
    validation::{FieldProblem, Problem},
};
use std::collections::HashMap;
use store::{Tx, strategy::Strategy};

/// Input for creating a strategy.
#[derive(Clone, Debug)]
pub struct NewStrategy {
    /// The strategy's name.
    pub name: String,
    /// Description of the strategy, as free text.
    pub description: Option<String>,
    /// The market it trades. It cannot be changed later, because follows depend on it.
    pub symbol: Symbol,
    /// The timeframe of its bars.
    pub frame: Frame,
    /// The rules as JSON; `None` if an outside signal source decides.
    pub definition: Option<String>,
    /// Whether it may be followed immediately.
    pub active: bool,
}

/// Changes to a strategy. Fields that are `None` stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrategyChange {
    /// A new name.
    pub name: Option<String>,
    /// A new description, or `Some(None)` to remove it.
    pub description: Option<Option<String>>,
    /// A new timeframe.
    pub frame: Option<Frame>,
    /// New rules, or `Some(None)` to remove them.
    pub definition: Option<Option<String>>,
    /// Activates or deactivates the strategy.
    pub active: Option<bool>,
}

/// Returns every strategy as operators see it.
///
/// # Errors
/// Forbidden for everyone but operators.
pub async fn operated(desk: &Following, actor: &Actor) -> Result<Vec<Operated>> {
    actor.must(Role::Admin)?;
    let hooked = store::strategy::list_with_webhook(&desk.db).await?;
    let followers = store::strategy::count_followers(&desk.db).await?;
    let followers: HashMap<_, _> = followers.into_iter().map(|f| (f.strategy_id, f.follows)).collect();
    let operated = |row: Strategy| {
        Ok(Operated {
            hook: hooked.contains(&row.id),
            followers: followers.get(&row.id).copied().flatten().unwrap_or(0),
            definition: row.definition.clone(),
            strategy: shown(row)?,
        })
    };
    store::strategy::list_strategies(&desk.db).await?.into_iter().map(operated).collect()
}

/// Returns one strategy as operators see it.
///
/// # Errors
/// Not found; forbidden for everyone but operators.
pub async fn operated_one(desk: &Following, actor: &Actor, id: StrategyId) -> Result<Operated> {
    let all = operated(desk, actor).await?;
    all.into_iter().find(|one| one.strategy.id == id).ok_or(Error::NotFound)
}

/// Creates a strategy without a webhook.
///
/// # Errors
/// Fields; 1300 if the exchange has no such futures market; forbidden for everyone but operators.
pub async fn create_strategy(desk: &Following, actor: &Actor, new: NewStrategy) -> Result<Operated> {
    actor.must(Role::Admin)?;
    let now = desk.clock.now();
    let strategy = checked(Strategy {
        id: StrategyId::mint(&*desk.clock, &*desk.entropy),
        name: new.name,
        description: new.description,
        exchange_id: ExchangeId::Binance,
        symbol: new.symbol,
        timeframe_s: new.frame.seconds(),
        definition: new.definition,
        active: new.active,
        position: store::strategy::next_position(&desk.db).await?,
        created_at: now,
        updated_at: now,
    })?;
    market::find_market(desk, TradeType::Futures, &strategy.symbol).await?;
    let mut tx = desk.db.begin().await?;
    store::strategy::insert(&mut tx, &strategy).await.map_err(name_taken)?;
    note(desk, &mut tx, actor, AuditAction::StrategyCreated, strategy.id).await?;
    tx.commit().await?;
    operated_one(desk, actor, strategy.id).await
}

/// Changes a strategy. Changed rules are backtested again; the live record continues.
///
/// # Errors
/// Fields; not found; forbidden for everyone but operators, and for private signal sources, which operators can only
/// deactivate; [`Error::StepUp`].
pub async fn update_strategy(
    desk: &Following,
    actor: &Actor,
    id: StrategyId,
    change: StrategyChange,
) -> Result<Operated> {
    actor.must(Role::Admin)?;
    let before = row(desk, id).await?;
    // A source's owner trades by its name, its rules and its pause.
    if change != (StrategyChange { active: Some(false), ..StrategyChange::default() }) {
        must_not_be_private(desk, id).await?;
    }
    let after = checked(Strategy {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        description: change.description.unwrap_or_else(|| before.description.clone()),
        timeframe_s: change.frame.map_or(before.timeframe_s, Frame::seconds),
        definition: change.definition.unwrap_or_else(|| before.definition.clone()),
        active: change.active.unwrap_or(before.active),
        updated_at: desk.clock.now(),
        ..before.clone()
    })?;
    // Its followers trade by what is changed here.
    step_up::require_recent_password(desk, actor).await?;
    let mut tx = desk.db.begin().await?;
    store::strategy::update_strategy(&mut tx, &after).await.map_err(name_taken)?;
    if before.timeframe_s != after.timeframe_s || before.definition != after.definition {
        store::strategy::request_backtest(&mut tx, id).await?;
    }
    if after.active != before.active {
        store::strategy::set_active(&mut tx, id, after.active, after.updated_at).await?;
    }
    note(desk, &mut tx, actor, AuditAction::StrategyChanged, id).await?;
    tx.commit().await?;
    operated_one(desk, actor, id).await
}

/// Activates or deactivates a strategy. Copied positions keep their stops.
///
/// # Errors
/// As [`update_strategy`].
pub async fn set_active(desk: &Following, actor: &Actor, id: StrategyId, active: bool) -> Result<Operated> {
    update_strategy(desk, actor, id, StrategyChange { active: Some(active), ..StrategyChange::default() })
        .await
}

/// Gives a strategy's webhook a new token, which is returned only this once. The previous token becomes
/// invalid.
///
/// # Errors
/// Not found; forbidden for everyone but operators, and for private signal sources; [`Error::StepUp`].
pub async fn rotate_hook(desk: &Following, actor: &Actor, id: StrategyId) -> Result<String> {
    step_up::must_be_admin(desk, actor).await?;
    let (token, hash) = opaque::mint(&*desk.entropy);
    set_hook(desk, actor, id, Some(&hash)).await?;
    Ok(token)
}

/// Removes a strategy's webhook.
///
/// # Errors
/// Not found; forbidden for everyone but operators; [`Error::StepUp`].
pub async fn remove_hook(desk: &Following, actor: &Actor, id: StrategyId) -> Result<()> {
    step_up::must_be_admin(desk, actor).await?;
    set_hook(desk, actor, id, None).await
}

async fn set_hook(
    desk: &Following,
    actor: &Actor,
    id: StrategyId,
    hash: Option<&store::TokenHash>,
) -> Result<()> {
    let name = row(desk, id).await?.name;
    must_not_be_private(desk, id).await?;
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    let by = hash.map(|_| actor.user);
    if !store::strategy::set_hook(&mut tx, id, hash, by, desk.clock.now()).await? {
        return Err(Error::NotFound);
    }
    note(desk, &mut tx, actor, AuditAction::HookChanged, id).await?;
    let what = if hash.is_some() { Credential::HookRotated } else { Credential::HookClosed };
    announce_credential(desk, &mut tx, actor.user, what, (&id.to_string(), &name)).await?;
    Ok(tx.commit().await?)
}

/// Checks that a strategy is not a user's private signal source, whose alerts only its owner may send.
///
/// # Errors
/// Forbidden if it is.
pub(super) async fn must_not_be_private(desk: &Following, id: StrategyId) -> Result<()> {
    match store::own_source::of_strategy(&desk.db, id).await? {
        Some(_) => Err(Error::Forbidden),
        None => Ok(()),
    }
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

fn checked(strategy: Strategy) -> Result<Strategy> {
    let (name, description) = (&strategy.name, strategy.description.as_deref());
    let sound = sound(name, description, strategy.definition.as_deref()).map_err(Error::Fields)?;
    let Sound { name, description, definition } = sound;
    Ok(Strategy { name, description, definition, ..strategy })
}

/// Returns the problems of a strategy's name, description and definition, so that a caller can add them to
/// others.
#[must_use]
pub fn unsound(name: &str, description: Option<&str>, definition: Option<&str>) -> Vec<FieldProblem> {
    sound(name, description, definition).err().unwrap_or_default()
}

/// The values as they are stored.
struct Sound {
    name: String,
    description: Option<String>,
    definition: Option<String>,
}

fn sound(
    name: &str,
    description: Option<&str>,
    definition: Option<&str>,
) -> std::result::Result<Sound, Vec<FieldProblem>> {
    let about = |field| move |problem| vec![FieldProblem::new(field, problem)];
    let name = text(name, LONGEST_NAME)
        .and_then(|name| if name.is_empty() { Err(Problem::Required) } else { Ok(name) })
        .and_then(|name| if name.chars().any(unseen) { Err(Problem::NotText) } else { Ok(name) })
        .map_err(about("name"));
    let description = description
        .map(|words| text(words, LONGEST_DESCRIPTION))
        .transpose()
        .map(|words| words.filter(|words| !words.is_empty()))
        .map_err(about("description"));
    let definition = definition.map(rules).transpose();
    match (name, description, definition) {
        (Ok(name), Ok(description), Ok(definition)) => Ok(Sound { name, description, definition }),
        (a, b, c) => Err([a.err(), b.err(), c.err()].into_iter().flatten().flatten().collect()),
    }
}

/// Returns a definition's canonical text, or its problems with their paths, such as
/// `definition.stop.percent`.
fn rules(json: &str) -> std::result::Result<String, Vec<FieldProblem>> {
    let read = Definition::from_json(json);
    let followable = read.and_then(|rules| rules.validate_followable().map(|()| rules.to_json()));
    followable.map_err(|wrong| {
        let place =
            |at: &str| if at.is_empty() { "definition".to_owned() } else { format!("definition.{at}") };
        wrong.iter().map(|w| FieldProblem::new(&place(&w.at), Problem::NotDefinition)).collect()
    })
}

/// Trims and checks display text: its length, and that it has no control characters but line breaks.
fn text(given: &str, longest: usize) -> std::result::Result<String, Problem> {
    let given = given.trim();
    if given.chars().count() > longest {
        Err(Problem::TextTooLong)
    } else if given.chars().any(|c| c.is_control() && c != '\n') {
        Err(Problem::NotText)
    } else {
        Ok(given.to_owned())
    }
}

fn name_taken(error: store::Error) -> Error {
    if error.is_unique() { Error::field("name", Problem::NameTaken) } else { error.into() }
}
