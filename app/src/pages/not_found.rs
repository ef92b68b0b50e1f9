//! No such page.

use crate::{components::show, visit::Visit};
use leptos::prelude::*;

/// For every address that is nobody's.
pub(crate) fn page() -> impl IntoView {
    Visit::current().map(|visit| show::missing(&visit))
}
