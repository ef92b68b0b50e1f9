//! The preview of a rule over the last days, by the function that judges new entries.

use super::{
    measure::{RuleBook, value},
    rules::{NewRule, check_scope, checked},
};
use crate::{actor::Actor, error::Result, following::Following};
use domain::{
    Decimal, ExchangeKeyId, Micros, RiskRuleId,
    risk_rule::{PastCopy, Replay, RiskRule, longest_lookback, replay},
    time::DAY,
};
use std::collections::HashSet;
use store::{equity::Point, risk_rule::CountedCopy};

/// How many days the preview covers.
pub const PREVIEW_DAYS: i64 = 30;

/// The effects that a rule would have had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePreview {
    /// The first day of the preview.
    pub from: Micros,
    /// Number of past copies that the rule would have applied to.
    pub copies: usize,
    /// The effects.
    pub replay: Replay,
}

/// Returns what a rule would have done over the last [`PREVIEW_DAYS`] days.
///
/// # Errors
/// Fields.
pub async fn preview(desk: &Following, actor: &Actor, new: NewRule) -> Result<RulePreview> {
    let terms = checked(new.terms)?;
    check_scope(desk, actor, new.scope).await?;
    let now = desk.clock.now();
    let from = now.plus(-PREVIEW_DAYS * DAY);
    let id = RiskRuleId::mint(&*desk.clock, &*desk.entropy);
    let rule = RiskRule {
        id,
        scope: new.scope,
        terms,
        armed_at: None,
        trip: None,
        created_at: from,
        updated_at: now,
    };
    let book = RuleBook::with_ended(desk, actor.user, vec![rule], longest_lookback(now)).await?;
    let keys = book.keys_of(&rule, None);
    let concerned: HashSet<_> = book.concerned(&rule).into_iter().map(|copy| copy.id).collect();
    let own = rule.own_follow();
    let counted = |copy: &&CountedCopy| {
        keys.contains(&copy.exchange_key_id) && own.is_none_or(|follow| copy.follow_id == follow)
    };
    let copies: Vec<PastCopy> = book
        .copies
        .iter()
        .filter(counted)
        .filter_map(|copy| past(copy, concerned.contains(&copy.id)))
        .collect();
    // A week that began before the preview needs the equity of its Monday.
    let points = store::equity::list_points(&desk.db, actor.user, from.plus(-8 * DAY)).await?;
    let replay = replay(&rule, &copies, from, |at| equity_at(&points, &keys, at));
    let copies = copies.iter().filter(|copy| copy.concerned && copy.opened_at >= from).count();
    Ok(RulePreview { from, copies, replay })
}

fn past(copy: &CountedCopy, concerned: bool) -> Option<PastCopy> {
    Some(PastCopy {
        opened_at: copy.opened_at.unwrap_or(copy.created_at),
        ended_at: copy.finished_at,
        profit: copy.profit_usd.map(|text| text.0),
        value: value(copy)?,
        leverage: copy.leverage.and_then(|times| u16::try_from(times).ok()).unwrap_or(1),
        price: copy.entry_price?.0,
        signal_price: copy.signal_price.or(copy.market_price).map(|text| text.0),
        signal_at: copy.signal_at,
        concerned,
    })
}

/// The equity of some keys at a time: their newest points up to then, or their first ones; `None` if one has none.
fn equity_at(points: &[Point], keys: &[ExchangeKeyId], at: Micros) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    for key in keys {
        let mut of_key = points.iter().filter(|point| point.key == *key);
        let first = of_key.clone().next()?;
        let last = of_key.rfind(|point| point.at <= at).unwrap_or(first);
        sum += last.total_usd;
    }
    Some(sum)
}
