//! Adding, changing, resuming and removing rules.

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    platform::audit::{self, AuditAction},
};
use domain::{
    Decimal, FollowId, Micros, RiskRuleId, StrategyType, UserId,
    risk_rule::{DEFAULT_COOL_DOWN, Kind, RiskRule, RuleAction, RuleTerms, Scope},
    validation::{FieldProblem, Problem},
};
use store::{Tx, risk_rule as rows};

/// The largest number of a user's rules.
pub const MOST_RULES: i64 = 100;
/// Trips shown at most.
const MOST_TRIPS: i64 = 50;

/// Input for adding a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// The follow, key or accounts that it applies to.
    pub scope: Scope,
    /// The kind, threshold and action.
    pub terms: RuleTerms,
}

/// Changes to a rule. Fields that are `None` stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleChange {
    /// Another threshold.
    pub threshold: Option<Decimal>,
    /// Another pause after losses in a row, in hours.
    pub cool_down_hours: Option<u16>,
    /// Another action.
    pub action: Option<RuleAction>,
}

/// Returns the caller's rules, oldest first.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_rules(desk: &Following, actor: &Actor) -> Result<Vec<RiskRule>> {
    Ok(rows::list_by_user(&desk.db, actor.user).await?)
}

/// A trip of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleTrip {
    /// The rule.
    pub rule: RiskRuleId,
    /// When it tripped.
    pub at: Micros,
    /// The rule's threshold then.
    pub threshold: Decimal,
    /// The value that broke it.
    pub seen: Decimal,
    /// The reading before, with its time, if the rule closed positions.
    pub first: Option<(Micros, Decimal)>,
}

/// Returns the newest trips of the caller's rules, newest first.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_trips(desk: &Following, actor: &Actor) -> Result<Vec<RuleTrip>> {
    let rows = rows::list_trips(&desk.db, actor.user, MOST_TRIPS).await?;
    let trip = |row: rows::PastTrip| RuleTrip {
        rule: row.rule_id,
        at: row.at,
        threshold: row.threshold.0,
        seen: row.seen.0,
        first: row.first_seen_at.zip(row.first_seen.map(|text| text.0)),
    };
    Ok(rows.into_iter().map(trip).collect())
}

/// Returns one of the caller's rules.
///
/// # Errors
/// Not found.
pub async fn get_rule(desk: &Following, actor: &Actor, id: RiskRuleId) -> Result<RiskRule> {
    rows::get_rule(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)
}

/// Checks that a scope is the caller's.
///
/// # Errors
/// Fields.
pub(super) async fn check_scope(desk: &Following, actor: &Actor, scope: Scope) -> Result<()> {
    let known = match scope {
        Scope::Person => true,
        Scope::Follow(id) => {
            let follow = store::follow::get_follow(&desk.db, actor.user, id).await?;
            follow.is_some_and(|follow| follow.stopped_at.is_none())
        }
        Scope::Key(id) => {
            let row = store::key::get_key(&desk.db, actor.user, id).await?;
            row.is_some_and(|row| row.key.strategy_type == StrategyType::Automated)
        }
    };
    if known { Ok(()) } else { Err(unknown(scope)) }
}

/// The problem of a scope that is not the caller's, or was deleted.
fn unknown(scope: Scope) -> Error {
    match scope {
        Scope::Follow(_) => Error::field("followId", Problem::NotFollow),
        Scope::Key(_) => Error::field("exchangeKeyId", Problem::NotAutomatedKey),
        Scope::Person => Error::NotFound,
    }
}

/// Fills in the default pause, which other kinds do not have, and checks the settings.
pub(super) fn checked(terms: RuleTerms) -> Result<RuleTerms> {
    let hours = terms.cool_down_hours.unwrap_or(DEFAULT_COOL_DOWN);
    let terms = RuleTerms { cool_down_hours: (terms.kind == Kind::LossStreak).then_some(hours), ..terms };
    let problems = terms.problems();
    if problems.is_empty() { Ok(terms) } else { Err(Error::Fields(problems)) }
}

