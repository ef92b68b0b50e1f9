//! The ticket's fields. Text typed before the page became interactive is kept: the inputs are read once at
//! that time.

use super::{figure::line, send::Sender, ticket::Ticket};
use crate::islands::part::{IntoPart, Part, still};
use crate::islands::reactive::{Memo, Peek, RwSignal, dynamic, effect, handler};
use leptos::prelude::*;

/// A number field.
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) unit: String,
    pub(super) text: RwSignal<String>,
    pub(super) ticket: Ticket,
    pub(super) sender: Sender,
}

/// A choice between a few options.
pub(super) struct Choice {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) text: RwSignal<String>,
}

/// A labelled number field with its unit and problem.
pub(super) fn decimal(input: &Input) -> Part {
    labelled(input, input.label.fixed())
}

/// As [`decimal`], with a label of several parts.
pub(super) fn labelled(input: &Input, label: Part) -> Part {
    let unit = input.unit.clone();
    with_units(
        input,
        label,
        ().fixed(),
        still(|| view! { <span class="unit" aria-hidden="true">{unit}</span> }).fixed(),
    )
}

/// As [`labelled`], with a choice of the unit beside the label, and the unit's own view within the field.
pub(super) fn with_units(input: &Input, label: Part, choice: Part, unit: Part) -> Part {
    let Input { name, text, ticket, sender, .. } = *input;
    let (id, problem_id) = (format!("ticket-{name}"), format!("ticket-{name}-problem"));
    let element = NodeRef::<leptos::html::Input>::new();
    bind(element, text);
    let problem = Memo::new(move |_| problem(ticket, sender, name, text));
    let found = dynamic(move || problem.get().unwrap_or_default());
    view! {
        <div class="field">
            <div class="label-row"><label for=id.clone()>{label}</label>{choice}</div>
            <div class="with-unit">
                <input id=id name=name node_ref=element inputmode="decimal" autocomplete="off" value=text.get_untracked()
                    aria-describedby=problem_id.clone() aria-invalid=dynamic(move || problem.get().map(|_| "true"))
                    on:input=handler(move |event| text.set(event_target_value(&event)))/>
                {unit}
            </div>
            {line("problem", Some(problem_id), found)}
        </div>
    }
    .fixed()
}

/// Reads what was typed before the page became interactive, and writes what the desk changes: it clears and converts fields.
pub(super) fn bind(element: NodeRef<leptos::html::Input>, text: RwSignal<String>) {
    effect(move || {
        if let Some(input) = element.get() {
            text.set(input.value());
        }
    });
    effect(move || {
        let value = text.get();
        if let Some(input) = element.get_untracked().filter(|i| i.value() != value) {
            input.set_value(&value);
        }
    });
}

/// The problem shown below a field: the one found while typing, or the server's from the last post.
pub(super) fn problem(ticket: Ticket, sender: Sender, name: &str, text: RwSignal<String>) -> Option<String> {
    let rejected = sender.failure.peek(|f| f.fields.iter().find(|p| p.field == name).map(|p| p.problem));
    let typed = !text.peek(String::is_empty);
    let found = ticket.problem(name, typed).or_else(|| ticket.shortfall().filter(|_| name == "amount"));
    found.or_else(|| rejected.map(|problem| ticket.text_of(problem)))
}

/// A choice of the unit in which a field is typed; `choose` gets the value of the option. An order does not contain it,
/// because the desk converts before it sends; a request of the page does.
pub(super) fn unit_choice(
    ticket: Ticket,
    (name, label): (&'static str, &'static str),
    options: Vec<(&'static str, String)>,
    choose: fn(Ticket, &str),
) -> Part {
    let option = |(value, text): (&'static str, String)| view! { <option value=value>{text}</option> };
    let options = options.into_iter().map(option).collect::<Vec<_>>();
    view! {
        <select class="unit-choice" name=name aria-label=label autocomplete="off" disabled=dynamic(move || !ticket.awake.get())
            on:change=handler(move |event| choose(ticket, &event_target_value(&event)))>{options}</select>
    }
    .fixed()
}

/// Radio buttons side by side.
pub(super) fn choice(choice: Choice, options: &[(&'static str, &'static str)]) -> impl IntoView + use<> {
    let Choice { name, label, text } = choice;
    let first = text.get_untracked();
    let radio = |(value, caption): (&'static str, &'static str)| {
        let element = NodeRef::<leptos::html::Input>::new();
        effect(move || {
            if element.get().is_some_and(|e| e.checked()) {
                text.set(value.to_owned());
            }
        });
        view! {
            <label>
                <input type="radio" name=name value=value node_ref=element checked=first == value
                    on:change=handler(move |_| text.set(value.to_owned()))/>
                {still(|| view! { <span>{caption}</span> })}
            </label>
        }
    };
    let radios = options.iter().copied().map(radio).collect::<Vec<_>>();
    view! {
        <fieldset class="choice" data-choice=name>
            {still(|| view! { <legend>{label}</legend> })}
            <div class="segments">{radios}</div>
        </fieldset>
    }
}
