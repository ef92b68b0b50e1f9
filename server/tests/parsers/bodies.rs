//! Bodies of the desk's own endpoints: risk rules, changes of trades, presets of the ticket, event webhooks.

use super::feed;
use domain::{
    Decimal,
    trade::{StopChange, target_amounts},
};
use server::rest::mudawyl::{
    event_webhook::new_webhook, managed_trade::edit_of, preset::preset_of, raw_request::RawRequest,
    risk_rule::new_rule,
};

/// Feeds a body to the target, as of a request whose path has an id.
fn feed_bodies(target: &str, take: impl Fn(&RawRequest)) {
    let id = ("id".to_owned(), "0199a7a4-5c1e-7b6e-9d3e-2f4f3d9c1a55".to_owned());
    feed(target, |input| {
        if let Ok(request) = RawRequest::new([id.clone()], "", input) {
            take(&request);
        }
    });
}

#[test]
fn risk_rules() {
    feed_bodies("risk_rules", |request| {
        if let Ok(new) = new_rule(request) {
            assert!(!new.terms.problems().is_empty() || new.terms.threshold > Decimal::ZERO);
        }
    });
}

#[test]
fn changes_of_trades() {
    feed_bodies("trades", |request| {
        let Ok((_, edit)) = edit_of(request) else { return };
        if let Some(StopChange::Set(stop)) = edit.change.stop {
            assert!(stop.trigger > Decimal::ZERO && stop.limit.is_none_or(|price| price > Decimal::ZERO));
        }
        let targets = edit.change.targets.clone().unwrap_or_default();
        if targets.iter().all(|target| target.share <= Decimal::ONE) {
            let amounts = target_amounts(&targets, Decimal::ONE, Decimal::new(1, 3)).unwrap_or_default();
            assert!(amounts.iter().sum::<Decimal>() <= Decimal::ONE, "more than the position");
        }
        let _ = (edit.change.is_empty(), edit.change.automation.atr_multiple());
    });
}

#[test]
fn presets() {
    feed_bodies("presets", |request| {
        if let Ok((name, settings)) = preset_of(request)
            && settings.check(&name).is_ok()
        {
            assert!(!name.is_empty() && !name.contains('\0'));
        }
    });
}

#[test]
fn event_webhooks() {
    feed_bodies("event_webhooks", |request| {
        drop(new_webhook(request));
    });
}
