//! Keys, balances and plans.

use super::{Iso, Num};
use crate::rest::words;
use domain::{Balance, Decimal, ExchangeKey, Funds, Plan};
use serde::Serialize;
use service::trading::balance_history::{BalanceHistoryPage, Day};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// "List Exchange Keys".
#[derive(Debug, Serialize, ToSchema)]
pub struct Keys {
    /// The user's exchange keys.
    pub items: Vec<Key>,
}

/// An exchange key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct Key {
    pub id: Uuid,
    #[schema(value_type = words::ExchangeId)]
    pub exchange_id: &'static str,
    #[schema(value_type = words::TradeType)]
    pub trade_type: &'static str,
    #[schema(value_type = words::StrategyType)]
    pub strategy_type: &'static str,
    pub active: bool,
    pub name: String,
    #[schema(value_type = words::ApiKeyStatus)]
    pub api_key_status: &'static str,
    pub api_key: String,
    pub created_at: Iso,
    pub updated_at: Iso,
}

impl From<ExchangeKey> for Key {
    fn from(key: ExchangeKey) -> Self {
        Self {
            id: key.id.0,
            exchange_id: key.exchange_id.word(),
            trade_type: key.trade_type.word(),
            strategy_type: key.strategy_type.word(),
            active: key.active,
            name: key.name,
            api_key_status: key.status.word(),
            api_key: key.api_key,
            created_at: Iso(key.created_at),
            updated_at: Iso(key.updated_at),
        }
    }
}

impl From<Vec<ExchangeKey>> for Keys {
    fn from(keys: Vec<ExchangeKey>) -> Self {
        Self { items: keys.into_iter().map(Key::from).collect() }
    }
}

/// "Get Exchange Key Balance": the same assets in three forms.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are ccxt's
pub struct Assets {
    pub free: BTreeMap<String, Num>,
    pub used: BTreeMap<String, Num>,
    pub total: BTreeMap<String, Num>,
}

impl From<&Balance> for Assets {
    fn from(balance: &Balance) -> Self {
        let column = |part: fn(&Funds) -> Decimal| {
            balance.assets.iter().map(|(asset, funds)| (asset.clone(), Num(part(funds)))).collect()
        };
        Self { free: column(|f| f.free), used: column(|f| f.used), total: column(|f| f.total) }
    }
}

/// "Get Exchange Total Balance".
#[derive(Debug, Serialize, ToSchema)]
pub struct TotalBalance {
    /// Total balance of all active keys.
    #[serde(rename = "USD")]
    pub usd: Num,
}

/// "List Exchange Key Balance History".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BalanceDays {
    /// Newest first.
    pub items: Vec<BalanceDay>,
    /// Token of the next page; `null` after the last page.
    pub next_token: Option<String>,
}

/// One UTC day.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are the document's
pub struct BalanceDay {
    #[schema(example = "2022-09-13")]
    pub date: String,
    #[serde(rename = "totalUSD")]
    pub total_usd: Num,
}

impl From<BalanceHistoryPage> for BalanceDays {
    fn from(page: BalanceHistoryPage) -> Self {
        let item = |day: Day| BalanceDay { date: day.day.date(), total_usd: Num(day.total_usd) };
        Self { items: page.items.into_iter().map(item).collect(), next_token: page.next }
    }
}

/// "List Subscriptions Plans".
#[derive(Debug, Serialize, ToSchema)]
pub struct Plans {
    /// Public plans, cheapest first.
    pub items: Vec<PlanItem>,
}

/// A plan. `maxApiKey` is a number, as in the example of the original document.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are the document's
pub struct PlanItem {
    pub id: Uuid,
    pub name: String,
    #[serde(rename = "monthlyPriceUSD")]
    pub monthly_price_usd: i64,
    #[serde(rename = "maxBalanceUSD")]
    pub max_balance_usd: Option<i64>,
    #[serde(rename = "maxApiKey")]
    pub max_api_key: Option<i64>,
    #[serde(rename = "strategyAutomated")]
    pub strategy_automated: bool,
}

impl From<Vec<Plan>> for Plans {
    fn from(plans: Vec<Plan>) -> Self {
        let item = |plan: Plan| PlanItem {
            id: plan.id.0,
            name: plan.name,
            monthly_price_usd: plan.monthly_price_usd,
            max_balance_usd: plan.limits.max_balance_usd,
            max_api_key: plan.limits.max_api_key,
            strategy_automated: plan.limits.strategy_automated,
        };
        Self { items: plans.into_iter().map(item).collect() }
    }
}

/// Credentials of a new sandbox account. Connect them like those of any exchange. Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SandboxAccount {
    /// API key.
    #[schema(example = "m1roXjJ1K6YolSD6wFZh8XlqkJg8v8iemTdSGzjQ2sVA6kvAdkwrs5U1E5aQboOO")]
    pub api_key: String,
    /// API secret, shown only once. Absent if the account was opened for a public key.
    #[schema(example = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_secret_key: Option<String>,
}

impl std::fmt::Debug for SandboxAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxAccount").finish_non_exhaustive()
    }
}
