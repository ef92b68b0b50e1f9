//! A figure of a list: one element in the bundle for all of them.

use crate::islands::part::{IntoPart, Part};
use leptos::prelude::*;

/// A figure with its label, its tone and its test id.
pub(super) fn figure(name: String, value: String, tone: Option<&'static str>, id: Option<String>) -> Part {
    view! { <div><dt>{name}</dt><dd data-change=tone data-testid=id>{value}</dd></div> }.part()
}
