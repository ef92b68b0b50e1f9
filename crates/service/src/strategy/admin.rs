//! What the operator does with strategies.

use super::{row, shown};
use crate::{
    Actor, Desk, Error, Result,
    audit::{self, Deed},
    market, opaque, recovery, step_up,
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

/// A strategy to be made.
#[derive(Clone, Debug)]
pub struct NewStrategy {
    /// Its name.
    pub name: String,
    /// What it does, in words.
    pub description: Option<String>,
    /// On which pair; it cannot be changed later, for follows hang on it.
    pub symbol: Symbol,
    /// The length of its bars.
    pub frame: Frame,
    /// How it decides, as JSON; none: an outside brain decides.
    pub definition: Option<String>,
    /// Whether it may be followed at once.
    pub active: bool,
}

/// What may change; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct StrategyChange {
    /// A new name.
    pub name: Option<String>,
    /// New words, or none.
    pub description: Option<Option<String>>,
    /// Other bars.
    pub frame: Option<Frame>,
    /// Another definition, or none any more.
    pub definition: Option<Option<String>>,
    /// Activated or deactivated.
    pub active: Option<bool>,
}

/// Every strategy as its operator sees it.
///
/// # Errors
/// Forbidden to everyone else.
pub async fn operated(desk: &Desk, actor: &Actor) -> Result<Vec<Operated>> {
    actor.must(Role::Admin)?;
    let hooked = store::strategy::hooked(&desk.db).await?;
    let followers = store::strategy::followers(&desk.db).await?;
    let followers: HashMap<_, _> = followers.into_iter().map(|f| (f.strategy_id, f.follows)).collect();
    let operated = |row: Strategy| {
        Ok(Operated {
            hook: hooked.contains(&row.id),
            followers: followers.get(&row.id).copied().flatten().unwrap_or(0),
            definition: row.definition.clone(),
            strategy: shown(row)?,
        })
    };
    store::strategy::list(&desk.db).await?.into_iter().map(operated).collect()
}

/// One of them.
///
/// # Errors
/// Not found; forbidden to everyone else.
pub async fn operated_one(desk: &Desk, actor: &Actor, id: StrategyId) -> Result<Operated> {
    let all = operated(desk, actor).await?;
    all.into_iter().find(|one| one.strategy.id == id).ok_or(Error::NotFound)
}

