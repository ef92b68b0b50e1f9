//! Figures and lines of text: one element in the bundle for all of each.

use crate::islands::part::{IntoPart, Part};
use crate::islands::reactive::{Dynamic, dynamic};
use leptos::prelude::*;

/// A figure with its label, its tone and its test id.
pub(super) fn figure(name: String, value: String, tone: Option<&'static str>, id: Option<String>) -> Part {
    view! { <div><dt>{name}</dt><dd data-change=tone data-testid=id>{value}</dd></div> }.part()
}

/// A line of text that is hidden while it is empty: a problem or a hint.
pub(super) fn line(class: &'static str, id: Option<String>, text: Dynamic<String>) -> Part {
    let shown = text.clone();
    view! { <p class=class id=id hidden=dynamic(move || shown().is_empty())>{text}</p> }.part()
}
