//! Fees in the quote currency, and funding: the costs that every profit counts.

use super::{account::Access, intent::Intent};
use crate::{
    error::{Error, Result},
    trading::{Trading, equity},
};
use domain::{Decimal, Micros, Symbol, Trade, TradeType};
use exchange::Funding;
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// Funding payments per request: of eleven months at three a day, of 41 days at one an hour.
const PAYMENTS: u16 = 1_000;
/// Maximum requests for one position.
const PAGES: usize = 20;
/// How often a cost of a position that has ended is read before it counts as unknown, and the pause in between.
const TRIES: u8 = 3;
const PAUSE: Duration = Duration::from_millis(250);

/// Returns the fills with their fees in the quote currency; `None` if a price cannot be fetched, also when tried again.
pub(super) async fn known_fees(desk: &Trading, trades: &[Trade], quote: &str) -> Option<Vec<Trade>> {
    for tried in 1..=TRIES {
        match fees_in_quote(desk, trades.to_vec(), quote).await {
            Ok(trades) => return Some(trades),
            Err(error) => after_failure(desk, tried, &error).await,
        }
    }
    None
}

/// Returns the funding that was paid for the position of `intent` between two times; `None` if it cannot be read, also
/// when tried again. `share` is the share of the position that is counted at a time.
pub(super) async fn known_funding(
    desk: &Trading,
    access: &Access,
    intent: &Intent,
    span: (Micros, Micros),
    share: &(dyn Fn(Micros) -> Decimal + Sync),
) -> Option<Decimal> {
    for tried in 1..=TRIES {
        match funding_between(desk, access, (intent.trade_type, &intent.symbol), span, share).await {
            Ok(paid) => return Some(paid),
            Err(error) => after_failure(desk, tried, &error).await,
        }
    }
    None
}

/// Pauses before the next try, if there is one.
async fn after_failure(desk: &Trading, tried: u8, error: &Error) {
    if tried < TRIES {
        desk.clock.sleep(PAUSE).await;
    } else {
        tracing::warn!(%error, "could not read a cost of a position; its profit is unknown");
    }
}

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

/// Returns the funding that an account paid on a market between two times; negative if it received more than it paid. Of
/// each payment only a share counts.
///
/// # Errors
/// If the exchange does not answer.
async fn funding_between(
    desk: &Trading,
    access: &Access,
    (kind, symbol): (TradeType, &Symbol),
    (since, until): (Micros, Micros),
    share: &(dyn Fn(Micros) -> Decimal + Sync),
) -> Result<Decimal> {
    if kind != TradeType::Futures {
        return Ok(Decimal::ZERO);
    }
    let (mut start, mut sum) = (since, FundingSum::default());
    for _ in 0..PAGES {
        let answer = desk.exchange.funding_from(&access.who, symbol, start, PAYMENTS).await;
        let mut page = paid_until(access.take(desk, answer).await?, until);
        page.iter_mut().for_each(|payment| payment.paid *= share(payment.at));
        match sum.add(page, start) {
            Some(next) => start = next,
            None => break,
        }
    }
    Ok(sum.paid)
}

/// Returns the payments of a page up to a time. A page that goes beyond it is the last one.
fn paid_until(mut page: Vec<Funding>, until: Micros) -> Vec<Funding> {
    page.retain(|payment| payment.at <= until);
    page
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
        let mut part = FundingSum::default();
        assert_eq!(part.add(paid_until(page(Micros(0)), Micros(9 * 3_600)), Micros(0)), None);
        assert_eq!(part.paid, Decimal::TEN, "nothing that was paid after the position was flat");
    }
}
