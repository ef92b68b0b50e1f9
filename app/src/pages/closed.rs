//! `/maintenance`: shown instead of every page during maintenance mode.

use crate::{
    components::{
        frame::{Width, frame},
        show::show,
        tables::dated_in,
    },
    visit,
    words::closed::closed,
};
use domain::Role;
use leptos::prelude::*;
use service::identity::maintenance;

/// The maintenance message, or that the desk is open.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = closed(visit::lang());
        let Some(now) = maintenance::closed(&visit.desk).await? else {
            let body = view! {
                <h1>{words.open_title}</h1>
                <p class="lead">{words.open_lead}</p>
                <p><a class="button" data-kind="main" href="/">{words.home}</a></p>
            };
            return Ok(frame(&visit, words.open_title, Width::Narrow, body));
        };
        let admin = visit.actor.as_ref().is_some_and(|actor| actor.role.may(Role::Admin));
        let operate = admin.then(|| {
            view! { <p><a class="button" href="/admin/maintenance">{words.maintenance_title}</a></p> }
        });
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {now.message.map(|message| view! { <p class="note" data-testid="maintenance-message">{message}</p> })}
            <p class="hint">{dated_in(words.since(), now.since)}</p>
            {operate}
        };
        Ok(frame(&visit, words.title, Width::Narrow, body))
    })
}
