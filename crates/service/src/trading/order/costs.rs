//! Fees in the quote currency, and funding: the costs that every profit counts.

use super::account::Access;
use crate::{
    error::Result,
    trading::{Trading, equity},
};
use domain::{Decimal, Micros, Symbol, Trade, TradeType};
use exchange::Funding;
use std::collections::{HashMap, HashSet};

/// Funding payments per request: of eleven months at three a day, of 41 days at one an hour.
const PAYMENTS: u16 = 1_000;
/// Maximum requests for one position.
const PAGES: usize = 20;

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
    let (mut start, mut sum) = (since, FundingSum::default());
    for _ in 0..PAGES {
        let answer = desk.exchange.funding_from(&access.who, symbol, start, PAYMENTS).await;
        match sum.add(access.take(desk, answer).await?, start) {
            Some(next) => start = next,
            None => break,
        }
    }
    Ok(sum.paid)
}

/// The sum of the funding payments on several pages.
#[derive(Default)]
struct FundingSum {
    seen: HashSet<String>,
    paid: Decimal,
}

impl FundingSum {
    /// Adds the page that begins at `start`; returns where the next one begins. A page repeats the last payments of the
    /// previous page.
    fn add(&mut self, page: Vec<Funding>, start: Micros) -> Option<Micros> {
        let full = page.len() >= usize::from(PAYMENTS);
        let last = page.last().map(|payment| payment.at);
        for payment in page {
            if self.seen.insert(payment.id) {
                self.paid += payment.paid;
            }
        }
        last.filter(|last| full && *last > start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_funding_payment_counts_once_however_many_there_are() {
        let all: Vec<Funding> = (0..2_500)
            .map(|hour| Funding { id: hour.to_string(), at: Micros(hour * 3_600), paid: Decimal::ONE })
            .collect();
        let page = |start: Micros| -> Vec<Funding> {
            all.iter().filter(|paid| paid.at >= start).take(PAYMENTS.into()).cloned().collect()
        };
        let (mut sum, mut next, mut pages) = (FundingSum::default(), Some(Micros(0)), 0);
        while let Some(start) = next {
            next = sum.add(page(start), start);
            pages += 1;
        }
        assert_eq!((sum.paid, pages), (Decimal::from(2_500), 3));
        assert_eq!(FundingSum::default().add(Vec::new(), Micros(0)), None);
    }
}
