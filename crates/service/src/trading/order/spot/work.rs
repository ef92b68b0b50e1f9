//! Brings the sell orders of a spot trade to what is wanted, step by step. Every step follows from a new reading, so that it
//! does not matter what happened before.

use super::{
    plan::{self, OpenShare, Share, Step, WantedTarget},
    read::Reading,
};
use crate::trading::order::{
    legs::Leg,
    run::{Halt, Run, RunResult},
};
use domain::{Decimal, order_failure::FailureCause, time::SECOND};
use exchange::ExchangeFailure;
use store::intent::LegStatus;

/// Most steps of one pass. What is left then is done by the next one.
const STEPS: u8 = 100;
/// How often an order that lacks free coins is tried in one pass.
const TRIES: u8 = 3;
/// Most refusals in one pass. An order that is refused again and again is tried again later.
const MOST_REFUSALS: u8 = 8;
/// How long a take-profit that has filled in part is left without its stop. The owner is notified of a missing stop later.
const FILLING: i64 = 3 * SECOND;
/// "Filter failure".
const FILTER: i64 = -1013;

/// The wanted state of a spot trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trading::order) enum Goal {
    /// Everything it holds has its stop, and the take-profits are open.
    Protected,
    /// The take-profits are open, without a stop.
    Unprotected,
    /// Everything is sold at market.
    Sold,
}

/// The result of a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trading::order) enum Outcome {
    /// Everything is as wanted.
    Agrees,
    /// The trade holds nothing any more that can be sold.
    Gone,
    /// A stop-limit order has triggered and has not filled.
    Triggered,
    /// A take-profit has filled in part, which has ended its stop, and is given time to fill.
    Filling,
    /// The exchange refused a stop, and no earlier one is wanted in its place.
    StopRefused(ExchangeFailure),
}

/// The result of a pass, with what happened on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trading::order) struct Pursued {
    pub(in crate::trading::order) outcome: Outcome,
    /// Whether a stop was missing when the pass began, and none is at its end.
    pub(in crate::trading::order) missed: bool,
    /// The refusal of a stop that an earlier one was placed for again, or of a sale.
    pub(in crate::trading::order) refused: Option<ExchangeFailure>,
}

/// The result of one step.
enum Progress {
    /// Something was done. The next reading decides what follows.
    Again,
    /// Nothing is left to do.
    Done(Outcome),
    /// The exchange refused an order, and something else may be done.
    Refused(ExchangeFailure),
}

