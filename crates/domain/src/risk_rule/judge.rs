//! The decision whether a rule is broken.

use super::{DEFAULT_COOL_DOWN, Kind, REASONS, RiskRule};
use crate::{Decimal, Micros, RiskRuleId, copy::Reason, time};

/// How far back the highest equity of a drawdown is looked for, in microseconds.
const LOOKBACK: i64 = 90 * time::DAY;

/// An ended copy with a known result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When its position ended.
    pub at: Micros,
    /// Net profit or loss, in USD.
    pub profit: Decimal,
}

/// An entry that is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryTerms {
    /// Its value, in quote units.
    pub value: Decimal,
    /// Leverage of the position.
    pub leverage: u16,
    /// The market's price.
    pub price: Decimal,
    /// The signal's price, or the market's when it was accepted if it names none; `None` if both are unknown.
    pub signal_price: Option<Decimal>,
}

/// A reading of the accounts that a rule applies to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// The time of the reading.
    pub now: Micros,
    /// The ended copies, oldest first.
    pub ended: Vec<Ended>,
    /// Profit of the open copies at the mark price, in USD; `None` if it cannot be read.
    pub unrealized: Option<Decimal>,
    /// Number of open copies.
    pub positions: usize,
    /// Value of the open copies at their entry prices, in quote units.
    pub exposure: Decimal,
    /// The equity at the beginning of what the rule counts, in USD; `None` if it is unknown.
    pub base: Option<Decimal>,
    /// When the signal was accepted; `None` if there is none.
    pub signal_at: Option<Micros>,
    /// The sized entry; `None` if there is none yet.
    pub entry: Option<EntryTerms>,
}

/// The decision about one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule is kept, or the reading does not concern it.
    Kept,
    /// The rule is broken.
    Broken {
        /// The value that breaks it.
        seen: Decimal,
        /// When it is kept again by itself; `None` if that cannot be foreseen.
        until: Option<Micros>,
    },
    /// Data that the rule needs is missing: no entries, and nothing is closed.
    Unknown,
}

/// The rule that forbids an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The rule.
    pub rule: RiskRuleId,
    /// Why the entry is skipped.
    pub reason: Reason,
    /// The bounded quantity.
    pub kind: Kind,
    /// The value that breaks the rule; the threshold if it is unknown.
    pub seen: Decimal,
    /// The rule's threshold.
    pub limit: Decimal,
}

/// Returns the time from which a rule counts: the beginning of its period, unless it was resumed since.
#[must_use]
pub fn start(rule: &RiskRule, now: Micros) -> Micros {
    let period = match rule.terms.kind {
        Kind::DayLoss | Kind::DayLossPercent => now.day(),
        Kind::WeekLoss | Kind::WeekLossPercent => monday(now),
        Kind::Drawdown => now.plus(-LOOKBACK).max(rule.created_at),
        Kind::LossStreak => now.plus(-LOOKBACK),
        // They count what is open, or judge the entry alone.
        Kind::OpenPositions | Kind::Exposure | Kind::Leverage | Kind::Slippage | Kind::SignalAge => now,
    };
    rule.counts_from(now).map_or(period, |from| from.max(period))
}

/// Returns the earliest time from which any rule counts.
#[must_use]
pub fn longest_lookback(now: Micros) -> Micros {
    now.plus(-LOOKBACK)
}

/// Decides whether a reading breaks a rule.
#[must_use]
pub fn judge(rule: &RiskRule, measured: &Measured) -> Verdict {
    let limit = rule.terms.threshold;
    let now = measured.now;
    let tomorrow = Some(now.day().plus(time::DAY));
    let next_week = Some(monday(now).plus(7 * time::DAY));
    match rule.terms.kind {
        Kind::DayLoss => at_least(loss(rule, measured), limit, tomorrow),
        Kind::DayLossPercent => at_least(loss_percent(rule, measured), limit, tomorrow),
        Kind::WeekLoss => at_least(loss(rule, measured), limit, next_week),
        Kind::WeekLossPercent => at_least(loss_percent(rule, measured), limit, next_week),
        Kind::Drawdown => at_least(drawdown(rule, measured), limit, None),
        Kind::LossStreak => streak(rule, measured),
        Kind::OpenPositions => at_least(Some(Decimal::from(measured.positions)), limit, None),
        Kind::SignalAge => measured.signal_at.map_or(Verdict::Kept, |at| {
            let age = Decimal::from(now.since(at)) / Decimal::from(time::SECOND);
            above(Some(age), limit)
        }),
        Kind::Exposure => of_entry(measured, |entry| measured.exposure.checked_add(entry.value), limit),
        Kind::Leverage => of_entry(measured, |entry| Some(Decimal::from(entry.leverage)), limit),
        Kind::Slippage => of_entry(measured, slippage, limit),
    }
}

