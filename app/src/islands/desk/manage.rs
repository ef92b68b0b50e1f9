//! The controls of an open position: its stop, its take-profits, and closing a part of it.

use super::{account::AccountSignals, controls::hidden, send::Sender};
use crate::words::{desk::desk, problems};
use domain::{Decimal, money, ticket::StopType, trade::OpenTrade};
use leptos::{either::Either, prelude::*};

/// The shares of a position that have a button, in percent.
const SHARES: [u16; 4] = [25, 50, 75, 100];
/// The empty take-profit rows below those that exist.
const SPARE_ROWS: usize = 2;

/// The controls of the market's open trade; of a position that Slipstream did not open, only its parts can be closed.
pub(super) fn view(account: AccountSignals, sender: Sender) -> impl IntoView {
    // Fills do not change the controls: what is typed in them is kept.
    let trade = Memo::new(move |_| {
        account.state.with(|state| {
            let trade = state.trades.iter().find(|trade| !trade.entered.is_zero())?;
            Some(OpenTrade { entered: Decimal::ZERO, entry: None, ..trade.clone() })
        })
    });
    let open = Memo::new(move |_| account.state.with(|state| state.position.is_some()));
    move || {
        open.get().then(|| {
            let trade = trade.get().map(|trade| {
                let rows = targets(account, sender, &trade);
                (stop(account, sender, &trade), breakeven(account, sender, &trade), rows)
            });
            view! { <div class="manage" data-testid="manage">{trade}{part(account, sender)}</div> }
        })
    }
}

/// The hidden fields of a form that acts once, however often it is sent.
fn once(account: AccountSignals, sender: Sender) -> impl IntoView {
    view! {
        {hidden(account)}
        <input type="hidden" name="idempotency" value=move || sender.form_key()/>
    }
}

