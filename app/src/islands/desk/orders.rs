//! The market's open orders: each entry with its plan, then the protective orders by their price.

use super::{account::AccountSignals, controls::hidden, manage::fixed, question::Question, send::Sender};
use crate::islands::part::{self, IntoPart, Part, still};
use crate::islands::reactive::{Memo, Peek, PeekUntracked, dynamic, handler};
use crate::{
    figures,
    words::{
        desk::{Desk, desk},
        orders::orders,
    },
};
use domain::money::Arithmetic as _;
use domain::{
    Decimal, Order, OrderType,
    client_order_id::is_from_slipstream,
    live::{AccountState, ProtectionState},
    money,
    trade::TargetShare,
};
use leptos::prelude::*;
use std::sync::Arc;

/// The form that cancels an order.
const CANCEL: &str = "/api/order-cancel";

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    /// An order at the exchange.
    Open(Box<Order>),
    /// The stop that is placed once the entry with this client order id has filled.
    Stop(String, Decimal),
    /// A take-profit that is placed once the entry has filled: its number, its price, and its share of the amount.
    Target(String, usize, Decimal, Decimal),
}

/// The rows in their order: each entry order with its plan, then the protective orders from the highest price.
fn lines(state: &AccountState) -> Vec<Line> {
    let price = |order: &Order| order.stop_price.or(order.price);
    // They are inserted in order: the code of a sort would be two kilobytes of the bundle, and the orders are few.
    let mut exits: Vec<&Order> = Vec::new();
    for order in state.orders.iter().filter(|order| order.reduce_only) {
        let place = exits.iter().position(|other| price(other) < price(order)).unwrap_or(exits.len());
        exits.insert(place, order);
    }
    let mut lines = Vec::new();
    for order in state.orders.iter().filter(|order| !order.reduce_only) {
        let id = &order.client_order_id;
        lines.push(Line::Open(Box::new(order.clone())));
        let Some(trade) = state.trades.iter().find(|trade| trade.entry.as_ref() == Some(id)) else {
            continue;
        };
        lines.extend(trade.stop.map(|stop| Line::Stop(id.clone(), stop.trigger)));
        let targets = trade.targets.iter().enumerate();
        let line = |(number, target): (usize, &TargetShare)| {
            Line::Target(id.clone(), number, target.price, target.share)
        };
        lines.extend(targets.map(line));
    }
    lines.extend(exits.into_iter().map(|order| Line::Open(Box::new(order.clone()))));
    lines
}

/// The table of orders, or a text if there are none.
pub(super) fn view(account: AccountSignals, sender: Sender) -> impl IntoView {
    let words = desk(account.lang);
    let list = Memo::new(move |_| account.state.peek(lines));
    let none = move || list.peek(Vec::is_empty);
    let protection = Memo::new(move |_| account.state.peek(|a| a.protection.map(|p| p.state)));
    // The rows depend on the protection, too.
    let each = move || {
        let state = protection.get().map_or("", ProtectionState::word);
        list.get().into_iter().map(|line| of_line(account, sender, line, state)).collect::<Vec<_>>()
    };
    view! {
        <p class="empty" data-testid="no-orders" hidden=dynamic(move || !none())>{words.no_orders}</p>
        <div class="table-scroll" hidden=dynamic(none)>
            <table class="table" data-testid="open-orders">
                {still(|| head(words))}
                <tbody>
                    {part::rows(dynamic(each))}
                </tbody>
            </table>
        </div>
    }
}

/// The row of a line, while the protection has a state.
fn of_line(account: AccountSignals, sender: Sender, line: Line, state: &str) -> part::Row {
    let key = format!("{} {state}", line_key(&line));
    let render = move || match &line {
        Line::Open(order) => row(account, sender, order).replaced(),
        planned => plan(account, planned).replaced(),
    };
    (key, Arc::new(render))
}

/// The heads of the columns.
fn head(words: &Desk) -> impl IntoView {
    view! {
                <thead>
                    <tr>
                        <th scope="col">{words.what}</th>
                        <th scope="col" class="number">{words.amount}</th>
                        <th scope="col" class="number">{words.trigger}</th>
                        <th scope="col" class="roomy number">{words.filled}</th>
                        <th scope="col"><span class="visually-hidden">{words.action}</span></th>
                    </tr>
                </thead>
    }
}

/// The key of a row: a row of the same key is not rendered again. Two take-profits may have the same price and share.
fn line_key(line: &Line) -> String {
    match line {
        Line::Open(order) => {
            // The owner may move an order at the exchange, where it keeps its id.
            let price = order.stop_price.or(order.price).unwrap_or_default();
            format!("{} {} {price}", order.client_order_id, order.filled)
        }
        Line::Stop(entry, price) => format!("{entry} stop {price}"),
        Line::Target(entry, number, price, share) => format!("{entry} target {number} {price} {share}"),
    }
}

