//! `/rules`: the user's risk rules by what they apply to, a form to add one with its preview, and past trips.

mod trips;

pub(crate) use trips::tripped_rules;

use crate::components::rendered::Rendered as _;
use crate::{
    api::risk_rules::{RuleFields, of_scope, scope_text},
    components::{
        confirm::Confirm,
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
        tables::{NUMBER, ROOMY, WORDS, scrolling, tight, timestamp},
    },
    visit::{self, Visit},
    words::risk_rules::{RiskRules, action, kind, risk_rules, rule_value},
};
use domain::{
    ExchangeKey, Micros, StrategyType,
    follow::Follow,
    money,
    risk_rule::{Kind, RiskRule, RuleAction, Scope},
};
use leptos::prelude::*;
use service::{
    Error,
    following::{
        follow,
        risk::{self, PREVIEW_DAYS, RulePreview},
    },
    identity::flash::Flash,
    trading::key,
};

/// Grouped by what they apply to.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (risk_rules(visit::lang()), visit.trader()?);
        let rules = risk::list_rules(&visit.desk, actor).await?;
        let scopes = scopes(&visit, words).await?;
        let posted = Posted::read(&visit).await?;
        let now = visit.desk.clock.now();
        let (form, previewed) = previewed(&visit, posted.of("risk-rule-create")).await?;
        let groups = scopes.iter().map(|(scope, name)| {
            let of_scope: Vec<_> = rules.iter().filter(|rule| rule.scope == *scope).collect();
            group(words, *scope, name, &of_scope, &posted, now)
        });
        let groups = groups.collect_view();
        let past = risk::list_trips(&visit.desk, actor).await?;
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.besides("risk-rule-create").besides("risk-rule-change").message()}
            {rules.is_empty().then(|| view! { <p class="empty">{words.none}</p> })}
            {groups}
            {previewed.map(|preview| result(words, &preview))}
            {add(words, &form, &scopes)}
            {trips::table(words, &rules, &past)}
        };
        Ok(frame(&visit, words.title, Width::Wide, body.rendered()))
    })
}

/// The possible scopes of a rule with their names: all accounts, each automated key, and each follow.
async fn scopes(visit: &Visit, words: &RiskRules) -> Result<Vec<(Scope, String)>, Error> {
    let actor = visit.trader()?;
    let keys: Vec<ExchangeKey> = key::list_keys(&visit.desk, actor).await?;
    let follows: Vec<Follow> = follow::list_follows(&visit.desk, actor).await?;
    let automated = keys.iter().filter(|key| key.strategy_type == StrategyType::Automated);
    let of_keys = automated.map(|key| (Scope::Key(key.id), words.of_key(&key.name)));
    let of_follows = follows
        .iter()
        .map(|follow| (Scope::Follow(follow.id), words.of_follow(&follow.strategy.name, &follow.key_name)));
    let person = std::iter::once((Scope::Person, words.person.to_owned()));
    Ok(person.chain(of_keys).chain(of_follows).collect())
}

/// The values of the form, and the preview of the rule in the query, if one is asked for.
async fn previewed(visit: &Visit, posted: Posted) -> Result<(Posted, Option<RulePreview>), Error> {
    if posted.failed() {
        return Ok((posted, None));
    }
    let value = |name: &str| visit::query(name).unwrap_or_default();
    let fields = RuleFields {
        scope: value("scope"),
        kind: value("kind"),
        threshold: value("threshold"),
        hours: value("coolDownHours"),
        action: value("action"),
    };
    let values = [
        ("scope", &fields.scope),
        ("kind", &fields.kind),
        ("threshold", &fields.threshold),
        ("coolDownHours", &fields.hours),
        ("action", &fields.action),
    ];
    let kept = values.into_iter().filter(|(_, value)| !value.is_empty());
    let kept: Vec<_> = kept.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let flash = Flash { form: "risk-rule-create".into(), values: kept, ..Flash::default() };
    if visit::query("preview").is_none() {
        return Ok((Posted::with(flash), None));
    }
    let preview = match fields.read() {
        Ok(new) => risk::preview(&visit.desk, visit.trader()?, new).await.map_err(of_scope),
        Err(problems) => Err(Error::Fields(problems)),
    };
    match preview {
        Ok(preview) => Ok((Posted::with(flash), Some(preview))),
        Err(Error::Fields(fields)) => Ok((Posted::with(Flash { fields, ..flash }), None)),
        Err(error) => Err(error),
    }
}

