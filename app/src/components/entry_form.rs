//! The form with the order types that the ticket does not have, and the list of entries that wait.

use crate::components::rendered::Rendered as _;
use crate::{
    api::{trade::desk_page, trade_entry::LIMIT_CLOSE},
    components::{
        form::{Field, Posted},
        tables::dated_in,
    },
    figures,
    islands::desk::TicketDraft,
    visit,
    words::entries::{Entries, entries},
};
use domain::{
    OrderType,
    live::AccountState,
    ticket::{StopType, TradeEntryType},
};
use leptos::prelude::*;
use service::trading::order::entry_order::{EntryOrder, WaitingEntry};

/// The form's name, which is also its endpoint.
pub(crate) const FORM: &str = "trade-open";
/// The name of the ticket's button that requests the form.
pub(crate) const REQUEST: &str = "moreOrders";
/// Rows for take-profits.
const ROWS: usize = 3;

/// The form, filled in with the ticket's values. `idempotency` is the key of its next post.
pub(crate) fn entry_form(
    account: &AccountState,
    draft: &TicketDraft,
    posted: &Posted,
    idempotency: String,
) -> AnyView {
    let (words, posted) = (entries(visit::lang()), posted.of(FORM));
    let back = desk_page(&account.key.to_string(), &account.symbol.to_string());
    view! {
        <section class="panel" id="entry-form" aria-labelledby="entry-form-title" data-testid="entry-form">
            <h2 id="entry-form-title" class="panel-title">{words.title}</h2>
            <p>{words.lead}</p>
            <p class="hint">{words.oco_hint}</p>
            <form method="post" action=format!("/api/{FORM}") class="stack">
                <input type="hidden" name="key" value=account.key.to_string()/>
                <input type="hidden" name="symbol" value=account.symbol.to_string()/>
                <input type="hidden" name="idempotency" value=idempotency/>
                {order_fields(words, draft, &posted)}
                {exit_fields(words, draft, &posted)}
                {check(words.replace, "replace", &posted)}
                <div class="row">
                    <button type="submit" class="button" data-kind="main" data-testid="entry-submit">{words.button}</button>
                    <a class="button" data-kind="quiet" href=back>{words.cancel}</a>
                </div>
            </form>
        </section>
    }
    .rendered()
}

const fn field(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field {
        name,
        label,
        hint,
        scope: "entry",
        optional: true,
        autocomplete: "off",
        kind: "",
        long: false,
        prose: false,
    }
}

fn order_fields(words: &'static Entries, draft: &TicketDraft, posted: &Posted) -> AnyView {
    let option = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    let kinds = vec![
        option(TradeEntryType::StopMarket.word(), words.stop_market),
        option(TradeEntryType::StopLimit.word(), words.stop_limit),
        option(TradeEntryType::Oco.word(), words.oco),
        option(TradeEntryType::Limit.word(), words.limit_until),
        option(TradeEntryType::TrailingStop.word(), words.trailing),
        option(LIMIT_CLOSE, words.limit_close),
    ];
    let sides = vec![option("BUY", words.buy), option("SELL", words.sell)];
    let required = |name, label| Field { optional: false, ..field(name, label, "") };
    view! {
        {field("type", words.kind, "").select(posted, kinds, TradeEntryType::StopMarket.word(), "")}
        {field("side", words.side, "").select(posted, sides, &draft.side, "")}
        {required("amount", words.amount).show_with(posted, &draft.amount, "")}
        {field("price", words.price, words.price_hint).show_with(posted, &draft.price, "")}
        {field("triggerPrice", words.trigger, words.trigger_hint).show_with(posted, "", "")}
        {field("triggerLimitPrice", words.trigger_limit, words.trigger_limit_hint).show_with(posted, "", "")}
        {field("callbackRate", words.callback, words.callback_hint).show_with(posted, &draft.callback, "")}
        {field("goodTillHours", words.hours, words.hours_hint).show_with(posted, "", "")}
    }
    .rendered()
}

