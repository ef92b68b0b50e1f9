//! The automation of a trade: its settings, which change with the trade, and the moves of the stop that follow from them.

use super::{Changer, TradeTarget, Wish, breakeven_of};
use crate::{
    error::{Error, Result},
    trading::{
        SharedTrading, Trading, market,
        order::{
            account::Access,
            change::{in_force, plan::Situation},
            intent::Intent,
        },
    },
};
use domain::{
    Decimal, Frame, IntentId, Market, Symbol, TradeType,
    trade::{
        ATR_CANDLES, Automation, AutomationChange, AutomationFacts, ChangeKind, PriceSource, StopChange,
        TradeChange, atr_percent, gains,
    },
    validation::Problem,
};
use store::{
    DecimalText,
    automation::{self as rows, AutomationRow},
    protection::{Protection, Wanted},
};

/// A move of the stop that the desk decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trading::order) enum Automatic {
    /// To breakeven, after a take-profit.
    Breakeven {
        /// The number of filled take-profits that it follows from.
        after: u16,
    },
    /// Behind the peak.
    Trail {
        /// The settings that it follows from.
        automation: Automation,
        peak: Decimal,
    },
}

/// The automation of a trade after a change.
pub(super) struct ChangedAutomation {
    pub(super) row: AutomationRow,
    /// The settings before, if the owner changes them.
    pub(super) before: Option<Automation>,
}

/// Moves the stop of an open trade by the desk's decision, as an ordinary change. Does nothing if the stop that is in force
/// is as good, or if the owner has changed the settings meanwhile.
///
/// # Errors
/// As [`super::change_trade`]: a price that has passed the new stop is a field problem, and the old one stays.
pub(in crate::trading::order) async fn move_automatically(
    desk: &SharedTrading,
    access: Access,
    symbol: Symbol,
    trade: IntentId,
    step: Automatic,
) -> Result<()> {
    let shared = desk.clone();
    let target = TradeTarget { trade: Some(trade), ..TradeTarget::default() };
    let work = async move {
        let changer = Changer::new(&shared, access, symbol, None);
        changer.protect(target, Wish::Automatic(step)).await
    };
    desk.work.run(work).await
}

impl Automatic {
    pub(super) const fn kind(self) -> ChangeKind {
        match self {
            Self::Breakeven { .. } => ChangeKind::BreakevenAfter,
            Self::Trail { .. } => ChangeKind::Trail,
        }
    }

    /// Returns the change of a trade; `None` if its stop is as good.
    pub(super) fn change(
        self,
        trade: &Intent,
        row: &Protection,
        at: &Situation,
        market: &Market,
    ) -> Result<Option<TradeChange>> {
        let Some(StopChange::Set(stop)) = in_force(trade, row).stop else { return Err(Error::NotFound) };
        let moved = match self {
            Self::Breakeven { .. } => match breakeven_of(trade, at, market)?.stop {
                Some(StopChange::Set(moved)) => {
                    Some(moved).filter(|moved| gains(at.side, stop.trigger, moved.trigger))
                }
                _ => None,
            },
            Self::Trail { automation, peak } => automation.trail(at.side, peak, stop, market.tick),
        };
        let change = |stop| TradeChange { stop: Some(StopChange::Set(stop)), ..TradeChange::default() };
        Ok(moved.map(change))
    }
}

/// Returns a change of an automation with the distance of its trailing stop in percent, where it is a multiple of the
/// average true range of the last hours. It stays as it is from then on.
///
/// # Errors
/// A field problem of `trailingAtr`; unavailable if the exchange does not answer.
pub(in crate::trading::order) async fn with_distance(
    desk: &Trading,
    symbol: &Symbol,
    change: AutomationChange,
) -> Result<AutomationChange> {
    let Some(multiple) = change.atr_multiple().map_err(|problem| Error::Fields(vec![problem]))? else {
        return Ok(change);
    };
    let kind = TradeType::Futures;
    let candles = market::list_candles(desk, kind, symbol, Frame::H1, None, ATR_CANDLES).await?;
    let last = market::last_price(desk, kind, symbol).await?;
    let percent = atr_percent(&candles, multiple, last);
    let percent = percent.ok_or_else(|| Error::field("trailingAtr", Problem::TooFewCandles))?;
    Ok(change.with_distance(percent))
}

