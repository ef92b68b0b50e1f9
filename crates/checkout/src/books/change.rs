//! Changes of a subscription: another price with proration, or cancellation.

use super::{Declined, Line, Open, Subscription, SubscriptionStatus, calendar};
use domain::words;

words! {
    /// When the difference between two prices is charged.
    pub(crate) Proration {
        /// Immediately.
        AlwaysInvoice = "always_invoice",
        /// With the next invoice.
        CreateProrations = "create_prorations",
        /// Never.
        None = "none",
    }
}

/// The requested change.
pub(crate) struct Change<'a> {
    pub(crate) price: Option<&'a str>,
    pub(crate) proration: Proration,
    pub(crate) cancel_at_period_end: Option<bool>,
}

/// A proportional part of an amount, rounded to the nearest unit.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let (amount, part, whole) = (i128::from(amount), i128::from(part), i128::from(whole.max(1)));
    let doubled = amount * part * 2;
    i64::try_from((doubled + doubled.signum() * whole) / (whole * 2)).unwrap_or(0)
}

impl Open<'_> {
    /// The proration lines of a price change: credit for the unused time of the old price, and the new price
    /// for the same time.
    pub(crate) fn difference(&self, of: &Subscription, price: &str) -> Vec<Line> {
        let (old, new) = (self.books.prices.get(&of.price), self.books.prices.get(price));
        let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
        // A trial has cost nothing.
        if of.price == price || of.status == SubscriptionStatus::Trialing {
            return Vec::new();
        }
        let (left, whole) = ((of.period_end - self.now).max(0), of.period_end - of.period_start);
        let (start, end) = (self.now, of.period_end);
        let (amount, end_of_new) = if old.interval == new.interval {
            (share(new.amount, left, whole), end)
        } else {
            (new.amount, calendar::after(self.now, new.interval, 1))
        };
        vec![
            Line {
                description: format!("Unused time on {}", self.books.price_name(Some(old))),
                amount: -share(old.amount, left, whole),
                start,
                end,
            },
            Line {
                description: format!("Remaining time on {}", self.books.price_name(Some(new))),
                amount,
                start,
                end: end_of_new,
            },
        ]
    }

    /// Changes a subscription. On [`Declined`] the caller must discard the books.
    pub(crate) fn change(&mut self, id: &str, change: &Change<'_>) -> Result<(), Declined> {
        let Some(before) = self.books.subscriptions.get(id).cloned() else { return Ok(()) };
        let lines = change.price.map(|price| self.difference(&before, price)).unwrap_or_default();
        let interval = change.price.and_then(|price| self.books.prices.get(price)).map(|p| p.interval);
        let old = self.books.prices.get(&before.price).map(|p| p.interval);
        let now = self.now;
        let Some(subscription) = self.books.subscriptions.get_mut(id) else { return Ok(()) };
        if let Some(price) = change.price {
            subscription.price = price.to_owned();
        }
        if let Some(interval) =
            interval.filter(|_| interval != old && before.status == SubscriptionStatus::Active)
        {
            (subscription.anchor, subscription.periods, subscription.period_start) = (now, 0, now);
            subscription.period_end = calendar::after(now, interval, 1);
        }
        if let Some(cancel) = change.cancel_at_period_end {
            subscription.cancel_at_period_end = cancel;
            subscription.canceled_at = cancel.then_some(now);
        }
        if change.proration != Proration::None {
            subscription.pending.extend(lines);
        }
        let owes = change.proration == Proration::AlwaysInvoice && !subscription.pending.is_empty();
        if owes {
            let invoice = self.invoice(id, "subscription_update");
            self.charge(&invoice, false)?;
        }
        self.emit_subscription("customer.subscription.updated", id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_rounded_to_the_nearest_cent() {
        assert_eq!([share(2_000, 15, 30), share(2_000, 1, 3), share(2_000, 2, 3)], [1_000, 667, 1_333]);
        assert_eq!([share(-2_000, 1, 3), share(5, 1, 2), share(0, 1, 0)], [-667, 3, 0]);
    }
}
