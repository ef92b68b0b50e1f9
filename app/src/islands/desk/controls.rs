//! Leverage and margin type of the market.

use super::{account::AccountSignals, figure::line, manage::fixed, send::Sender};
use crate::islands::part::still;
use crate::islands::reactive::{Peek, PeekUntracked, dynamic, handler};
use crate::words::{desk::desk, orders::orders, problems};
use domain::MarginMode;
use leptos::prelude::*;

/// One form for both.
pub(super) fn view(account: AccountSignals, sender: Sender) -> impl IntoView {
    let (words, names) = (desk(account.lang), orders(account.lang));
    let (leverage, mode) = account.state.peek_untracked(|a| (a.leverage, a.margin_mode));
    let wrong = move |field: &'static str| {
        let found = sender.failure.peek(|f| f.fields.iter().find(|p| p.field == field).map(|p| p.problem));
        found.map(|p| problems::problem(account.lang, p)).unwrap_or_default()
    };
    let number = || {
        view! {
            <div>
                <label for="leverage">{words.leverage}</label>
                <div class="with-unit">
                    <input id="leverage" name="leverage" type="number" min="1" max="125" step="1" value=leverage.to_string()
                        data-testid="leverage" aria-describedby="leverage-problem"/>
                    <span class="unit" aria-hidden="true">"×"</span>
                </div>
            </div>
        }
    };
    let modes = || {
        let modes = MarginMode::ALL.iter().map(|m| {
            view! { <option value=m.word() selected=*m == mode>{names.margin(*m)}</option> }
        });
        view! {
            <div>
                <label for="margin-mode">{words.margin_type}</label>
                <select id="margin-mode" name="marginType" data-testid="margin-mode">{modes.collect::<Vec<_>>()}</select>
            </div>
        }
    };
    view! {
        <form method="post" action="/api/market-settings" class="controls" on:submit=handler(move |e| sender.submit(&e))>
            {still(|| key(account))}
            {still(|| symbol(account))}
            {still(number)}
            {still(modes)}
            <button type="submit" class="button" data-kind="quiet" data-testid="market-apply"
                aria-disabled=dynamic(move || sender.busy.get().then_some("true"))>{words.apply}</button>
            {line("problem", Some("leverage-problem".to_owned()), dynamic(move || wrong("leverage").to_owned()))}
        </form>
    }
}

/// The hidden fields of every form on the desk. They name the position where the market may have another one.
pub(super) fn hidden(account: AccountSignals) -> impl IntoView {
    let side = account.state.peek_untracked(|state| {
        account.held(state).filter(|held| held.position_side.is_hedged()).map(|held| held.side.word())
    });
    let side = side.map(|side| fixed("positionSide", side.to_owned()));
    (key(account), symbol(account), side)
}

/// The hidden field with the key.
pub(super) fn key(account: AccountSignals) -> impl IntoView {
    view! { <input type="hidden" name="key" value=account.key()/> }
}

/// The part of the page's query that a request of the ticket keeps: the list of closed trades.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptQuery(
    /// Names and values.
    pub(crate) Vec<(String, String)>,
);

#[cfg(feature = "ssr")]
fn kept_query() -> Vec<(String, String)> {
    let KeptQuery(kept) = use_context().unwrap_or_default();
    kept
}

#[cfg(not(feature = "ssr"))]
const fn kept_query() -> Vec<(String, String)> {
    Vec::new()
}

/// The hidden fields with which a request of the ticket, which needs no scripts, leaves the list of closed trades as it is.
pub(super) fn list_state() -> impl IntoView {
    let field = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value/> };
    view! { <div hidden=true>{kept_query().into_iter().map(field).collect::<Vec<_>>()}</div> }
}

/// The hidden field with the market.
pub(super) fn symbol(account: AccountSignals) -> impl IntoView {
    view! { <input type="hidden" name="symbol" value=account.symbol()/> }
}
