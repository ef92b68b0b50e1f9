//! An account in the format of the 3Commas document: profits and values are text, except for the one number
//! in its example.

use super::market;
use crate::rest::mudawyl::present::{Iso, Num};
use domain::{AccountMode, ApiKeyStatus, Decimal, TradeType, dec, money};
use serde::{Serialize, Serializer};
use serde_json::Value;
use service::trading::exchange_account::{self, Asset, Worth};
use utoipa::ToSchema;

/// A decimal as a string, always with a point: `"0.0"`.
#[derive(Clone, Copy, ToSchema)]
#[schema(value_type = String)]
pub(super) struct Text(Decimal);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = money::text(self.0);
        if text.contains('.') {
            serializer.serialize_str(&text)
        } else {
            serializer.collect_str(&format_args!("{text}.0"))
        }
    }
}

/// An amount in the primary display currency.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasAmount)]
pub(super) struct Shown {
    currency: &'static str,
    amount: Text,
}

/// An amount in the primary display currency, as a number.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasTotal)]
pub(super) struct Total {
    currency: &'static str,
    amount: Num,
}

const fn usd(amount: Decimal) -> Shown {
    Shown { currency: "USD", amount: Text(amount) }
}

/// The example of the 3Commas document.
fn example() -> Value {
    serde_json::from_str(include_str!("examples/account.json")).unwrap_or_default()
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasAccount, example = example)]
pub(super) struct ThreeCommasAccount {
    #[schema(example = 32_849_081)]
    id: i64,
    auto_balance_period: i64,
    auto_balance_portfolio_id: Option<i64>,
    auto_balance_currency_change_limit: Option<i64>,
    autobalance_enabled: bool,
    is_locked: bool,
    created_at: Iso,
    updated_at: Iso,
    last_auto_balance: Option<String>,
    api_key_invalid: bool,
    market_icon: String,
    include_in_summary: bool,
    supported_market_types: [&'static str; 1],
    available_include_in_summary: bool,
    api_key: String,
    name: String,
    auto_balance_method: Option<String>,
    auto_balance_error: Option<String>,
    customer_id: Option<String>,
    subaccount_name: Option<String>,
    lock_reason: Option<&'static str>,
    pretty_display_type: &'static str,
    exchange_name: &'static str,
    market_code: &'static str,
    api_keys_state: &'static str,
    #[serde(flatten)]
    abilities: Abilities,
    #[serde(flatten)]
    gains: Gains,
}

/// Capabilities of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasAbilities)]
struct Abilities {
    hedge_mode_available: bool,
    hedge_mode_enabled: bool,
    smart_trading_supported: bool,
    stats_supported: bool,
    trading_supported: bool,
    market_buy_supported: bool,
    market_sell_supported: bool,
    conditional_buy_supported: bool,
    bots_allowed: bool,
    bots_ttp_allowed: bool,
    bots_tsl_allowed: bool,
    gordon_bots_available: bool,
    multi_bots_allowed: bool,
    fast_convert_available: bool,
    grid_bots_allowed: bool,
    deposit_enabled: bool,
}

impl Abilities {
    /// Manual trading is possible for futures accounts only (1115), in hedge mode if they are `hedged`; bots require AUTOMATED
    /// keys, which these are not.
    const fn of(trades: bool, hedged: bool) -> Self {
        Self {
            hedge_mode_available: trades,
            hedge_mode_enabled: hedged,
            smart_trading_supported: trades,
            stats_supported: true,
            trading_supported: trades,
            market_buy_supported: trades,
            market_sell_supported: trades,
            conditional_buy_supported: trades,
            bots_allowed: false,
            bots_ttp_allowed: false,
            bots_tsl_allowed: false,
            gordon_bots_available: false,
            multi_bots_allowed: false,
            fast_convert_available: false,
            grid_bots_allowed: false,
            deposit_enabled: false,
        }
    }
}

/// Value and profit of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasGains)]
struct Gains {
    primary_display_currency_profit_percentage: Shown,
    primary_display_currency_profit: Shown,
    day_profit_primary_display_currency_percentage: Shown,
    day_profit_primary_display_currency: Shown,
    primary_display_currency_amount: Shown,
    total_primary_display_currency_profit: Total,
    btc_amount: Text,
    usd_amount: Text,
    day_profit_btc: Text,
    day_profit_usd: Text,
    day_profit_btc_percentage: Text,
    day_profit_usd_percentage: Text,
    btc_profit: Text,
    usd_profit: Text,
    usd_profit_percentage: Text,
    btc_profit_percentage: Text,
    total_btc_profit: Text,
    total_usd_profit: Text,
}

impl Gains {
    const fn of(worth: &Worth) -> Self {
        Self {
            primary_display_currency_profit_percentage: usd(worth.month.usd_percent),
            primary_display_currency_profit: usd(worth.month.usd),
            day_profit_primary_display_currency_percentage: usd(worth.day.usd_percent),
            day_profit_primary_display_currency: usd(worth.day.usd),
            primary_display_currency_amount: usd(worth.usd),
            total_primary_display_currency_profit: Total { currency: "USD", amount: Num(worth.total.usd) },
            btc_amount: Text(worth.btc),
            usd_amount: Text(worth.usd),
            day_profit_btc: Text(worth.day.btc),
            day_profit_usd: Text(worth.day.usd),
            day_profit_btc_percentage: Text(worth.day.btc_percent),
            day_profit_usd_percentage: Text(worth.day.usd_percent),
            btc_profit: Text(worth.month.btc),
            usd_profit: Text(worth.month.usd),
            usd_profit_percentage: Text(worth.month.usd_percent),
            btc_profit_percentage: Text(worth.month.btc_percent),
            total_btc_profit: Text(worth.total.btc),
            total_usd_profit: Text(worth.total.usd),
        }
    }
}

impl ThreeCommasAccount {
    pub(super) fn new(account: exchange_account::ExchangeAccount, public_url: &str) -> Self {
        let exchange_account::ExchangeAccount { number, key, worth } = account;
        let kind = market::of(key.trade_type);
        let trades = key.trade_type == TradeType::Futures;
        let locked = !key.active;
        Self {
            id: number,
            abilities: Abilities::of(trades, key.account_mode == AccountMode::Hedge),
            gains: Gains::of(&worth),
            auto_balance_period: 12,
            auto_balance_portfolio_id: None,
            auto_balance_currency_change_limit: None,
            autobalance_enabled: false,
            is_locked: locked,
            created_at: Iso(key.created_at),
            updated_at: Iso(key.updated_at),
            last_auto_balance: None,
            api_key_invalid: key.status == ApiKeyStatus::Unauthorized,
            market_icon: market::icon(public_url),
            include_in_summary: true,
            supported_market_types: [if trades { "futures" } else { "spot" }],
            available_include_in_summary: true,
            api_key: key.api_key,
            name: key.name,
            auto_balance_method: None,
            auto_balance_error: None,
            customer_id: None,
            subaccount_name: None,
            lock_reason: locked.then_some("The API key is switched off"),
            pretty_display_type: kind.pretty,
            exchange_name: kind.name,
            market_code: kind.code,
            api_keys_state: match key.status {
                ApiKeyStatus::Authorized => "ok",
                ApiKeyStatus::Unauthorized => "invalid",
                ApiKeyStatus::Failed => "unknown",
            },
        }
    }
}

/// An asset in the pie chart.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasSlice)]
pub(super) struct Slice {
    code: String,
    name: String,
    amount: Text,
    btc_value: Text,
    usd_value: Text,
    /// Share of the account's value, in percent.
    percentage: Text,
}

/// An asset in the account table.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasLine)]
pub(super) struct ThreeCommasLine {
    account_id: i64,
    currency_code: String,
    currency_name: String,
    percentage: Text,
    position: Text,
    on_orders: Text,
    equity: Text,
    current_price_usd: Text,
    btc_value: Text,
    usd_value: Text,
}

fn share(of: &Asset, all: &[Asset]) -> Decimal {
    let total: Decimal = all.iter().map(|asset| asset.usd).sum();
    let share = of.usd.checked_div(total).unwrap_or_default();
    money::round_to(share * Decimal::ONE_HUNDRED, dec!(0.01))
}

pub(super) fn pie(assets: &[Asset]) -> Vec<Slice> {
    let slice = |asset: &Asset| Slice {
        code: asset.code.clone(),
        name: asset.code.clone(),
        amount: Text(asset.free + asset.used),
        btc_value: Text(asset.btc.unwrap_or_default()),
        usd_value: Text(asset.usd),
        percentage: Text(share(asset, assets)),
    };
    assets.iter().map(slice).collect()
}

pub(super) fn table(number: i64, assets: &[Asset]) -> Vec<ThreeCommasLine> {
    let line = |asset: &Asset| ThreeCommasLine {
        account_id: number,
        currency_code: asset.code.clone(),
        currency_name: asset.code.clone(),
        percentage: Text(share(asset, assets)),
        position: Text(asset.free),
        on_orders: Text(asset.used),
        equity: Text(asset.free + asset.used),
        current_price_usd: Text(asset.price_usd),
        btc_value: Text(asset.btc.unwrap_or_default()),
        usd_value: Text(asset.usd),
    };
    assets.iter().map(line).collect()
}
