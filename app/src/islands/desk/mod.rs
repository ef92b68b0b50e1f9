//! The trade desk: a single island. The server renders all of it, and its forms work without scripts; the
//! browser then makes it live.
#![allow(missing_docs)] // the island macro makes items that cannot carry docs

mod account;
mod bars;
mod chart;
mod controls;
mod draft;
mod fields;
mod foresee;
mod init;
#[cfg(feature = "islands")]
mod listen;
mod orders;
mod position;
#[cfg(feature = "islands")]
mod post;
mod preview;
#[cfg(any(feature = "islands", test))]
mod read;
mod real_funds;
mod send;
mod targets;
mod ticket;
mod ticket_form;

pub use bars::{Bar, Bars};
pub use draft::TicketDraft;
pub use init::DeskInit;

use crate::words::{desk::Desk, desk::desk};
use account::AccountSignals;
use leptos::{either::Either, prelude::*};
use send::Sender;

/// The id of the element that carries the [`DeskInit`] to the browser.
pub const INIT: &str = "desk-init";

/// Chart, ticket, position and orders of one key and market. The server provides the [`DeskInit`] as context,
/// the page passes it to the browser as JSON.
#[island]
pub fn TradeDesk() -> impl IntoView {
    starting_point().map(desk_view)
}

#[cfg(not(feature = "islands"))]
fn starting_point() -> Option<DeskInit> {
    use_context()
}

#[cfg(feature = "islands")]
fn starting_point() -> Option<DeskInit> {
    let text = document().get_element_by_id(INIT)?.text_content()?;
    read::FromTree::read(&crate::islands::tree::parse(&text)?)
}

fn desk_view(init: DeskInit) -> impl IntoView {
    let account = AccountSignals::new(&init);
    let words = desk(account.lang);
    let sender = Sender::new(&init);
    let chart = chart::Chart::new(&init);
    #[cfg(feature = "islands")]
    Effect::new(move |_| listen::listen(account, chart));
    let ticket = ticket::Ticket::new(&init, account);
    let tradable = init.tradable;
    view! {
        <div class="desk" data-testid="desk">
            <section class="desk-chart panel" aria-labelledby="chart-title">
                <h2 id="chart-title" class="visually-hidden">{words.chart}</h2>
                {chart::view(chart, account, ticket)}
            </section>
            <section class="desk-ticket panel" aria-labelledby="ticket-title">
                <h2 id="ticket-title" class="panel-title">{words.ticket}</h2>
                {if tradable {
                    Either::Left((controls::view(account, sender), ticket_form::view(ticket, sender)))
                } else {
                    Either::Right(not_tradable(words, account.automated))
                }}
            </section>
            <section class="desk-position panel" aria-labelledby="position-title">
                <h2 id="position-title" class="panel-title">{words.position}</h2>
                {position::view(account, sender, tradable)}
            </section>
            <section class="desk-orders panel" aria-labelledby="orders-title">
                <h2 id="orders-title" class="panel-title">{words.open_orders}</h2>
                {orders::view(account, sender)}
            </section>
        </div>
    }
}

/// Replaces the ticket if the key is traded by strategies or cannot trade yet.
fn not_tradable(words: &'static Desk, automated: bool) -> impl IntoView {
    let text = if automated { words.automated } else { words.not_tradable };
    let follows = automated.then(|| view! { <p><a href="/follows">{words.to_follows}</a></p> });
    view! { <p class="empty" data-testid="not-tradable">{text}</p>{follows} }
}
