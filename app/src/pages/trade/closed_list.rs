//! The closed trades below the desk.

use crate::components::rendered::Rendered as _;
use crate::{
    islands::desk::KeptQuery,
    pages::closed_trades::{self, ClosedQuery},
    visit::{self, Visit},
    words::home::home,
};
use domain::{ExchangeKey, Symbol};
use leptos::prelude::*;
use service::Error;

/// The state of the list of closed trades, for the ticket.
pub(super) fn kept_query(query: &[(String, String)]) -> KeptQuery {
    let state = closed_trades::state_of(query).into_iter();
    KeptQuery(state.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The closed trades of the account and market, or the link that asks for them.
pub(super) async fn section(
    visit: &Visit,
    keys: &[ExchangeKey],
    query: &[(String, String)],
    key: &ExchangeKey,
    symbol: &Symbol,
) -> Result<AnyView, Error> {
    let words = home(visit::lang());
    let Some(request) = ClosedQuery::of_desk(query, key, symbol) else {
        let link = view! { <a href=ClosedQuery::desk(key, symbol) data-testid="closed-link">{words.closed_here}</a> };
        return Ok(view! { <p class="aside">{link}</p> }.rendered());
    };
    let list = closed_trades::section(visit, keys, &request).await?;
    Ok(view! {
        <section id="closed" class="stack" aria-labelledby="closed-title">
            <h2 id="closed-title">{words.closed_here}</h2>
            {list}
        </section>
    }
    .rendered())
}
