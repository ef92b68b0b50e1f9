//! `/settings/webhooks`: addresses of the user's programs that receive events, and the log of each.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        confirm::Confirm,
        form::{Field, Posted, act, boxes},
        frame::{Width, frame},
        show::show,
        tables::{ROOMY, WORDS, scrolling, timestamp},
    },
    visit,
    words::{
        event_webhooks::{EventWebhooks, delivery_problem, delivery_state, event_webhooks, topic},
        pages::pages,
    },
};
use domain::event_webhook::{DeliveryState, Disabled, EventDelivery, EventTopic, EventWebhook};
use leptos::prelude::*;
use service::identity::event_webhook;

/// The webhooks with their logs, and a form to create one.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (event_webhooks(visit::lang()), visit.trader()?);
        let all = event_webhook::list(&visit.desk, actor).await?;
        let mut logs = Vec::with_capacity(all.len());
        for webhook in &all {
            logs.push(event_webhook::list_deliveries(&visit.desk, actor, webhook.id).await?);
        }
        let posted = Posted::read(&visit).await?;
        let cards = all.iter().zip(&logs).map(|(webhook, log)| card(words, webhook, log, &posted));
        let cards = cards.collect_view();
        let none = all.is_empty().then(|| view! { <p class="empty">{words.none}</p> });
        let created = posted.of("webhook-create");
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.besides("webhook-create").message()}
            {once(words, &posted)}
            {none}
            <ul class="cards" data-testid="webhooks">{cards}</ul>
            {create(words, &created)}
            <p><a href="/docs">{words.docs}</a></p>
        };
        Ok(frame(&visit, words.title, Width::Wide, body.rendered()))
    })
}

/// The secret of a new webhook, or a new secret, shown only once.
fn once(words: &'static EventWebhooks, posted: &Posted) -> Option<AnyView> {
    let shown = ["webhook-create", "webhook-rotate"].iter().map(|form| posted.of(form));
    let posted = shown.into_iter().find(|posted| !posted.details().is_empty())?;
    let (_, secret) = posted.details().first()?;
    Some(
        view! {
            <section class="panel note" aria-labelledby="once-title" data-testid="once">
                <h2 id="once-title" class="panel-title">{words.once_title}</h2>
                <p>{words.once_lead}</p>
                <dl class="secrets">
                    <div><dt>{words.secret}</dt><dd><code data-testid="made-secret">{secret.clone()}</code></dd></div>
                </dl>
            </section>
        }
        .rendered(),
    )
}

fn card(
    words: &'static EventWebhooks,
    webhook: &EventWebhook,
    log: &[EventDelivery],
    posted: &Posted,
) -> AnyView {
    let minute = |iso: String| iso.get(..16).unwrap_or_default().replace('T', " ");
    let lang = visit::lang();
    let topics: Vec<_> = webhook.topics.iter().map(|of| topic(lang, *of)).collect();
    let mut facts = vec![words.created(&webhook.created_at.date())];
    facts.extend(webhook.failing_since.map(|at| words.failing(&minute(at.to_string()))));
    facts.extend(webhook.previous_until.map(|at| words.both(&minute(at.to_string()))));
    let state = if webhook.disabled.is_some() { words.disabled } else { words.active };
    let failing = (webhook.disabled == Some(Disabled::Failing)).then(|| {
        view! { <p class="message" data-tone="bad">{words.disabled_failing}</p> }
    });
    view! {
        <li class="panel key" id=format!("webhook-{}", webhook.id) data-testid="webhook" data-active=webhook.disabled.is_none().to_string()>
            <div class="key-head"><h2 class="key-name">{webhook.name.clone()}</h2><span class="badge">{state}</span></div>
            <p class="wrap"><code>{webhook.url.clone()}</code></p>
            <p>{topics.join(" · ")}</p>
            <p class="hint">{facts.join(" · ")}</p>
            {failing}
            {actions(words, webhook)}
            {edit(words, webhook, posted)}
            {deliveries(words, webhook, log)}
        </li>
    }
    .rendered()
}

fn actions(words: &'static EventWebhooks, webhook: &EventWebhook) -> AnyView {
    let id = [("id", webhook.id.to_string())];
    let enabled = webhook.disabled.is_none();
    let set = |active: bool| [("id", webhook.id.to_string()), ("active", active.to_string())];
    let switch = if enabled {
        act("webhook-active", &set(false), words.disable, "webhook-disable")
    } else {
        act("webhook-active", &set(true), words.enable, "webhook-enable")
    };
    let test = enabled.then(|| act("webhook-test", &id, words.test, "webhook-test"));
    let (rotate_sure, remove_sure) = (words.rotate_sure(&webhook.name), words.remove_sure(&webhook.name));
    let rotate = Confirm {
        kind: "main",
        ..Confirm::new("webhook-rotate", &id, words.rotate, &rotate_sure, "webhook-rotate")
    };
    view! {
        <div class="row">
            {test}
            {switch}
            {rotate.show()}
            {Confirm::new("webhook-remove", &id, words.remove, &remove_sure, "webhook-remove").show()}
        </div>
    }
    .rendered()
}

