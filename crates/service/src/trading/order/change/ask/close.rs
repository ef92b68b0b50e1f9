//! The use cases that close a position or a trade, in part or as a whole.

use super::{Changer, TradeTarget, aim::reduced_by, is_open};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading, market,
        order::{
            account::Access,
            change::{
                HistoryEntry,
                part::{Part, amount_of},
                pending::complete_changes,
                request::Reducing,
            },
            idempotency::IdempotencyKey,
            intent::{Intent, Request},
            legs::{self, Leg, Role},
            place::busy,
            recover::before_new,
            run::Run,
            seq,
            sharing::{SharedPosition, current},
            side::entered_by,
        },
    },
};
use domain::{
    Decimal, ExchangeKeyId, IntentId, Market, Position, PositionSide, Side, Symbol, trade::ChangeKind,
    validation::Problem,
};

/// Closes a part of a position at market. Its stop stays, and its take-profits are fitted to what is left. All of a
/// position is closed like [`super::super::close_position`]. Of a position that several trades share, the oldest trade is
/// closed first. `side` names one of the two positions of hedge mode.
///
/// # Errors
/// [`Error::NotFound`] without a position, [`Error::Fields`] if the part is not one; 1103, 1106, 1300, 1500.
pub async fn close_part(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    (part, side): (Part, Option<PositionSide>),
    idempotency: Option<IdempotencyKey>,
) -> Result<()> {
    let target = TradeTarget { side, idempotency, ..TradeTarget::default() };
    close_target(desk, actor, id, symbol, target, part).await
}

/// Closes an amount of a position with an order of this side, as a reduce-only order would: never more than there is, and
/// only if the side is the one that reduces the position.
///
/// # Errors
/// As [`close_part`]; a field problem of `side` if the position is on that side.
pub async fn reduce_position(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    (side, amount): (Side, Decimal),
    idempotency: Option<IdempotencyKey>,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    let work = async move {
        let part = Part::Amount(amount);
        let target = TradeTarget { side: reduced_by(&access, side), ..TradeTarget::default() };
        Changer::new(&shared, access, symbol, idempotency).close(target, Some(side), part).await
    };
    desk.work.run(work).await
}

/// Does the same as [`close_part`] for the trade of `target`: other trades on its position stay as they are.
pub(in crate::trading::order) async fn close_target(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    target: TradeTarget,
    part: Part,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    let idempotency = target.idempotency.clone();
    // Runs detached: it continues if the caller disconnects.
    let work =
        async move { Changer::new(&shared, access, symbol, idempotency).close(target, None, part).await };
    desk.work.run(work).await
}

impl Changer<'_> {
    /// Closes a part of the position, if it belongs to the trade that is meant and if an order of this side reduces it.
    async fn close(mut self, target: TradeTarget, by: Option<Side>, part: Part) -> Result<()> {
        let _lock = self.desk.locks.lock(self.access.row.key.id, &self.symbol).await;
        if self.is_answered().await? {
            return Ok(());
        }
        self.aim(target.trade, target.side).await?;
        let market = market::find_market(self.desk, self.access.row.key.trade_type, &self.symbol).await?;
        if part == Part::Share(Decimal::ONE) {
            // It ends changes that cannot be completed.
            before_new(self.desk, &self.access, &self.symbol, self.slot).await?;
        } else {
            complete_changes(self.desk, &self.access, &self.symbol, self.slot).await?;
        }
        let position = self.position().await?.ok_or(Error::NotFound)?;
        if by.is_some_and(|by| by != position.side.closing()) {
            return Err(Error::field("side", Problem::NotReducing));
        }
        let (request, history) = self.closing(position, target.trade, part, &market).await?;
        let legs = match request {
            Request::Close => legs::closing(),
            _ => vec![Leg::new(seq::CLOSE, Role::Close, None)],
        };
        self.desk.work.begin()?;
        let mut intent = self.intent(request, legs);
        let history = history.as_slice();
        intent.commit_with_history(self.desk, self.idempotency.as_ref(), history).await.map_err(busy)?;
        self.work(intent).await
    }

    /// Returns the request that closes a part of the trade that is `meant`, or else of the whole position, and its entry in the
    /// trade's history. Without a trade, a position that several share is closed from the oldest one on.
    async fn closing(
        &self,
        position: Position,
        meant: Option<IntentId>,
        part: Part,
        market: &Market,
    ) -> Result<(Request, Option<HistoryEntry>)> {
        let side = entered_by(position.side);
        let mut trades = current(&self.rows().await?);
        trades.retain(|row| row.side == side);
        if meant.is_some_and(|trade| trades.iter().all(|row| row.intent_id != trade)) {
            return Err(Error::NotFound);
        }
        let named = trades.iter().find(|row| Some(row.intent_id) == meant);
        let Some(row) = named.or(trades.first()) else {
            return reducing(None, side, &position, amount_of(part, position.contracts, market)?);
        };
        let mut trade = Intent::load(self.desk, row.intent_id).await?.ok_or(Error::NotFound)?;
        if SharedPosition::load(self.desk, &trade).await?.is_none() {
            let trade = is_open(row).then_some(row.intent_id);
            return reducing(trade, side, &position, amount_of(part, position.contracts, market)?);
        }
        let (own, _) = self.part(&mut trade).await?;
        let own = own.map_or(Decimal::ZERO, |own| own.contracts);
        if meant.is_none() {
            let amount = amount_of(part, position.contracts, market)?;
            if amount == position.contracts || amount > own {
                // The supervisor determines which trades it has closed.
                return reducing(None, side, &position, amount);
            }
            return self.closing_part(&mut trade, side, amount, own).await;
        }
        if own.is_zero() {
            return Err(Error::NotFound);
        }
        let amount = amount_of(part, own, market)?;
        self.closing_part(&mut trade, side, amount, own).await
    }

    /// Returns the request that closes an amount of a trade that shares its position, and has `own` of it.
    async fn closing_part(
        &self,
        trade: &mut Intent,
        side: Side,
        amount: Decimal,
        own: Decimal,
    ) -> Result<(Request, Option<HistoryEntry>)> {
        let (id, whole) = (trade.id, amount == own);
        let run = Run::new(self.desk, &self.access.who, trade, false).await?;
        let position = run.position_of(run.intent).await;
        let position = self.access.known(self.desk, position).await?.ok_or(Error::NotFound)?;
        let left = (position.contracts - amount).max(Decimal::ZERO);
        let reducing = Reducing { trade: Some(id), side, amount, left, whole, copy: None };
        let history = HistoryEntry::of_amounts(id, ChangeKind::Reduce, own, own - amount)?;
        Ok((Request::Reduce(reducing), Some(history)))
    }
}

/// Returns the request that closes an amount of a position that one trade has, or that no trade has opened, and its entry in
/// the trade's history.
fn reducing(
    trade: Option<IntentId>,
    side: Side,
    position: &Position,
    amount: Decimal,
) -> Result<(Request, Option<HistoryEntry>)> {
    let (held, left) = (position.contracts, position.contracts - amount);
    if left.is_zero() {
        return Ok((Request::Close, None));
    }
    let history = trade.map(|trade| HistoryEntry::of_amounts(trade, ChangeKind::Reduce, held, left));
    let request = Request::Reduce(Reducing { trade, side, amount, left, whole: false, copy: None });
    Ok((request, history.transpose()?))
}
