//! `/plans`: the plans on sale, what each includes, and what prevents a change.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        confirm::Confirm,
        form::Posted,
        frame::{Width, frame},
        icon::icon,
        show::show,
    },
    figures,
    visit::{self, Visit},
    words::{
        billing::{Billing, billing},
        problems,
    },
};
use domain::{
    Decimal, Plan, Refusal,
    plan::{Limits, title},
};
use leptos::prelude::*;
use service::{
    money::billing::{self, Offer},
    platform::settings::Mode,
};

/// The visitor's relation to the plans.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PlanState {
    Stranger,
    Free,
    Subscribed,
    NotForSale,
}

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let words = billing(visit::lang());
        let offers = billing::offers(&visit.desk, visit.actor.as_ref()).await?;
        let posted = Posted::read(&visit).await?;
        let state = match &visit.actor {
            None => PlanState::Stranger,
            Some(_) if visit.desk.payments.is_none() => PlanState::NotForSale,
            Some(_) if offers.iter().any(|offer| offer.current) => PlanState::Subscribed,
            Some(_) => PlanState::Free,
        };
        let cards = offers.iter().map(|offer| card(words, offer, state)).collect_view();
        let body = view! {
            <h1>{words.plans}</h1>
            <p class="lead">{words.plans_lead}</p>
            {posted.message()}
            {test_mode_note(&visit, words)}
            {(state == PlanState::NotForSale).then(|| view! { <p class="note">{words.not_for_sale}</p> })}
            <ul class="cards plans" data-testid="plans">{cards}</ul>
        };
        Ok(frame(&visit, words.plans, Width::Wide, body.rendered()))
    })
}

/// A note that payments of a sandbox desk use no real money.
pub(super) fn test_mode_note(visit: &Visit, words: &'static Billing) -> Option<AnyView> {
    let plays = visit.desk.settings.mode == Mode::Sandbox && visit.desk.payments.is_some();
    plays.then(|| view! { <p class="note">{words.play_money}</p> }.rendered())
}

/// Formats cents as an amount of money.
pub(super) fn money(cents: i64) -> String {
    figures::cents(Decimal::new(cents, 2))
}

/// The list of what a plan includes.
pub(super) fn includes(words: &'static Billing, limits: &Limits) -> AnyView {
    let keys = limits.max_api_key.map_or_else(
        || words.keys_any.to_owned(),
        |most| words.keys_limit(usize::try_from(most).unwrap_or_default()),
    );
    let balance = limits.max_balance_usd.map_or_else(
        || words.balance_any.to_owned(),
        |most| words.balance_limit(&figures::decimal(Decimal::from(most))),
    );
    let mut lines = vec![
        keys,
        balance,
        (if limits.strategy_automated { words.automated } else { words.not_automated }).to_owned(),
    ];
    lines.extend(limits.manual_keys.then(|| words.manual_keys.to_owned()));
    let line = |text: String| view! { <li>{icon("check")}<span>{text}</span></li> };
    view! { <ul class="includes">{lines.into_iter().map(line).collect_view()}</ul> }.rendered()
}

fn card(words: &'static Billing, offer: &Offer, state: PlanState) -> AnyView {
    let Plan { name, monthly_price_usd, limits, .. } = &offer.plan;
    let current =
        offer.current.then(|| view! { <span class="badge" data-mode="good">{words.current}</span> });
    view! {
        <li class="panel plan" data-testid="plan" data-current=offer.current.then_some("yes")>
            <div class="key-head"><h2 class="key-name">{title(name)}</h2>{current}</div>
            <p class="plan-price">{words.a_month(&monthly_price_usd.to_string())}</p>
            {includes(words, limits)}
            {action(words, offer, state)}
        </li>
    }
    .rendered()
}

/// The action that is possible for a plan, with its cost.
fn action(words: &'static Billing, offer: &Offer, state: PlanState) -> AnyView {
    if offer.current || state == PlanState::NotForSale {
        return ().rendered();
    }
    if state == PlanState::Stranger {
        return view! { <p><a class="button" href="/sign-up">{words.start}</a></p> }.rendered();
    }
    if !offer.obstacles.is_empty() {
        let why = |refusal: Refusal| view! { <li>{problems::rule(visit::lang(), refusal)}</li> };
        let all = offer.obstacles.iter().copied().map(why).collect_view();
        return view! {
            <div class="note" data-testid="obstacles"><p>{words.in_the_way}</p><ul>{all}</ul></div>
        }
        .rendered();
    }
    if state == PlanState::Subscribed {
        return change(words, offer);
    }
    view! {
        <form method="post" action="/api/plan-checkout">
            <input type="hidden" name="plan" value=offer.plan.id.to_string()/>
            <button type="submit" class="button" data-kind="main" data-testid="choose">{words.choose(&title(&offer.plan.name))}</button>
        </form>
    }
    .rendered()
}

/// Changing a plan charges immediately, so it asks for confirmation.
fn change(words: &'static Billing, offer: &Offer) -> AnyView {
    let name = &title(&offer.plan.name);
    let charged = match offer.due {
        None => words.charged_unknown(name),
        Some(cents @ 1..) => words.charged_now(name, &money(cents)),
        Some(_) => words.charged_nothing(name),
    };
    let plan = [("plan", offer.plan.id.to_string())];
    let confirm = Confirm {
        yes: words.change_yes(name),
        kind: "main",
        ..Confirm::new("plan-change", &plan, &words.change_to(name), &charged, "change")
    };
    view! {
        <div class="plan-act">
            <p class="hint" data-testid="cost">{cost(words, offer.due)}</p>
            {confirm.show()}
        </div>
    }
    .rendered()
}

fn cost(words: &'static Billing, due: Option<i64>) -> String {
    match due {
        None => words.costs_unknown.to_owned(),
        Some(0) => words.costs_nothing.to_owned(),
        Some(cents @ 1..) => words.costs_now(&money(cents)),
        Some(back) => words.keeps(&money(back.saturating_neg())),
    }
}
