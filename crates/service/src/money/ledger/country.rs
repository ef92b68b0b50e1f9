//! The user's country, and which currencies are enabled there.

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::step_up,
    money::Money,
    platform::audit::{self, AuditAction},
};
use domain::{
    Role,
    ledger::{self, Currency},
    validation::{FieldProblem, Problem},
};
use store::currency::Rule;

/// Stands for every country that has no rule of its own.
const EVERYWHERE: &str = "*";

/// The user's legal country, and the currencies they may open there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCountry {
    /// ISO 3166 code of two letters.
    pub country: String,
    /// Whether the user stated it; otherwise it is the install's default.
    pub stated: bool,
    /// The enabled currencies.
    pub currencies: Vec<Currency>,
}

/// The operator's rules on currencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// All currencies.
    pub currencies: Vec<Currency>,
    /// The rules for all countries first, then those of single countries.
    pub rules: Vec<Rule>,
}

async fn country(desk: &Money, actor: &Actor) -> Result<Option<String>> {
    Ok(store::profile::get_country(&desk.db, actor.user).await?)
}

/// Whether a currency is enabled for the user.
pub(super) async fn enabled(desk: &Money, actor: &Actor, currency: &str) -> Result<bool> {
    let country = country(desk, actor).await?.unwrap_or_else(|| desk.settings.jurisdiction.clone());
    Ok(store::currency::is_enabled(&desk.db, &country, currency).await?)
}

/// Returns the user's country and the currencies enabled there.
///
/// # Errors
/// When the database cannot be read.
pub async fn place(desk: &Money, actor: &Actor) -> Result<UserCountry> {
    let stated = country(desk, actor).await?;
    let (stated, country) = (stated.is_some(), stated.unwrap_or_else(|| desk.settings.jurisdiction.clone()));
    let mut currencies = Vec::new();
    for currency in store::currency::list_currencies(&desk.db).await? {
        if store::currency::is_enabled(&desk.db, &country, &currency.code).await? {
            currencies.push(currency);
        }
    }
    Ok(UserCountry { country, stated, currencies })
}

/// Returns the operator's rules on currencies.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn rules(desk: &Money, admin: &Actor) -> Result<Rules> {
    admin.must(Role::Admin)?;
    let currencies = store::currency::list_currencies(&desk.db).await?;
    Ok(Rules { currencies, rules: store::currency::list_rules(&desk.db).await? })
}

/// Enables or disables a currency in a country, or (`*`) in all countries that have no rule of their own.
///
/// # Errors
/// [`Error::Forbidden`]; problems of `country` and `currency`; [`Error::StepUp`].
pub async fn set_rule(desk: &Money, admin: &Actor, origin: &Origin, rule: &Rule) -> Result<()> {
    admin.must(Role::Admin)?;
    let mut problems = Vec::new();
    if rule.country != EVERYWHERE
        && let Err(problem) = ledger::country(&rule.country)
    {
        problems.push(FieldProblem::new("country", problem));
    }
    if store::currency::get_currency(&desk.db, &rule.currency).await?.is_none() {
        problems.push(FieldProblem::new("currency", Problem::NotCurrency));
    }
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    step_up::require_recent_password(desk, admin).await?;
    let mut tx = desk.db.begin().await?;
    store::currency::set_rule(&mut tx, rule).await?;
    let subject = format!("{}:{}:{}", rule.country, rule.currency, rule.enabled);
    audit::record(desk, &mut tx, Some(admin.user), AuditAction::CurrencyRuled, &subject, Some(origin))
        .await?;
    Ok(tx.commit().await?)
}
