//! Texts of mails about billing.

use language::table;

table! {
    /// Mails about billing.
    Words, words {
        started(plan): "Your {plan} plan is active",
        started_body(plan, date, link): "Thank you. Your Slipstream {plan} plan is active and paid until {date}.\n\nView invoices or change plan: {link}\n",
        failed(plan): "Payment failed for your {plan} plan",
        failed_body(plan, date, link): "The payment for your Slipstream {plan} plan was declined. We'll try again; your plan stays active until {date}.\n\nPay now: {link}\n\nIf the invoice isn't paid by then, the plan ends: open positions stay protected, but no new trades are copied.\n",
        lapsed(plan): "Your {plan} plan has ended",
        lapsed_body(plan, link): "Your Slipstream {plan} plan has ended. Open positions keep their stop losses and take profits, and you can close them at any time. New trades are copied only within the limits of the free plan.\n\nChoose a plan: {link}\n",
    }
}
