//! Risk rules and their trips.

mod capacity;
mod daily_limit;
mod history;

pub use capacity::{Bound, Capacity};
pub use daily_limit::set_daily_limit;
pub use history::{CountedCopy, PastTrip, end_closing, list_counted, list_trips};

use crate::{DecimalText, Result, Source, Tx};
use domain::{
    ExchangeKeyId, FollowId, Micros, RiskRuleId, StrategyId, UserId,
    risk_rule::{Kind, Level, RiskRule, RuleAction, RuleTerms, Scope, Trip},
};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    id: RiskRuleId,
    user_id: UserId,
    level: Level,
    follow_id: Option<FollowId>,
    exchange_key_id: Option<ExchangeKeyId>,
    kind: Kind,
    threshold: DecimalText,
    cool_down_hours: Option<i64>,
    action: RuleAction,
    armed_at: Option<Micros>,
    tripped_at: Option<Micros>,
    tripped_until: Option<Micros>,
    trip_seen: Option<DecimalText>,
    first_seen_at: Option<Micros>,
    first_seen: Option<DecimalText>,
    closing_since: Option<Micros>,
    created_at: Micros,
    updated_at: Micros,
}

/// A rule and its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnedRule {
    /// The owner.
    pub user_id: UserId,
    /// The rule.
    pub rule: RiskRule,
}

impl From<Row> for OwnedRule {
    fn from(row: Row) -> Self {
        // The table's checks leave no other combination.
        let scope = match (row.level, row.follow_id, row.exchange_key_id) {
            (Level::Follow, Some(follow), _) => Scope::Follow(follow),
            (Level::Key, _, Some(key)) => Scope::Key(key),
            _ => Scope::Person,
        };
        let trip = row.tripped_at.zip(row.trip_seen).map(|(at, seen)| Trip {
            at,
            until: row.tripped_until,
            seen: seen.0,
            first: row.first_seen_at.zip(row.first_seen.map(|text| text.0)),
            closing: row.closing_since.is_some(),
        });
        let terms = RuleTerms {
            kind: row.kind,
            threshold: row.threshold.0,
            cool_down_hours: row.cool_down_hours.and_then(|hours| u16::try_from(hours).ok()),
            action: row.action,
        };
        let rule = RiskRule {
            id: row.id,
            scope,
            terms,
            armed_at: row.armed_at,
            trip,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Self { user_id: row.user_id, rule }
    }
}

select! {
    risk_rules -> Row,
    "r.id, r.user_id, r.level, r.follow_id, r.exchange_key_id, r.kind, r.threshold, r.cool_down_hours, r.action, \
     r.armed_at, r.tripped_at, r.tripped_until, r.trip_seen, r.first_seen_at, r.first_seen, r.closing_since, \
     r.created_at, r.updated_at",
    "from risk_rules r"
}

/// Adds a rule.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if there is one of the same kind and action; [`crate::StoreErrorKind::ForeignKey`]
/// if the follow or key was deleted.
pub async fn insert_rule(tx: &mut Tx, owner: UserId, rule: &RiskRule) -> Result<()> {
    let (follow, key) = match rule.scope {
        Scope::Follow(follow) => (Some(follow), None),
        Scope::Key(key) => (None, Some(key)),
        Scope::Person => (None, None),
    };
    exec!(
        tx,
        "insert into risk_rules (id, user_id, level, follow_id, exchange_key_id, kind, threshold, cool_down_hours, \
           action, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        rule.id,
        owner,
        rule.scope.level(),
        follow,
        key,
        rule.terms.kind,
        DecimalText(rule.terms.threshold),
        rule.terms.cool_down_hours.map(i64::from),
        rule.terms.action,
        rule.created_at,
        rule.updated_at
    )?;
    Ok(())
}

/// Lists a user's rules without those of stopped follows, oldest first.
pub async fn list_by_user(from: impl Source, owner: UserId) -> Result<Vec<RiskRule>> {
    let rows = risk_rules!(
        from,
        fetch_all,
        "where r.user_id = $1 and not exists ( \
           select 1 from follows f where f.id = r.follow_id and f.stopped_at is not null) order by r.id",
        owner
    )?;
    Ok(rows.into_iter().map(|row| OwnedRule::from(row).rule).collect())
}

/// Returns a user's rule.
pub async fn get_rule(from: impl Source, owner: UserId, id: RiskRuleId) -> Result<Option<RiskRule>> {
    let row = risk_rules!(from, fetch_optional, "where r.id = $1 and r.user_id = $2", id, owner)?;
    Ok(row.map(|row| OwnedRule::from(row).rule))
}

/// Counts a user's rules without those of stopped follows.
pub async fn count_of_user(from: impl Source, owner: UserId) -> Result<i64> {
    let count = value!(
        i64,
        from,
        "select count(*) from risk_rules r where r.user_id = $1 and not exists ( \
           select 1 from follows f where f.id = r.follow_id and f.stopped_at is not null)",
        owner
    )?;
    Ok(count.unwrap_or(0))
}

/// Changes threshold, pause and action of a user's rule, and ends its trip: the rule is judged anew. Returns whether it
/// exists.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if there is another one of the same kind and action.
pub async fn update_terms(
    tx: &mut Tx,
    owner: UserId,
    id: RiskRuleId,
    terms: &RuleTerms,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update risk_rules set threshold = $3, cool_down_hours = $4, action = $5, updated_at = $6, tripped_at = null, \
           tripped_until = null, trip_seen = null, first_seen_at = null, first_seen = null, closing_since = null \
         where id = $1 and user_id = $2",
        id,
        owner,
        DecimalText(terms.threshold),
        terms.cool_down_hours.map(i64::from),
        terms.action,
        at
    )?;
    Ok(rows == 1)
}

