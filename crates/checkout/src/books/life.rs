//! The passage of time: subscriptions renew, fail and end.

use super::{Declined, Open, Subscription, SubscriptionStatus, calendar};

/// Retry schedule: a failed charge is retried after three days, and after the third failure the subscription
/// ends.
const PAUSE: i64 = 3 * 86_400;
const ATTEMPTS: u32 = 3;
/// Maximum number of steps, a limit for clocks moved by decades.
const MOST: usize = 10_000;

impl Subscription {
    /// When the subscription is next due for processing.
    pub(crate) fn due(&self) -> Option<i64> {
        match self.status {
            SubscriptionStatus::Active | SubscriptionStatus::Trialing => Some(self.period_end),
            SubscriptionStatus::PastDue => self.next_attempt,
            SubscriptionStatus::Canceled => None,
        }
    }
}

impl Open<'_> {
    /// Processes everything that is due, in chronological order and each at its own time.
    pub(crate) fn live(&mut self) {
        let now = self.now;
        for _ in 0..MOST {
            let next =
                self.books.subscriptions.values().filter_map(|s| Some((s.due()?, s.made.id.clone()))).min();
            let Some((at, id)) = next.filter(|(at, _)| *at <= now) else { break };
            self.now = at;
            self.step(&id);
        }
        self.now = now;
    }

    fn step(&mut self, id: &str) {
        let Some(subscription) = self.books.subscriptions.get(id) else { return };
        match subscription.status {
            SubscriptionStatus::PastDue => self.try_again(id),
            _ if subscription.cancel_at_period_end => self.end(id),
            _ => self.renew(id),
        }
    }

    fn renew(&mut self, id: &str) {
        let Some(subscription) = self.books.subscriptions.get_mut(id) else { return };
        let trial_over = subscription.status == SubscriptionStatus::Trialing;
        if trial_over {
            (subscription.anchor, subscription.periods) = (subscription.period_end, 0);
        } else {
            subscription.periods += 1;
        }
        let interval =
            self.books.prices.get(&subscription.price).map(|p| p.interval).unwrap_or(super::Interval::Month);
        subscription.period_start = subscription.period_end;
        subscription.period_end = calendar::after(subscription.anchor, interval, subscription.periods + 1);
        let invoice = self.invoice(id, "subscription_cycle");
        let charged = self.charge(&invoice, trial_over);
        self.note(id, &invoice, charged);
    }

    fn try_again(&mut self, id: &str) {
        let open = self.books.subscriptions.get(id).and_then(|s| s.invoice.clone());
        let Some(invoice) = open else { return self.end(id) };
        let charged = self.charge(&invoice, false);
        self.note(id, &invoice, charged);
    }

    /// Applies the result of charging the current period to the subscription.
    pub(crate) fn note(&mut self, id: &str, invoice: &str, charged: Result<(), Declined>) {
        let Some(subscription) = self.books.subscriptions.get_mut(id) else { return };
        if charged.is_ok() {
            (subscription.status, subscription.failures, subscription.next_attempt) =
                (SubscriptionStatus::Active, 0, None);
        } else {
            subscription.failures += 1;
            if subscription.failures >= ATTEMPTS {
                return self.end(id);
            }
            let next = Some(self.now + PAUSE);
            (subscription.status, subscription.next_attempt) = (SubscriptionStatus::PastDue, next);
            if let Some(invoice) = self.books.invoices.get_mut(invoice) {
                invoice.next_attempt = next;
            }
        }
        self.emit_subscription("customer.subscription.updated", id);
    }

    /// Ends a subscription now. Its unpaid invoices are voided.
    pub(crate) fn end(&mut self, id: &str) {
        let Some(subscription) = self.books.subscriptions.get_mut(id) else { return };
        subscription.status = SubscriptionStatus::Canceled;
        subscription.ended_at = Some(self.now);
        subscription.canceled_at.get_or_insert(self.now);
        subscription.next_attempt = None;
        let open = self.books.invoices.values_mut().filter(|i| i.subscription == id && !i.paid);
        open.for_each(|invoice| (invoice.void, invoice.next_attempt) = (true, None));
        self.emit_subscription("customer.subscription.deleted", id);
    }
}
