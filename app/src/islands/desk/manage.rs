//! The controls of an open position: its stop, its take-profits, and closing a part of it.
//!
//! Each part is an [`Part`]: the browser's bundle contains one form and one button instead of one per use.

mod automatic;
mod close;
mod edit;
mod targets;

#[cfg(feature = "ssr")]
pub(crate) use edit::KeptValues;

use super::{
    account::AccountSignals,
    automation::FIELDS,
    controls::hidden,
    figure::line,
    question::{Question, button},
    send::Sender,
};
use crate::islands::part::{IntoPart, Part, changing};
use crate::islands::reactive::{Memo, Peek, RwSignal, dynamic, handler};
use crate::words::{desk::desk, problems};
use domain::{IntentId, PositionSide, money, ticket::StopType, trade::OpenTrade};
use edit::{Edit, identity, open_trade};
use leptos::prelude::*;

/// The names of the fields of the forms.
const STOP: &[&str] = &["stopTriggerPrice", "stopPrice"];
const ADD: &[&str] = &["addAmount", "addRisk"];

/// The controls of the market's open trade; of a position that Slipstream did not open, or that several trades share, only its parts
/// can be closed.
pub(super) fn view(account: AccountSignals, sender: Sender) -> impl IntoView {
    // The forms of a trade are rendered once: each follows the trade by itself, unless it is being edited. Trades that share a
    // position are listed below the desk, each with its own controls.
    let id = Memo::new(move |_| open_trade(account).map(|trade| trade.id));
    let open = Memo::new(move |_| account.state.peek(|state| account.held(state).is_some()));
    let of_trade = move || Some(of_trade(account, sender, id.get()?));
    changing(move || {
        open.get().then(|| {
            view! { <div class="manage" data-testid="manage">{changing(of_trade)}{close::part(account, sender)}</div> }
                .part()
        })
    })
}

/// The controls of one open trade.
fn of_trade(account: AccountSignals, sender: Sender, id: IntentId) -> Part {
    let words = desk(account.lang);
    let edit = |fields| Edit::new(account, sender, id, fields);
    let (moved, shared, set, added, plain) =
        (edit(STOP), edit(targets::FIELDS), edit(&FIELDS), edit(ADD), edit(&[]));
    // Questions are rendered again only when their text changes, because an open one would close.
    let stopped = Memo::new(move |_| open_trade(account).is_some_and(|trade| trade.stop.is_some()));
    let remove = move || stopped.get().then(|| remove_stop(plain));
    vec![
        moved.folded("move-stop", words.move_stop, vec![moved.part(stop), changing(remove).part()]),
        breakeven(plain),
        shared.folded("edit-targets", words.edit_targets, vec![shared.part(targets::form)]),
        set.folded("automation", words.automation, vec![set.part(automatic::form)]),
        added.folded("add-part", words.add, vec![added.part(add)]),
        reverse(account, sender, id, stopped),
    ]
    .part()
}

/// A form of the position; `edited` is set once something is typed in it.
fn form(
    sender: Sender,
    edited: RwSignal<bool>,
    action: &'static str,
    id: &'static str,
    body: Vec<Part>,
) -> Part {
    // The fields that were typed in follow their values again.
    let done = move |form: &web_sys::HtmlFormElement| {
        form.reset();
        edited.set(false);
    };
    let send = move |event| sender.submit_with(&event, Vec::new(), Box::new(done));
    view! {
        <form method="post" action=action data-testid=id on:submit=handler(send) on:input=handler(move |_| edited.set(true))>{body}</form>
    }
    .part()
}

/// A button that opens a part of the controls.
fn folded(
    account: AccountSignals,
    id: &'static str,
    text: &'static str,
    open: bool,
    body: Vec<Part>,
) -> Part {
    view! {
        <details class="edit" id=account.id(id) open=open>
            <summary class="button" data-kind="quiet" data-testid=id>{text}</summary>
            <div class="edit-body">{body}</div>
        </details>
    }
    .part()
}

