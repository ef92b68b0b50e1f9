//! `/docs`: the API reference, generated from the OpenAPI document. It needs no script and no other host:
//! operations are folded, and browsers unfold search results and link targets.

mod curl;
pub(crate) mod model;
mod operation;

use crate::components::rendered::Rendered as _;
use crate::{
    components::frame::{Width, frame},
    components::show::show,
    visit,
    words::reference::{Words, words},
};
use leptos::prelude::*;
use model::{Group, Reference};
use service::Error;
use std::sync::Arc;

/// The reference, generated once at server start and provided to pages as context.
#[derive(Clone, Debug)]
pub struct ApiReference(pub Arc<Reference>);

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let ApiReference(reference) = use_context().ok_or(Error::NotFound)?;
        let words = words(visit::lang());
        let base = visit.desk.settings.public_url.clone();
        let groups = reference.groups.iter().map(|group| section(words, group, &base)).collect_view();
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            <p class="hint">
                {words.count(reference.count())}" "
                <a href="/openapi.json" rel="external">{words.machine}</a>
            </p>
            // The document is in English, whatever the language of the page.
            <div class="reference" data-testid="reference" lang="en" dir="ltr">
                {index(words, &reference)}
                <div class="reference-groups">{groups}</div>
            </div>
        };
        Ok::<_, Error>(frame(&visit, words.title, Width::Wide, body))
    })
}

fn index(words: &'static Words, reference: &Reference) -> AnyView {
    let link = |group: &Group| {
        let many = group.operations.len().to_string();
        view! {
            <li>
                <a href=format!("#{}", group.anchor)>{group.name.clone()}</a>
                <span class="hint">{many}</span>
            </li>
        }
    };
    view! {
        <nav class="panel reference-index" aria-label=words.index>
            <ul>{reference.groups.iter().map(link).collect_view()}</ul>
        </nav>
    }
    .rendered()
}

fn section(words: &'static Words, group: &Group, base: &str) -> AnyView {
    let operations = group.operations.iter().map(|one| operation::view(words, one, base)).collect_view();
    view! {
        <section class="panel" id=group.anchor.clone() aria-label=group.name.clone()>
            <h2 class="panel-title">{group.name.clone()}</h2>
            {operations}
        </section>
    }
    .rendered()
}
