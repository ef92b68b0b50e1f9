//! Storing fills and funding: exchanges return those of a few days only, but a monthly report and the list of closed
//! trades need all.

use crate::{
    error::Result,
    following::Following,
    platform::recent::Recent,
    trading::{equity, key},
};
use domain::{
    Decimal, ExchangeKeyId, Micros, Symbol, Trade, TradeType, UserId,
    time::{DAY, MINUTE},
};
use exchange::{Credentials, TradesFrom};
use std::collections::HashMap;
use store::{
    fill::{Fill, FillDetail},
    funding::Payment,
    report::Traded,
};

/// Fills of positions entered longer ago than this are no longer collected.
pub(in crate::following) const COLLECT_BACK: i64 = 31 * DAY;
/// Maximum fills that exchanges return per request.
const PAGE: u16 = 1_000;
/// Maximum requests per market and run. The next run continues where this one stopped.
const PAGES: usize = 10;
/// Maximum orders read to learn the client order ids of new fills.
const ORDERS: u16 = 500;
/// How far back the first collection of a market reads: what Binance returns of futures fills by time.
const FIRST: i64 = 7 * DAY;
/// How long funding that was read counts as current: it is paid every few hours, and reading it costs six times what
/// reading fills does.
const FUNDING_LIFETIME: i64 = MINUTE;

/// The markets whose funding was read lately.
pub(in crate::following) struct FundingReads(Recent<(ExchangeKeyId, Symbol), ()>);

impl Default for FundingReads {
    fn default() -> Self {
        Self(Recent::new(FUNDING_LIFETIME))
    }
}

/// Stores the user's new fills in the markets they entered since `since`; returns whether every exchange
/// answered, and all fills were read.
pub(in crate::following) async fn collect(desk: &Following, user: UserId, since: Micros) -> Result<bool> {
    let mut complete = true;
    // The end is exclusive; include the current time.
    let until = desk.clock.now().plus(1);
    for market in store::report::list_traded_markets(&desk.db, user, since, until).await? {
        match one(desk, &market).await {
            Ok(all) => complete &= all,
            Err(error) => {
                tracing::debug!(key = %market.exchange_key_id, %error, "could not read an account's fills");
                complete = false;
            }
        }
    }
    Ok(complete)
}

/// Stores a market's fills since the last stored one, page by page and oldest first: what an interrupted run
/// has stored has no gaps. Returns whether all were read.
async fn one(desk: &Following, market: &Traded) -> Result<bool> {
    // Skip keys that are disabled or deleted.
    let row = store::key::get_any(&desk.db, market.exchange_key_id).await?;
    let Some(row) = row.filter(|row| row.key.active) else { return Ok(true) };
    let who = key::credentials(desk, &row)?;
    let account = Account { desk, key: row.key.id, who, market };
    if market.trade_type == TradeType::Futures {
        let place = (row.key.id, market.symbol.clone());
        desk.funding_reads.0.get(place, &*desk.clock, account.funding()).await?;
    }
    account.fills().await
}

/// One market of one account whose fills are collected.
struct Account<'a> {
    desk: &'a Following,
    key: ExchangeKeyId,
    who: Credentials,
    market: &'a Traded,
}

