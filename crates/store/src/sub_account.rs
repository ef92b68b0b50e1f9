//! Sub-accounts: registered legal entities.

mod row;

use crate::{Result, Source, Tx};
use domain::{Micros, SubAccountId, UserId, sub_account::SubAccount};
use row::SubAccountRow;
use sqlx::FromRow;

/// The filters of a search; `None` matches any value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Name of the entity.
    pub account_name: Option<String>,
    /// Name of the brand.
    pub brand: Option<String>,
    /// The caller's own reference.
    pub your_reference: Option<String>,
    /// Status of the account.
    pub status: Option<String>,
    /// First line of the address.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// State or province code.
    pub state_or_province: Option<String>,
    /// Country code.
    pub country: Option<String>,
    /// Spread table.
    pub spread_table: Option<String>,
}

/// The order and range of a result page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortedPage<'a> {
    /// The column to order by, one of [`ORDERS`].
    pub order: &'a str,
    /// Whether the order is descending.
    pub descending: bool,
    /// Number of rows to skip.
    pub offset: i64,
    /// Maximum number of rows.
    pub limit: i64,
}

/// The columns that [`list_page`] can order by.
pub const ORDERS: &[&str] = &[
    "created_at",
    "updated_at",
    "account_name",
    "brand",
    "your_reference",
    "status",
    "street",
    "city",
    "postal_code",
    "state_or_province",
    "country",
    "short_reference",
];

/// Adds a sub-account.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] for a second main account, [`crate::StoreErrorKind::ForeignKey`] for an unknown brand.
pub async fn insert_sub_account(tx: &mut Tx, owner: UserId, account: &SubAccount) -> Result<()> {
    let d = &account.details;
    exec!(
        tx,
        "insert into sub_accounts (id, user_id, short_reference, main, account_name, brand, your_reference, status, \
           legal_entity_type, street, city, postal_code, state_or_province, country, spread_table, api_trading, \
           online_trading, phone_trading, identification_type, identification_value, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        account.id,
        owner,
        &account.short_reference,
        account.main,
        &d.account_name,
        &d.brand,
        d.your_reference.as_deref(),
        d.status,
        d.legal_entity_type,
        &d.street,
        &d.city,
        &d.postal_code,
        d.state_or_province.as_deref(),
        &d.country,
        &d.spread_table,
        d.api_trading,
        d.online_trading,
        d.phone_trading,
        d.identification_type,
        d.identification_value.as_deref(),
        account.created_at,
        account.updated_at
    )?;
    Ok(())
}

/// Updates a user's sub-account; returns whether it exists, is theirs and is unchanged since `seen`.
///
/// # Errors
/// [`crate::StoreErrorKind::ForeignKey`] for an unknown brand.
pub async fn update_sub_account(
    tx: &mut Tx,
    owner: UserId,
    account: &SubAccount,
    seen: Micros,
) -> Result<bool> {
    let d = &account.details;
    let rows = exec!(
        tx,
        "update sub_accounts set account_name = $4, brand = $5, your_reference = $6, status = $7, \
           legal_entity_type = $8, street = $9, city = $10, postal_code = $11, state_or_province = $12, country = $13, \
           spread_table = $14, api_trading = $15, online_trading = $16, phone_trading = $17, \
           identification_type = $18, identification_value = $19, updated_at = $20 \
         where id = $1 and user_id = $2 and updated_at = $3",
        account.id,
        owner,
        seen,
        &d.account_name,
        &d.brand,
        d.your_reference.as_deref(),
        d.status,
        d.legal_entity_type,
        &d.street,
        &d.city,
        &d.postal_code,
        d.state_or_province.as_deref(),
        &d.country,
        &d.spread_table,
        d.api_trading,
        d.online_trading,
        d.phone_trading,
        d.identification_type,
        d.identification_value.as_deref(),
        account.updated_at
    )?;
    Ok(rows == 1)
}

select! {
    sub_accounts -> SubAccountRow,
    "id, short_reference, main, account_name, brand, your_reference, status, legal_entity_type, \
     street, city, postal_code, state_or_province, country, spread_table, api_trading, \
     online_trading, phone_trading, identification_type, identification_value, created_at, \
     updated_at",
    "from sub_accounts"
}

/// Returns a user's sub-account; `None` if it does not exist or belongs to another user.
pub async fn get_sub_account(
    from: impl Source,
    owner: UserId,
    id: SubAccountId,
) -> Result<Option<SubAccount>> {
    let row = sub_accounts!(from, fetch_optional, "where id = $2 and user_id = $1", owner, id)?;
    Ok(row.map(SubAccount::from))
}

