//! Leverage and margin type of the market.

use super::{account::AccountSignals, manage::fixed, send::Sender};
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
                    <span class="unit" aria-hidden="true">"x"</span>
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
            <p class="problem" id="leverage-problem" hidden=dynamic(move || wrong("leverage").is_empty())>{dynamic(move || wrong("leverage"))}</p>
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

/// The hidden field with the market.
pub(super) fn symbol(account: AccountSignals) -> impl IntoView {
    view! { <input type="hidden" name="symbol" value=account.symbol()/> }
}
