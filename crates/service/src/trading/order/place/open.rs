//! Orders that open a trade by the rules of trades: nothing open is replaced unasked, and a position can be reversed.

use super::{Placing, answered_before};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading, market,
        order::{
            account::Access,
            change, client_id,
            idempotency::IdempotencyKey,
            intent::Intent,
            legs::{self, Leg, Role},
            recover, seq,
            sharing::{SharedPosition, current},
            side::entered_by,
        },
    },
};
use domain::{
    ExchangeKeyId, IntentId, Market, Order, PositionSlot, Symbol,
    ticket::{Entry, ManualOrder},
    trade::{
        Automation, AutomationChange, AutomationFacts, StopChange, TargetShare, TradeChange, TradeFacts,
        mirrored_stop, target_amounts,
    },
    validation::Problem,
};
use store::protection::{self as rows, Protection, Wanted};

/// A new trade.
#[derive(Clone, Debug)]
pub struct NewTrade {
    /// The order, with the prices of its take-profits.
    pub order: ManualOrder,
    /// The take-profits with their shares.
    pub targets: Vec<TargetShare>,
    /// Whether what is open on the market is closed and cancelled first. Otherwise the trade is opened beside open trades of
    /// its side.
    pub replace: bool,
    /// The automation of the trade.
    pub automation: AutomationChange,
}

/// Opens a trade like [`super::place_order`], with take-profits of unequal shares. Returns its id.
///
/// # Errors
/// As [`super::place_order_unless_open`].
pub async fn open_trade(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    new: NewTrade,
    idempotency: Option<IdempotencyKey>,
) -> Result<IntentId> {
    let access = Access::any(desk, actor, id).await?;
    // Runs detached: it continues if the caller disconnects.
    let shared = desk.clone();
    let work = async move { Placing::new(&shared, access, idempotency).open(new).await };
    opened_by(&desk.work.run(work).await?)
}

/// Closes the position of an open trade and opens one of the same size on the other side, with a stop on the other side
/// of the price, as far away as before, and without take-profits. Returns the id of the new trade.
///
/// # Errors
/// [`Error::NotFound`] if the trade is not open; [`Problem::PositionShared`] if another one shares its position; `confirmNoStop` if it has no stop and that is not `confirmed`; as
/// [`super::place_order`].
pub async fn reverse_trade(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    trade: Option<IntentId>,
    confirmed: bool,
    idempotency: Option<IdempotencyKey>,
) -> Result<IntentId> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    let work =
        async move { Placing::new(&shared, access, idempotency).reverse(symbol, trade, confirmed).await };
    opened_by(&desk.work.run(work).await?)
}

/// Returns every leg of a manual order whose take-profits have shares of their own; `None` if one would be zero.
pub(super) fn opening_with_shares(
    order: &ManualOrder,
    targets: &[TargetShare],
    market: &Market,
) -> Option<Vec<Leg>> {
    let mut legs = legs::opening(&ManualOrder { targets: Vec::new(), ..order.clone() }, market)?;
    let amounts = target_amounts(targets, order.amount, market.lot)?;
    for ((target, amount), seq) in targets.iter().zip(amounts).zip(seq::TARGETS) {
        let planned = legs::target_order(order.side, target.price, amount);
        legs.push(Leg::new(seq, Role::Target, Some(planned)));
    }
    Some(legs)
}

/// Returns the intent whose orders these are.
pub(super) fn opened_by(orders: &[Order]) -> Result<IntentId> {
    let parsed = orders.first().and_then(|order| client_id::parse(&order.client_order_id));
    parsed.map(|parsed| parsed.intent).ok_or_else(|| Error::fault("an order was placed without an intent"))
}

