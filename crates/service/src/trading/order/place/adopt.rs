//! Adopts a position that was opened elsewhere: it becomes a trade with a stop and take-profits, and is supervised from then
//! on.

use super::{Placing, answered_before, busy, open::opened_by};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading, market,
        order::{
            account::Access,
            adopt_request::Adopting,
            adopting::adopted_legs,
            change::HistoryEntry,
            checks,
            finish::finish,
            idempotency::IdempotencyKey,
            intent::{Intent, Request},
            legs::Leg,
            recover,
            run::Run,
        },
    },
};
use domain::{
    Decimal, ExchangeKeyId, IntentId, Order, PositionSide, PositionSlot, Symbol,
    trade::{ChangeKind, StopChange, TradeChange, TradeFacts, TradeSnapshot},
    validation::Problem,
};
use store::protection as rows;

/// Makes a trade of the position that is open on a market and that no trade of the desk has opened. `side` names one of the
/// two positions of hedge mode; without it, the one that is not a trade yet. `wish` is the position's stop, or the
/// confirmation that it has none, and its take-profits. Nothing is entered, closed or cancelled. Returns the trade's id.
///
/// # Errors
/// [`Error::NotFound`] without a position; [`Error::Fields`] for a missing stop, for levels that do not fit the position or
/// the market, and with [`Problem::AlreadySupervised`] if a trade of the desk is open there; 1103, 1106, 1110, 1115, 1300; 1500
/// if the exchange refuses the stop, and then nothing is adopted. [`Error::Unavailable`] while the outcome is unknown.
pub async fn adopt_position(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    (symbol, side): (&Symbol, Option<PositionSide>),
    wish: TradeChange,
    idempotency: Option<IdempotencyKey>,
) -> Result<IntentId> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    // Runs detached: it continues if the caller disconnects.
    let work = async move { Placing::new(&shared, access, idempotency).adopt(symbol, side, wish).await };
    opened_by(&desk.work.run(work).await?)
}

impl Placing<'_> {
    async fn adopt(
        self,
        symbol: Symbol,
        side: Option<PositionSide>,
        wish: TradeChange,
    ) -> Result<Vec<Order>> {
        let key = &self.access.row.key;
        let _lock = self.desk.locks.lock(key.id, &symbol).await;
        if let Some(answer) = answered_before(self.desk, &self.access, self.idempotency.as_ref()).await? {
            return Ok(answer);
        }
        checks::key_fits(key)?;
        if self.desk.reviews.since(key.id).is_some() {
            return Err(Error::field("apiKey", Problem::KeyUnderReview));
        }
        let slot = self.adopted_slot(&symbol, side).await?;
        recover::before_new(self.desk, &self.access, &symbol, slot).await?;
        if self.is_supervised(&symbol, slot).await? {
            return Err(Error::field("symbol", Problem::AlreadySupervised));
        }
        let (adopting, legs) = self.adoption(&symbol, slot, &wish).await?;
        self.desk.work.begin()?;
        let amount = Some(adopting.order.amount);
        let request = Request::Adopt(Box::new(adopting));
        let mut intent = Intent::new(self.desk, self.mint(), &self.access, (symbol, slot), request, legs);
        let after = TradeSnapshot { amount, ..TradeSnapshot::from(wish) };
        let before = TradeSnapshot::of_amount(Decimal::ZERO);
        let history = [HistoryEntry::new(intent.id, ChangeKind::Adopt, &before, after)?];
        let idempotency = self.idempotency.as_ref();
        intent.commit_with_history(self.desk, idempotency, &history).await.map_err(busy)?;
        let outcome = Run::new(self.desk, &self.access.who, &mut intent, false).await?.adopt().await;
        finish(self.desk, &self.access.who, &mut intent, outcome).await
    }

    /// Returns the position that is meant. Without a side, it is the first one that no trade has opened.
    async fn adopted_slot(&self, symbol: &Symbol, side: Option<PositionSide>) -> Result<PositionSlot> {
        let slots = self.access.row.key.account_mode.positions();
        if let (Some(side), [_, _]) = (side, slots) {
            return Ok(self.opened_by(side.opening()));
        }
        let [first, second] = slots else { return Ok(slots.first().copied().unwrap_or_default()) };
        let open = self.desk.exchange.positions_for_stop(&self.access.who, symbol).await;
        let open = self.access.take(self.desk, open).await?;
        let is_open = |slot: PositionSlot| open.iter().any(|position| position.position_side == slot);
        let first_is_free = is_open(*first) && !self.is_supervised(symbol, *first).await?;
        Ok(if first_is_free || !is_open(*second) { *first } else { *second })
    }

    /// Whether a trade of the desk is open in a position.
    async fn is_supervised(&self, symbol: &Symbol, slot: PositionSlot) -> Result<bool> {
        let rows = rows::of_position(&self.desk.db, self.access.row.key.id, symbol, slot).await?;
        Ok(rows.iter().any(|row| row.ended_at.is_none()))
    }

    /// Checks what is wished for against the position, and returns what is adopted with its legs.
    async fn adoption(
        &self,
        symbol: &Symbol,
        slot: PositionSlot,
        wish: &TradeChange,
    ) -> Result<(Adopting, Vec<Leg>)> {
        if wish.stop.is_none() {
            return Err(Error::field("stopTriggerPrice", Problem::Required));
        }
        let kind = self.access.row.key.trade_type;
        let market = market::find_market(self.desk, kind, symbol).await?;
        let last = market::last_price(self.desk, kind, symbol).await?;
        let position = self.desk.exchange.position_for_stop(&self.access.who, symbol, slot).await;
        let position = self.access.take(self.desk, position).await?.ok_or(Error::NotFound)?;
        let prices = [last, position.mark_price];
        let facts = TradeFacts {
            market: &market,
            side: position.side.opening(),
            amount: position.contracts,
            prices: &prices,
            liquidation: position.liquidation_price,
        };
        wish.check(&facts).map_err(Error::Fields)?;
        let stop = match wish.stop {
            Some(StopChange::Set(stop)) => Some(stop),
            _ => None,
        };
        let targets = wish.targets.as_deref().unwrap_or_default();
        let adopting = Adopting::new(&position, stop, targets);
        let legs = adopted_legs(&adopting.order, targets, market.lot);
        let legs = legs.ok_or_else(|| Error::field("takeProfitShares", Problem::TargetTooSmall))?;
        Ok((adopting, legs))
    }
}
