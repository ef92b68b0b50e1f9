//! Closing a part of the position, or all of it.

use super::{Input, edit::kept, fixed, folded, form, input, once, problem};
use crate::{
    islands::{
        desk::{
            account::AccountSignals,
            question::{Question, button},
            send::Sender,
        },
        part::{IntoPart as _, Part, changing},
        reactive::{Memo, Peek as _, RwSignal},
    },
    words::desk::desk,
};
use domain::money;
use leptos::prelude::*;

/// The shares of a position that have a button, in percent. All of it has a question.
const SHARES: [u16; 3] = [25, 50, 75];
/// The form that closes a part of the position.
const ACTION: &str = "/api/trade-close-part";

/// Closes a share or an amount of the position at the market price.
pub(super) fn part(account: AccountSignals, sender: Sender) -> Part {
    let words = desk(account.lang);
    let share = |percent: u16| {
        let percent = percent.to_string();
        let text = words.close_share(&percent);
        let send = button(sender, "bad", format!("close-{percent}"), text);
        form(
            sender,
            RwSignal::new(false),
            ACTION,
            "close-share-form",
            vec![once(account, sender), fixed("share", percent), send],
        )
    };
    let shares = SHARES.map(share).into_iter().collect::<Vec<_>>();
    let value = kept("amount").into_iter().next().unwrap_or_default();
    let field = Input { name: "amount", label: words.close_amount, value, required: true, note: None };
    let amount = vec![
        once(account, sender),
        input(account, sender, field),
        button(sender, "bad", "close-amount".to_owned(), words.close_this.to_owned()),
    ];
    let body = vec![
        view! { <div class="row">{shares}{whole(account, sender)}</div> }.part(),
        form(sender, RwSignal::new(false), ACTION, "close-amount-form", amount),
    ];
    // Without scripts, a form that failed is shown again.
    let failed = untrack(|| problem(account, sender, "amount").is_some());
    folded(account, "close-part", words.close_part, failed, body)
}

/// Closes all of the position after a question, as "Close position" does. Asks again when the size has changed.
fn whole(account: AccountSignals, sender: Sender) -> Part {
    const PERCENT: &str = "100";
    let words = desk(account.lang);
    let held = Memo::new(move |_| {
        account.state.peek(|state| {
            let held = account.held(state)?;
            Some((held.contracts, held.symbol.base().to_owned()))
        })
    });
    let button_and_question = move || {
        let (contracts, base) = held.get()?;
        let (text, sure) = (words.close_share(PERCENT), words.close_sure(&money::text(contracts), &base));
        let fields = vec![once(account, sender), fixed("share", PERCENT.to_owned())];
        let close = Question::new("close-100", text, sure, words.dismiss, ACTION, fields);
        let row = account.suffix().to_owned();
        Some(Question { kind: "bad", yes: words.close_yes.to_owned(), row, ..close }.view(sender))
    };
    changing(button_and_question).part()
}
