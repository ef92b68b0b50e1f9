//! Key permissions, balances and fills.

use super::{
    Binance,
    call::Call,
    markets::Markets,
    num::{self, Id, Num, plain},
    orders::words::slot,
    prices::pair,
};
use crate::{
    AccountData, Credentials, ExchangeFailure, ExchangeResult, Funding, HeldPosition, Holdings, KeyRights,
    TradesFrom,
};
use async_trait::async_trait;
use domain::{AccountMode, Balance, Decimal, Funds, Micros, Symbol, Trade, TradeType};
use serde::Deserialize;

/// Maximum number of fills or orders that one call returns.
pub(super) const PAGE: u16 = 1_000;

#[async_trait]
impl AccountData for Binance {
    async fn key_rights(&self, who: &Credentials) -> ExchangeResult<KeyRights> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Rights {
            #[serde(deserialize_with = "num::certain")]
            ip_restrict: bool,
            #[serde(deserialize_with = "num::certain")]
            enable_withdrawals: bool,
            #[serde(default, deserialize_with = "num::flag")]
            enable_futures: bool,
            #[serde(default, deserialize_with = "num::flag")]
            enable_spot_and_margin_trading: bool,
            #[serde(default, deserialize_with = "num::flag")]
            enable_portfolio_margin_trading: bool,
            /// Milliseconds since the Unix epoch; only present for keys whose trading permission ends.
            #[serde(default, deserialize_with = "num::whole")]
            trading_authority_expiration_time: Option<i64>,
        }
        let rights: Rights =
            self.shared.spot.ask(Call::get("/sapi/v1/account/apiRestrictions", 1).signed(who)).await?;
        Ok(KeyRights {
            withdraw: rights.enable_withdrawals,
            futures: rights.enable_futures,
            spot: rights.enable_spot_and_margin_trading,
            ip_restricted: rights.ip_restrict,
            // Binance revokes the futures permission of all keys when an account switches to portfolio
            // margin.
            portfolio_margin: rights.enable_portfolio_margin_trading && !rights.enable_futures,
            expires_at: rights
                .trading_authority_expiration_time
                .filter(|millis| *millis > 0)
                .map(Micros::from_millis),
        })
    }

    /// Position mode and multi-assets mode, from one response.
    async fn account_mode(&self, who: &Credentials) -> ExchangeResult<AccountMode> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Config {
            #[serde(deserialize_with = "num::certain")]
            dual_side_position: bool,
            #[serde(deserialize_with = "num::certain")]
            multi_assets_margin: bool,
        }
        let config: Config =
            self.shared.futures.ask(Call::get("/fapi/v1/accountConfig", 5).signed(who)).await?;
        Ok(match config {
            // First, because an account in both modes cannot be traded.
            Config { multi_assets_margin: true, .. } => AccountMode::MultiAssets,
            Config { dual_side_position: true, .. } => AccountMode::Hedge,
            Config { .. } => AccountMode::OneWay,
        })
    }

    async fn balance(&self, who: &Credentials, kind: TradeType) -> ExchangeResult<Balance> {
        match kind {
            TradeType::Spot => {
                let account: SpotAccount =
                    self.shared.spot.ask(Call::get("/api/v3/account", 20).signed(who)).await?;
                Ok(account.into_balance())
            }
            TradeType::Futures => {
                let call = Call::get("/fapi/v3/account", 5).signed(who);
                Ok(self.shared.futures.ask::<FuturesAccount>(call).await?.into_balance())
            }
        }
    }

    /// Balance and positions from one response, which includes the open positions.
    async fn holdings(&self, who: &Credentials) -> ExchangeResult<Holdings> {
        let call = Call::get("/fapi/v3/account", 5).signed(who);
        let account: FuturesAccount = self.shared.futures.ask(call).await?;
        let markets = self.shared.markets(TradeType::Futures).await?;
        // An unreported amount must not count as no position.
        let rows = account.positions.as_deref().filter(|rows| rows.iter().all(HeldRow::has_amount));
        let rows = rows.ok_or_else(|| ExchangeFailure::Unknown("positions without amounts".into()))?;
        let held = rows.iter().filter_map(|row| row.held(&markets));
        let held = held.filter(|held| !held.amount.is_zero()).collect();
        Ok(Holdings { balance: account.into_balance(), held })
    }

    /// Futures responses cover the last seven days, which is what Binance returns without a start time (as in
    /// ccxt).
    async fn trades(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        limit: u16,
    ) -> ExchangeResult<Vec<Trade>> {
        let params = pair(symbol).with("limit", limit.clamp(1, PAGE));
        let mut trades = self.shared.fills(who, kind, symbol, params).await?;
        // Binance returns the oldest first; fills of the same time keep their order.
        trades.reverse();
        trades.sort_by_key(|trade| std::cmp::Reverse(trade.at));
        Ok(trades)
    }

    /// A page of fills from an id or a time on, oldest first. Binance takes one of the two.
    async fn trades_from(
        &self,
        who: &Credentials,
        kind: TradeType,
        symbol: &Symbol,
        start: &TradesFrom,
        limit: u16,
    ) -> ExchangeResult<Vec<Trade>> {
        let params = pair(symbol).with("limit", limit.clamp(1, PAGE));
        let params = match start {
            TradesFrom::Id(id) => params.with("fromId", id),
            TradesFrom::Time(at) => params.with("startTime", at.millis()),
        };
        self.shared.fills(who, kind, symbol, params).await
    }

    /// Binance counts what the account received; a negative income was paid.
    async fn funding_from(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        start: Micros,
        limit: u16,
    ) -> ExchangeResult<Vec<Funding>> {
        let params = pair(symbol)
            .with("incomeType", "FUNDING_FEE")
            .with("startTime", start.millis())
            .with("limit", limit.clamp(1, PAGE));
        let call = Call::get("/fapi/v1/income", 30).params(params).signed(who);
        let raw: Vec<RawIncome> = self.shared.futures.ask(call).await?;
        if raw.iter().any(|row| row.tran_id.0.is_empty()) {
            return Err(ExchangeFailure::Unknown("a funding payment without its id".into()));
        }
        let mut all: Vec<Funding> = raw.into_iter().map(RawIncome::into_funding).collect();
        all.sort_by_key(|payment| payment.at);
        Ok(all)
    }
}

