//! The ticket's take-profit rows.

use super::{
    exits, fields,
    figure::line,
    send::Sender,
    ticket::{TargetRow, Ticket},
};
use crate::islands::part::{self, IntoPart, still};
use crate::islands::reactive::{Memo, Peek, PeekUntracked, RwSignal, StoredValue, dynamic, effect, handler};
use crate::words::desk::desk;
use domain::{sizing::LevelUnit, ticket::MOST_TARGETS};
use leptos::prelude::*;
use std::sync::Arc;

/// The rows, and the button that adds one. Without scripts the button requests the page with one more row.
pub(super) fn view(ticket: Ticket, sender: Sender) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let rows = ticket.targets;
    let next = StoredValue::new(rows.peek_untracked(Vec::len));
    let any = RwSignal::new(String::new());
    effect(move || {
        any.set(rows.peek(|r| r.iter().map(|(_, text)| text.get()).collect::<String>()));
    });
    let problem = Memo::new(move |_| fields::problem(ticket, sender, "takeProfitPrices", any));
    let add = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        let id = next.get_value();
        next.set_value(id + 1);
        rows.update(|r| r.push((id, RwSignal::new(String::new()))));
    };
    let each = move || {
        let of = |row: TargetRow| -> part::Row {
            (row.0.to_string(), Arc::new(move || target(ticket, row).replaced()))
        };
        rows.get().into_iter().map(of).collect::<Vec<_>>()
    };
    view! {
        <fieldset class="group" aria-describedby="targets-problem">
            {still(|| view! { <legend>{words.targets}</legend> })}
            <div class="label-row">
                <span class="hint">{dynamic(move || if rows.peek(Vec::len) < 2 { "" } else { words.targets_hint })}</span>
                {exits::targets_unit(ticket)}
            </div>
            {part::rows(dynamic(each))}
            {line("problem", Some("targets-problem".to_owned()), dynamic(move || problem.get().unwrap_or_default()))}
            <button type="submit" class="button" data-kind="quiet" data-testid="add-target" formmethod="get" formaction="/trade"
                formnovalidate=true name="addTarget" value="1" disabled=dynamic(move || { rows.peek(Vec::len) >= MOST_TARGETS })
                on:click=handler(add)>{words.add_target}</button>
        </fieldset>
    }
}

fn target(ticket: Ticket, row: TargetRow) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let (id, text) = row;
    let rows = ticket.targets;
    let place = move |rows: &Vec<TargetRow>| rows.iter().position(|other| other.0 == id).unwrap_or_default();
    let index = Memo::new(move |_| rows.peek(place));
    let element = NodeRef::<leptos::html::Input>::new();
    fields::bind(element, text);
    let number = move || (index.get() + 1).to_string();
    let converted = move || {
        if ticket.units.peek(|units| units.targets == LevelUnit::Price) {
            return String::new();
        }
        let price = ticket.draft.peek(|draft| draft.targets.get(index.get()).cloned());
        exits::hint(ticket, &price.unwrap_or_default())
    };
    view! {
        <div class="target-row">
            <input name=dynamic(move || format!("takeProfitPrices[{}]", index.get())) node_ref=element inputmode="decimal"
                autocomplete="off" value=text.get_untracked() aria-label=dynamic(move || words.target_price(&number()))
                on:input=handler(move |event| text.set(event_target_value(&event)))/>
            <button type="button" class="icon-button" aria-label=dynamic(move || words.remove_target(&number()))
                on:click=handler(move |_| rows.update(|r| r.retain(|other| other.0 != id)))>"×"</button>
            <p class="hint" hidden=dynamic(move || converted().is_empty())>{dynamic(converted)}</p>
        </div>
    }
}