/// Adds a rule. It is judged from its first period on, what happened in it before included.
///
/// # Errors
/// Fields, also if there is a rule of the same kind and action.
pub async fn create_rule(desk: &Following, actor: &Actor, new: NewRule) -> Result<RiskRule> {
    let terms = checked(new.terms)?;
    check_scope(desk, actor, new.scope).await?;
    let now = desk.clock.now();
    let rule = RiskRule {
        id: RiskRuleId::mint(&*desk.clock, &*desk.entropy),
        scope: new.scope,
        terms,
        armed_at: None,
        trip: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if rows::count_of_user(&mut tx, actor.user).await? >= MOST_RULES {
        return Err(Error::field("kind", Problem::TooMany));
    }
    rows::insert_rule(&mut tx, actor.user, &rule).await.map_err(|error| taken(error, rule.scope))?;
    note(desk, &mut tx, actor, AuditAction::RiskRuleSet, rule.id).await?;
    tx.commit().await?;
    Ok(rule)
}

/// Changes a rule, and ends its trip: it is judged anew.
///
/// # Errors
/// Fields; not found.
pub async fn change_rule(
    desk: &Following,
    actor: &Actor,
    id: RiskRuleId,
    change: RuleChange,
) -> Result<RiskRule> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    // Read when the user's row is locked: another request may change what this one leaves as it is.
    let rule = rows::get_rule(&mut tx, actor.user, id).await?.ok_or(Error::NotFound)?;
    let terms = checked(RuleTerms {
        kind: rule.terms.kind,
        threshold: change.threshold.unwrap_or(rule.terms.threshold),
        cool_down_hours: change.cool_down_hours.or(rule.terms.cool_down_hours),
        action: change.action.unwrap_or(rule.terms.action),
    })?;
    if terms == rule.terms {
        return Ok(rule);
    }
    if !rows::update_terms(&mut tx, actor.user, id, &terms, now)
        .await
        .map_err(|error| taken(error, rule.scope))?
    {
        return Err(Error::NotFound);
    }
    rows::refresh_halts(&mut tx, actor.user, now).await?;
    note(desk, &mut tx, actor, AuditAction::RiskRuleSet, id).await?;
    tx.commit().await?;
    get_rule(desk, actor, id).await
}

/// Resumes a tripped rule: entries are copied again, and losses of trades that end from now on count. An open position
/// counts in full, so a rule that it breaks alone trips again. Positions that are still being closed because of the trip
/// stay open.
///
/// # Errors
/// Not found.
pub async fn resume_rule(desk: &Following, actor: &Actor, id: RiskRuleId) -> Result<RiskRule> {
    let rule = get_rule(desk, actor, id).await?;
    let now = desk.clock.now();
    if rule.active_trip(now).is_none() {
        return Ok(rule);
    }
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    rows::resume_rule(&mut tx, actor.user, id, now).await?;
    rows::refresh_halts(&mut tx, actor.user, now).await?;
    note(desk, &mut tx, actor, AuditAction::RiskRuleResumed, id).await?;
    tx.commit().await?;
    get_rule(desk, actor, id).await
}

/// Removes a rule. A trip of it ends.
///
/// # Errors
/// Not found.
pub async fn remove_rule(desk: &Following, actor: &Actor, id: RiskRuleId) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if !rows::delete_rule(&mut tx, actor.user, id).await? {
        return Err(Error::NotFound);
    }
    rows::refresh_halts(&mut tx, actor.user, desk.clock.now()).await?;
    note(desk, &mut tx, actor, AuditAction::RiskRuleRemoved, id).await?;
    Ok(tx.commit().await?)
}

/// Sets or removes the daily loss limit of a follow, in the transaction that creates or changes the follow.
pub(in crate::following) async fn set_daily_limit(
    desk: &Following,
    tx: &mut Tx,
    owner: UserId,
    follow: FollowId,
    limit: Option<Decimal>,
) -> Result<()> {
    let (id, now): (_, Micros) = (RiskRuleId::mint(&*desk.clock, &*desk.entropy), desk.clock.now());
    rows::set_daily_limit(&mut *tx, owner, follow, limit, id, now).await?;
    Ok(rows::refresh_halts(tx, owner, now).await?)
}

/// A rule of the same kind and action exists, or what it applies to was deleted meanwhile.
fn taken(error: store::Error, scope: Scope) -> Error {
    if error.is_unique() {
        return Error::Fields(vec![FieldProblem::new("kind", Problem::RuleExists)]);
    }
    if error.kind() == store::StoreErrorKind::ForeignKey { unknown(scope) } else { error.into() }
}

async fn note(
    desk: &Following,
    tx: &mut Tx,
    actor: &Actor,
    action: AuditAction,
    id: RiskRuleId,
) -> Result<()> {
    audit::record(desk, tx, Some(actor.user), action, &id.to_string(), actor.from.as_ref()).await
}