#[derive(Deserialize)]
struct SpotAccount {
    balances: Vec<SpotAsset>,
}

/// One asset of a spot account. The user-data stream has the same fields under one-letter names.
#[derive(Deserialize)]
pub(super) struct SpotAsset {
    #[serde(alias = "a")]
    asset: String,
    #[serde(alias = "f")]
    free: Num,
    #[serde(alias = "l")]
    locked: Num,
}

impl SpotAccount {
    fn into_balance(self) -> Balance {
        spot_balance(self.balances)
    }
}

/// Builds a balance from these assets.
pub(super) fn spot_balance(assets: Vec<SpotAsset>) -> Balance {
    let funds = |asset: &SpotAsset| {
        let (free, used) = (plain(asset.free), plain(asset.locked));
        Funds { free, used, total: (free + used).normalize() }
    };
    Balance {
        assets: assets.iter().map(|asset| (asset.asset.clone(), funds(asset))).collect(),
        unrealized_pnl: Decimal::ZERO,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FuturesAccount {
    total_unrealized_profit: Num,
    assets: Vec<FuturesAsset>,
    positions: Option<Vec<HeldRow>>,
}

/// A position of `/fapi/v3/account`. The user-data stream has the same fields under short names.
#[derive(Debug, Deserialize)]
pub(super) struct HeldRow {
    #[serde(alias = "s")]
    pub(super) symbol: String,
    #[serde(rename = "positionSide", alias = "ps", default, deserialize_with = "num::text")]
    side: String,
    #[serde(rename = "positionAmt", alias = "pa", default, deserialize_with = "num::maybe")]
    amount: Option<Num>,
    #[serde(rename = "unrealizedProfit", alias = "up", default, deserialize_with = "num::maybe")]
    unrealized: Option<Num>,
    /// Only in the account: the amount at the mark price.
    #[serde(default, deserialize_with = "num::maybe")]
    notional: Option<Num>,
    /// Only in the stream: the average entry price.
    #[serde(rename = "ep", default, deserialize_with = "num::maybe")]
    entry: Option<Num>,
}

impl HeldRow {
    /// Whether its amount was reported.
    pub(super) const fn has_amount(&self) -> bool {
        self.amount.is_some()
    }

    /// The position, if its amount was reported.
    pub(super) fn held(&self, markets: &Markets) -> Option<HeldPosition> {
        let symbol = markets.named(&self.symbol)?.clone();
        let (amount, unrealized) = (plain(self.amount?), self.unrealized.map(plain));
        let entry_price = self.entry.map(plain).or_else(|| {
            // The profit is the amount at the mark price less the amount at the entry price; both have the position's sign.
            let mut value = plain(self.notional?).abs();
            value.set_sign_negative(amount.is_sign_negative());
            value.checked_sub(unrealized?)?.checked_div(amount)
        });
        let unrealized_pnl = unrealized.unwrap_or_default();
        Some(HeldPosition { symbol, position_side: slot(&self.side), amount, unrealized_pnl, entry_price })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FuturesAsset {
    asset: String,
    available_balance: Num,
    initial_margin: Num,
    margin_balance: Num,
    #[serde(default, deserialize_with = "num::whole")]
    update_time: Option<i64>,
}

impl FuturesAccount {
    fn into_balance(self) -> Balance {
        // An asset that was never used is left out, as in ccxt.
        let touched = self.assets.into_iter().filter(|asset| asset.update_time != Some(0));
        Balance {
            assets: touched
                .map(|asset| {
                    let funds = Funds {
                        free: plain(asset.available_balance),
                        used: plain(asset.initial_margin),
                        total: plain(asset.margin_balance),
                    };
                    (asset.asset, funds)
                })
                .collect(),
            unrealized_pnl: plain(self.total_unrealized_profit),
        }
    }
}

/// A row of an account's income.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawIncome {
    income: Num,
    time: i64,
    #[serde(default)]
    tran_id: Id,
}

impl RawIncome {
    fn into_funding(self) -> Funding {
        Funding { id: self.tran_id.0, at: Micros::from_millis(self.time), paid: -plain(self.income) }
    }
}
