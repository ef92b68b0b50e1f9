//! `/keys`: exchange keys.

pub(crate) mod first_day;

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Field, Posted, act_sure, radios},
        frame::{Width, frame},
        icon::icon,
        show::show,
        trade_link::trade_link,
    },
    visit::{self, Visit},
    words::{pages::Pages, pages::pages, personal::personal, problems::problem},
};
use domain::{AccountMode, ApiKeyStatus, ExchangeKey, StrategyType, first_day::FirstDayLimits};
use leptos::prelude::*;
use service::trading::{first_day::list_limits, key};

/// The list of keys, and the forms to add one.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = pages(visit::lang());
        let keys = key::list_keys(&visit.desk, visit.trader()?).await?;
        let limits = list_limits(&visit.desk, visit.trader()?).await?;
        let posted = Posted::read(&visit).await?;
        // A failure about a field is shown beside it, one about a key on its card, and all others above.
        let on_card = posted.failed() && keys.iter().any(|key| key.id.to_string() == posted.value("id"));
        let above = if on_card { None } else { posted.besides("key-create").message() };
        let first = keys.is_empty();
        let none = first.then(|| view! { <p class="empty">{words.no_keys}</p> });
        let cards = keys.into_iter().map(|key| card(words, &posted, &key, limits.get(&key.id)));
        let cards = cards.collect_view();
        let body = view! {
            <h1>{words.keys_title}</h1>
            <p class="lead">{words.keys_lead}</p>
            {above}
            {none}
            <ul class="cards" data-testid="keys">{cards}</ul>
            {sandbox(&visit, words, first)}
            {add(&visit, words, &posted.of("key-create"))}
        };
        Ok(frame(&visit, words.keys_title, Width::Wide, body))
    })
}

/// The offer of a paper account: the main act for a user without keys.
fn sandbox(visit: &Visit, words: &'static Pages, first: bool) -> Option<impl IntoView + use<>> {
    visit.desk.sandbox.as_ref()?;
    Some(view! {
        <section class="panel offer" aria-labelledby="sandbox-title">
            <h2 id="sandbox-title" class="panel-title">{words.sandbox_title}</h2>
            <p>{words.empty_lead}</p>
            <form method="post" action="/api/key-sandbox">
                <button type="submit" class="button" data-kind=if first { "main" } else { "plain" } data-testid="open-sandbox">{words.open_sandbox}</button>
            </form>
        </section>
    })
}

fn add(visit: &Visit, words: &'static Pages, posted: &Posted) -> AnyView {
    let field = |name, label| Field { name, label, autocomplete: "off", scope: "add", ..Field::default() };
    let name = Field { hint: words.key_name_hint, ..field("name", words.key_name) };
    let secret = Field { kind: "password", ..field("apiSecretKey", words.secret_key) };
    let trades = [("FUTURES", words.futures), ("SPOT", words.spot)];
    let ways = [("MANUAL", words.manual), ("AUTOMATED", words.automated)];
    view! {
        <section class="panel" id="add" aria-labelledby="add-title">
            <h2 id="add-title" class="panel-title">{words.add_title}</h2>
            <p>{words.add_lead}</p>
            {whitelist(visit, words)}
            <form method="post" action="/api/key-create" class="form roomy-form" novalidate data-testid="key-create">
                {name.show(posted)}
                {field("apiKey", words.api_key).show(posted)}
                {secret.show(posted)}
                {radios(posted, "tradeType", words.trade_type, &trades)}
                {radios(posted, "strategyType", words.strategy_type, &ways)}
                {first_day::choices(visit, posted)}
                {posted.failed().then(|| posted.message())}
                <button type="submit" class="button" data-kind="main">{words.connect}</button>
            </form>
        </section>
    }
    .rendered()
}

fn whitelist(visit: &Visit, words: &'static Pages) -> AnyView {
    let addresses = visit.desk.settings.egress_ips.clone();
    let text = if addresses.is_empty() { words.whitelist_none } else { words.whitelist };
    let list = (!addresses.is_empty()).then(|| {
        let item = |address: String| view! { <li><code>{address}</code></li> };
        view! { <ul class="addresses" data-testid="egress">{addresses.into_iter().map(item).collect_view()}</ul> }
    });
    view! { <p class="hint">{text}</p>{list} }.rendered()
}

