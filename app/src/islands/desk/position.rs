//! The position, its live profit, and the form to close it.

use super::{
    account::AccountSignals, controls::hidden, figure::figure, manage::fixed, question::Question,
    send::Sender,
};
use crate::islands::part::{IntoPart, Part, changing};
use crate::islands::reactive::{Memo, Peek, PeekUntracked, PeekValue, dynamic, handler};
use crate::{
    figures,
    words::{desk::Desk, desk::desk, orders::orders},
};
use domain::{
    Decimal, Position,
    live::{PositionProtection, ProtectionState},
    money,
};
use leptos::prelude::*;

/// The form that ends or resumes the supervision.
const SUPERVISION: &str = "/api/position-supervision";

/// The position, or a hint how to open one.
pub(super) fn view(account: AccountSignals, sender: Sender, tradable: bool) -> impl IntoView {
    let words = desk(account.lang);
    let none = match (account.automated, tradable) {
        (true, _) => words.no_position_automated,
        (false, true) => words.no_position,
        (false, false) => words.no_position_plain,
    };
    // The figures that depend on the price have their own signals: the card itself changes only with the
    // position.
    let position = Memo::new(move |_| {
        account.state.peek(|a| {
            let second = a.second.as_ref().filter(|_| account.second);
            let protection = second.map(|second| second.protection).or(a.protection);
            account.held(a).map(|p| (settled(p.clone()), protection))
        })
    });
    changing(move || {
        Some(match position.get() {
            None => view! { <p class="empty" data-testid="no-position">{none}</p> }.replaced(),
            Some((position, protection)) => card(account, sender, &position, protection).replaced(),
        })
    })
}

/// The position without the parts that change with every price.
fn settled(position: Position) -> Position {
    Position {
        unrealized_pnl: Default::default(),
        percentage: Default::default(),
        mark_price: Default::default(),
        notional: Default::default(),
        margin_ratio: None,
        ..position
    }
}

fn card(
    account: AccountSignals,
    sender: Sender,
    position: &Position,
    protection: Option<PositionProtection>,
) -> impl IntoView + use<> {
    let (words, names) = (desk(account.lang), orders(account.lang));
    let (base, quote) = (position.symbol.base().to_owned(), position.symbol.quote().to_owned());
    let margin_held = format!("{} {quote}", figures::cents(position.initial_margin));
    let tone = move || account.profit().map(|(p, _)| if p.is_sign_negative() { "loss" } else { "gain" });
    let profit = move || {
        let profit = account.profit().map(|(p, _)| format!("{} {quote}", figures::signed_cents(p)));
        profit.unwrap_or_default()
    };
    let roe = move || account.profit().map(|(_, r)| figures::percent(&money::text(r))).unwrap_or_default();
    let tick = account.market.peek_value(|m| m.tick);
    let mark = move || {
        account.mark.get().map(|price| figures::decimal(money::round_to(price, tick))).unwrap_or_default()
    };
    let size = format!("{} {base}", money::text(position.contracts));
    let (way, margin) = (names.way(position.side), names.margin(position.margin_mode));
    let way = words.way(way, margin, &position.leverage.to_string());
    let liquidation = position
        .liquidation_price
        .map_or_else(|| words.none.to_owned(), |price| figures::decimal(money::round_to(price, tick)));
    let entry = figures::decimal(money::round_to(position.entry_price, tick));
    let mut rows = vec![
        named(words.size, size, None, "position-size"),
        figure(words.entry_price.to_owned(), entry, None, None),
        view! { <div><dt>{words.mark_price}</dt><dd data-testid="mark">{dynamic(mark)}</dd></div> }.part(),
        named(words.liquidation_price, liquidation, None, "liquidation"),
        figure(words.margin_held.to_owned(), margin_held, None, None),
    ];
    if let Some(protection) = protection {
        rows.extend(protection_figures(words, protection, tick));
    }
    let (text, fields) = (words.close.to_owned(), vec![hidden(account).part()]);
    let sure = words.close_sure(&money::text(position.contracts), &base);
    let close = Question::new("close-position", text, sure, words.dismiss, "/api/position-close", fields);
    let row = account.suffix().to_owned();
    let close = Question { kind: "bad", yes: words.close_yes.to_owned(), row, ..close };
    view! {
        <div class="position" data-testid="position" data-side=position.side.word()>
            <p class="position-way">{way}</p>
            <p class="position-profit">
                <span class="visually-hidden">{words.profit}</span>
                <strong data-change=dynamic(tone) data-testid="pnl">{dynamic(profit)}</strong>" "
                <span data-change=dynamic(tone) data-testid="roe" title=words.roe>{dynamic(roe)}</span>
            </p>
            <dl class="figures">{rows}</dl>
            {protection.map(|protection| supervision(account, sender, protection.state))}
            {close.view(sender)}
        </div>
    }
}

/// The stop order at the exchange, and the state of its supervision.
fn protection_figures(words: &'static Desk, protection: PositionProtection, tick: Decimal) -> [Part; 2] {
    let (state, tone) = match protection.state {
        ProtectionState::Supervised => (words.supervised, None),
        ProtectionState::Missing => (words.stop_missing, Some("loss")),
        ProtectionState::NoStop => (words.no_stop_by_choice, None),
        ProtectionState::Released => (words.not_supervised, None),
        ProtectionState::Foreign => (words.opened_elsewhere, None),
    };
    let stop = protection.stop.map(|price| figures::decimal(money::round_to(price, tick)));
    let stop = stop.unwrap_or_else(|| words.none.to_owned());
    [
        named(words.stop_loss, stop, None, "position-stop"),
        named(words.protection, state.to_owned(), tone, "protection"),
    ]
}

/// A figure with a test id.
fn named(name: &str, value: String, tone: Option<&'static str>, id: &str) -> Part {
    figure(name.to_owned(), value, tone, Some(id.to_owned()))
}

/// The button that ends or resumes the supervision, or the link to the form that begins it; `None` if there is no stop to
/// supervise.
fn supervision(account: AccountSignals, sender: Sender, state: ProtectionState) -> Option<Part> {
    let words = desk(account.lang);
    match state {
        ProtectionState::Supervised | ProtectionState::Missing => {
            let (text, sure) = (words.release.to_owned(), words.release_sure.to_owned());
            let fields = vec![hidden(account).part(), fixed("supervised", "false".to_owned())];
            let release = Question::new("release", text, sure, words.dismiss, SUPERVISION, fields);
            let row = account.suffix().to_owned();
            Some(Question { yes: words.release_yes.to_owned(), row, ..release }.view(sender))
        }
        ProtectionState::Released => Some(
            view! {
                <form method="post" action=SUPERVISION on:submit=handler(move |e| sender.submit(&e))>
                    {hidden(account)}
                    <input type="hidden" name="supervised" value="true"/>
                    <button type="submit" class="button" data-kind="quiet" data-testid="supervise"
                        aria-disabled=dynamic(move || sender.busy.get().then_some("true"))>{words.supervise}</button>
                </form>
            }
            .part(),
        ),
        ProtectionState::Foreign if !account.automated => {
            // The form is part of a page that was loaded with the position.
            let side = account.state.peek_untracked(|a| account.held(a).map(|held| held.side.word()));
            let (key, symbol, side) = (account.key(), account.symbol(), side.unwrap_or_default());
            let page = format!("/trade?key={key}&symbol={symbol}&positionSide={side}&adopt=1#adopt");
            Some(view! { <a class="button" data-kind="main" href=page data-testid="adopt-link">{words.adopt}</a> }.part())
        }
        ProtectionState::NoStop | ProtectionState::Foreign => None,
    }
}
