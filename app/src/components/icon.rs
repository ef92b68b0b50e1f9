//! Icons from the sprite.

use crate::visit::Assets;
use leptos::prelude::*;

/// A decorative icon beside a text.
pub(crate) fn icon(name: &str) -> impl IntoView + use<> {
    let sprite = use_context::<Assets>().unwrap_or_default().icons_href;
    view! { <svg class="icon" aria-hidden="true" focusable="false"><use href=format!("{sprite}#{name}")></use></svg> }
}
