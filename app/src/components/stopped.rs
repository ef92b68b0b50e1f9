//! The follows that were stopped, with their results.

use super::tables::{NUMBER, ROOMY, WORDS, scrolling, tone};
use crate::components::rendered::Rendered as _;
use crate::{
    figures, visit,
    words::{execution::execution, follows::follows},
};
use domain::{
    FollowId,
    follow::{Follow, FollowPerformance},
};
use leptos::prelude::*;
use std::collections::HashMap;

/// The table of stopped follows, the last one first; nothing without one.
pub(crate) fn stopped(
    all: &[Follow],
    performances: &HashMap<FollowId, FollowPerformance>,
) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let (words, earned) = (follows(visit::lang()), execution(visit::lang()));
    let columns = [
        (words.strategy, WORDS),
        (words.account, ROOMY),
        (words.stopped_copied, WORDS),
        (earned.closed, NUMBER),
        (earned.total, NUMBER),
    ];
    let row = |follow: &Follow| {
        let performance = performances.get(&follow.id).cloned().unwrap_or_default();
        let net = performance.total().net();
        let ended = follow.stopped_at.map(|at| at.date()).unwrap_or_default();
        let position = follow
            .in_position
            .then(|| view! { " "<span class="badge" data-mode="paper">{words.in_position}</span> });
        view! {
            <tr data-testid="follow-stopped-line">
                <th scope="row" class="wrap">
                    <a href=format!("/follows/{}", follow.id)
                        aria-label=earned.performance_of(&follow.strategy.name)>{follow.strategy.name.clone()}</a>
                    {position}
                </th>
                <td class="roomy wrap">
                    {words.stopped_account(&follow.key_name, &follow.strategy.symbol.to_string())}
                </td>
                <td>{words.stopped_period(&follow.created_at.date(), &ended)}</td>
                <td class="number">{performance.ended.to_string()}</td>
                <td class="number" data-change=tone(net) data-testid="follow-stopped-total">
                    {figures::signed_cents(net)}
                </td>
            </tr>
        }
    };
    let table = scrolling(words.stopped.to_owned(), &columns, all.iter().map(row).collect_view());
    let view = view! {
        <section class="panel" aria-labelledby="stopped-title" data-testid="stopped-follows">
            <h2 id="stopped-title" class="panel-title">{words.stopped}</h2>
            <p class="hint">{words.stopped_lead}</p>
            {table}
        </section>
    };
    Some(view.rendered())
}
