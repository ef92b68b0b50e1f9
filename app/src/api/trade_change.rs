//! Forms that change an open trade: its stop, its take-profits, a part of its position, and its resting entries.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    trade::{at_desk, back_to_desk, fresh_key, market_of, once, positive, side_of_position},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::DeskNotice,
};
use domain::{
    Decimal,
    ticket::{Stop, StopType},
    trade::{StopChange, TargetShare, TradeChange},
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Error,
    trading::order::{self, IdempotencyKey, Part, TradeTarget},
};

/// Moves the stop of a trade. Without a price, and confirmed, removes it.
#[allow(clippy::too_many_arguments)] // the form's fields
#[server(endpoint = "trade-stop")]
pub async fn change_stop(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)] version: String,
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
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = at_desk("trade-stop", &key, &symbol)
        .keep("id", &trade)
        .keep("stopTriggerPrice", &stop)
        .keep("stopTriggerType", &stop_kind)
        .keep("stopPrice", &stop_price);
    let body = [&key, &symbol, &trade, &stop, &stop_kind, &stop_price, &confirm];
    let idempotency = once("trade-stop", &body, idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        let change = stop_change(&stop, &stop_kind, &stop_price, confirm == "yes")?;
        Ok((id, pair, target(&trade, &version, idempotency)?, change))
    };
    let removes = stop.trim().is_empty();
    // The question that removes the stop has no field.
    let field = if removes { "version" } else { "stopTriggerPrice" };
    let changed = match parse() {
        Ok((id, pair, target, stop)) => {
            let change = TradeChange { stop: Some(stop), ..TradeChange::default() };
            let changed = order::change_trade(&visit.desk, &actor, id, &pair, target, change).await;
            changed.map_err(|error| beside(field, error))
        }
        Err(error) => Err(error),
    };
    let notice = if removes { DeskNotice::StopRemoved } else { DeskNotice::StopMoved };
    let done = changed.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(notice));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// Replaces the take-profits of a trade. Rows without a price and a share are skipped.
#[allow(clippy::too_many_arguments)] // the form's fields
#[server(endpoint = "trade-targets")]
pub async fn set_targets(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)] version: String,
    #[server(default)]
    #[server(rename = "takeProfitPrices")]
    prices: Vec<String>,
    #[server(default)]
    #[server(rename = "takeProfitShares")]
    shares: Vec<String>,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = at_desk("trade-targets", &key, &symbol).keep("id", &trade);
    let form = prices.iter().fold(form, |form, price| form.keep("takeProfitPrices", price));
    let form = shares.iter().fold(form, |form, share| form.keep("takeProfitShares", share));
    let body = [&key, &symbol, &trade, &prices.join(","), &shares.join(",")];
    let idempotency = once("trade-targets", &body, idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        Ok((id, pair, target(&trade, &version, idempotency)?, target_shares(&prices, &shares)?))
    };
    let changed = match parse() {
        Ok((id, pair, target, targets)) => {
            let change = TradeChange { targets: Some(targets), ..TradeChange::default() };
            let changed = order::change_trade(&visit.desk, &actor, id, &pair, target, change).await;
            changed.map_err(|error| beside("takeProfitPrices", error))
        }
        Err(error) => Err(error),
    };
    let done = changed.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::TargetsSet));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// Moves the stop of a trade to where closing it costs nothing.