fn group(
    words: &'static RiskRules,
    scope: Scope,
    name: &str,
    rules: &[&RiskRule],
    posted: &Posted,
    now: Micros,
) -> Option<AnyView> {
    if rules.is_empty() {
        return None;
    }
    let columns = [
        (words.col_rule, WORDS),
        (words.col_limit, NUMBER),
        (words.col_action, ROOMY),
        (words.col_state, WORDS),
        (words.col_change, WORDS),
    ];
    let rows = rules.iter().map(|rule| line(words, rule, posted, now)).collect_view();
    let hint = (scope == Scope::Person).then(|| view! { <p class="hint">{words.person_hint}</p> });
    let title = format!("rules-{}", scope_text(scope).replace(':', "-"));
    let heading = title.clone();
    Some(
        view! {
            <section class="panel" aria-labelledby=heading data-testid="rule-group">
                <h2 id=title class="panel-title">{name.to_owned()}</h2>
                {hint}
                {scrolling(name.to_owned(), &columns, rows)}
            </section>
        }
        .rendered(),
    )
}

fn line(words: &'static RiskRules, rule: &RiskRule, posted: &Posted, now: Micros) -> AnyView {
    let lang = visit::lang();
    let terms = rule.terms;
    view! {
        <tr data-testid="rule" data-kind=terms.kind.word()>
            <th scope="row">{kind(lang, terms.kind)}{tight(&[action(lang, terms.action)])}</th>
            <td class="number">{rule_value(lang, terms.kind, terms.threshold)}</td>
            <td class="wrap roomy">{action(lang, terms.action)}</td>
            <td class="wrap">{state(words, rule, now)}</td>
            <td>{manage(words, rule, posted)}</td>
        </tr>
    }
    .rendered()
}

/// The state of a rule; a tripped one with what was seen and a button to resume.
fn state(words: &'static RiskRules, rule: &RiskRule, now: Micros) -> AnyView {
    match rule.active_trip(now) {
        None => view! { <span class="badge" data-mode="good" data-testid="rule-state">{words.armed}</span> }
            .rendered(),
        Some(trip) => trips::tripped(words, rule, &trip),
    }
}

fn manage(words: &'static RiskRules, rule: &RiskRule, posted: &Posted) -> AnyView {
    let (id, lang) = (rule.id.to_string(), visit::lang());
    let posted = posted.of_row("risk-rule-change", &id);
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        scope: "change-",
        autocomplete: "off",
        ..Field::default()
    };
    let threshold = field("threshold", words.threshold, "");
    let threshold = threshold.show_with(&posted, &money::text(rule.terms.threshold), &id);
    let hours = (rule.terms.kind == Kind::LossStreak).then(|| {
        let hours = rule.terms.cool_down_hours.map(|hours| hours.to_string()).unwrap_or_default();
        let field = Field { optional: true, ..field("coolDownHours", words.cool_down, words.cool_down_hint) };
        field.show_with(&posted, &hours, &id)
    });
    let actions =
        RuleAction::ALL.iter().filter(|it| **it == RuleAction::StopEntries || rule.terms.kind.may_flatten());
    let actions = actions.map(|it| (it.word().to_owned(), action(lang, *it).to_owned())).collect();
    let actions = field("action", words.action, "").select(&posted, actions, rule.terms.action.word(), &id);
    let question = words.remove_sure(kind(lang, rule.terms.kind));
    let remove =
        Confirm::new("risk-rule-remove", &[("id", id.clone())], words.remove, &question, "rule-remove");
    view! {
        <details class="changes" open=posted.failed()>
            <summary>{words.change}</summary>
            <form method="post" action="/api/risk-rule-change" class="form roomy-form" novalidate data-testid="rule-change">
                <input type="hidden" name="id" value=id/>
                {posted.message()}
                {threshold}
                {hours}
                {actions}
                <button type="submit" class="button" data-kind="main">{words.save}</button>
            </form>
            {remove.show()}
        </details>
    }
    .rendered()
}

