//! Live operation of strategies: rules decide on each closed bar, and every strategy's track record is kept.
//!
//! The in-memory state follows from the stored candles and signals alone, so it can be rebuilt at any time:
//! after a restart, on another instance, or when a definition changes. Repeated decisions on a bar count once
//! (`signals` is unique by bar), and a signal is traded once in the record (`strategy_trades` is unique by
//! signal).

mod record;
mod rules;
mod trade_replay;

use super::{candles, frame, line};
use crate::{
    error::{Error, Result},
    following::{Following, SharedFollowing},
};
use ::strategy::{Bar, Ticks};
use domain::{Frame, Micros, StrategyId};
use record::RecordWriter;
use rules::Rules;
use std::collections::{HashMap, HashSet};
use store::{candle::CandleSeries, strategy::Strategy};

/// Bars that a strategy is fed at its start: more than any indicator's length, so that the starting point has
/// no influence.
const HISTORY: i64 = 50_000;
/// Bars per read.
const PAGE: i64 = 2_000;

/// The strategies that run on this instance.
#[derive(Default)]
pub struct Live {
    running: HashMap<StrategyId, Running>,
}

/// A running strategy.
struct Running {
    definition: Option<String>,
    line: CandleSeries,
    frame: Frame,
    rules: Option<Rules>,
    record: RecordWriter,
    /// Opening time of the last bar it was fed.
    seen: Micros,
}

impl Live {
    /// Runs one round: feeds the bars that have closed since the last round to the strategies. Cheap if there
    /// are none.
    ///
    /// # Errors
    /// If the database cannot be queried. A strategy that fails is restarted in the next round.
    pub async fn round(&mut self, desk: &SharedFollowing) -> Result<()> {
        // One query, however many strategies are inactive: every private signal source that was paused is one.
        let wanted = store::strategy::list_recorded(&desk.db).await?;
        let ids: HashSet<_> = wanted.iter().map(|row| row.id).collect();
        self.running.retain(|id, _| ids.contains(id));
        let mut fetched: HashSet<CandleSeries> = HashSet::new();
        for row in &wanted {
            let line = line(row);
            if fetched.insert(line.clone())
                && let Err(error) = refresh(desk, row, &line).await
            {
                tracing::warn!(symbol = %line.symbol, %error, "could not fetch candles; will retry");
            }
            if let Err(error) = self.feed(desk, row).await {
                self.running.remove(&row.id);
                tracing::warn!(strategy = %row.id, %error, "could not evaluate a strategy; restarting it from stored candles");
            }
        }
        Ok(())
    }

    async fn feed(&mut self, desk: &Following, row: &Strategy) -> Result<()> {
        let running = match self.running.remove(&row.id).filter(|running| running.fits(row)) {
            Some(running) => running,
            None => Running::begin(desk, row).await?,
        };
        // Kept only on success: a strategy that failed half-way has an undefined position in the series.
        let running = running.feed(desk, row).await?;
        self.running.insert(row.id, running);
        Ok(())
    }
}

/// Fetches the candles that are missing from a strategy's series.
async fn refresh(desk: &Following, row: &Strategy, line: &CandleSeries) -> Result<()> {
    candles::refresh(desk, line, frame(row)?).await.map(drop)
}

impl Running {
    async fn begin(desk: &Following, row: &Strategy) -> Result<Self> {
        let (line, frame) = (line(row), frame(row)?);
        let ticks: Ticks = super::backtest::ticks(desk, &line).await?;
        let rules = row.definition.as_deref().map(|json| Rules::new(json, ticks)).transpose()?;
        let record = RecordWriter::resume(desk, row.id, frame, ticks).await?;
        let from = match &rules {
            Some(_) => store::candle::nth_newest(&desk.db, &line, HISTORY).await?.unwrap_or(Micros(i64::MIN)),
            None => Micros(i64::MAX),
        };
        // The record starts at its last trade. A strategy without rules needs no other history.
        let from = from.min(record.from().unwrap_or(from));
        // The current bar has still to close.
        let from = from.min(desk.clock.now().plus(1 - frame.micros()));
        Ok(Self { definition: row.definition.clone(), line, frame, rules, record, seen: from.plus(-1) })
    }

    fn fits(&self, row: &Strategy) -> bool {
        self.definition == row.definition && self.frame.seconds() == row.timeframe_s
    }

    async fn feed(mut self, desk: &Following, row: &Strategy) -> Result<Self> {
        loop {
            let page = store::candle::after(&desk.db, &self.line, self.seen, PAGE).await?;
            let Some(last) = page.last() else { break };
            let whole = i64::try_from(page.len()).map_err(Error::fault)? < PAGE;
            let until = last.start;
            self.record.read_new(desk, row.id).await?;
            for bar in page.iter().filter_map(Bar::from_candle) {
                self.record.keep(desk, row.id, &bar).await?;
                if let Some(rules) = &mut self.rules
                    && rules.take(desk, row, self.frame, &bar, self.record.open_signal()).await?
                {
                    // The signal trades at the next bar's open, which may be on this page.
                    self.record.read_new(desk, row.id).await?;
                }
            }
            self.seen = until;
            if whole {
                break;
            }
        }
        if let Some(rules) = &mut self.rules {
            rules.make_up(desk, row, self.record.settled_on()).await?;
        }
        Ok(self)
    }
}
