//! `/admin/outbox`: outgoing messages and their delivery status.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
        tables::timestamp,
    },
    visit,
    words::messages::{Messages, delivery_failure, messages},
};
use domain::{
    Micros,
    notification::{Channel, Delivery, Outgoing, Stage},
};
use leptos::prelude::*;
use service::messaging::notify::{self, Search};

/// The page size.
const MOST: usize = 100;

/// For installations without a mail server, and for delivery failures.
pub(crate) fn page() -> impl IntoView {
    let request = Search {
        channel: visit::query("channel").and_then(|word| Channel::parse(&word)),
        stage: visit::query("state").and_then(|word| Stage::parse(&word)),
        after: visit::query("before").and_then(|id| id.parse().ok()),
        ..Search::first(u32::try_from(MOST).unwrap_or(u32::MAX))
    };
    show(move |visit| async move {
        let words = messages(visit::lang());
        let all = notify::list(&visit.desk, visit.trader()?, &request).await?;
        let more = all.last().filter(|_| all.len() == MOST).map(|message| {
            let href = address(&request, Some(&format!("before={}", message.id)));
            view! { <a class="button" data-kind="quiet" href=href data-testid="older">{words.older}</a> }
        });
        let newest = request.after.map(|_| {
            view! { <a class="button" data-kind="quiet" href=address(&request, None)>{words.newest}</a> }
        });
        let dead = notify::dead(&visit.desk, visit.trader()?).await?;
        let dead = (dead > 0).then(|| {
            view! { <p class="hint" data-testid="dead-count">{words.dead_count(&dead.to_string())}</p> }
        });
        let posted = Posted::read(&visit).await?;
        let empty = all.is_empty().then(|| view! { <p class="empty">{words.outbox_empty}</p> });
        let body = view! {
            <h1>{words.outbox}</h1>
            <p class="lead">{words.outbox_lead}</p>
            {posted.message()}
            {dead}
            {filters(words, &request)}
            {empty}
            <ul class="cards" data-testid="outbox">
                {all.into_iter().map(|message| card(words, message)).collect_view()}
            </ul>
            <p class="row">{newest}{more}</p>
        };
        Ok(frame(&visit, words.outbox, Width::Wide, body))
    })
}

/// The URL of this page with the same filters.
fn address(request: &Search, more: Option<&str>) -> String {
    let channel = request.channel.map(|channel| format!("channel={channel}"));
    let stage = request.stage.map(|stage| format!("state={stage}"));
    let all: Vec<_> = channel.into_iter().chain(stage).chain(more.map(str::to_owned)).collect();
    if all.is_empty() { "/admin/outbox".to_owned() } else { format!("/admin/outbox?{}", all.join("&")) }
}

/// The displayed name of a channel.
const fn channel(words: &'static Messages, channel: Channel) -> &'static str {
    match channel {
        Channel::Email => words.by_email,
        Channel::Telegram => words.by_telegram,
    }
}

fn filters(words: &'static Messages, request: &Search) -> AnyView {
    let option = |word: &'static str, text: &'static str, chosen: bool| {
        view! { <option value=word selected=chosen>{text}</option> }
    };
    let channels =
        Channel::ALL.iter().map(|c| option(c.word(), channel(words, *c), request.channel == Some(*c)));
    let stages = Stage::ALL.iter().map(|s| {
        let text = match s {
            Stage::Dead => words.dead,
            Stage::Waiting => words.waiting,
            Stage::Sent => words.sent,
        };
        option(s.word(), text, request.stage == Some(*s))
    });
    view! {
        <form method="get" action="/admin/outbox" class="filters">
            <label for="outbox-channel">{words.channel}</label>
            <select id="outbox-channel" name="channel"><option value="">{words.all}</option>{channels.collect_view()}</select>
            <label for="outbox-state">{words.stage}</label>
            <select id="outbox-state" name="state"><option value="">{words.all}</option>{stages.collect_view()}</select>
            <button type="submit" class="button">{words.show}</button>
        </form>
    }
    .rendered()
}

fn card(words: &'static Messages, message: Outgoing) -> AnyView {
    let timed = |text: &'static str, at: Micros| view! { {text}" "{timestamp(at)} }.rendered();
    let (state, mode) = match message.delivery {
        Delivery::Waiting => (words.waiting.rendered(), "plain"),
        Delivery::Sending => (words.sending.rendered(), "plain"),
        Delivery::Again(at) => (timed(words.again, at), "warn"),
        Delivery::Sent(at) => (timed(words.sent, at), "good"),
        Delivery::Dead(at) => (timed(words.dead, at), "bad"),
    };
    let text = if message.withheld {
        view! { <p class="hint" data-testid="withheld">{words.withheld}</p> }.rendered()
    } else if message.unreadable {
        view! { <p class="hint" data-testid="unreadable">{words.unreadable_why}</p> }.rendered()
    } else {
        view! { <pre dir="auto">{message.body}</pre> }.rendered()
    };
    let mailed = (message.channel == Channel::Email && !message.withheld && !message.unreadable).then(|| {
        view! { <p><a href=format!("/message.html?id={}", message.id) data-testid="as-mailed">{words.as_mailed}</a></p> }
    });
    let tried =
        (message.attempts > 1).then(|| words.attempts(usize::try_from(message.attempts).unwrap_or_default()));
    let why = message.failure.map(|failure| delivery_failure(visit::lang(), &failure));
    let trouble: Vec<_> = tried.into_iter().chain(why).collect();
    let trouble = (!trouble.is_empty()).then(|| view! { <p class="problem">{trouble.join(" · ")}</p> });
    let retry = matches!(message.delivery, Delivery::Dead(_)).then(|| {
        view! {
            <form method="post" action="/api/message-retry">
                <input type="hidden" name="id" value=message.id.to_string()/>
                <button type="submit" class="button" data-testid="message-retry">{words.retry}</button>
            </form>
        }
    });
    let title = match message.subject {
        _ if message.unreadable => words.unreadable.to_owned(),
        // A chat's messages have no subject.
        subject if subject.is_empty() => words.telegram.to_owned(),
        subject => subject,
    };
    view! {
        <li class="panel mail" data-testid="message-row" data-channel=message.channel.word()>
            <h2 class="panel-title">{title}</h2>
            <p class="hint">{words.to(&message.to)}" · "{channel(words, message.channel)}" · "{timestamp(message.created_at)}</p>
            <p><span class="badge" data-mode=mode data-testid="message-state">{state}</span></p>
            {trouble}
            {text}
            {mailed}
            {retry}
        </li>
    }
    .rendered()
}
