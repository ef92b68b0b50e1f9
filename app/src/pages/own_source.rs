//! `/strategies/own/<id>`: one private signal source: its webhook, rules, test and newest calls.

use crate::{
    components::{
        confirm::Confirm,
        form::{Field, Posted, act},
        frame::{Width, frame},
        show::show,
        tables::{ROOMY, WORDS, scrolling, timestamp},
    },
    pages::own_sources::{badges, facts, rule_fields},
    visit,
    words::{
        own_sources::{OwnSources, own_sources, refused_alert, verdict},
        pages::pages,
    },
};
use domain::{
    StrategyId,
    own_source::{OwnSource, SourceCall, Visibility, sample_alert},
};
use leptos::prelude::*;
use service::{Error, following::own_source};

/// The message for a TradingView strategy, with placeholders that TradingView replaces. With the order's action, a
/// partial exit (a sell that leaves the position long) contradicts itself and is refused; the position alone would be
/// read as an entry.
const STRATEGY_MESSAGE: &str = r#"{
  "ticker": "{{ticker}}",
  "position": "{{strategy.market_position}}",
  "action": "{{strategy.order.action}}",
  "price": "{{close}}",
  "id": "{{strategy.order.id}}-{{strategy.market_position}}-{{timenow}}",
  "time": "{{timenow}}"
}"#;
/// The message for a TradingView indicator's alert that enters long.
const INDICATOR_MESSAGE: &str = r#"{
  "ticker": "{{ticker}}",
  "action": "buy",
  "price": "{{close}}",
  "time": "{{timenow}}"
}"#;
/// An example of a text signal.
const TEXT_MESSAGE: &str = "BTC long 60000 SL 59000 TP 61000 62000";

/// Only for its owner.
pub(crate) fn page() -> impl IntoView {
    let id = visit::param("id");
    show(|visit| async move {
        let (words, actor) = (own_sources(visit::lang()), visit.trader()?);
        let id: StrategyId = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let source = own_source::get_source(&visit.desk, actor, id).await?;
        let calls = own_source::list_calls(&visit.desk, actor, id).await?;
        let posted = Posted::read(&visit).await?;
        let name = source.strategy.name.clone();
        let body = view! {
            <p><a href="/strategies/own">{words.back}</a></p>
            <div class="strategy-head">
                <h1>{name.clone()}</h1>
                {badges(words, &source)}
                {copy(words, &source)}
            </div>
            <p class="hint">{facts(words, &source)}</p>
            {posted.besides("own-source-rules").message()}
            {once(words, &posted, &visit.desk.settings.public_url)}
            <div class="columns even">
                <div class="cards">{webhook(words, &source)}{status(words, &source)}{sizing(words, &source)}{audience(words, &source)}</div>
                {setup(words)}
            </div>
            <div class="columns even">
                {rules(words, &source, &posted.of("own-source-rules"))}
                {test(words, &source, &posted.of("own-source-test"), calls.first())}
            </div>
            {list(words, &calls)}
        };
        Ok(frame(&visit, &name, Width::Wide, body))
    })
}

fn copy(words: &'static OwnSources, source: &OwnSource) -> AnyView {
    let id = source.strategy.id;
    let follow = source.strategy.active.then(|| {
        let href = format!("/strategies/{id}/follow");
        view! { <a class="button" data-kind="main" data-testid="follow" href=href>{words.copy}</a> }
    });
    view! { {follow}<a class="button" href=format!("/strategies/{id}")>{words.performance}</a> }.into_any()
}

/// The webhook's new URL, shown only once.
fn once(words: &'static OwnSources, posted: &Posted, public_url: &str) -> Option<AnyView> {
    let (_, token) = posted.details().iter().find(|(name, _)| name == "token")?;
    let address = format!("{}/v1/hook/strategy/{token}", public_url.trim_end_matches('/'));
    Some(
        view! {
            <section class="panel note" aria-label=words.once data-testid="hook-once">
                <p>{words.once}</p>
                <pre data-testid="hook-address">{address}</pre>
            </section>
        }
        .into_any(),
    )
}

