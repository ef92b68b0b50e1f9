//! The units of the ticket's stop and take-profits.

use super::{fields, ticket::Ticket, units::Units};
use crate::islands::part::Part;
use crate::islands::reactive::{Peek, PeekUntracked, RwSignal};
use crate::{figures, words::desk::desk};
use domain::{
    money,
    sizing::{LevelUnit, exit_value},
};
use leptos::prelude::*;

/// The choice of the stop's unit.
pub(super) fn stop_unit(ticket: Ticket) -> Part {
    choice(ticket, desk(ticket.account.lang).stop_unit, |ticket, value| {
        let Some(unit) = LevelUnit::parse(value) else { return };
        let price = ticket.draft.peek_untracked(|draft| draft.stop.clone());
        ticket.units.update(|units| units.stop = unit);
        convert(ticket, unit, &price, ticket.stop);
    })
}

/// The choice of the take-profits' unit.
pub(super) fn targets_unit(ticket: Ticket) -> Part {
    choice(ticket, desk(ticket.account.lang).targets_unit, |ticket, value| {
        let Some(unit) = LevelUnit::parse(value) else { return };
        let prices = ticket.draft.peek_untracked(|draft| draft.targets.clone());
        ticket.units.update(|units| units.targets = unit);
        for (price, (_, text)) in prices.iter().zip(ticket.targets.get_untracked()) {
            convert(ticket, unit, price, text);
        }
    })
}

fn choice(ticket: Ticket, label: &'static str, choose: fn(Ticket, &str)) -> Part {
    let words = desk(ticket.account.lang);
    let options = vec![
        (LevelUnit::Price.word(), words.unit_price.to_owned()),
        (LevelUnit::Percent.word(), words.unit_percent.to_owned()),
        (LevelUnit::Distance.word(), words.unit_distance.to_owned()),
    ];
    fields::unit_choice(ticket, label, options, choose)
}

/// Writes an exit's price into its field, in a unit; a field without a price keeps its text.
fn convert(ticket: Ticket, unit: LevelUnit, price: &str, text: RwSignal<String>) {
    let entry = untrack(|| ticket.entry());
    let value = money::parse(price).ok().and_then(|price| exit_value(unit, price, entry));
    if let Some(value) = value {
        text.set(money::text(value));
    }
}

/// The unit of an exit's field.
pub(super) fn unit_text(ticket: Ticket, of: fn(&Units) -> LevelUnit) -> String {
    let (_, quote) = ticket.account.assets();
    let unit = ticket.units.peek(of);
    if unit == LevelUnit::Percent { desk(ticket.account.lang).unit_percent.to_owned() } else { quote }
}

/// The price of an exit and its distance from the entry; empty while it has no price.
pub(super) fn hint(ticket: Ticket, price: &str) -> String {
    let Ok(price) = money::parse(price) else { return String::new() };
    let percent = exit_value(LevelUnit::Percent, price, ticket.entry());
    let percent = percent.map(figures::decimal).unwrap_or_default();
    desk(ticket.account.lang).exit_at(&figures::decimal(price), &percent)
}
