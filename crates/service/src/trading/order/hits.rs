//! Notifications about orders: the entry, and each filled stop or take-profit.

use super::{
    account::Access,
    client_id, costs,
    intent::{Intent, Request},
    legs::Role,
    run::{Run, RunResult},
    seq,
};
use crate::{
    error::Result,
    messaging::notify::{Closed, Notification, NotificationEvent, Ordered},
    platform::user_events,
    trading::{SharedTrading, Trading, key},
};
use domain::{Decimal, ExchangeKeyId, IntentId, Micros, Order, Side, Trade, live::LiveEventKind};

/// Number of recent fills read to compute an order's realized profit.
const HISTORY: u16 = 1_000;

impl Intent {
    /// Builds the notification sent once the exchange has the entry; `None` for an adopted position.
    pub(super) fn ordered(&self, now: Micros) -> Result<Option<Notification>> {
        let entry = self.filled_entry().or_else(|| self.leg_order(seq::ENTRY));
        let Some(entry) = entry.filter(|_| !self.adopts()) else { return Ok(None) };
        let copy = self.copy();
        let event = NotificationEvent::NewOrder(Ordered {
            key: self.key,
            symbol: self.symbol.clone(),
            side: entry.side,
            amount: if entry.filled.is_zero() { entry.amount } else { Some(entry.filled) },
            price: entry.average.or(entry.price),
            copy,
        });
        let mut notification = Notification::new(self.user, format!("ordered:{}", self.id), &event, now)?;
        if let Request::Enter(entering) = &self.request {
            notification = notification.of_signal(entering.signal);
        }
        let (once, what) =
            (user_events::order_once(self.key, entry), LiveEventKind::Order(Box::new(entry.clone()), None));
        if what.is_news() {
            notification.shown(once, Some(self.key), what).map(Some)
        } else {
            Ok(Some(notification))
        }
    }

    /// Builds the notification about a filled protective order.
    pub(super) fn hit(
        &self,
        role: Role,
        order: &Order,
        profit_usd: Option<Decimal>,
        now: Micros,
    ) -> Result<Option<Notification>> {
        let entered = self.average_entry();
        let cost = entered.and_then(|price| price.checked_mul(order.filled));
        let percent = |profit: Decimal| (profit * Decimal::ONE_HUNDRED).checked_div(cost?);
        let closed = Closed {
            key: self.key,
            symbol: self.symbol.clone(),
            side: order.side,
            amount: Some(order.filled),
            price: order.average.or(order.price),
            profit_usd,
            profit_percent: profit_usd.and_then(percent),
            copy: self.copy(),
        };
        let event = match role {
            Role::Stop => NotificationEvent::StopLoss(closed),
            Role::Target => NotificationEvent::TakeProfit(closed),
            _ => return Ok(None),
        };
        Notification::new(self.user, format!("hit:{}", order.client_order_id), &event, now).map(Some)
    }
}

/// Whether a change of an order is reported by [`hit`] alone, which knows the realized profit.
pub(crate) fn reported_as_hit(order: &Order) -> bool {
    order.is_final() && !order.filled.is_zero() && client_id::protects(&order.client_order_id)
}

/// Notifies the owner of a filled protective order and its realized profit.
pub(super) async fn hit(desk: &SharedTrading, id: IntentId, key: ExchangeKeyId, order: &Order) -> Result<()> {
    if !order.is_final() || order.filled.is_zero() {
        return Ok(());
    }
    let (Some(intent), Some(row)) =
        (Intent::load(desk, id).await?, store::key::get_any(&desk.db, key).await?)
    else {
        return Ok(());
    };
    let role = intent.leg_by_client_id(&order.client_order_id).map(|leg| leg.role);
    let Some(role @ (Role::Stop | Role::Target)) = role else { return Ok(()) };
    let access = Access { who: key::credentials(desk, &row)?, row };
    let answer = desk.exchange.trades(&access.who, intent.trade_type, &intent.symbol, HISTORY).await;
    // The notification is sent even if the fills cannot be read.
    let trades = access.take(desk, answer).await.unwrap_or_default();
    let trades = costs::fees_in_quote(desk, trades, intent.symbol.quote()).await.unwrap_or_default();
    let profit = Gains::of(desk, &intent).await?.of_order(&trades, order);
    if let Some(notification) = intent.hit(role, order, profit, desk.clock.now())? {
        let mut tx = desk.db.begin().await?;
        notification.write(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

impl Run<'_> {
    /// Whether the intent's own stop and take-profit orders have closed everything it entered.
    pub(super) async fn closed_by_own_orders(&self) -> RunResult<bool> {
        let entered = self.intent.entered().unwrap_or_default();
        let mut closed = Decimal::ZERO;
        for leg in self.intent.legs.iter().filter(|leg| leg.is_protective() && leg.placed.is_some()) {
            closed += self.look_up(leg, Micros(0)).await?.map_or(Decimal::ZERO, |order| order.filled);
        }
        Ok(closed >= entered)
    }

    /// Notifies the owner of protective orders that filled before they could be cancelled. The profit is unknown if
    /// the fills cannot be read.
    pub(super) async fn notify_of_hits(&self, hits: &[(Role, Order)]) -> Result<()> {
        if hits.is_empty() {
            return Ok(());
        }
        let (desk, intent) = (self.desk, &*self.intent);
        let quote = intent.symbol.quote();
        let answer = desk.exchange.trades(self.who, intent.trade_type, &intent.symbol, HISTORY).await;
        let trades = costs::fees_in_quote(desk, answer.unwrap_or_default(), quote).await.unwrap_or_default();
        let gains = Gains::of(desk, intent).await?;
        let mut tx = desk.db.begin().await?;
        for (role, order) in hits {
            let profit = gains.of_order(&trades, order);
            if let Some(notification) = intent.hit(*role, order, profit, desk.clock.now())? {
                notification.write(&mut tx).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

/// The profits of a trade's closing orders.
pub(super) struct Gains<'a> {
    pub(super) intent: &'a Intent,
    /// Whether other trades have shared its position: what the exchange reports as realized counts from their common average.
    shared: bool,
}

impl<'a> Gains<'a> {
    /// # Errors
    /// If the database cannot be read.
    pub(super) async fn of(desk: &Trading, intent: &'a Intent) -> Result<Self> {
        let shared = match store::trade::get_trade(&desk.db, intent.id).await? {
            Some(row) => !store::trade::list_sharing(&desk.db, &row).await?.is_empty(),
            None => false,
        };
        Ok(Self { intent, shared })
    }

    /// Returns the realized profit of an order's fills less their fees; `None` if none of the fills is known.
    pub(super) fn of_order(&self, trades: &[Trade], order: &Order) -> Option<Decimal> {
        let quote = self.intent.symbol.quote();
        let mut fills = trades.iter().filter(|trade| trade.order == order.id).peekable();
        fills.peek()?;
        let mut profit = Decimal::ZERO;
        for fill in fills {
            profit += if self.shared { self.own_gain(fill)? } else { fill.realized };
            profit -= if fill.fee.currency == quote { fill.fee.cost } else { Decimal::ZERO };
        }
        Some(profit)
    }

    /// Returns what a fill has gained from the trade's own average entry price on.
    fn own_gain(&self, fill: &Trade) -> Option<Decimal> {
        let moved = fill.price.checked_sub(self.intent.average_entry()?)?;
        let gain = moved.checked_mul(fill.amount)?;
        Some(if fill.side == Side::Sell { gain } else { -gain })
    }
}
