//! Trips of risk rules: those that stop entries now, with a button to resume, and those of the past.

use crate::{
    components::{
        form::act,
        rendered::Rendered as _,
        tables::{NUMBER, WORDS, scrolling, timestamp},
    },
    visit,
    words::risk_rules::{RiskRules, kind, risk_rules, rule_value},
};
use domain::{
    Micros,
    risk_rule::{RiskRule, Scope, Trip},
};
use leptos::prelude::*;
use service::following::risk::RuleTrip;

/// A trip: since when, what was seen, until when, and the button that resumes.
pub(super) fn tripped(words: &'static RiskRules, rule: &RiskRule, trip: &Trip) -> AnyView {
    let lang = visit::lang();
    let value = |seen| rule_value(lang, rule.terms.kind, seen);
    let since = utc_time(words, trip.at);
    let text = match trip.until {
        Some(until) => words.state_until(&since, &value(trip.seen), &utc_time(words, until)),
        None => words.state_open(&since, &value(trip.seen)),
    };
    let first = trip.first.map(|(at, seen)| words.first_reading(&value(seen), &utc_time(words, at)));
    let closing = trip.closing.then(|| view! { <span class="badge" data-mode="live">{words.closing}</span> });
    view! {
        <span class="badge" data-mode="warn" data-testid="rule-state">{words.tripped}</span>
        {closing}
        <p class="hint">{text}" "{first}</p>
        {act("risk-rule-resume", &[("id", rule.id.to_string())], words.resume, "rule-resume")}
    }
    .rendered()
}

/// The trips of rules, where they stop a follow or an account.
pub(crate) fn tripped_rules(rules: &[RiskRule], scope: Scope, now: Micros) -> Option<AnyView> {
    let words = risk_rules(visit::lang());
    let active = rules.iter().filter(|rule| rule.scope == scope);
    let active = active.filter_map(|rule| Some((rule, rule.active_trip(now)?)));
    let lines: Vec<_> = active
        .map(|(rule, trip)| {
            view! {
                <div class="message" data-tone="warn" data-testid="rule-tripped">
                    <p>{kind(visit::lang(), rule.terms.kind)}</p>
                    {tripped(words, rule, &trip)}
                </div>
            }
            .rendered()
        })
        .collect();
    (!lines.is_empty()).then(|| lines.rendered())
}

/// A time, to the minute in UTC.
fn utc_time(words: &RiskRules, at: Micros) -> String {
    let iso = at.to_string();
    words.utc(&iso.get(..16).unwrap_or(&iso).replace('T', " "))
}

/// The newest trips of the rules.
pub(super) fn table(words: &'static RiskRules, rules: &[RiskRule], past: &[RuleTrip]) -> AnyView {
    let lang = visit::lang();
    let columns = [
        (words.col_time, WORDS),
        (words.col_rule, WORDS),
        (words.col_value, NUMBER),
        (words.col_limit, NUMBER),
    ];
    let of_rule =
        |trip: &RuleTrip| rules.iter().find(|rule| rule.id == trip.rule).map(|rule| rule.terms.kind);
    let rows = past.iter().filter_map(|trip| Some((trip, of_rule(trip)?))).map(|(trip, of)| {
        let before = trip
            .first
            .map(|(at, seen)| words.first_reading(&rule_value(lang, of, seen), &utc_time(words, at)));
        view! {
            <tr data-testid="trip">
                <td>{timestamp(trip.at)}</td>
                <th scope="row">{kind(lang, of)}</th>
                <td class="number">{rule_value(lang, of, trip.seen)}<span class="second">{before}</span></td>
                <td class="number">{rule_value(lang, of, trip.threshold)}</td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    let table = if rows.is_empty() {
        view! { <p class="empty">{words.trips_none}</p> }.rendered()
    } else {
        scrolling(words.trips_title.to_owned(), &columns, rows).rendered()
    };
    view! {
        <section class="panel" aria-labelledby="trips-title">
            <h2 id="trips-title" class="panel-title">{words.trips_title}</h2>
            {table}
        </section>
    }
    .rendered()
}
