//! Stops and targets that stand at the exchange: their owner is told when one is hit, whether anybody watches or not.

use super::{
    account::Access,
    client_id,
    intent::{Intent, Request},
    legs::{Role, seq},
    recover::tidy,
};
use crate::{
    Result, SharedDesk, key, live,
    notify::{Closed, Event, Ordered, Telling},
};
use domain::{
    CopyId, Decimal, ExchangeKeyId, IntentId, Micros, Order, Trade, TradeType, live::What, time::SECOND,
};
use futures::{StreamExt as _, stream};
use store::{
    intent::{LegStatus, Status},
    protection::{self, Protection},
};

/// A manual position's protection is looked at this often when nothing is heard of it.
const EVERY: i64 = 20 * SECOND;
/// How many are looked at in one walk, and how many at the same time.
const WALK: i64 = 64;
const AT_ONCE: usize = 8;
/// How many fills tell what an order came to.
const HISTORY: u16 = 200;

impl Intent {
    /// What its owner is told once the exchange has the entry.
    pub(super) fn ordered(&self, now: Micros) -> Result<Option<Telling>> {
        let Some(entry) = self.leg_order(seq::ENTRY) else { return Ok(None) };
        let copy = self.copy();
        let event = Event::NewOrder(Ordered {
            key: self.key,
            symbol: self.symbol.clone(),
            side: entry.side,
            amount: if entry.filled.is_zero() { entry.amount } else { Some(entry.filled) },
            price: entry.average.or(entry.price),
            copy,
        });
        let mut telling = Telling::new(self.user, format!("ordered:{}", self.id), &event, now)?;
        if let Request::Enter(entering) = &self.request {
            telling = telling.of_signal(entering.signal);
        }
        let (once, what) = (live::order_once(self.key, entry), What::Order(Box::new(entry.clone()), None));
        if what.is_news() { telling.shown(once, Some(self.key), what).map(Some) } else { Ok(Some(telling)) }
    }

    /// What is to be looked at from now on: the protective orders of a manual entry that came to its end. Copies are
    /// looked after by themselves.
    pub(super) fn protection(&self) -> Option<Protection> {
        let stands = |role| matches!(role, Role::Stop | Role::Target);
        let any =
            self.legs.iter().any(|l| stands(l.role) && self.leg_status(l.seq) == Some(LegStatus::Placed));
        let manual = matches!(self.request, Request::Open(_));
        (manual && any && self.status == Status::Done).then(|| Protection {
            intent_id: self.id,
            exchange_key_id: self.key,
            symbol: self.symbol.clone(),
        })
    }

    /// What its owner is told when its stop was refused and the position closed.
    pub(super) fn unprotected(&self, now: Micros) -> Result<Telling> {
        let event = Event::Unprotected {
            key: self.key,
            symbol: self.symbol.clone(),
            closed: true,
            copy: self.copy(),
        };
        Telling::new(self.user, format!("unprotected:{}", self.id), &event, now)
    }

    /// What its owner is told of a protective order that was filled.
    pub(super) fn hit(
        &self,
        role: Role,
        order: &Order,
        profit_usd: Option<Decimal>,
        now: Micros,
    ) -> Result<Option<Telling>> {
        let entered = self.leg_order(seq::ENTRY).and_then(|entry| entry.average.or(entry.price));
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
            Role::Stop => Event::StopLoss(closed),
            Role::Target => Event::TakeProfit(closed),
            _ => return Ok(None),
        };
        Telling::new(self.user, format!("hit:{}", order.client_order_id), &event, now).map(Some)
    }

    fn copy(&self) -> Option<CopyId> {
        matches!(self.request, Request::Enter(_)).then_some(CopyId(self.id.0))
    }
}

/// Whether what an order has come to is told by [`hit`] alone, which knows what it won or lost.
pub(crate) fn told_as_hit(order: &Order) -> bool {
    order.is_final() && !order.filled.is_zero() && client_id::protects(&order.client_order_id)
}

