//! Price lines: orders, the position, and what the ticket would add.

use super::{Chart, price_label, scale::Scale};
use crate::islands::reactive::{Peek, PeekValue};
use crate::{
    islands::desk::{account::AccountSignals, bars::in_steps, ticket::Ticket},
    words::{desk::desk, orders::orders},
};
use domain::{Decimal, Order};

struct Level {
    price: i64,
    tone: &'static str,
    label: &'static str,
}

/// All lines over the candles, as SVG.
pub(super) fn drawing(chart: Chart, account: AccountSignals, ticket: Ticket, scale: &Scale) -> String {
    let mut levels = open_levels(account);
    levels.extend(drafted(account, ticket));
    let last = account.market.peek_value(|m| in_steps(account.last.get(), m.tick));
    levels.push(Level { price: last, tone: "last", label: "" });
    let inside = levels.iter().filter(|l| (scale.lo..=scale.hi).contains(&l.price));
    inside.fold(String::new(), |drawing, level| drawing + &line(chart, scale, level))
}

fn open_levels(account: AccountSignals) -> Vec<Level> {
    let (words, names) = (desk(account.lang), orders(account.lang));
    let tick = account.market.peek_value(|m| m.tick);
    account.state.peek(|state| {
        let mut levels = Vec::new();
        let mut add = |price: Option<Decimal>, tone, label| {
            if let Some(price) = price {
                levels.push(Level { price: in_steps(price, tick), tone, label });
            }
        };
        for position in state.positions() {
            add(Some(position.entry_price), "entry", words.entry);
            add(position.liquidation_price, "liquidation", words.liquidation);
        }
        // The plan of an entry that waits: its stop and take-profits are placed once it has filled.
        for trade in state.trades.iter().filter(|trade| trade.entered.is_zero()) {
            add(trade.stop.map(|stop| stop.trigger), "draft", words.stop);
            trade.targets.iter().for_each(|target| add(Some(target.price), "draft", words.target));
        }
        for order in &state.orders {
            add(order.stop_price.or(order.price), tone(order), names.kind(order.kind));
        }
        levels
    })
}

fn tone(order: &Order) -> &'static str {
    use domain::OrderType::{Stop, StopMarket, TakeProfit, TakeProfitMarket};
    match order.kind {
        Stop | StopMarket => "stop",
        TakeProfit | TakeProfitMarket => "target",
        _ => "order",
    }
}

fn drafted(account: AccountSignals, ticket: Ticket) -> Vec<Level> {
    let words = desk(account.lang);
    let tick = account.market.peek_value(|m| m.tick);
    let Ok(seen) = ticket.foreseen.get() else { return Vec::new() };
    let order = seen.order;
    let targets = order.targets.into_iter().map(|price| (price, words.target));
    let stop = order.stop.map(|stop| (stop.trigger, words.stop));
    let entry = order.entry.price().map(|price| (price, words.entry));
    let all = targets.chain(stop).chain(entry);
    all.map(|(price, label)| Level { price: in_steps(price, tick), tone: "draft", label }).collect()
}

/// One line with its labels. The texts of the labels have no markup.
fn line(chart: Chart, scale: &Scale, level: &Level) -> String {
    let Level { price, tone, label } = *level;
    let (y, right) = (scale.y(price), scale.right());
    let (above, price) = (y - 40, price_label(scale, y, 20, &chart.price_text(price)));
    format!(
        "<g class=\"level {tone}\"><path d=\"M0 {y}H{right}\"/>\
         <text class=\"label\" x=\"60\" y=\"{above}\">{label}</text>{price}</g>"
    )
}