#[server(endpoint = "trade-breakeven")]
pub async fn breakeven(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)] version: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let idempotency = once("trade-breakeven", &[&key, &symbol, &trade], idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        Ok((id, pair, target(&trade, &version, idempotency)?))
    };
    let changed = match parse() {
        Ok((id, pair, target)) => order::breakeven(&visit.desk, &actor, id, &pair, target).await,
        Err(error) => Err(error),
    };
    let done = changed.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::StopMoved));
    let form = at_desk("trade-breakeven", &key, &symbol).keep("id", &trade);
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// Closes a part of the position, or of one of its trades: a share in percent, or an amount.
#[server(endpoint = "trade-close-part")]
pub async fn close_part(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)] share: String,
    #[server(default)] amount: String,
    #[server(default)]
    #[server(rename = "positionSide")]
    side: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = at_desk("trade-close-part", &key, &symbol).keep("share", &share).keep("amount", &amount);
    let form = form.keep("id", &trade);
    let mut body = vec![&key, &symbol, &trade, &share, &amount];
    // Forms of one-way accounts, and of earlier releases, do not name it.
    body.extend(Some(&side).filter(|side| !side.is_empty()));
    let idempotency = once("trade-close-part", &body, idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        let part = (part_of(&share, &amount)?, side_of_position(&side)?);
        Ok((id, pair, part, target(&trade, "", None)?.trade))
    };
    let all = Part::Share(Decimal::ONE);
    let whole = parse().is_ok_and(|(_, _, (part, _), trade)| part == all && trade.is_none());
    let closed = match parse() {
        Ok((_, _, (part, _), Some(trade))) => {
            order::trade::close_trade(&visit.desk, &actor, trade, part, idempotency).await
        }
        Ok((id, pair, part, None)) => {
            order::close_part(&visit.desk, &actor, id, &pair, part, idempotency).await
        }
        Err(error) => Err(error),
    };
    let notice = if whole { DeskNotice::PositionClosed } else { DeskNotice::PartClosed };
    let done = closed.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(notice));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// Cancels the market's resting entries.
#[server(endpoint = "entries-cancel")]
pub async fn cancel_entries(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let canceled = match market_of(&key, &symbol) {
        Ok((id, pair)) => order::cancel_entries(&visit.desk, &actor, id, &pair).await,
        Err(error) => Err(error),
    };
    let done =
        canceled.map(|_| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::EntriesCanceled));
    at_desk("entries-cancel", &key, &symbol).answer(&visit, done).await
}

/// Reports that a trade was changed meanwhile at a field of the form, beside which the page shows the current value.
pub(super) fn beside(field: &str, error: Error) -> Error {
    let renamed = |problem: FieldProblem| match problem.problem {
        Problem::ChangedMeanwhile => FieldProblem::new(field, problem.problem),
        _ => problem,
    };
    match error {
        Error::Fields(problems) => Error::Fields(problems.into_iter().map(renamed).collect()),
        other => other,
    }
}

pub(super) fn target(
    trade: &str,
    version: &str,
    idempotency: Option<IdempotencyKey>,
) -> Result<TradeTarget, Error> {
    let trade = match trade.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::NotFound)?),
    };
    let version = match version.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::field("version", Problem::NotNumber))?),
    };
    Ok(TradeTarget { trade, version, idempotency, ..TradeTarget::default() })
}

pub(super) fn stop_change(
    trigger: &str,
    kind: &str,
    limit: &str,
    confirmed: bool,
) -> Result<StopChange, Error> {
    if trigger.trim().is_empty() {
        return if confirmed {
            Ok(StopChange::Remove { confirmed })
        } else {
            Err(Error::field("stopTriggerPrice", Problem::Required))
        };
    }
    let trigger = positive("stopTriggerPrice", trigger)?;
    let kind = match kind {
        "" => StopType::Market,
        kind => StopType::parse(kind).ok_or_else(|| Error::field("stopTriggerType", Problem::NotStopType))?,
    };
    let limit = match kind {
        StopType::Market => None,
        StopType::Limit if limit.trim().is_empty() => {
            return Err(Error::field("stopPrice", Problem::StopPriceRequired));
        }
        StopType::Limit => Some(positive("stopPrice", limit)?),
    };
    Ok(StopChange::Set(Stop { trigger, limit }))
}

