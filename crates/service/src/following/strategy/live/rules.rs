//! A strategy's own decisions, bar by bar. They equal those of a backtest over the same candles, because the
//! same code makes them.

use crate::{
    error::{Error, Result},
    following::{
        Following,
        signal::{self, NewSignal},
        strategy::backtest,
    },
};
use ::strategy::{Bar, Decision, Price, Runner, Ticks};
use domain::{
    Frame, Micros, SignalId,
    signal::{Action, Source},
    time::SECOND,
    validation::Problem,
};
use store::strategy::Strategy;

/// A running definition.
pub(super) struct Rules {
    runner: Runner,
    /// Exit signal of a bar processed late (after downtime) that still has to be sent, identified by the
    /// entry signal of the trade.
    owed: Option<SignalId>,
    last: Option<Micros>,
}

impl Rules {
    pub(super) fn new(json: &str, ticks: Ticks) -> Result<Self> {
        let definition = backtest::definition(json)?;
        let runner = Runner::new(&definition, ticks, backtest::terms()?)
            .map_err(|_| Error::fault("could not compile a stored strategy definition"))?;
        Ok(Self { runner, owed: None, last: None })
    }

    /// Processes a closed bar and sends the resulting signal, unless it is too late. Returns whether the
    /// strategy decided and is active.
    pub(super) async fn take(
        &mut self,
        desk: &Following,
        row: &Strategy,
        frame: Frame,
        bar: &Bar,
        open: Option<SignalId>,
    ) -> Result<bool> {
        self.last = Some(bar.at);
        self.owed = self.owed.filter(|owed| Some(*owed) == open);
        // The runner's own trades belong to the backtest; the live record follows the signals that were
        // given.
        let Some(decision) = self.runner.step(bar, &mut Vec::new()).cloned() else { return Ok(false) };
        let closed_at = bar.at.plus(frame.micros());
        let late = desk.clock.now().since(closed_at) > desk.settings.signal_max_age_s.saturating_mul(SECOND);
        if late {
            self.owed = open;
            return Ok(false);
        }
        self.owed = None;
        if row.active {
            submit(desk, decided(row, &decision, bar, closed_at)).await?;
        }
        Ok(row.active)
    }

    /// After the last bar, sends a missed exit if its trade is still open and no pending signal is about to
    /// end it.
    pub(super) async fn make_up(
        &mut self,
        desk: &Following,
        row: &Strategy,
        open: Option<SignalId>,
    ) -> Result<()> {
        let (Some(owed), Some(bar_at)) = (self.owed.take(), self.last) else { return Ok(()) };
        if open == Some(owed) && row.active {
            submit(desk, leaving(row, Some(bar_at), None)).await?;
        }
        Ok(())
    }
}

fn decided(row: &Strategy, decision: &Decision, bar: &Bar, closed_at: Micros) -> NewSignal {
    let leave = leaving(row, Some(bar.at), Some(closed_at));
    match decision {
        Decision::Exit => leave,
        Decision::Enter { side, stop, targets } => NewSignal {
            action: Action::Enter,
            side: Some(side.opening()),
            price: Some(bar.close.decimal()),
            stop: stop.map(Price::decimal),
            targets: targets.iter().map(|target| target.decimal()).collect(),
            ..leave
        },
    }
}

fn leaving(row: &Strategy, bar_at: Option<Micros>, said_at: Option<Micros>) -> NewSignal {
    NewSignal {
        strategy: row.id,
        source: Source::Evaluator,
        action: Action::Exit,
        side: None,
        price: None,
        stop: None,
        targets: Vec::new(),
        external_id: None,
        bar_at,
        sent_at: said_at,
    }
}

/// Submits the signal. It is not an error if it is too late or its strategy has just been deactivated.
async fn submit(desk: &Following, new: NewSignal) -> Result<()> {
    match signal::accept(desk, new).await {
        Ok(_) => Ok(()),
        Err(Error::Fields(problems))
            if problems.iter().all(|p| matches!(p.problem, Problem::TooOld | Problem::StrategyInactive)) =>
        {
            Ok(())
        }
        Err(error) => Err(error),
    }
}
