//! The part of a position that is closed.

use crate::error::{Error, Result};
use domain::{Decimal, Market, trade, validation::Problem};

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

#[cfg(test)]
mod tests;
