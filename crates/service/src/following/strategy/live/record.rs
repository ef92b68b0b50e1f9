//! A strategy's live record: the result of the signals that were actually given, by the rules of the
//! backtest.

use super::trade_replay::{RecordedSignal, ReplayEvent, TradeReplay};
use crate::{
    error::{Error, Result},
    following::{Following, follow, strategy::backtest},
};
use ::strategy::{Bar, Decision, Price, Ticks, Trade};
use domain::{
    Frame, Micros, PositionSide, SignalId, StrategyId, StrategyTradeId,
    signal::{Action, Source},
};
use std::collections::VecDeque;
use store::{
    signal::Signal,
    strategy_trade::{self, Entered, Exited},
};

/// Signals per read.
const PAGE: i64 = 200;

/// Keeps the record of one strategy.
pub(super) struct RecordWriter {
    replay: TradeReplay,
    frame: Frame,
    /// Signals that no bar has traded yet, ordered by time.
    due: VecDeque<RecordedSignal>,
    /// Sequence number of the newest signal read.
    newest_seq: i64,
    /// When the newest signal was accepted. Later signals count as accepted no earlier, even if a clock was
    /// set back.
    accepted: Micros,
    /// Signals that traded up to this time are in the record.
    settled: Micros,
}

impl RecordWriter {
    /// Resumes the record at its open trade, or after the last one that ended.
    pub(super) async fn resume(
        desk: &Following,
        strategy: StrategyId,
        frame: Frame,
        ticks: Ticks,
    ) -> Result<Self> {
        let newest = strategy_trade::newest_live(&desk.db, strategy).await?;
        let (first, settled) = match newest.map(|trade| (trade.signal_id, trade.exited_at)) {
            Some((signal, Some(exited_at))) => (signal, exited_at),
            Some((signal, None)) => (signal, Micros(i64::MIN)),
            None => (None, Micros(i64::MIN)),
        };
        let mut writer = Self {
            replay: TradeReplay::new(ticks, backtest::terms()?),
            frame,
            due: VecDeque::new(),
            newest_seq: 0,
            accepted: Micros(i64::MIN),
            settled,
        };
        // The signal of an open trade is replayed; that of an ended trade lies before `settled`.
        if let Some(first) = first
            && let Some(open) = store::signal::get_signal(&desk.db, first).await?
        {
            writer.take_in(&open)?;
        }
        writer.read_new(desk, strategy).await?;
        Ok(writer)
    }

    /// The earliest opening time of a relevant bar; `None` if there is nothing to trade.
    pub(super) fn from(&self) -> Option<Micros> {
        self.due.front().map(|recorded| recorded.at.plus(1 - self.frame.micros()))
    }

    /// The signal whose trade is open, unless pending signals are about to change that.
    pub(super) fn settled_on(&self) -> Option<SignalId> {
        self.replay.open_signal().filter(|_| self.due.is_empty())
    }

    /// The signal whose trade is open.
    pub(super) const fn open_signal(&self) -> Option<SignalId> {
        self.replay.open_signal()
    }

    /// Reads the signals given since the last call.
    pub(super) async fn read_new(&mut self, desk: &Following, strategy: StrategyId) -> Result<()> {
        let (known, mut before, mut new) = (self.newest_seq, None, Vec::new());
        loop {
            let page = store::signal::list_by_strategy(&desk.db, strategy, before, PAGE).await?;
            before = page.last().map(|signal| signal.id);
            let whole = i64::try_from(page.len()).map_err(Error::fault)? < PAGE;
            let reached = page.last().is_none_or(|oldest| oldest.seq <= known);
            new.extend(page.into_iter().take_while(|signal| signal.seq > known));
            if whole || reached {
                break;
            }
        }
        for signal in new.iter().rev() {
            if closes_a_part(desk, signal).await? {
                self.pass_over(signal);
            } else {
                self.take_in(signal)?;
            }
        }
        self.due.make_contiguous().sort_by_key(|recorded| (recorded.at, recorded.seq));
        Ok(())
    }

    /// Notes a signal that the record does not trade.
    fn pass_over(&mut self, signal: &Signal) {
        self.newest_seq = self.newest_seq.max(signal.seq);
        self.accepted = self.accepted.max(signal.at);
    }

    fn take_in(&mut self, signal: &Signal) -> Result<()> {
        self.pass_over(signal);
        let recorded = recorded(signal, self.frame, self.accepted)?;
        if recorded.at > self.settled {
            self.due.push_back(recorded);
        }
        Ok(())
    }

    /// Applies a closed bar: signals trade at their times, and an open trade meets the bar's prices.
    pub(super) async fn keep(&mut self, desk: &Following, strategy: StrategyId, bar: &Bar) -> Result<()> {
        let events = self.replay.take(bar, bar.at.plus(self.frame.micros()), &mut self.due);
        if events.is_empty() {
            return Ok(());
        }
        // One transaction: if a signal exits one side and enters the other, both are recorded or neither.
        let mut tx = desk.db.begin().await?;
        for event in events {
            match event {
                ReplayEvent::Entered { signal, at, side, price, stop } => {
                    let id = StrategyTradeId::mint(&*desk.clock, &*desk.entropy);
                    let (side, price, stop) = (side.opening(), price.decimal(), stop.decimal());
                    let trade = Entered { id, strategy, signal, side, at, price, stop };
                    strategy_trade::insert_entry(&mut tx, &trade).await?;
                }
                ReplayEvent::Exited { signal, trade } => {
                    strategy_trade::end_trade(&mut tx, signal, &ended(&trade)).await?;
                }
            }
        }
        Ok(tx.commit().await?)
    }
}

/// Whether a signal is a partial exit, which does not end a trade of the record. Only alerts give them.
async fn closes_a_part(desk: &Following, signal: &Signal) -> Result<bool> {
    let may = signal.action == Action::Exit && signal.source == Source::Hook;
    Ok(may && store::signal_size::exit_percent(&desk.db, signal.id).await?.is_some())
}

fn ended(trade: &Trade) -> Exited {
    Exited {
        at: trade.exited_at,
        price: trade.exit.decimal(),
        exit: trade.reason,
        profit_percent: trade.profit.percent(),
    }
}

/// Converts a signal for the record. The time of a bar's decision is the bar's close; the time of an outside
/// signal is its acceptance.
fn recorded(signal: &Signal, frame: Frame, accepted: Micros) -> Result<RecordedSignal> {
    let at = signal.bar_at.map_or(accepted, |bar_at| bar_at.plus(frame.micros()));
    let price = signal.market_price.and_then(|text| Price::from_decimal(text.0));
    Ok(RecordedSignal { id: signal.id, seq: signal.seq, at, price, decision: decision(signal)? })
}

/// Returns a signal's decision; `None` if its stop cannot be represented as a price, so that the trade cannot
/// be simulated.
fn decision(signal: &Signal) -> Result<Option<Decision>> {
    let side = match (signal.action, signal.side) {
        (Action::Enter, Some(side)) => PositionSide::opened_by(side),
        (Action::Exit, _) => return Ok(Some(Decision::Exit)),
        (Action::Enter, None) => return Err(Error::fault("an entry has no side")),
    };
    let stop = signal.stop.and_then(|text| Price::from_decimal(text.0));
    let mut targets: Vec<Price> =
        follow::targets(Some(&signal.targets))?.into_iter().filter_map(Price::from_decimal).collect();
    targets.sort_unstable();
    if side == PositionSide::Short {
        targets.reverse();
    }
    Ok(stop.map(|stop| Decision::Enter { side, stop: Some(stop), targets }))
}