/// The hidden fields of a form that changes a trade.
fn identity(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> impl IntoView + use<> {
    view! {
        {once(account, sender)}
        <input type="hidden" name="trade" value=trade.id.to_string()/>
        <input type="hidden" name="version" value=trade.version.to_string()/>
    }
}

/// The problem of a field of the last post.
fn problem(account: AccountSignals, sender: Sender, name: &'static str) -> Option<&'static str> {
    let found = sender.failure.with(|f| f.fields.iter().find(|p| p.field == name).map(|p| p.problem));
    found.map(|problem| problems::problem(account.lang, problem))
}

/// A number field of a form, with its problem.
fn field(
    account: AccountSignals,
    sender: Sender,
    name: &'static str,
    label: &'static str,
    value: String,
) -> impl IntoView {
    let (id, problem_id) = (format!("manage-{name}"), format!("manage-{name}-problem"));
    let found = move || problem(account, sender, name);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input id=id name=name value=value inputmode="decimal" autocomplete="off" required=true
                aria-describedby=problem_id.clone() aria-invalid=move || found().map(|_| "true")/>
            <p class="problem" id=problem_id hidden=move || found().is_none()>{move || found().unwrap_or_default()}</p>
        </div>
    }
}

/// Moves the stop, or removes it after a confirmation. The type of the stop order stays.
fn stop(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> impl IntoView + use<> {
    let words = desk(account.lang);
    let price = trade.stop.map(|stop| money::text(stop.trigger)).unwrap_or_default();
    let kind = trade.stop.map_or(StopType::Market, |stop| stop.kind());
    // Without scripts, a form that failed is shown again.
    let failed = untrack(|| problem(account, sender, "stopTriggerPrice").is_some());
    let limit = trade.stop.and_then(|stop| stop.limit).map(money::text);
    let limit = limit.map(|price| field(account, sender, "stopPrice", words.stop_limit, price));
    let remove = trade.stop.map(|_| {
        view! {
            <details class="sure">
                <summary class="button" data-kind="quiet" data-testid="remove-stop">{words.remove_stop}</summary>
                <form method="post" action="/api/trade-stop" on:submit=move |e| sender.submit(&e)>
                    {identity(account, sender, trade)}
                    <input type="hidden" name="confirmNoStop" value="yes"/>
                    <p>{words.remove_stop_sure}</p>
                    <button type="submit" class="button" data-kind="bad" data-testid="remove-stop-yes"
                        aria-disabled=move || sender.busy.get().then_some("true")>{words.remove_stop}</button>
                </form>
            </details>
        }
    });
    view! {
        <details class="edit" id="move-stop" open=failed>
            <summary class="button" data-kind="quiet" data-testid="move-stop">{words.move_stop}</summary>
            <div class="edit-body">
                <form method="post" action="/api/trade-stop" data-testid="stop-form" on:submit=move |e| sender.submit(&e)>
                    {identity(account, sender, trade)}
                    <input type="hidden" name="stopTriggerType" value=kind.word()/>
                    {field(account, sender, "stopTriggerPrice", words.move_to, price)}
                    {limit}
                    <button type="submit" class="button" data-kind="main" data-testid="move-stop-send"
                        aria-disabled=move || sender.busy.get().then_some("true")>{words.move_stop}</button>
                </form>
                {remove}
            </div>
        </details>
    }
}

fn breakeven(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> impl IntoView + use<> {
    let words = desk(account.lang);
    view! {
        <form method="post" action="/api/trade-breakeven" on:submit=move |e| sender.submit(&e)>
            {identity(account, sender, trade)}
            <button type="submit" class="button" data-kind="quiet" title=words.breakeven_hint data-testid="breakeven"
                aria-disabled=move || sender.busy.get().then_some("true")>{words.breakeven}</button>
        </form>
    }
}

/// The take-profits with their shares, and empty rows for more; a row without price and share is left out.
fn targets(account: AccountSignals, sender: Sender, trade: &OpenTrade) -> impl IntoView + use<> {
    let words = desk(account.lang);
    let given = trade.targets.iter().map(|target| {
        let percent = target.share.checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default();
        (money::text(target.price), money::text(percent.round_dp(2)))
    });
    let spare = std::iter::repeat_n((String::new(), String::new()), SPARE_ROWS);
    let rows: Vec<(String, RwSignal<String>)> =
        given.chain(spare).map(|(price, share)| (price, RwSignal::new(share))).collect();
    let shares: Vec<RwSignal<String>> = rows.iter().map(|(_, share)| *share).collect();
    let sum = move || {
        let given = shares.iter().filter_map(|share| share.with(|text| money::parse(text).ok()));
        let sum = given.fold(Decimal::ZERO, |sum, share| sum.checked_add(share).unwrap_or(sum));
        words.shares_sum(&money::text(sum))
    };
    let rows = rows.into_iter().enumerate().map(|(index, (price, share))| {
        let number = (index + 1).to_string();
        view! {
            <div class="share-row">
                <input name=format!("takeProfitPrices[{index}]") value=price inputmode="decimal" autocomplete="off"
                    aria-label=words.target_price(&number)/>
                <div class="with-unit">
                    <input name=format!("takeProfitShares[{index}]") value=share.get_untracked() inputmode="decimal"
                        autocomplete="off" aria-label=words.share_of(&number)
                        on:input:target=move |event| share.set(event.target().value())/>
                    <span class="unit" aria-hidden="true">"%"</span>
                </div>
            </div>
        }
    });
    let rows = rows.collect_view();
    let found = move || {
        let problem = |name| problem(account, sender, name);
        problem("takeProfitPrices").or_else(|| problem("takeProfitShares"))
    };
    let failed = untrack(|| found().is_some());
    view! {
        <details class="edit" open=failed>
            <summary class="button" data-kind="quiet" data-testid="edit-targets">{words.edit_targets}</summary>
            <form method="post" action="/api/trade-targets" class="edit-body" data-testid="targets-form"
                aria-describedby="share-problem" on:submit=move |e| sender.submit(&e)>
                {identity(account, sender, trade)}
                {rows}
                <output class="hint" data-testid="shares-sum">{sum}</output>
                <p class="problem" id="share-problem" data-testid="share-problem" hidden=move || found().is_none()>
                    {move || found().unwrap_or_default()}
                </p>
                <button type="submit" class="button" data-kind="main" data-testid="set-targets"
                    aria-disabled=move || sender.busy.get().then_some("true")>{words.set_targets}</button>
            </form>
        </details>
    }
}

/// Closes a share or an amount of the position at the market price.
fn part(account: AccountSignals, sender: Sender) -> impl IntoView {
    let words = desk(account.lang);
    let share = |percent: u16| {
        let percent = percent.to_string();
        let text = words.close_share(&percent);
        let id = format!("close-{percent}");
        view! {
            <form method="post" action="/api/trade-close-part" on:submit=move |e| sender.submit(&e)>
                {once(account, sender)}
                <input type="hidden" name="share" value=percent/>
                <button type="submit" class="button" data-kind="bad" data-testid=id
                    aria-disabled=move || sender.busy.get().then_some("true")>{text}</button>
            </form>
        }
    };
    view! {
        <details class="edit">
            <summary class="button" data-kind="quiet" data-testid="close-part">{words.close_part}</summary>
            <div class="edit-body">
                <div class="row">{SHARES.map(share).into_iter().collect_view()}</div>
                <form method="post" action="/api/trade-close-part" data-testid="close-amount-form"
                    on:submit=move |e| sender.submit(&e)>
                    {once(account, sender)}
                    {field(account, sender, "amount", words.close_amount, String::new())}
                    <button type="submit" class="button" data-kind="bad" data-testid="close-amount"
                        aria-disabled=move || sender.busy.get().then_some("true")>{words.close_this}</button>
                </form>
            </div>
        </details>
    }
}

/// The result of the last post of the position's and the orders' forms.
pub(super) fn answer(account: AccountSignals, sender: Sender) -> impl IntoView {
    let lang = account.lang;
    // Problems of visible fields are shown beside them.
    const BESIDE: [&str; 5] =
        ["stopTriggerPrice", "stopPrice", "amount", "takeProfitPrices", "takeProfitShares"];
    let bad = move || {
        sender.failure.with(|f| {
            let hidden = f.fields.iter().find(|p| !BESIDE.contains(&p.field.as_str()));
            let refused = f.refusal.map(|rejection| problems::rejection(lang, rejection));
            refused.or_else(|| hidden.map(|p| problems::problem(lang, p.problem))).unwrap_or_default()
        })
    };
    let good = move || sender.notice.get().map(|notice| problems::notice(lang, notice)).unwrap_or_default();
    view! {
        <p class="message" data-tone="bad" role="alert" data-testid="manage-refusal" hidden=move || bad().is_empty()>{bad}</p>
        <p class="message" data-tone="good" role="status" data-testid="manage-notice" hidden=move || good().is_empty()>{good}</p>
    }
}

/// Cancels the market's entry orders after a confirmation; nothing while there are none.
pub(super) fn entries(account: AccountSignals, sender: Sender) -> impl IntoView {
    let words = desk(account.lang);
    let count = Memo::new(move |_| {
        account.state.with(|state| state.orders.iter().filter(|o| !o.reduce_only).count())
    });
    move || match count.get() {
        0 => Either::Left(()),
        count => Either::Right(view! {
            <details class="sure" id="cancel-entries">
                <summary class="button" data-kind="quiet" data-testid="cancel-entries">{words.cancel_entries(count)}</summary>
                <form method="post" action="/api/entries-cancel" on:submit=move |e| sender.submit(&e)>
                    {hidden(account)}
                    <p>{words.cancel_entries_sure(count)}</p>
                    <button type="submit" class="button" data-kind="bad" data-testid="cancel-entries-yes"
                        aria-disabled=move || sender.busy.get().then_some("true")>{words.cancel_entries(count)}</button>
                </form>
            </details>
        }),
    }
}