/// Returns the objection of the first broken rule in the order of [`REASONS`]. A tripped rule objects without being
/// judged again.
#[must_use]
pub fn first_objection<'a>(
    rules: impl Iterator<Item = (&'a RiskRule, Verdict)>,
    now: Micros,
) -> Option<Objection> {
    let objections = rules.filter_map(|(rule, verdict)| objection(rule, verdict, now));
    objections.min_by_key(|objection| rank(objection.reason))
}

fn objection(rule: &RiskRule, verdict: Verdict, now: Micros) -> Option<Objection> {
    let (kind, limit) = (rule.terms.kind, rule.terms.threshold);
    let broken = |seen| Objection { rule: rule.id, reason: kind.reason(), kind, seen, limit };
    match (rule.active_trip(now), verdict) {
        (Some(trip), _) => Some(broken(trip.seen)),
        (None, Verdict::Broken { seen, .. }) => Some(broken(seen)),
        (None, Verdict::Unknown) => Some(Objection { reason: Reason::RuleUnknown, ..broken(limit) }),
        (None, Verdict::Kept) => None,
    }
}

fn rank(reason: Reason) -> usize {
    REASONS.iter().position(|known| *known == reason).unwrap_or(REASONS.len())
}

/// The Monday on which the week of a time began (UTC). The first day of Unix time was a Thursday.
fn monday(now: Micros) -> Micros {
    let day = now.day();
    let days = day.0.div_euclid(time::DAY);
    day.plus(-(days + 3).rem_euclid(7) * time::DAY)
}

fn at_least(seen: Option<Decimal>, limit: Decimal, until: Option<Micros>) -> Verdict {
    match seen {
        None => Verdict::Unknown,
        Some(seen) if seen >= limit => Verdict::Broken { seen, until },
        Some(_) => Verdict::Kept,
    }
}

fn above(seen: Option<Decimal>, limit: Decimal) -> Verdict {
    match seen {
        None => Verdict::Unknown,
        Some(seen) if seen > limit => Verdict::Broken { seen, until: None },
        Some(_) => Verdict::Kept,
    }
}

fn of_entry(
    measured: &Measured,
    value: impl FnOnce(&EntryTerms) -> Option<Decimal>,
    limit: Decimal,
) -> Verdict {
    measured.entry.as_ref().map_or(Verdict::Kept, |entry| above(value(entry), limit))
}

fn counted<'a>(rule: &RiskRule, measured: &'a Measured) -> impl Iterator<Item = &'a Ended> {
    let from = start(rule, measured.now);
    measured.ended.iter().filter(move |ended| ended.at >= from)
}

/// The loss so far, in USD; negative after a profit.
fn loss(rule: &RiskRule, measured: &Measured) -> Option<Decimal> {
    let settled: Decimal = counted(rule, measured).map(|ended| ended.profit).sum();
    Some(-(settled + measured.unrealized?))
}

/// The loss so far, in percent of the equity at the beginning.
fn loss_percent(rule: &RiskRule, measured: &Measured) -> Option<Decimal> {
    percent(loss(rule, measured)?, measured.base?)
}

/// The fall from the highest equity, in percent. The equity is that at the beginning, changed by the results of
/// copies, so that deposits and withdrawals do not count.
fn drawdown(rule: &RiskRule, measured: &Measured) -> Option<Decimal> {
    let base = measured.base?;
    let (mut equity, mut peak) = (base, base);
    for ended in counted(rule, measured) {
        equity += ended.profit;
        peak = peak.max(equity);
    }
    equity += measured.unrealized?;
    percent(peak.max(equity) - equity, peak.max(equity))
}

fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole <= Decimal::ZERO {
        return None;
    }
    part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)
}

/// The last losses in a row. Entries stop for some hours after the last of them.
fn streak(rule: &RiskRule, measured: &Measured) -> Verdict {
    let counted: Vec<&Ended> = counted(rule, measured).collect();
    let losses = counted.iter().rev().take_while(|ended| ended.profit < Decimal::ZERO).count();
    let seen = Decimal::from(losses);
    let hours = i64::from(rule.terms.cool_down_hours.unwrap_or(DEFAULT_COOL_DOWN));
    match counted.last().map(|last| last.at.plus(hours * time::HOUR)) {
        Some(until) if seen >= rule.terms.threshold && until > measured.now => {
            Verdict::Broken { seen, until: Some(until) }
        }
        _ => Verdict::Kept,
    }
}

/// The distance of the market's price from the signal's, in percent.
fn slippage(entry: &EntryTerms) -> Option<Decimal> {
    let signal = entry.signal_price?;
    percent((entry.price - signal).abs(), signal)
}

#[cfg(test)]
mod tests;
