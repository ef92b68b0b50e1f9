//! The automation of the position: breakeven after a take-profit, a trailing stop, and a time limit.

use super::{button, folded, form, identity, input, problem};
use crate::{
    islands::{
        desk::{account::AccountSignals, send::Sender},
        part::{IntoPart as _, Part},
    },
    words::desk::desk,
};
use domain::{
    money,
    trade::{OpenTrade, PriceSource},
};
use leptos::prelude::*;

/// The names of the fields.
const FIELDS: [&str; 4] = ["breakevenAfter", "trailingPercent", "trailingAtr", "timeLimit"];

/// The settings; an empty field switches one off. Without a stop there is only the time limit.
pub(super) fn part(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> Part {
    let (words, set) = (desk(account.lang), trade.automation);
    let mut parts = identity(account, sender, trade);
    let field = |name, label, value: Option<String>| {
        input(account, sender, name, label, value.unwrap_or_default(), false)
    };
    let [after, percent, atr, limit] = FIELDS;
    if trade.stop.is_some() {
        parts.push(field(after, words.breakeven_after, set.breakeven_after.map(|after| after.to_string())));
        parts.push(field(percent, words.trailing_percent, set.trailing_percent.map(money::text)));
        parts.push(field(atr, words.trailing_atr, None));
        parts.push(sources(account, set.trigger));
    }
    parts.push(field(limit, words.time_limit, set.time_limit.map(|minutes| minutes.to_string())));
    parts.push(view! { <p class="hint">{words.automation_hint}</p> }.part());
    parts.push(button(sender, "main", "automation-send".to_owned(), words.set_automation.to_owned()));
    let form = form(sender, "/api/trade-automation", "automation-form", parts);
    // Without scripts, a form that failed is shown again.
    let failed = untrack(|| FIELDS.into_iter().any(|name| problem(account, sender, name).is_some()));
    folded(account, "automation", words.automation, failed, vec![form])
}

/// The choice of the price that a trailing stop follows.
fn sources(account: AccountSignals, chosen: PriceSource) -> Part {
    let words = desk(account.lang);
    let options = PriceSource::ALL.iter().map(|source| {
        let name = match source {
            PriceSource::Last => words.last_price,
            PriceSource::Mark => words.mark_price,
        };
        view! { <option value=source.word() selected=*source == chosen>{name}</option> }
    });
    view! {
        <div class="field">
            <label for="manage-trigger">{words.trail_by}</label>
            <select id="manage-trigger" name="trigger">{options.collect::<Vec<_>>()}</select>
        </div>
    }
    .part()
}
