//! `/admin/maintenance`: maintenance mode, and accounts under review.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Field, Posted, act},
        frame::{Width, frame},
        show::show,
        tables::dated_in,
    },
    visit,
    words::closed::{Closed, closed},
};
use leptos::prelude::*;
use service::{identity::maintenance, trading::review};

/// The form of this page.
const FORM: &str = "maintenance-set";

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = closed(visit::lang());
        let now = maintenance::closed(&visit.desk).await?;
        let reviews = review::list(&visit.desk, visit.trader()?).await?;
        let posted = Posted::read(&visit).await?;
        // A saved message is in the database; only a rejected one is shown as typed.
        let failed = if posted.failed() { posted.of(FORM) } else { Posted::default() };
        let body = view! {
            <h1>{words.maintenance_title}</h1>
            <p class="lead">{words.maintenance_lead}</p>
            {posted.message()}
            {switch(words, now, &failed)}
            {under_review(words, reviews)}
        };
        Ok(frame(&visit, words.maintenance_title, Width::Narrow, body))
    })
}

fn switch(words: &'static Closed, now: Option<maintenance::Closed>, posted: &Posted) -> AnyView {
    let state = if now.is_some() { words.now_closed } else { words.now_open };
    let button = if now.is_some() { words.change } else { words.close };
    let since =
        now.as_ref().map(|closed| view! { <p class="hint">{dated_in(words.since(), closed.since)}</p> });
    let open =
        now.is_some().then(|| act(FORM, &[("on", "false".to_owned())], words.open, "maintenance-open"));
    let said = now.and_then(|closed| closed.message).unwrap_or_default();
    let message = Field {
        name: "message",
        label: words.message,
        hint: words.message_hint,
        autocomplete: "off",
        optional: true,
        ..Field::default()
    };
    view! {
        <section class="panel" data-testid="maintenance">
            <p data-testid="maintenance-state"><strong>{state}</strong></p>
            {since}
            <form method="post" action="/api/maintenance-set" class="form" novalidate>
                <input type="hidden" name="on" value="true"/>
                {message.show_with(posted, &said, "")}
                <button type="submit" class="button" data-kind="main" data-testid="maintenance-close">{button}</button>
            </form>
            {open}
        </section>
    }
    .rendered()
}

/// The accounts whose orders at the exchange differ from the database, with the differences; `None` if there
/// are none.
fn under_review(words: &'static Closed, reviews: Vec<review::Review>) -> Option<AnyView> {
    if reviews.is_empty() {
        return None;
    }
    let each = reviews.into_iter().map(|review| {
        let differences = review.differences.map(|all| {
            let lines = all.into_iter().map(|difference| {
                let symbol = difference.symbol.to_string();
                let what = difference.text(visit::lang());
                let text = if difference.adopted {
                    words.supervised(&symbol, &what)
                } else {
                    words.not_supervised(&symbol, &what)
                };
                view! { <li>{text}</li> }
            });
            view! { <ul>{lines.collect_view()}</ul> }.rendered()
        });
        let differences =
            differences.unwrap_or_else(|| view! { <p class="hint">{words.not_looked_at}</p> }.rendered());
        view! {
            <li data-testid="review">
                <p><strong>{review.name}</strong> " · " {review.owner}</p>
                <p class="hint">{dated_in(words.since(), review.since)}</p>
                {differences}
                {act("review-confirm", &[("key", review.key.to_string())], words.confirm, "review-confirm")}
            </li>
        }
    });
    let view = view! {
        <section class="panel" data-testid="reviews">
            <h2>{words.reviews}</h2>
            <p>{words.reviews_lead}</p>
            <ul>{each.collect_view()}</ul>
        </section>
    };
    Some(view.rendered())
}
