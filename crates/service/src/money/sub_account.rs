//! Sub-accounts: legal entities that a user manages (Currencycloud).

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::step_up,
    money::Money,
    platform::audit::{self, AuditAction},
};
use domain::{
    Micros, Role, SubAccountId,
    sub_account::{self, Details, LegalEntity, Status, SubAccount, SubAccountDraft},
    validation::{FieldProblem, Problem},
};
pub use store::sub_account::{Brand, Filter, ORDERS};
use store::{Tx, sub_account as rows};

/// Maximum accounts per user.
pub const MOST: i64 = 500;
/// Maximum accounts per page.
pub const MOST_PER_PAGE: i64 = 100;

/// Creates an account.
///
/// # Errors
/// Problems of all fields together, in the order of the API document.
pub async fn create(
    desk: &Money,
    actor: &Actor,
    origin: &Origin,
    draft: &SubAccountDraft,
) -> Result<SubAccount> {
    let details = checked(desk, draft, None).await?;
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if rows::count_matching(&mut tx, actor.user, &Filter::default()).await? >= MOST {
        return Err(Error::field("account_name", Problem::TooMany));
    }
    let account = insert(desk, &mut tx, actor, details, false).await?;
    let subject = account.id.to_string();
    audit::record(desk, &mut tx, Some(actor.user), AuditAction::SubAccountCreated, &subject, Some(origin))
        .await?;
    tx.commit().await?;
    Ok(account)
}

/// Changes the given fields of an account.
///
/// # Errors
/// Problems of fields; not found; unavailable if it was changed concurrently.
pub async fn update(
    desk: &Money,
    actor: &Actor,
    origin: &Origin,
    id: SubAccountId,
    draft: &SubAccountDraft,
) -> Result<SubAccount> {
    let before = get(desk, actor, id).await?;
    let details = checked(desk, draft, Some(&before.details)).await?;
    // Strictly later than before, so that the second of two concurrent changes detects the first.
    let updated_at = desk.clock.now().max(before.updated_at.plus(1));
    let account = SubAccount { details, updated_at, ..before.clone() };
    let mut tx = desk.db.begin().await?;
    if !rows::update_sub_account(&mut tx, actor.user, &account, before.updated_at).await? {
        return Err(Error::Unavailable { retry_after_s: 1 });
    }
    let subject = id.to_string();
    audit::record(desk, &mut tx, Some(actor.user), AuditAction::SubAccountChanged, &subject, Some(origin))
        .await?;
    tx.commit().await?;
    Ok(account)
}

/// Returns an account.
///
/// # Errors
/// Not found, also if it belongs to another user.
pub async fn get(desk: &Money, actor: &Actor, id: SubAccountId) -> Result<SubAccount> {
    rows::get_sub_account(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)
}

/// The user's own account, created from their profile on first use.
///
/// # Errors
/// When the database cannot be used.
pub async fn current(desk: &Money, actor: &Actor) -> Result<SubAccount> {
    if let Some(own) = rows::main(&desk.db, actor.user).await? {
        return Ok(own);
    }
    let country = store::profile::get_country(&desk.db, actor.user).await?;
    let details = Details {
        account_name: actor.email.clone(),
        brand: sub_account::BRAND.to_owned(),
        your_reference: None,
        status: Status::Enabled,
        legal_entity_type: LegalEntity::Individual,
        street: String::new(),
        city: String::new(),
        postal_code: String::new(),
        state_or_province: None,
        country: country.unwrap_or_else(|| desk.settings.jurisdiction.clone()),
        spread_table: sub_account::SPREAD_TABLE.to_owned(),
        api_trading: true,
        online_trading: true,
        phone_trading: true,
        identification_type: None,
        identification_value: None,
    };
    let mut tx = desk.db.begin().await?;
    match insert(desk, &mut tx, actor, details, true).await {
        Ok(own) => {
            tx.commit().await?;
            Ok(own)
        }
        // A concurrent request created it.
        Err(error) => {
            drop(tx);
            rows::main(&desk.db, actor.user).await?.ok_or(error)
        }
    }
}

/// Page and order of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubAccountPage {
    /// Page number, from 1.
    pub page: i64,
    /// Accounts per page, at most [`MOST_PER_PAGE`].
    pub per_page: i64,
    /// Field to sort by, one of [`ORDERS`].
    pub order: String,
    /// Whether to sort in descending order.
    pub descending: bool,
}

impl Default for SubAccountPage {
    fn default() -> Self {
        Self { page: 1, per_page: 25, order: "created_at".to_owned(), descending: false }
    }
}

