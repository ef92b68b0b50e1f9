//! `/settings`: password, sessions, display.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        agent,
        countries::country_name,
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
        tables::timestamp,
    },
    visit::{self, Theme},
    words::{
        billing::billing, messages::messages as messages_words, personal::personal, security::security,
        users::People, users::people,
    },
};
use domain::{
    ApiClient,
    account::{ProgramSignIn, SessionView},
    notification::Switches,
    profile::Profile,
};
use leptos::{either::Either, prelude::*};
use service::{
    identity::{
        api_client, event_webhook, plan, profile,
        recovery::{self, Programs},
        session, token,
    },
    messaging::notify,
};

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (people(visit::lang()), visit.trader()?);
        let posted = Posted::read(&visit).await?;
        let sessions = session::list(&visit.desk, actor).await?;
        let apps = token::list(&visit.desk, actor).await?;
        let clients = api_client::list(&visit.desk, actor).await?;
        let webhooks = event_webhook::list(&visit.desk, actor).await?;
        let webhooks = webhooks.iter().filter(|webhook| webhook.disabled.is_none()).count();
        let others = recovery::programs(&visit.desk, actor).await?;
        let (chat, active) = (others.chat, clients.len());
        let plan = plan::plan_of(&visit.desk, actor).await?.name;
        let kept = profile::get(&visit.desk, actor).await?;
        let switches = notify::preferences(&visit.desk, actor).await?.switches;
        let body = view! {
            <h1>{words.settings}</h1>
            <p class="lead">{words.signed_in_as(&actor.email)}</p>
            {posted.message()}
            <div class="columns level">
                {password(words, &posted.of("change-password"), kept_programs(&clients, others))}
                {screen(words)}
            </div>
            <div class="columns level">
                {profile_card(kept)}
                {plan_card(plan)}
                {messages_card(&switches, chat)}
                {programs_card(words, active)}
                {webhooks_card(words, webhooks)}
            </div>
            {session_list(words, sessions, apps)}
            {activity()}
        };
        Ok(frame(&visit, words.settings, Width::Wide, body))
    })
}

fn password(words: &'static People, posted: &Posted, programs: AnyView) -> AnyView {
    let field =
        |name, label, autocomplete| Field { name, label, autocomplete, kind: "password", ..Field::default() };
    let current = field("current", words.current_password, "current-password");
    let new = Field { hint: words.password_hint, ..field("password", words.new_password, "new-password") };
    view! {
        <section class="panel" aria-labelledby="password-title">
            <h2 id="password-title" class="panel-title">{words.change_password}</h2>
            <form method="post" action="/api/change-password" class="form" novalidate data-testid="change-password">
                {current.show(posted)}
                {new.show(posted)}
                {programs}
                <button type="submit" class="button" data-kind="main">{words.change_password}</button>
            </form>
        </section>
    }
    .rendered()
}

/// The API clients, webhooks and linked chat to keep after a password change. All are ticked by default, for
/// a routine change.
fn kept_programs(clients: &[ApiClient], others: Programs) -> AnyView {
    let words = security(visit::lang());
    let client = |(place, client): (usize, &ApiClient)| {
        tick(format!("keep[{place}]"), client.id.to_string(), client.name.clone())
    };
    let chat = others.chat.then(|| tick("chat".to_owned(), "true".to_owned(), words.keep_chat.to_owned()));
    let webhooks = (others.webhooks > 0).then(|| {
        let text = words.keep_webhooks(&others.webhooks.to_string());
        tick("webhooks".to_owned(), "true".to_owned(), text)
    });
    if clients.is_empty() && chat.is_none() && webhooks.is_none() {
        return ().rendered();
    }
    view! {
        <fieldset class="choice" data-testid="keep-programs">
            <legend>{words.programs}</legend>
            <p class="hint">{words.programs_lead}</p>
            <input type="hidden" name="asked" value="true"/>
            <div class="checks">{clients.iter().enumerate().map(client).collect_view()}{chat}{webhooks}</div>
        </fieldset>
    }
    .rendered()
}

fn tick(name: String, value: String, text: String) -> AnyView {
    view! {
        <label class="check"><input type="checkbox" name=name value=value checked=true/><span>{text}</span></label>
    }
    .rendered()
}

fn screen(words: &'static People) -> AnyView {
    let chosen = visit::theme();
    let themes = [
        (Theme::System, words.theme_system),
        (Theme::Light, words.theme_light),
        (Theme::Dark, words.theme_dark),
    ];
    let radio = |(theme, text): (Theme, &'static str)| {
        view! {
            <label><input type="radio" name="theme" value=theme.word() checked=theme == chosen/><span>{text}</span></label>
        }
    };
    view! {
        <section class="panel" aria-labelledby="screen-title">
            <h2 id="screen-title" class="panel-title">{words.screen}</h2>
            <form method="post" action="/api/theme" class="form" data-testid="theme">
                <input type="hidden" name="next" value="/settings"/>
                <fieldset class="choice">
                    <legend>{words.theme}</legend>
                    <div class="segments">{themes.into_iter().map(radio).collect_view()}</div>
                </fieldset>
                <button type="submit" class="button">{words.apply}</button>
            </form>
            <dl class="figures">
                <div><dt>{words.language}</dt><dd>{words.english}</dd></div>
            </dl>
            <p class="hint">{words.language_lead}</p>
        </section>
    }
    .rendered()
}

