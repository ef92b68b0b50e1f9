//! The daily loss limit of a follow, which is one of its rules.

use super::insert_rule;
use crate::{DecimalText, Result, Tx};
use domain::{
    Decimal, FollowId, Micros, RiskRuleId, UserId,
    risk_rule::{Kind, RiskRule, RuleAction, RuleTerms, Scope},
};

/// Sets or removes the daily loss limit of a follow: its rule that stops entries at a loss of a day. `id` is that of a
/// new rule.
pub async fn set_daily_limit(
    tx: &mut Tx,
    owner: UserId,
    follow: FollowId,
    limit: Option<Decimal>,
    id: RiskRuleId,
    at: Micros,
) -> Result<()> {
    let Some(limit) = limit else {
        exec!(
            tx,
            "delete from risk_rules where follow_id = $1 and user_id = $2 and kind = 'DAY_LOSS' \
               and action = 'STOP_ENTRIES'",
            follow,
            owner
        )?;
        return Ok(());
    };
    let present = value!(
        i64,
        &mut *tx,
        "select count(*) from risk_rules where follow_id = $1 and user_id = $2 and kind = 'DAY_LOSS' \
           and action = 'STOP_ENTRIES'",
        follow,
        owner
    )?;
    if present.unwrap_or(0) == 0 {
        let terms = RuleTerms {
            kind: Kind::DayLoss,
            threshold: limit,
            cool_down_hours: None,
            action: RuleAction::StopEntries,
        };
        let scope = Scope::Follow(follow);
        let rule = RiskRule { id, scope, terms, armed_at: None, trip: None, created_at: at, updated_at: at };
        return insert_rule(tx, owner, &rule).await;
    }
    // A limit that stays as it is keeps its trip.
    exec!(
        tx,
        "update risk_rules set threshold = $3, updated_at = $4, tripped_at = null, tripped_until = null, \
           trip_seen = null, first_seen_at = null, first_seen = null, closing_since = null \
         where follow_id = $1 and user_id = $2 and kind = 'DAY_LOSS' and action = 'STOP_ENTRIES' and threshold <> $3",
        follow,
        owner,
        DecimalText(limit),
        at
    )?;
    Ok(())
}
