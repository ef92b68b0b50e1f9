//! The operator's pages about strategies, and the one that closes the desk.

pub(crate) mod list;
pub(crate) mod maintenance;
pub(crate) mod people;
pub(crate) mod signal;
pub(crate) mod strategy;
pub(crate) mod tickets;

use crate::components::form::Posted;
use leptos::prelude::*;

/// What is wrong with the rules that were typed, place by place.
fn explained(posted: &Posted) -> Option<impl IntoView + use<>> {
    let all = posted.wrong("definition").then(|| service::strategy::explain(&posted.value("definition")))?;
    let line = |text: String| view! { <li>{text}</li> };
    Some(
        view! { <ul class="problem rules" data-testid="definition-problems">{all.into_iter().map(line).collect_view()}</ul> },
    )
}