/// A stop or take-profit that is placed once its entry has filled.
fn plan(account: AccountSignals, line: &Line) -> impl IntoView + use<> {
    let words = desk(account.lang);
    let text = match line {
        Line::Target(_, _, price, share) => {
            let percent = share.times(Decimal::ONE_HUNDRED).unwrap_or_default().round_dp(2);
            words.planned_target(&figures::decimal(*price), &money::text(percent))
        }
        Line::Stop(_, price) => words.planned_stop(&figures::decimal(*price)),
        Line::Open(_) => String::new(),
    };
    view! {
        <tr class="planned" data-testid="plan-row">
            <td colspan="5">{text}</td>
        </tr>
    }
}

fn row(account: AccountSignals, sender: Sender, order: &Order) -> impl IntoView + use<> {
    let (words, names) = (desk(account.lang), orders(account.lang));
    let price = order.stop_price.or(order.price).map(figures::decimal).unwrap_or_default();
    let amount = order.amount.map_or_else(|| words.whole.to_owned(), money::text);
    let kind = match order.callback_rate {
        Some(rate) => words.with_rate(names.kind(order.kind), &money::text(rate)),
        None => names.kind(order.kind).to_owned(),
    };
    let cancel = cancel(account, sender, order, words.cancel_this(&kind, &price));
    let foreign = (!is_from_slipstream(&order.client_order_id))
        .then(|| view! { <span class="hint" data-testid="order-foreign">" "{words.placed_elsewhere}</span> });
    view! {
        <tr data-testid="open-order" data-kind=order.kind.word()>
            <th scope="row"><span data-side=order.side.word()>{names.side(order.side)}</span>" "{kind}{foreign}</th>
            <td class="number">{amount}</td>
            <td class="number">{price.clone()}</td>
            <td class="roomy number">{money::text(order.filled)}</td>
            <td class="actions">{cancel}</td>
        </tr>
    }
}

/// The cancel button. For a stop that supervision may restore, it first explains the consequence.
fn cancel(account: AccountSignals, sender: Sender, order: &Order, label: String) -> Part {
    let words = desk(account.lang);
    let is_stop = order.reduce_only && matches!(order.kind, OrderType::Stop | OrderType::StopMarket);
    let supervised = account.state.peek_untracked(|a| {
        a.protection.is_some_and(|protection| protection.state == ProtectionState::Supervised)
    });
    let kept = is_stop && supervised;
    let conditional = order.kind.conditional().to_string();
    let fields = vec![
        hidden(account).part(),
        fixed("order", order.client_order_id.clone()),
        fixed("conditional", conditional),
    ];
    if kept {
        let (text, sure) = (words.cancel_stop.to_owned(), words.stop_kept.to_owned());
        let cancel = Question::new("cancel-stop", text, sure, words.keep_stop, CANCEL, fields);
        let row = format!("-{}", order.client_order_id);
        let button = words.cancel.to_owned();
        return Question { row, button, named: Some(label), ..cancel }.view(sender);
    }
    view! {
        <form method="post" action=CANCEL on:submit=handler(move |e| sender.submit(&e))>
            {fields}
            <button type="submit" class="button" data-kind="quiet" aria-label=label data-testid="cancel-order"
                aria-disabled=dynamic(move || sender.busy.get().then_some("true"))>{words.cancel}</button>
        </form>
    }
    .part()
}

#[cfg(test)]
mod tests {
    use super::{super::read::tests::init, *};
    use domain::{ticket::Stop, trade::OpenTrade};

    fn order(id: &str, price: i64, reduce_only: bool) -> Order {
        let price = Some(Decimal::from(price));
        Order { client_order_id: id.into(), price, reduce_only, ..crate::islands::tests::order() }
    }

    #[test]
    fn an_entry_is_followed_by_its_plan_and_exits_are_sorted() {
        let (stop, target, half) = (Decimal::from(90), Decimal::from(120), Decimal::new(5, 1));
        let trade = OpenTrade {
            id: "0192d3a0-0000-7000-8000-000000000003".parse().unwrap(),
            version: 1,
            side: domain::Side::Buy,
            entry: Some("entry".into()),
            entered: Decimal::ZERO,
            stop: Some(Stop { trigger: stop, limit: None }),
            targets: vec![TargetShare { price: target, share: half }; 2],
            automation: domain::trade::Automation::default(),
        };
        let orders = vec![order("low", 80, true), order("entry", 100, false), order("high", 130, true)];
        let state = AccountState { orders: orders.clone(), trades: vec![trade], ..init().account };
        let open = |index: usize| Line::Open(Box::new(orders[index].clone()));
        let expected = [
            open(1),
            Line::Stop("entry".into(), stop),
            Line::Target("entry".into(), 0, target, half),
            Line::Target("entry".into(), 1, target, half),
            open(2),
            open(0),
        ];
        assert_eq!(lines(&state), expected);
        let keys: std::collections::HashSet<String> = expected.iter().map(line_key).collect();
        assert_eq!(keys.len(), expected.len(), "each row has its own key");
    }
}
