//! `/copies?key=&strategy=&status=&before=`: the result of every signal on every account.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        copied,
        filters::{self, Filter, address},
        frame::{Width, frame},
        show::show,
    },
    islands::fresh::Fresh,
    visit,
    words::{
        copies::{Copies, copies},
        follows::follows,
    },
};
use domain::copy::Status;
use leptos::prelude::*;
use service::{
    Error,
    following::{
        follow::{self, Copies as Wanted},
        strategy,
    },
    trading::key,
};

/// The page size.
const MOST: u16 = 50;

/// Newest first.
pub(crate) fn page() -> impl IntoView {
    let [key, strategy, status, before] = ["key", "strategy", "status", "before"].map(visit::query);
    show(|visit| async move {
        let (words, actor) = (copies(visit::lang()), visit.trader()?);
        let keys = key::list_keys(&visit.desk, actor).await?;
        let strategies = strategy::list_visible(&visit.desk, actor).await?;
        let wanted = Wanted {
            key: id(key.as_deref())?,
            strategy: id(strategy.as_deref())?,
            status: status.as_deref().and_then(Status::parse),
            before: id(before.as_deref())?,
            limit: Some(MOST),
        };
        let rows = follow::copies(&visit.desk, actor, &wanted).await?;
        let next = rows.last().filter(|_| rows.len() == usize::from(MOST)).map(|copy| copy.id);
        let keys = keys.into_iter().map(|k| (k.id.to_string(), k.name));
        let strategies = strategies.into_iter().map(|s| (s.id.to_string(), s.name));
        let states = Status::ALL.iter().map(|s| (s.word().to_owned(), words.status(*s).to_owned()));
        let filters = vec![
            Filter::choice(
                "key",
                crate::words::pages::pages(visit::lang()).choose_key,
                key.clone(),
                words.any_key,
                keys,
            ),
            Filter::choice("strategy", words.strategy, strategy.clone(), words.any_strategy, strategies),
            Filter::choice("status", words.status, status.clone(), words.any_status, states),
        ];
        let filtered = [&key, &strategy, &status].into_iter().flatten().any(|value| !value.is_empty());
        let here = |before: &str| {
            let chosen =
                [("key", key.as_deref()), ("strategy", strategy.as_deref()), ("status", status.as_deref())];
            let chosen = chosen.map(|(name, value)| (name, value.unwrap_or_default()));
            address("/copies", chosen.into_iter().chain([("before", before)]))
        };
        let older = next.map(|id| here(&id.to_string()));
        let newest = before.as_ref().map(|_| here(""));
        let follows = follow::list_follows(&visit.desk, actor).await?;
        // A page of older copies does not change.
        let moving = before.is_none() && follows.iter().any(|f| f.active || f.in_position);
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {filters::form("/copies", &[], filters, words.show)}
            <section class="panel" aria-label=words.title data-fresh=if moving { "moving" } else { "settled" }>
                {list(words, &rows, filtered)}
            </section>
            {pager(words, newest, older)}
            <Fresh/>
        };
        Ok(frame(&visit, words.title, Width::Wide, body))
    })
}

fn list(words: &'static Copies, rows: &[domain::follow::Copied], filtered: bool) -> AnyView {
    if rows.is_empty() && filtered {
        view! { <p class="empty">{words.empty_no_match}</p> }.rendered()
    } else if rows.is_empty() {
        let browse = follows(visit::lang()).browse;
        view! { <p class="empty">{words.empty}" "<a href="/strategies">{browse}</a></p> }.rendered()
    } else {
        copied::table(rows, words.title).rendered()
    }
}

/// Links to older copies and to the newest ones.
pub(crate) fn pager(words: &'static Copies, newest: Option<String>, older: Option<String>) -> AnyView {
    let link = |href: String, text| view! { <a class="button" href=href>{text}</a> };
    view! {
        <p class="row">
            {newest.map(|href| link(href, words.newest))}
            {older.map(|href| link(href, words.older))}
        </p>
    }
    .rendered()
}

/// Parses an id in the URL; an invalid id is `NotFound`.
pub(crate) fn id<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, Error> {
    text.map(|text| text.parse().map_err(|_| Error::NotFound)).transpose()
}
