//! Tables of positions, orders and trades.

use super::ticks::Ticks;
use crate::components::rendered::Rendered as _;
use crate::{
    figures, visit,
    words::{desk::desk, orders::orders, pages::pages},
};
use domain::{
    Decimal, Micros, Order, OrderStatus, Position, Trade,
    client_order_id::is_from_slipstream,
    live::{PositionProtection, ProtectionState},
    money,
};
use leptos::prelude::*;

/// A time, to the second, in UTC.
pub(crate) fn timestamp(at: Micros) -> AnyView {
    let iso = at.to_string();
    let part = |range: std::ops::Range<usize>| iso.get(range).unwrap_or_default().replace('T', " ");
    let (year, middle, seconds) = (part(0..5), part(5..16), part(16..19));
    view! {
        <time datetime=iso><span class="roomy">{year}</span>{middle}<span class="roomy">{seconds}</span></time>
    }
    .rendered()
}

/// A date and time with the year, to the minute, in UTC.
pub(crate) fn dated(at: Micros) -> AnyView {
    let iso = at.to_string();
    let text = iso.get(..16).unwrap_or_default().replace('T', " ");
    view! { <time datetime=iso>{text}</time> }.rendered()
}

/// A time within a sentence.
pub(crate) fn dated_in((before, after): (&'static str, &'static str), at: Micros) -> AnyView {
    view! { {before}{dated(at)}{after} }.rendered()
}

/// On a narrow screen, the text below a row's name that replaces further columns.
pub(crate) fn tight(parts: &[&str]) -> AnyView {
    view! { <span class="tight hint">{parts.join(" · ")}</span> }.rendered()
}

/// The tone of a profit or loss.
pub(crate) fn tone(value: Decimal) -> &'static str {
    if value.is_zero() {
        "plain"
    } else if value.is_sign_negative() {
        "loss"
    } else {
        "gain"
    }
}

/// Classes of columns: text, numbers, or hidden on a narrow screen.
pub(crate) const WORDS: &str = "";
pub(crate) const NUMBER: &str = "number";
pub(crate) const ROOMY: &str = "roomy";
pub(crate) const ROOMY_NUMBER: &str = "roomy number";

/// A table that scrolls if it is wider than the screen.
pub(crate) fn scrolling<V: IntoView>(
    label: String,
    columns: &[(&'static str, &'static str)],
    rows: V,
) -> AnyView {
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=label>
            <table class="table">{head(columns)}<tbody>{rows}</tbody></table>
        </div>
    }
    .rendered()
}

/// The head of a table: each column's name and class.
fn head(columns: &[(&'static str, &'static str)]) -> AnyView {
    let cell = |(name, like): &(&'static str, &'static str)| {
        view! { <th scope="col" class=*like>{*name}</th> }
    };
    view! { <thead><tr>{columns.iter().map(cell).collect_view()}</tr></thead> }.rendered()
}

/// A position with the name of its key and its protection.
pub(crate) type PositionRow = (String, Position, PositionProtection);