/// Result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The accounts on this page.
    pub accounts: Vec<SubAccount>,
    /// Total number of accounts found.
    pub total: i64,
}

/// One page of the user's accounts.
///
/// # Errors
/// Problems of `page`, `per_page` and `order`.
pub async fn find(desk: &Money, actor: &Actor, filter: &Filter, request: &SubAccountPage) -> Result<Found> {
    let rules = [
        ("page", (1..=1_000_000).contains(&request.page)),
        ("per_page", (1..=MOST_PER_PAGE).contains(&request.per_page)),
        ("order", ORDERS.contains(&request.order.as_str())),
    ];
    let problems: Vec<_> = rules
        .iter()
        .filter(|(_, good)| !good)
        .map(|(field, _)| FieldProblem::new(field, Problem::NotInRange))
        .collect();
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    let page = rows::SortedPage {
        order: &request.order,
        descending: request.descending,
        offset: (request.page - 1) * request.per_page,
        limit: request.per_page,
    };
    let accounts = rows::list_page(&desk.db, actor.user, filter, page).await?;
    Ok(Found { accounts, total: rows::count_matching(&desk.db, actor.user, filter).await? })
}

/// All brands.
///
/// # Errors
/// When the database cannot be read.
pub async fn brands(desk: &Money) -> Result<Vec<Brand>> {
    Ok(rows::list_brands(&desk.db).await?)
}

/// Adds a brand, or changes whether it belongs to a broker (operators only).
///
/// # Errors
/// [`Error::Forbidden`]; a problem of `brand`; [`Error::StepUp`].
pub async fn set_brand(desk: &Money, admin: &Actor, origin: &Origin, brand: &Brand) -> Result<()> {
    admin.must(Role::Admin)?;
    let length = brand.name.chars().count();
    if length == 0 || brand.name.trim() != brand.name {
        return Err(Error::field("brand", Problem::Required));
    }
    if length > sub_account::longest("brand") {
        return Err(Error::field("brand", Problem::TooLong));
    }
    if brand.name.chars().any(char::is_control) {
        return Err(Error::field("brand", Problem::NotText));
    }
    step_up::require_recent_password(desk, admin).await?;
    let mut tx = desk.db.begin().await?;
    rows::set_brand(&mut tx, brand).await?;
    audit::record(desk, &mut tx, Some(admin.user), AuditAction::BrandSet, &brand.name, Some(origin)).await?;
    Ok(tx.commit().await?)
}

/// Validates a draft and whether its brand exists; returns all problems together.
async fn checked(desk: &Money, draft: &SubAccountDraft, base: Option<&Details>) -> Result<Details> {
    let details = draft.check(base);
    let brand = draft.get("brand").filter(|name| !name.is_empty());
    let known = match brand {
        Some(name) if name.chars().count() <= sub_account::longest("brand") => {
            rows::get_brand(&desk.db, name).await?.map_or(Some(Problem::BrandUnknown), |brand| {
                (!brand.broker).then_some(Problem::BrandNotBroker)
            })
        }
        _ => None,
    };
    match (details, known) {
        (Ok(details), None) => Ok(details),
        (details, known) => {
            let mut problems = details.err().unwrap_or_default();
            problems.extend(known.map(|problem| FieldProblem::new("brand", problem)));
            let place = |field: &str| sub_account::FIELDS.iter().position(|known| *known == field);
            problems.sort_by_key(|p| place(&p.field).unwrap_or(usize::MAX));
            Err(Error::Fields(problems))
        }
    }
}

async fn insert(
    desk: &Money,
    tx: &mut Tx,
    actor: &Actor,
    details: Details,
    main: bool,
) -> Result<SubAccount> {
    let now = desk.clock.now();
    let account = SubAccount {
        id: SubAccountId::mint(&*desk.clock, &*desk.entropy),
        short_reference: short_reference(tx, now).await?,
        main,
        details,
        created_at: now,
        updated_at: now,
    };
    rows::insert_sub_account(tx, actor.user, &account).await?;
    Ok(account)
}

/// Date and sequence number within the day: `181115-00063`. The database assigns the number, so that it is
/// unique.
async fn short_reference(tx: &mut Tx, now: Micros) -> Result<String> {
    let date = now.date();
    let number = rows::next_number(tx, &date).await?;
    let day: String = date.chars().skip(2).filter(char::is_ascii_digit).collect();
    Ok(format!("{day}-{number:05}"))
}
