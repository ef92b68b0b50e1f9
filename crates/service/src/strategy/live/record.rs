//! A strategy's live record: what the signals that were really given came to, by the rules of the backtest.

use super::walk::{Event, Told, Walk};
use crate::{Desk, Error, Result, follow, strategy::backtest};
use ::strategy::{Bar, Decision, Price, Ticks, Trade};
use domain::{Frame, Micros, PositionSide, SignalId, StrategyId, StrategyTradeId, signal::Action};
use std::collections::VecDeque;
use store::{
    signal::Signal,
    strategy_trade::{self, Entered, Exited},
};

/// Signals of one read.
const PAGE: i64 = 200;

/// Keeps the record of one strategy.
pub(super) struct Keeper {
    walk: Walk,
    frame: Frame,
    /// Signals that no bar has traded yet, in the order of their moments.
    due: VecDeque<Told>,
    /// The place of the newest signal that was put there.
    heard: i64,
    /// When the newest signal was accepted. Later signals count as accepted no earlier, although a clock was set back.
    accepted: Micros,
    /// Signals that traded until then are in the record.
    settled: Micros,
}

impl Keeper {
    /// Takes the record up where it is: at the trade that stands, or after the last that ended.
    pub(super) async fn resume(
        desk: &Desk,
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
        let mut keeper = Self {
            walk: Walk::new(ticks, backtest::terms()?),
            frame,
            due: VecDeque::new(),
            heard: 0,
            accepted: Micros(i64::MIN),
            settled,
        };
        // The signal of the trade that stands is walked again; that of one that ended is before `settled`.
        if let Some(first) = first
            && let Some(standing) = store::signal::get(&desk.db, first).await?
        {
            keeper.take_in(&standing)?;
        }
        keeper.hear(desk, strategy).await?;
        Ok(keeper)
    }

    /// The first moment at which a bar that matters may begin; none when there is nothing to trade.
    pub(super) fn from(&self) -> Option<Micros> {
        self.due.front().map(|told| told.at.plus(1 - self.frame.micros()))
    }

    /// The signal whose trade stands, while nothing that was said is about to change that.
    pub(super) fn settled_on(&self) -> Option<SignalId> {
        self.walk.stands().filter(|_| self.due.is_empty())
    }

    /// The signal whose trade stands.
    pub(super) const fn stands(&self) -> Option<SignalId> {
        self.walk.stands()
    }

    /// Takes in the signals that were given since the last time.
    pub(super) async fn hear(&mut self, desk: &Desk, strategy: StrategyId) -> Result<()> {
        let (known, mut before, mut new) = (self.heard, None, Vec::new());
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
            self.take_in(signal)?;
        }
        self.due.make_contiguous().sort_by_key(|told| (told.at, told.seq));
        Ok(())
    }

    fn take_in(&mut self, signal: &Signal) -> Result<()> {
        self.heard = self.heard.max(signal.seq);
        self.accepted = self.accepted.max(signal.at);
        let told = told(signal, self.frame, self.accepted)?;
        if told.at > self.settled {
            self.due.push_back(told);
        }
        Ok(())
    }

    /// Takes a closed bar: signals trade at their moments, and what stands meets the bar's prices.
    pub(super) async fn keep(&mut self, desk: &Desk, strategy: StrategyId, bar: &Bar) -> Result<()> {
        let events = self.walk.take(bar, bar.at.plus(self.frame.micros()), &mut self.due);
        if events.is_empty() {
            return Ok(());
        }
        // Together: who leaves one side and enters the other has done both, or is found to have done neither.
        let mut tx = desk.db.begin().await?;
        for event in events {
            match event {
                Event::Entered { signal, at, side, price, stop } => {
                    let id = StrategyTradeId::mint(&*desk.clock, &*desk.chance);
                    let (side, price, stop) = (side.opening(), price.decimal(), stop.decimal());
                    let trade = Entered { id, strategy, signal, side, at, price, stop };
                    strategy_trade::enter(&mut tx, &trade).await?;
                }
                Event::Exited { signal, trade } => {
                    strategy_trade::exit(&mut tx, signal, &ended(&trade)).await?;
                }
            }
        }
        Ok(tx.commit().await?)
    }
}

fn ended(trade: &Trade) -> Exited {
    Exited {
        at: trade.exited_at,
        price: trade.exit.decimal(),
        exit: trade.reason,
        profit_percent: trade.profit.percent(),
    }
}

/// What a signal means to the record. A bar's decision was made at its close; one from outside, when it was accepted.
fn told(signal: &Signal, frame: Frame, accepted: Micros) -> Result<Told> {
    let at = signal.bar_at.map_or(accepted, |bar_at| bar_at.plus(frame.micros()));
    let price = signal.market_price.and_then(|text| Price::from_decimal(text.0));
    Ok(Told { id: signal.id, seq: signal.seq, at, price, decision: decision(signal)? })
}

/// What a signal decides; nothing where its stop is no price of ours: that cannot be kept to, so neither can the record.
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
