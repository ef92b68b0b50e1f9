//! `/admin/strategies/<id>`: one strategy for admins: activation, webhook, manual signal, past signals.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Field, Posted, act, act_sure, radios},
        frame::{Width, frame},
        show::show,
        tables::{NUMBER, ROOMY, ROOMY_NUMBER, WORDS, scrolling, timestamp},
    },
    figures,
    pages::{
        admin::explained,
        strategies::{about, state},
    },
    visit,
    words::{
        admin::{Admin, admin},
        copies::copies,
        strategies::strategies,
    },
};
use domain::{
    StrategyId,
    strategy::{Given, Operated},
};
use leptos::prelude::*;
use service::{Error, following::strategy};

/// The number of signals listed.
const SIGNALS: u16 = 20;
/// The message of a TradingView alert, with placeholders that TradingView replaces. With the order's action, a partial
/// exit (a sell that leaves the position long) contradicts itself and is refused; the position alone would be read as an
/// entry.
const ALERT: &str = r#"{
  "position": "{{strategy.market_position}}",
  "action": "{{strategy.order.action}}",
  "price": "{{close}}",
  "stop": "{{plot("stop")}}",
  "targets": ["{{plot("target")}}"],
  "id": "{{ticker}}-{{strategy.order.id}}-{{strategy.market_position}}-{{timenow}}",
  "time": "{{timenow}}"
}"#;

pub(crate) fn page() -> impl IntoView {
    let id = visit::param("id");
    show(|visit| async move {
        let (words, actor) = (admin(visit::lang()), visit.trader()?);
        let id: StrategyId = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let operated = strategy::operated_one(&visit.desk, actor, id).await?;
        let given = strategy::list_signals(&visit.desk, actor, Some(id), None, SIGNALS).await?;
        let posted = Posted::read(&visit).await?;
        let names = strategies(visit::lang());
        let shown = &operated.strategy;
        let body = view! {
            <p><a href="/admin/strategies">{words.title}</a></p>
            <div class="strategy-head"><h1>{shown.name.clone()}</h1>{state(names, shown)}</div>
            <p class="hint">{about(names, shown)}</p>
            {posted.message()}
            {token(words, &posted, &visit.desk.settings.public_url)}
            <div class="columns even">
                {confirm(words, &operated, &posted.of("signal-send"))
                    .unwrap_or_else(|| send(words, &operated, &posted.of("signal-send")))}
                <div class="cards">{activity(words, &operated)}{hook(words, &operated)}</div>
            </div>
            {signals(words, &given)}
            {change(words, &operated, &posted.of("strategy-change"))}
        };
        Ok(frame(&visit, &shown.name, Width::Wide, body))
    })
}

fn activity(words: &'static Admin, operated: &Operated) -> AnyView {
    let strategy = &operated.strategy;
    let to = |active: bool| [("id", strategy.id.to_string()), ("active", active.to_string())];
    let switch = if strategy.active {
        let sure = words.deactivate_hint;
        act_sure("strategy-active", &to(false), words.deactivate, sure, "strategy-switch")
    } else {
        act("strategy-active", &to(true), words.activate, "strategy-switch")
    };
    let followers = words.followers(usize::try_from(operated.followers).unwrap_or_default());
    view! {
        <section class="panel" aria-labelledby="state-title">
            <h2 id="state-title" class="panel-title">{words.state}</h2>
            <p>{followers}</p>
            {switch}
        </section>
    }
    .rendered()
}

fn hook(words: &'static Admin, operated: &Operated) -> AnyView {
    let id = [("id", operated.strategy.id.to_string())];
    let (text, button) = if operated.hook {
        let (rotate, sure) = (words.hook_rotate, words.hook_rotate_hint);
        (words.hook_some, act_sure("hook-rotate", &id, rotate, sure, "hook-rotate"))
    } else {
        (words.hook_none, act("hook-rotate", &id, words.hook_create, "hook-rotate"))
    };
    view! {
        <section class="panel" aria-labelledby="hook-title">
            <h2 id="hook-title" class="panel-title">{words.hook_title}</h2>
            <p>{text}</p>
            {button}
        </section>
    }
    .rendered()
}

/// The webhook's new URL, shown only once.
fn token(words: &'static Admin, posted: &Posted, public_url: &str) -> Option<impl IntoView + use<>> {
    let posted = posted.of("hook-rotate");
    let (_, token) = posted.details().first()?;
    let address = format!("{}/v1/hook/strategy/{token}", public_url.trim_end_matches('/'));
    Some(view! {
        <section class="panel note" aria-label=words.hook_once data-testid="hook-once">
            <p>{words.hook_once}</p>
            <pre data-testid="hook-address">{address}</pre>
            <p>{words.hook_alert}</p>
            <pre data-testid="hook-alert">{ALERT}</pre>
            <p class="hint">{words.hook_alert_note}</p>
        </section>
    })
}

