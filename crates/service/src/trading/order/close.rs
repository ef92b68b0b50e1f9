//! Closing: the whole market for a manual order, one copy's share for an exit, or a position that cannot be
//! protected. Opening orders are cancelled first and protective ones last, so that the position keeps its
//! stop until it is flat.

use super::{
    change::Reducing,
    claim::claim,
    client_id,
    copied_request::Exiting,
    intent::{Intent, Request},
    legs::{PlannedOrder, Role},
    protection::rules::Rule,
    run::{Halt, Run, RunResult},
    send::Tries,
    seq,
    sharing::SharedPosition,
    side::entered_by,
};
use crate::error::Result;
use domain::{Decimal, Micros, Order, OrderType, Position, Side};
use exchange::ExchangeFailure;
use store::intent::{LegStatus, Status};

/// "ReduceOnly Order is rejected": there is nothing to reduce, or resting reduce-only orders already cover
/// the position.
const REDUCE_ONLY_REJECTED: i64 = -2022;
/// "ReduceOnly Order Failed": together with resting reduce-only orders it would close more than the position.
const REDUCE_ONLY_CONFLICT: i64 = -4118;

/// The part of a position to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// The whole position, in either direction.
    All,
    /// At most this amount of a position that was entered on this side.
    Of(Side, Decimal),
    /// At most this amount of a position that was entered on this side, and no further than down to `left`.
    Part { side: Side, amount: Decimal, left: Decimal },
}

impl Share {
    /// Returns the amount of `position` to close; `None` if nothing is left or the position is in the other
    /// direction.
    fn of(self, position: &Position, closed: Decimal) -> Option<Decimal> {
        match self {
            Self::All => Some(position.contracts),
            Self::Of(side, amount) => {
                let left = (amount - closed).min(position.contracts);
                (entered_by(position.side) == side && left > Decimal::ZERO).then_some(left)
            }
            Self::Part { side, amount, left } => {
                let more = (amount - closed).min(position.contracts - left);
                (entered_by(position.side) == side && more > Decimal::ZERO).then_some(more)
            }
        }
    }
}

