//! Rows as the statements select them: for display without the secret, and complete.

use super::{KeyRow, SealedSecret};
use domain::{
    AccountMode, ApiKeyStatus, ExchangeId, ExchangeKey, ExchangeKeyId, Micros, StrategyType, TradeType,
    UserId,
};
use sqlx::FromRow;

/// The key in a row, whose fields have the names of the columns. What a statement reads besides stays in the row.
macro_rules! exchange_key {
    ($row:expr) => {
        domain::ExchangeKey {
            id: $row.id,
            exchange_id: $row.exchange_id,
            trade_type: $row.trade_type,
            strategy_type: $row.strategy_type,
            active: $row.active,
            name: $row.name,
            api_key: $row.api_key,
            status: $row.status,
            sandbox: $row.sandbox,
            ip_restricted: $row.ip_restricted,
            account_mode: $row.account_mode,
            may_withdraw: $row.may_withdraw,
            expires_at: $row.expires_at,
            traded_elsewhere: $row.traded_elsewhere,
            created_at: $row.created_at,
            updated_at: $row.updated_at,
        }
    };
}
pub(crate) use exchange_key;

#[derive(FromRow)]
pub(super) struct Shown {
    pub(super) id: ExchangeKeyId,
    pub(super) exchange_id: ExchangeId,
    pub(super) trade_type: TradeType,
    pub(super) strategy_type: StrategyType,
    pub(super) active: bool,
    pub(super) name: String,
    pub(super) api_key: String,
    pub(super) status: ApiKeyStatus,
    pub(super) sandbox: bool,
    pub(super) ip_restricted: bool,
    pub(super) account_mode: AccountMode,
    pub(super) may_withdraw: bool,
    pub(super) expires_at: Option<Micros>,
    pub(super) traded_elsewhere: bool,
    pub(super) created_at: Micros,
    pub(super) updated_at: Micros,
}

impl From<Shown> for ExchangeKey {
    fn from(row: Shown) -> Self {
        exchange_key!(row)
    }
}

#[derive(FromRow)]
pub(super) struct Full {
    pub(super) id: ExchangeKeyId,
    pub(super) user_id: UserId,
    pub(super) exchange_id: ExchangeId,
    pub(super) trade_type: TradeType,
    pub(super) strategy_type: StrategyType,
    pub(super) active: bool,
    pub(super) name: String,
    pub(super) api_key: String,
    pub(super) status: ApiKeyStatus,
    pub(super) sandbox: bool,
    pub(super) ip_restricted: bool,
    pub(super) account_mode: AccountMode,
    pub(super) may_withdraw: bool,
    pub(super) expires_at: Option<Micros>,
    pub(super) traded_elsewhere: bool,
    pub(super) sealed_secret: Vec<u8>,
    pub(super) sealed_data_key: Vec<u8>,
    pub(super) master_key_id: String,
    pub(super) seal_version: i64,
    pub(super) created_at: Micros,
    pub(super) updated_at: Micros,
}

impl From<Full> for KeyRow {
    fn from(row: Full) -> Self {
        Self {
            key: exchange_key!(row),
            user_id: row.user_id,
            sealed: SealedSecret {
                secret: row.sealed_secret,
                data_key: row.sealed_data_key,
                master_key_id: row.master_key_id,
                version: row.seal_version,
            },
        }
    }
}
