//! Track records of strategies, backtested or live: by interval, in total, and as chart data.

use super::{line, shown, visible};
use crate::{actor::Actor, error::Result, following::Following, platform::recent::Recent};
use ::strategy::{
    Ratio, metrics,
    performance::{self, TradeResult},
};
use domain::{
    Decimal, Micros, PositionSide, StrategyId, dec,
    strategy::{Card, Costs, Figures, Interval, Kind, Metrics, Range, Record, Trade},
    time,
};
use std::sync::Arc;

/// How long a computed record is cached.
const LIFETIME: i64 = 10 * time::SECOND;
/// Largest number of points of an equity curve; a chart has no room for more.
const POINTS: usize = 160;
/// Largest number of months of a heat map.
const MONTHS: usize = 120;
/// Largest number of trades that a page shows.
const MOST_TRADES: u16 = 500;

/// Cached complete records, which every visitor requests.
pub(crate) struct Records(Recent<(StrategyId, Kind), Arc<Record>>);

impl Default for Records {
    fn default() -> Self {
        Self(Recent::new(LIFETIME))
    }
}

/// Returns the costs assumed in records: Binance perpetuals for a taker without a discount, on a calm day.
#[must_use]
pub const fn costs() -> Costs {
    Costs { fee_percent: dec!(0.05), slippage_percent: dec!(0.01), funding_percent: dec!(0.01) }
}

/// Returns the last `limit` intervals, newest first, including the current one.
///
/// # Errors
/// Not found.
pub async fn history(
    desk: &Following,
    id: StrategyId,
    kind: Kind,
    interval: Interval,
    limit: u16,
) -> Result<Vec<Range>> {
    history_seen_by(desk, None, id, kind, interval, limit).await
}

/// As [`history`], for a visitor who may be the owner of a private signal source.
///
/// # Errors
/// Not found.
pub async fn history_seen_by(
    desk: &Following,
    viewer: Option<&Actor>,
    id: StrategyId,
    kind: Kind,
    interval: Interval,
    limit: u16,
) -> Result<Vec<Range>> {
    visible(desk, viewer, id).await?;
    let (now, limit) = (desk.clock.now(), usize::from(limit));
    let Some(oldest) = performance::history(&[], interval, now, limit).last().map(|range| range.start) else {
        return Ok(Vec::new());
    };
    let trades = store::strategy_trade::list_ended(&desk.db, id, kind, oldest).await?;
    Ok(performance::history(&outcomes(&trades), interval, now, limit))
}

/// Returns the totals over the intervals of [`history`].
///
/// # Errors
/// Not found.
pub async fn performance(
    desk: &Following,
    id: StrategyId,
    kind: Kind,
    interval: Interval,
    limit: u16,
) -> Result<Figures> {
    visible(desk, None, id).await?;
    let (now, limit) = (desk.clock.now(), usize::from(limit));
    let oldest = performance::history(&[], interval, now, limit).last().map_or(now, |range| range.start);
    let trades = store::strategy_trade::list_ended(&desk.db, id, kind, oldest).await?;
    Ok(performance::range(&outcomes(&trades), interval, now, limit))
}

/// Returns the newest trades of a record, newest first. One of them may still be open.
///
/// # Errors
/// Not found.
pub async fn trades(desk: &Following, id: StrategyId, kind: Kind, limit: u16) -> Result<Vec<Trade>> {
    trades_seen_by(desk, None, id, kind, limit).await
}

/// As [`trades`], for a visitor who may be the owner of a private signal source.
///
/// # Errors
/// Not found.
pub async fn trades_seen_by(
    desk: &Following,
    viewer: Option<&Actor>,
    id: StrategyId,
    kind: Kind,
    limit: u16,
) -> Result<Vec<Trade>> {
    visible(desk, viewer, id).await?;
    Ok(store::strategy_trade::list_newest(&desk.db, id, kind, i64::from(limit.min(MOST_TRADES))).await?)
}

