//! A row as the statements select it.

use domain::{
    Micros, SubAccountId,
    sub_account::{Details, Identification, LegalEntity, Status, SubAccount},
};
use sqlx::FromRow;

#[derive(FromRow)]
pub(super) struct SubAccountRow {
    pub(super) id: SubAccountId,
    pub(super) short_reference: String,
    pub(super) main: bool,
    pub(super) account_name: String,
    pub(super) brand: String,
    pub(super) your_reference: Option<String>,
    pub(super) status: Status,
    pub(super) legal_entity_type: LegalEntity,
    pub(super) street: String,
    pub(super) city: String,
    pub(super) postal_code: String,
    pub(super) state_or_province: Option<String>,
    pub(super) country: String,
    pub(super) spread_table: String,
    pub(super) api_trading: bool,
    pub(super) online_trading: bool,
    pub(super) phone_trading: bool,
    pub(super) identification_type: Option<Identification>,
    pub(super) identification_value: Option<String>,
    pub(super) created_at: Micros,
    pub(super) updated_at: Micros,
}

impl From<SubAccountRow> for SubAccount {
    fn from(row: SubAccountRow) -> Self {
        let details = Details {
            account_name: row.account_name,
            brand: row.brand,
            your_reference: row.your_reference,
            status: row.status,
            legal_entity_type: row.legal_entity_type,
            street: row.street,
            city: row.city,
            postal_code: row.postal_code,
            state_or_province: row.state_or_province,
            country: row.country,
            spread_table: row.spread_table,
            api_trading: row.api_trading,
            online_trading: row.online_trading,
            phone_trading: row.phone_trading,
            identification_type: row.identification_type,
            identification_value: row.identification_value,
        };
        Self {
            id: row.id,
            short_reference: row.short_reference,
            main: row.main,
            details,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
