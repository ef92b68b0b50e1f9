//! `/admin/strategies`: all strategies, a form to create one, and the switch for all new copies.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        confirm::Confirm,
        form::{Field, Posted, act},
        frame::{Width, frame},
        show::show,
        tables::dated_in,
    },
    pages::{
        admin::explained,
        strategies::{about, state},
    },
    visit,
    words::{
        admin::{Admin, admin},
        closed::closed,
        own_sources::own_sources,
        strategies::strategies,
    },
};
use domain::{
    Frame, Micros, TradeType,
    own_source::{ApprovalRequest, SourceDecision, SourceOwner, Visibility},
    strategy::Operated,
};
use leptos::prelude::*;
use service::{
    following::{copy, own_source, strategy},
    trading::market,
};

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (admin(visit::lang()), visit.trader()?);
        let all = strategy::operated(&visit.desk, actor).await?;
        let owners = own_source::list_owners(&visit.desk, actor).await?;
        let requested = own_source::list_requests(&visit.desk, actor).await?;
        let paused = copy::paused_all(&visit.desk).await?.map(|on| on.since);
        // If the exchange does not respond, a market can still be typed.
        let markets = market::list_markets(&visit.desk, TradeType::Futures).await.unwrap_or_default();
        let markets: Vec<_> = markets.into_iter().map(|m| m.symbol.to_string()).collect();
        let posted = Posted::read(&visit).await?;
        let empty = all.is_empty().then(|| view! { <p class="empty">{words.none}</p> });
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.besides("strategy-create").message()}
            {switch(words, paused)}
            {requests(words, &requested)}
            {empty}
            <ul class="cards" data-testid="operated">{all.iter().map(|s| line(words, s, &owners)).collect_view()}</ul>
            {create(words, &posted.of("strategy-create"), markets)}
        };
        Ok(frame(&visit, words.title, Width::Wide, body))
    })
}

fn switch(words: &'static Admin, paused: Option<Micros>) -> AnyView {
    let (text, button, to) = if paused.is_some() {
        (words.copies_paused, words.resume_all, "false")
    } else {
        (words.copies_run, words.pause_all, "true")
    };
    let since = paused.map(|at| view! { <p class="hint">{dated_in(closed(visit::lang()).since(), at)}</p> });
    view! {
        <section class="panel" aria-labelledby="copies-title" data-testid="copies-switch">
            <h2 id="copies-title" class="panel-title">{words.pause_title}</h2>
            <p>{text}</p>
            {since}
            {act("copies-pause", &[("paused", to.to_owned())], button, "copies-pause")}
        </section>
    }
    .rendered()
}

/// The requests to make private signal sources public.
fn requests(words: &'static Admin, requested: &[ApprovalRequest]) -> Option<AnyView> {
    let line = |request: &ApprovalRequest| {
        let to = |decision: SourceDecision| {
            [("id", request.strategy.to_string()), ("decision", decision.word().to_owned())]
        };
        let sure = words.approve_sure(&request.name);
        let approve = Confirm {
            kind: "main",
            ..Confirm::new(
                "source-decide",
                &to(SourceDecision::Approve),
                words.approve,
                &sure,
                "source-approve",
            )
        };
        let live = request.live_since.map(|at| words.request_live(&at.date()));
        view! {
            <li data-testid="approval-request">
                <p>{words.request_of(&request.name, &request.symbol.to_string(), &request.email)}</p>
                <p class="hint">{live.unwrap_or_else(|| words.request_no_alert.to_owned())}</p>
                <div class="row">
                    {approve.show()}
                    {act("source-decide", &to(SourceDecision::Reject), words.reject, "source-reject")}
                </div>
            </li>
        }
    };
    (!requested.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="requests-title">
                <h2 id="requests-title" class="panel-title">{words.requests_title}</h2>
                <p class="hint">{words.requests_lead}</p>
                <ul class="link-list">{requested.iter().map(line).collect_view()}</ul>
            </section>
        }
        .rendered()
    })
}

fn line(words: &'static Admin, operated: &Operated, owners: &[SourceOwner]) -> AnyView {
    let (strategy, names) = (&operated.strategy, strategies(visit::lang()));
    let owner = owners.iter().find(|owner| owner.strategy == strategy.id);
    let owner = owner.map(|owner| {
        let text = match owner.visibility {
            Visibility::Private => own_sources(visit::lang()).owner(&owner.email),
            Visibility::Approved => owner.email.clone(),
        };
        view! { <p class="hint" data-testid="source-owner">{text}</p> }
    });
    let public =
        owners.iter().any(|owner| owner.strategy == strategy.id && owner.visibility == Visibility::Approved);
    let revoke = public.then(|| {
        let to = [("id", strategy.id.to_string()), ("decision", SourceDecision::Revoke.word().to_owned())];
        let sure = words.revoke_sure(&strategy.name);
        Confirm::new("source-decide", &to, words.revoke_approval, &sure, "source-revoke").show()
    });
    let href = format!("/admin/strategies/{}", strategy.id);
    let followers = words.followers(usize::try_from(operated.followers).unwrap_or_default());
    view! {
        <li class="panel" data-testid="operated-line">
            <div class="key-head">
                <h2 class="key-name"><a href=href.clone()>{strategy.name.clone()}</a></h2>
                {state(names, strategy)}
                <a class="button" href=href aria-label=words.open_this(&strategy.name)>{words.open}</a>
            </div>
            <p class="hint">{format!("{} · {followers}", about(names, strategy))}</p>
            {owner}
            {revoke}
        </li>
    }
    .rendered()
}

fn create(words: &'static Admin, posted: &Posted, markets: Vec<String>) -> AnyView {
    let field = |name, label| Field { name, label, autocomplete: "off", scope: "new-", ..Field::default() };
    let description = Field { optional: true, ..field("description", words.description) };
    let definition = Field {
        optional: true,
        long: true,
        hint: words.definition_hint,
        ..field("definition", words.definition)
    };
    let symbol = field("symbol", words.market);
    let symbol = if markets.is_empty() {
        symbol.show(posted).rendered()
    } else {
        symbol
            .select(posted, markets.into_iter().map(|m| (m.clone(), m)).collect(), "BTC/USDT", "")
            .rendered()
    };
    let frames = Frame::ALL.iter().map(|f| (f.word().to_owned(), f.word().to_owned())).collect();
    view! {
        <section class="panel" id="create" aria-labelledby="create-title">
            <h2 id="create-title" class="panel-title">{words.create_title}</h2>
            <form method="post" action="/api/strategy-create" class="form" novalidate data-testid="strategy-create">
                <div class="form roomy-form">
                    {field("name", words.name).show(posted)}
                    {description.show(posted)}
                    {symbol}
                    {field("frame", words.frame).select(posted, frames, Frame::M1.word(), "")}
                </div>
                {definition.show(posted)}
                {explained(posted)}
                <p class="hint">{words.created_hint}</p>
                {posted.failed().then(|| posted.message())}
                <button type="submit" class="button" data-kind="main">{words.create}</button>
            </form>
        </section>
    }
    .rendered()
}
