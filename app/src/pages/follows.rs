//! `/follows`: which account follows which strategy and at what risk; forms to change, pause and stop, and
//! the panic button.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        copied,
        earned::earned,
        form::{Field, Posted, act},
        frame::{Width, frame},
        icon::icon,
        show::show,
        stopped::stopped,
    },
    figures,
    pages::{
        follow_new::{can_follow, limits},
        risk_rules::tripped_rules,
    },
    visit::{self, Visit},
    words::{
        copies::{copies, reason},
        execution::execution,
        follows::{Follows, follows},
        pages::pages,
        risk_rules::risk_rules,
    },
};
use domain::{
    ExchangeKey, FollowId, Micros,
    copy::Paused,
    follow::{Copied, Follow, FollowPerformance, RiskProfile},
    money,
    risk_rule::{RiskRule, Scope},
    strategy::Strategy,
};
use leptos::prelude::*;
use service::{
    Error,
    following::follow::{self, Overview},
};
use std::collections::HashMap;

/// How many copies are shown for each account.
const COPIES: u16 = 3;

/// The options of this page's forms.
struct Choices {
    profiles: Vec<(String, String)>,
    strategies: Vec<Strategy>,
    posted: Posted,
    /// The performance of each follow with an entered copy.
    performances: HashMap<FollowId, FollowPerformance>,
    rules: Vec<RiskRule>,
    now: Micros,
}

impl Choices {
    /// The tripped rules of a scope, with buttons to resume.
    fn tripped(&self, scope: Scope) -> Option<AnyView> {
        tripped_rules(&self.rules, scope, self.now)
    }
}

/// Grouped by account.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (follows(visit::lang()), visit.trader()?);
        let seen = follow::overview(&visit.desk, actor, COPIES).await?;
        let Overview {
            keys,
            follows: all,
            stopped: ended,
            mut newest,
            in_position,
            strategies,
            profiles,
            rules,
            performances,
        } = seen;
        let posted = Posted::read(&visit).await?;
        let message = posted.message();
        let choices = Choices {
            profiles: profiles.iter().map(|p| (p.id.to_string(), profile(words, p))).collect(),
            strategies,
            posted,
            performances,
            rules,
            now: visit.desk.clock.now(),
        };
        let (mut panels, mut any_kept) = (Vec::new(), false);
        for key in keys.iter().filter(|key| can_follow(key) || all.iter().any(|f| f.key == key.id)) {
            let mine: Vec<_> = all.iter().filter(|f| f.key == key.id).collect();
            let last = newest.remove(&key.id).unwrap_or_default();
            let kept = mine.is_empty() && in_position.contains(&key.id);
            any_kept |= kept;
            panels.push(account(words, key, &mine, kept, &last, &choices));
        }
        let moving = if all.iter().any(|f| f.active) { "moving" } else { "settled" };
        let body = view! {
            <div class="row between">
                <h1>{words.title}</h1>
                {(!all.is_empty()).then(|| panic(words, None))}
            </div>
            <p class="lead">{words.lead}</p>
            {message}
            {choices.tripped(Scope::Person)}
            {(all.is_empty() && !any_kept).then(|| none(words))}
            <div class="cards" data-fresh=moving>{panels}</div>
            {stopped(&ended, &choices.performances)}
            {(!all.is_empty()).then(|| more(words))}
            <crate::islands::fresh::Fresh/>
        };
        Ok(frame(&visit, words.title, Width::Wide, body))
    })
}

fn profile(words: &Follows, profile: &RiskProfile) -> String {
    let percent = words.at_risk(&figures::plain_percent(profile.percentage));
    format!("{} · {percent}", words.profile(&profile.name))
}

fn none(words: &'static Follows) -> AnyView {
    view! {
        <section class="panel empty-state" data-testid="empty-state">
            {icon("follow")}
            <h2>{words.none}</h2>
            <p class="lead">{words.none_lead}</p>
            <p><a class="button large" data-kind="main" href="/strategies">{words.browse}</a></p>
        </section>
    }
    .rendered()
}

fn more(words: &'static Follows) -> AnyView {
    view! {
        <p class="row">
            <a class="button" href="/strategies">{words.follow_more}</a>
            <a class="button" href="/copies">{words.all_copies}</a>
            <a class="button" href="/rules">{risk_rules(visit::lang()).manage}</a>
        </p>
    }
    .rendered()
}

