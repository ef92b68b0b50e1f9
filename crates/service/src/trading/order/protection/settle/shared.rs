//! The fills of a trade whose position others have shared.

use super::closed::{PastPosition, funding_of, reach_back};
use crate::{
    error::Result,
    trading::{
        Trading,
        order::{
            account::Access,
            client_id, costs,
            intent::{Intent, Request, read},
            legs::{Leg, Role},
            origin::closed_trade_of,
            seq,
        },
    },
};
use domain::{
    IntentId, Micros, Order, Trade,
    profit::{TradePart, divide},
    time::MINUTE,
};
use std::collections::HashMap;

/// How much earlier than its trade was recorded an order may have filled, as far as clocks differ.
const CLOCKS_DIFFER: i64 = MINUTE;

/// The fills of a trade, divided from those of the trades that have shared its position.
pub(super) struct SharedFills {
    own: TradePart<Trade>,
    /// Whether the market's last fills reach back to the first of these trades.
    reach_back: bool,
}

impl SharedFills {
    /// Divides the market's last fills; `None` if the trade had its position for itself. `trades` and `orders` are newest first.
    pub(super) async fn read(
        desk: &Trading,
        intent: &Intent,
        trades: &[Trade],
        orders: &[Order],
    ) -> Result<Option<Self>> {
        let (Some(row), Some(side)) =
            (store::trade::get_trade(&desk.db, intent.id).await?, intent.entry_side())
        else {
            return Ok(None);
        };
        let others = store::trade::list_sharing(&desk.db, &row).await?;
        if others.is_empty() || intent.adopts() {
            return Ok(None);
        }
        let created = others.iter().map(|other| other.created_at).chain([row.created_at]).min();
        let since = created.unwrap_or(row.created_at).plus(-CLOCKS_DIFFER);
        let mut owners = Owners::new(orders);
        owners.add(desk, intent).await?;
        for other in &others {
            if let Some(other) = Intent::load(desk, other.intent_id).await? {
                owners.add(desk, &other).await?;
            }
        }
        // In hedge mode an order of the other position's side closes this one, and the other way round.
        let of_position = |trade: &&Trade| trade.position_side == intent.slot && trade.at >= since;
        let mut fills: Vec<Trade> = trades.iter().rev().filter(of_position).cloned().collect();
        // Fills of the same time keep their order.
        fills.sort_by_key(|trade| trade.at);
        let first = fills.iter().position(|trade| owners.of(trade).is_some() && trade.side == side);
        fills.drain(..first.unwrap_or_default());
        for fill in &fills {
            owners.learn(desk, fill).await?;
        }
        let parts = divide(&fills, side, |trade| owners.of(trade));
        let own = parts.into_iter().find(|part| part.trade == Some(intent.id));
        let Some(own) = own else { return Ok(None) };
        let oldest = fills.first().map_or(row.created_at, |fill| fill.at);
        let reach_back = reach_back(trades, oldest);
        Ok(Some(Self { own, reach_back }))
    }

    /// Returns the trade as a position of its own. `trades` are the market's last fills, newest first.
    pub(super) async fn position(
        self,
        desk: &Trading,
        access: &Access,
        intent: &Intent,
        entry: &Order,
        trades: &[Trade],
    ) -> PastPosition {
        let entered = intent.entered().unwrap_or_default();
        let complete = self.reach_back && self.own.is_flat() && self.own.entered >= entered;
        let last = self.own.fills.last().map(|fill| fill.at);
        let until = last.filter(|_| self.own.is_flat()).unwrap_or(desk.clock.now());
        let share = |at: Micros| self.own.share_at(at);
        let funding = funding_of(desk, access, intent, trades, (entry.at, until), &share).await;
        let converted = costs::known_fees(desk, &self.own.fills, intent.symbol.quote()).await;
        let priced = converted.is_some();
        let fills = converted.unwrap_or_else(|| self.own.fills.clone());
        PastPosition { side: entry.side, fills, complete, priced, funding }
    }
}

/// The trades that a market's orders belong to, by the exchange's order ids.
struct Owners<'a> {
    /// The client order ids of the market's last orders.
    client_ids: HashMap<&'a str, &'a str>,
    owners: HashMap<String, IntentId>,
    /// The trades of changes that close a part of them.
    changes: HashMap<IntentId, IntentId>,
}

impl<'a> Owners<'a> {
    fn new(orders: &'a [Order]) -> Self {
        let id = |order: &'a Order| (order.id.as_str(), order.client_order_id.as_str());
        let client_ids = orders.iter().map(id).collect();
        Self { client_ids, owners: HashMap::new(), changes: HashMap::new() }
    }

    /// Adds the orders of a trade and of its changes.
    async fn add(&mut self, desk: &Trading, trade: &Intent) -> Result<()> {
        let own = |leg: &&Leg| !matches!(leg.role, Role::Cancel | Role::Close);
        for leg in trade.legs.iter().filter(own) {
            if let Some(order) = leg.placed.as_ref().filter(|order| !order.id.is_empty()) {
                self.owners.insert(order.id.clone(), trade.id);
            }
        }
        for closed in store::intent::list_reductions(&desk.db, trade.id).await? {
            self.changes.insert(closed.intent_id, trade.id);
        }
        Ok(())
    }

    /// Looks up the trade of an order that is known only from the exchange's list of orders.
    async fn learn(&mut self, desk: &Trading, fill: &Trade) -> Result<()> {
        let known = self.of(fill).is_some();
        let parsed = self.client_ids.get(fill.order.as_str()).and_then(|id| client_id::parse(id));
        let Some(parsed) = parsed.filter(|_| !known) else { return Ok(()) };
        let Some(row) = store::intent::get_intent(&desk.db, parsed.intent).await? else { return Ok(()) };
        if let Some(trade) = closed_trade_of(&read::<Request>(&row.request)?) {
            self.owners.insert(fill.order.clone(), trade);
        }
        Ok(())
    }

    /// Returns the trade that a fill belongs to.
    fn of(&self, fill: &Trade) -> Option<IntentId> {
        if let Some(owner) = self.owners.get(&fill.order) {
            return Some(*owner);
        }
        let parsed = client_id::parse(self.client_ids.get(fill.order.as_str())?)?;
        if is_own(parsed.seq) {
            return Some(parsed.intent);
        }
        self.changes.get(&parsed.intent).copied()
    }
}

/// Whether the order of a leg with this number opens or closes a part of its own trade. Others close what was open before.
const fn is_own(number: u16) -> bool {
    number == seq::ENTRY
        || number == seq::RESCUE
        || seq::is_protective(number)
        || (seq::ADDS.start <= number && number < seq::ADDS.end)
}
