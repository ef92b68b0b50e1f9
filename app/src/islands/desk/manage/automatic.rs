//! The automation of the position: breakeven after a take-profit, a trailing stop, and a time limit.

use super::{
    button,
    edit::{Edit, kept},
};
use crate::{
    islands::{
        desk::automation::{FIELDS, TRIGGER, labels, sources},
        part::{IntoPart as _, Part},
    },
    words::desk::desk,
};
use domain::{
    money,
    trade::{OpenTrade, PriceSource},
};
use leptos::prelude::*;

/// The settings; an empty field switches one off. Without a stop there is only the time limit.
pub(super) fn form(edit: Edit, trade: &OpenTrade) -> Vec<Part> {
    let words = desk(edit.account.lang);
    let [after, percent, atr, limit] = labels(words);
    let mut parts = edit.identity();
    let field = |name, label, of| edit.input(name, label, trade, of, false);
    if trade.stop.is_some() {
        parts.push(field(FIELDS[0], after, |trade| number(trade.automation.breakeven_after)));
        parts.push(field(FIELDS[1], percent, |trade| {
            trade.automation.trailing_percent.map(money::text).unwrap_or_default()
        }));
        parts.push(field(FIELDS[2], atr, |_| String::new()));
        let typed = kept(TRIGGER).first().and_then(|word| PriceSource::parse(word));
        let (id, chosen) = (edit.account.id("manage-trigger"), typed.unwrap_or(trade.automation.trigger));
        parts.push(sources(words, id, chosen));
    }
    parts.push(field(FIELDS[3], limit, |trade| number(trade.automation.time_limit)));
    parts.push(view! { <p class="hint">{words.automation_hint}</p> }.part());
    parts.push(button(edit.sender, "main", "automation-send".to_owned(), words.set_automation.to_owned()));
    vec![edit.form("/api/trade-automation", "automation-form", parts)]
}

/// The text of a whole number; empty without one.
fn number<T: Into<u32>>(value: Option<T>) -> String {
    value.map(|value| value.into().to_string()).unwrap_or_default()
}