/// A protective order was filled: its owner is told, with what it came to.
pub(super) async fn hit(desk: &SharedDesk, id: IntentId, key: ExchangeKeyId, order: &Order) -> Result<()> {
    if !order.is_final() || order.filled.is_zero() {
        return Ok(());
    }
    let (Some(intent), Some(row)) =
        (Intent::load(desk, id).await?, store::key::get_any(&desk.db, key).await?)
    else {
        return Ok(());
    };
    let role =
        intent.legs.iter().find(|l| client_id::derive(id, l.seq) == order.client_order_id).map(|l| l.role);
    let Some(role @ (Role::Stop | Role::Target)) = role else { return Ok(()) };
    let access = Access { who: key::credentials(desk, &row)?, row };
    let answer = desk.exchange.trades(&access.who, intent.trade_type, &intent.symbol, HISTORY).await;
    // Without its fills it is told all the same.
    let trades = access.take(desk, answer).await.unwrap_or_default();
    let profit = realized(&trades, order, intent.symbol.quote());
    if let Some(telling) = intent.hit(role, order, profit, desk.clock.now())? {
        let mut tx = desk.db.begin().await?;
        telling.write(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What an order's fills won or lost, less their fees; none when none of them is known.
pub(super) fn realized(trades: &[Trade], order: &Order, quote: &str) -> Option<Decimal> {
    let mut fills = trades.iter().filter(|trade| trade.order == order.id).peekable();
    fills.peek()?;
    Some(fills.map(|t| t.realized - if t.fee.currency == quote { t.fee.cost } else { Decimal::ZERO }).sum())
}

/// Looks at the protective orders of manual positions that nobody has looked at for a while.
///
/// # Errors
/// When the database cannot be asked. One order's failure never delays the others.
pub async fn look_after(desk: &SharedDesk) -> Result<()> {
    let due = protection::due(&desk.db, desk.clock.now().plus(-EVERY), WALK).await?;
    stream::iter(due)
        .for_each_concurrent(AT_ONCE, |protection| async move {
            if let Err(error) = look(desk, &protection).await {
                tracing::debug!(intent = %protection.intent_id, %error, "protective orders could not be looked at");
            }
        })
        .await;
    Ok(())
}

async fn look(desk: &SharedDesk, protection: &Protection) -> Result<()> {
    // Noted first: what fails is looked at again later, and the others come first.
    let mut tx = desk.db.begin().await?;
    protection::checked(&mut tx, protection.intent_id, desk.clock.now()).await?;
    tx.commit().await?;
    let stands = match store::key::get_any(&desk.db, protection.exchange_key_id).await? {
        Some(row) if row.key.active => still_stands(desk, protection, row).await?,
        // Switched off it may be switched on again.
        Some(_) => true,
        None => false,
    };
    if !stands {
        let mut tx = desk.db.begin().await?;
        protection::forget(&mut tx, protection.intent_id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether a protective order may still be filled; those that were are told.
async fn still_stands(desk: &SharedDesk, protection: &Protection, row: store::key::KeyRow) -> Result<bool> {
    let Some(intent) = Intent::load(desk, protection.intent_id).await? else { return Ok(false) };
    let access = Access { who: key::credentials(desk, &row)?, row };
    let kind = intent.trade_type;
    let open = desk.exchange.open_orders(&access.who, kind, Some(&intent.symbol)).await;
    let open = access.take(desk, open).await?;
    let mut stands = false;
    let mut gone = Vec::new();
    for leg in intent.legs.iter().filter(|l| matches!(l.role, Role::Stop | Role::Target)) {
        let id = client_id::derive(intent.id, leg.seq);
        if intent.leg_status(leg.seq) != Some(LegStatus::Placed) {
            continue;
        }
        if open.iter().any(|order| order.client_order_id == id) {
            stands = true;
        } else {
            let conditional = leg.order.as_ref().is_some_and(|order| order.kind.conditional());
            let found = desk.exchange.find_order(&access.who, kind, &intent.symbol, &id, conditional).await;
            gone.extend(access.take(desk, found).await?);
        }
    }
    for order in &gone {
        hit(desk, intent.id, intent.key, order).await?;
    }
    if kind == TradeType::Futures && gone.iter().any(|order| !order.filled.is_zero()) {
        tidy(desk, intent.id, intent.key).await?;
    }
    Ok(stands)
}
