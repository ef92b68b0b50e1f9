//! The units of the ticket's stop and take-profits.

use super::{fields, ticket::Ticket, units::Units};
use crate::islands::part::Part;
use crate::islands::reactive::{Peek, PeekUntracked, RwSignal};
use crate::{figures, words::desk::desk};
use domain::{
    money,
    sizing::{ExitKind, LevelUnit, exit_value},
};
use leptos::prelude::*;

/// The choice of the stop's unit.
pub(super) fn stop_unit(ticket: Ticket) -> Part {
    let words = desk(ticket.account.lang);
    let money = [(LevelUnit::Money.word(), words.unit_loss.to_owned())];
    choice(ticket, ("stopUnit", words.stop_unit), money.to_vec(), |ticket, value| {
        let Some(unit) = LevelUnit::parse(value) else { return };
        let price = ticket.draft.peek_untracked(|draft| draft.stop.clone());
        ticket.units.update(|units| units.stop = unit);
        convert(ticket, (ExitKind::Stop, unit), &price, ticket.stop);
    })
}

/// The choice of the take-profits' unit.
pub(super) fn targets_unit(ticket: Ticket) -> Part {
    let words = desk(ticket.account.lang);
    let more = [(LevelUnit::Money, words.unit_gain), (LevelUnit::R, words.unit_r)];
    let more = more.map(|(unit, name)| (unit.word(), name.to_owned()));
    choice(ticket, ("targetsUnit", words.targets_unit), more.to_vec(), |ticket, value| {
        let Some(unit) = LevelUnit::parse(value) else { return };
        let prices = ticket.draft.peek_untracked(|draft| draft.targets.clone());
        ticket.units.update(|units| units.targets = unit);
        for (price, (_, text)) in prices.iter().zip(ticket.targets.get_untracked()) {
            convert(ticket, (ExitKind::Target, unit), price, text);
        }
    })
}

/// The choice of a unit: one of those that every exit has, or of `more`.
fn choice(
    ticket: Ticket,
    named: (&'static str, &'static str),
    more: Vec<(&'static str, String)>,
    choose: fn(Ticket, &str),
) -> Part {
    let words = desk(ticket.account.lang);
    let mut options = vec![
        (LevelUnit::Price.word(), words.unit_price.to_owned()),
        (LevelUnit::Percent.word(), words.unit_percent.to_owned()),
        (LevelUnit::Distance.word(), words.unit_distance.to_owned()),
    ];
    options.extend(more);
    fields::unit_choice(ticket, named, options, choose)
}

/// Writes an exit's price into its field, in a unit; a field without a price keeps its text.
fn convert(ticket: Ticket, (kind, unit): (ExitKind, LevelUnit), price: &str, text: RwSignal<String>) {
    let base = untrack(|| ticket.exit_base(kind));
    let value = money::parse(price).ok().and_then(|price| exit_value(unit, price, &base));
    if let Some(value) = value {
        text.set(money::text(value));
    }
}

/// The unit of an exit's field.
pub(super) fn unit_text(ticket: Ticket, of: fn(&Units) -> LevelUnit) -> String {
    let (_, quote) = ticket.account.assets();
    let unit = ticket.units.peek(of);
    let words = desk(ticket.account.lang);
    match unit {
        LevelUnit::Percent => words.unit_percent.to_owned(),
        LevelUnit::R => words.unit_r.to_owned(),
        LevelUnit::Price | LevelUnit::Distance | LevelUnit::Money => quote,
    }
}

/// The price of an exit and its distance from the entry; empty while it has no price.
pub(super) fn hint(ticket: Ticket, price: &str) -> String {
    let Ok(price) = money::parse(price) else { return String::new() };
    let percent = exit_value(LevelUnit::Percent, price, &ticket.exit_base(ExitKind::Stop));
    let percent = percent.map(figures::decimal).unwrap_or_default();
    desk(ticket.account.lang).exit_at(&figures::decimal(price), &percent)
}
