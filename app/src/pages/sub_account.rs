//! `/accounts/sub`: a new sub-account, or with `?id=` an existing one.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        countries::{countries, country_name},
        form::{Field, Posted, radios_with, select},
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::{money::money, sub::Sub, sub::sub},
};
use domain::sub_account::{BRAND, Details, Identification, LegalEntity, SPREAD_TABLE, Status};
use leptos::prelude::*;
use service::{
    Error,
    money::sub_account::{self, Brand},
};

pub(crate) fn page() -> impl IntoView {
    let id = visit::query("id");
    show(|visit| async move {
        let (words, actor) = (sub(visit::lang()), visit.trader()?);
        let account = match &id {
            None => None,
            Some(id) => {
                let id = id.parse().map_err(|_| Error::NotFound)?;
                Some(sub_account::get(&visit.desk, actor, id).await?)
            }
        };
        let brands = sub_account::brands(&visit.desk).await?;
        let posted = Posted::read(&visit).await?;
        let title = account
            .as_ref()
            .map_or_else(|| words.add_title.to_owned(), |a| words.edit_title(&a.short_reference));
        let details = account.as_ref().map(|account| &account.details);
        let body = view! {
            <h1>{title.clone()}</h1>
            <p class="lead">{words.lead}</p>
            {posted.message()}
            {form(words, &posted, id, details, brands)}
            <p><a href="/accounts#subs">{money(visit::lang()).back}</a></p>
        };
        Ok(frame(&visit, &title, Width::Wide, body.rendered()))
    })
}

/// The name of a status.
pub(super) fn status(status: Status) -> &'static str {
    let words = sub(visit::lang());
    match status {
        Status::Enabled => words.enabled,
        Status::EnabledNoTrading => words.enabled_no_trading,
        Status::Disabled => words.disabled,
    }
}

/// The initial value of a text field.
fn start<'a>(details: Option<&'a Details>, name: &str) -> &'a str {
    let Some(d) = details else {
        return if name == "spread_table" { SPREAD_TABLE } else { "" };
    };
    match name {
        "account_name" => &d.account_name,
        "street" => &d.street,
        "city" => &d.city,
        "postal_code" => &d.postal_code,
        "state_or_province" => d.state_or_province.as_deref().unwrap_or(""),
        "country" => &d.country,
        "your_reference" => d.your_reference.as_deref().unwrap_or(""),
        "spread_table" => &d.spread_table,
        "identification_value" => d.identification_value.as_deref().unwrap_or(""),
        _ => "",
    }
}

fn form(
    words: &'static Sub,
    posted: &Posted,
    id: Option<String>,
    details: Option<&Details>,
    brands: Vec<Brand>,
) -> AnyView {
    let text = |name, label, hint, optional| {
        let field =
            Field { name, label, hint, optional, autocomplete: "off", scope: "sub", ..Field::default() };
        field.show_with(posted, start(details, name), "").rendered()
    };
    let hidden = id.map(|id| view! { <input type="hidden" name="id" value=id/> });
    view! {
        <form method="post" action="/api/sub-account-save" class="panel form roomy-form" novalidate data-testid="sub-account">
            {hidden}
            {text("account_name", words.account_name, "", false)}
            {entity(words, posted, details)}
            {text("street", words.street, "", false)}
            {text("city", words.city, "", false)}
            {text("postal_code", words.postal_code, "", false)}
            {text("state_or_province", words.state_or_province, words.state_hint, true)}
            {country(words, posted, start(details, "country"))}
            {text("your_reference", words.your_reference, "", true)}
            {lists(words, posted, details, brands)}
            {text("spread_table", words.spread_table, "", true)}
            {document(words, posted, details)}
            {text("identification_value", words.identification_value, "", true)}
            {flags(words, posted, details)}
            <button type="submit" class="button" data-kind="main">{words.save}</button>
        </form>
    }
    .rendered()
}

/// A country that a program gave may be none of the list: it stays what it is.
fn country(words: &'static Sub, posted: &Posted, start: &str) -> AnyView {
    let field = Field { name: "country", label: words.country, scope: "sub", ..Field::default() };
    let mut options = countries(("", money(visit::lang()).country_choose));
    if !options.iter().any(|(code, _)| code == start) {
        options.push((start.to_owned(), country_name(start)));
    }
    field.select(posted, options, start, "")
}

fn entity(words: &'static Sub, posted: &Posted, details: Option<&Details>) -> AnyView {
    let kinds =
        [(LegalEntity::Company.word(), words.company), (LegalEntity::Individual.word(), words.individual)];
    let chosen = details.map_or(LegalEntity::Company, |d| d.legal_entity_type);
    radios_with(posted, "legal_entity_type", words.legal_entity_type, &kinds, chosen.word())
}

fn lists(words: &'static Sub, posted: &Posted, details: Option<&Details>, brands: Vec<Brand>) -> AnyView {
    let present = details.map_or(BRAND, |d| d.brand.as_str());
    let offered = brands.into_iter().filter(|brand| brand.broker || brand.name == present);
    let brands = offered.map(|brand| (brand.name.clone(), brand.name)).collect();
    let statuses = Status::ALL.iter().map(|s| (s.word().to_owned(), status(*s).to_owned())).collect();
    let chosen = details.map_or(Status::Enabled, |d| d.status);
    view! {
        {select(posted, "status", words.status, "sub", statuses, chosen.word())}
        {select(posted, "brand", words.brand, "sub", brands, present)}
    }
    .rendered()
}

fn document(words: &'static Sub, posted: &Posted, details: Option<&Details>) -> AnyView {
    let kinds = Identification::ALL.iter().filter(|kind| **kind != Identification::None);
    let named = kinds.map(|kind| (kind.word().to_owned(), words.identification(*kind).to_owned()));
    let none = (String::new(), words.no_document.to_owned());
    let options = std::iter::once(none).chain(named).collect();
    let chosen = details.and_then(|d| d.identification_type).filter(|kind| *kind != Identification::None);
    let chosen = chosen.map_or("", Identification::word);
    select(posted, "identification_type", words.identification_type, "sub", options, chosen)
}

fn flags(words: &'static Sub, posted: &Posted, details: Option<&Details>) -> AnyView {
    let ways = [("true", words.yes), ("false", words.no)];
    let flag =
        |name, label, on: bool| radios_with(posted, name, label, &ways, if on { "true" } else { "false" });
    view! {
        {flag("api_trading", words.api_trading, details.is_none_or(|d| d.api_trading))}
        {flag("online_trading", words.online_trading, details.is_none_or(|d| d.online_trading))}
        {flag("phone_trading", words.phone_trading, details.is_none_or(|d| d.phone_trading))}
    }
    .rendered()
}
