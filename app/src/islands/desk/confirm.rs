//! The confirmation of an order that first closes or cancels what is open, or that uses real funds while the key's
//! first-day limits apply: its button asks, and the next press sends.
//! Without scripts, a check box confirms it (see [`super::preview`]).

use super::{TicketDraft, send::Sender, ticket::Ticket};
use crate::islands::reactive::Peek;
use crate::{figures, words::desk::desk};
use domain::money::Arithmetic as _;
use domain::{PositionSide, Side, money};

/// The side of the order as it is typed.
fn side_of(ticket: Ticket) -> Side {
    if ticket.side.peek(|side| side == Side::Sell.word()) { Side::Sell } else { Side::Buy }
}

/// Whether the order opens a trade beside those of its side, so that it closes and cancels nothing.
fn is_beside(ticket: Ticket) -> bool {
    let side = side_of(ticket);
    ticket.account.state.peek(|state| {
        // In hedge mode the position of the other side is none of the order's.
        !state.position_of(side).is_some_and(|held| held.side.opening() != side)
            && !state.orders_of(side).any(|order| !order.reduce_only && order.side != side)
            && state.trades.iter().any(|trade| trade.side == side)
    })
}

/// The button's text for an order that opens a trade beside others; `None` for any other.
pub(super) fn beside(ticket: Ticket) -> Option<String> {
    let amount = ticket.draft.peek(|draft| draft.amount.clone());
    if amount.is_empty() || !is_beside(ticket) {
        return None;
    }
    let words = desk(ticket.account.lang);
    ticket.account.state.peek(|state| {
        let held = state.position_of(side_of(ticket))?;
        let size = money::text(held.contracts);
        Some(match held.side {
            PositionSide::Long => words.beside_long(&amount, &size),
            PositionSide::Short => words.beside_short(&amount, &size),
        })
    })
}

