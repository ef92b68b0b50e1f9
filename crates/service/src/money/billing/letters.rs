//! Mails about billing.

use super::news::News;
use crate::{messaging::mail::Letter, money::Money};
use store::subscription::StoredSubscription;

/// The mail about a change; `None` if the page that caused the change has shown it.
pub(super) fn plan_letter(desk: &Money, news: News, plan: &str, kept: &StoredSubscription) -> Option<Letter> {
    let base = &desk.settings.public_url;
    match news {
        News::Started => Some(Letter {
            secret: false,
            alarm: true,
            subject: format!("Your {plan} plan is active"),
            body: format!(
                "Thank you. Your Slipstream {plan} plan is active and paid until {}.\n\nView invoices or change plan: {base}/billing\n",
                kept.subscription.period_end.date()
            ),
        }),
        News::Failed => Some(Letter {
            secret: false,
            alarm: false,
            subject: format!("Payment failed for your {plan} plan"),
            body: format!(
                "The payment for your Slipstream {plan} plan was declined. We'll try again; your plan stays active until \
                 {}.\n\nPay now: {base}/billing\n\nIf the invoice isn't paid by then, the plan ends: open positions stay \
                 protected, but no new trades are copied.\n",
                kept.subscription.grace_end().date()
            ),
        }),
        News::Lapsed => Some(Letter {
            secret: false,
            alarm: false,
            subject: format!("Your {plan} plan has ended"),
            body: format!(
                "Your Slipstream {plan} plan has ended. Open positions keep their stop losses and take profits, and you can \
                 close them at any time. New trades are copied only within the limits of the free plan.\n\n\
                 Choose a plan: {base}/plans\n"
            ),
        }),
        News::Changed | News::EndSet => None,
    }
}
