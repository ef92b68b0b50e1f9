//! Fees in the quote currency, and funding: the costs that every profit counts.

use super::account::Access;
use crate::{
    error::Result,
    trading::{Trading, equity},
};
use domain::{Decimal, Micros, Symbol, Trade, TradeType};
use std::collections::HashMap;

/// Maximum funding payments of one position: of eleven months, at three a day.
const PAYMENTS: u16 = 1_000;

/// Converts the fees of fills to the quote currency at present prices: Binance takes fees in BNB where an account is set
/// up so.
///
/// # Errors
/// If a price cannot be fetched.
pub(super) async fn fees_in_quote(desk: &Trading, mut trades: Vec<Trade>, quote: &str) -> Result<Vec<Trade>> {
    let mut rates: HashMap<String, Decimal> = HashMap::new();
    for trade in trades.iter_mut().filter(|t| t.fee.currency != quote && !t.fee.cost.is_zero()) {
        let currency = std::mem::replace(&mut trade.fee.currency, quote.to_owned());
        let rate = match rates.get(&currency) {
            Some(rate) => *rate,
            None => {
                let usd = equity::price_usd(desk, &currency).await?;
                let rate = usd.checked_div(equity::price_usd(desk, quote).await?).unwrap_or_default();
                rates.insert(currency, rate);
                rate
            }
        };
        trade.fee.cost *= rate;
    }
    Ok(trades)
}

/// Returns the funding that an account paid on a market since `since`; negative if it received more than it paid.
///
/// # Errors
/// If the exchange does not answer.
pub(super) async fn funding_since(
    desk: &Trading,
    access: &Access,
    kind: TradeType,
    symbol: &Symbol,
    since: Micros,
) -> Result<Decimal> {
    if kind != TradeType::Futures {
        return Ok(Decimal::ZERO);
    }
    let answer = desk.exchange.funding_from(&access.who, symbol, since, PAYMENTS).await;
    Ok(access.take(desk, answer).await?.into_iter().map(|payment| payment.paid).sum())
}
