//! Previews a manual signal: how many accounts it reaches, and about how much it would trade.

use super::{SignalRequest, admin::must_not_be_private, row};
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::{Following, signal},
    trading::market,
};
use domain::{
    Decimal, Role, StrategyId, TradeType,
    copy::{self, Terms},
    money::Arithmetic as _,
    signal::{Action, Source},
    validation::Problem,
};
use std::collections::HashSet;

/// The accounts that a signal would reach if it was sent now, and their trades, by the stored balances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignalReach {
    /// Number of accounts that would trade.
    pub accounts: usize,
    /// Number of accounts that would be skipped because their balance is too small for the signal.
    pub too_small: usize,
    /// Number of accounts whose balance is not known yet.
    pub unknown: usize,
    /// The value of all positions in the quote asset; `None` if the price is not available.
    pub value: Option<Decimal>,
    /// The quote asset.
    pub quote: String,
}

/// Previews a manual signal, which is checked as if it was sent.
///
/// # Errors
/// As [`super::send`], except for [`Error::StepUp`].
pub async fn preview_signal(
    desk: &Following,
    actor: &Actor,
    id: StrategyId,
    request: &SignalRequest,
) -> Result<SignalReach> {
    actor.must(Role::Admin)?;
    let strategy = row(desk, id).await?;
    must_not_be_private(desk, id).await?;
    signal::rehearse(desk, &request.clone().of(id, Source::Hand)).await?;
    let price = market::last_price(desk, TradeType::Futures, &strategy.symbol).await;
    let quote = strategy.symbol.quote().to_owned();
    match request.action {
        // A position is closed whether or not its price is known.
        Action::Exit => Ok(SignalReach { quote, ..of_exit(desk, id, price.ok()).await? }),
        Action::Enter => {
            let market = market::find_market(desk, TradeType::Futures, &strategy.symbol).await?;
            let reach = of_entry(desk, id, request, request.price.map_or(price, Ok)?, &market).await?;
            Ok(SignalReach { quote, ..reach })
        }
    }
}

async fn of_exit(desk: &Following, id: StrategyId, price: Option<Decimal>) -> Result<SignalReach> {
    let open = store::copy::open_of_strategy(&desk.db, id).await?;
    let accounts: HashSet<_> = open.iter().map(|position| position.exchange_key_id).collect();
    let amount: Decimal = open.iter().filter_map(|position| position.amount).map(|amount| amount.0).sum();
    Ok(SignalReach {
        accounts: accounts.len(),
        value: price.and_then(|price| price.times(amount)),
        ..SignalReach::default()
    })
}

async fn of_entry(
    desk: &Following,
    id: StrategyId,
    request: &SignalRequest,
    price: Decimal,
    market: &domain::Market,
) -> Result<SignalReach> {
    let required = |field| Error::field(field, Problem::Required);
    let side = request.side.ok_or_else(|| required("side"))?;
    let stop = request.stop.ok_or_else(|| required("stop"))?;
    let (mut reach, mut value) = (SignalReach::default(), Decimal::ZERO);
    for follow in store::follow::reached_by_entry(&desk.db, id).await? {
        if !follow.active {
            continue;
        }
        let Some(point) = store::equity::latest_by_key(&desk.db, follow.exchange_key_id).await? else {
            reach.unknown += 1;
            continue;
        };
        let terms = Terms {
            equity: point.total_usd,
            available: point.total_usd,
            risk_percent: follow.percentage.0,
            max_leverage: None,
            side,
            price,
            stop,
            targets: &[],
        };
        match copy::size(&terms, market) {
            Ok(sized) => {
                reach.accounts += 1;
                value += sized.amount * price;
            }
            Err(_) => reach.too_small += 1,
        }
    }
    Ok(SignalReach { value: Some(value), ..reach })
}