fn edit(words: &'static EventWebhooks, webhook: &EventWebhook, posted: &Posted) -> AnyView {
    let id = webhook.id.to_string();
    let posted = posted.of_row("webhook-change", &id);
    let open = posted.failed();
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        autocomplete: "off",
        scope: "edit",
        ..Field::default()
    };
    let chosen: Vec<_> = if open {
        posted.values().iter().filter(|(name, _)| name == "topics").map(|(_, word)| word.clone()).collect()
    } else {
        webhook.topics.iter().map(|topic| topic.word().to_owned()).collect()
    };
    view! {
        <details class="edit" open=open>
            <summary>{words.edit}</summary>
            <form method="post" action="/api/webhook-change" class="form" novalidate data-testid="webhook-change">
                <input type="hidden" name="id" value=id.clone()/>
                {field("name", words.name, words.name_hint).show_with(&posted, &webhook.name, &id)}
                {field("url", words.url, words.url_hint).show_with(&posted, &webhook.url, &id)}
                {topic_boxes(words, &posted, &chosen)}
                <button type="submit" class="button">{words.save}</button>
            </form>
        </details>
    }
    .rendered()
}

fn topic_boxes(words: &'static EventWebhooks, posted: &Posted, chosen: &[String]) -> AnyView {
    let problem = posted.problem("topics");
    let tick = |(place, of): (usize, &EventTopic)| {
        let on = chosen.iter().any(|word| word == of.word());
        view! {
            <label class="check">
                <input type="checkbox" name=format!("topics[{place}]") value=of.word() checked=on/>
                <span>{topic(visit::lang(), *of)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choice">
            <legend>{words.topics}</legend>
            <div class="checks">{EventTopic::ALL.iter().enumerate().map(tick).collect_view()}</div>
            {problem.map(|text| view! { <p class="problem">{text}</p> })}
        </fieldset>
    }
    .rendered()
}

fn deliveries(words: &'static EventWebhooks, webhook: &EventWebhook, log: &[EventDelivery]) -> AnyView {
    if log.is_empty() {
        return view! { <p class="empty">{words.log_none}</p> }.rendered();
    }
    let columns = [
        (pages(visit::lang()).col_time, WORDS),
        (words.col_event, WORDS),
        (words.col_state, WORDS),
        (words.col_answer, ROOMY),
        (words.col_action, WORDS),
    ];
    let rows = log.iter().map(|delivery| line(words, webhook, delivery)).collect_view();
    view! {
        <details class="edit" data-testid="webhook-log">
            <summary>{words.log_title}</summary>
            {scrolling(words.log(&webhook.name), &columns, rows)}
        </details>
    }
    .rendered()
}

fn line(words: &'static EventWebhooks, webhook: &EventWebhook, delivery: &EventDelivery) -> AnyView {
    let lang = visit::lang();
    let finished = matches!(delivery.state, DeliveryState::Delivered | DeliveryState::Failed);
    let again = (finished && webhook.disabled.is_none()).then(|| {
        let of = [("id", webhook.id.to_string()), ("delivery", delivery.id.to_string())];
        act("webhook-resend", &of, words.again, "webhook-resend")
    });
    let status = delivery.status.zip(delivery.duration_ms);
    let status = status.map(|(status, took)| words.answered(&status.to_string(), &took.to_string()));
    let why = delivery.problem.map(|problem| delivery_problem(lang, problem));
    let answer = delivery.answer.clone().filter(|text| !text.is_empty());
    let attempts = usize::try_from(delivery.attempts).unwrap_or(0);
    view! {
        <tr data-testid="webhook-delivery" data-state=delivery.state.word()>
            <td>{timestamp(delivery.created_at)}</td>
            <th scope="row"><code>{delivery.kind.word()}</code></th>
            <td>{delivery_state(lang, delivery.state)}<br/><span class="hint">{words.attempts(attempts)}</span></td>
            <td class="roomy wrap">{status}{why.map(|why| view! { <br/>{why} })}{answer.map(|text| view! { <br/><code>{text}</code> })}</td>
            <td>{again}</td>
        </tr>
    }
    .rendered()
}

fn create(words: &'static EventWebhooks, posted: &Posted) -> AnyView {
    // After an error the form keeps the typed values; after a success it is empty.
    let posted = if posted.failed() { posted.clone() } else { Posted::default() };
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        autocomplete: "off",
        scope: "webhook",
        ..Field::default()
    };
    let lang = visit::lang();
    let options: Vec<_> = EventTopic::ALL.iter().map(|of| (of.word(), topic(lang, *of))).collect();
    view! {
        <section class="panel" id="add" aria-labelledby="add-title">
            <h2 id="add-title" class="panel-title">{words.create_title}</h2>
            <form method="post" action="/api/webhook-create" class="form roomy-form" novalidate data-testid="webhook-create">
                {field("name", words.name, words.name_hint).show(&posted)}
                {field("url", words.url, words.url_hint).show(&posted)}
                {boxes(&posted, "topics", words.topics, &options)}
                {posted.message()}
                <button type="submit" class="button" data-kind="main">{words.create}</button>
            </form>
        </section>
    }
    .rendered()
}