/// Makes a strategy, without a hook.
///
/// # Errors
/// Fields; 1300 when the exchange has no such futures market; forbidden to everyone but the operator.
pub async fn create(desk: &Desk, actor: &Actor, new: NewStrategy) -> Result<Operated> {
    actor.must(Role::Admin)?;
    let now = desk.clock.now();
    let strategy = checked(Strategy {
        id: StrategyId::mint(&*desk.clock, &*desk.chance),
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
    market::find(desk, TradeType::Futures, &strategy.symbol).await?;
    let mut tx = desk.db.begin().await?;
    store::strategy::insert(&mut tx, &strategy).await.map_err(name_taken)?;
    note(desk, &mut tx, actor, Deed::StrategyCreated, strategy.id).await?;
    tx.commit().await?;
    operated_one(desk, actor, strategy.id).await
}

/// Changes a strategy. Other rules have another backtest; the live record goes on.
///
/// # Errors
/// Fields; not found; forbidden to everyone but the operator.
pub async fn update(desk: &Desk, actor: &Actor, id: StrategyId, change: StrategyChange) -> Result<Operated> {
    actor.must(Role::Admin)?;
    let before = row(desk, id).await?;
    let after = checked(Strategy {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        description: change.description.unwrap_or_else(|| before.description.clone()),
        timeframe_s: change.frame.map_or(before.timeframe_s, Frame::seconds),
        definition: change.definition.unwrap_or_else(|| before.definition.clone()),
        active: change.active.unwrap_or(before.active),
        updated_at: desk.clock.now(),
        ..before.clone()
    })?;
    let mut tx = desk.db.begin().await?;
    store::strategy::update(&mut tx, &after).await.map_err(name_taken)?;
    if before.timeframe_s != after.timeframe_s || before.definition != after.definition {
        store::strategy::request_backtest(&mut tx, id).await?;
    }
    if after.active != before.active {
        store::strategy::set_active(&mut tx, id, after.active, after.updated_at).await?;
    }
    note(desk, &mut tx, actor, Deed::StrategyChanged, id).await?;
    tx.commit().await?;
    operated_one(desk, actor, id).await
}

/// Activates or deactivates a strategy. Positions that were copied keep their stops.
///
/// # Errors
/// As [`update`].
pub async fn set_active(desk: &Desk, actor: &Actor, id: StrategyId, active: bool) -> Result<Operated> {
    update(desk, actor, id, StrategyChange { active: Some(active), ..StrategyChange::default() }).await
}

/// Gives a strategy's hook a new token, which is told this once; the one before opens nothing any more.
///
/// # Errors
/// Not found; forbidden to everyone but the operator; [`Error::StepUp`].
pub async fn rotate_hook(desk: &Desk, actor: &Actor, id: StrategyId) -> Result<String> {
    actor.must(Role::Admin)?;
    step_up::must(desk, actor).await?;
    let (token, hash) = opaque::mint(&*desk.chance);
    set_hook(desk, actor, id, Some(&hash)).await?;
    Ok(token)
}

/// Closes a strategy's hook.
///
/// # Errors
/// Not found; forbidden to everyone but the operator; [`Error::StepUp`].
pub async fn remove_hook(desk: &Desk, actor: &Actor, id: StrategyId) -> Result<()> {
    actor.must(Role::Admin)?;
    step_up::must(desk, actor).await?;
    set_hook(desk, actor, id, None).await
}

async fn set_hook(desk: &Desk, actor: &Actor, id: StrategyId, hash: Option<&store::Hash>) -> Result<()> {
    let name = row(desk, id).await?.name;
    let mut tx = desk.db.begin().await?;
    recovery::hold(&mut tx, actor).await?;
    let by = hash.map(|_| actor.user);
    if !store::strategy::set_hook(&mut tx, id, hash, by, desk.clock.now()).await? {
        return Err(Error::NotFound);
    }
    note(desk, &mut tx, actor, Deed::HookChanged, id).await?;
    let what = if hash.is_some() { Credential::HookRotated } else { Credential::HookClosed };
    recovery::announce(desk, &mut tx, actor.user, what, (&id.to_string(), &name)).await?;
    Ok(tx.commit().await?)
}

async fn note(desk: &Desk, tx: &mut Tx, actor: &Actor, deed: Deed, id: StrategyId) -> Result<()> {
    audit::record(desk, tx, Some(actor.user), deed, &id.to_string(), actor.from.as_ref()).await
}

fn checked(strategy: Strategy) -> Result<Strategy> {
    let (name, description) = (&strategy.name, strategy.description.as_deref());
    let sound = sound(name, description, strategy.definition.as_deref()).map_err(Error::Fields)?;
    let Sound { name, description, definition } = sound;
    Ok(Strategy { name, description, definition, ..strategy })
}

/// What is wrong with what a strategy is called and made of, for who has found something else to be wrong already.
#[must_use]
pub fn unsound(name: &str, description: Option<&str>, definition: Option<&str>) -> Vec<FieldProblem> {
    sound(name, description, definition).err().unwrap_or_default()
}

/// As it is stored.
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

/// A definition's canonical text, or what is wrong, by the place where it stands: `definition.stop.percent`.
fn rules(json: &str) -> std::result::Result<String, Vec<FieldProblem>> {
    let read = Definition::from_json(json);
    let followable = read.and_then(|rules| rules.validate_followable().map(|()| rules.to_json()));
    followable.map_err(|wrong| {
        let place =
            |at: &str| if at.is_empty() { "definition".to_owned() } else { format!("definition.{at}") };
        wrong.iter().map(|w| FieldProblem::new(&place(&w.at), Problem::NotDefinition)).collect()
    })
}

/// Text for people: trimmed, not too long, and nothing that a database would not store.
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