fn add(words: &'static RiskRules, posted: &Posted, scopes: &[(Scope, String)]) -> AnyView {
    let lang = visit::lang();
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        scope: "new-",
        autocomplete: "off",
        ..Field::default()
    };
    let start = |name: &str| posted.value(name);
    let scopes = scopes.iter().map(|(scope, name)| (scope_text(*scope), name.clone())).collect();
    let kinds = Kind::ALL.iter().map(|it| (it.word().to_owned(), kind(lang, *it).to_owned())).collect();
    let actions =
        RuleAction::ALL.iter().map(|it| (it.word().to_owned(), action(lang, *it).to_owned())).collect();
    let hours = Field { optional: true, ..field("coolDownHours", words.cool_down, words.cool_down_hint) };
    view! {
        <section class="panel" id="add" aria-labelledby="add-title">
            <h2 id="add-title" class="panel-title">{words.add_title}</h2>
            <p class="hint">{words.add_hint}</p>
            <form method="get" action="/rules" class="form" novalidate data-testid="rule-add">
                <div class="form roomy-form">
                    {field("scope", words.scope, "").select(posted, scopes, &start("scope"), "")}
                    {field("kind", words.kind, "").select(posted, kinds, &start("kind"), "")}
                    {field("threshold", words.threshold, words.threshold_hint).show_with(posted, &start("threshold"), "")}
                    {hours.show_with(posted, &start("coolDownHours"), "")}
                    {field("action", words.action, "").select(posted, actions, &start("action"), "")}
                </div>
                {posted.failed().then(|| posted.message())}
                <div class="row">
                    <button type="submit" class="button" name="preview" value="1" data-testid="rule-preview">{words.preview}</button>
                    <button type="submit" class="button" data-kind="main" formmethod="post"
                        formaction="/api/risk-rule-create" data-testid="rule-create">{words.add}</button>
                </div>
            </form>
        </section>
    }
    .rendered()
}

/// The preview of a rule.
fn result(words: &'static RiskRules, preview: &RulePreview) -> AnyView {
    let replay = &preview.replay;
    let nothing = replay.stopped.is_empty() && replay.unknown == 0;
    let body = if preview.copies == 0 && nothing {
        view! { <p>{words.preview_empty}</p> }.rendered()
    } else if nothing {
        view! { <p>{words.preview_none}</p> }.rendered()
    } else {
        let unknown = (replay.unknown > 0).then(|| words.preview_unknown(replay.unknown));
        let skipped = (replay.skipped > 0).then(|| words.preview_skipped(replay.skipped));
        let closed = (!replay.closed.is_empty()).then(|| words.preview_closed(replay.closed.len()));
        view! {
            <p>{words.preview_stopped(replay.stopped.len())}" "{skipped}" "{closed}" "{unknown}</p>
            {dates(words.dates_stopped, &replay.stopped)}
            {dates(words.dates_closed, &replay.closed)}
        }
        .rendered()
    };
    view! {
        <section class="panel" id="preview" aria-labelledby="preview-title" data-testid="preview">
            <h2 id="preview-title" class="panel-title">{words.preview_title(&PREVIEW_DAYS.to_string())}</h2>
            {body}
            <p class="hint">{words.preview_basis}</p>
        </section>
    }
    .rendered()
}

fn dates(title: &'static str, times: &[Micros]) -> Option<AnyView> {
    let times: Vec<_> = times.iter().map(|at| view! { <li>{timestamp(*at)}</li> }).collect();
    (!times.is_empty()).then(|| view! { <h3>{title}</h3><ul>{times}</ul> }.rendered())
}
