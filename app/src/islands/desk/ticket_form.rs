//! The order ticket: a plain form with a live preview.

use super::{
    fields::{self, Choice, Input},
    preview,
    send::Sender,
    targets,
    ticket::Ticket,
};
use crate::words::{desk::desk, problems};
use domain::validation::{FieldProblem, Problem};
use leptos::{ev, prelude::*};

pub(super) fn view(ticket: Ticket, sender: Sender) -> impl IntoView {
    let account = ticket.account;
    let words = desk(account.lang);
    let (base, quote) =
        account.market.with_value(|m| (m.symbol.base().to_owned(), m.symbol.quote().to_owned()));
    let input = move |name, label, unit: &str, text| {
        fields::decimal(&Input { name, label, unit: unit.to_owned(), text, ticket, sender })
    };
    let side = Choice { name: "side", label: words.side, text: ticket.side };
    let kind = Choice { name: "type", label: words.kind, text: ticket.kind };
    let kinds = [("MARKET", words.market), ("LIMIT", words.limit), ("TRAILING_STOP", words.trailing)];
    view! {
        <form method="post" action="/api/order-place" class="ticket" data-testid="ticket" aria-describedby="ticket-answer"
            on:submit=move |event| send(ticket, sender, &event)>
            <input type="hidden" name="key" value=account.key()/>
            <input type="hidden" name="symbol" value=account.symbol()/>
            <input type="hidden" name="idempotency" value=move || sender.idempotency.get()/>
            {fields::choice(side, &[("BUY", words.buy), ("SELL", words.sell)])}
            {fields::choice(kind, &kinds)}
            <div data-not-for="MARKET">{price(ticket, sender, &quote)}</div>
            <p class="hint" data-for="TRAILING_STOP">{words.trailing_hint}</p>
            {sizing(ticket, sender, &base)}
            <div data-for="TRAILING_STOP">{input("callbackRate", words.callback, "%", ticket.callback)}</div>
            <div data-not-for="TRAILING_STOP">
                {stop(ticket, sender, &quote)}
                {targets::view(ticket, sender)}
            </div>
            {preview::view(ticket)}
            {answer(ticket, sender)}
            {buttons(ticket, sender, &base)}
        </form>
    }
}

fn send(ticket: Ticket, sender: Sender, event: &ev::SubmitEvent) {
    if ticket.real_funds.asks(ticket) {
        event.prevent_default();
        return;
    }
    let amount = ticket.draft.with_untracked(|d| d.amount.clone());
    sender.submit_with(event, vec![("amount", amount)], move || {
        ticket.amount.set(String::new());
        ticket.without_stop.set(false);
    });
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
    fields::labelled(&input, label)
}

fn sizing(ticket: Ticket, sender: Sender, base: &str) -> impl IntoView + use<> {
    let words = desk(ticket.account.lang);
    let unit = base.to_owned();
    let choice = Choice { name: "sizing", label: words.sizing, text: ticket.sizing };
    let amount = Input {
        name: "amount",
        label: words.amount,
        unit: unit.clone(),
        text: ticket.amount,
        ticket,
        sender,
    };
    let percent = Input {
        name: "riskProfilePercent",
        label: words.percent,
        unit: "%".to_owned(),
        text: ticket.percent,
        ticket,
        sender,
    };
    let follows = move || {
        let amount = ticket.draft.with(|d| d.amount.clone());
        if amount.is_empty() { words.risk_needs_stop.to_owned() } else { words.risk_amount(&amount, &unit) }
    };
    view! {
        <div data-not-for="TRAILING_STOP">
            {fields::choice(choice, &[("amount", words.by_amount), ("risk", words.by_risk)])}
        </div>
        <div data-size="amount">{fields::decimal(&amount)}</div>
        <div data-size="risk">
            {fields::decimal(&percent)}
            <p class="hint">{words.risk_hint}</p>
            <output class="risk-amount" data-testid="risk-amount">{follows}</output>
        </div>
    }
}

