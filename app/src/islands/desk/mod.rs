//! The trade desk: a single island. The server renders all of it, and its forms work without scripts; the
//! browser then makes it live.
#![allow(missing_docs)] // the island macro makes items that cannot carry docs

mod account;
mod automation;
mod bars;
mod chart;
mod confirm;
mod controls;
mod draft;
mod exits;
mod fields;
mod figure;
mod focus;
mod foresee;
mod hotkeys;
mod init;
#[cfg(feature = "islands")]
mod listen;
mod manage;
mod orders;
mod position;
#[cfg(feature = "islands")]
mod post;
mod preview;
mod question;
#[cfg(any(feature = "islands", test))]
mod read;
mod send;
mod targets;
mod ticket;
mod ticket_form;
mod ticket_size;
mod units;

#[cfg(feature = "ssr")]
pub(crate) use automation::{EntryAutomation, FIELDS, TRIGGER};
pub use bars::{Bar, Bars};
#[cfg(feature = "ssr")]
pub(crate) use controls::KeptQuery;
pub use draft::TicketDraft;
#[cfg(feature = "ssr")]
pub(crate) use foresee::Ground;
pub use init::DeskInit;
#[cfg(feature = "ssr")]
pub(crate) use manage::KeptValues;
pub use ticket_form::PresetShares;

use crate::islands::part::{IntoPart as _, changing, still};
#[cfg(feature = "islands")]
use crate::islands::reactive;
use crate::islands::reactive::{Memo, Peek as _};
use crate::{
    answer::FormFailure,
    words::{desk::Desk, desk::desk},
};
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
    reactive::effect(move || listen::listen(account, chart));
    let ticket = ticket::Ticket::new(&init, account);
    #[cfg(feature = "islands")]
    reactive::effect(move || hotkeys::listen(ticket));
    let manager = Sender::managing(&init);
    let tradable = init.tradable;
    // On a phone the ticket is a sheet, which is closed until something is typed in it.
    let started = init.draft != TicketDraft::default() || init.failure != FormFailure::default();
    view! {
        <div class="desk" data-testid="desk">
            <section class="desk-chart panel" aria-labelledby="chart-title">
                {still(|| view! { <h2 id="chart-title" class="visually-hidden">{words.chart}</h2> })}
                {chart::view(chart, account, ticket)}
            </section>
            <section class="desk-ticket panel" aria-labelledby="ticket-title" data-tradable=tradable.then_some("")>
                <div class="ticket-head">
                    {still(|| view! { <h2 id="ticket-title" class="panel-title">{words.ticket}</h2> })}
                    {tradable.then(|| hotkeys::view(ticket))}
                </div>
                {tradable.then(|| still(|| view! { <details class="sheet" open=started><summary>{words.ticket}</summary></details> }))}
                {if tradable {
                    Either::Left((controls::view(account, sender), ticket_form::view(ticket, sender)))
                } else {
                    Either::Right(not_tradable(words, account.automated))
                }}
            </section>
            <section class="desk-position panel" aria-labelledby="position-title">
                {still(|| view! { <h2 id="position-title" class="panel-title">{words.position}</h2> })}
                {manage::answer(account, manager)}
                {position::view(account, manager, tradable)}
                {tradable.then(|| manage::view(account, manager))}
                {beside(account, manager, tradable)}
            </section>
            <section class="desk-orders panel" aria-labelledby="orders-title">
                {still(|| view! { <h2 id="orders-title" class="panel-title">{words.open_orders}</h2> })}
                {tradable.then(|| manage::entries(account, manager))}
                {orders::view(account, manager)}
            </section>
        </div>
    }
}

/// The second position of hedge mode; nothing while there is none.
fn beside(account: AccountSignals, sender: Sender, tradable: bool) -> impl IntoView {
    let second = Memo::new(move |_| account.state.peek(|state| state.second.is_some()));
    let account = AccountSignals { second: true, ..account };
    changing(move || {
        second.get().then(|| {
            view! {
                <div class="second" data-testid="second-position">
                    {position::view(account, sender, tradable)}
                    {tradable.then(|| manage::view(account, sender))}
                </div>
            }
            .part()
        })
    })
}

/// Replaces the ticket if the key is traded by strategies or cannot trade yet.
fn not_tradable(words: &'static Desk, automated: bool) -> impl IntoView {
    let text = if automated { words.automated } else { words.not_tradable };
    let follows = automated.then(|| still(|| view! { <p><a href="/follows">{words.to_follows}</a></p> }));
    (still(|| view! { <p class="empty" data-testid="not-tradable">{text}</p> }), follows)
}