/// Applies the price that triggers the stop. A stop that another price triggers is placed again.
pub(super) fn trigger_by(
    source: PriceSource,
    trade: &Intent,
    row: &Protection,
    at: &mut Situation,
    change: &mut TradeChange,
) {
    at.trigger = source;
    if change.stop.is_none() && trade.wanted_stop().is_some_and(|stop| stop.trigger != source) {
        change.stop = in_force(trade, row).stop.filter(|stop| matches!(stop, StopChange::Set(_)));
    }
}

impl Changer<'_> {
    /// Whether a move of the stop still follows from the trade's settings.
    pub(super) async fn is_wanted(&self, trade: &Intent, step: Automatic) -> Result<bool> {
        let Some(row) = rows::get_automation(&self.desk.db, trade.id).await? else { return Ok(false) };
        Ok(match step {
            Automatic::Breakeven { after } => {
                row.automation().breakeven_after == Some(after) && row.breakeven_at.is_none()
            }
            Automatic::Trail { automation, .. } => row.automation() == automation,
        })
    }

    /// Returns the automation of a trade after a change; `None` if it stays. `prices` are the last and the mark price.
    ///
    /// # Errors
    /// Field problems of the new settings.
    pub(super) async fn automation_after(
        &self,
        trade: &Intent,
        row: &Protection,
        change: &TradeChange,
        prices: (Decimal, Decimal),
    ) -> Result<Option<ChangedAutomation>> {
        let removes = matches!(change.stop, Some(StopChange::Remove { .. }));
        let found = rows::get_automation(&self.desk.db, trade.id).await?;
        if change.automation.is_empty() && (found.is_none() || !removes) {
            return Ok(None);
        }
        let open = trade.wanted_targets().count();
        let targets = change.targets.as_ref().map_or(open, Vec::len) + trade.count_filled_targets();
        let sets = matches!(change.stop, Some(StopChange::Set(_)));
        let facts = AutomationFacts {
            targets,
            has_stop: !removes && (sets || row.wanted == Wanted::Stop),
            open_for: row.entered_at.map(|entered| self.desk.clock.now().since(entered)),
        };
        change.automation.check(&facts).map_err(Error::Fields)?;
        let old = found.unwrap_or_else(|| AutomationRow::new(trade.id, &Automation::default()));
        let before = old.automation();
        let mut after = change.automation.apply(before);
        if removes {
            after = after.without_stop();
        }
        let kept = before.trailing_percent.is_some() && before.trigger == after.trigger;
        let price = if after.trigger == PriceSource::Mark { prices.1 } else { prices.0 };
        let peak = old.peak.filter(|_| kept).unwrap_or(DecimalText(price));
        // The form sends all settings, also those that stay.
        let same = after.breakeven_after == before.breakeven_after;
        let row = AutomationRow {
            // Before the first fill there is no peak.
            peak: Some(peak).filter(|_| after.trailing_percent.is_some() && row.entered_at.is_some()),
            breakeven_at: old.breakeven_at.filter(|_| same),
            ..old.with(&after)
        };
        Ok(Some(ChangedAutomation { row, before: Some(before) }))
    }

    /// Returns the automation of a trade after a move that the desk decides. It does not change the trade's version:
    /// its owner may be editing it.
    pub(super) async fn automation_with(
        &self,
        trade: &Intent,
        step: Automatic,
    ) -> Result<Option<ChangedAutomation>> {
        let Some(row) = rows::get_automation(&self.desk.db, trade.id).await? else { return Ok(None) };
        let peak = match step {
            Automatic::Breakeven { .. } => row.peak,
            Automatic::Trail { peak, .. } => Some(DecimalText(peak)),
        };
        // Its entry in the history, and its leg unless that of a refused move is used again.
        let adds_leg = trade.next_moved_stop().is_some_and(|seq| trade.leg(seq).is_none());
        let moves = row.moves + 1 + i64::from(adds_leg);
        Ok(Some(ChangedAutomation { row: AutomationRow { peak, moves, ..row }, before: None }))
    }
}
