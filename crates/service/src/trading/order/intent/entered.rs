//! The entered amount of an intent: the filled part of its entry, and of all that was added to the position since, less what
//! both orders of an OCO entry filled beyond the amount of the trade and was closed.

use super::Intent;
use crate::trading::order::{legs::Role, protection::rules::Rule};
use domain::{Decimal, Order};

/// Decimals of an average price.
const DECIMALS: u32 = 12;

impl Intent {
    /// Returns the amount that was entered in base units; `None` while nothing has filled.
    pub(in crate::trading::order) fn entered(&self) -> Option<Decimal> {
        self.filled_entry()?;
        let opened: Decimal = self.opening_orders().map(|order| order.filled).sum();
        Some(opened - self.closed_excess())
    }

    /// Returns the average price of what was entered; `None` while nothing has filled, and if the price of the entry is
    /// not known. An addition whose price is not known does not count.
    pub(in crate::trading::order) fn average_entry(&self) -> Option<Decimal> {
        let price_of = |order: &Order| order.average.or(order.price);
        let first = price_of(self.filled_entry()?)?;
        let (mut cost, mut amount, mut orders) = (Decimal::ZERO, Decimal::ZERO, 0);
        for order in self.opening_orders() {
            if let Some(price) = price_of(order) {
                cost = cost.checked_add(price.checked_mul(order.filled)?)?;
                amount = amount.checked_add(order.filled)?;
                orders += 1;
            }
        }
        if orders == 1 {
            return Some(first);
        }
        Some(cost.checked_div(amount)?.round_dp(DECIMALS))
    }

    /// Whether it is not written yet how much of the entry or of an addition has filled, or was closed beyond the amount.
    pub(super) fn has_unsaved_fills(&self) -> bool {
        self.legs.iter().any(|leg| {
            matches!(leg.role, Role::Entry | Role::Add | Role::Excess)
                && leg.placed.is_some()
                && leg.is_unsaved()
        })
    }

    /// Returns the orders that opened the position and increased it, as far as they have filled.
    fn opening_orders(&self) -> impl Iterator<Item = &Order> {
        let opens = |role: Role| role == Role::Entry || (role == Role::Add && Rule::AddedPartIsOurs.holds());
        let legs = self.legs.iter().filter(move |leg| opens(leg.role));
        legs.filter_map(|leg| leg.placed.as_ref()).filter(|order| !order.filled.is_zero())
    }
}
