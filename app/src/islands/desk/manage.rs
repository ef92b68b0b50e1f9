//! The controls of an open position: its stop, its take-profits, and closing a part of it.
//!
//! Each part is an [`Part`]: the browser's bundle contains one form and one button instead of one per use.

mod automatic;
mod close;

use super::{
    account::AccountSignals,
    controls::hidden,
    question::{Question, button},
    send::Sender,
};
use crate::islands::part::{IntoPart, Part, changing};
use crate::islands::reactive::{Memo, Peek, RwSignal, dynamic, handler};
use crate::words::{desk::desk, problems};
use domain::money::Arithmetic as _;
use domain::{Decimal, PositionSide, money, ticket::StopType, trade::OpenTrade};
use leptos::prelude::*;

/// The empty take-profit rows below those that exist.
const SPARE_ROWS: usize = 2;

/// The controls of the market's open trade; of a position that Slipstream did not open, only its parts can be closed.
pub(super) fn view(account: AccountSignals, sender: Sender) -> impl IntoView {
    // Fills and moves of the stop that its owner did not ask for do not change the controls: what is typed in them is kept.
    let find = move |_: Option<&Option<OpenTrade>>| {
        account.state.peek(|state| {
            let held = account.held(state)?;
            // In one-way mode the side is left to the server, which knows what has turned a position.
            let beside =
                |trade: &OpenTrade| held.position_side.is_hedged() && trade.side != held.side.opening();
            state.trades.iter().find(|trade| !trade.entered.is_zero() && !beside(trade)).cloned()
        })
    };
    let trade = Memo::new_with_compare(find, is_changed);
    let open = Memo::new(move |_| account.state.peek(|state| account.held(state).is_some()));
    let of_trade = move || {
        trade.get().map(|trade| {
            let stop = stop(account, sender, &trade);
            vec![
                stop,
                breakeven(account, sender, &trade),
                targets(account, sender, &trade),
                automatic::part(account, sender, &trade),
                add(account, sender, &trade),
                reverse(account, sender, trade),
            ]
            .part()
        })
    };
    changing(move || {
        open.get().then(|| {
            view! { <div class="manage" data-testid="manage">{changing(of_trade)}{close::part(account, sender)}</div> }
                .part()
        })
    })
}

/// Whether the controls of a trade differ from those before.
fn is_changed(before: Option<&Option<OpenTrade>>, now: Option<&Option<OpenTrade>>) -> bool {
    let shown = |trade: &OpenTrade| (trade.id, trade.version, trade.automation, trade.stop.is_some());
    match (before.and_then(Option::as_ref), now.and_then(Option::as_ref)) {
        (Some(before), Some(now)) => shown(before) != shown(now) || before.targets != now.targets,
        (before, now) => before.is_some() || now.is_some(),
    }
}

