//! Backtests: due when a definition has changed or candles were imported, and run once, by the first instance
//! to find them.

use super::{candles, costs, frame, line, words::problem_text};
use crate::{
    error::{Error, Result},
    following::Following,
    trading::market,
};
use ::strategy::{Bar, Costs, Definition, Price, Series, Ticks, backtest};
use domain::{Decimal, Micros, StrategyTradeId, TradeType, strategy::Trade};
use language::Lang;
use std::sync::Arc;
use store::{DecimalText, backtest::BacktestSpan, candle::CandleSeries};

/// Candles per read.
const PAGE: i64 = 10_000;
/// Starting capital of a backtest. Profits are relative, so any amount works.
const START: i64 = 1_000_000_000_000;

/// Runs every backtest that is due, then extends the candles of all strategies into the past, which makes their backtests due
/// again: a first result is there soon, and one over years follows once all candles are there.
///
/// # Errors
/// If the database cannot be queried. A strategy whose market or candles are unavailable stays due.
pub async fn run_due(desk: &Following) -> Result<()> {
    let mut read = None;
    for row in store::strategy::backtest_due(&desk.db).await? {
        let extending = candles::is_extending(desk, &line(&row));
        if extending && store::backtest::get_span(&desk.db, row.id).await?.is_some() {
            continue;
        }
        if let Err(error) = run(desk, &row, &mut read).await {
            tracing::warn!(strategy = %row.id, %error, "could not run a backtest; will retry");
        }
    }
    let mut pages = candles::OLDER_PAGES;
    let all = store::strategy::list_strategies(&desk.db).await?;
    for row in all.iter().filter(|row| row.definition.is_some()) {
        if let Err(error) = candles::extend(desk, &line(row), frame(row)?, &mut pages).await {
            tracing::warn!(strategy = %row.id, %error, "could not read older candles; will retry");
        }
    }
    Ok(())
}

/// Returns the problems of a definition as sentences; empty if it can be copied.
#[must_use]
pub fn explain(lang: Lang, definition: &str) -> Vec<String> {
    let checked = Definition::from_json(definition).and_then(|definition| definition.validate_followable());
    checked.err().unwrap_or_default().iter().map(|problem| problem_text(lang, problem)).collect()
}

/// Returns the cost model for the evaluator.
pub(super) fn terms() -> Result<Costs> {
    let shown = costs();
    let share = |percent: Decimal| percent / Decimal::ONE_HUNDRED;
    let basis_points = shown.slippage_percent * Decimal::ONE_HUNDRED;
    Costs::new(share(shown.fee_percent), basis_points, share(shown.funding_percent)).map_err(Error::fault)
}

/// Parses a stored definition, which was validated before it was stored.
pub(super) fn definition(json: &str) -> Result<Definition> {
    Definition::from_json(json).map_err(|_| Error::fault("could not parse a stored strategy definition"))
}

/// Returns a market's tick size.
pub(super) async fn ticks(desk: &Following, line: &CandleSeries) -> Result<Ticks> {
    let market = market::find_market(desk, TradeType::Futures, &line.symbol).await?;
    Ticks::new(market.tick).ok_or_else(|| Error::fault("a market has no tick size"))
}

/// The candles of the last backtest: those of the same series share them.
type LastRead = Option<(CandleSeries, Arc<Series>)>;

async fn run(desk: &Following, row: &store::strategy::Strategy, read: &mut LastRead) -> Result<()> {
    let Some(json) = &row.definition else { return Ok(()) };
    let (line, definition, terms) = (line(row), definition(json)?, terms()?);
    candles::refresh(desk, &line, frame(row)?).await?;
    let ticks = ticks(desk, &line).await?;
    let series = match read.take() {
        Some((of, series)) if of == line => series,
        _ => Arc::new(series(desk, &line).await?),
    };
    *read = Some((line, Arc::clone(&series)));
    let span = span(&series, frame(row)?.micros());
    let start = Price::from_units(START).ok_or_else(|| Error::fault("no starting balance"))?;
    let work = move || backtest::run(&definition, ticks, terms, start, &series);
    let report = tokio::task::spawn_blocking(work).await.map_err(Error::fault)?;
    let report = report.map_err(|_| Error::fault("could not compile a stored strategy definition"))?;
    let id = || StrategyTradeId::mint(&*desk.clock, &*desk.entropy);
    let trades: Vec<_> = report.trades.iter().map(|trade| (id(), kept(trade))).collect();
    let mut tx = desk.db.begin().await?;
    if store::strategy::set_backtested(&mut tx, row.id, json, desk.clock.now()).await? {
        store::strategy_trade::replace_backtest(&mut tx, row.id, &trades).await?;
        if let Some(span) = span {
            store::backtest::put_span(&mut tx, row.id, &span).await?;
        }
        tx.commit().await?;
        tracing::info!(strategy = %row.name, bars = report.bars, trades = trades.len(), "backtest finished");
    }
    Ok(())
}

/// Reads all stored candles page by page: the texts of a page take more memory than the numbers of many.
async fn series(desk: &Following, line: &CandleSeries) -> Result<Series> {
    let mut series = Series::default();
    let mut after = Micros(i64::MIN);
    loop {
        let page = store::candle::after(&desk.db, line, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(series) };
        after = last.start;
        // Invalid candles of an exchange are skipped.
        page.iter().filter_map(Bar::from_candle).for_each(|bar| series.push(&bar));
    }
}

/// Describes the candles of a backtest; `None` without candles.
fn span(series: &Series, frame: i64) -> Option<BacktestSpan> {
    let (first, last) = (series.bars().next()?, series.bars().next_back()?);
    let (bought, sold) = (first.open.decimal(), last.close.decimal());
    let gain = (sold - bought).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(bought)?;
    Some(BacktestSpan {
        bars: i64::try_from(series.len()).ok()?,
        first_at: first.at,
        last_at: last.at.plus(frame),
        hold_percent: DecimalText(gain.round_dp(8)),
    })
}

/// Converts a trade to the form in which records store it.
pub(super) fn kept(trade: &::strategy::Trade) -> Trade {
    Trade {
        side: trade.side.opening(),
        entered_at: trade.entered_at,
        entry_price: trade.entry.decimal(),
        stop: trade.stop.map(Price::decimal),
        exited_at: Some(trade.exited_at),
        exit_price: Some(trade.exit.decimal()),
        exit: Some(trade.reason),
        profit_percent: Some(trade.profit.percent()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_costs_that_are_shown_are_those_that_are_applied() {
        assert_eq!(terms().unwrap(), Costs::PERPETUAL);
    }

    #[test]
    fn a_definition_that_cannot_be_followed_is_explained() {
        for demo in ::strategy::demo::demo_strategies() {
            assert_eq!(explain(Lang::En, &demo.definition.to_json()), [""; 0], "{}", demo.name);
        }
        assert_eq!(explain(Lang::En, "{").len(), 1);
        assert_eq!(explain(Lang::En, r#"{"entry":{}}"#).len(), 1, "an entry is missing");
        let bare = r#"{"entry":{"long":{"above":[{"price":"close"},{"constant":"1"}]}}}"#;
        assert_eq!(explain(Lang::En, bare), ["stop is required, because copies are sized by the stop loss"]);
    }
}