impl Run<'_> {
    /// Brings the trade's sell orders to the `goal`, after the sales that are planned. With `balances` the account's balance
    /// bounds what is there.
    pub(in crate::trading::order) async fn pursue(
        &mut self,
        goal: Goal,
        mut balances: bool,
    ) -> RunResult<Pursued> {
        let (mut missed, mut refused, mut lacking, mut refusals) = (None, None, 0, 0);
        for _ in 0..STEPS {
            let reading = self.read_trade(balances).await?;
            let missed = *missed.get_or_insert_with(|| self.notice_missing_stop(goal, &reading));
            match self.advance(goal, &reading).await? {
                Progress::Again => {}
                Progress::Done(outcome) => {
                    // What has no stop at the end either was not repaired.
                    let missed = missed && plan::uncovered(reading.held, &reading.open).is_zero();
                    return Ok(Pursued { outcome, missed, refused });
                }
                Progress::Refused(failure) => {
                    refusals += 1;
                    if refusals >= MOST_REFUSALS {
                        return Err(Halt::Later(failure));
                    }
                    if failure.lacks_balance() {
                        // The coins may have been sold elsewhere, or an order of the owner locks them.
                        (balances, lacking) = (true, lacking + 1);
                        if lacking >= TRIES {
                            return Err(Halt::Later(failure));
                        }
                        self.pause_between_readings().await?;
                    }
                    refused = Some(failure);
                }
            }
        }
        Err(Halt::Later(ExchangeFailure::Unknown("the orders of a trade do not settle".to_owned())))
    }

    /// Returns whether a part of what is held has no stop although it should have. The supervisor learns of it, except for
    /// a new trade, whose stop is being placed.
    fn notice_missing_stop(&self, goal: Goal, reading: &Reading) -> bool {
        let missing = goal == Goal::Protected && !plan::uncovered(reading.held, &reading.open).is_zero();
        if missing && self.resumed {
            self.desk.supervision.differs(self.intent.id, self.desk.clock.boot());
        }
        missing
    }

    /// Makes the next step.
    async fn advance(&mut self, goal: Goal, reading: &Reading) -> RunResult<Progress> {
        if let Some(sale) = self.planned_sale().await? {
            return progress_of(self.sell_step(&sale, reading).await);
        }
        if reading.open.is_empty() && self.is_dust(reading.held).await? {
            let may_grow = goal != Goal::Sold && self.intent.entry_rests();
            return Ok(Progress::Done(if may_grow { Outcome::Agrees } else { Outcome::Gone }));
        }
        if goal == Goal::Sold {
            self.plan_sale(reading.held).await?;
            return Ok(Progress::Again);
        }
        if reading.triggered {
            return Ok(Progress::Done(Outcome::Triggered));
        }
        if goal == Goal::Protected && self.has_filling_target(reading) {
            return Ok(Progress::Done(Outcome::Filling));
        }
        let wanted = self.wanted_shares(goal, reading.held);
        match plan::step(reading.held, &reading.open, &wanted, &self.market) {
            Step::Agree => Ok(self.agreed(goal, reading)),
            Step::Cancel(index) => {
                self.cancel_share(&reading.open[index]).await?;
                Ok(Progress::Again)
            }
            Step::Place(share) => self.place_wanted(&share).await,
        }
    }

    /// Whether a take-profit that has filled in part may still fill. Cancelled now, it would be refused as a part of a pair,
    /// because the price is there.
    fn has_filling_target(&self, reading: &Reading) -> bool {
        let has_time = |since| self.desk.clock.boot().since(since) < FILLING;
        let fills = |share: &OpenShare| {
            let order = share.target_leg.and_then(|seq| self.intent.leg_order(seq));
            share.stop.is_none() && order.is_some_and(|order| !order.filled.is_zero())
        };
        reading.open.iter().any(fills) && self.without_stop_since.is_none_or(has_time)
    }

    /// Returns the progress if the open shares are the wanted ones. Coins that are worth too little for the wanted stop have
    /// none then. As after a refusal, the stop before it is wanted again if there is another one.
    fn agreed(&mut self, goal: Goal, reading: &Reading) -> Progress {
        let covered = plan::uncovered(reading.held, &reading.open).is_zero();
        // An entry that rests may still buy enough.
        let may_lack = goal != Goal::Protected || self.intent.entry_rests();
        let stop = self.intent.wanted_stop_leg().filter(|_| !covered && !may_lack).cloned();
        let Some(stop) = stop else { return Progress::Done(Outcome::Agrees) };
        let failure = ExchangeFailure::of_cause(FailureCause::StopRejected);
        if stop.status == LegStatus::Planned && stop.placed.is_none() {
            self.intent.refuse(stop.seq, &failure);
        }
        let now = self.intent.wanted_stop().zip(stop.order.as_ref());
        if now.is_some_and(|(now, refused)| !now.stops_as(refused)) {
            return Progress::Refused(failure);
        }
        Progress::Done(Outcome::StopRefused(failure))
    }

    async fn place_wanted(&mut self, share: &Share) -> RunResult<Progress> {
        match progress_of(self.place_share(share).await)? {
            Progress::Refused(failure) if !failure.lacks_balance() => {
                let refused = share.stop.as_ref();
                let now = self.intent.wanted_stop();
                let falls_back = now.zip(refused).is_some_and(|(now, refused)| !now.stops_as(refused));
                // A filter may bound the number of stops. Fewer take-profits need fewer of them.
                if falls_back || self.gives_up_target(&failure).await? {
                    return Ok(Progress::Refused(failure));
                }
                Ok(Progress::Done(Outcome::StopRefused(failure)))
            }
            progress => Ok(progress),
        }
    }

    /// Gives up the last take-profit after a filter has refused a stop. Returns `false` if there is none.
    async fn gives_up_target(&mut self, failure: &ExchangeFailure) -> RunResult<bool> {
        let filtered = matches!(failure, ExchangeFailure::Refused { code: FILTER, .. });
        let Some(last) = self.intent.wanted_targets().last().filter(|_| filtered).map(|leg| leg.seq) else {
            return Ok(false);
        };
        self.report_refused_target(last, failure).await?;
        self.intent.save_progress(self.desk).await?;
        Ok(true)
    }

    /// Returns the shares that the trade should have.
    fn wanted_shares(&self, goal: Goal, held: Decimal) -> Vec<Share> {
        let stop = self.intent.wanted_stop().filter(|_| goal == Goal::Protected);
        let target = |leg: &Leg| {
            let price = leg.order.as_ref()?.price?;
            let amount = leg.placed.as_ref().and_then(|order| order.remaining);
            let amount = amount.unwrap_or_else(|| leg.unfilled());
            (amount > Decimal::ZERO).then_some(WantedTarget { leg: leg.seq, price, amount })
        };
        // While the entry rests, its amount is not known.
        let rests = self.intent.entry_rests();
        let targets: Vec<WantedTarget> =
            if rests { Vec::new() } else { self.intent.wanted_targets().filter_map(target).collect() };
        plan::shares(held, stop, &targets, &self.market)
    }
}

/// Returns the progress of a step that may have been refused. A refusal that concerns the key or the market, and not the
/// order, ends the pass.
fn progress_of(step: RunResult<()>) -> RunResult<Progress> {
    match step {
        Ok(()) => Ok(Progress::Again),
        Err(Halt::Refused(failure @ ExchangeFailure::Refused { .. })) => Ok(Progress::Refused(failure)),
        Err(halt) => Err(halt),
    }
}
