//! The work of adopting a position that was opened elsewhere.
//!
//! The intent has an entry that was never sent: it stands for the position as the exchange reported it. A stop that the
//! exchange refuses ends the adoption, and the position stays as it was: the desk closes only what it supervises.

use super::{
    intent::Request,
    legs::{self, Leg, PlannedOrder, Role},
    protection::{BETWEEN_READINGS, is_stop},
    run::{Halt, Run, RunResult},
    seq,
    side::entered_by,
};
use domain::{
    Decimal, Micros, Order,
    ticket::ManualOrder,
    trade::{TargetShare, target_amounts},
};
use exchange::ExchangeFailure;
use store::intent::{LegStatus, Status};

/// How often a stop is sent whose client order id the exchange reports as used.
const MOST_SENDS: u8 = 3;

/// Returns the legs of an adoption; `None` if a take-profit would be zero. The stop has an amount, because the exchange
/// accepts one closePosition stop per direction, and the owner may have placed one.
pub(super) fn adopted_legs(order: &ManualOrder, targets: &[TargetShare], lot: Decimal) -> Option<Vec<Leg>> {
    let entry = PlannedOrder::adding(order.side, order.amount);
    let mut all = vec![Leg::new(seq::ENTRY, Role::Entry, Some(entry))];
    if let Some(stop) = order.stop {
        let planned = legs::stop_order(order.side, stop, order.amount);
        let planned = PlannedOrder { amount: Some(order.amount), ..planned };
        all.push(Leg::new(seq::STOP, Role::Stop, Some(planned)));
    }
    let amounts = target_amounts(targets, order.amount, lot)?;
    for ((target, amount), seq) in targets.iter().zip(amounts).zip(seq::TARGETS) {
        let planned = legs::target_order(order.side, target.price, amount);
        all.push(Leg::new(seq, Role::Target, Some(planned)));
    }
    Some(all)
}

impl Run<'_> {
    /// Places the stop and the take-profits of an adopted position.
    pub(super) async fn adopt(&mut self) -> RunResult<()> {
        let Request::Adopt(adopting) = self.intent.request.clone() else { return Ok(()) };
        let hedged = self.slot.is_hedged();
        let entry = adopting.entry(self.intent.client_id(seq::ENTRY), &self.intent.symbol, hedged);
        self.intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry));
        if self.resumed {
            self.find_protection().await?;
        }
        let seen = self.inspect().await?;
        let side = adopting.order.side;
        if seen.position.is_none_or(|position| entered_by(position.side) != side) {
            // Orders of an earlier holder may have closed it: then the supervisor settles it.
            let placed = |leg: &Leg| leg.is_protective() && leg.status == LegStatus::Placed;
            if self.intent.legs.iter().any(placed) {
                self.skip_unsent();
                self.intent.status = Status::Done;
                return Ok(());
            }
            let message = "the position was closed meanwhile".to_owned();
            return Err(Halt::Refused(ExchangeFailure::Refused { code: 0, message }));
        }
        self.place_adopted_stop(&seen.open).await?;
        self.place_targets().await?;
        self.intent.status = Status::Done;
        Ok(())
    }

    /// Looks up the stop and the take-profits that an earlier holder may have sent.
    async fn find_protection(&mut self) -> RunResult<()> {
        let unsent: Vec<Leg> = self.unsent().filter(|leg| leg.is_protective()).cloned().collect();
        for leg in unsent {
            if let Some(order) = self.look_up(&leg, Micros(0)).await? {
                self.intent.mark(leg.seq, LegStatus::Placed, Some(order));
            }
        }
        Ok(())
    }

    /// Places the stop, unless its owner has placed the same one at the exchange.
    async fn place_adopted_stop(&mut self, open: &[Order]) -> RunResult<()> {
        let stop = self.intent.leg(seq::STOP).filter(|leg| leg.status == LegStatus::Planned);
        let Some(planned) = stop.and_then(|leg| leg.order.clone()) else { return Ok(()) };
        let own = self.intent.client_id(seq::STOP);
        let same = |order: &Order| {
            let covers = order.amount.is_none_or(|amount| Some(amount - order.filled) >= planned.amount);
            is_stop(order)
                && order.client_order_id != own
                && (order.side, order.kind, order.stop_price, order.price)
                    == (planned.side, planned.kind, planned.stop_price, planned.price)
                && covers
        };
        if open.iter().any(same) {
            // As a stop that the supervisor adopts: wanted, but not sent.
            self.intent.mark(seq::STOP, LegStatus::Skipped, None);
            return Ok(());
        }
        for _ in 0..MOST_SENDS {
            match self.send(seq::STOP).await {
                Err(Halt::Refused(failure)) if failure.is_duplicate() => {}
                other => return other.map(drop),
            }
            // It exists, although the exchange may not list it yet.
            self.desk.clock.sleep(BETWEEN_READINGS).await;
            if self.open_orders().await?.iter().any(|order| order.client_order_id == own) {
                break;
            }
        }
        self.intent.mark(seq::STOP, LegStatus::Placed, None);
        Ok(())
    }

    /// Marks the legs that were not sent as not needed.
    fn skip_unsent(&mut self) {
        let unsent: Vec<u16> = self.unsent().map(|leg| leg.seq).collect();
        self.intent.give_up(&unsent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::{adopt_request::Adopting, legs::tests::position};
    use domain::{OrderType, Side, ticket::Stop};

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    #[test]
    fn an_adopted_position_is_an_entry_that_is_never_sent() {
        let stop = Stop { trigger: d("110"), limit: None };
        let targets = [TargetShare { price: d("80"), share: d("0.25") }];
        let adopting = Adopting::new(&position(d("-2")), Some(stop), &targets);
        assert_eq!((adopting.order.side, adopting.order.amount), (Side::Sell, d("2")));
        let legs = adopted_legs(&adopting.order, &targets, d("0.1")).unwrap();
        let of =
            |role: Role| legs.iter().find(|leg| leg.role == role).and_then(|leg| leg.order.clone()).unwrap();
        let placed = of(Role::Stop);
        assert_eq!((placed.side, placed.kind), (Side::Buy, OrderType::StopMarket));
        assert_eq!(placed.amount, Some(d("2")), "its owner may have a closePosition stop");
        assert_eq!(of(Role::Target).amount, Some(d("0.5")));
        let entry = adopting.entry("id".to_owned(), &adopting.order.symbol, false);
        assert!(entry.is_final() && !entry.reduce_only);
        assert_eq!((entry.filled, entry.average), (d("2"), Some(adopting.price)));
    }

    #[test]
    fn a_share_below_the_lot_is_no_take_profit() {
        let targets = [TargetShare { price: d("120"), share: d("0.01") }];
        let adopting = Adopting::new(&position(d("1")), None, &targets);
        assert!(adopted_legs(&adopting.order, &targets, d("0.1")).is_none());
    }
}
