//! The part of a position that is closed.

use crate::{
    error::{Error, Result},
    trading::{Trading, order::side::entered_by},
};
use domain::{Decimal, IntentId, Market, Position, trade, validation::Problem};
use store::{
    protection::{self as rows, Wanted},
    trade::TradeStatus,
};

/// The part of a position to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A share, above 0 and at most 1.
    Share(Decimal),
    /// An amount in base units.
    Amount(Decimal),
}

/// Returns the amount that a part of `held` has.
pub(super) fn amount_of(part: Part, held: Decimal, market: &Market) -> Result<Decimal> {
    let (field, amount) = match part {
        Part::Share(share) => {
            let amount = trade::share_of(held, share, market.lot);
            ("share", amount.ok_or_else(|| Error::field("share", Problem::NotShare))?)
        }
        Part::Amount(amount) => ("amount", amount),
    };
    if amount > held {
        return Err(Error::field(field, Problem::MoreThanPosition));
    }
    if amount != held && market.check_amount(amount).is_err() {
        return Err(Error::field(field, Problem::LotFilter));
    }
    Ok(amount)
}

/// Checks that the position of a market is that of an open trade: a later trade may be open there by now. The caller holds
/// the per-market lock.
///
/// # Errors
/// Not found.
pub(super) async fn must_belong(desk: &Trading, position: &Position, trade: IntentId) -> Result<()> {
    let row = store::trade::get_trade(&desk.db, trade).await?;
    let row = row.filter(|row| row.status == TradeStatus::Open).ok_or(Error::NotFound)?;
    let side = entered_by(position.side);
    let rows = rows::on_market(&desk.db, row.exchange_key_id, &row.symbol).await?;
    let open = rows.iter().rev().find(|row| {
        row.side == side && row.entered_at.is_some() && row.ended_at.is_none() && row.wanted != Wanted::Closed
    });
    if open.is_some_and(|row| row.intent_id == trade) { Ok(()) } else { Err(Error::NotFound) }
}

#[cfg(test)]
mod tests;