fn webhook(words: &'static OwnSources, source: &OwnSource) -> AnyView {
    let id = [("id", source.strategy.id.to_string())];
    let buttons = if source.webhook {
        let rotate = Confirm::new("own-source-rotate", &id, words.rotate, words.rotate_sure, "hook-rotate");
        let revoke = Confirm::new("own-source-revoke", &id, words.revoke, words.revoke_sure, "hook-revoke");
        view! { {rotate.show()}{revoke.show()} }.into_any()
    } else {
        act("own-source-rotate", &id, words.make_webhook, "hook-rotate")
    };
    let text = if source.webhook { words.webhook_some } else { words.webhook_none };
    view! {
        <section class="panel" aria-labelledby="hook-title">
            <h2 id="hook-title" class="panel-title">{words.webhook}</h2>
            <p>{text}</p>
            <div class="row">{buttons}</div>
        </section>
    }
    .into_any()
}

fn status(words: &'static OwnSources, source: &OwnSource) -> AnyView {
    let strategy = &source.strategy;
    let to = |active: bool| [("id", strategy.id.to_string()), ("active", active.to_string())];
    let (text, button) = if strategy.active {
        (words.active, act("own-source-active", &to(false), words.pause, "source-active"))
    } else {
        (words.inactive, act("own-source-active", &to(true), words.resume, "source-active"))
    };
    let (id, sure) = ([("id", strategy.id.to_string())], words.remove_sure(&strategy.name));
    view! {
        <section class="panel" aria-labelledby="state-title">
            <h2 id="state-title" class="panel-title">{words.status}</h2>
            <p>{text}</p>
            <div class="row">
                {button}
                {Confirm::new("own-source-remove", &id, words.remove, &sure, "source-remove").show()}
            </div>
        </section>
    }
    .into_any()
}

/// The choice between the alert's amount and the risk profile.
fn sizing(words: &'static OwnSources, source: &OwnSource) -> AnyView {
    let to = |on: bool| [("id", source.strategy.id.to_string()), ("sizeFromAlert", on.to_string())];
    let (text, button) = if source.size_from_alert {
        (words.sizing_alert, act("own-source-sizing", &to(false), words.size_from_risk, "source-sizing"))
    } else {
        (words.sizing_risk, act("own-source-sizing", &to(true), words.size_from_alert, "source-sizing"))
    };
    view! {
        <section class="panel" aria-labelledby="sizing-title">
            <h2 id="sizing-title" class="panel-title">{words.sizing}</h2>
            <p data-testid="source-size">{text}</p>
            {button}
        </section>
    }
    .into_any()
}

/// The audience of the source, and the request to make it public.
fn audience(words: &'static OwnSources, source: &OwnSource) -> AnyView {
    let to = |wanted: bool| [("id", source.strategy.id.to_string()), ("wanted", wanted.to_string())];
    let (text, button) = match (source.visibility, source.approval_requested_at) {
        (Visibility::Approved, _) => (words.audience_public, None),
        (Visibility::Private, None) => {
            let ask = act("own-source-approval", &to(true), words.ask_approval, "source-approval");
            (words.audience_private, Some(ask))
        }
        (Visibility::Private, Some(_)) => {
            let withdraw = act("own-source-approval", &to(false), words.withdraw, "source-withdraw");
            (words.audience_waiting, Some(withdraw))
        }
    };
    view! {
        <section class="panel" aria-labelledby="audience-title">
            <h2 id="audience-title" class="panel-title">{words.audience}</h2>
            <p data-testid="source-audience">{text}</p>
            {button}
        </section>
    }
    .into_any()
}