/// Ends the trip of a user's rule; what happened before `at` is no longer counted. Returns whether it exists.
pub async fn resume_rule(tx: &mut Tx, owner: UserId, id: RiskRuleId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update risk_rules set armed_at = $3, updated_at = $3, tripped_at = null, tripped_until = null, \
           trip_seen = null, first_seen_at = null, first_seen = null, closing_since = null \
         where id = $1 and user_id = $2",
        id,
        owner,
        at
    )?;
    Ok(rows == 1)
}

/// Deletes a user's rule; returns whether it existed.
pub async fn delete_rule(tx: &mut Tx, owner: UserId, id: RiskRuleId) -> Result<bool> {
    let rows = exec!(tx, "delete from risk_rules where id = $1 and user_id = $2", id, owner)?;
    Ok(rows == 1)
}

/// Lists the rules that can trip without an entry: those of users with an open copy, or with one that ended since
/// `since`. Rules whose trip still stops entries at `now` are left out.
pub async fn list_watched(from: impl Source, now: Micros, since: Micros) -> Result<Vec<OwnedRule>> {
    let rows = risk_rules!(
        from,
        fetch_all,
        "where r.kind in ('DAY_LOSS', 'DAY_LOSS_PERCENT', 'WEEK_LOSS', 'WEEK_LOSS_PERCENT', 'DRAWDOWN', 'LOSS_STREAK') \
           and (r.tripped_at is null or r.tripped_until <= $1) \
           and (exists (select 1 from copies c where c.user_id = r.user_id and c.status = 'OPEN' \
                 and c.finished_at is null) \
             or exists (select 1 from copies c where c.user_id = r.user_id and c.finished_at >= $2)) \
           and not exists (select 1 from follows f where f.id = r.follow_id and f.stopped_at is not null) \
         order by r.user_id, r.id",
        now,
        since
    )?;
    Ok(rows.into_iter().map(OwnedRule::from).collect())
}

/// Lists the rules that stop entries of a strategy's follows at `now`.
pub async fn list_stopping(from: impl Source, strategy: StrategyId, now: Micros) -> Result<Vec<OwnedRule>> {
    let rows = risk_rules!(
        from,
        fetch_all,
        "where r.tripped_at is not null and (r.tripped_until is null or r.tripped_until > $2) \
           and r.user_id in (select f.user_id from follows f where f.strategy_id = $1 and f.stopped_at is null \
             and f.halted_until > $2) order by r.user_id, r.id",
        strategy,
        now
    )?;
    Ok(rows.into_iter().map(OwnedRule::from).collect())
}

