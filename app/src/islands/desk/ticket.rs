//! The order ticket: a plain form with a live preview.

use super::{
    DeskInit, TicketDraft,
    account::AccountSignals,
    fields::{self, Choice, Input},
    foresee::{self, Foreseen},
    preview,
    send::Sender,
    targets,
};
use crate::words::{desk::desk, problems};
use domain::{money, validation::FieldProblem};
use leptos::{ev, prelude::*};

/// One take-profit row: a stable row number, and the typed text.
pub(crate) type TargetRow = (usize, RwSignal<String>);

/// The ticket's fields and its preview.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    pub(super) side: RwSignal<String>,
    pub(super) kind: RwSignal<String>,
    pub(super) price: RwSignal<String>,
    pub(super) sizing: RwSignal<String>,
    pub(super) amount: RwSignal<String>,
    pub(super) percent: RwSignal<String>,
    pub(super) stop: RwSignal<String>,
    pub(super) stop_kind: RwSignal<String>,
    pub(super) stop_price: RwSignal<String>,
    pub(super) callback: RwSignal<String>,
    pub(super) targets: RwSignal<Vec<TargetRow>>,
    /// Whether the user confirmed an order without a stop.
    pub(super) without_stop: RwSignal<bool>,
    pub(super) account: AccountSignals,
    /// The ticket with its computed amount.
    pub(super) draft: Memo<TicketDraft>,
    /// The preview, or the problems.
    pub(super) foreseen: Memo<Result<Foreseen, Vec<FieldProblem>>>,
}

impl Ticket {
    pub(super) fn new(init: &DeskInit, account: AccountSignals) -> Self {
        let text = |t: &str| RwSignal::new(t.to_owned());
        let from = &init.draft;
        let (side, kind, price, sizing) =
            (text(&from.side), text(&from.kind), text(&from.price), text(&from.sizing));
        let (amount, percent, callback) = (text(&from.amount), text(&from.percent), text(&from.callback));
        let (stop, stop_kind, stop_price) = (text(&from.stop), text(&from.stop_kind), text(&from.stop_price));
        let targets =
            RwSignal::new(from.targets.iter().map(|t| text(t)).enumerate().collect::<Vec<TargetRow>>());
        let without_stop = RwSignal::new(from.without_stop);
        let draft = Memo::new(move |_| {
            let mut draft = TicketDraft {
                side: side.get(),
                kind: kind.get(),
                price: price.get(),
                sizing: sizing.get(),
                amount: amount.get(),
                percent: percent.get(),
                stop: stop.get(),
                stop_kind: stop_kind.get(),
                stop_price: stop_price.get(),
                callback: callback.get(),
                targets: targets.with(|rows| rows.iter().map(|(_, t)| t.get()).collect()),
                without_stop: without_stop.get(),
            };
            if draft.by_risk() {
                let amount = foresee::amount_by_risk(&draft, &account.ground());
                draft.amount = amount.map(money::text).unwrap_or_default();
            }
            draft
        });
        let foreseen = Memo::new(move |_| draft.with(|d| foresee::foresee(d, &account.ground())));
        Self {
            side,
            kind,
            price,
            sizing,
            amount,
            percent,
            stop,
            stop_kind,
            stop_price,
            callback,
            targets,
            without_stop,
            account,
            draft,
            foreseen,
        }
    }

    /// The problem of a field, once it has been typed in.
    pub(super) fn problem(self, name: &str, typed: bool) -> Option<&'static str> {
        let found = self.foreseen.with(|seen| {
            let problems = seen.as_ref().err()?;
            problems.iter().find(|p| p.field == name).map(|p| p.problem)
        });
        found.filter(|_| typed).map(|p| problems::problem(self.account.lang, p))
    }

    fn send(self, sender: Sender, event: &ev::SubmitEvent) {
        let amount = self.draft.with_untracked(|d| d.amount.clone());
        sender.submit_with(event, vec![("amount", amount)], move || {
            self.amount.set(String::new());
            self.without_stop.set(false);
        });
    }
}

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
            on:submit=move |event| ticket.send(sender, &event)>
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
            None => "",
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

fn buttons(ticket: Ticket, sender: Sender, base: &str) -> impl IntoView + use<> {
    let words = desk(ticket.account.lang);
    let base = base.to_owned();
    // Once the page is interactive, the preview is always shown.
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let label = move || {
        if sender.busy.get() {
            words.sending.to_owned()
        } else if ticket.side.get() == "SELL" {
            words.place_sell(&base)
        } else {
            words.place_buy(&base)
        }
    };
    view! {
        <div class="ticket-buttons">
            <button type="submit" class="button" data-kind="quiet" formmethod="get" formaction="/trade" formnovalidate=true
                hidden=move || awake.get()>{words.update_preview}</button>
            <button type="submit" class="button place" data-kind="main" data-side=move || ticket.side.get()
                data-testid="place" disabled=move || sender.busy.get()>{label}</button>
        </div>
    }
}