impl Account<'_> {
    /// Stores the new fills; returns whether all were read.
    async fn fills(&self) -> Result<bool> {
        let (desk, Traded { trade_type, symbol, .. }) = (self.desk, self.market);
        let mut start = start(desk, self.key, symbol).await?;
        let mut client_ids: Option<HashMap<String, String>> = None;
        for _ in 0..PAGES {
            let answer = desk.exchange.trades_from(&self.who, *trade_type, symbol, &start, PAGE).await;
            let trades = key::disable_if_unauthorized(desk, self.key, &self.who, answer).await?;
            let full = trades.len() >= usize::from(PAGE);
            let next = trades.last().map(|trade| TradesFrom::Id(trade.id.clone()));
            // A page repeats the fill that it starts at.
            let is_new = trades.iter().any(|trade| start != TradesFrom::Id(trade.id.clone()));
            if is_new {
                let known = match client_ids.take() {
                    Some(known) => known,
                    None => self.client_ids().await?,
                };
                keep(desk, self.key, trades, &known).await?;
                client_ids = Some(known);
            }
            match next {
                Some(next) if full && next != start => start = next,
                _ => return Ok(!full),
            }
        }
        tracing::warn!(key = %self.key, %symbol, "an account has more new fills than one run reads");
        Ok(false)
    }

    /// The client order ids of the newest orders, by the exchange's order id.
    async fn client_ids(&self) -> Result<HashMap<String, String>> {
        let (desk, Traded { trade_type, symbol, .. }) = (self.desk, self.market);
        let answer = desk.exchange.orders(&self.who, *trade_type, symbol, ORDERS).await;
        let orders = key::disable_if_unauthorized(desk, self.key, &self.who, answer).await?;
        Ok(orders.into_iter().map(|order| (order.id, order.client_order_id)).collect())
    }

    /// Stores the new funding payments.
    async fn funding(&self) -> Result<()> {
        let (desk, symbol) = (self.desk, &self.market.symbol);
        let newest = store::funding::newest(&desk.db, self.key, symbol).await?;
        let mut start = newest.map_or(desk.clock.now().plus(-COLLECT_BACK), |newest| newest.at);
        for _ in 0..PAGES {
            let answer = desk.exchange.funding_from(&self.who, symbol, start, PAGE).await;
            let paid = key::disable_if_unauthorized(desk, self.key, &self.who, answer).await?;
            let last = paid.last().map(|payment| payment.at);
            let full = paid.len() >= usize::from(PAGE);
            if !paid.is_empty() {
                let mut tx = desk.db.begin().await?;
                for exchange::Funding { id, at, paid } in paid {
                    let payment = Payment { key: self.key, symbol: symbol.clone(), id, at, paid };
                    store::funding::insert(&mut tx, &payment).await?;
                }
                tx.commit().await?;
            }
            match last {
                Some(last) if full && last > start => start = last,
                _ => break,
            }
        }
        Ok(())
    }
}

/// Where to continue: at the newest stored fill, whose id has no limit in time.
async fn start(desk: &Following, key: ExchangeKeyId, symbol: &Symbol) -> Result<TradesFrom> {
    let now = desk.clock.now();
    let newest = store::fill::newest_fill(&desk.db, key, symbol).await?;
    let newest = newest.filter(|newest| newest.at >= now.plus(-COLLECT_BACK));
    Ok(newest.map_or(TradesFrom::Time(now.plus(-FIRST)), |newest| TradesFrom::Id(newest.trade_id)))
}

/// Stores a page of fills; those that are known already stay as they are.
async fn keep(
    desk: &Following,
    key: ExchangeKeyId,
    trades: Vec<Trade>,
    client_ids: &HashMap<String, String>,
) -> Result<()> {
    let mut prices: HashMap<String, Decimal> = HashMap::new();
    let mut fills = Vec::with_capacity(trades.len());
    for Trade {
        id, order, symbol, at, side, position_side, price: filled_at, amount, fee, realized, ..
    } in trades
    {
        let price = match prices.get(&fee.currency) {
            Some(price) => *price,
            None if fee.cost.is_zero() => Decimal::ZERO,
            None => {
                let price = equity::price_usd(desk, &fee.currency).await?;
                prices.insert(fee.currency, price);
                price
            }
        };
        let client_order_id = client_ids.get(&order).cloned();
        let detail = FillDetail { client_order_id, side, position_side, price: filled_at, amount, realized };
        fills.push(Fill { key, symbol, trade: id, at, fee_usd: fee.cost * price, detail: Some(detail) });
    }
    if fills.is_empty() {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    for fill in &fills {
        store::fill::insert(&mut tx, fill).await?;
    }
    Ok(tx.commit().await?)
}
