//! A strategy's live record: what the signals that were really given came to, by the rules of the backtest.

use crate::{Desk, Error, Result, follow, strategy::backtest};
use ::strategy::{Bar, Book, Decision, Price, Ticks, Trade};
use domain::{Frame, Micros, PositionSide, SignalId, StrategyId, StrategyTradeId, signal::Action};
use std::collections::VecDeque;
use store::{
    signal::Signal,
    strategy_trade::{self, Entered, Exited},
};

/// Signals of one look. A strategy that gives more between two bars is heard in the order it gave the last of them.
const HEARD: i64 = 200;

/// Keeps the record of one strategy.
pub(super) struct Keeper {
    book: Book,
    frame: Frame,
    /// Signals that no bar has traded yet, oldest first.
    due: VecDeque<Signal>,
    /// The newest signal that was put there.
    heard: Option<SignalId>,
    /// Signals that traded until then are in the record.
    settled: Micros,
    /// Whose trade stands.
    current: Option<SignalId>,
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
            Some((_, Some(exited_at))) => (None, exited_at),
            Some((signal, None)) => (signal, Micros(i64::MIN)),
            None => (None, Micros(i64::MIN)),
        };
        let mut keeper = Self {
            book: Book::new(ticks, backtest::terms()?),
            frame,
            due: VecDeque::new(),
            heard: None,
            settled,
            current: None,
        };
        keeper.hear(desk, strategy).await?;
        if let Some(first) = first {
            keeper.due.retain(|signal| signal.id > first);
            // It may have been given long ago.
            let standing = store::signal::get(&desk.db, first).await?;
            standing.into_iter().for_each(|signal| keeper.due.push_front(signal));
        }
        Ok(keeper)
    }

    /// Where bars must begin; none when there is nothing to trade.
    pub(super) fn from(&self) -> Option<Micros> {
        self.due.front().map(|signal| self.moment(signal))
    }

    /// The signal whose trade stands, while nothing that was said is about to change that.
    pub(super) fn settled_on(&self) -> Option<SignalId> {
        self.current.filter(|_| self.due.is_empty())
    }

    /// The signal whose trade stands.
    pub(super) const fn stands(&self) -> Option<SignalId> {
        self.current
    }

    /// Takes in the signals that were given since the last time.
    pub(super) async fn hear(&mut self, desk: &Desk, strategy: StrategyId) -> Result<()> {
        let mut new = store::signal::list_by_strategy(&desk.db, strategy, None, HEARD).await?;
        new.retain(|signal| self.heard.is_none_or(|heard| signal.id > heard));
        self.heard = new.first().map(|signal| signal.id).or(self.heard);
        new.reverse();
        new.retain(|signal| self.moment(signal) > self.settled);
        self.due.extend(new);
        Ok(())
    }

    /// Takes a closed bar: signals given before it trade at its open, and what stands meets its prices.
    pub(super) async fn keep(&mut self, desk: &Desk, strategy: StrategyId, bar: &Bar) -> Result<()> {
        let entering = self.decide(bar)?;
        let mut closed = Vec::new();
        self.book.step(bar, &mut closed);
        // What was entered at this bar may have ended in it too.
        let (ended_at_once, ended): (Vec<_>, Vec<_>) =
            closed.iter().partition(|trade| entering.is_some() && trade.entered_at == bar.at);
        for trade in ended {
            exited(desk, self.current.take(), trade).await?;
        }
        let stands = self.book.position().filter(|position| position.entered_at == bar.at);
        let opened = stands
            .map(|position| (position.side, position.entry, position.stop))
            .or(ended_at_once.first().map(|trade| (trade.side, trade.entry, trade.stop)));
        if let (Some(signal), Some(opened)) = (entering, opened) {
            entered(desk, strategy, signal, bar.at, opened).await?;
            self.current = Some(signal);
        }
        for trade in ended_at_once {
            exited(desk, self.current.take(), trade).await?;
        }
        Ok(())
    }

    /// Hands the signals that are due to the book; answers the one that enters.
    fn decide(&mut self, bar: &Bar) -> Result<Option<SignalId>> {
        let mut entering = None;
        while let Some(signal) = self.due.pop_front_if(|signal| moment(signal, self.frame) <= bar.at) {
            if let Some(decision) = decision(&signal, self.book.held())? {
                entering = matches!(decision, Decision::Enter { .. }).then_some(signal.id);
                self.book.decided(Some(decision));
            }
        }
        Ok(entering)
    }

    fn moment(&self, signal: &Signal) -> Micros {
        moment(signal, self.frame)
    }
}

/// When a signal was given: at its bar's close, or when it was told.
fn moment(signal: &Signal, frame: Frame) -> Micros {
    signal.bar_at.map_or(signal.at, |bar_at| bar_at.plus(frame.micros()))
}

/// What a signal means to the record; nothing when it says what is already so, as for a follower who is in a position.
fn decision(signal: &Signal, held: Option<PositionSide>) -> Result<Option<Decision>> {
    let side = match (signal.action, signal.side) {
        (Action::Enter, Some(side)) => PositionSide::opened_by(side),
        (Action::Exit, _) => return Ok(held.map(|_| Decision::Exit)),
        (Action::Enter, None) => return Err(Error::fault("an entry without a side")),
    };
    if held == Some(side) {
        return Ok(None);
    }
    let stop = signal.stop.and_then(|text| Price::from_decimal(text.0));
    let mut targets: Vec<Price> =
        follow::targets(Some(&signal.targets))?.into_iter().filter_map(Price::from_decimal).collect();
    targets.sort_unstable();
    if side == PositionSide::Short {
        targets.reverse();
    }
    // A stop that is no price of ours cannot be kept to, so neither can the record.
    Ok(stop.map(|stop| Decision::Enter { side, stop: Some(stop), targets }))
}

async fn entered(
    desk: &Desk,
    strategy: StrategyId,
    signal: SignalId,
    at: Micros,
    (side, entry, stop): (PositionSide, Price, Option<Price>),
) -> Result<()> {
    let Some(stop) = stop else { return Err(Error::fault("a live trade without a stop")) };
    let id = StrategyTradeId::mint(&*desk.clock, &*desk.chance);
    let (side, price, stop) = (side.opening(), entry.decimal(), stop.decimal());
    let trade = Entered { id, strategy, signal, side, at, price, stop };
    let mut tx = desk.db.begin().await?;
    strategy_trade::enter(&mut tx, &trade).await?;
    Ok(tx.commit().await?)
}

async fn exited(desk: &Desk, signal: Option<SignalId>, trade: &Trade) -> Result<()> {
    let signal = signal.ok_or_else(|| Error::fault("a live trade without a signal"))?;
    let how = Exited {
        at: trade.exited_at,
        price: trade.exit.decimal(),
        exit: trade.reason,
        profit_percent: trade.profit.percent(),
    };
    let mut tx = desk.db.begin().await?;
    strategy_trade::exit(&mut tx, signal, &how).await?;
    Ok(tx.commit().await?)
}
