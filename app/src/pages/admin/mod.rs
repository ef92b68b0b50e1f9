//! The admins' pages about strategies, users, support and maintenance.

pub(crate) mod list;
pub(crate) mod maintenance;
pub(crate) mod signal;
pub(crate) mod strategy;
pub(crate) mod tickets;
pub(crate) mod users;

use crate::{components::form::Posted, visit};
use leptos::prelude::*;

/// The problems of the typed rules, by their place.
fn explained(posted: &Posted) -> Option<impl IntoView + use<>> {
    let all = posted
        .wrong("definition")
        .then(|| service::following::strategy::explain(visit::lang(), &posted.value("definition")))?;
    let line = |text: String| view! { <li>{text}</li> };
    Some(
        view! { <ul class="problem rules" data-testid="definition-problems">{all.into_iter().map(line).collect_view()}</ul> },
    )
}