fn exit_fields(words: &'static Entries, draft: &TicketDraft, posted: &Posted) -> AnyView {
    let kinds = vec![
        (StopType::Market.word().to_owned(), words.market.to_owned()),
        (StopType::Limit.word().to_owned(), words.limit.to_owned()),
    ];
    view! {
        {field("stopTriggerPrice", words.stop_price, "").show_with(posted, &draft.stop, "")}
        {field("stopTriggerType", words.stop_type, "").select(posted, kinds, &draft.stop_kind, "")}
        {field("stopPrice", words.stop_limit_price, words.stop_limit_hint).show_with(posted, &draft.stop_price, "")}
        {check(words.no_stop, "withoutStop", posted)}
        {target_fields(words, draft, posted)}
    }
    .rendered()
}

/// A check box with its problem.
fn check(label: &'static str, name: &'static str, posted: &Posted) -> AnyView {
    let (problem, checked) = (posted.problem(name), posted.value(name) == "yes");
    view! {
        <label class="check">
            <input type="checkbox" name=name value="yes" checked=checked data-testid=format!("entry-{name}")
                aria-invalid=problem.map(|_| "true")/>
            <span>{label}</span>
        </label>
        {problem.map(|text| view! { <p class="problem">{text}</p> })}
    }
    .rendered()
}

fn target_fields(words: &'static Entries, draft: &TicketDraft, posted: &Posted) -> AnyView {
    let typed = |field: &str, index: usize| {
        let mut all =
            posted.values().iter().filter(|(name, _)| name == field).map(|(_, value)| value.clone());
        all.nth(index).unwrap_or_default()
    };
    let price = |index: usize| {
        let from_ticket = || draft.targets.get(index).cloned().unwrap_or_default();
        if posted.failed() { typed("takeProfitPrices", index) } else { from_ticket() }
    };
    let row = |index: usize| {
        let number = (index + 1).to_string();
        view! {
            <div class="row">
                <input name=format!("takeProfitPrices[{index}]") value=price(index) inputmode="decimal"
                    autocomplete="off" aria-label=words.target_price(&number) placeholder=words.target_price(&number)/>
                <input name=format!("takeProfitShares[{index}]") value=typed("takeProfitShares", index) inputmode="decimal"
                    autocomplete="off" aria-label=words.target_share(&number) placeholder="%"/>
            </div>
        }
    };
    let problem = posted.problem("takeProfitPrices").or_else(|| posted.problem("takeProfitShares"));
    view! {
        <fieldset class="choice">
            <legend>{words.targets}</legend>
            {(0..ROWS.max(draft.targets.len())).map(row).collect_view()}
            {problem.map(|text| view! { <p class="problem">{text}</p> })}
        </fieldset>
    }
    .rendered()
}

/// The entries that wait with a condition which the table of orders does not show: OCO, and orders that end at a date.
pub(crate) fn waiting_list(waiting: &[WaitingEntry]) -> Option<AnyView> {
    let words = entries(visit::lang());
    let lines: Vec<AnyView> = waiting.iter().filter_map(|entry| line(words, &entry.orders)).collect();
    if lines.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="panel" aria-labelledby="waiting-title" data-testid="waiting-entries">
                <h2 id="waiting-title" class="panel-title">{words.waiting}</h2>
                <ul>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </section>
        }
        .rendered(),
    )
}

fn line(words: &'static Entries, orders: &[EntryOrder]) -> Option<AnyView> {
    let price = |order: &EntryOrder| order.trigger.or(order.price).map(figures::decimal).unwrap_or_default();
    match orders {
        [limit, stop] if stop.kind != OrderType::Limit => {
            let text = words.waits_oco(&price(limit), &price(stop));
            Some(view! { {text} }.rendered())
        }
        [order] => {
            let until = order.good_till?;
            let limit = words.waits_limit(&price(order));
            Some(view! { {limit}" "{dated_in(words.ends_at(), until)} }.rendered())
        }
        _ => None,
    }
}
