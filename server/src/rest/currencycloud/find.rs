//! Finding accounts, one page at a time.

use super::{
    error::{CurrencycloudFailure, FIND_FAILED, HandlerResult},
    present::CurrencycloudAccount,
};
use crate::rest::{client::Caller, fields::Fields};
use axum::{
    Json,
    extract::{RawQuery, Request, State},
};
use domain::{
    sub_account::SubAccountDraft,
    validation::{FieldProblem, Problem},
};
use serde::Serialize;
use service::{
    Error, SharedDesk,
    identity::api_client::Program,
    money::sub_account::{self, Filter, Found, SubAccountPage},
};
use utoipa::{IntoParams, ToSchema};

/// The paging parameters.
const PAGING: &[&str] = &["page", "per_page", "order", "order_asc_desc"];

/// Search parameters.
#[derive(IntoParams, ToSchema)]
#[schema(as = CurrencycloudFindForm)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // read by the derives only
pub(super) struct FindForm {
    /// Account name.
    account_name: Option<String>,
    /// Brand.
    brand: Option<String>,
    /// User-generated reference code.
    your_reference: Option<String>,
    /// enabled, enabled_no_trading or disabled.
    status: Option<String>,
    /// First line of address.
    street: Option<String>,
    /// City.
    city: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// State or province.
    state_or_province: Option<String>,
    /// Two-letter country code.
    country: Option<String>,
    /// Spread table.
    spread_table: Option<String>,
    /// Page number, from 1.
    page: Option<i64>,
    /// Accounts per page, at most 100; 25 by default.
    per_page: Option<i64>,
    /// Sort field; created_at by default.
    order: Option<String>,
    /// Sort direction, asc or desc.
    order_asc_desc: Option<String>,
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrencycloudAccounts)]
pub(super) struct Accounts {
    accounts: Vec<CurrencycloudAccount>,
    pagination: Pagination,
}

/// Pagination; a missing page is -1.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrencycloudPagination)]
pub(super) struct Pagination {
    total_entries: i64,
    total_pages: i64,
    current_page: i64,
    per_page: i64,
    previous_page: i64,
    next_page: i64,
    order: String,
    order_asc_desc: &'static str,
}

impl Pagination {
    fn new(request: SubAccountPage, total: i64) -> Self {
        // Without accounts there is one empty page, as in the original API.
        let pages = ((total + request.per_page - 1) / request.per_page).max(1);
        let there = |page: i64| if (1..=pages).contains(&page) { page } else { -1 };
        Self {
            total_entries: total,
            total_pages: pages,
            current_page: request.page,
            per_page: request.per_page,
            previous_page: there(request.page - 1),
            next_page: there(request.page + 1),
            order: request.order,
            order_asc_desc: if request.descending { "desc" } else { "asc" },
        }
    }
}

/// Find Accounts
///
/// Returns a page of the accounts that match the query parameters.
#[utoipa::path(
    get,
    path = "/v2/accounts/find",
    operation_id = "currencycloudFindAccounts",
    tag = "Currencycloud",
    params(FindForm),
    responses((status = 200, body = Accounts))
)]
pub(super) async fn by_query(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    RawQuery(query): RawQuery,
) -> HandlerResult<Accounts> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    find(&desk, &program, fields.map_err(|why| CurrencycloudFailure::unreadable(FIND_FAILED, &why))?).await
}

/// Find Accounts by Form
///
/// Returns a page of the accounts that match the form parameters.
#[utoipa::path(
    post,
    path = "/v2/accounts/find",
    operation_id = "currencycloudFindAccountsByForm",
    tag = "Currencycloud",
    request_body(content = FindForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Accounts))
)]
pub(super) async fn by_form(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    request: Request,
) -> HandlerResult<Accounts> {
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(CurrencycloudFailure::extra(FIND_FAILED, "query"));
    }
    let fields = Fields::of_body(request).await;
    find(&desk, &program, fields.map_err(|why| CurrencycloudFailure::unreadable(FIND_FAILED, &why))?).await
}

async fn find(desk: &SharedDesk, program: &Program, fields: Fields) -> HandlerResult<Accounts> {
    let draft = SubAccountDraft::new(fields.into_pairs());
    let failed = |error| CurrencycloudFailure::of(FIND_FAILED, error, &draft);
    let (filter, request) = read(&draft).map_err(|problems| failed(Error::Fields(problems)))?;
    let Found { accounts, total } =
        sub_account::find(desk, &program.actor, &filter, &request).await.map_err(failed)?;
    let accounts = accounts.into_iter().map(CurrencycloudAccount::from).collect();
    Ok(Json(Accounts { accounts, pagination: Pagination::new(request, total) }))
}

/// Parses filters and paging. An empty field is ignored.
fn read(draft: &SubAccountDraft) -> Result<(Filter, SubAccountPage), Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let text = |field: &str| draft.get(field).filter(|text| !text.is_empty()).map(str::to_owned);
    let usual = SubAccountPage::default();
    let mut number = |field: &str, usual: i64| match text(field).map(|text| text.parse()) {
        None => usual,
        Some(Ok(number)) => number,
        Some(Err(_)) => {
            problems.push(FieldProblem::new(field, Problem::NotInRange));
            usual
        }
    };
    let (page, per_page) = (number("page", usual.page), number("per_page", usual.per_page));
    let descending = match text("order_asc_desc").as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => {
            problems.push(FieldProblem::new("order_asc_desc", Problem::NotInRange));
            false
        }
    };
    let filter = Filter {
        account_name: text("account_name"),
        brand: text("brand"),
        your_reference: text("your_reference"),
        status: text("status"),
        street: text("street"),
        city: text("city"),
        postal_code: text("postal_code"),
        state_or_province: text("state_or_province"),
        country: text("country"),
        spread_table: text("spread_table"),
    };
    let known = |name: &str| PAGING.contains(&name) || FILTERS.contains(&name);
    problems.extend(
        draft.names().filter(|name| !known(name)).map(|name| FieldProblem::new(name, Problem::Unknown)),
    );
    let order = text("order").unwrap_or(usual.order);
    if problems.is_empty() {
        Ok((filter, SubAccountPage { page, per_page, order, descending }))
    } else {
        Err(problems)
    }
}

/// The filter parameters.
const FILTERS: &[&str] = &[
    "account_name",
    "brand",
    "your_reference",
    "status",
    "street",
    "city",
    "postal_code",
    "state_or_province",
    "country",
    "spread_table",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_there_is_minus_one() {
        let pages = |page, total| {
            let pagination =
                Pagination::new(SubAccountPage { page, per_page: 2, ..SubAccountPage::default() }, total);
            (pagination.total_pages, pagination.previous_page, pagination.next_page)
        };
        assert_eq!(pages(1, 0), (1, -1, -1));
        assert_eq!(pages(1, 3), (2, -1, 2));
        assert_eq!(pages(2, 3), (2, 1, -1));
        assert_eq!(pages(9, 3), (2, -1, -1));
    }
}
