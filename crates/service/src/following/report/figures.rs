//! The figures of a report, computed from stored data: equity points, transfers, entries, copies and fills.

use super::period::Span;
use crate::{error::Result, following::Following};
use domain::{
    Decimal, ExchangeKey, ExchangeKeyId, Micros, StrategyId, UserId,
    ledger::MovementKind,
    profit,
    report::{Drawdown, KeyPart, Report, StrategyPart, Trades, Worth},
    time::MINUTE,
};
use std::collections::BTreeMap;
use store::{copy::CopyTrade, equity::Point, ledger::Brought};

/// Maximum points of the profit curve.
const POINTS: i64 = 180;

/// The report of a user's accounts; `None` if there is nothing to report.
pub(super) async fn compute_report(desk: &Following, user: UserId, span: &Span) -> Result<Option<Report>> {
    let (db, start, end) = (&desk.db, span.start, span.end);
    let mut accounts = accounts(desk, user, start, end).await?;
    let ended = store::copy::ended_between(db, user, start, end).await?;
    let entries = store::report::list_traded_markets(db, user, start, end).await?;
    if accounts.is_empty() && ended.is_empty() && entries.is_empty() {
        return Ok(None);
    }
    let costs = store::fill::list_fees(db, user, start, end).await?;
    let steps = merged(&mut accounts);
    let mut total = Worth::default();
    accounts.iter().for_each(|account| total += account.worth);
    let strategies = strategies(&ended);
    let count = |n: Option<i64>| u32::try_from(n.unwrap_or(0)).unwrap_or(u32::MAX);
    let copied: u32 = entries.iter().map(|entry| count(entry.copied)).sum();
    let all: u32 = entries.iter().map(|entry| count(entry.entries)).sum();
    let trades = Trades {
        copied,
        manual: all.saturating_sub(copied),
        ended: strategies.iter().map(|part| part.ended).sum(),
        won: strategies.iter().map(|part| part.won).sum(),
    };
    Ok(Some(Report {
        period: span.period,
        first_day: span.first_day(),
        last_day: span.last_day(),
        zone: span.zone.clone(),
        start,
        end,
        drawdown: drawdown(&steps),
        won: thinned(&steps, start, end),
        total,
        fees: costs.iter().map(|cost| cost.fee_usd.0).sum(),
        trades,
        keys: accounts.into_iter().map(|account| account.part()).collect(),
        strategies,
    }))
}

/// All equity points of a user's accounts up to a time, and their transfers: what the profit over any range follows from.
pub(super) struct History {
    keys: Vec<ExchangeKey>,
    points: BTreeMap<ExchangeKeyId, Vec<Point>>,
    brought: Vec<Brought>,
    end: Micros,
}

impl History {
    /// Reads what is stored up to `end`, exclusive.
    pub(super) async fn read(desk: &Following, user: UserId, end: Micros) -> Result<Self> {
        let db = &desk.db;
        let mut points: BTreeMap<ExchangeKeyId, Vec<Point>> = BTreeMap::new();
        for point in store::equity::list_points(db, user, Micros(0)).await? {
            if point.at < end {
                points.entry(point.key).or_default().push(point);
            }
        }
        let keys = store::key::list_by_user(db, user).await?;
        let brought = store::ledger::list_completed(db, user, Micros(0), end).await?;
        Ok(Self { keys, points, brought, end })
    }

    /// The equity of all accounts together since `start`, and their cumulative profit over that time.
    pub(super) fn since(&self, start: Micros) -> (Worth, Vec<(Micros, Decimal)>) {
        let mut accounts: Vec<_> = self.keys.iter().filter_map(|key| self.account(key, start)).collect();
        let steps = merged(&mut accounts);
        let mut total = Worth::default();
        accounts.iter().for_each(|account| total += account.worth);
        // The curve begins with the first account, not with the first time of all.
        let first = steps.first().map_or(start, |step| step.at.max(start));
        (total, thinned(&steps, first, self.end))
    }

    fn account(&self, key: &ExchangeKey, start: Micros) -> Option<AccountValues> {
        let moved: Vec<_> = self.brought.iter().filter(|b| b.exchange_key_id == key.id).map(moved).collect();
        // Points are in the order of their times.
        let points = self.points.get(&key.id)?;
        let before = points.get(..points.partition_point(|point| point.at <= start))?;
        let since = points.get(points.partition_point(|point| point.at < start)..)?;
        let (worth, steps) = account(before.last(), since, &moved, start)?;
        Some(AccountValues { id: key.id, name: key.name.clone(), worth, steps })
    }
}

/// One account in a period.
struct AccountValues {
    id: ExchangeKeyId,
    name: String,
    worth: Worth,
    /// Value and profit over time.
    steps: Vec<ValuePoint>,
}

/// Value and cumulative profit of one or more accounts at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ValuePoint {
    at: Micros,
    worth: Decimal,
    won: Decimal,
}

impl AccountValues {
    fn part(self) -> KeyPart {
        KeyPart { id: self.id, name: self.name, worth: self.worth }
    }
}

async fn accounts(desk: &Following, user: UserId, start: Micros, end: Micros) -> Result<Vec<AccountValues>> {
    let db = &desk.db;
    let mut points: BTreeMap<ExchangeKeyId, Vec<Point>> = BTreeMap::new();
    for point in store::equity::list_points(db, user, start).await? {
        if point.at < end {
            points.entry(point.key).or_default().push(point);
        }
    }
    let mut openings = BTreeMap::new();
    let keys = store::key::list_by_user(db, user).await?;
    for key in &keys {
        let opening = store::equity::as_of(db, key.id, start).await?;
        if let Some(opening) = opening.filter(|point| point.at <= start) {
            openings.insert(key.id, opening);
        }
    }
    let first = openings.values().map(|point| point.at).min().unwrap_or(start);
    let brought = store::ledger::list_completed(db, user, first, end).await?;
    let read = keys.into_iter().filter_map(|key| {
        let moved: Vec<_> = brought.iter().filter(|b| b.exchange_key_id == key.id).map(moved).collect();
        let points = points.remove(&key.id).unwrap_or_default();
        let (worth, steps) = account(openings.get(&key.id), &points, &moved, start)?;
        Some(AccountValues { id: key.id, name: key.name, worth, steps })
    });
    Ok(read.collect())
}

