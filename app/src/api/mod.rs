//! The endpoints of forms: identify the user, call one service function, respond. They work with and without
//! scripts (see [`form`]).

pub mod accounts;
pub mod admin;
pub mod billing;
pub mod clients;
pub mod event_webhooks;
pub mod follows;
mod form;
pub mod home;
pub mod keys;
pub mod messages;
pub mod own_sources;
pub mod personal;
pub mod positions;
pub mod posted_fields;
pub mod posted_ticket;
pub mod presets;
pub mod risk_rules;
pub mod rules;
pub mod screen;
pub mod security;
pub mod trade;
pub mod trade_automation;
pub mod trade_change;
pub mod trade_entry;
pub mod trade_order;
pub mod users;

use crate::{answer::FormFailure, visit::Visit};
use domain::Role;
use service::{Actor, Error};

/// Every endpoint and the role it requires, for the server's guard; a test compares it with the registered
/// endpoints.
pub const SERVER_FNS: &[(&str, Role)] = &[
    ("/api/sign-up", Role::Anyone),
    ("/api/sign-in", Role::Anyone),
    ("/api/sign-out", Role::Anyone),
    ("/api/forgot", Role::Anyone),
    ("/api/reset", Role::Anyone),
    ("/api/freeze", Role::Anyone),
    ("/api/person-act", Role::Admin),
    ("/api/theme", Role::Anyone),
    ("/api/profile-save", Role::Trader),
    ("/api/support-ask", Role::Trader),
    ("/api/support-close", Role::Admin),
    ("/api/change-password", Role::Trader),
    ("/api/end-session", Role::Trader),
    ("/api/end-program", Role::Trader),
    ("/api/end-all-sessions", Role::Trader),
    ("/api/key-sandbox", Role::Trader),
    ("/api/key-create", Role::Trader),
    ("/api/key-rename", Role::Trader),
    ("/api/key-active", Role::Trader),
    ("/api/key-elsewhere", Role::Trader),
    ("/api/key-credentials", Role::Trader),
    ("/api/key-first-day-end", Role::Trader),
    ("/api/key-reset", Role::Trader),
    ("/api/key-delete", Role::Trader),
    ("/api/notification-set", Role::Trader),
    ("/api/telegram-unlink", Role::Trader),
    ("/api/telegram-say", Role::Trader),
    ("/api/unsubscribe", Role::Anyone),
    ("/api/message-retry", Role::Admin),
    ("/api/client-create", Role::Trader),
    ("/api/client-revoke", Role::Trader),
    ("/api/webhook-create", Role::Trader),
    ("/api/webhook-change", Role::Trader),
    ("/api/webhook-active", Role::Trader),
    ("/api/webhook-rotate", Role::Trader),
    ("/api/webhook-remove", Role::Trader),
    ("/api/webhook-test", Role::Trader),
    ("/api/webhook-resend", Role::Trader),
    ("/api/plan-checkout", Role::Trader),
    ("/api/plan-change", Role::Trader),
    ("/api/plan-end", Role::Trader),
    ("/api/account-open", Role::Trader),
    ("/api/account-move", Role::Trader),
    ("/api/sub-account-save", Role::Trader),
    ("/api/account-credit", Role::Admin),
    ("/api/currency-rule", Role::Admin),
    ("/api/brand-set", Role::Admin),
    ("/api/order-place", Role::Trader),
    ("/api/trade-open", Role::Trader),
    ("/api/order-cancel", Role::Trader),
    ("/api/position-close", Role::Trader),
    ("/api/open-position-close", Role::Trader),
    ("/api/position-supervision", Role::Trader),
    ("/api/position-adopt", Role::Trader),
    ("/api/positions-close", Role::Trader),
    ("/api/trade-stop", Role::Trader),
    ("/api/trade-targets", Role::Trader),
    ("/api/trade-automation", Role::Trader),
    ("/api/trade-breakeven", Role::Trader),
    ("/api/trade-close-part", Role::Trader),
    ("/api/trade-add", Role::Trader),
    ("/api/trade-reverse", Role::Trader),
    ("/api/entries-cancel", Role::Trader),
    ("/api/market-settings", Role::Trader),
    ("/api/preset-save", Role::Trader),
    ("/api/preset-delete", Role::Trader),
    ("/api/bars", Role::Trader),
    ("/api/follow-create", Role::Trader),
    ("/api/follow-change", Role::Trader),
    ("/api/follow-pause", Role::Trader),
    ("/api/follow-resume", Role::Trader),
    ("/api/follow-stop", Role::Trader),
    ("/api/panic", Role::Trader),
    ("/api/own-source-create", Role::Trader),
    ("/api/own-source-rules", Role::Trader),
    ("/api/own-source-active", Role::Trader),
    ("/api/own-source-rotate", Role::Trader),
    ("/api/own-source-revoke", Role::Trader),
    ("/api/own-source-remove", Role::Trader),
    ("/api/own-source-approval", Role::Trader),
    ("/api/own-source-sizing", Role::Trader),
    ("/api/source-decide", Role::Admin),
    ("/api/own-source-test", Role::Trader),
    ("/api/risk-rule-create", Role::Trader),
    ("/api/risk-rule-change", Role::Trader),
    ("/api/risk-rule-resume", Role::Trader),
    ("/api/risk-rule-remove", Role::Trader),
    ("/api/copies-pause", Role::Admin),
    ("/api/maintenance-set", Role::Admin),
    ("/api/review-confirm", Role::Admin),
    ("/api/strategy-create", Role::Admin),
    ("/api/strategy-change", Role::Admin),
    ("/api/strategy-active", Role::Admin),
    ("/api/hook-rotate", Role::Admin),
    ("/api/signal-send", Role::Admin),
];

/// The current request.
fn visitor() -> Result<Visit, FormFailure> {
    Visit::current().ok_or_else(|| form::failure(Error::fault("no visit in context")).1)
}

/// The current request and its signed-in user.
fn trader() -> Result<(Visit, Actor), FormFailure> {
    let visit = visitor()?;
    let actor = visit.trader().cloned().map_err(form::refuse)?;
    Ok((visit, actor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_endpoint_is_classified() {
        let registered: BTreeSet<_> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
        let listed: BTreeSet<_> = SERVER_FNS.iter().map(|(path, _)| *path).collect();
        assert_eq!(registered, listed);
    }
}