/// The link to the panic button's page, which asks for confirmation.
pub(crate) fn panic(words: &'static Follows, key: Option<&ExchangeKey>) -> AnyView {
    let (href, label) = match key {
        Some(key) => (format!("/follows/panic?key={}", key.id), words.panic_key(&key.name)),
        None => ("/follows/panic".to_owned(), words.panic_all.to_owned()),
    };
    let (text, testid) =
        if key.is_some() { (words.panic, "panic-key") } else { (words.panic_all, "panic-all") };
    view! { <a class="button" data-kind="bad" href=href aria-label=label data-testid=testid>{icon("alarm")}{text}</a> }.rendered()
}

fn account(
    words: &'static Follows,
    key: &ExchangeKey,
    mine: &[&Follow],
    kept: bool,
    last: &[Copied],
    choices: &Choices,
) -> AnyView {
    let title = format!("account-{}", key.id);
    let empty = mine.is_empty().then(|| {
        let text = if kept { words.none_kept } else { words.none_here };
        view! { <p class="empty">{text}" "<a href="/strategies">{words.browse}</a></p> }
    });
    let names = pages(visit::lang());
    let (mode, state) = if key.active { ("good", names.active) } else { ("off", names.inactive) };
    let recent = (!mine.is_empty() || !last.is_empty()).then(|| recent(words, key, last));
    view! {
        <section class="panel" aria-labelledby=title data-testid="account">
            <div class="key-head">
                <h2 class="key-name" id=format!("account-{}", key.id)>{icon("key")}{key.name.clone()}</h2>
                <span class="badge" data-mode=mode>{state}</span>
                {panic(words, Some(key))}
            </div>
            {choices.tripped(Scope::Key(key.id))}
            {empty}
            <ul class="follows">{mine.iter().map(|f| line(words, f, choices)).collect_view()}</ul>
            {recent}
        </section>
    }
    .rendered()
}

fn recent(words: &'static Follows, key: &ExchangeKey, last: &[Copied]) -> AnyView {
    let table = if last.is_empty() {
        view! { <p class="empty">{words.no_copies}</p> }.rendered()
    } else {
        copied::table(last, words.last_copies).rendered()
    };
    view! {
        <h3 class="panel-title">{words.last_copies}</h3>
        {table}
        <p><a href=format!("/copies?key={}", key.id)>{words.see_copies}</a></p>
    }
    .rendered()
}

fn line(words: &'static Follows, follow: &Follow, choices: &Choices) -> AnyView {
    let (id, figures_of) = (follow.id.to_string(), execution(visit::lang()));
    let (mode, state) =
        if follow.active { ("good", words.following) } else { ("warn", words.paused(follow.paused)) };
    let position = follow
        .in_position
        .then(|| view! { <span class="badge" data-mode="paper">{words.in_position}</span> });
    // A paused follow needs no reason: it waits to be resumed.
    let blocked = follow.blocked.filter(|_| follow.active).map(|why| {
        let text = words.waiting(reason(visit::lang(), why));
        view! { <p class="message" data-tone="warn" data-testid="blocked">{text}</p> }
    });
    let leverage = follow
        .max_leverage
        .map_or_else(|| words.leverage_any.to_owned(), |most| words.leverage_most(&most.to_string()));
    let limit = follow
        .daily_loss_limit_usd
        .map_or_else(|| words.limit_none.to_owned(), |usd| words.limit_is(&figures::decimal(usd)));
    let since = words.since(&follow.created_at.date());
    let performance = choices.performances.get(&follow.id).cloned().unwrap_or_default();
    let about = format!("{} · {leverage} · {limit} · {since}", profile(words, &follow.profile));
    view! {
        <li class="follow" id=format!("follow-{id}") data-testid="follow-line">
            <div class="key-head">
                <h3 class="key-name"><a href=format!("/strategies/{}", follow.strategy.id)>{follow.strategy.name.clone()}</a></h3>
                <span class="hint">{follow.strategy.symbol.to_string()}</span>
                <span class="badge" data-mode=mode data-testid="follow-state">{state}</span>
                {position}
            </div>
            <p class="hint">{about}</p>
            {earned(&performance)}
            {blocked}
            {choices.tripped(Scope::Follow(follow.id))}
            <div class="row">
                {switch(words, follow)}
                <a class="button" href=format!("/follows/{id}") data-testid="follow-performance"
                    aria-label=figures_of.performance_of(&follow.strategy.name)>{figures_of.performance}</a>
                <a class="button" href=format!("/follows/stop?id={id}") data-testid="follow-stop">{words.stop}</a>
            </div>
            {changes(words, follow, choices)}
        </li>
    }
    .rendered()
}

