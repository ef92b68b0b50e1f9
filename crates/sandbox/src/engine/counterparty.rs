//! The exchange's own ledger: counterparty of every trade, collected fees and the insurance fund.

use domain::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Amounts by asset.
type Amounts = BTreeMap<String, Decimal>;

/// The exchange's own ledger. For every asset, account holdings plus the exchange's counterparty, fee and
/// insurance balances always equal the amount issued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterpartyLedger {
    issued: Amounts,
    counterparty: Amounts,
    fees: Amounts,
    /// USDT gained from liquidations minus the losses covered. It may go negative, because this is paper
    /// money.
    insurance: Decimal,
}

impl CounterpartyLedger {
    /// Paper money that has been given to accounts.
    #[must_use]
    pub fn issued(&self, asset: &str) -> Decimal {
        self.issued.get(asset).copied().unwrap_or_default()
    }

    /// The exchange's total holdings of an asset: counterparty, fees and insurance.
    #[must_use]
    pub fn held(&self, asset: &str) -> Decimal {
        let of = |amounts: &Amounts| amounts.get(asset).copied().unwrap_or_default();
        let insurance = if asset == crate::market::QUOTE { self.insurance } else { Decimal::ZERO };
        of(&self.counterparty) + of(&self.fees) + insurance
    }

    /// Fees collected in an asset.
    #[must_use]
    pub fn fees(&self, asset: &str) -> Decimal {
        self.fees.get(asset).copied().unwrap_or_default()
    }

    /// The balance of the insurance fund, in USDT.
    #[must_use]
    pub const fn insurance(&self) -> Decimal {
        self.insurance
    }

    pub(super) fn issue(&mut self, asset: &str, amount: Decimal) {
        add(&mut self.issued, asset, amount);
    }

    /// Credits (positive) or debits (negative) the counterparty.
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

/// Adds to a balance. Normalizes the result, because a negative zero would be serialized as `-0`.
fn add(amounts: &mut Amounts, asset: &str, amount: Decimal) {
    match amounts.get_mut(asset) {
        Some(held) => *held = (*held + amount).normalize(),
        None => {
            amounts.insert(asset.to_owned(), amount.normalize());
        }
    }
}
