//! Currencies, and the countries in which they are enabled.

use crate::{Result, Source, Tx};
use domain::ledger::Currency;
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    code: String,
    name: String,
    scale: i64,
}

impl From<Row> for Currency {
    fn from(row: Row) -> Self {
        Self { code: row.code, name: row.name, scale: u32::try_from(row.scale).unwrap_or_default() }
    }
}

/// Whether a currency is enabled in one country, or everywhere (`*`).
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Rule {
    /// Two-letter country code, or `*`.
    pub country: String,
    /// Currency code.
    pub currency: String,
    /// Whether accounts in the currency can be opened.
    pub enabled: bool,
}

select! { currencies -> Row, "code, name, scale", "from currencies" }

/// Lists every currency, by code.
pub async fn list_currencies(from: impl Source) -> Result<Vec<Currency>> {
    let rows = currencies!(from, fetch_all, "order by code")?;
    Ok(rows.into_iter().map(Currency::from).collect())
}

/// Returns a currency.
pub async fn get_currency(from: impl Source, code: &str) -> Result<Option<Currency>> {
    let row = currencies!(from, fetch_optional, "where code = $1", code)?;
    Ok(row.map(Currency::from))
}

/// Returns whether a currency is enabled in a country: by the country's own rule, otherwise by the rule for `*`.
pub async fn is_enabled(from: impl Source, country: &str, currency: &str) -> Result<bool> {
    let rule = value!(
        bool,
        from,
        "select enabled from currency_rules where currency = $2 and country in ($1, '*') \
         order by case country when '*' then 1 else 0 end limit 1",
        country,
        currency
    )?;
    Ok(rule.unwrap_or(false))
}

/// Lists every rule, those for `*` first.
pub async fn list_rules(from: impl Source) -> Result<Vec<Rule>> {
    rows!(
        Rule,
        from,
        fetch_all,
        "select country, currency, enabled from currency_rules \
         order by case country when '*' then 0 else 1 end, country, currency"
    )
}

/// Sets a rule.
///
/// # Errors
/// [`crate::StoreErrorKind::ForeignKey`] if there is no such currency.
pub async fn set_rule(tx: &mut Tx, rule: &Rule) -> Result<()> {
    exec!(
        tx,
        "insert into currency_rules (country, currency, enabled) values ($1, $2, $3) \
         on conflict (country, currency) do update set enabled = excluded.enabled",
        &rule.country,
        &rule.currency,
        rule.enabled
    )?;
    Ok(())
}
