//! Forms that adopt a position that was opened elsewhere, and that close all positions of an account.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    form::{failure, form},
    trade::{at_desk, desk_page, fresh_key, market_of, once, side_of_position},
    trade_change::{stop_change, target_shares},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::{PageNotice, RequestError},
    visit::{self, Visit},
    words::{home::home, problems},
};
use domain::{ExchangeKeyId, Refusal, Symbol, trade::TradeChange, validation::Problem};
use leptos::prelude::*;
use service::{
    Actor, Error,
    trading::order::{self, ClosedPosition},
};

/// Makes a trade of a position that was opened elsewhere, with a stop or the confirmation that it has none.
#[allow(clippy::too_many_arguments)] // the form's fields
#[server(endpoint = "position-adopt")]
pub async fn adopt_position(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)]
    #[server(rename = "stopTriggerPrice")]
    stop: String,
    #[server(default)]
    #[server(rename = "stopTriggerType")]
    stop_kind: String,
    #[server(default)]
    #[server(rename = "stopPrice")]
    stop_price: String,
    #[server(default)]
    #[server(rename = "confirmNoStop")]
    confirm: String,
    #[server(default)]
    #[server(rename = "takeProfitPrices")]
    prices: Vec<String>,
    #[server(default)]
    #[server(rename = "takeProfitShares")]
    shares: Vec<String>,
    #[server(default)]
    #[server(rename = "positionSide")]
    side: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = at_desk("position-adopt", &key, &symbol)
        .keep("stopTriggerPrice", &stop)
        .keep("stopTriggerType", &stop_kind)
        .keep("stopPrice", &stop_price)
        .keep("confirmNoStop", &confirm);
    let form = prices.iter().fold(form, |form, price| form.keep("takeProfitPrices", price));
    let form = shares.iter().fold(form, |form, share| form.keep("takeProfitShares", share));
    let (all_prices, all_shares) = (prices.join(","), shares.join(","));
    let body = [&key, &symbol, &stop, &stop_kind, &stop_price, &confirm, &all_prices, &all_shares, &side];
    let idempotency = once("position-adopt", &body, idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        let stop = stop_change(&stop, &stop_kind, &stop_price, confirm == "yes")?;
        let targets = target_shares(&prices, &shares)?;
        let side = side_of_position(&side)?;
        let wish = TradeChange { stop: Some(stop), targets: Some(targets), ..TradeChange::default() };
        Ok((id, (pair, side), wish))
    };
    let adopted = match parse() {
        Ok((id, (pair, side), wish)) => {
            let adopted = order::adopt_position(&visit.desk, &actor, id, (&pair, side), wish, idempotency);
            let adopted = adopted.await;
            adopted.map_err(closed_meanwhile)
        }
        Err(error) => Err(error),
    };
    let done = adopted.map(|_| Done::at(desk_page(&key, &symbol)).with_notice(PageNotice::PositionAdopted));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// The form is on a page of an existing key: what was not found is the position.
fn closed_meanwhile(error: Error) -> Error {
    match error {
        Error::NotFound => Error::field("symbol", Problem::NoPosition),
        other => other,
    }
}

/// Closes every position of a key at the market price, or that of one market, and returns to the dashboard.
#[server(endpoint = "positions-close")]
pub async fn close_positions(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let done = close(&visit, &actor, &key, &symbol).await.map(|closed| {
        let notice = if closed.iter().all(|one| one.outcome.is_ok()) {
            PageNotice::PositionsClosed
        } else {
            PageNotice::PositionsLeft
        };
        Done::at("/dashboard").with_notice(notice).with_details(closed.into_iter().map(detail).collect())
    });
    form("positions-close", "/dashboard").answer(&visit, done).await
}

async fn close(visit: &Visit, actor: &Actor, key: &str, symbol: &str) -> Result<Vec<ClosedPosition>, Error> {
    let id: ExchangeKeyId = key.parse().map_err(|_| Error::NotFound)?;
    let market: Option<Symbol> = match symbol.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::Refused(Refusal::SymbolInvalid))?),
    };
    order::close_positions(&visit.desk, actor, id, market.as_ref(), None).await
}

/// The market of a position, and the result there.
fn detail(closed: ClosedPosition) -> (String, String) {
    let (lang, symbol) = (visit::lang(), closed.symbol.to_string());
    let text = match closed.outcome {
        Ok(()) => home(lang).closed_market(&symbol),
        Err(error) => {
            let why = failure(error).1.refusal.unwrap_or(RequestError::Fault.into());
            home(lang).left_market(&symbol, problems::rejection(lang, why))
        }
    };
    (symbol, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_position_is_named() {
        let Error::Fields(all) = closed_meanwhile(Error::NotFound) else { panic!("not a field") };
        assert_eq!((all[0].field.as_str(), all[0].problem), ("symbol", Problem::NoPosition));
        assert!(matches!(closed_meanwhile(Error::Forbidden), Error::Forbidden));
    }
}
