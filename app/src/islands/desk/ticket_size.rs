//! The size of the ticket's order: an amount in base or quote units, a share of the available funds, or the equity at risk.

use super::{
    fields::{self, Choice, Input},
    foresee,
    send::Sender,
    ticket::Ticket,
    units,
};
use crate::islands::part::{IntoPart, Part, still};
use crate::islands::reactive::{Peek, PeekUntracked, PeekValue, dynamic, handler};
use crate::{figures, words::desk::desk};
use domain::money::Arithmetic as _;
use domain::{Decimal, money};
use leptos::prelude::*;

/// The shares of the available funds that have a button, in percent.
const SHARES: [u16; 4] = [25, 50, 75, 100];

pub(super) fn view(ticket: Ticket, sender: Sender) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let choice = Choice { name: "sizing", label: words.sizing, text: ticket.sizing };
    view! {
        <p class="available" data-testid="available">{dynamic(move || available(ticket))}</p>
        <div data-not-for="TRAILING_STOP">
            {fields::choice(choice, &[("amount", words.by_amount), ("risk", words.by_risk)])}
        </div>
        <div class="sized" data-size="amount">
            {amount(ticket, sender)}
            <p class="hint one-line" data-testid="amount-converted">{dynamic(move || converted(ticket))}</p>
            {shares(ticket)}
        </div>
        <div class="sized" data-size="risk">{risk(ticket, sender)}</div>
    }
}

/// The free balance, and what is free once the open position and orders are closed.
fn available(ticket: Ticket) -> String {
    let (words, (_, quote)) = (desk(ticket.account.lang), ticket.account.assets());
    let fee_rate = ticket.account.fee_rate;
    ticket.account.state.peek(|state| {
        let free = state.balance.assets.get(&quote).map(|funds| funds.free).unwrap_or_default();
        let open = state.position.is_some() || !state.orders.is_empty();
        let after = ticket.account.market.peek_value(|market| foresee::available(state, market, fee_rate));
        match after.filter(|_| open) {
            Some(after) => words.available_after(&figures::cents(free), &quote, &figures::cents(after)),
            None => words.available(&figures::cents(free), &quote),
        }
    })
}

fn amount(ticket: Ticket, sender: Sender) -> Part {
    let words = desk(ticket.account.lang);
    let (base, quote) = ticket.account.assets();
    let options = vec![("base", base.clone()), ("quote", quote.clone())];
    let unit = move || if ticket.units.peek(|units| units.quote) { quote.clone() } else { base.clone() };
    let input = Input {
        name: "amount",
        label: words.amount,
        unit: String::new(),
        text: ticket.amount,
        ticket,
        sender,
    };
    let choice = fields::unit_choice(ticket, ("amountUnit", words.amount_unit), options, |ticket, value| {
        choose_unit(ticket, value == "quote");
    });
    let unit = view! { <span class="unit" aria-hidden="true">{dynamic(unit)}</span> };
    fields::with_units(&input, words.amount.fixed(), choice, unit.fixed())
}

/// Switches the unit of the amount, and converts what is typed.
fn choose_unit(ticket: Ticket, quote: bool) {
    let amount = ticket.draft.peek_untracked(|draft| money::parse(&draft.amount).ok());
    ticket.units.update(|units| units.quote = quote);
    if let Some(amount) = amount {
        set_amount(ticket, amount, quote);
    }
}

/// Writes an amount of base units into the field, in its unit.
fn set_amount(ticket: Ticket, amount: Decimal, quote: bool) {
    let value = if quote { amount.times(untrack(|| ticket.entry())) } else { Some(amount) };
    if let Some(value) = value {
        ticket.amount.set(money::text(value));
    }
}

/// The amount in the other unit; empty while there is none.
fn converted(ticket: Ticket) -> String {
    let (words, (base, quote)) = (desk(ticket.account.lang), ticket.account.assets());
    let Some(amount) = ticket.draft.peek(|draft| money::parse(&draft.amount).ok()) else {
        return String::new();
    };
    if ticket.units.peek(|units| units.quote) {
        return words.converted(&figures::decimal(amount), &base);
    }
    let value = amount.times(ticket.entry()).map(figures::cents);
    value.map(|value| words.converted(&value, &quote)).unwrap_or_default()
}

/// The buttons that size the order. Without scripts they request the page with the amount.
fn shares(ticket: Ticket) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let button = |percent: u16| {
        let use_share = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            let ground = untrack(|| ticket.account.ground());
            let draft = ticket.draft.get_untracked();
            let quote = ticket.units.peek_untracked(|units| units.quote);
            if let Some(amount) = units::amount_for_share(&draft, Decimal::from(percent), &ground) {
                set_amount(ticket, amount, quote);
            }
        };
        let text = percent.to_string();
        view! {
            <button type="submit" class="button" data-kind="quiet" formmethod="get" formaction="/trade" formnovalidate=true
                name="share" value=text.clone() aria-label=words.share_of_funds(&text) data-testid=format!("share-{percent}")
                on:click=handler(use_share)>{words.percentage(&text)}</button>
        }
    };
    view! {
        <div class="shares" role="group" aria-label=words.shares>{SHARES.map(button).into_iter().collect::<Vec<_>>()}</div>
    }
}

fn risk(ticket: Ticket, sender: Sender) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let (base, _) = ticket.account.assets();
    let percent = Input {
        name: "riskProfilePercent",
        label: words.percent,
        unit: "%".to_owned(),
        text: ticket.percent,
        ticket,
        sender,
    };
    let follows = move || {
        let amount = ticket.draft.peek(|d| d.amount.clone());
        if amount.is_empty() { words.risk_needs_stop.to_owned() } else { words.risk_amount(&amount, &base) }
    };
    let lacks = move || ticket.shortfall();
    view! {
        {fields::decimal(&percent)}
        {still(|| view! { <p class="hint">{words.risk_hint}</p> })}
        <output class="risk-amount" data-testid="risk-amount">{dynamic(follows)}</output>
        <p class="problem" data-testid="risk-shortfall" hidden=dynamic(move || lacks().is_none())>{dynamic(move || lacks().unwrap_or_default())}</p>
    }
}
