//! `/admin/accounts`: currency rules by country, brands, and credits.

use crate::components::rendered::Rendered as _;
use crate::{
    api::trade::fresh_key,
    components::{
        countries::{countries, country_name},
        form::{Field, Posted, radios, select},
        frame::{Width, frame},
        show::show,
    },
    visit::{self, Visit},
    words::money::{Money, money},
};
use leptos::prelude::*;
use service::money::{
    ledger::{self, Rule, Rules},
    sub_account::{self, Brand},
};

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (money(visit::lang()), visit.trader()?);
        let rules = ledger::rules(&visit.desk, actor).await?;
        let brands = sub_account::brands(&visit.desk).await?;
        let posted = Posted::read(&visit).await?;
        let body = view! {
            <h1>{words.rules_title}</h1>
            <p class="lead">{words.rules_lead}</p>
            {posted.message()}
            <div class="columns">
                {rule_panel(words, &posted.of("currency-rule"), rules)}
                {brand_panel(words, &posted.of("brand-set"), brands)}
                {credit_panel(&visit, words, &posted.of("account-credit"))}
            </div>
        };
        Ok(frame(&visit, words.rules_title, Width::Wide, body.rendered()))
    })
}

const fn field(name: &'static str, label: &'static str, scope: &'static str) -> Field {
    Field {
        name,
        label,
        scope,
        kind: "",
        autocomplete: "off",
        hint: "",
        optional: false,
        long: false,
        prose: false,
    }
}

fn rule_panel(words: &'static Money, posted: &Posted, rules: Rules) -> AnyView {
    let Rules { currencies, rules } = rules;
    let options =
        currencies.into_iter().map(|c| (c.code.clone(), format!("{} · {}", c.code, c.name))).collect();
    let country = field("country", words.rule_country, "rule");
    let countries = countries(("*", words.everywhere));
    let ways = [("true", words.enabled), ("false", words.disabled)];
    let row = |rule: Rule| {
        let place =
            if rule.country == "*" { words.everywhere.to_owned() } else { country_name(&rule.country) };
        let state = if rule.enabled { words.enabled } else { words.disabled };
        view! { <tr data-testid="rule"><th scope="row">{rule.currency}</th><td>{place}</td><td>{state}</td></tr> }
    };
    view! {
        <section class="panel" aria-labelledby="rules-title">
            <h2 id="rules-title" class="panel-title">{words.rules}</h2>
            <form method="post" action="/api/currency-rule" class="form" novalidate data-testid="currency-rule">
                {select(posted, "currency", words.currency, "rule", options, "")}
                {country.select(posted, countries, "*", "")}
                {radios(posted, "enabled", words.status, &ways)}
                <button type="submit" class="button" data-kind="main">{words.set_rule}</button>
            </form>
            <div class="table-scroll" tabindex="0" role="group" aria-label=words.rules>
                <table class="table">
                    <thead><tr><th scope="col">{words.currency}</th><th scope="col">{words.rule_country}</th>
                        <th scope="col">{words.status}</th></tr></thead>
                    <tbody>{rules.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .rendered()
}

fn brand_panel(words: &'static Money, posted: &Posted, brands: Vec<Brand>) -> AnyView {
    let ways = [("true", words.broker), ("false", words.not_broker)];
    let line = |brand: Brand| {
        let state = if brand.broker { words.broker } else { words.not_broker };
        view! { <li>{brand.name}" · "{state}</li> }
    };
    view! {
        <section class="panel" aria-labelledby="brands-title">
            <h2 id="brands-title" class="panel-title">{words.brands}</h2>
            <ul class="link-list">{brands.into_iter().map(line).collect_view()}</ul>
            <form method="post" action="/api/brand-set" class="form" novalidate data-testid="brand-set">
                {field("brand", words.brand, "brands").show(posted)}
                {radios(posted, "broker", words.status, &ways)}
                <button type="submit" class="button">{words.set_brand}</button>
            </form>
        </section>
    }
    .rendered()
}

fn credit_panel(visit: &Visit, words: &'static Money, posted: &Posted) -> AnyView {
    let memo = Field { optional: true, ..field("memo", words.memo, "credit") };
    view! {
        <section class="panel" aria-labelledby="credit-title">
            <h2 id="credit-title" class="panel-title">{words.credit_title}</h2>
            <form method="post" action="/api/account-credit" class="form" novalidate data-testid="account-credit">
                <input type="hidden" name="idempotency" value=fresh_key(visit)/>
                {field("account", words.credit_account, "credit").show(posted)}
                {field("amount", words.amount, "credit").show(posted)}
                {memo.show(posted)}
                <button type="submit" class="button">{words.credit_now}</button>
            </form>
        </section>
    }
    .rendered()
}