/// Lists the rules whose positions are still being closed.
pub async fn list_closing(from: impl Source) -> Result<Vec<OwnedRule>> {
    let rows =
        risk_rules!(from, fetch_all, "where r.closing_since is not null order by r.closing_since, r.id")?;
    Ok(rows.into_iter().map(OwnedRule::from).collect())
}

/// Records a trip of a rule, unless it is tripped already, or was changed or resumed since it was read; returns whether
/// this is new. From then on the copies of the rule's follows are not begun.
pub async fn trip_rule(tx: &mut Tx, owned: &OwnedRule, trip: &Trip) -> Result<bool> {
    let rule = &owned.rule;
    let (first_at, first_seen) = trip.first.unzip();
    let rows = exec!(
        &mut *tx,
        "update risk_rules set tripped_at = $2, tripped_until = $3, trip_seen = $4, first_seen_at = $5, \
           first_seen = $6, closing_since = $7 \
         where id = $1 and updated_at = $8 and (tripped_at is null or tripped_until <= $2)",
        rule.id,
        trip.at,
        trip.until,
        DecimalText(trip.seen),
        first_at,
        first_seen.map(DecimalText),
        trip.closing.then_some(trip.at),
        rule.updated_at
    )?;
    if rows != 1 {
        return Ok(false);
    }
    exec!(
        &mut *tx,
        "insert into risk_trips (rule_id, at, user_id, threshold, seen, first_seen_at, first_seen, until) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (rule_id, at) do nothing",
        rule.id,
        trip.at,
        owned.user_id,
        DecimalText(rule.terms.threshold),
        DecimalText(trip.seen),
        first_at,
        first_seen.map(DecimalText),
        trip.until
    )?;
    halt_follows(tx, owned, trip.until).await?;
    Ok(true)
}

/// A time that no trip reaches: entries stop until the owner resumes.
const FOREVER: Micros = Micros(i64::MAX);

/// Stops the entries of a rule's follows until `until`.
async fn halt_follows(tx: &mut Tx, owned: &OwnedRule, until: Option<Micros>) -> Result<()> {
    let until = until.unwrap_or(FOREVER);
    let (follow, key) = match owned.rule.scope {
        Scope::Follow(follow) => (Some(follow), None),
        Scope::Key(key) => (None, Some(key)),
        Scope::Person => return halt_covered(tx, owned.user_id, until).await,
    };
    exec!(
        tx,
        "update follows set halted_until = $2 where user_id = $1 and stopped_at is null \
           and id = coalesce($3, id) and exchange_key_id = coalesce($4, exchange_key_id) \
           and (halted_until is null or halted_until < $2)",
        owned.user_id,
        until,
        follow,
        key
    )?;
    Ok(())
}

/// Stops the entries of the follows that a rule for all accounts covers, as [`domain::risk_rule::covered_keys`]: those of
/// paper accounts only if there is no live one.
async fn halt_covered(tx: &mut Tx, owner: UserId, until: Micros) -> Result<()> {
    exec!(
        tx,
        "update follows set halted_until = $2 where user_id = $1 and stopped_at is null \
           and (halted_until is null or halted_until < $2) \
           and exists (select 1 from exchange_keys k where k.id = follows.exchange_key_id \
             and (k.sandbox = false or not exists ( \
               select 1 from exchange_keys l where l.user_id = $1 and l.strategy_type = 'AUTOMATED' \
                 and l.sandbox = false)))",
        owner,
        until
    )?;
    Ok(())
}

/// Computes anew until when a user's entries are stopped, after a rule was resumed, changed or deleted.
pub async fn refresh_halts(tx: &mut Tx, owner: UserId, now: Micros) -> Result<()> {
    exec!(
        &mut *tx,
        "update follows set halted_until = null where user_id = $1 and halted_until is not null",
        owner
    )?;
    let rows = risk_rules!(
        &mut *tx,
        fetch_all,
        "where r.user_id = $1 and r.tripped_at is not null and (r.tripped_until is null or r.tripped_until > $2)",
        owner,
        now
    )?;
    for row in rows {
        let owned = OwnedRule::from(row);
        halt_follows(&mut *tx, &owned, owned.rule.trip.and_then(|trip| trip.until)).await?;
    }
    Ok(())
}
