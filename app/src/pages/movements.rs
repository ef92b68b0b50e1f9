//! `/accounts/movements?id=`: all movements of a currency account.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        frame::{Width, frame},
        show::show,
        tables::{timestamp, tone},
    },
    figures, visit,
    words::money::{Money, money},
};
use domain::ledger::{Movement, MovementKind};
use leptos::prelude::*;
use service::{Error, money::ledger};

/// Newest first.
pub(crate) fn page() -> impl IntoView {
    let id = visit::query("id");
    show(|visit| async move {
        let (words, actor) = (money(visit::lang()), visit.trader()?);
        let id = id.ok_or(Error::NotFound)?.replace('\0', "");
        let (account, movements) = ledger::list_movements(&visit.desk, actor, &id).await?;
        let title = words.movements_of(&account.currency);
        let body = view! {
            <h1>{title.clone()}</h1>
            <p class="lead"><code>{account.public_id}</code></p>
            <dl class="figures">
                <div><dt>{words.balance}</dt><dd>{figures::decimal(account.available.decimal())}</dd></div>
                <div><dt>{words.locked}</dt><dd>{figures::decimal(account.locked.decimal())}</dd></div>
            </dl>
            <section class="panel">{table(words, &movements)}</section>
            <p><a href="/accounts">{words.back}</a></p>
        };
        Ok(frame(&visit, &title, Width::Wide, body.rendered()))
    })
}

/// The reason of a movement.
pub(super) const fn kind(words: &'static Money, kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Credit => words.credit,
        MovementKind::ToExchange => words.to_exchange,
        MovementKind::FromExchange => words.from_exchange,
        MovementKind::Transfer => words.transfer,
    }
}

fn table(words: &'static Money, movements: &[Movement]) -> AnyView {
    if movements.is_empty() {
        return view! { <p class="empty">{words.no_movements}</p> }.rendered();
    }
    let row = |line: &Movement| {
        view! {
            <tr data-testid="movement">
                <td>{timestamp(line.at)}</td>
                <th scope="row">{kind(words, line.kind)}</th>
                <td class="roomy">{line.memo.clone()}</td>
                <td class="number" data-change=tone(line.amount.decimal())>{figures::decimal(line.amount.decimal())}</td>
                <td class="number">{figures::decimal(line.after.decimal())}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=words.movements>
            <table class="table">
                <thead><tr>
                    <th scope="col">{words.when}</th><th scope="col">{words.why}</th>
                    <th scope="col" class="roomy">{words.memo}</th>
                    <th scope="col" class="number">{words.amount}</th><th scope="col" class="number">{words.after}</th>
                </tr></thead>
                <tbody>{movements.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .rendered()
}
