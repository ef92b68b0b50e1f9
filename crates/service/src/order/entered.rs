//! What a copy's intent has placed, for those who follow its position up: its protective orders, and by what it ended.

use super::{
    account::Access,
    client_id,
    copied::unprotect,
    intent::{Intent, Request, read},
    legs::{PlannedOrder, Role, seq},
    protected::realized,
    run::{Halt, Run},
};
use crate::{Desk, Result, notify::Telling};
use domain::{CopyId, IntentId, Micros, Order, Trade, copy::Exit};
use exchange::Answer;

/// A stop that was lost is placed again this often.
const REPAIRS: std::ops::Range<u16> = 80..seq::RESCUE;

/// Whether a stop stands again.
pub(crate) enum Repaired {
    /// It does.
    Yes,
    /// The exchange refuses it.
    No,
    /// It is not known: look again.
    Later,
}

/// A copy's intent, entered.
pub(crate) struct Entered(Intent);

impl Entered {
    pub(crate) async fn load(desk: &Desk, copy: CopyId) -> Result<Option<Self>> {
        Ok(Intent::load(desk, IntentId(copy.0)).await?.map(Self))
    }

    /// When the exchange took the entry, by its own clock.
    pub(crate) fn entered_at(&self) -> Option<Micros> {
        self.0.leg_order(seq::ENTRY).map(|order| order.at)
    }

    /// Whether this is the stop, or one of those that took its place.
    pub(crate) fn is_stop(&self, client_order_id: &str) -> bool {
        self.role(client_order_id) == Some(Role::Stop)
    }

    fn role(&self, client_order_id: &str) -> Option<Role> {
        let leg = self.0.legs.iter().find(|leg| client_id::derive(self.0.id, leg.seq) == client_order_id)?;
        Some(leg.role)
    }

    /// By what a position ended whose last closing order was this one.
    pub(crate) async fn exit_by(&self, desk: &Desk, client_order_id: &str) -> Result<Exit> {
        match self.role(client_order_id) {
            Some(Role::Stop) => return Ok(Exit::Stop),
            Some(Role::Target) => return Ok(Exit::Target),
            Some(Role::Rescue) => return Ok(Exit::Unprotected),
            _ => {}
        }
        let Some((id, _)) = store::intent::leg_by_client_id(&desk.db, client_order_id).await? else {
            return Ok(Exit::Elsewhere);
        };
        let Some(row) = store::intent::get(&desk.db, id).await? else { return Ok(Exit::Elsewhere) };
        Ok(match read::<Request>(&row.request)? {
            Request::Exit(exiting) => exiting.why,
            Request::Panic => Exit::Panic,
            Request::Close | Request::Open(_) | Request::Enter(_) => Exit::Elsewhere,
        })
    }

    /// What its owner is told of the protective orders that were filled, each with what its own fills came to. Pages tell
    /// of the `last` one as the copy's end.
    pub(crate) fn hits(
        &self,
        orders: &[Order],
        trades: &[Trade],
        last: Option<&Order>,
        now: Micros,
    ) -> Result<Vec<Telling>> {
        let mut hits = Vec::new();
        for order in orders.iter().filter(|order| order.is_final() && !order.filled.is_zero()) {
            let Some(role @ (Role::Stop | Role::Target)) = self.role(&order.client_order_id) else {
                continue;
            };
            let profit = realized(trades, order, self.0.symbol.quote());
            let hit = self.0.hit(role, order, profit, now)?;
            let ends = last.is_some_and(|last| last.id == order.id);
            hits.extend(if ends { hit.map(Telling::unshown) } else { hit });
        }
        Ok(hits)
    }

    /// Cancels what protects the position.
    pub(crate) async fn unprotect(&self, desk: &Desk, access: &Access) -> Answer<()> {
        unprotect(desk, &access.who, &self.0).await
    }

    /// Places the stop again, as a leg of its own that is written before it is sent.
    pub(crate) async fn stop_again(mut self, desk: &Desk, access: &Access) -> Result<Repaired> {
        let intent = &mut self.0;
        let lost = intent.leg(seq::STOP).and_then(|leg| leg.order.clone());
        let next = REPAIRS.into_iter().find(|seq| intent.leg(*seq).is_none());
        let (Some(stop), Some(next)) = (lost, next) else { return Ok(Repaired::No) };
        intent.add(next, Role::Stop, PlannedOrder { amount: None, ..stop });
        intent.save(desk).await?;
        let sent = Run::new(desk, &access.who, intent, false).await?.send(next).await;
        intent.save(desk).await?;
        match sent {
            Ok(_) => Ok(Repaired::Yes),
            Err(Halt::Refused(_) | Halt::TooLate) => Ok(Repaired::No),
            Err(Halt::Later(_)) => Ok(Repaired::Later),
            Err(Halt::Fault(error)) => Err(error),
        }
    }
}
