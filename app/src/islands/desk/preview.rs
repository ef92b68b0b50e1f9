//! The ticket's preview, and what must be closed first.

use super::{confirm, figure::figure, foresee::Foreseen, ticket::Ticket};
use crate::islands::part::{IntoPart, Part, changing, still};
use crate::islands::reactive::{Memo, Peek, PeekValue, dynamic, effect};
use crate::{
    figures,
    words::{desk::Desk, desk::desk},
};
use domain::{
    Decimal, money,
    sizing::target_r,
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;

/// One figure: its label, its text, its tone, and the end of its test id.
type Row = (String, String, &'static str, &'static str);

/// The preview, and the confirmation to close what is open.
pub(super) fn view(ticket: Ticket) -> impl IntoView {
    let account = ticket.account;
    let words = desk(account.lang);
    let (_, quote) = account.assets();
    let tick = account.market.peek_value(|m| m.tick);
    let seen = move || ticket.foreseen.get().ok();
    view! {
        <section class="preview" aria-label=words.preview aria-live="polite" data-testid="preview">
            <p class="hint" data-testid="preview-hint" hidden=dynamic(move || seen().is_some())>{dynamic(move || hint(ticket))}</p>
            <dl class="figures" hidden=dynamic(move || seen().is_none())>
                {changing(move || seen().map(|seen| rows(words, &seen, &quote, tick).part()))}
            </dl>
        </section>
        {clearing(ticket)}
    }
}

/// Why there is no preview yet.
fn hint(ticket: Ticket) -> String {
    let sized = ticket.draft.peek(|d| !d.amount.is_empty());
    let first = ticket.foreseen.peek(|seen| {
        let problems = seen.as_ref().err()?;
        let shown = |p: &&FieldProblem| sized || p.problem == Problem::StopOnWrongSide;
        problems.iter().find(shown).map(|p| p.problem)
    });
    let empty = || desk(ticket.account.lang).preview_empty.to_owned();
    first.map_or_else(empty, |problem| ticket.text_of(problem))
}

fn rows(words: &'static Desk, seen: &Foreseen, quote: &str, tick: Decimal) -> Vec<Part> {
    let usd = |value: Decimal| format!("{} {quote}", figures::cents(value));
    let preview = &seen.preview;
    let mut rows: Vec<Row> = vec![
        (words.at.to_owned(), figures::decimal(seen.entry), "plain", "entry"),
        (words.cost.to_owned(), usd(preview.cost), "plain", "cost"),
        (words.margin.to_owned(), usd(preview.margin), "plain", "margin"),
        (words.fee.to_owned(), usd(preview.entry_fee), "plain", "fee"),
    ];
    if let Some(price) = seen.liquidation {
        let price = figures::decimal(money::round_to(price, tick));
        rows.push((words.est_liquidation.to_owned(), price, "plain", "liquidation"));
    }
    rows.push(match preview.loss_at_stop {
        Some(loss) => (words.loss.to_owned(), usd(-loss), "loss", "loss"),
        None => (words.loss.to_owned(), words.no_stop.to_owned(), "plain", "loss"),
    });
    for (number, (price, gain)) in (1_usize..).zip(seen.order.targets.iter().zip(&preview.gains)) {
        let tone = if gain.is_sign_negative() { "loss" } else { "gain" };
        let name = words.gain(&number.to_string(), &figures::decimal(*price));
        let r = seen.order.stop.and_then(|stop| target_r(seen.entry, stop.trigger, *price));
        let gain = r.map_or_else(|| usd(*gain), |r| words.gain_in_r(&usd(*gain), &figures::decimal(r)));
        rows.push((name, gain, tone, "gain"));
    }
    if let Some(ratio) = preview.reward_to_risk() {
        let ratio = words.ratio(&figures::decimal(ratio));
        rows.push((words.reward_to_risk.to_owned(), ratio, "plain", "ratio"));
    }
    let row = |(name, value, tone, id): Row| figure(name, value, Some(tone), Some(format!("preview-{id}")));
    rows.into_iter().map(row).collect()
}

/// The positions and orders that are closed and cancelled first. Once the page is interactive, the button asks for the
/// confirmation; before, a check box does.
fn clearing(ticket: Ticket) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let sentence = Memo::new(move |_| confirm::sentence(ticket));
    let none = move || sentence.peek(String::is_empty);
    // A box that was ticked before the page was interactive must not confirm what opens later.
    let yes = NodeRef::<leptos::html::Input>::new();
    effect(move || {
        if let Some(input) = yes.get() {
            input.set_checked(false);
        }
    });
    view! {
        <div class="clears" data-testid="clears" hidden=dynamic(none)>
            <p>{dynamic(move || sentence.get())}</p>
            <label class="check" hidden=dynamic(move || ticket.awake.get())>
                <input type="checkbox" name="replace" value="yes" node_ref=yes data-testid="replace"
                    required=dynamic(move || { !ticket.awake.get() && !none() })/>
                {still(|| view! { <span>{words.confirm}</span> })}
            </label>
        </div>
    }
}