fn card(
    words: &'static Pages,
    posted: &Posted,
    key: &ExchangeKey,
    first_day: Option<&FirstDayLimits>,
) -> AnyView {
    let id = key.id.to_string();
    let trade = words.trade_type_of(key.trade_type);
    let way = if key.strategy_type == StrategyType::Manual { words.manual } else { words.automated };
    let (mode, state) = match (key.status, key.active) {
        (ApiKeyStatus::Unauthorized, _) => ("bad", words.refused),
        (_, true) => ("good", words.active),
        (_, false) => ("off", words.inactive),
    };
    let status = match key.status {
        ApiKeyStatus::Authorized => words.authorized,
        ApiKeyStatus::Unauthorized => words.unauthorized,
        ApiKeyStatus::Failed => words.failed,
    };
    let sandbox = key.sandbox.then(|| view! { <span class="badge" data-mode="paper">{words.sandbox}</span> });
    let open_to_all = !key.ip_restricted && !key.sandbox;
    let warning = open_to_all
        .then(|| view! { <p class="message" data-tone="warn" data-testid="not-restricted">{words.not_restricted}</p> });
    // Entries are rejected with the same text.
    let withdraws = key.may_withdraw.then(|| {
        let why = words.may_withdraw;
        view! { <p class="message" data-tone="bad" data-testid="may-withdraw">{why}</p> }
    });
    let expires = key.expires_at.map(|at| {
        view! { <p class="hint" data-testid="expires">{words.expires_at(&at.date())}</p> }
    });
    let unsupported = key.account_mode.problem().map(|why| {
        let why = problem(visit::lang(), why);
        view! { <p class="message" data-tone="bad" data-testid="account-mode">{why}</p> }
    });
    let hedged = (key.account_mode == AccountMode::Hedge)
        .then(|| view! { <span class="badge" data-mode="off" title=words.hedge_mode_title data-testid="hedge-mode">{words.hedge_mode}</span> });
    let refusal = (posted.failed() && posted.value("id") == id).then(|| posted.message());
    let date = words.connected_at(&key.created_at.date());
    view! {
        <li class="panel key" id=format!("key-{id}") data-testid="key">
            <div class="key-head">
                <h2 class="key-name">{icon("key")}{key.name.clone()}</h2>
                <span class="badge" data-mode=mode>{state}</span>
                {sandbox}
                {hedged}
                {trade_link(words, key, words.trade, "plain")}
            </div>
            <p class="hint">{format!("{} · {trade} · {way} · {status} · {date}", key.exchange_id.display_name())}</p>
            <p class="api-key"><code>{key.api_key.clone()}</code></p>
            <p><a href=format!("/keys/{id}") data-testid="key-days">{personal(visit::lang()).balance}</a></p>
            {expires}
            {warning}
            {withdraws}
            {unsupported}
            {first_day.map(|limits| first_day::limits(key.id, limits))}
            {refusal}
            {changes(words, posted, key)}
        </li>
    }
    .rendered()
}

/// The forms that change a key.
fn changes(words: &'static Pages, posted: &Posted, key: &ExchangeKey) -> AnyView {
    let id = key.id.to_string();
    let (renaming, renewing) = (posted.of_row("key-rename", &id), posted.of_row("key-credentials", &id));
    let (switch, to) = if key.active { (words.deactivate, "false") } else { (words.activate, "true") };
    let name = Field {
        name: "name",
        label: words.key_name,
        autocomplete: "off",
        scope: "rename-",
        ..Field::default()
    };
    let api_key = Field {
        name: "apiKey",
        label: words.api_key,
        scope: "renew-",
        autocomplete: "off",
        ..Field::default()
    };
    let secret = Field { name: "apiSecretKey", label: words.secret_key, kind: "password", ..api_key };
    let hidden = move || view! { <input type="hidden" name="id" value=id.clone()/> };
    let delete = format!("/keys/delete?id={}", key.id);
    let start = key.name.clone();
    let row = key.id.to_string();
    let reset = key.sandbox.then(|| {
        let id = [("id", key.id.to_string())];
        act_sure("key-reset", &id, words.reset_sandbox, words.reset_sure, "sandbox-reset")
    });
    view! {
        <details class="changes" open=renaming.failed() || renewing.failed()>
            <summary>{words.change}</summary>
            <div class="columns">
                <form method="post" action="/api/key-rename" class="form" novalidate>
                    {hidden()}
                    {name.show_with(&renaming, &start, &row)}
                    <button type="submit" class="button" data-testid="key-rename">{words.rename}</button>
                </form>
                <form method="post" action="/api/key-credentials" class="form" novalidate>
                    {hidden()}
                    <p class="hint">{words.credentials_hint}</p>
                    {api_key.show_with(&renewing, "", &row)}
                    {secret.show_with(&renewing, "", &row)}
                    <button type="submit" class="button" data-testid="key-renew">{words.new_credentials}</button>
                </form>
            </div>
            <div class="row">
                <form method="post" action="/api/key-active">
                    {hidden()}
                    <input type="hidden" name="active" value=to/>
                    <button type="submit" class="button" data-testid="key-switch">{switch}</button>
                </form>
                {reset}
                <a class="button" data-kind="bad" href=delete data-testid="key-delete">{words.delete}</a>
            </div>
            {elsewhere(words, key)}
        </details>
    }
    .rendered()
}

/// Whether the owner is notified of orders that Slipstream did not send.
fn elsewhere(words: &'static Pages, key: &ExchangeKey) -> AnyView {
    let (state, button, to) = if key.traded_elsewhere {
        (words.elsewhere_on, words.elsewhere_unset, "false")
    } else {
        (words.elsewhere_off, words.elsewhere_set, "true")
    };
    view! {
        <form method="post" action="/api/key-elsewhere" class="form" data-testid="key-elsewhere">
            <input type="hidden" name="id" value=key.id.to_string()/>
            <input type="hidden" name="elsewhere" value=to/>
            <h3>{words.elsewhere_title}</h3>
            <p class="hint">{state}</p>
            <button type="submit" class="button">{button}</button>
        </form>
    }
    .rendered()
}
