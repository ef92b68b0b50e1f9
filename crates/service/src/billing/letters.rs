//! Mails about billing.

use super::news::News;
use crate::{Desk, mail::Letter};
use store::subscription::Kept;

/// The mail about a change; `None` if the page that caused the change has shown it.
pub(super) fn of(desk: &Desk, news: News, plan: &str, kept: &Kept) -> Option<Letter> {
    let base = &desk.settings.public_url;
    match news {
        News::Begun => Some(Letter {
            secret: false,
            alarm: true,
            subject: format!("Your plan {plan} has begun"),
            body: format!(
                "Thank you. Your Slipstream plan is {plan}, paid until {}.\n\nInvoices and changes: {base}/billing\n",
                kept.told.period_end.date()
            ),
        }),
        News::Failed => Some(Letter {
            secret: false,
            alarm: false,
            subject: format!("Your plan {plan} could not be renewed"),
            body: format!(
                "The payment for your Slipstream plan {plan} was declined. It will be tried again; until {} nothing \
                 changes.\n\nPay it now: {base}/billing\n\nIf it stays unpaid, the plan ends: positions stay protected, \
                 but no new trades are copied.\n",
                kept.told.grace_end().date()
            ),
        }),
        News::Lapsed => Some(Letter {
            secret: false,
            alarm: false,
            subject: format!("Your plan {plan} has ended"),
            body: format!(
                "Your Slipstream plan {plan} has ended. Open positions keep their stops and targets, and you can close \
                 them at any time. New trades are copied only as far as the free plan allows.\n\n\
                 Choose a plan: {base}/plans\n"
            ),
        }),
        News::Changed | News::EndSet => None,
    }
}
