//! `/settings`: password, sessions, display.

use crate::{
    components::{
        agent,
        form::{Field, Posted},
        frame::{Width, frame},
        show::show,
        tables::moment,
    },
    visit::{self, Theme},
    words::{
        billing::billing, messages::messages as messages_words, people::People, people::people,
        personal::personal, security::security,
    },
};
use domain::{ApiClient, account::SessionView};
use leptos::{either::Either, prelude::*};
use service::{
    api_client,
    recovery::{self, Programs},
    session,
};

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (people(visit::lang()), visit.trader()?);
        let posted = Posted::read(&visit).await?;
        let sessions = session::list(&visit.desk, actor).await?;
        let clients = api_client::list(&visit.desk, actor).await?;
        let others = recovery::programs(&visit.desk, actor).await?;
        let body = view! {
            <h1>{words.settings}</h1>
            <p class="lead">{words.signed_in_as(&actor.email)}</p>
            {posted.message()}
            <div class="columns">
                {password(words, &posted.of("change-password"), kept(&clients, others))}
                {screen(words)}
            </div>
            {profile()}
            {plan()}
            {messages()}
            {programs(words)}
            {session_list(words, sessions)}
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
    .into_any()
}

/// The API clients, webhooks and linked chat to keep after a password change. All are ticked by default, for
/// a routine change.
fn kept(clients: &[ApiClient], others: Programs) -> AnyView {
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
        return ().into_any();
    }
    view! {
        <fieldset class="choice" data-testid="keep-programs">
            <legend>{words.programs}</legend>
            <p class="hint">{words.programs_lead}</p>
            <input type="hidden" name="asked" value="true"/>
            <div class="checks">{clients.iter().enumerate().map(client).collect_view()}{chat}{webhooks}</div>
        </fieldset>
    }
    .into_any()
}

fn tick(name: String, value: String, text: String) -> AnyView {
    view! {
        <label class="check"><input type="checkbox" name=name value=value checked=true/><span>{text}</span></label>
    }
    .into_any()
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
    .into_any()
}

fn messages() -> AnyView {
    let words = messages_words(visit::lang());
    view! {
        <section class="panel" aria-labelledby="messages-title">
            <h2 id="messages-title" class="panel-title">{words.title}</h2>
            <p>{words.settings_lead}</p>
            <p><a class="button" href="/settings/notifications" data-testid="notifications">{words.edit}</a></p>
        </section>
    }
    .into_any()
}

fn plan() -> AnyView {
    let words = billing(visit::lang());
    view! {
        <section class="panel" aria-labelledby="plan-title">
            <h2 id="plan-title" class="panel-title">{words.title}</h2>
            <p>{words.lead}</p>
            <p><a class="button" href="/billing" data-testid="billing">{words.open}</a></p>
        </section>
    }
    .into_any()
}

fn profile() -> AnyView {
    let words = personal(visit::lang());
    view! {
        <section class="panel" aria-labelledby="profile-title">
            <h2 id="profile-title" class="panel-title">{words.profile}</h2>
            <p>{words.profile_lead}</p>
            <p><a class="button" href="/settings/profile" data-testid="profile-link">{words.edit}</a></p>
        </section>
    }
    .into_any()
}

fn programs(words: &'static People) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="programs-title">
            <h2 id="programs-title" class="panel-title">{words.api_clients}</h2>
            <p>{words.api_clients_lead}</p>
            <p><a class="button" href="/settings/api-clients" data-testid="api-clients">{words.api_clients_open}</a></p>
        </section>
    }
    .into_any()
}

fn session_list(words: &'static People, sessions: Vec<SessionView>) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="sessions-title">
            <h2 id="sessions-title" class="panel-title">{words.sessions}</h2>
            <p>{words.sessions_lead}</p>
            <ul class="sessions" data-testid="sessions">
                {sessions.into_iter().map(|s| session_line(words, s)).collect_view()}
            </ul>
            <form method="post" action="/api/end-all-sessions" class="row">
                <button type="submit" class="button" data-kind="bad" data-testid="end-all">{words.end_all}</button>
                <p class="hint">{words.end_all_lead}</p>
            </form>
        </section>
    }
    .into_any()
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
    .into_any()
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
            <p class="session-agent" title=session.user_agent.clone()>{agent::told(visit::lang(), &session.user_agent)}</p>
            <p class="hint">{session.address}" · "{before}{moment(session.last_seen_at)}{after}</p>
            {act}
        </li>
    }
    .into_any()
}