impl Placing<'_> {
    async fn open(mut self, new: NewTrade) -> Result<Vec<Order>> {
        let NewTrade { order, targets, replace, automation } = new;
        let key = &self.access.row.key;
        let _lock = self.desk.locks.lock(key.id, &order.symbol).await;
        if let Some(answer) = answered_before(self.desk, &self.access, self.idempotency.as_ref()).await? {
            return Ok(answer);
        }
        let market = market::find_market(self.desk, key.trade_type, &order.symbol).await?;
        let last = market::last_price(self.desk, key.trade_type, &order.symbol).await?;
        let prices = order.entry.prices(last);
        let facts = TradeFacts {
            market: &market,
            side: order.side,
            amount: order.amount,
            prices: &prices,
            liquidation: None,
        };
        let change = TradeChange { targets: Some(targets.clone()), ..TradeChange::default() };
        change.check(&facts).map_err(Error::Fields)?;
        let automation = change::with_distance(self.desk, &order.symbol, automation).await?;
        let (targets_given, has_stop) = (targets.len(), order.stop.is_some());
        let facts = AutomationFacts { targets: targets_given, has_stop, open_for: None };
        automation.check(&facts).map_err(Error::Fields)?;
        self.automation = automation.apply(Automation::default());
        let shares = Some(&targets[..]).filter(|targets| !targets.is_empty());
        self.place_now(order, shares, replace).await
    }

    /// Checks that one of a market's positions is not open, and has no open entry.
    pub(super) async fn check_nothing_open(
        &self,
        symbol: &Symbol,
        slot: PositionSlot,
        field: &'static str,
    ) -> Result<()> {
        let (who, exchange) = (&self.access.who, &self.desk.exchange);
        let kind = self.access.row.key.trade_type;
        let orders = exchange.open_orders(who, kind, Some(symbol)).await;
        let orders = self.access.take(self.desk, orders).await?;
        let position = exchange.position_for_stop(who, symbol, slot).await;
        let position = self.access.take(self.desk, position).await?;
        let enters = |order: &Order| order.position_side == slot && !order.reduce_only;
        if position.is_some() || orders.iter().any(enters) {
            return Err(Error::field(field, Problem::PositionOpen));
        }
        Ok(())
    }

    async fn reverse(
        mut self,
        symbol: Symbol,
        trade: Option<IntentId>,
        confirmed: bool,
    ) -> Result<Vec<Order>> {
        let key = self.access.row.key.id;
        let _lock = self.desk.locks.lock(key, &symbol).await;
        if let Some(answer) = answered_before(self.desk, &self.access, self.idempotency.as_ref()).await? {
            return Ok(answer);
        }
        let order = self.reversing(symbol, trade, confirmed).await?;
        let (held, opened) = (self.opened_by(order.side.opposite()), self.opened_by(order.side));
        if held != opened {
            // The other position of the market is another trade, which is not replaced unasked.
            recover::before_new(self.desk, &self.access, &order.symbol, held).await?;
            self.check_nothing_open(&order.symbol, opened, "trade").await?;
            self.reverses = Some(held);
        }
        self.place_now(order, None, true).await
    }

    /// Returns the order that reverses a trade's position.
    async fn reversing(
        &self,
        symbol: Symbol,
        trade: Option<IntentId>,
        confirmed: bool,
    ) -> Result<ManualOrder> {
        let key = &self.access.row.key;
        let all = rows::on_market(&self.desk.db, key.id, &symbol).await?;
        let is_open = |row: &Protection| row.ended_at.is_none() && row.wanted != Wanted::Closed;
        let meant = |row: &Protection| trade.is_none_or(|id| id == row.intent_id) && is_open(row);
        let row = current(&all).into_iter().rev().find(meant).ok_or(Error::NotFound)?;
        let intent = Intent::load(self.desk, row.intent_id).await?.ok_or(Error::NotFound)?;
        if SharedPosition::load(self.desk, &intent).await?.is_some() {
            // It would close the others, too.
            return Err(Error::field("trade", Problem::PositionShared));
        }
        let (who, slot) = (&self.access.who, row.position_side);
        let position = self.desk.exchange.position_for_stop(who, &symbol, slot).await;
        let position = self.access.take(self.desk, position).await?;
        let held = position.filter(|position| entered_by(position.side) == row.side);
        let amount = held.ok_or(Error::NotFound)?.contracts;
        let market = market::find_market(self.desk, key.trade_type, &symbol).await?;
        let last = market::last_price(self.desk, key.trade_type, &symbol).await?;
        let stop = match change::in_force(&intent, &row).stop {
            Some(StopChange::Set(stop)) => {
                let mirrored = mirrored_stop(stop, last, market.tick);
                Some(mirrored.ok_or_else(|| Error::field("stopTriggerPrice", Problem::PriceFilter))?)
            }
            _ if confirmed => None,
            _ => return Err(Error::field("confirmNoStop", Problem::Required)),
        };
        Ok(ManualOrder {
            symbol,
            side: row.side.opposite(),
            entry: Entry::Market,
            amount,
            targets: Vec::new(),
            stop,
            risk_percent: None,
        })
    }
}