fn switch(words: &'static Follows, follow: &Follow) -> impl IntoView + use<> {
    let id = [("id", follow.id.to_string())];
    if follow.active {
        act("follow-pause", &id, words.pause, "follow-pause").rendered()
    } else {
        act("follow-resume", &id, words.resume, "follow-resume").rendered()
    }
}

/// The strategies a follow may change to: its own, and the active ones of its market.
fn instead(follow: &Follow, all: &[Strategy]) -> Vec<(String, String)> {
    let own = &follow.strategy;
    let fits = |s: &&Strategy| {
        s.id == own.id || (s.active && s.symbol == own.symbol && s.exchange_id == own.exchange_id)
    };
    all.iter().filter(fits).map(|s| (s.id.to_string(), s.name.clone())).collect()
}

fn changes(words: &'static Follows, follow: &Follow, choices: &Choices) -> AnyView {
    let id = follow.id.to_string();
    let posted = choices.posted.of_row("follow-change", &id);
    let field = |name, label| Field { name, label, scope: "change-", ..Field::default() };
    let hint = if follow.in_position { words.change_position } else { "" };
    let strategy = Field { hint, ..field("strategyAutomatedId", words.strategy) };
    let strategy =
        strategy.select(&posted, instead(follow, &choices.strategies), &follow.strategy.id.to_string(), &id);
    let risk = field("strategyRiskProfileId", words.risk);
    let risk = risk.select(&posted, choices.profiles.clone(), &follow.profile.id.to_string(), &id);
    let leverage = follow.max_leverage.map(|l| l.to_string()).unwrap_or_default();
    let limit = follow.daily_loss_limit_usd.map(money::text).unwrap_or_default();
    view! {
        <details class="changes" open=posted.failed()>
            <summary>{words.change}</summary>
            <form method="post" action="/api/follow-change" class="form roomy-form" novalidate data-testid="follow-change">
                <input type="hidden" name="id" value=id.clone()/>
                {strategy}
                {risk}
                {limits(words, &posted, &leverage, &limit, &id)}
                <button type="submit" class="button" data-kind="main">{words.save}</button>
            </form>
        </details>
    }
    .rendered()
}

/// A short list of follows, for the dashboard.
pub(crate) async fn summary(visit: &Visit) -> Result<AnyView, Error> {
    let words = follows(visit::lang());
    let all = follow::list_follows(&visit.desk, visit.trader()?).await?;
    let state = |f: &Follow| match (f.active, f.paused) {
        (true, _) => ("good", words.following),
        (false, Some(Paused::Panic)) => ("live", words.paused_by_panic),
        (false, why) => ("warn", words.paused(why)),
    };
    let line = |f: &Follow| {
        let (mode, text) = state(f);
        view! {
            <li class="key-line" data-testid="follow-summary">
                <span class="key-name">{f.strategy.name.clone()}</span>
                <span class="badge" data-mode=mode>{text}</span>
                <span class="hint">{format!("{} · {}", f.key_name, profile(words, &f.profile))}</span>
            </li>
        }
    };
    let lines = all.iter().map(line).collect_view();
    let content = if all.is_empty() {
        view! { <p class="empty">{words.summary_none}" "<a href="/strategies">{words.browse}</a></p> }
            .rendered()
    } else {
        let panic = panic(words, None);
        let link = copies(visit::lang()).title;
        view! {
            <ul class="key-lines">{lines}</ul>
            <p class="row"><a class="button" href="/follows">{words.title}</a>
                <a class="button" href="/copies">{link}</a>{panic}</p>
        }
        .rendered()
    };
    Ok(view! {
        <section class="panel" aria-labelledby="follows-title">
            <h2 id="follows-title" class="panel-title">{words.title}</h2>
            {content}
        </section>
    }
    .rendered())
}
