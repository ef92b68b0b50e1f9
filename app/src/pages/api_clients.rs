//! `/settings/api-clients`: credentials for programs.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        confirm::Confirm,
        form::{Field, Posted, boxes},
        frame::{Width, frame},
        icon::icon,
        show::show,
    },
    visit::{self, Visit},
    words::{clients::Clients, clients::clients},
};
use domain::{ApiClient, Permission};
use leptos::prelude::*;
use service::identity::api_client;

/// The clients, and a form to create one.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (clients(visit::lang()), visit.trader()?);
        let all = api_client::list(&visit.desk, actor).await?;
        let posted = Posted::read(&visit).await?;
        let made = posted.of("client-create");
        let none = all.is_empty().then(|| view! { <p class="empty">{words.none}</p> });
        let once = once(words, &made, &all);
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.besides("client-create").message()}
            {once}
            {none}
            <ul class="cards" data-testid="clients">{all.iter().map(|c| card(words, c)).collect_view()}</ul>
            {add(words, &made)}
            {api_urls(&visit, words)}
        };
        Ok(frame(&visit, words.title, Width::Wide, body.rendered()))
    })
}

/// The secret of a new client, shown only once.
fn once(words: &'static Clients, posted: &Posted, all: &[ApiClient]) -> Option<AnyView> {
    let (id, secret) = posted.details().first()?;
    let made = all.iter().find(|client| client.id.to_string() == *id)?;
    let line = |name: &'static str, value: String, id: &'static str| {
        view! { <div><dt>{name}</dt><dd><code data-testid=id>{value}</code></dd></div> }
    };
    Some(
        view! {
            <section class="panel note" aria-labelledby="once-title" data-testid="once">
                <h2 id="once-title" class="panel-title">{words.once_title}</h2>
                <p>{words.once_lead}</p>
                <dl class="secrets">
                    {line(words.api_key, made.api_key.clone(), "made-key")}
                    {line(words.secret, secret.clone(), "made-secret")}
                    {line(words.login_id, made.login_id.clone(), "made-login")}
                </dl>
            </section>
        }
        .rendered(),
    )
}

/// The name of a permission.
const fn permission(words: &'static Clients, permission: Permission) -> &'static str {
    match permission {
        Permission::AccountsRead => words.accounts_read,
        Permission::AccountsWrite => words.accounts_write,
        Permission::BotsRead => words.bots_read,
        Permission::BotsWrite => words.bots_write,
        Permission::SmartTradesRead => words.smart_trades_read,
        Permission::SmartTradesWrite => words.smart_trades_write,
    }
}

fn card(words: &'static Clients, client: &ApiClient) -> AnyView {
    let minute = |iso: String| iso.get(..16).unwrap_or_default().replace('T', " ");
    let used = match &client.last_used {
        Some((at, from)) => words.used(&minute(at.to_string()), from),
        None => words.unused.to_owned(),
    };
    let mut facts = vec![words.made(&client.created_at.date()), used];
    facts.extend(client.expires_at.map(|at| words.until(&minute(at.to_string()))));
    if !client.networks.is_empty() {
        let all: Vec<_> = client.networks.iter().map(ToString::to_string).collect();
        facts.push(words.only_from(&all.join(", ")));
    }
    facts.extend(client.rsa.then(|| words.signs_rsa.to_owned()));
    let (id, sure) = ([("id", client.id.to_string())], words.revoke_sure(&client.name));
    let may: Vec<_> = client.permissions.iter().map(|p| permission(words, *p)).collect();
    view! {
        <li class="panel key" data-testid="client">
            <div class="key-head"><h2 class="key-name">{icon("robot")}{client.name.clone()}</h2></div>
            <p>{may.join(" · ")}</p>
            <p class="hint">{facts.join(" · ")}</p>
            <p class="api-key"><code>{client.api_key.clone()}</code></p>
            <p class="hint">{words.login_id}" "<code>{client.login_id.clone()}</code></p>
            {Confirm::new("client-revoke", &id, words.revoke, &sure, "client-revoke").show()}
        </li>
    }
    .rendered()
}

fn add(words: &'static Clients, posted: &Posted) -> AnyView {
    // After an error the form keeps the typed values; after a success it is empty.
    let posted = if posted.failed() { posted.clone() } else { Posted::default() };
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        autocomplete: "off",
        scope: "client",
        optional: true,
        ..Field::default()
    };
    let name = Field { optional: false, ..field("name", words.name, words.name_hint) };
    let options: Vec<_> = Permission::ALL.iter().map(|p| (p.word(), permission(words, *p))).collect();
    view! {
        <section class="panel" id="add" aria-labelledby="add-title">
            <h2 id="add-title" class="panel-title">{words.make_title}</h2>
            <form method="post" action="/api/client-create" class="form roomy-form" novalidate data-testid="client-create">
                {name.show(&posted)}
                {boxes(&posted, "permissions", words.permissions, &options)}
                {field("addresses", words.addresses, words.addresses_hint).show(&posted)}
                {field("expiresAt", words.expires, words.expires_hint).show(&posted)}
                {key(words, &posted)}
                {posted.message()}
                <button type="submit" class="button" data-kind="main">{words.make}</button>
            </form>
        </section>
    }
    .rendered()
}

/// A text area for the multi-line RSA key.
fn key(words: &'static Clients, posted: &Posted) -> AnyView {
    let problem = posted.problem("rsaPublicKey");
    view! {
        <div class="field">
            <label for="client-rsa">{words.rsa}</label>
            <textarea id="client-rsa" name="rsaPublicKey" rows="4" spellcheck="false" autocomplete="off"
                aria-describedby="client-rsa-hint" aria-invalid=problem.map(|_| "true")>{posted.value("rsaPublicKey")}</textarea>
            <p class=if problem.is_some() { "problem" } else { "hint" } id="client-rsa-hint">
                {problem.unwrap_or(words.rsa_hint)}
            </p>
        </div>
    }
    .rendered()
}

fn api_urls(visit: &Visit, words: &'static Clients) -> AnyView {
    let url = &visit.desk.settings.public_url;
    view! {
        <section class="panel" aria-labelledby="apps-title">
            <h2 id="apps-title" class="panel-title">{words.apps_title}</h2>
            <ul class="link-list">
                <li>{words.door_threecommas(url)}</li>
                <li>{words.door_lumetrade(url)}</li>
                <li>{words.door_currencycloud(url)}</li>
            </ul>
        </section>
    }
    .rendered()
}