/// A card with the state of a further page of settings, and its button: link, test id and text.
fn card(
    id: &'static str,
    title: &'static str,
    state: Vec<(&'static str, String)>,
    (href, test, text): (&'static str, &'static str, &'static str),
) -> AnyView {
    let figure = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! {
        <section class="panel" aria-labelledby=id>
            <h2 id=id class="panel-title">{title}</h2>
            <dl class="figures">{state.into_iter().map(figure).collect_view()}</dl>
            <p><a class="button" href=href data-testid=test>{text}</a></p>
        </section>
    }
    .rendered()
}

fn messages_card(switches: &Switches, chat: bool) -> AnyView {
    let words = messages_words(visit::lang());
    let on = |all: &[bool]| {
        words.of_all(&all.iter().filter(|on| **on).count().to_string(), &all.len().to_string())
    };
    let mails = [switches.email_new_order, switches.email_take_profit, switches.email_stop_loss];
    let reports = [switches.weekly_report, switches.monthly_report];
    let telegram = if chat { words.linked } else { words.not_linked };
    let state = vec![
        (words.by_email, on(&mails)),
        (words.by_telegram, telegram.to_owned()),
        (words.reports, on(&reports)),
    ];
    card("messages-title", words.title, state, ("/settings/notifications", "notifications", words.edit))
}

fn plan_card(name: String) -> AnyView {
    let words = billing(visit::lang());
    card(
        "plan-title",
        words.title,
        vec![(words.plan, domain::plan::title(&name))],
        ("/billing", "billing", words.open),
    )
}

fn profile_card(profile: Option<Profile>) -> AnyView {
    let words = personal(visit::lang());
    let of = |read: fn(&Profile) -> Option<String>| profile.as_ref().and_then(read);
    let unset = || words.unset.to_owned();
    let country = of(|profile| profile.country.clone()).map_or_else(unset, |code| country_name(&code));
    let zone = of(|profile| profile.time_zone.clone()).unwrap_or_else(|| "UTC".to_owned());
    let state = vec![(words.country, country), (words.zone, zone)];
    card("profile-title", words.profile, state, ("/settings/profile", "profile-link", words.edit))
}

fn programs_card(words: &'static People, active: usize) -> AnyView {
    let state = vec![(words.active, active.to_string())];
    let link = ("/settings/api-clients", "api-clients", words.api_clients_open);
    card("programs-title", words.api_clients, state, link)
}

fn webhooks_card(words: &'static People, active: usize) -> AnyView {
    let state = vec![(words.active, active.to_string())];
    let link = ("/settings/webhooks", "event-webhooks", words.webhooks_open);
    card("webhooks-title", words.webhooks, state, link)
}

fn session_list(words: &'static People, sessions: Vec<SessionView>, apps: Vec<ProgramSignIn>) -> AnyView {
    let apps = (!apps.is_empty()).then(|| app_list(words, apps));
    view! {
        <section class="panel" aria-labelledby="sessions-title">
            <h2 id="sessions-title" class="panel-title">{words.sessions}</h2>
            <p>{words.sessions_lead}</p>
            <ul class="sessions" data-testid="sessions">
                {sessions.into_iter().map(|s| session_line(words, s)).collect_view()}
            </ul>
            {apps}
            <form method="post" action="/api/end-all-sessions" class="row">
                <button type="submit" class="button" data-kind="bad" data-testid="end-all">{words.end_all}</button>
                <p class="hint">{words.end_all_lead}</p>
            </form>
        </section>
    }
    .rendered()
}

/// The sign-ins of programs.
fn app_list(words: &'static People, apps: Vec<ProgramSignIn>) -> AnyView {
    view! {
        <h3>{words.app_sessions}</h3>
        <p class="hint">{words.app_sessions_lead}</p>
        <ul class="sessions" data-testid="app-sessions">
            {apps.into_iter().map(|app| app_line(words, app)).collect_view()}
        </ul>
    }
    .rendered()
}

fn app_line(words: &'static People, app: ProgramSignIn) -> AnyView {
    let (before, after) = words.last_seen();
    view! {
        <li class="session" data-testid="app-session">
            <p class="session-agent" title=app.user_agent.clone()>{agent::describe_agent(visit::lang(), &app.user_agent)}</p>
            <p class="hint">{app.address.clone()}" · "{before}{timestamp(app.last_used_at)}{after}</p>
            <form method="post" action="/api/end-program">
                <input type="hidden" name="id" value=app.id.to_string()/>
                <button type="submit" class="button" data-kind="quiet"
                    aria-label=words.end_this(&app.address)>{words.end_session}</button>
            </form>
        </li>
    }
    .rendered()
}

fn activity() -> AnyView {
    let words = security(visit::lang());
    view! {
        <section class="panel" aria-labelledby="activity-title">
            <h2 id="activity-title" class="panel-title">{words.activity}</h2>
            <p>{words.activity_lead}</p>
            <p><a class="button" href="/settings/activity" data-testid="activity">{words.see_activity}</a></p>
        </section>
    }
    .rendered()
}

fn session_line(words: &'static People, session: SessionView) -> AnyView {
    let act = if session.current {
        Either::Left(view! { <span class="badge" data-mode="good">{words.this_session}</span> })
    } else {
        Either::Right(view! {
            <form method="post" action="/api/end-session">
                <input type="hidden" name="id" value=session.id.to_string()/>
                <button type="submit" class="button" data-kind="quiet"
                    aria-label=words.end_this(&session.address)>{words.end_session}</button>
            </form>
        })
    };
    let (before, after) = words.last_seen();
    view! {
        <li class="session" data-testid="session">
            <p class="session-agent" title=session.user_agent.clone()>{agent::describe_agent(visit::lang(), &session.user_agent)}</p>
            <p class="hint">{session.address}" · "{before}{timestamp(session.last_seen_at)}{after}</p>
            {act}
        </li>
    }
    .rendered()
}
