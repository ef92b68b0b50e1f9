//! Where a person lives, and which currencies are enabled there.

use crate::{
    Actor, Desk, Error, Origin, Result,
    audit::{self, Deed},
    profile::{self, ProfileChange},
};
use domain::{
    Role,
    ledger::{self, Currency},
    validation::{FieldProblem, Problem},
};
use store::currency::Rule;

/// Every country that has no rule of its own.
const EVERYWHERE: &str = "*";

/// Where a person is for the law, and what they may open there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Two letters.
    pub country: String,
    /// They have said so; otherwise it is the install's default.
    pub told: bool,
    /// The enabled currencies, by their codes.
    pub currencies: Vec<Currency>,
}

/// What the operator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Every currency.
    pub currencies: Vec<Currency>,
    /// Everywhere's rules first, then the countries'.
    pub rules: Vec<Rule>,
}

async fn country(desk: &Desk, actor: &Actor) -> Result<Option<String>> {
    Ok(store::profile::country(&desk.db, actor.user).await?)
}

/// Whether a currency is enabled for the person.
pub(super) async fn enabled(desk: &Desk, actor: &Actor, currency: &str) -> Result<bool> {
    let country = country(desk, actor).await?.unwrap_or_else(|| desk.settings.jurisdiction.clone());
    Ok(store::currency::enabled(&desk.db, &country, currency).await?)
}

/// Where the person is, and what is enabled there.
///
/// # Errors
/// When the database cannot be read.
pub async fn place(desk: &Desk, actor: &Actor) -> Result<Place> {
    let told = country(desk, actor).await?;
    let (told, country) = (told.is_some(), told.unwrap_or_else(|| desk.settings.jurisdiction.clone()));
    let mut currencies = Vec::new();
    for currency in store::currency::list(&desk.db).await? {
        if store::currency::enabled(&desk.db, &country, &currency.code).await? {
            currencies.push(currency);
        }
    }
    Ok(Place { country, told, currencies })
}

/// Notes where the person lives. Accounts that are open stay open.
///
/// # Errors
/// On `country`.
pub async fn set_country(desk: &Desk, actor: &Actor, country: &str) -> Result<()> {
    let country = country.trim();
    if country.is_empty() {
        return Err(Error::field("country", Problem::Required));
    }
    let country = Some(Some(country.to_owned()));
    profile::update(desk, actor, ProfileChange { country, ..ProfileChange::default() }).await.map(drop)
}

/// What the operator decided.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn rules(desk: &Desk, admin: &Actor) -> Result<Rules> {
    admin.must(Role::Admin)?;
    let currencies = store::currency::list(&desk.db).await?;
    Ok(Rules { currencies, rules: store::currency::rules(&desk.db).await? })
}

/// Says whether a currency is enabled in a country, or everywhere (`*`) that has no rule of its own.
///
/// # Errors
/// [`Error::Forbidden`]; on `country` and `currency`.
pub async fn set_rule(desk: &Desk, admin: &Actor, origin: &Origin, rule: &Rule) -> Result<()> {
    admin.must(Role::Admin)?;
    let mut problems = Vec::new();
    if rule.country != EVERYWHERE
        && let Err(problem) = ledger::country(&rule.country)
    {
        problems.push(FieldProblem::new("country", problem));
    }
    if store::currency::get(&desk.db, &rule.currency).await?.is_none() {
        problems.push(FieldProblem::new("currency", Problem::NotCurrency));
    }
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    let mut tx = desk.db.begin().await?;
    store::currency::set_rule(&mut tx, rule).await?;
    let subject = format!("{}:{}:{}", rule.country, rule.currency, rule.enabled);
    audit::record(desk, &mut tx, Some(admin.user), Deed::CurrencyRuled, &subject, Some(origin)).await?;
    Ok(tx.commit().await?)
}
