//! Forms that increase and reverse an open position.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    trade::{at_desk, back_to_desk, fresh_key, market_of, once, positive},
    trade_change::{beside, target},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::DeskNotice,
};
use domain::validation::{FieldProblem, Problem};
use leptos::prelude::*;
use service::{
    Error,
    trading::order::{self, AddSize},
};

/// The fields of an increase. Those of other forms on the page have other names.
const AMOUNT: &str = "addAmount";
const RISK: &str = "addRisk";

/// Increases the position of a trade: by an amount, or by the amount that risks a share of the balance.
#[server(endpoint = "trade-add")]
pub async fn add_to_trade(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)] version: String,
    #[server(default)]
    #[server(rename = "addAmount")]
    amount: String,
    #[server(default)]
    #[server(rename = "addRisk")]
    risk: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = at_desk("trade-add", &key, &symbol).keep("id", &trade).keep(AMOUNT, &amount).keep(RISK, &risk);
    let idempotency = once("trade-add", &[&key, &symbol, &trade, &amount, &risk], idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        Ok((id, pair, target(&trade, &version, idempotency)?, size_of(&amount, &risk)?))
    };
    let added = match parse() {
        Ok((id, pair, target, size)) => {
            let field = if amount.trim().is_empty() { RISK } else { AMOUNT };
            let added = order::add_to_trade(&visit.desk, &actor, id, &pair, target, size).await;
            added.map_err(|error| beside(field, own_fields(error)))
        }
        Err(error) => Err(error),
    };
    let done =
        added.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::PositionIncreased));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// Closes the position of a trade and opens one of the same size on the other side.
#[server(endpoint = "trade-reverse")]
pub async fn reverse_trade(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)]
    #[server(rename = "confirmNoStop")]
    confirm: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let idempotency = once("trade-reverse", &[&key, &symbol, &trade, &confirm], idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        Ok((id, pair, target(&trade, "", idempotency)?))
    };
    let reversed = match parse() {
        Ok((id, pair, target)) => {
            let (trade, once) = (target.trade, target.idempotency);
            order::reverse_trade(&visit.desk, &actor, id, &pair, trade, confirm == "yes", once).await
        }
        Err(error) => Err(error),
    };
    let done =
        reversed.map(|_| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::PositionReversed));
    at_desk("trade-reverse", &key, &symbol).answer_with(&visit, done, Some(fresh_key(&visit))).await
}

fn size_of(amount: &str, risk: &str) -> Result<AddSize, Error> {
    match (amount.trim(), risk.trim()) {
        ("", "") => Err(Error::field(AMOUNT, Problem::Required)),
        (amount, "") => Ok(AddSize::Amount(positive(AMOUNT, amount)?)),
        (_, risk) => Ok(AddSize::RiskPercent(positive(RISK, risk)?)),
    }
}

/// Names the fields of a problem as this form does.
fn own_fields(error: Error) -> Error {
    let renamed = |problem: FieldProblem| match problem.field.as_str() {
        "amount" => FieldProblem::new(AMOUNT, problem.problem),
        "riskPercent" => FieldProblem::new(RISK, problem.problem),
        _ => problem,
    };
    match error {
        Error::Fields(problems) => Error::Fields(problems.into_iter().map(renamed).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_an_amount_or_a_risk() {
        let d = |text| domain::money::parse(text).unwrap();
        assert_eq!(size_of("0.02", "").unwrap(), AddSize::Amount(d("0.02")));
        assert_eq!(size_of("", " 1.5 ").unwrap(), AddSize::RiskPercent(d("1.5")));
        for (amount, risk, field) in [("", "", AMOUNT), ("-1", "", AMOUNT), ("", "x", RISK)] {
            let refused = size_of(amount, risk);
            assert!(
                matches!(&refused, Err(Error::Fields(all)) if all.len() == 1 && all[0].field == field),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn problems_of_the_order_are_shown_at_the_fields_of_this_form() {
        let Error::Fields(all) = own_fields(Error::field("amount", Problem::LotFilter)) else { panic!() };
        assert_eq!((all[0].field.as_str(), all[0].problem), (AMOUNT, Problem::LotFilter));
    }
}