/// A hidden field of a form.
pub(super) fn fixed(name: &'static str, value: String) -> Part {
    view! { <input type="hidden" name=name value=value/> }.part()
}

/// The hidden fields of a form that acts once, however often it is sent.
fn once(account: AccountSignals, sender: Sender) -> Part {
    view! {
        {hidden(account)}
        <input type="hidden" name="idempotency" value=dynamic(move || sender.idempotency.get())/>
    }
    .part()
}

/// The problem of a field of the last post.
pub(super) fn problem(account: AccountSignals, sender: Sender, name: &str) -> Option<&'static str> {
    let found = sender.failure.peek(|f| f.fields.iter().find(|p| p.field == name).map(|p| p.problem));
    found.map(|problem| problems::problem(account.lang, problem))
}

/// A number field of a form.
struct Input {
    name: &'static str,
    label: &'static str,
    value: String,
    required: bool,
    /// A line below the field, before its problem.
    note: Option<Part>,
}

/// Renders a number field with its problem.
fn input(account: AccountSignals, sender: Sender, input: Input) -> Part {
    let Input { name, label, value, required, note } = input;
    let id = account.id(&format!("manage-{name}"));
    let problem_id = format!("{id}-problem");
    let found = dynamic(move || problem(account, sender, name).unwrap_or_default().to_owned());
    let invalid = dynamic(move || problem(account, sender, name).map(|_| "true"));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input id=id name=name value=value inputmode="decimal" autocomplete="off" required=required
                aria-describedby=problem_id.clone() aria-invalid=invalid/>
            {note}
            {line("problem", Some(problem_id), found)}
        </div>
    }
    .part()
}

/// Moves the stop. The type of the stop order stays.
fn stop(edit: Edit, trade: &OpenTrade) -> Vec<Part> {
    let words = desk(edit.account.lang);
    let trigger = |trade: &OpenTrade| trade.stop.map(|stop| money::text(stop.trigger)).unwrap_or_default();
    let limit =
        |trade: &OpenTrade| trade.stop.and_then(|stop| stop.limit).map(money::text).unwrap_or_default();
    let kind = trade.stop.map_or(StopType::Market, |stop| stop.kind());
    let mut parts = edit.identity();
    parts.push(fixed("stopTriggerType", kind.word().to_owned()));
    parts.push(edit.input(STOP[0], words.move_to, trade, trigger, true));
    if kind == StopType::Limit {
        parts.push(edit.input(STOP[1], words.stop_limit, trade, limit, true));
    }
    parts.push(button(edit.sender, "main", "move-stop-send".to_owned(), words.move_stop.to_owned()));
    vec![edit.form("/api/trade-stop", "stop-form", parts)]
}

/// Removes the stop after a question.
fn remove_stop(edit: Edit) -> Part {
    let words = desk(edit.account.lang);
    let mut fields = edit.identity();
    fields.push(fixed("confirmNoStop", "yes".to_owned()));
    let (text, sure) = (words.remove_stop.to_owned(), words.remove_stop_sure.to_owned());
    let remove = Question::new("remove-stop", text, sure, words.dismiss, "/api/trade-stop", fields);
    Question { row: edit.account.suffix().to_owned(), ..remove }.view(edit.sender)
}

/// Moves the stop to the price at which closing costs nothing.
fn breakeven(edit: Edit) -> Part {
    let words = desk(edit.account.lang);
    let mut parts = edit.identity();
    parts.push(button(edit.sender, "quiet", "breakeven".to_owned(), words.breakeven.to_owned()));
    edit.form("/api/trade-breakeven", "breakeven-form", parts)
}

