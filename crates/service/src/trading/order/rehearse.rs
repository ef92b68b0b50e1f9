//! Rehearses a manual order: the verdicts of our own checks, of the exchange and of a sandbox on each of its orders,
//! without placing anything.

use super::{
    checks,
    legs::{self, Leg, Role},
};
use crate::{
    error::{Error, Result},
    trading::{Trading, key, market},
};
use domain::{
    AccountMode, ExchangeKeyId, Refusal, TradeType, money, ticket::ManualOrder, validation::FieldProblem,
};
use exchange::{Credentials, Exchange, ExchangeFailure, OrderRequest, OrderTest};

/// A verdict on one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The order would be accepted.
    Accepted,
    /// The order would be rejected, for this reason.
    Rejected(String),
    /// Orders of this kind cannot be tested without placing them.
    Untested,
}

/// One order of a rehearsed plan, with the verdicts on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsedOrder {
    /// Its purpose: `entry`, `stop` or `target`.
    pub purpose: &'static str,
    /// The side, the type, the amount and the prices, for reading.
    pub order: String,
    /// The verdict of our own checks.
    pub desk: Verdict,
    /// The verdict of the key's exchange.
    pub exchange: Verdict,
    /// The verdict of a sandbox, if one takes part.
    pub sandbox: Option<Verdict>,
}

impl RehearsedOrder {
    /// Whether all that could test the order accept it, or all of them reject it.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let accepts = |verdict: &Verdict| match verdict {
            Verdict::Accepted => Some(true),
            Verdict::Rejected(_) => Some(false),
            Verdict::Untested => None,
        };
        let verdicts = [Some(&self.desk), Some(&self.exchange), self.sandbox.as_ref()];
        let mut found = verdicts.into_iter().flatten().filter_map(accepts);
        let first = found.next();
        found.all(|accepted| Some(accepted) == first)
    }
}

/// Has each order of a plan checked by our own rules, by the exchange of the key, and by a sandbox with an account of
/// its own if one is given. Nothing is placed, written or cancelled. Funds are not compared: the exchange's test does
/// not examine them.
///
/// # Errors
/// [`Error::NotFound`] for an unknown key; [`Error::Fields`] if the plan cannot be split into orders; 1103, 1300;
/// [`Error::Unavailable`] if the exchange does not answer.
pub async fn rehearse(
    desk: &Trading,
    id: ExchangeKeyId,
    order: &ManualOrder,
    sandbox: Option<(&dyn Exchange, &Credentials)>,
) -> Result<Vec<RehearsedOrder>> {
    let row = store::key::get_any(&desk.db, id).await?.ok_or(Error::NotFound)?;
    let who = key::credentials(desk, &row)?;
    let kind = row.key.trade_type;
    let market = market::find_market(desk, kind, &order.symbol).await?;
    let last = market::last_price(desk, kind, &order.symbol).await?;
    let problems = match checks::market_fits(order, &market, last) {
        Ok(()) => Vec::new(),
        Err(Error::Fields(problems)) => problems,
        Err(other) => return Err(other),
    };
    let Some(legs) = legs::opening(order, &market) else {
        let refused = problems.is_empty();
        return Err(if refused { Refusal::ExchangeBadRequest.into() } else { Error::Fields(problems) });
    };
    let (hedged, mut rehearsed) = (row.key.account_mode == AccountMode::Hedge, Vec::new());
    for Leg { seq, role, order: planned, .. } in legs {
        let Some(planned) = planned else { continue };
        let request = planned.request(format!("rehearsal-{seq}"), role, (kind, hedged), &order.symbol);
        let beside = match sandbox {
            Some((exchange, account)) => Some(test(exchange, account, &request).await?),
            None => None,
        };
        rehearsed.push(RehearsedOrder {
            purpose: role.word(),
            order: described(&request),
            desk: by_fields(&problems, role),
            exchange: test(&*desk.exchange, &who, &request).await?,
            sandbox: beside,
        });
    }
    Ok(rehearsed)
}

async fn test(exchange: &dyn Exchange, who: &Credentials, request: &OrderRequest) -> Result<Verdict> {
    // On spot the desk has no form of orders that end with a position.
    if request.trade_type == TradeType::Spot && request.reduce_only {
        return Ok(Verdict::Untested);
    }
    match exchange.test_order(who, request).await {
        Ok(OrderTest::Passed) => Ok(Verdict::Accepted),
        Ok(OrderTest::Unsupported) => Ok(Verdict::Untested),
        Err(ExchangeFailure::Refused { code, message }) => {
            Ok(Verdict::Rejected(format!("{message} ({code})")))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// The verdict of our own checks on the order of this role, by the fields that it is made from.
fn by_fields(problems: &[FieldProblem], role: Role) -> Verdict {
    let fields: &[&str] = match role {
        Role::Stop => &["stopTriggerPrice", "stopPrice"],
        Role::Target => &["takeProfitPrices"],
        Role::Entry | Role::Add | Role::Cancel | Role::Close | Role::Rescue | Role::Excess => {
            &["price", "triggerPrice", "amount"]
        }
    };
    let texts: Vec<String> = problems
        .iter()
        .filter(|problem| fields.contains(&problem.field.as_str()))
        .map(|problem| format!("{} {}", problem.field, problem.problem.text()))
        .collect();
    if texts.is_empty() { Verdict::Accepted } else { Verdict::Rejected(texts.join(", ")) }
}

fn described(request: &OrderRequest) -> String {
    let amount = request.amount.map_or_else(|| "the whole position".to_owned(), money::text);
    let mut text = format!("{} {} {amount}", request.side, request.kind);
    let figures = [
        ("price", request.price),
        ("trigger price", request.stop_price),
        ("callback rate", request.callback_rate),
    ];
    for (name, figure) in figures {
        if let Some(figure) = figure {
            text += &format!(", {name} {}", money::text(figure));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::validation::Problem;

    fn rehearsed(desk: Verdict, exchange: Verdict, sandbox: Option<Verdict>) -> RehearsedOrder {
        RehearsedOrder { purpose: "entry", order: String::new(), desk, exchange, sandbox }
    }

    #[test]
    fn verdicts_agree_whatever_their_reasons_are() {
        use Verdict::{Accepted, Untested};
        let no = |why: &str| Verdict::Rejected(why.to_owned());
        assert!(rehearsed(Accepted, Accepted, None).agrees());
        assert!(rehearsed(no("ours"), no("theirs"), Some(no("the sandbox's"))).agrees());
        assert!(rehearsed(Accepted, Untested, None).agrees(), "what cannot be tested contradicts nothing");
        assert!(rehearsed(no("ours"), Untested, Some(Untested)).agrees());
        assert!(!rehearsed(Accepted, no("theirs"), None).agrees());
        assert!(!rehearsed(no("ours"), Accepted, Some(Accepted)).agrees());
        assert!(!rehearsed(Accepted, Untested, Some(no("the sandbox's"))).agrees());
    }

    #[test]
    fn a_problem_belongs_to_the_order_that_is_made_from_its_field() {
        let problems = [
            FieldProblem::new("amount", Problem::LotFilter),
            FieldProblem::new("stopTriggerPrice", Problem::PriceFilter),
        ];
        let Verdict::Rejected(why) = by_fields(&problems, Role::Entry) else { panic!("accepted") };
        assert!(why.starts_with("amount ") && !why.contains("stop"), "{why}");
        assert!(matches!(by_fields(&problems, Role::Stop), Verdict::Rejected(_)));
        assert_eq!(by_fields(&problems, Role::Target), Verdict::Accepted);
    }
}