pub(crate) fn positions(rows: Vec<PositionRow>, ticks: &Ticks) -> AnyView {
    let (words, names) = (pages(visit::lang()), orders(visit::lang()));
    let columns = [
        (words.col_market, WORDS),
        (words.col_side, WORDS),
        (words.col_size, NUMBER),
        (words.col_entry, ROOMY_NUMBER),
        (words.col_stop, NUMBER),
        (words.col_profit, NUMBER),
        (words.col_key, ROOMY),
    ];
    let row = |(key, p, protection): PositionRow| {
        let (stop, tone_of_stop) = stop_of(&p, protection, ticks);
        let elsewhere = supervision_of(protection);
        view! {
            <tr data-testid="position-row">
                <th scope="row">{p.symbol.to_string()}{elsewhere}{tight(&[&key])}</th>
                <td>{names.way(p.side)}</td>
                <td class="number">{money::text(p.contracts)}</td>
                <td class="roomy number">{ticks.price(&p.symbol, p.entry_price)}</td>
                <td class="number" data-change=tone_of_stop data-testid="position-stop">{stop}</td>
                <td class="number" data-change=tone(p.unrealized_pnl)>{figures::signed_cents(p.unrealized_pnl)}</td>
                <td class="roomy">{key}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=words.positions>
            <table class="table">{head(&columns)}<tbody>{rows.into_iter().map(row).collect_view()}</tbody></table>
        </div>
    }
    .rendered()
}

/// The text of a position's stop, and its tone.
pub(crate) fn stop_of(
    position: &Position,
    protection: PositionProtection,
    ticks: &Ticks,
) -> (String, Option<&'static str>) {
    let words = pages(visit::lang());
    let text = match (protection.stop, protection.state) {
        (Some(price), _) => ticks.price(&position.symbol, price),
        (None, ProtectionState::Missing) => words.stop_missing.to_owned(),
        (None, ProtectionState::NoStop | ProtectionState::Released) => words.no_stop_by_choice.to_owned(),
        (None, _) => words.no_stop.to_owned(),
    };
    (text, (protection.state == ProtectionState::Missing).then_some("loss"))
}

/// A remark on a position that is not supervised.
pub(crate) fn supervision_of(protection: PositionProtection) -> Option<AnyView> {
    let words = pages(visit::lang());
    let remark = match protection.state {
        ProtectionState::Foreign => Some(words.opened_elsewhere),
        ProtectionState::Released => Some(words.not_supervised),
        _ => None,
    };
    remark.map(|text| view! { <span class="hint">" "{text}</span> }.rendered())
}

/// One key's orders with their status.
pub(crate) fn order_table(rows: &[Order], label: &'static str) -> AnyView {
    order_rows(rows.iter().map(|order| (None, order)), label, false)
}

/// Orders of several keys, each with its key's name.
pub(crate) fn keyed_orders(rows: &[(String, Order)], label: &'static str) -> AnyView {
    order_rows(rows.iter().map(|(key, order)| (Some(key.as_str()), order)), label, true)
}

fn order_rows<'a>(
    rows: impl Iterator<Item = (Option<&'a str>, &'a Order)>,
    label: &'static str,
    keyed: bool,
) -> AnyView {
    let (words, names) = (pages(visit::lang()), orders(visit::lang()));
    let mut columns = vec![
        (words.col_time, WORDS),
        (words.col_market, ROOMY),
        (words.col_order, WORDS),
        (words.col_amount, NUMBER),
        (words.col_price, NUMBER),
        (words.col_average, ROOMY_NUMBER),
        (words.col_filled, ROOMY_NUMBER),
        (words.col_status, WORDS),
    ];
    columns.extend(keyed.then_some((words.col_key, ROOMY)));
    let row = |(key, o): (Option<&str>, &Order)| {
        let amount = o.amount.map_or_else(|| desk(visit::lang()).whole.to_owned(), money::text);
        let price = o.stop_price.or(o.price).map(figures::decimal).unwrap_or_default();
        let symbol = o.symbol.to_string();
        let below: Vec<_> = [symbol.as_str()].into_iter().chain(key).collect();
        let key = key.map(|key| view! { <td class="roomy">{key.to_owned()}</td> });
        let foreign = (!is_from_slipstream(&o.client_order_id)).then(
            || view! { <span class="hint" data-testid="order-foreign">" "{words.placed_elsewhere}</span> },
        );
        view! {
            <tr data-testid="order-row" data-kind=o.kind.word()>
                <td>{timestamp(o.at)}</td>
                <td class="roomy">{o.symbol.to_string()}</td>
                <th scope="row">
                    <span data-side=o.side.word()>{names.side(o.side)}</span>" "{names.kind(o.kind)}{foreign}
                    {tight(&below)}
                </th>
                <td class="number">{amount}</td>
                <td class="number">{price}</td>
                <td class="roomy number">{o.average.map(figures::price)}</td>
                <td class="roomy number">{money::text(o.filled)}</td>
                <td>{status(o.status)}</td>
                {key}
            </tr>
        }
    };
    scrolling(label.to_owned(), &columns, rows.map(row).collect_view())
}

fn status(status: OrderStatus) -> &'static str {
    let words = pages(visit::lang());
    match status {
        OrderStatus::Open => words.status_open,
        OrderStatus::Closed => words.status_filled,
        OrderStatus::Canceled => words.status_canceled,
        OrderStatus::Expired => words.status_expired,
        OrderStatus::Rejected => words.status_rejected,
    }
}

pub(crate) fn trade_table(rows: &[Trade], label: &'static str) -> AnyView {
    let (words, names) = (pages(visit::lang()), orders(visit::lang()));
    let columns = [
        (words.col_time, WORDS),
        (words.col_market, ROOMY),
        (words.col_side, WORDS),
        (words.col_amount, NUMBER),
        (words.col_price, NUMBER),
        (words.col_fee, ROOMY_NUMBER),
        (words.col_realized, NUMBER),
    ];
    let row = |t: &Trade| {
        let fee = format!("{} {}", figures::decimal(t.fee.cost), t.fee.currency);
        view! {
            <tr data-testid="trade-row">
                <td>{timestamp(t.at)}</td>
                <td class="roomy">{t.symbol.to_string()}</td>
                <th scope="row">
                    <span data-side=t.side.word()>{names.side(t.side)}</span>{tight(&[&t.symbol.to_string()])}
                </th>
                <td class="number">{money::text(t.amount)}</td>
                <td class="number">{figures::decimal(t.price)}</td>
                <td class="roomy number">{fee}</td>
                <td class="number" data-change=tone(t.realized)>{figures::signed_cents(t.realized)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=label>
            <table class="table">{head(&columns)}<tbody>{rows.iter().map(row).collect_view()}</tbody></table>
        </div>
    }
    .rendered()
}
