//! The first-day limits of a key: on its card, in the form that connects a key, and above the ticket.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Field, Posted, act_sure, radios},
        tables::dated_in,
    },
    figures,
    visit::{self, Visit},
    words::first_day::first_day,
};
use domain::{ExchangeKeyId, first_day::FirstDayLimits};
use leptos::prelude::*;
use service::trading::first_day::cap_for_new_keys;

/// The limits of a key, and the button that ends them.
pub(super) fn limits(key: ExchangeKeyId, limits: &FirstDayLimits) -> AnyView {
    let words = first_day(visit::lang());
    let cap = figures::decimal(limits.cap_usd);
    let text = match &limits.market {
        Some(market) => words.on_market(&cap, &market.to_string()),
        None => words.on_first_market(&cap),
    };
    let end = match limits.ends_at {
        Some(at) => dated_in(words.ends_at(), at),
        None => words.stays.rendered(),
    };
    let id = [("id", key.to_string())];
    view! {
        <div class="message" data-tone="warn" data-testid="first-day">
            <h3>{words.title}</h3>
            <p>{text}</p>
            <p class="hint">{end}</p>
            {act_sure("key-first-day-end", &id, words.end, words.end_sure, "first-day-end")}
        </div>
    }
    .rendered()
}

/// The choices about the limits of a new key; nothing if new keys get no limits.
pub(super) fn choices(visit: &Visit, posted: &Posted) -> Option<AnyView> {
    let words = first_day(visit::lang());
    let cap = cap_for_new_keys(&visit.desk)?;
    let market = Field {
        name: "firstDaySymbol",
        label: words.market,
        hint: words.market_hint,
        autocomplete: "off",
        scope: "add",
        optional: true,
        ..Field::default()
    };
    let ends = [("false", words.ends_no), ("true", words.ends_yes)];
    let choices = view! {
        <p class="hint" data-testid="first-day-new">{words.new_key(&figures::decimal(cap))}</p>
        {market.show(posted)}
        {radios(posted, "firstDayEnds", words.ends, &ends)}
    };
    Some(choices.rendered())
}

/// The notice above the ticket of a key with limits.
pub(crate) fn notice(key: ExchangeKeyId, limits: &FirstDayLimits) -> AnyView {
    let words = first_day(visit::lang());
    let cap = figures::decimal(limits.cap_usd);
    let text = match &limits.market {
        Some(market) => words.notice_on_market(&cap, &market.to_string()),
        None => words.notice_on_first_market(&cap),
    };
    view! {
        <p class="message" data-tone="warn" data-testid="first-day-notice">
            {text}" "<a href=format!("/keys#key-{key}")>{words.notice_end}</a>
        </p>
    }
    .rendered()
}