/// Returns every public strategy with both its records, which may be up to ten seconds old.
///
/// # Errors
/// If the database cannot be queried.
pub async fn cards(desk: &Following) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    for row in store::strategy::list_public(&desk.db).await? {
        cards.push(with_records(desk, row).await?);
    }
    Ok(cards)
}

/// Returns a strategy that the visitor can see with both its records, which may be up to ten seconds old.
///
/// # Errors
/// Not found.
pub async fn card(desk: &Following, viewer: Option<&Actor>, id: StrategyId) -> Result<Card> {
    with_records(desk, visible(desk, viewer, id).await?).await
}

async fn with_records(desk: &Following, row: store::strategy::Strategy) -> Result<Card> {
    let (backtest, live) =
        tokio::try_join!(record(desk, &row, Kind::Backtest), record(desk, &row, Kind::Live))?;
    Ok(Card { strategy: shown(row)?, backtest: (*backtest).clone(), live: (*live).clone() })
}

async fn record(desk: &Following, row: &store::strategy::Strategy, kind: Kind) -> Result<Arc<Record>> {
    let read = async {
        let trades = store::strategy_trade::list_ended(&desk.db, row.id, kind, Micros(i64::MIN)).await?;
        let span = match kind {
            Kind::Backtest => backtest_span(desk, row.id).await?,
            Kind::Live => live_span(desk, row).await?,
        };
        Ok(Arc::new(whole(kind, &trades, span)))
    };
    desk.records.0.get((row.id, kind), &*desk.clock, read).await
}

/// The candles of a backtest and their benchmark; nothing is known of a backtest that was computed by an earlier version.
async fn backtest_span(desk: &Following, id: StrategyId) -> Result<Metrics> {
    let stored = store::backtest::get_span(&desk.db, id).await?;
    Ok(stored.map_or_else(Metrics::default, |span| Metrics {
        start: Some(span.first_at),
        end: Some(span.last_at),
        bars: Some(span.bars),
        hold_percent: Some(span.hold_percent.0),
        ..Metrics::default()
    }))
}

/// The time since a strategy's first signal, and the change of the price since then.
async fn live_span(desk: &Following, row: &store::strategy::Strategy) -> Result<Metrics> {
    let Some(first) = store::signal::first(&desk.db, row.id).await? else { return Ok(Metrics::default()) };
    let newest = store::candle::newest(&desk.db, &line(row)).await?.filter(|candle| candle.start >= first.at);
    let bought = first.market_price.or(first.price).map(|text| text.0);
    let hold_percent = bought.zip(newest).and_then(|(bought, candle)| {
        let gain = (candle.close - bought).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(bought)?;
        Some(gain.round_dp(8))
    });
    let now = desk.clock.now();
    Ok(Metrics { start: Some(first.at), end: Some(now), hold_percent, ..Metrics::default() })
}

/// Computes the further figures of trades over a span; over that of the trades if it is not known.
fn measured(outcomes: &[TradeResult], span: Metrics) -> Metrics {
    if outcomes.is_empty() {
        return span;
    }
    let start = span.start.or_else(|| outcomes.iter().map(|outcome| outcome.entered_at).min());
    let end = span.end.or_else(|| outcomes.last().map(|outcome| outcome.exited_at));
    let over = start.zip(end);
    Metrics {
        start,
        end,
        profit_factor: metrics::profit_factor(outcomes),
        sharpe: over.and_then(|(start, end)| metrics::sharpe(outcomes, start, end)),
        exposure: over.and_then(|(start, end)| metrics::exposure(outcomes, start, end)),
        average_trade_percent: metrics::average_trade_percent(outcomes),
        ..span
    }
}

/// Computes a record from all its trades, ordered by their exit time.
fn whole(kind: Kind, trades: &[Trade], span: Metrics) -> Record {
    let outcomes = outcomes(trades);
    let until = outcomes.last().map(|outcome| outcome.exited_at);
    let first = outcomes.first().map(|outcome| outcome.exited_at);
    Record {
        kind,
        total: performance::total(&outcomes),
        metrics: measured(&outcomes, span),
        since: outcomes.iter().map(|outcome| outcome.entered_at).min(),
        until,
        curve: curve(&outcomes),
        months: first.zip(until).map_or(Vec::new(), |(first, until)| months(&outcomes, first, until)),
    }
}