/// A form of the position.
fn form(sender: Sender, action: &'static str, id: &'static str, body: Vec<Part>) -> Part {
    view! {
        <form method="post" action=action data-testid=id on:submit=handler(move |event| sender.submit(&event))>{body}</form>
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

/// The hidden fields of a form that changes a trade.
fn identity(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> Vec<Part> {
    let (id, version) = (trade.id.to_string(), trade.version.to_string());
    vec![once(account, sender), fixed("trade", id), fixed("version", version)]
}

/// The problem of a field of the last post.
fn problem(account: AccountSignals, sender: Sender, name: &'static str) -> Option<&'static str> {
    let found = sender.failure.peek(|f| f.fields.iter().find(|p| p.field == name).map(|p| p.problem));
    found.map(|problem| problems::problem(account.lang, problem))
}

/// A required number field of a form, with its problem.
fn field(
    account: AccountSignals,
    sender: Sender,
    name: &'static str,
    label: &'static str,
    value: String,
) -> Part {
    input(account, sender, name, label, value, true)
}

/// A number field of a form, with its problem.
fn input(
    account: AccountSignals,
    sender: Sender,
    name: &'static str,
    label: &'static str,
    value: String,
    required: bool,
) -> Part {
    let id = account.id(&format!("manage-{name}"));
    let problem_id = format!("{id}-problem");
    let found = move || problem(account, sender, name);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input id=id name=name value=value inputmode="decimal" autocomplete="off" required=required
                aria-describedby=problem_id.clone() aria-invalid=dynamic(move || found().map(|_| "true"))/>
            <p class="problem" id=problem_id hidden=dynamic(move || found().is_none())>{dynamic(move || found().unwrap_or_default())}</p>
        </div>
    }
    .part()
}

/// Moves the stop, or removes it after a confirmation. The type of the stop order stays.
fn stop(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> Part {
    let words = desk(account.lang);
    let price = trade.stop.map(|stop| money::text(stop.trigger)).unwrap_or_default();
    let kind = trade.stop.map_or(StopType::Market, |stop| stop.kind());
    let mut parts = identity(account, sender, trade);
    parts.push(fixed("stopTriggerType", kind.word().to_owned()));
    parts.push(field(account, sender, "stopTriggerPrice", words.move_to, price));
    if let Some(limit) = trade.stop.and_then(|stop| stop.limit) {
        parts.push(field(account, sender, "stopPrice", words.stop_limit, money::text(limit)));
    }
    parts.push(button(sender, "main", "move-stop-send".to_owned(), words.move_stop.to_owned()));
    let mut body = vec![form(sender, "/api/trade-stop", "stop-form", parts)];
    if trade.stop.is_some() {
        let mut fields = identity(account, sender, trade);
        fields.push(fixed("confirmNoStop", "yes".to_owned()));
        let (text, sure) = (words.remove_stop.to_owned(), words.remove_stop_sure.to_owned());
        let remove = Question::new("remove-stop", text, sure, words.dismiss, "/api/trade-stop", fields);
        body.push(Question { row: account.suffix().to_owned(), ..remove }.view(sender));
    }
    // Without scripts, a form that failed is shown again.
    let failed = untrack(|| problem(account, sender, "stopTriggerPrice").is_some());
    folded(account, "move-stop", words.move_stop, failed, body)
}

/// Moves the stop to the price at which closing costs nothing.
fn breakeven(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> Part {
    let words = desk(account.lang);
    let mut parts = identity(account, sender, trade);
    parts.push(button(sender, "quiet", "breakeven".to_owned(), words.breakeven.to_owned()));
    form(sender, "/api/trade-breakeven", "breakeven-form", parts)
}

/// The take-profits with their shares, and empty rows for more; a row without price and share is left out.
fn targets(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> Part {
    let words = desk(account.lang);
    let given = trade.targets.iter().map(|target| {
        let percent = target.share.times(Decimal::ONE_HUNDRED).unwrap_or_default();
        (money::text(target.price), money::text(percent.round_dp(2)))
    });
    let spare = std::iter::repeat_n((String::new(), String::new()), SPARE_ROWS);
    let rows: Vec<(String, RwSignal<String>)> =
        given.chain(spare).map(|(price, share)| (price, RwSignal::new(share))).collect();
    let shares: Vec<RwSignal<String>> = rows.iter().map(|(_, share)| *share).collect();
    let sum = move || {
        let given = shares.iter().filter_map(|share| share.peek(|text| money::parse(text).ok()));
        let sum = given.fold(Decimal::ZERO, |sum, share| sum.plus(share).unwrap_or(sum));
        words.shares_sum(&money::text(sum))
    };
    let found = move || {
        let problem = |name| problem(account, sender, name);
        problem("takeProfitPrices").or_else(|| problem("takeProfitShares"))
    };
    let mut parts = identity(account, sender, trade);
    parts.extend(
        rows.into_iter().enumerate().map(|(index, (price, share))| row(account, index, price, share)),
    );
    parts.push(
        view! {
            <output class="hint" data-testid="shares-sum">{dynamic(sum)}</output>
            <p class="problem" data-testid="share-problem" role="alert" hidden=dynamic(move || found().is_none())>
                {dynamic(move || found().unwrap_or_default())}
            </p>
        }
        .part(),
    );
    parts.push(button(sender, "main", "set-targets".to_owned(), words.set_targets.to_owned()));
    let form = form(sender, "/api/trade-targets", "targets-form", parts);
    folded(account, "edit-targets", words.edit_targets, untrack(|| found().is_some()), vec![form])
}

/// One take-profit of the editor: its price, and its share in percent.
fn row(account: AccountSignals, index: usize, price: String, share: RwSignal<String>) -> Part {
    let words = desk(account.lang);
    let number = (index + 1).to_string();
    view! {
        <div class="share-row">
            <input name=format!("takeProfitPrices[{index}]") value=price inputmode="decimal" autocomplete="off"
                aria-label=words.target_price(&number)/>
            <div class="with-unit">
                <input name=format!("takeProfitShares[{index}]") value=share.get_untracked() inputmode="decimal"
                    autocomplete="off" aria-label=words.share_of(&number)
                    on:input=handler(move |event| share.set(event_target_value(&event)))/>
                <span class="unit" aria-hidden="true">"%"</span>
            </div>
        </div>
    }
    .part()
}

/// Increases the position: by an amount, or, with a stop, by a share of the balance at risk.
fn add(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> Part {
    const ACTION: &str = "/api/trade-add";
    let words = desk(account.lang);
    let mut amount = identity(account, sender, trade);
    amount.push(field(account, sender, "addAmount", words.add_amount, String::new()));
    amount.push(button(sender, "main", "add-amount".to_owned(), words.add_this.to_owned()));
    let mut body = vec![form(sender, ACTION, "add-form", amount)];
    if trade.stop.is_some() {
        let mut risk = identity(account, sender, trade);
        risk.push(field(account, sender, "addRisk", words.add_risk, String::new()));
        risk.push(button(sender, "main", "add-risk".to_owned(), words.add_by_risk.to_owned()));
        body.push(form(sender, ACTION, "add-risk-form", risk));
    }
    let failed = untrack(|| {
        problem(account, sender, "addAmount").or_else(|| problem(account, sender, "addRisk")).is_some()
    });
    folded(account, "add-part", words.add, failed, body)
}

/// Closes the position and opens one of the same size on the other side, after a question. Asks again when the size
/// has changed.
fn reverse(account: AccountSignals, sender: Sender, trade: OpenTrade) -> Part {
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
        let mut parts = identity(account, sender, &trade);
        let bare = trade.stop.is_none();
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
