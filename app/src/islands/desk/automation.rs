//! The automation of the ticket's order: breakeven after a take-profit, a trailing stop, the price that triggers the stop, and
//! a time limit. Its fields are plain: the browser's bundle contains neither them nor their texts, only their problems.

use super::{figure::line, manage::problem, send::Sender, ticket::Ticket};
use crate::islands::part::{IntoPart as _, Part, still};
use crate::islands::reactive::dynamic;
use crate::words::desk::{Desk, desk};
use domain::trade::PriceSource;
use leptos::prelude::*;

/// The names of the number fields, of an order as of an open trade.
pub(crate) const FIELDS: [&str; 4] = ["breakevenAfter", "trailingPercent", "trailingAtr", "timeLimit"];
/// The name of the price that triggers the stop.
pub(crate) const TRIGGER: &str = "trigger";

/// The labels of [`FIELDS`].
pub(super) const fn labels(words: &Desk) -> [&'static str; 4] {
    [words.breakeven_after, words.trailing_percent, words.trailing_atr, words.time_limit]
}

/// The settings of an order as typed: [`FIELDS`] and [`TRIGGER`].
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EntryAutomation([String; 5]);

#[cfg(feature = "ssr")]
impl EntryAutomation {
    /// The names of all fields.
    pub(crate) const NAMES: [&str; 5] = [FIELDS[0], FIELDS[1], FIELDS[2], FIELDS[3], TRIGGER];

    /// The settings with these texts, in the order of [`Self::NAMES`].
    pub(crate) const fn new(texts: [String; 5]) -> Self {
        Self(texts)
    }

    /// The settings in the values of a query or a flash.
    pub(crate) fn from_values(values: &[(String, String)]) -> Self {
        let value = |name| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        Self(Self::NAMES.map(|name| value(name).unwrap_or_default().chars().take(64).collect()))
    }

    /// The text of a field.
    pub(crate) fn text(&self, name: &str) -> &str {
        Self::NAMES.iter().zip(&self.0).find(|(known, _)| **known == name).map_or("", |(_, text)| text)
    }

    /// The price that triggers the stop.
    pub(crate) fn source(&self) -> PriceSource {
        PriceSource::parse(self.text(TRIGGER)).unwrap_or_default()
    }

    /// Whether the order has no automation.
    pub(crate) fn is_empty(&self) -> bool {
        self.source() == PriceSource::default() && FIELDS.iter().all(|name| self.text(name).trim().is_empty())
    }
}

/// The group, closed unless something in it is filled in or has a problem.
pub(super) fn view(ticket: Ticket, sender: Sender) -> Part {
    let account = ticket.account;
    let words = desk(account.lang);
    let found = move |name| problem(account, sender, name);
    let field = |(index, name): (usize, &'static str)| {
        let text = dynamic(move || found(name).unwrap_or_default().to_owned());
        view! {
            <div class="field">
                {still(|| view! { <label for=id(name)>{labels(words)[index]}</label> })}
                {still(|| control(name))}
                {line("problem", Some(problem_id(name)), text)}
            </div>
        }
    };
    let fields = FIELDS.into_iter().enumerate().map(field).collect::<Vec<_>>();
    let filled = is_filled_in();
    let open = move || filled || FIELDS.into_iter().any(|name| found(name).is_some());
    view! {
        <details class="automation" data-testid="ticket-automation" open=dynamic(open)>
            {still(|| view! { <summary>{words.automation}</summary> })}
            {fields}
            {still(|| sources(words, "ticket-trigger", source()))}
            {still(|| view! { <p class="hint">{words.automation_hint}</p> })}
        </details>
    }
    .fixed()
}

fn id(name: &str) -> String {
    format!("ticket-{name}")
}

fn problem_id(name: &str) -> String {
    format!("ticket-{name}-problem")
}

/// The input of a field.
fn control(name: &'static str) -> impl IntoView {
    view! {
        <input id=id(name) name=name value=text(name) inputmode="decimal" autocomplete="off" aria-describedby=problem_id(name)/>
    }
}

/// The choice of the price that triggers a stop, and that a trailing stop follows.
pub(super) fn sources(words: &'static Desk, id: &'static str, chosen: PriceSource) -> Part {
    let options = PriceSource::ALL.iter().map(|source| {
        let name = match source {
            PriceSource::Last => words.last_price,
            PriceSource::Mark => words.mark_price,
        };
        view! { <option value=source.word() selected=*source == chosen>{name}</option> }
    });
    view! {
        <div class="field">
            <label for=id>{words.trail_by}</label>
            <select id=id name=TRIGGER>{options.collect::<Vec<_>>()}</select>
        </div>
    }
    .part()
}

#[cfg(feature = "ssr")]
use typed::{is_filled_in, source, text};

/// The values that the page was requested with, for the fields that only the server renders.
#[cfg(feature = "ssr")]
mod typed {
    use super::EntryAutomation;
    use domain::trade::PriceSource;
    use leptos::prelude::use_context;

    fn typed() -> EntryAutomation {
        use_context().unwrap_or_default()
    }

    pub(super) fn text(name: &str) -> String {
        typed().text(name).to_owned()
    }

    pub(super) fn source() -> PriceSource {
        typed().source()
    }

    pub(super) fn is_filled_in() -> bool {
        !typed().is_empty()
    }
}

#[cfg(not(feature = "ssr"))]
const fn text(_: &str) -> String {
    String::new()
}

#[cfg(not(feature = "ssr"))]
fn source() -> PriceSource {
    PriceSource::default()
}

#[cfg(not(feature = "ssr"))]
const fn is_filled_in() -> bool {
    false
}

/// Empties the fields, and chooses the default price again, once the order was sent.
#[cfg(feature = "islands")]
pub(super) fn clear() {
    use crate::islands::page::find_all;
    use wasm_bindgen::JsCast as _;
    for field in find_all(".automation input") {
        field.unchecked_into::<web_sys::HtmlInputElement>().set_value("");
    }
    for choice in find_all(".automation select") {
        choice.unchecked_into::<web_sys::HtmlSelectElement>().set_value(PriceSource::default().word());
    }
}

/// The server sends no order.
#[cfg(not(feature = "islands"))]
pub(super) const fn clear() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_without_settings_has_no_automation() {
        let of = |typed: &[(&str, &str)]| {
            let values: Vec<_> =
                typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
            EntryAutomation::from_values(&values)
        };
        assert!(of(&[]).is_empty());
        assert!(of(&[("trigger", "last"), ("timeLimit", " ")]).is_empty());
        assert!(of(&[("trigger", "elsewhere")]).is_empty());
        for typed in [("trigger", "mark"), ("breakevenAfter", "1"), ("timeLimit", "60")] {
            assert!(!of(&[typed]).is_empty(), "{typed:?}");
        }
        assert_eq!(of(&[("trailingAtr", &"9".repeat(99))]).text("trailingAtr").len(), 64);
    }
}
