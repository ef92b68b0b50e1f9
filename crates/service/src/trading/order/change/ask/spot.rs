//! The use cases that sell what spot trades hold.

use super::{Changer, LimitClose, is_open};
use crate::{
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
            intent::{Intent, Request},
            place::busy,
            spot::{held_position, too_many_targets},
        },
    },
};
use domain::{
    Decimal, IntentId, Market, Position, Side, Symbol, TradeType,
    trade::{ChangeKind, PriceSource, StopChange, TradeChange},
    validation::Problem,
};
use store::protection::{self as rows, Protection, Wanted};

/// Cancels the open buy orders of a spot market and sells what the desk's trades hold there. Other coins and sell orders of the
/// account stay.
///
/// # Errors
/// 1103, 1500; [`Error::Unavailable`] while the outcome is unknown: the desk continues.
pub(in crate::trading::order) async fn sell_market(
    desk: &SharedTrading,
    access: Access,
    symbol: &Symbol,
) -> Result<()> {
    let (shared, symbol) = (desk.clone(), symbol.clone());
    // Runs detached: it continues if the caller disconnects.
    let work = async move {
        let changer = || Changer {
            desk: &shared,
            access: Access { row: access.row.clone(), who: access.who.clone() },
            symbol: symbol.clone(),
            idempotency: None,
        };
        changer().cancel_entries().await?;
        let mut failed = None;
        for row in
            rows::on_market(&shared.db, access.row.key.id, &symbol).await?.iter().filter(|row| is_open(row))
        {
            match changer().close(Some(row.intent_id), None, Part::Share(Decimal::ONE)).await {
                // It has ended meanwhile.
                Ok(()) | Err(Error::NotFound) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), Err)
    };
    desk.work.run(work).await
}

impl Changer<'_> {
    /// Returns what a spot trade holds, as a position.
    pub(super) async fn held_on_spot(&self, trade: &Intent) -> Result<Option<Position>> {
        let market = market::find_market(self.desk, TradeType::Spot, &self.symbol).await?;
        let last = market::last_price(self.desk, TradeType::Spot, &self.symbol).await?;
        Ok(held_position(trade, market.lot, Some(last)))
    }

    /// Checks a change against what spot does not have: a mark price, and more take-profits than stops.
    pub(super) fn check_spot(&self, change: &TradeChange, trigger: PriceSource) -> Result<()> {
        if self.access.row.key.trade_type == TradeType::Futures {
            return Ok(());
        }
        if trigger == PriceSource::Mark {
            return Err(Error::field("trigger", Problem::NotOnSpot));
        }
        let without = matches!(change.stop, Some(StopChange::Remove { .. }));
        let many = change.targets.as_ref().is_some_and(|targets| too_many_targets(targets.len()));
        if many && !without {
            return Err(Error::field("takeProfitPrices", Problem::TooManyTargetsOnSpot));
        }
        Ok(())
    }

    /// Checks a limit close against what spot needs for it: with a stop, a pair of its own whose value counts at the stop.
    /// `targets` are the take-profits of the trade with it.
    pub(super) fn check_spot_close(
        &self,
        closing: LimitClose,
        trade: &Intent,
        targets: usize,
        market: &Market,
    ) -> Result<()> {
        if market.trade_type == TradeType::Futures {
            return Ok(());
        }
        let stop = trade.wanted_stop();
        if stop.is_some() && too_many_targets(targets) {
            return Err(Error::field("reduceOnly", Problem::TooManyTargetsOnSpot));
        }
        let lowest = stop.and_then(|stop| stop.price.or(stop.stop_price)).unwrap_or(closing.price);
        if market.check_notional(lowest.min(closing.price), closing.amount).is_err() {
            return Err(Error::field("amount", Problem::NotionalFilter));
        }
        Ok(())
    }

    /// Sells a part of what a spot trade holds, or all of it. Without a trade that is meant, the part is one of what all trades
    /// of the market hold, and the oldest sells it. The caller holds the per-market lock.
    pub(super) async fn sell(
        self,
        meant: Option<IntentId>,
        by: Option<Side>,
        part: Part,
        market: &Market,
    ) -> Result<()> {
        if by == Some(Side::Buy) {
            return Err(Error::field("side", Problem::NotReducing));
        }
        complete_changes(self.desk, &self.access, &self.symbol).await?;
        let mut trades = self.holding_trades(meant, market).await?;
        let total: Decimal = trades.iter().map(|(trade, _)| trade.holds(market.lot)).sum();
        if trades.is_empty() {
            return Err(Error::NotFound);
        }
        let (mut trade, row) = trades.swap_remove(0);
        let held = trade.holds(market.lot);
        let amount = amount_of(part, total, market)?;
        let field = if matches!(part, Part::Share(_)) { "share" } else { "amount" };
        if amount > held {
            // Each sale is of one trade.
            return Err(Error::field(field, Problem::MoreThanPosition));
        }
        let (whole, left) = (amount == held, held - amount);
        let last = market::last_price(self.desk, TradeType::Spot, &self.symbol).await?;
        if market.check_notional(last, amount).is_err() {
            return Err(Error::field(field, Problem::NotionalFilter));
        }
        let often = || Error::field("amount", Problem::ChangedTooOften);
        trade.plan_owners_sale(amount).ok_or_else(often)?;
        self.desk.work.begin()?;
        self.claim_trade(&trade).await?;
        let history = HistoryEntry::of_amounts(trade.id, ChangeKind::Reduce, held, left)?;
        let reducing =
            Reducing { trade: Some(trade.id), side: row.side, amount, left, whole: false, copy: None };
        let mut intent = self.intent(Request::Reduce(reducing), Vec::new());
        let (wanted, once) = (whole.then_some(Wanted::Closed), self.idempotency.as_ref());
        intent.commit_change(self.desk, once, &mut trade, wanted, None, history).await.map_err(busy)?;
        self.work(intent).await
    }

    /// Returns the trade that is meant, or all that hold something, the oldest first.
    async fn holding_trades(
        &self,
        meant: Option<IntentId>,
        market: &Market,
    ) -> Result<Vec<(Intent, Protection)>> {
        let rows = rows::on_market(&self.desk.db, self.access.row.key.id, &self.symbol).await?;
        let is_meant = |row: &Protection| meant.is_none_or(|id| id == row.intent_id) && is_open(row);
        let mut trades = Vec::new();
        for row in rows.into_iter().filter(is_meant) {
            if let Some(trade) = Intent::load(self.desk, row.intent_id).await?
                && !trade.holds(market.lot).is_zero()
            {
                trades.push((trade, row));
            }
        }
        Ok(trades)
    }
}
