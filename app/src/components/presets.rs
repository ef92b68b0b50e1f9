//! The choice of a preset of the ticket, and the form that saves one.

use crate::components::rendered::Rendered as _;
use crate::{
    api::trade::desk_page,
    components::form::{Field, Posted},
    islands::desk::{Ground, TicketDraft},
    visit,
    words::presets::{Presets, presets},
};
use domain::{PresetId, live::AccountState, preset::Preset};
use leptos::prelude::*;

/// The name of the form that saves a preset, which is also its endpoint.
pub(crate) const FORM: &str = "preset-save";

/// The choice of a preset; `None` without one. Its buttons request the page with the preset filled in.
pub(crate) fn preset_bar(
    account: &AccountState,
    all: &[Preset],
    chosen: Option<PresetId>,
) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let words = presets(visit::lang());
    let option = |preset: &Preset| {
        let selected = chosen == Some(preset.id);
        view! { <option value=preset.id.to_string() selected=selected>{preset.name.clone()}</option> }
    };
    let used = chosen.and_then(|id| all.iter().find(|preset| preset.id == id));
    let leverage =
        used.and_then(|preset| preset.settings.leverage).filter(|times| *times != account.leverage);
    Some(
        view! {
            <form method="get" action="/trade" class="filters" data-testid="presets">
                {market(account)}
                <label class="visually-hidden" for="preset">{words.choose}</label>
                <select id="preset" name="preset">{all.iter().map(option).collect_view()}</select>
                <button type="submit" class="button" data-kind="quiet" name="side" value="BUY" data-testid="preset-buy">{words.buy}</button>
                <button type="submit" class="button" data-kind="quiet" name="side" value="SELL" data-testid="preset-sell">{words.sell}</button>
                <button type="submit" class="button" data-kind="quiet" formmethod="post" formaction="/api/preset-delete"
                    data-testid="preset-delete">{words.delete}</button>
            </form>
            {leverage.map(|times| apply_leverage(words, account, times))}
        }
        .rendered(),
    )
}

/// The button that applies the leverage of the chosen preset.
fn apply_leverage(words: &'static Presets, account: &AccountState, times: u16) -> impl IntoView + use<> {
    let times = times.to_string();
    view! {
        <form method="post" action="/api/market-settings">
            {market(account)}
            <input type="hidden" name="leverage" value=times.clone()/>
            <button type="submit" class="button" data-testid="preset-leverage">{words.apply_leverage(&times)}</button>
        </form>
    }
}

fn market(account: &AccountState) -> impl IntoView + use<> {
    let (key, symbol) = (account.key.to_string(), account.symbol.to_string());
    view! {
        <input type="hidden" name="key" value=key/>
        <input type="hidden" name="symbol" value=symbol/>
    }
}

/// The form that saves the ticket as a preset.
pub(crate) fn save_form(
    account: &AccountState,
    draft: &TicketDraft,
    ground: &Ground,
    posted: &Posted,
) -> AnyView {
    let (words, posted) = (presets(visit::lang()), posted.of(FORM));
    let field = |name, label| Field {
        name,
        label,
        scope: FORM,
        optional: true,
        autocomplete: "off",
        ..Field::default()
    };
    let by_risk = if posted.failed() { !posted.value("riskPercent").is_empty() } else { draft.by_risk() };
    let size = if by_risk {
        field("riskPercent", words.risk).show_with(&posted, &draft.percent, "")
    } else {
        field("amount", words.amount).show_with(&posted, &draft.amount, "")
    };
    let back = desk_page(&account.key.to_string(), &account.symbol.to_string());
    let name = Field { optional: false, ..field("name", words.name) };
    view! {
        <section class="panel" aria-labelledby="preset-title" data-testid="preset-form">
            <h2 id="preset-title" class="panel-title">{words.save_title}</h2>
            <p class="hint">{words.lead}</p>
            <form method="post" action=format!("/api/{FORM}") class="stack">
                {market(account)}
                {name.show_with(&posted, "", "")}
                {size}
                {field("stopPercent", words.stop).show_with(&posted, &draft.percent_of(&draft.stop, ground), "")}
                {targets(words, draft, ground, &posted)}
                {field("leverage", words.leverage).show_with(&posted, &account.leverage.to_string(), "")}
                <div class="row">
                    <button type="submit" class="button" data-kind="main" data-testid="preset-save">{words.save}</button>
                    <a class="button" data-kind="quiet" href=back>{words.cancel}</a>
                </div>
            </form>
        </section>
    }
    .rendered()
}

/// One field for each take-profit.
fn targets(words: &'static Presets, draft: &TicketDraft, ground: &Ground, posted: &Posted) -> AnyView {
    const NAME: &str = "takeProfitPercents";
    const SHARES: &str = "takeProfitShares";
    let percents: Vec<String> = if posted.failed() {
        posted.values().iter().filter(|(name, _)| name == NAME).map(|(_, value)| value.clone()).collect()
    } else {
        draft
            .targets
            .iter()
            .map(|price| draft.percent_of(price, ground))
            .filter(|text| !text.is_empty())
            .collect()
    };
    let shares: Vec<String> =
        posted.values().iter().filter(|(name, _)| name == SHARES).map(|(_, value)| value.clone()).collect();
    let row = |(index, percent): (usize, String)| {
        let number = (index + 1).to_string();
        let (id, label) = (format!("{FORM}-target-{index}"), words.target(&number));
        let share = shares.get(index).cloned().unwrap_or_default();
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id name=format!("{NAME}[{index}]") value=percent inputmode="decimal" autocomplete="off"/>
                <input name=format!("{SHARES}[{index}]") value=share inputmode="decimal" autocomplete="off"
                    aria-label=words.share(&number) placeholder=words.share(&number)/>
            </div>
        }
    };
    let problem = posted.problem(NAME).or_else(|| posted.problem(SHARES));
    view! {
        {percents.into_iter().enumerate().map(row).collect_view()}
        {problem.map(|text| view! { <p class="problem">{text}</p> })}
    }
    .rendered()
}
