//! The order ticket: a plain form with a live preview.

use super::{
    TicketDraft, automation, confirm, controls, exits,
    fields::{self, Choice, Input},
    focus::{close_sheet, focus},
    preview,
    send::{Sender, ignore_double},
    targets,
    ticket::Ticket,
    ticket_size,
};
use crate::islands::part::{IntoPart, Part, still};
use crate::islands::reactive::{Memo, Peek, PeekUntracked, dynamic, effect, handler};
use crate::words::{
    desk::{Desk, desk},
    problems,
};
use domain::validation::{FieldProblem, Problem};
use leptos::{ev, prelude::*};

pub(super) fn view(ticket: Ticket, sender: Sender) -> impl IntoView {
    let account = ticket.account;
    let words = desk(account.lang);
    let (base, quote) = account.assets();
    let input = move |name, label, unit: &str, text| {
        fields::decimal(&Input { name, label, unit: unit.to_owned(), text, ticket, sender })
    };
    let side = Choice { name: "side", label: words.side, text: ticket.side };
    let kind = Choice { name: "type", label: words.kind, text: ticket.kind };
    let kinds = [("MARKET", words.market), ("LIMIT", words.limit), ("TRAILING_STOP", words.trailing)];
    let timing = Choice { name: "timeInForce", label: words.time_in_force, text: ticket.time_in_force };
    let timings = [("GTC", words.gtc), ("IOC", words.ioc), ("FOK", words.fok), ("GTX", words.post_only)];
    // Without scripts the summary updates only on request; from here on it follows what is typed.
    effect(move || ticket.awake.set(true));
    view! {
        <form method="post" action="/api/order-place" class="ticket" data-testid="ticket" aria-describedby="ticket-answer"
            data-awake=dynamic(move || ticket.awake.get().then_some("")) on:submit=handler(move |event| send(ticket, sender, &event))>
            // The form's first button is the one that Enter presses in a field.
            {still(|| view! { <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true">{words.place_order}</button> })}
            {still(|| controls::key(account))}
            {still(|| controls::symbol(account))}
            {still(controls::list_state)}
            <input type="hidden" name="idempotency" value=dynamic(move || sender.idempotency.get())/>
            {fields::choice(side, &[("BUY", words.buy), ("SELL", words.sell)])}
            {fields::choice(kind, &kinds)}
            <div data-not-for="MARKET">{price(ticket, sender, &quote)}</div>
            {still(|| view! { <p class="hint" data-for="TRAILING_STOP">{words.trailing_hint}</p> })}
            <div data-for="LIMIT">{fields::choice(timing, &timings)}</div>
            {ticket_size::view(ticket, sender)}
            {reduce_only(ticket)}
            <div data-for="TRAILING_STOP">{input("callbackRate", words.callback, "%", ticket.callback)}</div>
            <div data-not-for="TRAILING_STOP">
                {stop(ticket, sender, &quote)}
                {targets::view(ticket, sender)}
            </div>
            {automation::view(ticket, sender)}
            {preview::view(ticket)}
            {answer(ticket, sender)}
            {buttons(ticket, sender, &base)}
            {still(|| further(words))}
        </form>
    }
}

/// The shares of the take-profits in percent, as sent with the ticket. The page provides those of the chosen preset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresetShares(
    /// Separated by commas; empty for equal shares.
    pub String,
);

/// The field with the shares of a preset's take-profits, and the buttons that request the page with the form that saves a
/// preset, or with the one for further order types. It is one element, because the browser skips exactly one.
fn further(words: &'static Desk) -> impl IntoView {
    let PresetShares(shares) = use_context::<PresetShares>().unwrap_or_default();
    let shares = (!shares.is_empty()).then(|| {
        view! {
            <div class="field">
                <label for="ticket-takeProfitShares">{words.preset_shares}</label>
                <input id="ticket-takeProfitShares" name="takeProfitShares" value=shares autocomplete="off" data-testid="preset-shares"/>
            </div>
        }
    });
    view! {
        <div>
            {shares}
            <button type="submit" class="button" data-kind="quiet" formmethod="get" formaction="/trade" formnovalidate=true
                name="savePreset" value="1" data-testid="save-preset">{words.save_preset}</button>
            <button type="submit" class="button" data-kind="quiet" formmethod="get" formaction="/trade" formnovalidate=true
                name="moreOrders" value="1" data-testid="more-orders">{words.more_orders}</button>
        </div>
    }
}

/// Sends the order, unless the account cannot carry it or its button must ask first.
fn send(ticket: Ticket, sender: Sender, event: &ev::SubmitEvent) {
    // Its button requests the page that saves a preset.
    if event.submitter().is_some_and(|button| button.has_attribute("formaction")) {
        return;
    }
    // The position that the order in progress opens must not become the question of another press.
    if sender.busy.get_untracked() {
        event.prevent_default();
        return;
    }
    let reduces = ticket.draft.peek_untracked(TicketDraft::reduces);
    if !reduces && untrack(|| ticket.shortfall()).is_some() {
        event.prevent_default();
        focus(if ticket.draft.peek_untracked(|d| d.by_risk()) {
            "#ticket-riskProfilePercent"
        } else {
            "#ticket-amount"
        });
        return;
    }
    if !untrack(|| confirm::is_confirmed(ticket, sender)) {
        event.prevent_default();
        return;
    }
    let done = move |_: &web_sys::HtmlFormElement| {
        ticket.reset();
        automation::clear();
        close_sheet();
    };
    sender.submit_with(event, untrack(|| converted(ticket)), Box::new(done));
}

/// The fields that are sent in other units than typed, and the confirmation.
fn converted(ticket: Ticket) -> Vec<(String, String)> {
    let draft = ticket.draft.get();
    let mut fields = vec![("amount".to_owned(), draft.amount), ("stopTriggerPrice".to_owned(), draft.stop)];
    let targets = draft.targets.into_iter().enumerate();
    fields.extend(targets.map(|(index, price)| (format!("takeProfitPrices[{index}]"), price)));
    if confirm::replaces(ticket) {
        fields.push(("replace".to_owned(), "yes".to_owned()));
    }
    fields
}

/// The limit price, or for a trailing order the price at which it activates: one field on the wire. The
/// stylesheet shows the label that fits the chosen order type.
fn price(ticket: Ticket, sender: Sender, quote: &str) -> impl IntoView + use<> {
    let words = desk(ticket.account.lang);
    let input = Input {
        name: "price",
        label: words.price,
        unit: quote.to_owned(),
        text: ticket.price,
        ticket,
        sender,
    };
    let label = view! {
        <span data-not-for="TRAILING_STOP">{words.price}</span>
        <span data-for="TRAILING_STOP">{words.activation_price}</span>
    };
    fields::labelled(&input, label.fixed())
}

fn stop(ticket: Ticket, sender: Sender, quote: &str) -> impl IntoView + use<> {
    let words = desk(ticket.account.lang);
    let input = |name, label, text| Input { name, label, unit: quote.to_owned(), text, ticket, sender };
    let closes = Choice { name: "stopTriggerType", label: words.stop_closes, text: ticket.stop_kind };
    let trigger = input("stopTriggerPrice", words.stop_trigger, ticket.stop);
    let unit = move || exits::unit_text(ticket, |units| units.stop);
    let unit = view! { <span class="unit" aria-hidden="true">{dynamic(unit)}</span> };
    let hint = move || {
        let price = ticket.draft.peek(|draft| draft.stop.clone());
        exits::hint(ticket, &price)
    };
    view! {
        <fieldset class="group">
            {still(|| view! { <legend>{words.stop_loss}</legend> })}
            {fields::with_units(&trigger, words.stop_trigger.fixed(), exits::stop_unit(ticket), unit.fixed())}
            <p class="hint one-line" data-testid="stop-converted">{dynamic(hint)}</p>
            {fields::choice(closes, &[("MARKET", words.market), ("LIMIT", words.limit)])}
            <div data-stop="LIMIT">{fields::decimal(&input("stopPrice", words.stop_limit, ticket.stop_price))}</div>
            {without_stop(ticket, sender)}
        </fieldset>
    }
}

/// The check box of a market order that only closes a part of the open position; without scripts there is the form for
/// partial closes.
fn reduce_only(ticket: Ticket) -> impl IntoView {
    let open = move || ticket.awake.get() && ticket.account.state.peek(|state| state.position.is_some());
    view! {
        <label class="check" data-for="MARKET" hidden=dynamic(move || !open())>
            <input type="checkbox" name="reduceOnly" value="yes" data-testid="reduce-only"
                prop:checked=dynamic(move || ticket.reduce_only.get())
                on:change:target=move |event| ticket.reduce_only.set(event.target().checked())/>
            {still(|| view! { <span>{desk(ticket.account.lang).reduce_only}</span> })}
        </label>
    }
}

/// The check box that confirms a position without a stop; shown while there is no stop.
fn without_stop(ticket: Ticket, sender: Sender) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let has_stop = move || !ticket.stop.peek(|stop| stop.trim().is_empty());
    let must_confirm = move || sender.failure.peek(|f| f.fields.iter().any(|p| p.field == "withoutStop"));
    let unanswered = move || must_confirm() && !has_stop() && !ticket.without_stop.get();
    let described = move || if unanswered() { "without-stop-problem" } else { "without-stop-hint" };
    view! {
        <div hidden=dynamic(has_stop) data-testid="without-stop-row">
            <label class="check">
                <input type="checkbox" name="withoutStop" value="yes" data-testid="without-stop"
                    checked=ticket.without_stop.get_untracked() prop:checked=dynamic(move || ticket.without_stop.get())
                    aria-describedby=dynamic(described) aria-invalid=dynamic(move || unanswered().then_some("true"))
                    on:change=handler(move |event| ticket.without_stop.set(event_target_checked(&event)))/>
                {still(|| view! { <span>{words.without_stop}</span> })}
            </label>
            {still(|| view! { <p class="hint" id="without-stop-hint">{words.without_stop_hint}</p> })}
            <p class="problem" id="without-stop-problem" hidden=dynamic(move || !unanswered())>{words.without_stop_needed}</p>
        </div>
    }
}

/// The result of the last post: an error or a success.
fn answer(ticket: Ticket, sender: Sender) -> impl IntoView {
    let lang = ticket.account.lang;
    let bad = move || {
        let words = desk(lang);
        let unconfirmed = if ticket.awake.get() { words.confirm_again } else { words.confirm_needed };
        sender.failure.peek(|f| match f.refusal {
            Some(rejection) => problems::rejection(lang, rejection),
            None if f.fields.iter().any(|p| p.field == "replace") => unconfirmed,
            None => unplaced(&f.fields).map_or("", |problem| problems::problem(lang, problem)),
        })
    };
    let good = move || sender.notice.get().map(|notice| problems::notice(lang, notice)).unwrap_or_default();
    view! {
        <div id="ticket-answer">
            <p class="message" data-tone="bad" role="alert" data-testid="refusal" hidden=dynamic(move || bad().is_empty())>{dynamic(bad)}</p>
            <p class="message" data-tone="good" role="status" data-testid="notice" hidden=dynamic(move || good().is_empty())>{dynamic(good)}</p>
        </div>
    }
}

/// The problem of a field that the ticket does not show: the account's or the market's.
fn unplaced(fields: &[FieldProblem]) -> Option<Problem> {
    fields.iter().find(|p| ["apiKey", "symbol"].contains(&p.field.as_str())).map(|p| p.problem)
}

/// The check box that confirms an order with real funds without scripts; empty if none is needed.
fn real_funds(ticket: Ticket) -> Part {
    if !ticket.real_funds {
        return ().fixed();
    }
    let awake = ticket.awake;
    view! {
        <label class="check" hidden=dynamic(move || awake.get())>
            <input type="checkbox" required=true disabled=dynamic(move || awake.get()) data-testid="real-funds"/>
            <span>{desk(ticket.account.lang).real_funds}</span>
        </label>
    }
    .fixed()
}

/// The button that sends the order. It stays enabled while sending, so that it keeps the focus; a second press sends
/// nothing.
fn buttons(ticket: Ticket, sender: Sender, base: &str) -> impl IntoView + use<> {
    let words = desk(ticket.account.lang);
    let base = base.to_owned();
    let asking = Memo::new(move |_| confirm::is_asking(ticket));
    let label = move || {
        if sender.busy.get() {
            words.sending.to_owned()
        } else if let Some(text) = confirm::reducing(ticket) {
            text
        } else if asking.get() {
            confirm::label(ticket)
        } else if let Some(text) = confirm::beside(ticket) {
            text
        } else if ticket.side.get() == "SELL" {
            words.place_sell(&base)
        } else {
            words.place_buy(&base)
        }
    };
    let question = move || if asking.get() { words.press_again } else { "" };
    view! {
        {real_funds(ticket)}
        <div class="ticket-buttons">
            <button type="submit" class="button" data-kind="quiet" formmethod="get" formaction="/trade" formnovalidate=true
                hidden=dynamic(move || ticket.awake.get())>{words.update_preview}</button>
            <p class="visually-hidden" role="status">{dynamic(question)}</p>
            <button type="submit" class="button place" data-kind="main" data-side=dynamic(move || ticket.side.get())
                data-asking=dynamic(move || asking.get().then_some("")) data-testid="place"
                aria-disabled=dynamic(move || sender.busy.get().then_some("true")) on:click=handler(|event| ignore_double(&event))>{dynamic(label)}</button>
            <button type="button" class="button" data-kind="quiet" data-testid="place-cancel" hidden=dynamic(move || !asking.get())
                on:click=handler(move |_| { ticket.confirming.set(None); focus("[data-testid=place]"); })>{words.cancel}</button>
        </div>
    }
}
