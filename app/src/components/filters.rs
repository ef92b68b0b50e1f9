//! Filters of lists: a form that requests the same page again. It needs no script and no endpoint.

use crate::components::rendered::Rendered as _;
use crate::visit::encoded;
use leptos::prelude::*;

/// A single filter.
pub(crate) struct Filter {
    /// The name of its query parameter.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// The selected or typed value.
    pub(crate) value: String,
    /// Values and labels; `None` for a date filter.
    pub(crate) options: Option<Vec<(String, String)>>,
}

impl Filter {
    /// A selection whose first option means no filter.
    pub(crate) fn choice(
        name: &'static str,
        label: &'static str,
        value: Option<String>,
        every: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let first = (String::new(), every.to_owned());
        let options = std::iter::once(first).chain(options).collect();
        Self { name, label, value: value.unwrap_or_default(), options: Some(options) }
    }

    /// A date filter.
    pub(crate) fn date(name: &'static str, label: &'static str, value: Option<String>) -> Self {
        Self { name, label, value: value.unwrap_or_default(), options: None }
    }
}

pub(crate) fn form(
    page: &'static str,
    fixed: &[(&'static str, &str)],
    filters: Vec<Filter>,
    show: &'static str,
) -> AnyView {
    let hidden = |(name, value): &(&'static str, &str)| {
        view! { <input type="hidden" name=*name value=(*value).to_owned()/> }
    };
    let field = |filter: Filter| {
        let id = format!("filter-{}", filter.name);
        let control = match filter.options {
            Some(options) => {
                let option = |(value, text): (String, String)| {
                    let selected = value == filter.value;
                    view! { <option value=value selected=selected>{text}</option> }
                };
                let options = options.into_iter().map(option).collect_view();
                view! { <select id=id.clone() name=filter.name>{options}</select> }.rendered()
            }
            None => {
                view! { <input id=id.clone() type="date" name=filter.name value=filter.value/> }.rendered()
            }
        };
        view! { <div class="filter"><label for=id>{filter.label}</label>{control}</div> }
    };
    view! {
        <form method="get" action=page class="filters" data-testid="filters">
            {fixed.iter().map(hidden).collect_view()}
            {filters.into_iter().map(field).collect_view()}
            <button type="submit" class="button">{show}</button>
        </form>
    }
    .rendered()
}

/// The URL of a page with these values; empty ones are omitted.
pub(crate) fn address<'a>(page: &str, values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = page.to_owned();
    for (name, value) in values.into_iter().filter(|(_, value)| !value.is_empty()) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("{name}={}", encoded(value)));
    }
    out
}

/// One tab: its address, its value in the query (also used in its test id), its text, and whether it is the current page.
pub(crate) type Tab = (String, &'static str, &'static str, bool);

/// A row of links, one of which is the current page.
pub(crate) fn tabs(label: &'static str, links: Vec<Tab>) -> AnyView {
    let link = |(href, word, text, here): Tab| {
        view! { <a href=href aria-current=here.then_some("page") data-testid=format!("tab-{word}")>{text}</a> }
    };
    view! { <nav class="segments tabs" aria-label=label>{links.into_iter().map(link).collect_view()}</nav> }
        .rendered()
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_carry_what_was_chosen() {
        assert_eq!(address("/copies", [("key", ""), ("status", "OPEN")]), "/copies?status=OPEN");
        assert_eq!(
            address("/history", [("symbol", "BTC/USDT"), ("side", "BUY")]),
            "/history?symbol=BTC%2FUSDT&side=BUY"
        );
        assert_eq!(address("/copies", [("key", "")]), "/copies");
    }
}