fn moved(brought: &Brought) -> (Micros, Decimal) {
    let amount = brought.amount.decimal();
    (brought.completed_at, if brought.kind == MovementKind::FromExchange { -amount } else { amount })
}

/// The result and the steps of one account, from its last value before the start and the equity points since.
/// The value at its first point counts as a deposit if there was none before. `None` if nothing is known of
/// it.
fn account(
    opening: Option<&Point>,
    points: &[Point],
    moved: &[(Micros, Decimal)],
    start: Micros,
) -> Option<(Worth, Vec<ValuePoint>)> {
    // Points have the precision of a minute, and a transfer takes some time: for a point close to a transfer,
    // their order is unknown.
    let unsure = |at: Micros| moved.iter().any(|(moved, _)| moved.since(at).abs() < MINUTE);
    let mut points = points.iter().filter(|point| !unsure(point.at)).peekable();
    let (base, mut brought) = match (opening, points.peek()) {
        (Some(opening), _) => (*opening, Decimal::ZERO),
        (None, Some(first)) => (**first, first.total_usd),
        (None, None) => return None,
    };
    let start_usd = opening.map_or(Decimal::ZERO, |point| point.total_usd);
    let first = ValuePoint { at: base.at.max(start), worth: base.total_usd, won: Decimal::ZERO };
    let mut steps = vec![first];
    let mut moved = moved.iter().skip_while(|(at, _)| *at <= base.at).peekable();
    for point in points {
        while let Some((_, amount)) = moved.next_if(|(at, _)| *at <= point.at) {
            brought += *amount;
        }
        let won = profit::of_account(start_usd, point.total_usd, brought);
        steps.push(ValuePoint { at: point.at, worth: point.total_usd, won });
    }
    let end = steps.last().map_or(base.total_usd, |step| step.worth);
    Some((Worth { start: start_usd, end, brought }, steps))
}

/// Adds up all accounts: each counts with its last value until its next point.
fn merged(accounts: &mut [AccountValues]) -> Vec<ValuePoint> {
    let mut all: Vec<(usize, ValuePoint)> = Vec::new();
    for (number, account) in accounts.iter_mut().enumerate() {
        all.extend(std::mem::take(&mut account.steps).into_iter().map(|step| (number, step)));
    }
    all.sort_by_key(|(_, step)| step.at);
    let mut last = vec![(Decimal::ZERO, Decimal::ZERO); accounts.len()];
    let mut sum = (Decimal::ZERO, Decimal::ZERO);
    let mut line: Vec<ValuePoint> = Vec::new();
    for (number, step) in all {
        if let Some(before) = last.get_mut(number) {
            sum.0 += step.worth - before.0;
            sum.1 += step.won - before.1;
            *before = (step.worth, step.won);
        }
        let now = ValuePoint { at: step.at, worth: sum.0, won: sum.1 };
        match line.last_mut() {
            Some(last) if last.at == step.at => *last = now,
            _ => line.push(now),
        }
    }
    line
}

/// Maximum drawdown of the profit, in percent of the value without the loss (current value plus loss):
/// deposits since the peak count as part of that value.
fn drawdown(steps: &[ValuePoint]) -> Drawdown {
    let mut worst = Drawdown::default();
    let Some(mut height) = steps.first() else { return worst };
    for step in steps {
        let usd = height.won - step.won;
        if usd <= Decimal::ZERO {
            height = step;
            continue;
        }
        let share = usd.checked_div(step.worth + usd).unwrap_or_default() * Decimal::ONE_HUNDRED;
        if share > worst.percent {
            worst = Drawdown { usd, percent: share };
        }
    }
    Drawdown { usd: worst.usd, percent: worst.percent.round_dp(2) }
}

/// Keeps the last step of each interval, which limits the points of the curve.
fn thinned(steps: &[ValuePoint], start: Micros, end: Micros) -> Vec<(Micros, Decimal)> {
    let stretch = (end.since(start) / POINTS).max(1);
    let mut line: Vec<(Micros, Decimal)> = Vec::new();
    let mut present = None;
    for step in steps {
        let number = step.at.since(start) / stretch;
        if present == Some(number) && line.len() > 1 {
            line.pop();
        }
        line.push((step.at, step.won));
        present = Some(number);
    }
    line
}

/// Results of the copied positions per strategy, best first. Positions with an unknown result are ignored.
fn strategies(ended: &[CopyTrade]) -> Vec<StrategyPart> {
    let mut parts: BTreeMap<StrategyId, StrategyPart> = BTreeMap::new();
    for copy in ended {
        let Some(profit) = copy.profit_usd else { continue };
        let (id, name) = (copy.strategy_id, copy.strategy_name.clone());
        let part =
            parts.entry(id).or_insert(StrategyPart { id, name, ended: 0, won: 0, profit: Decimal::ZERO });
        part.ended += 1;
        part.won += u32::from(profit.0 > Decimal::ZERO);
        part.profit += profit.0;
    }
    let mut parts: Vec<_> = parts.into_values().collect();
    parts.sort_by(|one, other| other.profit.cmp(&one.profit).then(one.name.cmp(&other.name)));
    parts
}

#[cfg(test)]
mod tests;
