//! The confirmation of orders with real funds while the first-day limits of the key apply: the first press of the
//! ticket's button asks, the second one sends.

use super::{DeskInit, TicketDraft, ticket::Ticket};
use crate::{figures, words::desk::desk};
use domain::{Side, money};
use leptos::prelude::*;

/// The state of the confirmation.
#[derive(Clone, Copy)]
pub(super) struct RealFunds {
    /// Whether orders need it.
    needed: bool,
    /// The ticket about which the button asks.
    pending: RwSignal<Option<TicketDraft>>,
}

impl RealFunds {
    pub(super) fn new(init: &DeskInit) -> Self {
        Self { needed: init.first_day, pending: RwSignal::new(None) }
    }

    /// Makes the button ask about the ticket. Returns `false` if the order can be sent, because the button has asked
    /// about this ticket or because there is nothing to ask: the server rejects an invalid ticket.
    pub(super) fn asks(self, ticket: Ticket) -> bool {
        if !self.needed || ticket.foreseen.with_untracked(Result::is_err) {
            return false;
        }
        let draft = ticket.draft.with_untracked(typed);
        if self.pending.with_untracked(|pending| pending.as_ref() == Some(&draft)) {
            self.pending.set(None);
            return false;
        }
        self.pending.set(Some(draft));
        true
    }

    /// The button's question; `None` if it does not ask, or if the ticket has changed since.
    pub(super) fn question(self, ticket: Ticket) -> Option<String> {
        let draft = ticket.draft.with(typed);
        let seen = ticket.foreseen.get().ok()?;
        if self.pending.with(|pending| pending.as_ref() != Some(&draft)) {
            return None;
        }
        let words = desk(ticket.account.lang);
        let (amount, value) = (money::text(seen.order.amount), figures::cents(seen.preview.cost));
        let (base, quote) = (seen.order.symbol.base(), seen.order.symbol.quote());
        Some(match seen.order.side {
            Side::Buy => words.real_buy(&amount, base, &value, quote),
            Side::Sell => words.real_sell(&amount, base, &value, quote),
        })
    }

    /// The check box that confirms an order without scripts; `awake` is set once the page is interactive.
    pub(super) fn check(self, ticket: Ticket, awake: RwSignal<bool>) -> Option<impl IntoView + use<>> {
        let words = desk(ticket.account.lang);
        self.needed.then(|| {
            view! {
                <label class="check" hidden=move || awake.get()>
                    <input type="checkbox" required=true disabled=move || awake.get() data-testid="real-funds"/>
                    <span>{words.real_funds}</span>
                </label>
            }
        })
    }
}

/// The ticket without the amount that follows from the price, which changes while the button asks.
fn typed(draft: &TicketDraft) -> TicketDraft {
    let mut typed = draft.clone();
    if typed.by_risk() {
        typed.amount.clear();
    }
    typed
}
