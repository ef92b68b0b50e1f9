//! The ticket's preview, and what must be closed first.

use super::{account::AccountSignals, foresee::Foreseen, ticket::Ticket};
use crate::{
    figures,
    words::{desk::Desk, desk::desk, problems},
};
use domain::{Decimal, PositionSide, money, validation::Problem};
use leptos::prelude::*;

/// The preview, and the confirmation to close what is open.
pub(super) fn view(ticket: Ticket) -> impl IntoView {
    let account = ticket.account;
    let words = desk(account.lang);
    let quote = account.market.with_value(|m| m.symbol.quote().to_owned());
    let seen = move || ticket.foreseen.get().ok();
    view! {
        <section class="preview" aria-label=words.preview aria-live="polite" data-testid="preview">
            <p class="hint" data-testid="preview-hint" hidden=move || seen().is_some()>{move || hint(ticket)}</p>
            <dl class="figures" hidden=move || seen().is_none()>
                {move || seen().map(|seen| rows(words, &seen, &quote))}
            </dl>
        </section>
        {clearing(account)}
    }
}

/// Why there is no preview yet.
fn hint(ticket: Ticket) -> &'static str {
    let lang = ticket.account.lang;
    let sized = ticket.draft.with(|d| !d.amount.is_empty());
    let first = ticket.foreseen.with(|seen| {
        let problems = seen.as_ref().err()?;
        problems.iter().find(|p| sized || p.problem == Problem::StopOnWrongSide).map(|p| p.problem)
    });
    first.map_or(desk(lang).preview_empty, |problem| problems::problem(lang, problem))
}

fn rows(words: &'static Desk, seen: &Foreseen, quote: &str) -> impl IntoView + use<> {
    let usd = |value: Decimal| format!("{} {quote}", figures::cents(value));
    let preview = &seen.preview;
    let mut rows = vec![
        (words.at.to_owned(), figures::decimal(seen.entry), "plain", "entry"),
        (words.cost.to_owned(), usd(preview.cost), "plain", "cost"),
        (words.margin.to_owned(), usd(preview.margin), "plain", "margin"),
        (words.fee.to_owned(), usd(preview.entry_fee), "plain", "fee"),
    ];
    rows.push(match preview.loss_at_stop {
        Some(loss) => (words.loss.to_owned(), usd(-loss), "loss", "loss"),
        None => (words.loss.to_owned(), words.no_stop.to_owned(), "plain", "loss"),
    });
    for (number, (price, gain)) in (1_usize..).zip(seen.order.targets.iter().zip(&preview.gains)) {
        let tone = if gain.is_sign_negative() { "loss" } else { "gain" };
        let name = words.gain(&number.to_string(), &figures::decimal(*price));
        rows.push((name, usd(*gain), tone, "gain"));
    }
    let row = |(name, value, tone, id): (String, String, &'static str, &'static str)| {
        view! { <div><dt>{name}</dt><dd data-change=tone data-testid=format!("preview-{id}")>{value}</dd></div> }
    };
    rows.into_iter().map(row).collect_view()
}

/// The positions and orders that are closed and cancelled first, and the check box that confirms this.
fn clearing(account: AccountSignals) -> impl IntoView {
    let words = desk(account.lang);
    let sentence = Memo::new(move |_| clears(account));
    // The confirmation is for the displayed sentence: when that changes, it is required again.
    let yes = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |before: Option<String>| {
        let now = sentence.get();
        if let (Some(input), true) = (yes.get_untracked(), before.is_some_and(|b| b != now)) {
            input.set_checked(false);
        }
        now
    });
    view! {
        <div class="clears" data-testid="clears" hidden=move || sentence.with(String::is_empty)>
            <p>{move || sentence.get()}</p>
            <label class="check">
                <input type="checkbox" name="replace" value="yes" node_ref=yes data-testid="replace"
                    required=move || !sentence.with(String::is_empty)/>
                <span>{words.confirm}</span>
            </label>
        </div>
    }
}

fn clears(account: AccountSignals) -> String {
    let words = desk(account.lang);
    account.state.with(|state| {
        let position = state
            .position
            .as_ref()
            .map(|p| (p.side, format!("{} {}", money::text(p.contracts), p.symbol.base())));
        match (state.orders.len(), position) {
            (0, None) => String::new(),
            (count, None) => words.clears_orders(count),
            (0, Some((PositionSide::Long, size))) => words.clears_long(&size),
            (0, Some((PositionSide::Short, size))) => words.clears_short(&size),
            (count, Some((PositionSide::Long, size))) => words.clears_long_too(count, &size),
            (count, Some((PositionSide::Short, size))) => words.clears_short_too(count, &size),
        }
    })
}