/// The positions and orders that a new order closes and cancels first, as a sentence; empty if it closes and cancels nothing.
pub(super) fn sentence(ticket: Ticket) -> String {
    if is_beside(ticket) {
        return String::new();
    }
    let (words, side) = (desk(ticket.account.lang), side_of(ticket));
    ticket.account.state.peek(|state| {
        let position = state.position_of(side);
        let position =
            position.map(|p| (p.side, format!("{} {}", money::text(p.contracts), p.symbol.base())));
        match (state.orders_of(side).count(), position) {
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
    ticket.confirming.peek(|open| open.as_ref().is_some_and(|open| *open == subject(ticket)))
}

/// Whether the user has confirmed that the order closes and cancels what is open. A confirmed order with real funds does
/// not: what opens on the market meanwhile has its own question.
pub(super) fn replaces(ticket: Ticket) -> bool {
    is_asking(ticket) && !sentence(ticket).is_empty()
}

/// Whether the order can be sent now. If it would close or cancel something, or uses real funds, the first call makes the
/// button ask, and returns `false`. An order with problems is sent: the server reports them, and closes nothing until it
/// is confirmed. The prices of the server may differ, so that an order with real funds is confirmed despite problems.
pub(super) fn is_confirmed(ticket: Ticket, sender: Sender) -> bool {
    // Its button names the part that it closes, and it opens nothing.
    if ticket.draft.peek(TicketDraft::reduces) {
        return true;
    }
    let has_stop = ticket.draft.peek(|draft| !draft.lacks_stop());
    let complete = has_stop && ticket.foreseen.peek(Result::is_ok);
    let required = sender.failure.peek(|f| f.fields.iter().any(|p| p.field == "replace"));
    let closes = (complete || required) && !sentence(ticket).is_empty();
    let asks = closes || (has_stop && real_funds(ticket).is_some());
    if !asks || is_asking(ticket) {
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
    let amount = ticket.draft.peek(|draft| draft.amount.clone());
    let side = side_of(ticket);
    ticket.account.state.peek(|state| {
        let position = state.position_of(side).map(|p| (p.side, money::text(p.contracts)));
        let orders = state.orders_of(side).count();
        match (position, side == Side::Sell) {
            // The amount with real funds is unknown meanwhile, as without the stop that it is calculated from.
            (None, false) if orders == 0 => words.place_buy(&ticket.account.assets().0),
            (None, true) if orders == 0 => words.place_sell(&ticket.account.assets().0),
            (Some((PositionSide::Long, size)), false) => words.close_long_buy(&size, &amount),
            (Some((PositionSide::Long, size)), true) => words.close_long_sell(&size, &amount),
            (Some((PositionSide::Short, size)), false) => words.close_short_buy(&size, &amount),
            (Some((PositionSide::Short, size)), true) => words.close_short_sell(&size, &amount),
            (None, false) => words.cancel_buy(orders, &amount),
            (None, true) => words.cancel_sell(orders, &amount),
        }
    })
}

/// The button's text for an order that only reduces the position; `None` for any other, and without a position.
pub(super) fn reducing(ticket: Ticket) -> Option<String> {
    if !ticket.draft.peek(TicketDraft::reduces) {
        return None;
    }
    let (words, amount) = (desk(ticket.account.lang), ticket.draft.peek(|draft| draft.amount.clone()));
    ticket.account.state.peek(|state| {
        // In hedge mode the order is of the side that reduces its position.
        let position = state.position_of(side_of(ticket).opposite())?;
        let size = money::text(position.contracts);
        Some(match position.side {
            PositionSide::Long => words.reduce_long(&amount, &size),
            PositionSide::Short => words.reduce_short(&amount, &size),
        })
    })
}

/// The question about an order with real funds that closes and cancels nothing.
fn real_funds(ticket: Ticket) -> Option<String> {
    if !ticket.real_funds || !sentence(ticket).is_empty() {
        return None;
    }
    let amount = ticket.draft.peek(|draft| money::parse(&draft.amount).ok())?;
    let value = figures::cents(amount.times(ticket.entry())?);
    let (words, amount) = (desk(ticket.account.lang), money::text(amount));
    let (base, quote) = ticket.account.assets();
    Some(if side_of(ticket) == Side::Sell {
        words.real_sell(&amount, &base, &value, &quote)
    } else {
        words.real_buy(&amount, &base, &value, &quote)
    })
}

/// The order as it is typed, with what it closes.
fn subject(ticket: Ticket) -> String {
    let fields = [
        ticket.side,
        ticket.kind,
        ticket.price,
        ticket.sizing,
        ticket.amount,
        ticket.percent,
        ticket.callback,
        ticket.time_in_force,
        ticket.stop_kind,
        ticket.stop_price,
        ticket.stop,
    ];
    let targets = ticket.targets.peek(|rows| rows.iter().map(|(_, text)| *text).collect::<Vec<_>>());
    let fields = fields.into_iter().chain(targets);
    fields.fold(sentence(ticket), |subject, field| subject + "\n" + &field.get())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{DeskInit, account::AccountSignals, read::tests::init},
        *,
    };
    use domain::{
        PositionSlot,
        validation::{FieldProblem, Problem},
    };
    use leptos::prelude::Owner;

    /// Runs `test` with a ticket for 0.02 BTC that uses real funds. The market has an open order and position, or nothing.
    fn with_ticket(open: bool, test: impl FnOnce(Ticket, Sender)) {
        let draft = TicketDraft { amount: "0.02".into(), stop: "9000".into(), ..TicketDraft::default() };
        let mut init = DeskInit { draft, first_day: true, ..init() };
        if !open {
            init.account.position = None;
            init.account.orders.clear();
        }
        Owner::new().with(|| test(Ticket::new(&init, AccountSignals::new(&init)), Sender::new(&init)));
    }

    #[test]
    fn an_order_with_real_funds_needs_a_confirmation_and_closes_nothing() {
        with_ticket(false, |ticket, sender| {
            assert!(!is_confirmed(ticket, sender), "the first press asks");
            let asked = "This order uses real funds: Buy 0.02 BTC for about 200.00 USDT";
            assert_eq!(label(ticket), asked);
            assert!(is_confirmed(ticket, sender));
            assert!(!replaces(ticket), "a position that opens meanwhile is not closed");
        });
    }

    #[test]
    fn each_change_of_the_order_needs_its_own_confirmation() {
        with_ticket(false, |ticket, sender| {
            for field in [ticket.stop, ticket.price, ticket.stop_price, ticket.callback, ticket.amount] {
                assert!(!is_confirmed(ticket, sender));
                assert!(is_asking(ticket));
                field.set("9100".to_owned());
                assert!(!is_asking(ticket));
            }
            ticket.amount.set("?".to_owned());
            assert_eq!(label(ticket), "Buy BTC", "nothing is open that it could name");
        });
    }

    #[test]
    fn in_hedge_mode_an_order_closes_only_the_position_of_its_side() {
        with_ticket(true, |ticket, _| {
            ticket.account.state.update(|state| {
                state.orders.clear();
                // No trade has opened it, so that nothing is opened beside it.
                state.trades.clear();
                state.position.iter_mut().for_each(|held| held.position_side = PositionSlot::Short);
            });
            assert_eq!(sentence(ticket), "", "the long position is opened beside the short one");
            ticket.side.set("SELL".to_owned());
            assert!(sentence(ticket).contains("short"), "{}", sentence(ticket));
        });
    }

    #[test]
    fn in_hedge_mode_an_order_shares_only_the_position_of_its_side() {
        with_ticket(true, |ticket, _| {
            ticket.account.state.update(|state| {
                state.orders.clear();
                state.position.iter_mut().for_each(|held| held.position_side = PositionSlot::Short);
                state.trades.iter_mut().for_each(|trade| trade.side = Side::Sell);
            });
            assert_eq!(
                (beside(ticket), sentence(ticket)),
                (None, String::new()),
                "it opens the long position"
            );
            ticket.side.set("SELL".to_owned());
            let text = beside(ticket).unwrap_or_default();
            assert!(text.starts_with("Sell 0.02 beside ") && text.ends_with(" short"), "{text}");
            assert_eq!(sentence(ticket), "");
        });
    }

    #[test]
    fn an_order_on_the_side_of_a_trade_shares_its_position() {
        with_ticket(true, |ticket, sender| {
            ticket.account.state.update(|state| {
                state.orders.retain(|order| order.reduce_only);
                if let Some(held) = &mut state.position {
                    held.side = PositionSide::Long;
                }
                state.trades.iter_mut().for_each(|trade| trade.side = Side::Buy);
                assert!(!state.trades.is_empty());
            });
            let text = beside(ticket).unwrap_or_default();
            assert!(text.starts_with("Buy 0.02 beside ") && text.ends_with(" long"), "{text}");
            assert!(!is_confirmed(ticket, sender) && !replaces(ticket), "only real funds are confirmed");
            ticket.side.set(Side::Sell.word().to_owned());
            assert_eq!(beside(ticket), None);
            assert!(label(ticket).ends_with("long and sell 0.02"), "{}", label(ticket));
        });
    }

    #[test]
    fn the_confirmation_of_what_is_open_is_sent() {
        with_ticket(true, |ticket, sender| {
            let missing = vec![FieldProblem::new("replace", Problem::Required)];
            sender.failure.update(|failure| failure.fields = missing);
            assert!(!is_confirmed(ticket, sender) && replaces(ticket));
            assert!(label(ticket).ends_with("short and buy 0.02"), "{}", label(ticket));
            assert!(is_confirmed(ticket, sender));
            ticket.account.state.update(|state| state.position = None);
            assert!(!replaces(ticket), "what is open has changed");
        });
    }
}