fn send(words: &'static Admin, operated: &Operated, posted: &Posted) -> AnyView {
    let field = |name, label, hint, optional| Field {
        name,
        label,
        hint,
        optional,
        autocomplete: "off",
        scope: "send-",
        ..Field::default()
    };
    let ways = [("BUY", words.buy), ("SELL", words.sell)];
    let leave = [("id", operated.strategy.id.to_string()), ("action", "EXIT".to_owned())];
    let content = if operated.strategy.active {
        view! {
            <form method="post" action="/api/signal-send" class="form" novalidate data-testid="signal-send">
                <input type="hidden" name="id" value=operated.strategy.id.to_string()/>
                {radios(posted, "action", words.action, &ways)}
                {field("price", words.price, words.price_hint, true).show(posted)}
                {field("stop", words.stop, "", true).show(posted)}
                {field("targets", words.targets, words.targets_hint, true).show(posted)}
                <button type="submit" class="button" data-kind="main">{words.send}</button>
            </form>
        }
        .rendered()
    } else {
        view! { <p>{words.send_inactive}</p> }.rendered()
    };
    view! {
        <section class="panel" id="send" aria-labelledby="send-title">
            <h2 id="send-title" class="panel-title">{words.send_title}</h2>
            <p class="hint">{words.send_lead}</p>
            {content}
            {act("signal-send", &leave, words.leave, "signal-leave")}
        </section>
    }
    .rendered()
}

/// A signal that waits for its confirmation: the accounts that it reaches, and about how much they would trade.
fn confirm(words: &'static Admin, operated: &Operated, posted: &Posted) -> Option<AnyView> {
    let details = posted.details();
    let text = |name: &str| details.iter().find(|(key, _)| key == name).map(|(_, text)| text.clone());
    let action = text("action")?;
    let count = |name: &str| text(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or_default();
    let (accounts, too_small, unknown) = (count("accounts"), count("too-small"), count("unknown"));
    let value = text("value").filter(|value| !value.is_empty());
    let value = value.map(|value| words.confirm_value(&value, &text("quote").unwrap_or_default()));
    let (what, button) = match action.as_str() {
        "EXIT" => (words.leave, words.confirm_close),
        "BUY" => (words.buy, words.send),
        _ => (words.sell, words.send),
    };
    let id = operated.strategy.id.to_string();
    let hidden = ["action", "price", "stop", "targets"].map(|name| {
        view! { <input type="hidden" name=name value=text(name).unwrap_or_default()/> }
    });
    let back = format!("/admin/strategies/{id}");
    Some(
        view! {
            <section class="panel note" id="send" aria-labelledby="confirm-title" data-testid="signal-preview">
                <h2 id="confirm-title" class="panel-title">{words.confirm_title}</h2>
                <p><strong>{what}</strong>" "{text("stop").filter(|stop| !stop.is_empty()).map(|stop| view! { {words.stop}" "{stop} })}</p>
                <p>{words.confirm_accounts(accounts)}" "{value}</p>
                {(too_small > 0).then(|| view! { <p>{words.confirm_too_small(too_small)}</p> })}
                {(unknown > 0).then(|| view! { <p>{words.confirm_unknown(unknown)}</p> })}
                <form method="post" action="/api/signal-send" class="row">
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="confirmed" value="true"/>
                    {hidden.into_iter().collect_view()}
                    <button type="submit" class="button" data-kind="main" data-testid="signal-confirm">{button}</button>
                    <a class="button" href=back>{words.confirm_back}</a>
                </form>
            </section>
        }
        .rendered(),
    )
}

fn signals(words: &'static Admin, given: &[Given]) -> AnyView {
    let names = copies(visit::lang());
    let columns = [
        (crate::words::pages::pages(visit::lang()).col_time, WORDS),
        (words.col_signal, WORDS),
        (words.col_by, ROOMY),
        (words.col_price, ROOMY_NUMBER),
        (words.col_copies, NUMBER),
        (words.col_details, "actions"),
    ];
    let row = |signal: &Given| {
        let total: i64 = signal.copies.iter().map(|c| c.copies).sum();
        let label = words.watch_this(&signal.at.to_string());
        view! {
            <tr data-testid="signal">
                <td>{timestamp(signal.at)}</td>
                <th scope="row"><span data-side=signal.side.map(domain::Side::word)>{names.action(signal.action, signal.side)}</span></th>
                <td class="roomy">{words.source(signal.source)}</td>
                <td class="roomy number">{signal.price.map(figures::price)}</td>
                <td class="number">{total}</td>
                <td class="actions"><a href=format!("/admin/signals/{}", signal.id) aria-label=label>{words.watch}</a></td>
            </tr>
        }
    };
    let content = if given.is_empty() {
        view! { <p class="empty">{words.signals_none}</p> }.rendered()
    } else {
        scrolling(words.signals.to_owned(), &columns, given.iter().map(row).collect_view()).rendered()
    };
    view! {
        <section class="panel" aria-labelledby="signals-title">
            <h2 id="signals-title" class="panel-title">{words.signals}</h2>
            {content}
        </section>
    }
    .rendered()
}

fn change(words: &'static Admin, operated: &Operated, posted: &Posted) -> AnyView {
    let strategy = &operated.strategy;
    let field = |name, label| Field { name, label, autocomplete: "off", scope: "edit-", ..Field::default() };
    let description = Field { optional: true, ..field("description", words.description) };
    let definition = Field {
        optional: true,
        long: true,
        hint: words.definition_hint,
        ..field("definition", words.definition)
    };
    view! {
        <section class="panel" aria-labelledby="edit-title">
            <h2 id="edit-title" class="panel-title">{words.edit_title}</h2>
            <form method="post" action="/api/strategy-change" class="form" novalidate data-testid="strategy-change">
                <input type="hidden" name="id" value=strategy.id.to_string()/>
                {field("name", words.name).show_with(posted, &strategy.name, "")}
                {description.show_with(posted, strategy.description.as_deref().unwrap_or_default(), "")}
                {definition.show_with(posted, operated.definition.as_deref().unwrap_or_default(), "")}
                {explained(posted)}
                <button type="submit" class="button">{words.save}</button>
            </form>
        </section>
    }
    .rendered()
}