/// A share in percent as a fraction.
fn share_of(field: &str, text: &str) -> Result<Decimal, Error> {
    let percent = positive(field, text)?;
    if percent > Decimal::ONE_HUNDRED {
        return Err(Error::field(field, Problem::NotShare));
    }
    Ok(percent / Decimal::ONE_HUNDRED)
}

pub(super) fn target_shares(prices: &[String], shares: &[String]) -> Result<Vec<TargetShare>, Error> {
    let mut targets = Vec::new();
    for (index, price) in prices.iter().enumerate() {
        let share = shares.get(index).map_or("", String::as_str);
        if price.trim().is_empty() && share.trim().is_empty() {
            continue;
        }
        targets.push(TargetShare {
            price: positive("takeProfitPrices", price)?,
            share: share_of("takeProfitShares", share)?,
        });
    }
    Ok(targets)
}

fn part_of(share: &str, amount: &str) -> Result<Part, Error> {
    match (share.trim(), amount.trim()) {
        ("", "") => Err(Error::field("amount", Problem::Required)),
        ("", amount) => Ok(Part::Amount(positive("amount", amount)?)),
        (share, _) => Ok(Part::Share(share_of("share", share)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money;

    fn d(text: &str) -> Decimal {
        money::parse(text).unwrap()
    }

    fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Problem) {
        match result {
            Err(Error::Fields(mut fields)) => {
                let field = fields.remove(0);
                (field.field, field.problem)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_empty_stop_price_removes_the_stop_only_when_confirmed() {
        assert_eq!(stop_change("", "", "", true).unwrap(), StopChange::Remove { confirmed: true });
        let refused = problem(stop_change(" ", "", "", false));
        assert_eq!(refused, ("stopTriggerPrice".to_owned(), Problem::Required));
    }

    #[test]
    fn a_stop_is_a_market_order_unless_a_limit_price_is_given() {
        let market = StopChange::Set(Stop { trigger: d("9"), limit: None });
        assert_eq!(stop_change("9", "", "8", false).unwrap(), market);
        let limit = StopChange::Set(Stop { trigger: d("9"), limit: Some(d("8")) });
        assert_eq!(stop_change("9", "LIMIT", "8", false).unwrap(), limit);
        let refused = problem(stop_change("9", "LIMIT", "", false));
        assert_eq!(refused, ("stopPrice".to_owned(), Problem::StopPriceRequired));
    }

    #[test]
    fn shares_are_given_in_percent_and_empty_rows_are_skipped() {
        let text = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let read = target_shares(&text(&["110", "", "120"]), &text(&["30", "", "70"])).unwrap();
        let of = |price, share| TargetShare { price: d(price), share: d(share) };
        assert_eq!(read, [of("110", "0.3"), of("120", "0.7")]);
        let refused = problem(target_shares(&text(&["110"]), &text(&["101"])));
        assert_eq!(refused, ("takeProfitShares".to_owned(), Problem::NotShare));
        assert!(target_shares(&text(&["", ""]), &[]).unwrap().is_empty());
    }

    #[test]
    fn a_change_meanwhile_is_reported_at_a_field_of_the_form() {
        let stale = Error::field("version", Problem::ChangedMeanwhile);
        let reported = problem::<()>(Err(beside("stopTriggerPrice", stale)));
        assert_eq!(reported, ("stopTriggerPrice".to_owned(), Problem::ChangedMeanwhile));
        let other = Error::field("stopPrice", Problem::NotPositive);
        let reported = problem::<()>(Err(beside("stopTriggerPrice", other)));
        assert_eq!(reported, ("stopPrice".to_owned(), Problem::NotPositive));
    }

    #[test]
    fn a_part_is_a_share_or_an_amount() {
        assert_eq!(part_of("25", "").unwrap(), Part::Share(d("0.25")));
        assert_eq!(part_of("", "0.02").unwrap(), Part::Amount(d("0.02")));
        assert_eq!(problem(part_of("", "")), ("amount".to_owned(), Problem::Required));
    }
}
