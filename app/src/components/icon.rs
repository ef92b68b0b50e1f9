//! Icons, from the one sprite.

use crate::visit::Assets;
use leptos::prelude::*;

/// An icon beside words; it says nothing by itself.
pub(crate) fn icon(name: &str) -> impl IntoView + use<> {
    let sprite = use_context::<Assets>().unwrap_or_default().icons_href;
    view! { <svg class="icon" aria-hidden="true" focusable="false"><use href=format!("{sprite}#{name}")></use></svg> }
}
