//! `/settings/notifications`: notification settings, and linking Telegram.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Posted, act_sure},
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::messages::{Messages, messages},
};
use domain::notification::{Method, Switches};
use leptos::prelude::*;
use service::{
    Error,
    identity::chat_link,
    messaging::notify::{self, telegram},
    platform::time_zone,
};

/// One switch: its parameter name, its label, whether it is on.
type Switch = (&'static str, &'static str, bool);

/// The switches, and the Telegram link.
pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (messages(visit::lang()), visit.trader()?);
        let posted = Posted::read(&visit).await?;
        let set = notify::preferences(&visit.desk, actor).await?.switches;
        let linked = telegram::is_linked(&visit.desk, actor).await?;
        let code = match chat_link::method(&visit.desk, actor).await {
            Ok(method) => {
                let until = time_zone::zone_of(&visit.desk, actor.user).await?.clock(method.code_expires_at);
                Some((method, until))
            }
            Err(Error::StepUp) => None,
            Err(error) => return Err(error),
        };
        let ticked = set != set.without_telegram();
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.message()}
            {switches(words, &posted.of("notification-set"), set, linked)}
            {link(words, linked, code, ticked)}
        };
        Ok(frame(&visit, words.title, Width::Wide, body))
    })
}

fn switches(words: &'static Messages, posted: &Posted, on: Switches, linked: bool) -> AnyView {
    let email = [
        ("emailNewOrder", words.new_order, on.email_new_order),
        ("emailTakeProfit", words.take_profit, on.email_take_profit),
        ("emailStopLoss", words.stop_loss, on.email_stop_loss),
    ];
    let telegram = [
        ("telegramNewOrder", words.new_order, on.telegram_new_order),
        ("telegramTakeProfit", words.take_profit, on.telegram_take_profit),
        ("telegramStopLoss", words.stop_loss, on.telegram_stop_loss),
    ];
    let reports = [
        ("weeklyReport", words.weekly, on.weekly_report),
        ("monthlyReport", words.monthly, on.monthly_report),
    ];
    let why = (!linked).then_some(words.link_first);
    view! {
        <section class="panel" aria-label=words.title>
            <form method="post" action="/api/notification-set" class="form roomy-form" data-testid="notification-set">
                {group(words.by_email, &email, posted, 0, None)}
                {group(words.by_telegram, &telegram, posted, 3, why)}
                {group(words.reports, &reports, posted, 6, None)}
                <button type="submit" class="button" data-kind="main">{words.save}</button>
            </form>
        </section>
    }
    .rendered()
}

/// The check boxes of one channel, and the reason if they are disabled. `first` is the index of the first box
/// within the form.
fn group(
    legend: &'static str,
    all: &[Switch],
    posted: &Posted,
    first: usize,
    why: Option<&'static str>,
) -> AnyView {
    let tick = |(place, (name, text, on)): (usize, &Switch)| {
        let problem = posted.problem(name).map(|text| view! { <p class="problem">{text}</p> });
        view! {
            <div>
                <label class="check">
                    <input type="checkbox" name=format!("on[{}]", first + place) value=*name checked=*on
                        disabled=why.is_some() aria-describedby=why.map(|_| "telegram-why")/><span>{*text}</span>
                </label>
                {problem}
            </div>
        }
    };
    view! {
        <fieldset class="choice">
            <legend>{legend}</legend>
            <div class="checks">{all.iter().enumerate().map(tick).collect_view()}</div>
            {why.map(|text| view! { <p class="hint" id="telegram-why">{text}</p> })}
        </fieldset>
    }
    .rendered()
}

/// The chat: whether it is `linked`, whether any notification is `ticked` for it, and a link code with the time until
/// which it is valid; `None` if the password must be confirmed first.
fn link(words: &'static Messages, linked: bool, code: Option<(Method, String)>, ticked: bool) -> AnyView {
    let (state, mode) = if linked { (words.linked, "good") } else { (words.not_linked, "plain") };
    let reached = if ticked { words.linked_so } else { words.nothing_ticked };
    let reached = linked.then(|| view! { <p data-testid="telegram-reached">{reached}</p> });
    let unlink =
        linked.then(|| act_sure("telegram-unlink", &[], words.unlink, words.unlink_sure, "telegram-unlink"));
    view! {
        <section class="panel" aria-labelledby="telegram-title">
            <h2 id="telegram-title" class="panel-title">{words.telegram}</h2>
            <p><span class="badge" data-mode=mode data-testid="telegram-state">{state}</span></p>
            {reached}
            {link_code(words, linked, code)}
            {unlink}
        </section>
    }
    .rendered()
}

/// The code and the link to the bot, or the way to the password form.
fn link_code(words: &'static Messages, linked: bool, code: Option<(Method, String)>) -> AnyView {
    let Some((method, until)) = code else {
        return view! {
            <p>{words.confirm_first}</p>
            <p><a class="button" href="/confirm?next=/settings/notifications" data-testid="telegram-confirm">{words.confirm_button}</a></p>
        }
        .rendered();
    };
    let how = if linked { words.another(&until) } else { words.link_steps(&until) };
    view! {
        <p>{how}</p>
        <p><code data-testid="telegram-code">{format!("/start {}", method.code)}</code></p>
        <p><a class="button" href=method.link() data-testid="telegram-bot">{words.open_bot}</a></p>
    }
    .rendered()
}