fn setup(words: &'static OwnSources) -> AnyView {
    view! {
        <section class="panel" aria-labelledby="setup-title">
            <h2 id="setup-title" class="panel-title">{words.setup_title}</h2>
            <p>{words.setup_open}</p>
            <p>{words.setup_message}</p>
            <pre data-testid="strategy-message">{STRATEGY_MESSAGE}</pre>
            <p>{words.setup_indicator}</p>
            <pre>{INDICATOR_MESSAGE}</pre>
            <p class="hint">{words.setup_bot}</p>
            <p class="hint">{words.setup_text}" "<code>{TEXT_MESSAGE}</code></p>
        </section>
    }
    .into_any()
}

fn rules(words: &'static OwnSources, source: &OwnSource, posted: &Posted) -> AnyView {
    view! {
        <section class="panel" id="rules" aria-labelledby="rules-title">
            <h2 id="rules-title" class="panel-title">{words.rules_title}</h2>
            {posted.failed().then(|| posted.message())}
            <form method="post" action="/api/own-source-rules" class="form" novalidate data-testid="own-source-rules">
                <input type="hidden" name="id" value=source.strategy.id.to_string()/>
                {rule_fields(words, posted, &source.rules)}
                <button type="submit" class="button">{words.save}</button>
            </form>
        </section>
    }
    .into_any()
}

fn test(
    words: &'static OwnSources,
    source: &OwnSource,
    posted: &Posted,
    newest: Option<&SourceCall>,
) -> AnyView {
    // Right after a test its call is the newest one that is a test.
    let tested = newest.filter(|call| call.test && posted.flash().is_some() && !posted.failed());
    let alert = tested.map_or_else(|| sample_alert(&source.strategy.symbol), |call| call.body.clone());
    let field = Field {
        name: "alert",
        label: words.alert,
        long: true,
        autocomplete: "off",
        scope: "test-",
        ..Field::default()
    };
    let result = tested.map(|call| {
        let tone = if call.reason.is_some() { "bad" } else { "good" };
        let why = call.reason.map(|reason| refused_alert(visit::lang(), reason));
        let text = words.not_placed(verdict(visit::lang(), call.verdict));
        view! {
            <p class="message" data-tone=tone role="status" data-testid="test-verdict">
                {text}{why.map(|why| view! { <br/>{why} })}
            </p>
        }
    });
    view! {
        <section class="panel" id="test" aria-labelledby="test-title">
            <h2 id="test-title" class="panel-title">{words.test_title}</h2>
            <p class="hint">{words.test_lead}</p>
            <form method="post" action="/api/own-source-test" class="form" novalidate data-testid="own-source-test">
                <input type="hidden" name="id" value=source.strategy.id.to_string()/>
                {field.show_with(posted, &alert, "")}
                {result}
                <button type="submit" class="button">{words.test}</button>
            </form>
        </section>
    }
    .into_any()
}

fn list(words: &'static OwnSources, calls: &[SourceCall]) -> AnyView {
    let columns = [
        (pages(visit::lang()).col_time, WORDS),
        (words.col_verdict, WORDS),
        (words.col_reason, WORDS),
        (words.col_body, ROOMY),
    ];
    let row = |call: &SourceCall| {
        let tested =
            call.test.then(|| view! { " "<span class="badge" data-mode="paper">{words.tested}</span> });
        let why = call.reason.map(|reason| refused_alert(visit::lang(), reason));
        view! {
            <tr data-testid="source-call" data-verdict=call.verdict.word()>
                <td>{timestamp(call.at)}</td>
                <th scope="row">{verdict(visit::lang(), call.verdict)}{tested}</th>
                <td class="wrap">{why}</td>
                <td class="roomy wrap"><code>{call.body.clone()}</code></td>
            </tr>
        }
    };
    let content = if calls.is_empty() {
        view! { <p class="empty">{words.calls_none}</p> }.into_any()
    } else {
        scrolling(words.calls_title.to_owned(), &columns, calls.iter().map(row).collect_view())
    };
    view! {
        <section class="panel" id="calls" aria-labelledby="calls-title">
            <h2 id="calls-title" class="panel-title">{words.calls_title}</h2>
            <p class="hint">{words.calls_lead}</p>
            {content}
        </section>
    }
    .into_any()
}
