//! The market's open orders.

use super::{account::AccountSignals, controls::hidden, send::Sender};
use crate::{
    figures,
    words::{desk::desk, orders::orders},
};
use domain::{Order, OrderType, client_order_id::is_from_slipstream, live::ProtectionState, money};
use leptos::{either::Either, prelude::*};

/// The table of orders, or a text if there are none.
pub(super) fn view(account: AccountSignals, sender: Sender) -> impl IntoView {
    let words = desk(account.lang);
    let list = Memo::new(move |_| account.state.with(|a| a.orders.clone()));
    let none = move || list.with(Vec::is_empty);
    let protection = Memo::new(move |_| account.state.with(|a| a.protection.map(|p| p.state)));
    view! {
        <p class="empty" data-testid="no-orders" hidden=move || !none()>{words.no_orders}</p>
        <div class="table-scroll" hidden=none>
            <table class="table" data-testid="open-orders">
                <thead>
                    <tr>
                        <th scope="col">{words.what}</th>
                        <th scope="col" class="number">{words.amount}</th>
                        <th scope="col" class="number">{words.trigger}</th>
                        <th scope="col" class="roomy number">{words.filled}</th>
                        <th scope="col"><span class="visually-hidden">{words.action}</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || list.get() key=move |o| (o.client_order_id.clone(), o.filled, protection.get()) let(order)>
                        {row(account, sender, &order)}
                    </For>
                </tbody>
            </table>
        </div>
    }
}

fn row(account: AccountSignals, sender: Sender, order: &Order) -> impl IntoView + use<> {
    let (words, names) = (desk(account.lang), orders(account.lang));
    let price = order.stop_price.or(order.price).map(figures::decimal).unwrap_or_default();
    let amount = order.amount.map_or_else(|| words.whole.to_owned(), money::text);
    let kind = names.kind(order.kind);
    let cancel = cancel(account, sender, order, words.cancel_this(kind, &price));
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
fn cancel(account: AccountSignals, sender: Sender, order: &Order, label: String) -> impl IntoView + use<> {
    let words = desk(account.lang);
    let is_stop = order.reduce_only && matches!(order.kind, OrderType::Stop | OrderType::StopMarket);
    let supervised = account.state.with_untracked(|a| {
        a.protection.is_some_and(|protection| protection.state == ProtectionState::Supervised)
    });
    let kept = is_stop && supervised;
    let (text, named) = if kept { (words.cancel_yes, None) } else { (words.cancel, Some(label.clone())) };
    let conditional = if order.kind.conditional() { "true" } else { "false" };
    let form = view! {
        <form method="post" action="/api/order-cancel" on:submit=move |e| sender.submit(&e)>
            {hidden(account)}
            <input type="hidden" name="order" value=order.client_order_id.clone()/>
            <input type="hidden" name="conditional" value=conditional/>
            {kept.then(|| view! { <p>{words.stop_kept}</p> })}
            <button type="submit" class="button" data-kind="quiet" aria-label=named data-testid="cancel-order"
                disabled=move || sender.busy.get()>{text}</button>
        </form>
    };
    if kept {
        Either::Left(view! {
            <details class="sure">
                <summary class="button" data-kind="quiet" aria-label=label>{words.cancel}</summary>
                {form}
            </details>
        })
    } else {
        Either::Right(form)
    }
}