fn months(outcomes: &[TradeResult], first: Micros, until: Micros) -> Vec<Range> {
    let all = performance::by_month(outcomes, until, MONTHS);
    let mut months: Vec<_> = all.into_iter().take_while(|month| month.end > first).collect();
    months.reverse();
    months
}

/// Returns the cumulative profit, thinned to about as many points as a chart shows. It includes the start and
/// the end.
fn curve(outcomes: &[TradeResult]) -> Vec<(Micros, Decimal)> {
    let Some(first) = outcomes.first() else { return Vec::new() };
    let mut equity = Decimal::ONE;
    let mut all = vec![(first.entered_at, Decimal::ZERO)];
    for outcome in outcomes {
        equity = (equity * (Decimal::ONE + outcome.profit.decimal())).round_dp(12);
        all.push((outcome.exited_at, ((equity - Decimal::ONE) * Decimal::ONE_HUNDRED).round_dp(4)));
    }
    let last = all.len() - 1;
    let step = last.div_ceil(POINTS).max(1);
    let shown = |(place, point)| (place % step == 0 || place == last).then_some(point);
    all.into_iter().enumerate().filter_map(shown).collect()
}

/// Converts ended trades; open ones have no outcome.
fn outcomes(trades: &[Trade]) -> Vec<TradeResult> {
    let outcome = |trade: &Trade| {
        Some(TradeResult {
            entered_at: trade.entered_at,
            exited_at: trade.exited_at?,
            side: PositionSide::opened_by(trade.side),
            profit: Ratio::from_percent(trade.profit_percent?)?,
        })
    };
    trades.iter().filter_map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Side;

    fn trade(day: i64, percent: &str) -> Trade {
        let at = Micros::from_date("2022-10-01").unwrap().plus(day * time::DAY);
        Trade {
            side: Side::Buy,
            entered_at: at,
            entry_price: Decimal::ONE,
            stop: None,
            exited_at: Some(at.plus(time::HOUR)),
            exit_price: Some(Decimal::ONE),
            exit: None,
            profit_percent: Some(percent.parse().unwrap()),
        }
    }

    #[test]
    fn a_record_has_its_months_and_a_curve_that_ends_where_the_total_does() {
        let trades: Vec<_> =
            (0..400).map(|day| trade(day, if day % 3 == 0 { "1.5" } else { "-0.7" })).collect();
        let record = whole(Kind::Live, &trades, Metrics::default());
        assert_eq!(record.months.len(), 14);
        assert_eq!(record.months[0].start.date(), "2022-10-01");
        assert!(record.months.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(record.months.iter().map(|month| month.figures.trades).sum::<u32>(), 400);
        assert!(record.curve.len() <= POINTS + 2);
        let total = record.total.net_profit_percent.unwrap().round_dp(4);
        assert_eq!(record.curve.last().unwrap().1, total);
        let metrics = record.metrics;
        assert_eq!((metrics.start, metrics.end), (record.since, record.until));
        assert!(
            metrics.sharpe.is_some() && metrics.profit_factor.is_some_and(|factor| factor > Decimal::ONE)
        );
        // An hour a day, of 399 days and an hour.
        assert_eq!(metrics.exposure, Some(dec!(0.04176673)));
        let known = Metrics { start: Some(trades[0].entered_at.plus(-time::DAY)), ..Metrics::default() };
        assert_eq!(whole(Kind::Live, &trades, known).metrics.start, known.start);
    }

    #[test]
    fn without_trades_there_are_no_figures() {
        let record = whole(Kind::Backtest, &[], Metrics::default());
        assert_eq!(record.metrics, Metrics::default());
        assert_eq!((record.total, record.curve.len(), record.months.len()), (Figures::default(), 0, 0));
    }
}
