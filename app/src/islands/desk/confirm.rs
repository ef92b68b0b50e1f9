//! The confirmation of an order that first closes or cancels what is open, or that uses real funds while the key's
//! first-day limits apply: its button asks, and the next press sends.
//! Without scripts, a check box confirms it (see [`super::preview`]).

use super::{account::AccountSignals, send::Sender, ticket::Ticket};
use crate::{figures, words::desk::desk};
use domain::{PositionSide, Side, money};
use leptos::prelude::*;

/// The positions and orders that a new order closes and cancels first, as a sentence; empty if nothing is open.
pub(super) fn sentence(account: AccountSignals) -> String {
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

/// Whether the button asks for the confirmation of the order as it is typed. An order that is typed differently, or that
/// would close something else, needs its own confirmation.
pub(super) fn is_asking(ticket: Ticket) -> bool {
    ticket.confirming.with(|open| open.as_ref().is_some_and(|open| *open == subject(ticket)))
}

/// Whether the order can be sent now. If it would close or cancel something, the first call makes the button ask, and
/// returns `false`. An order with problems is sent: the server reports them, and closes nothing until it is confirmed.
pub(super) fn is_confirmed(ticket: Ticket, sender: Sender) -> bool {
    let complete = ticket.foreseen.with(Result::is_ok) && ticket.draft.with(|draft| !draft.lacks_stop());
    let required = sender.failure.with(|f| f.fields.iter().any(|p| p.field == "replace"));
    let needed = ticket.real_funds || !sentence(ticket.account).is_empty();
    if !(complete || required) || !needed || is_asking(ticket) {
        return true;
    }
    ticket.confirming.set(Some(subject(ticket)));
    false
}

/// The button's text while it asks: what is closed or cancelled, then the order.
pub(super) fn label(ticket: Ticket) -> String {
    if let Some(question) = real_funds(ticket) {
        return question;
    }
    let words = desk(ticket.account.lang);
    let amount = ticket.draft.with(|draft| draft.amount.clone());
    let sells = ticket.side.with(|side| side == Side::Sell.word());
    ticket.account.state.with(|state| {
        let position = state.position.as_ref().map(|p| (p.side, money::text(p.contracts)));
        match (position, sells) {
            (Some((PositionSide::Long, size)), false) => words.close_long_buy(&size, &amount),
            (Some((PositionSide::Long, size)), true) => words.close_long_sell(&size, &amount),
            (Some((PositionSide::Short, size)), false) => words.close_short_buy(&size, &amount),
            (Some((PositionSide::Short, size)), true) => words.close_short_sell(&size, &amount),
            (None, false) => words.cancel_buy(state.orders.len(), &amount),
            (None, true) => words.cancel_sell(state.orders.len(), &amount),
        }
    })
}

/// The question about an order with real funds that closes and cancels nothing.
fn real_funds(ticket: Ticket) -> Option<String> {
    if !ticket.real_funds || !sentence(ticket.account).is_empty() {
        return None;
    }
    let seen = ticket.foreseen.get().ok()?;
    let words = desk(ticket.account.lang);
    let (amount, value) = (money::text(seen.order.amount), figures::cents(seen.preview.cost));
    let (base, quote) = (seen.order.symbol.base(), seen.order.symbol.quote());
    Some(match seen.order.side {
        Side::Buy => words.real_buy(&amount, base, &value, quote),
        Side::Sell => words.real_sell(&amount, base, &value, quote),
    })
}

/// The order as it is typed, with what it closes.
fn subject(ticket: Ticket) -> String {
    let fields = [ticket.side, ticket.kind, ticket.sizing, ticket.amount, ticket.percent];
    fields.iter().fold(sentence(ticket.account), |subject, field| subject + "\n" + &field.get())
}
