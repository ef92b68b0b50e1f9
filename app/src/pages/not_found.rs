//! The 404 page.

use crate::{components::show, visit::Visit};
use leptos::prelude::*;

pub(crate) fn page() -> impl IntoView {
    Visit::current().map(|visit| show::missing(&visit))
}
