//! `/follows/panic?key=`: the panic button. It explains what it does, asks for confirmation, and shows the
//! results.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        icon::icon,
        show::show,
    },
    visit,
    words::follows::{Follows, follows},
};
use domain::{ExchangeKey, ExchangeKeyId, StrategyType};
use leptos::prelude::*;
use service::{Error, trading::key};

/// The form of this page.
pub(crate) const FORM: &str = "panic";

/// The confirmation, and afterwards the results.
pub(crate) fn page() -> impl IntoView {
    let id = visit::query("key");
    show(|visit| async move {
        let words = follows(visit::lang());
        let posted = Posted::read(&visit).await?;
        let done = posted.of(FORM);
        if !done.details().is_empty() {
            let body = results(words, &done);
            return Ok(frame(&visit, words.panic_done, Width::Wide, body));
        }
        let keys = key::list_keys(&visit.desk, visit.trader()?).await?;
        let one = match id {
            Some(id) => {
                let id: ExchangeKeyId = id.parse().map_err(|_| Error::NotFound)?;
                Some(keys.iter().find(|key| key.id == id).cloned().ok_or(Error::NotFound)?)
            }
            None => None,
        };
        let automated = |key: &ExchangeKey| key.strategy_type == StrategyType::Automated;
        let copies = one.as_ref().map_or_else(|| keys.iter().any(automated), automated);
        let title =
            one.as_ref().map_or_else(|| words.panic_title.to_owned(), |key| words.panic_title_key(&key.name));
        let reach =
            one.as_ref().map_or_else(|| words.panic_every.to_owned(), |key| words.panic_scope(&key.name));
        let body = view! {
            <h1>{title.clone()}</h1>
            {posted.message()}
            <section class="panel alarm">
                <p>{words.panic_will}</p>
                <ol class="rules">
                    {copies.then(|| view! { <li>{words.panic_pause}</li> })}
                    <li>{words.panic_cancel}</li>
                    <li>{words.panic_close}</li>
                </ol>
                <p><strong>{reach}</strong></p>
                <form method="post" action="/api/panic" class="row">
                    <input type="hidden" name="key" value=one.map(|key| key.id.to_string()).unwrap_or_default()/>
                    <button type="submit" class="button large" data-kind="alarm" data-testid="panic-yes">{icon("alarm")}{words.panic_yes}</button>
                    <a class="button large" href="/follows">{words.panic_no}</a>
                </form>
            </section>
        };
        Ok(frame(&visit, &title, Width::Wide, body))
    })
}

/// The result for each key.
fn results(words: &'static Follows, done: &Posted) -> AnyView {
    let line = |(key, text): &(String, String)| {
        view! { <li class="panel" data-testid="panicked"><h2 class="panel-title">{key.clone()}</h2><p>{text.clone()}</p></li> }
    };
    view! {
        <h1>{words.panic_done}</h1>
        <ul class="cards">{done.details().iter().map(line).collect_view()}</ul>
        <p><a class="button" data-kind="main" href="/follows" data-testid="panic-back">{words.back}</a></p>
    }
    .rendered()
}