impl Run<'_> {
    /// Cancels all orders and closes the position, in the order that never leaves a position without its
    /// stop.
    pub(super) async fn clear_market(&mut self) -> RunResult<()> {
        self.clears = true;
        let cleared = self.clear_position().await;
        self.clears = false;
        cleared
    }

    async fn clear_position(&mut self) -> RunResult<()> {
        let open = self.open_orders().await?;
        let (protective, opening): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|order| order.reduce_only && Rule::ProtectionGoesLast.holds());
        let cancelled = self.cancel_each(&opening).await?;
        self.end_waiting(&cancelled).await?;
        self.intent.mark(seq::CANCEL, LegStatus::Done, None);
        let closed = self.close_out(Share::All, Role::Close).await?;
        // Many orders end with the position. Any still open would affect the next position.
        let left = if closed { self.open_orders().await? } else { protective };
        self.cancel_each(&left).await.map(drop)
    }

    /// Closes a share of the position with reduce-only market orders until the exchange shows that it is
    /// closed. Returns whether there was anything to close.
    pub(super) async fn close_out(&mut self, share: Share, role: Role) -> RunResult<bool> {
        let mut tries = self.tries();
        let mut closed = if self.resumed { self.closed_before(share, role).await? } else { Decimal::ZERO };
        let mut any = closed > Decimal::ZERO;
        loop {
            let Some(position) = self.position_to_close().await? else { break };
            let Some(amount) = share.of(&position, closed) else { break };
            any = true;
            match self.close_once(&position, amount, role).await {
                Ok(order) => {
                    closed += order.filled;
                    if share != Share::All && order.filled >= amount {
                        break;
                    }
                    self.await_change(&position, &mut tries).await?;
                }
                Err(Halt::Refused(failure)) => self.after_refusal(failure, role, &mut tries).await?,
                Err(other) => return Err(other),
            }
        }
        if !any && role != Role::Excess {
            self.intent.mark(seq::CLOSE, LegStatus::Skipped, None);
        }
        Ok(any)
    }

    async fn close_once(&mut self, position: &Position, amount: Decimal, role: Role) -> RunResult<Order> {
        self.may_cancel_and_close()?;
        let order = PlannedOrder::closing(position.side.closing(), amount);
        let first = match role {
            Role::Rescue => seq::RESCUE,
            Role::Excess => seq::EXCESS,
            _ => seq::CLOSE,
        };
        let unused = self.intent.leg(first).is_none_or(|leg| leg.status != LegStatus::Placed);
        let seq = if unused { Some(first) } else { self.intent.next_seq(seq::CLOSES) };
        let seq = seq.ok_or_else(|| crate::error::Error::fault("an intent has no closing orders left"))?;
        self.plan_and_save(seq, role, order).await?;
        let order = self.send(seq).await?;
        self.intent.save_progress(self.desk).await?;
        Ok(order)
    }

    /// Waits until the exchange reports a different position than before the close that has just filled: its
    /// reads may lag.
    async fn await_change(&self, before: &Position, tries: &mut Tries) -> RunResult<()> {
        loop {
            let now = self.position_to_close().await?;
            let same = now.is_some_and(|now| (now.side, now.contracts) == (before.side, before.contracts));
            if !same {
                return Ok(());
            }
            let lags = ExchangeFailure::Unknown("the position does not change".to_owned());
            self.pause_or_halt(lags, tries).await?;
        }
    }

    /// Handles a refused close. Take-profit orders that block it are cancelled, but never the stop; after any
    /// other failure the close is retried until it succeeds.
    async fn after_refusal(&self, failure: ExchangeFailure, role: Role, tries: &mut Tries) -> RunResult<()> {
        // The mode of an account changes only while it has no positions: there is nothing to close.
        if matches!(failure, ExchangeFailure::Unauthorized | ExchangeFailure::UnknownSymbol)
            || failure.is_of_mode()
        {
            return Err(Halt::Refused(failure));
        }
        if let ExchangeFailure::Refused { code: REDUCE_ONLY_REJECTED | REDUCE_ONLY_CONFLICT, .. } = failure
            && Rule::TargetsMakeWay.holds()
        {
            let open = self.open_orders().await?;
            // A copy cancels only orders that a desk sent as protection. The owner's take-profits may cover an adopted
            // position, and then it could never be closed.
            let whole = matches!(
                self.intent.request,
                Request::Open(_) | Request::Adopt(_) | Request::Close | Request::Panic
            );
            let sharer = self.sharing_trade(role).await?;
            let ours = |order: &Order| match &sharer {
                // The take-profits of the other trades on the position stay.
                Some(trade) => trade.leg_by_client_id(&order.client_order_id).is_some(),
                None => whole || client_id::protects(&order.client_order_id),
            };
            let in_the_way: Vec<Order> =
                open.into_iter().filter(|order| takes_profit(order) && ours(order)).collect();
            if !in_the_way.is_empty() {
                return self.cancel_each(&in_the_way).await.map(drop);
            }
        }
        let words = failure.to_string();
        match self.pause_or_halt(ExchangeFailure::Unknown(words), tries).await {
            // A replacing order and a partial close give up; a refused exit returns to its queue, which notifies
            // its owner of the delay.
            Err(Halt::Later(_))
                if role == Role::Close
                    && matches!(
                        self.intent.request,
                        Request::Open(_) | Request::Exit(_) | Request::Reduce(_)
                    ) =>
            {
                Err(Halt::Refused(failure))
            }
            other => other,
        }
    }

    /// Returns the trade of which this intent closes a part, if others share its position.
    async fn sharing_trade(&self, role: Role) -> Result<Option<Intent>> {
        let trade = match &self.intent.request {
            Request::Reduce(Reducing { trade: Some(trade), .. }) => Intent::load(self.desk, *trade).await?,
            Request::Open(_) | Request::Adopt(_) if role == Role::Rescue => Some(self.intent.clone()),
            _ => None,
        };
        let Some(trade) = trade else { return Ok(None) };
        let shared = SharedPosition::load(self.desk, &trade).await?;
        Ok(shared.map(|_| trade))
    }

    /// Returns how much of a share earlier closing orders have closed, looking up orders that were sent
    /// without recording their outcome.
    async fn closed_before(&mut self, share: Share, role: Role) -> RunResult<Decimal> {
        if share == Share::All {
            return Ok(Decimal::ZERO);
        }
        let closes: Vec<(u16, Option<Order>)> = self
            .intent
            .legs
            .iter()
            .filter(|leg| leg.role == role && leg.status != LegStatus::Refused)
            .map(|leg| (leg.seq, leg.placed.clone()))
            .collect();
        let mut closed = Decimal::ZERO;
        for (seq, known) in closes {
            let found = match known {
                Some(order) => Some(order),
                None => self.find_sent(seq).await?,
            };
            if let Some(order) = found {
                closed += order.filled;
                self.intent.mark(seq, LegStatus::Placed, Some(order));
            }
        }
        Ok(closed)
    }

    async fn find_sent(&self, seq: u16) -> RunResult<Option<Order>> {
        let id = self.intent.client_id(seq);
        // A reduce-only order that arrives after the position is gone has no effect.
        if self.position().await?.is_none() {
            return self.find(&id, false, Micros(0)).await;
        }
        self.find(&id, false, self.since).await
    }

    /// Cancels orders concurrently by their ids. Returns each order's last state, if the exchange reports it.
    pub(super) async fn cancel_each(&self, orders: &[Order]) -> RunResult<Vec<(String, Option<Order>)>> {
        let each = orders.iter().map(|order| async {
            let last = self.cancel(&order.client_order_id, order.kind.conditional()).await?;
            Ok((order.client_order_id.clone(), last))
        });
        futures::future::join_all(each).await.into_iter().collect()
    }

    /// Ends the intents of this position that waited for an entry to fill, because their entries have been cancelled to
    /// make room, and changes of a trade that could not be completed yet.
    async fn end_waiting(&self, cancelled: &[(String, Option<Order>)]) -> Result<()> {
        let unfinished = store::intent::unfinished_for_key(&self.desk.db, self.intent.key).await?;
        for row in unfinished {
            let elsewhere = row.symbol != self.intent.symbol || row.position_side != self.slot;
            if row.id == self.intent.id || elsewhere || row.status != Status::Waiting {
                continue;
            }
            // An intent on which another instance is working is left to that instance.
            if !claim(self.desk, row.id, self.desk.clock.now()).await? {
                continue;
            }
            let Some(mut intent) = Intent::load(self.desk, row.id).await? else { continue };
            for entry in intent.entry_legs().map(|leg| leg.seq).collect::<Vec<_>>() {
                let id = intent.client_id(entry);
                if let Some((_, Some(order))) = cancelled.iter().find(|(cancelled, _)| *cancelled == id) {
                    intent.mark(entry, LegStatus::Placed, Some(order.clone()));
                }
            }
            intent.status = Status::Done;
            intent.save(self.desk).await?;
        }
        Ok(())
    }

    /// Closes a copy's position, then cancels its protection.
    pub(super) async fn exit(&mut self, exiting: &Exiting) -> RunResult<()> {
        self.close_out(Share::Of(exiting.side, exiting.amount), Role::Close).await?;
        if let Some(entered) = Intent::load(self.desk, domain::IntentId(exiting.copy.0)).await? {
            self.cancel_protection(&entered).await?;
        }
        self.intent.status = Status::Done;
        Ok(())
    }

    /// Cancels the intent's own stop and take-profit orders that may be open.
    pub(super) async fn cancel_own_protection(&self) -> RunResult<()> {
        self.cancel_protection(self.intent).await
    }

    /// Cancels an intent's stop and take-profit orders that may be open, so that they cannot affect the next
    /// position.
    pub(super) async fn cancel_protection(&self, of: &Intent) -> RunResult<()> {
        let open = of.legs.iter().filter(|leg| leg.is_protective() && leg.may_be_open());
        let each = open.map(|leg| async {
            let conditional = leg.order.as_ref().is_some_and(|order| order.kind.conditional());
            self.cancel(&of.client_id(leg.seq), conditional).await
        });
        let all = futures::future::join_all(each).await;
        all.into_iter().collect::<RunResult<Vec<_>>>().map(drop)
    }
}

/// Whether an order is a take-profit: a reduce-only order that is not a stop.
fn takes_profit(order: &Order) -> bool {
    let stops = matches!(order.kind, OrderType::Stop | OrderType::StopMarket | OrderType::TrailingStopMarket);
    order.reduce_only && !stops
}