fn stop(ticket: Ticket, sender: Sender, quote: &str) -> impl IntoView + use<> {
    let words = desk(ticket.account.lang);
    let input = |name, label, text| Input { name, label, unit: quote.to_owned(), text, ticket, sender };
    let closes = Choice { name: "stopTriggerType", label: words.stop_closes, text: ticket.stop_kind };
    view! {
        <fieldset class="group">
            <legend>{words.stop_loss}</legend>
            <div class="pair">
                {fields::decimal(&input("stopTriggerPrice", words.stop_trigger, ticket.stop))}
                {fields::choice(closes, &[("MARKET", words.market), ("LIMIT", words.limit)])}
            </div>
            <div data-stop="LIMIT">{fields::decimal(&input("stopPrice", words.stop_limit, ticket.stop_price))}</div>
            {without_stop(ticket, sender)}
        </fieldset>
    }
}

/// The check box that confirms a position without a stop; shown while there is no stop.
fn without_stop(ticket: Ticket, sender: Sender) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let has_stop = move || !ticket.stop.with(|stop| stop.trim().is_empty());
    let must_confirm = move || sender.failure.with(|f| f.fields.iter().any(|p| p.field == "withoutStop"));
    let unanswered = move || must_confirm() && !has_stop() && !ticket.without_stop.get();
    let described = move || if unanswered() { "without-stop-problem" } else { "without-stop-hint" };
    view! {
        <div hidden=has_stop data-testid="without-stop-row">
            <label class="check">
                <input type="checkbox" name="withoutStop" value="yes" data-testid="without-stop"
                    checked=ticket.without_stop.get_untracked() prop:checked=move || ticket.without_stop.get()
                    aria-describedby=described aria-invalid=move || unanswered().then_some("true")
                    on:change:target=move |event| ticket.without_stop.set(event.target().checked())/>
                <span>{words.without_stop}</span>
            </label>
            <p class="hint" id="without-stop-hint">{words.without_stop_hint}</p>
            <p class="problem" id="without-stop-problem" hidden=move || !unanswered()>{words.without_stop_needed}</p>
        </div>
    }
}

/// The result of the last post: an error or a success.
fn answer(ticket: Ticket, sender: Sender) -> impl IntoView {
    let lang = ticket.account.lang;
    let bad = move || {
        sender.failure.with(|f| match f.refusal {
            Some(rejection) => problems::rejection(lang, rejection),
            None if f.fields.iter().any(|p| p.field == "replace") => desk(lang).confirm_needed,
            None => unplaced(&f.fields).map_or("", |problem| problems::problem(lang, problem)),
        })
    };
    let good = move || sender.notice.get().map(|notice| problems::notice(lang, notice)).unwrap_or_default();
    view! {
        <div id="ticket-answer">
            <p class="message" data-tone="bad" role="alert" data-testid="refusal" hidden=move || bad().is_empty()>{bad}</p>
            <p class="message" data-tone="good" role="status" data-testid="notice" hidden=move || good().is_empty()>{good}</p>
        </div>
    }
}

/// The problem of a field that the ticket does not show: the account's or the market's.
fn unplaced(fields: &[FieldProblem]) -> Option<Problem> {
    fields.iter().find(|p| ["apiKey", "symbol"].contains(&p.field.as_str())).map(|p| p.problem)
}

fn buttons(ticket: Ticket, sender: Sender, base: &str) -> impl IntoView + use<> {
    let words = desk(ticket.account.lang);
    let base = base.to_owned();
    // Once the page is interactive, the preview is always shown.
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let label = move || {
        if sender.busy.get() {
            words.sending.to_owned()
        } else if let Some(question) = ticket.real_funds.question(ticket) {
            question
        } else if ticket.side.get() == "SELL" {
            words.place_sell(&base)
        } else {
            words.place_buy(&base)
        }
    };
    view! {
        {ticket.real_funds.check(ticket, awake)}
        <div class="ticket-buttons">
            <button type="submit" class="button" data-kind="quiet" formmethod="get" formaction="/trade" formnovalidate=true
                hidden=move || awake.get()>{words.update_preview}</button>
            <button type="submit" class="button place" data-kind="main" data-side=move || ticket.side.get()
                data-testid="place" disabled=move || sender.busy.get()>{label}</button>
        </div>
    }
}