/// Returns the user's main sub-account.
pub async fn main(from: impl Source, owner: UserId) -> Result<Option<SubAccount>> {
    let row = sub_accounts!(from, fetch_optional, "where user_id = $1 and main = true", owner)?;
    Ok(row.map(SubAccount::from))
}

/// Lists one page of a user's sub-accounts. Ties are ordered by id, which is the order of creation.
pub async fn list_page(
    from: impl Source,
    owner: UserId,
    filter: &Filter,
    page: SortedPage<'_>,
) -> Result<Vec<SubAccount>> {
    let f = filter;
    let rows = sub_accounts!(
        from,
        fetch_all,
        "select "
            + columns
            + " from (select s.*, case $12 when 'updated_at' then cast(updated_at as text) \
             when 'account_name' then account_name when 'brand' then brand when 'status' then status \
             when 'your_reference' then coalesce(your_reference, '') when 'street' then street when 'city' then city \
             when 'postal_code' then postal_code when 'state_or_province' then coalesce(state_or_province, '') \
             when 'country' then country when 'short_reference' then short_reference \
             else cast(created_at as text) end as place from sub_accounts s \
           where user_id = $1 and account_name = coalesce($2, account_name) and brand = coalesce($3, brand) \
             and coalesce(your_reference, '') = coalesce($4, your_reference, '') and status = coalesce($5, status) \
             and street = coalesce($6, street) and city = coalesce($7, city) \
             and postal_code = coalesce($8, postal_code) \
             and coalesce(state_or_province, '') = coalesce($9, state_or_province, '') \
             and country = coalesce($10, country) and spread_table = coalesce($11, spread_table)) as found \
         order by case when $13 then place end desc, case when $13 then id end desc, place, id \
         limit $14 offset $15",
        owner,
        f.account_name.as_deref(),
        f.brand.as_deref(),
        f.your_reference.as_deref(),
        f.status.as_deref(),
        f.street.as_deref(),
        f.city.as_deref(),
        f.postal_code.as_deref(),
        f.state_or_province.as_deref(),
        f.country.as_deref(),
        f.spread_table.as_deref(),
        page.order,
        page.descending,
        page.limit,
        page.offset
    )?;
    Ok(rows.into_iter().map(SubAccount::from).collect())
}

/// Counts a user's sub-accounts that match a filter.
pub async fn count_matching(from: impl Source, owner: UserId, filter: &Filter) -> Result<i64> {
    let f = filter;
    let count = value!(
        i64,
        from,
        "select count(*) from sub_accounts \
         where user_id = $1 and account_name = coalesce($2, account_name) and brand = coalesce($3, brand) \
           and coalesce(your_reference, '') = coalesce($4, your_reference, '') and status = coalesce($5, status) \
           and street = coalesce($6, street) and city = coalesce($7, city) \
           and postal_code = coalesce($8, postal_code) \
           and coalesce(state_or_province, '') = coalesce($9, state_or_province, '') \
           and country = coalesce($10, country) and spread_table = coalesce($11, spread_table)",
        owner,
        f.account_name.as_deref(),
        f.brand.as_deref(),
        f.your_reference.as_deref(),
        f.status.as_deref(),
        f.street.as_deref(),
        f.city.as_deref(),
        f.postal_code.as_deref(),
        f.state_or_province.as_deref(),
        f.country.as_deref(),
        f.spread_table.as_deref()
    )?;
    Ok(count.unwrap_or(0))
}

/// Returns the next reference number of a day; each is returned once, also to concurrent callers.
pub async fn next_number(tx: &mut Tx, day: &str) -> Result<i64> {
    let number = value!(
        i64,
        tx,
        "insert into short_references (day, last) values ($1, 1) \
         on conflict (day) do update set last = short_references.last + 1 returning last",
        day
    )?;
    Ok(number.unwrap_or(1))
}

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Brand {
    /// Name of the brand.
    pub name: String,
    /// Whether it has broker permissions, so that accounts can be opened under it.
    pub broker: bool,
}

/// Lists every brand, by name.
pub async fn list_brands(from: impl Source) -> Result<Vec<Brand>> {
    rows!(Brand, from, fetch_all, "select name, broker from brands order by name")
}

/// Returns a brand.
pub async fn get_brand(from: impl Source, name: &str) -> Result<Option<Brand>> {
    rows!(Brand, from, fetch_optional, "select name, broker from brands where name = $1", name)
}

/// Adds a brand, or changes its broker permissions.
pub async fn set_brand(tx: &mut Tx, brand: &Brand) -> Result<()> {
    exec!(
        tx,
        "insert into brands (name, broker) values ($1, $2) on conflict (name) do update set broker = excluded.broker",
        &brand.name,
        brand.broker
    )?;
    Ok(())
}
