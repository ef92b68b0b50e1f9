//! `/keys/<id>?next=`: the daily balance of a key's account, and its tripped risk rules.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        filters::address,
        frame::{Width, frame},
        plot,
        show::show,
        tables::{NUMBER, WORDS, scrolling, tone},
    },
    figures,
    pages::{copies::pager, risk_rules::tripped_rules},
    visit,
    words::{
        copies::copies,
        personal::{Personal, personal},
        risk_rules::risk_rules,
    },
};
use domain::{Decimal, ExchangeKeyId, Micros, StrategyType, risk_rule::Scope};
use leptos::prelude::*;
use service::{
    Error,
    following::risk,
    trading::{
        balance_history::{self, BalanceHistoryPage, BalanceHistoryRequest, DAYS, Day},
        key,
    },
};

/// Chart and table.
pub(crate) fn page() -> impl IntoView {
    let (id, next) = (visit::param("id"), visit::query("next"));
    show(|visit| async move {
        let (words, actor) = (personal(visit::lang()), visit.trader()?);
        let id: ExchangeKeyId = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let keys = key::list_keys(&visit.desk, actor).await?;
        let key = keys.into_iter().find(|key| key.id == id).ok_or(Error::NotFound)?;
        let request = BalanceHistoryRequest { start: None, limit: DAYS, token: next.clone() };
        // An invalid page token shows the first page.
        let page = match balance_history::page(&visit.desk, actor, id, &request).await {
            Err(Error::Fields(_)) => {
                balance_history::page(
                    &visit.desk,
                    actor,
                    id,
                    &BalanceHistoryRequest { token: None, ..request },
                )
                .await?
            }
            page => page?,
        };
        let rules = risk::list_rules(&visit.desk, actor).await?;
        let tripped = tripped_rules(&rules, Scope::Key(id), visit.desk.clock.now());
        let manage = (key.strategy_type == StrategyType::Automated).then(|| {
            let href = format!("/rules?scope=KEY:{id}#add");
            view! { <p><a href=href>{risk_rules(visit::lang()).manage}</a></p> }
        });
        let here = format!("/keys/{id}");
        let older = page.next.as_deref().map(|token| address(&here, [("next", token)]));
        let body = view! {
            <h1>{key.name.clone()}</h1>
            <p class="lead">{words.balance_lead}</p>
            {tripped}
            {manage}
            {days(words, &key.name, &page)}
            {pager(copies(visit::lang()), next.map(|_| here), older)}
            <p><a href="/keys">{words.back_to_keys}</a></p>
        };
        Ok(frame(&visit, &key.name, Width::Wide, body))
    })
}

fn days(words: &'static Personal, name: &str, page: &BalanceHistoryPage) -> AnyView {
    let (Some(newest), Some(oldest)) = (page.items.first(), page.items.last()) else {
        return view! { <section class="panel"><p class="empty">{words.balance_empty}</p></section> }
            .rendered();
    };
    let points: Vec<(Micros, Decimal)> = page.items.iter().rev().map(|d| (d.day, d.total_usd)).collect();
    let [first, last] = [oldest.total_usd, newest.total_usd].map(figures::cents);
    let label = words.balance_summary(name, &first, &last);
    // A line needs two points.
    let chart = (points.len() > 1).then(|| (plot::line(&points, label), plot::ends(&points, figures::cents)));
    let before = page.items.iter().skip(1).map(Some).chain([None]);
    let rows = page.items.iter().zip(before).map(|(day, before)| row(day, before)).collect_view();
    let columns = [(words.day, WORDS), (words.worth, NUMBER), (words.change, NUMBER)];
    view! {
        <section class="panel" aria-labelledby="balance-title">
            <h2 id="balance-title" class="panel-title">{words.balance}</h2>
            {chart}
            {scrolling(words.balance_days.to_owned(), &columns, rows)}
        </section>
    }
    .rendered()
}

fn row(day: &Day, before: Option<&Day>) -> AnyView {
    let change = before.map(|before| day.total_usd - before.total_usd);
    let (date, shown) = (day.day.date(), day.day.date());
    view! {
        <tr data-testid="day">
            <th scope="row"><time datetime=date>{shown}</time></th>
            <td class="number">{figures::cents(day.total_usd)}</td>
            <td class="number" data-change=change.map(tone)>{change.map(figures::signed_cents)}</td>
        </tr>
    }
    .rendered()
}
