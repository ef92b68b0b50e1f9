//! Rendering a page: loads its data and, if that fails, shows an error page.

use super::frame::{Width, frame};
use crate::{
    visit::{self, Visit},
    words::{pages::pages, problems},
};
use http::StatusCode;
use leptos::prelude::*;
use service::Error;
use std::pin::Pin;

/// The future that renders a page.
type Rendering = Pin<Box<dyn Future<Output = Result<AnyView, Error>> + Send>>;

/// Renders a page whose view needs the desk. The types are erased here, so that the awaiting code is compiled
/// once, not once per page.
pub(crate) fn show<F, Fut>(render: F) -> AnyView
where
    F: FnOnce(Visit) -> Fut,
    Fut: Future<Output = Result<AnyView, Error>> + Send + 'static,
{
    let visit = Visit::current();
    let rendering = visit.clone().map(|visit| Box::pin(render(visit)) as Rendering);
    awaited(visit.zip(rendering))
}

fn awaited(rendering: Option<(Visit, Rendering)>) -> AnyView {
    let rendered = rendering.map(|(visit, rendering)| {
        Suspend::new(async move {
            match rendering.await {
                Ok(view) => view,
                Err(error) => apology(&visit, error),
            }
        })
    });
    view! { <Suspense>{rendered}</Suspense> }.into_any()
}

/// The error page.
pub(crate) fn apology(visit: &Visit, error: Error) -> AnyView {
    let words = pages(visit::lang());
    let (status, title, lead) = match error {
        Error::NotFound => return missing(visit),
        Error::Unavailable { .. } => {
            (StatusCode::SERVICE_UNAVAILABLE, words.unavailable_title, words.unavailable_lead)
        }
        Error::Refused(refusal) => {
            let why = problems::rule(visit::lang(), refusal);
            (StatusCode::CONFLICT, words.refused_title, why)
        }
        other => {
            tracing::error!("a page failed: {other:#}");
            (StatusCode::INTERNAL_SERVER_ERROR, words.fault_title, words.fault_lead)
        }
    };
    visit::set_status(status);
    let body = view! {
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        <p><a class="button" data-kind="main" href="">{crate::words::live::live(visit::lang()).reload_now}</a></p>
    };
    frame(visit, title, Width::Narrow, body)
}

/// The 404 page. It does not reveal whether the page does not exist or belongs to another user.
pub(crate) fn missing(visit: &Visit) -> AnyView {
    let words = pages(visit::lang());
    visit::set_status(StatusCode::NOT_FOUND);
    let body = view! {
        <h1>{words.not_found_title}</h1>
        <p class="lead">{words.not_found_lead}</p>
        <p><a class="button" data-kind="main" href="/">{words.not_found_home}</a></p>
    };
    frame(visit, words.not_found_title, Width::Narrow, body)
}