/// Increases the position: by an amount, or, with a stop, by a share of the balance at risk.
fn add(edit: Edit, trade: &OpenTrade) -> Vec<Part> {
    const ACTION: &str = "/api/trade-add";
    let words = desk(edit.account.lang);
    let by = |form, name, label, send: &str, text: &str| {
        let mut parts = edit.identity();
        let value = edit::kept(name).into_iter().next().unwrap_or_default();
        let field = Input { name, label, value, required: true, note: None };
        parts.push(input(edit.account, edit.sender, field));
        parts.push(button(edit.sender, "main", send.to_owned(), text.to_owned()));
        edit.form(ACTION, form, parts)
    };
    let mut body = vec![by("add-form", ADD[0], words.add_amount, "add-amount", words.add_this)];
    if trade.stop.is_some() {
        body.push(by("add-risk-form", ADD[1], words.add_risk, "add-risk", words.add_by_risk));
    }
    body
}

/// Closes the position and opens one of the same size on the other side, after a question. Asks again when the size
/// has changed.
fn reverse(account: AccountSignals, sender: Sender, id: IntentId, stopped: Memo<bool>) -> Part {
    let words = desk(account.lang);
    let held = Memo::new(move |_| {
        account.state.peek(|state| account.held(state).map(|held| (held.side, held.contracts)))
    });
    let button_and_question = move || {
        let (side, contracts) = held.get()?;
        let size = money::text(contracts);
        let text = match side {
            PositionSide::Long => words.reverse_to_short(&size),
            PositionSide::Short => words.reverse_to_long(&size),
        };
        let mut parts = vec![identity(account, sender, id)];
        let bare = !stopped.get();
        if bare {
            parts.push(fixed("confirmNoStop", "yes".to_owned()));
        }
        let sure = if bare { words.reverse_sure_bare } else { words.reverse_sure };
        let sure = sure.to_owned();
        let reverse = Question::new("reverse", text, sure, words.dismiss, "/api/trade-reverse", parts);
        Some(Question { row: account.suffix().to_owned(), ..reverse }.view(sender))
    };
    changing(button_and_question).part()
}

/// The result of the last post of the position's and the orders' forms.
pub(super) fn answer(account: AccountSignals, sender: Sender) -> impl IntoView {
    // Problems of visible fields are shown beside them.
    const BESIDE: [&str; 11] = [
        "stopTriggerPrice",
        "stopPrice",
        "amount",
        "addAmount",
        "addRisk",
        "takeProfitPrices",
        "takeProfitShares",
        "breakevenAfter",
        "trailingPercent",
        "trailingAtr",
        "timeLimit",
    ];
    let lang = account.lang;
    let bad = move || {
        sender.failure.peek(|f| {
            let hidden = f.fields.iter().find(|p| !BESIDE.contains(&p.field.as_str()));
            let refused = f.refusal.map(|rejection| problems::rejection(lang, rejection));
            refused.or_else(|| hidden.map(|p| problems::problem(lang, p.problem))).unwrap_or_default()
        })
    };
    let good = move || sender.notice.get().map(|notice| problems::notice(lang, notice)).unwrap_or_default();
    view! {
        <p class="message" data-tone="bad" role="alert" data-testid="manage-refusal" hidden=dynamic(move || bad().is_empty())>{dynamic(bad)}</p>
        <p class="message" data-tone="good" role="status" data-testid="manage-notice" hidden=dynamic(move || good().is_empty())>{dynamic(good)}</p>
    }
}

/// Cancels the market's entry orders after a confirmation; nothing while there are none.
pub(super) fn entries(account: AccountSignals, sender: Sender) -> impl IntoView {
    let words = desk(account.lang);
    let count = Memo::new(move |_| {
        account.state.peek(|state| state.orders.iter().filter(|o| !o.reduce_only).count())
    });
    changing(move || {
        let count = Some(count.get()).filter(|count| *count > 0)?;
        let (text, sure) = (words.cancel_entries(count), words.cancel_entries_sure(count));
        let (keep, fields) = (words.keep_orders, vec![hidden(account).part()]);
        let cancel = Question::new("cancel-entries", text, sure, keep, "/api/entries-cancel", fields);
        Some(cancel.view(sender))
    })
}
