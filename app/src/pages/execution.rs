//! `/strategies/<id>/execution`: how a strategy's newest signals were executed on the accounts that copy it.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        earned::percent,
        frame::{Width, frame},
        show::show,
        tables::{NUMBER, ROOMY_NUMBER, WORDS, scrolling, timestamp},
    },
    figures, visit,
    words::{
        copies::reason,
        execution::{Execution, execution},
    },
};
use domain::{
    Decimal, Side,
    copy::Reason,
    execution::{EntryFigures, FanOut, LEAST_USERS, Outcomes, StrategyExecution},
};
use leptos::prelude::*;
use service::{Error, following::strategy};

/// For everyone, signed in or not; of a private signal source only for its owner.
pub(crate) fn page() -> impl IntoView {
    let id = visit::param("id");
    show(|visit| async move {
        let (words, viewer) = (execution(visit::lang()), visit.actor.as_ref());
        let id = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let (of, found) = strategy::execution(&visit.desk, viewer, id).await?;
        let title = words.title_of(&of.name);
        let content = if found.signals.is_empty() { withheld(words) } else { shown(words, &found) };
        let body = view! {
            <p><a href=format!("/strategies/{id}") data-ahead>{words.back(&of.name)}</a></p>
            <h1>{title.clone()}</h1>
            <p class="lead">{words.lead}</p>
            {content}
        };
        Ok(frame(&visit, &title, Width::Wide, body))
    })
}

/// Why there are no figures.
fn withheld(words: &'static Execution) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="withheld-title" data-testid="execution-withheld">
            <h2 id="withheld-title" class="panel-title">{words.withheld}</h2>
            <p>{words.withheld_lead(&LEAST_USERS.to_string())}</p>
        </section>
    }
    .rendered()
}

fn shown(words: &'static Execution, found: &StrategyExecution) -> AnyView {
    let entries = found.entries.as_ref().map(|entries| {
        view! { <div class="columns even">{summary(words, entries)}{reasons(words, &entries.reasons)}</div> }
    });
    view! {
        {entries}
        {signals(words, &found.signals)}
        {rules(words)}
    }
    .rendered()
}

fn summary(words: &'static Execution, entries: &EntryFigures) -> AnyView {
    let (outcomes, execution) = (entries.outcomes, entries.execution);
    let rows = [
        (words.entries, outcomes.copies.to_string(), "execution-entries"),
        (words.filled, filled(words, &outcomes), "execution-filled"),
        (words.skipped, outcomes.skipped.to_string(), "execution-skipped"),
        (words.failed, outcomes.failed.to_string(), "execution-failed"),
        (words.pending, outcomes.pending().to_string(), "execution-pending"),
        (words.median_delay, words.delay_text(execution.median_delay_ms), "execution-delay"),
        (words.delay_p90, words.delay_text(execution.p90_delay_ms), "execution-delay-p90"),
        (words.median_slippage, percent(execution.median_slippage_percent), "execution-slippage"),
        (words.slippage_p90, percent(execution.p90_slippage_percent), "execution-slippage-p90"),
    ];
    let row = |(name, value, testid): (&'static str, String, &'static str)| {
        view! { <div><dt>{name}</dt><dd data-testid=testid>{value}</dd></div> }
    };
    view! {
        <section class="panel" aria-label=words.title>
            <dl class="figures">{rows.into_iter().map(row).collect_view()}</dl>
        </section>
    }
    .rendered()
}

/// The number of filled entries, and their share of those with an outcome.
fn filled(words: &Execution, outcomes: &Outcomes) -> String {
    let (number, of) = (Decimal::from(outcomes.filled), outcomes.copies - outcomes.pending());
    let share = number.checked_div(Decimal::from(of)).map_or_else(|| "—".to_owned(), figures::share);
    words.filled_share(&outcomes.filled.to_string(), &share)
}

fn reasons(words: &'static Execution, reasons: &[(Reason, u32)]) -> AnyView {
    let row = |(why, count): &(Reason, u32)| {
        view! {
            <tr data-testid="execution-reason">
                <th scope="row">{reason(visit::lang(), *why)}</th>
                <td class="number">{*count}</td>
            </tr>
        }
    };
    let content = if reasons.is_empty() {
        view! { <p class="empty">{words.no_reasons}</p> }.rendered()
    } else {
        let columns = [(words.reason, WORDS), (words.count, NUMBER)];
        scrolling(words.reasons.to_owned(), &columns, reasons.iter().map(row).collect_view())
    };
    view! {
        <section class="panel" aria-labelledby="reasons-title">
            <h2 id="reasons-title" class="panel-title">{words.reasons}</h2>
            {content}
        </section>
    }
    .rendered()
}

fn signals(words: &'static Execution, signals: &[FanOut]) -> AnyView {
    let columns = [
        (words.time, WORDS),
        (words.signal, WORDS),
        (words.copied, NUMBER),
        (words.filled, NUMBER),
        (words.skipped, NUMBER),
        (words.failed, ROOMY_NUMBER),
        (words.pending, ROOMY_NUMBER),
        (words.median_delay, NUMBER),
    ];
    let row = |signal: &FanOut| {
        let known = signal.outcomes;
        let number = |count: fn(&Outcomes) -> u32| {
            known.map_or_else(|| "—".to_owned(), |outcomes| count(&outcomes).to_string())
        };
        let copies = if known.is_some() { number(|o| o.copies) } else { words.hidden.to_owned() };
        view! {
            <tr data-testid="execution-signal">
                <td>{timestamp(signal.at)}</td>
                <th scope="row">{action(words, signal.side)}</th>
                <td class="number">{copies}</td>
                <td class="number">{number(|o| o.filled)}</td>
                <td class="number">{number(|o| o.skipped)}</td>
                <td class="roomy number">{number(|o| o.failed)}</td>
                <td class="roomy number">{number(Outcomes::pending)}</td>
                <td class="number">{words.delay_text(signal.median_delay_ms)}</td>
            </tr>
        }
    };
    let hidden = signals.iter().any(|signal| signal.outcomes.is_none());
    let hidden = hidden.then(|| {
        let text = words.hidden_hint(&LEAST_USERS.to_string());
        view! { <p class="hint">{text}</p> }
    });
    view! {
        <section class="panel" aria-labelledby="signals-title">
            <h2 id="signals-title" class="panel-title">{words.signals}</h2>
            <p class="hint">{words.window(signals.len())}</p>
            {scrolling(words.signals.to_owned(), &columns, signals.iter().map(row).collect_view())}
            {hidden}
        </section>
    }
    .rendered()
}

/// The action of a signal in words; an exit has no side.
const fn action(words: &Execution, side: Option<Side>) -> &'static str {
    match side {
        Some(Side::Buy) => words.enter_long,
        Some(Side::Sell) => words.enter_short,
        None => words.exit,
    }
}

fn rules(words: &'static Execution) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="how-title">
            <h2 id="how-title" class="panel-title">{words.how}</h2>
            <ul class="rules">
                <li>{words.rule_delay}</li>
                <li>{words.rule_slippage}</li>
                <li>{words.rule_percentile}</li>
                <li>{words.rule_users(&LEAST_USERS.to_string())}</li>
            </ul>
        </section>
    }
    .rendered()
}
