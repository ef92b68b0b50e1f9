//! The other side of every trade, and where the fees go.

use domain::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Amounts by asset.
type Amounts = BTreeMap<String, Decimal>;

/// The exchange's own ledger. For every asset: what accounts hold, and the counterparty, the fees and the insurance
/// together make what was issued, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    issued: Amounts,
    counterparty: Amounts,
    fees: Amounts,
    /// USDT that liquidations have brought, less the losses it has covered. It may owe: this is play money.
    insurance: Decimal,
}

impl House {
    /// Play money that accounts were given.
    #[must_use]
    pub fn issued(&self, asset: &str) -> Decimal {
        self.issued.get(asset).copied().unwrap_or_default()
    }

    /// What the house holds of an asset: as counterparty, in fees, as insurance.
    #[must_use]
    pub fn held(&self, asset: &str) -> Decimal {
        let of = |amounts: &Amounts| amounts.get(asset).copied().unwrap_or_default();
        let insurance = if asset == crate::market::QUOTE { self.insurance } else { Decimal::ZERO };
        of(&self.counterparty) + of(&self.fees) + insurance
    }

    /// Fees taken in an asset.
    #[must_use]
    pub fn fees(&self, asset: &str) -> Decimal {
        self.fees.get(asset).copied().unwrap_or_default()
    }

    /// The insurance fund, in USDT.
    #[must_use]
    pub const fn insurance(&self) -> Decimal {
        self.insurance
    }

    pub(super) fn issue(&mut self, asset: &str, amount: Decimal) {
        add(&mut self.issued, asset, amount);
    }

    /// The counterparty receives (positive) or gives (negative).
    pub(super) fn receive(&mut self, asset: &str, amount: Decimal) {
        add(&mut self.counterparty, asset, amount);
    }

    pub(super) fn charge(&mut self, asset: &str, fee: Decimal) {
        add(&mut self.fees, asset, fee);
    }

    pub(super) fn insure(&mut self, amount: Decimal) {
        self.insurance = (self.insurance + amount).normalize();
    }
}

/// Normalised, for a negative zero would be written `-0`.
fn add(amounts: &mut Amounts, asset: &str, amount: Decimal) {
    match amounts.get_mut(asset) {
        Some(held) => *held = (*held + amount).normalize(),
        None => {
            amounts.insert(asset.to_owned(), amount.normalize());
        }
    }
}
