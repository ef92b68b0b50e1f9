//! The form that makes a trade of a position that was opened elsewhere.

use crate::components::rendered::Rendered as _;
use crate::{
    components::form::{Field, Posted},
    figures, visit,
    words::adopt::{Adopt, adopt},
};
use domain::{
    Position, PositionSide,
    live::{AccountState, PositionProtection, ProtectionState},
    money,
    ticket::StopType,
};
use leptos::prelude::*;

/// The form's name, which is also its endpoint.
pub(crate) const FORM: &str = "position-adopt";
/// Rows for take-profits.
const ROWS: usize = 3;

/// Returns the form if the market has a position that was opened elsewhere; of two, for the one on the side that the page
/// was asked for. `idempotency` is the key of its next post.
pub(crate) fn adopt_form(
    account: &AccountState,
    side: Option<&str>,
    posted: &Posted,
    idempotency: String,
) -> Option<AnyView> {
    let first = account.position.as_ref().zip(account.protection);
    let second = account.second.as_ref().map(|second| (&second.position, second.protection));
    let foreign = |(_, protection): &(_, PositionProtection)| protection.state == ProtectionState::Foreign;
    let mut open: Vec<_> = first.into_iter().chain(second).filter(foreign).collect();
    // Stable: the others stay in their order.
    open.sort_by_key(|(position, _)| Some(position.side.word()) != side);
    let (position, protection) = open.first()?;
    let hedged = position.position_side.is_hedged().then(|| position.side.word());
    let (words, posted) = (adopt(visit::lang()), posted.of(FORM));
    let stop = protection.stop.map(money::text).unwrap_or_default();
    let confirmed = posted.value("confirmNoStop") == "yes";
    Some(
        view! {
            <section class="panel" id="adopt" aria-labelledby="adopt-title" data-testid="adopt">
                <h2 id="adopt-title" class="panel-title">{words.title}</h2>
                <p>{lead(words, position)}" "{words.untouched}</p>
                {posted.unseen("symbol")}
                <form method="post" action=format!("/api/{FORM}") class="stack">
                    <input type="hidden" name="key" value=account.key.to_string()/>
                    <input type="hidden" name="symbol" value=account.symbol.to_string()/>
                    {hedged.map(|side| view! { <input type="hidden" name="positionSide" value=side/> })}
                    <input type="hidden" name="idempotency" value=idempotency/>
                    {stop_fields(words, &posted, &stop)}
                    <label class="check">
                        <input type="checkbox" name="confirmNoStop" value="yes" checked=confirmed data-testid="adopt-no-stop"/>
                        <span>{words.no_stop}</span>
                    </label>
                    {target_fields(words, &posted)}
                    <button type="submit" class="button" data-kind="main" data-testid="adopt-submit">{words.button}</button>
                </form>
            </section>
        }
        .rendered(),
    )
}

fn lead(words: &'static Adopt, position: &Position) -> String {
    let size = format!("{} {}", money::text(position.contracts), position.symbol.base());
    let price = figures::decimal(position.entry_price);
    match position.side {
        PositionSide::Long => words.lead_long(&size, &price),
        PositionSide::Short => words.lead_short(&size, &price),
    }
}

fn stop_fields(words: &'static Adopt, posted: &Posted, stop: &str) -> AnyView {
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        scope: "adopt",
        optional: true,
        autocomplete: "off",
        ..Field::default()
    };
    let kinds = vec![
        (StopType::Market.word().to_owned(), words.market.to_owned()),
        (StopType::Limit.word().to_owned(), words.limit.to_owned()),
    ];
    let kind = field("stopTriggerType", words.stop_type, "");
    view! {
        {field("stopTriggerPrice", words.stop_price, "").show_with(posted, stop, "")}
        {kind.select(posted, kinds, StopType::Market.word(), "")}
        {field("stopPrice", words.stop_limit, words.stop_limit_hint).show_with(posted, "", "")}
    }
    .rendered()
}

fn target_fields(words: &'static Adopt, posted: &Posted) -> AnyView {
    let typed = |field: &str, index: usize| {
        let mut all =
            posted.values().iter().filter(|(name, _)| name == field).map(|(_, value)| value.clone());
        all.nth(index).unwrap_or_default()
    };
    let row = |index: usize| {
        let number = (index + 1).to_string();
        view! {
            <div class="row">
                <input name=format!("takeProfitPrices[{index}]") value=typed("takeProfitPrices", index) inputmode="decimal"
                    autocomplete="off" aria-label=words.target_price(&number) placeholder=words.target_price(&number)/>
                <input name=format!("takeProfitShares[{index}]") value=typed("takeProfitShares", index) inputmode="decimal"
                    autocomplete="off" aria-label=words.target_share(&number) placeholder="%"/>
            </div>
        }
    };
    let problem = posted.problem("takeProfitPrices").or_else(|| posted.problem("takeProfitShares"));
    view! {
        <fieldset class="choice">
            <legend>{words.targets}</legend>
            {(0..ROWS).map(row).collect_view()}
            {problem.map(|text| view! { <p class="problem">{text}</p> })}
        </fieldset>
    }
    .rendered()
}
