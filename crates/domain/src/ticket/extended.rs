//! The order of a trade: a manual order whose entry may be of the types that the document's order does not have. Only
//! the endpoint of trades and the page's form of further order types read it, so that it is no part of the browser's
//! bundles.

use super::{Entry, ManualOrder, RawTicket, callback_rate, positive};
use crate::{
    Decimal, Micros, Side, TimeInForce,
    key::words,
    time,
    validation::{FieldProblem, Problem},
};

/// The least time from the present to the date of an order that is good till a date. Binance requires 600 s; the rest is for
/// clocks that differ, and for the way to the exchange.
pub const LEAST_GOOD_TILL: i64 = 660 * time::SECOND;
/// Binance rejects later dates, in milliseconds.
const LAST_GOOD_TILL: i64 = 253_402_300_799_000;

words! {
    /// The order type of a trade's entry.
    pub TradeEntryType {
        /// At the best available price.
        Market = "MARKET",
        /// At the limit price or better.
        Limit = "LIMIT",
        /// Activated at `price`, entered when the price then reverses by the callback rate.
        TrailingStop = "TRAILING_STOP",
        /// A market order, sent when the price reaches `triggerPrice`.
        StopMarket = "STOP_MARKET",
        /// A limit order at `price`, sent when the price reaches `triggerPrice`.
        StopLimit = "STOP_LIMIT",
        /// A limit order at `price` and a stop order at `triggerPrice`: the first fill cancels the other.
        Oco = "OCO",
    }
}

/// The fields of a trade's order as received: unchecked text. Numbers keep their digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TradeTicket {
    /// The fields of a manual order.
    pub raw: RawTicket,
    /// The price that sends a stop order.
    pub trigger_price: Option<String>,
    /// The limit price of the stop order of an OCO; without it, that is a market order.
    pub trigger_limit_price: Option<String>,
    /// When an order ends that is good till a date: milliseconds since the Unix epoch, or ISO 8601 with an offset.
    pub good_till_date: Option<String>,
}

impl TradeTicket {
    /// Checks every field and the rules between them, at the time `now`.
    ///
    /// # Errors
    /// All problems together.
    pub fn check(&self, now: Micros) -> Result<ManualOrder, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let kind = self.raw.kind.as_deref().map(TradeEntryType::parse);
        let dated = self.raw.time_in_force.as_deref() == Some(TimeInForce::Gtd.word());
        self.refuse_unused(kind.flatten(), dated, &mut problems);
        let checked = match kind.flatten() {
            Some(TradeEntryType::Limit) if dated => self.until(now, &mut problems),
            Some(TradeEntryType::StopMarket) => self.stop_market(&mut problems),
            Some(TradeEntryType::StopLimit) => self.stop_limit(&mut problems),
            Some(TradeEntryType::Oco) => self.oco(&mut problems),
            Some(TradeEntryType::TrailingStop) => self.trailing(&mut problems),
            _ => self.raw.check().map_err(|all| problems.extend(all)).ok(),
        };
        match checked {
            Some(order) if problems.is_empty() => Ok(order),
            _ => Err(problems),
        }
    }

    /// Refuses fields that the order type does not use: an order without what they ask for would be another one.
    fn refuse_unused(&self, kind: Option<TradeEntryType>, dated: bool, problems: &mut Vec<FieldProblem>) {
        use TradeEntryType::{Limit, Oco, StopLimit, StopMarket};
        let unused = [
            ("triggerPrice", &self.trigger_price, matches!(kind, Some(StopMarket | StopLimit | Oco))),
            ("triggerLimitPrice", &self.trigger_limit_price, kind == Some(Oco)),
            ("goodTillDate", &self.good_till_date, dated),
        ];
        for (field, text, used) in unused {
            if text.is_some() && !used && kind.is_some() {
                problems.push(FieldProblem::new(field, Problem::Contradicts));
            }
        }
        let timed = self.raw.time_in_force.as_deref().is_some_and(|word| word != TimeInForce::Gtc.word());
        if timed && kind.is_some_and(|kind| kind != Limit) {
            problems.push(FieldProblem::new("timeInForce", Problem::Contradicts));
        }
        if self.raw.price.is_some() && kind == Some(StopMarket) {
            problems.push(FieldProblem::new("price", Problem::Contradicts));
        }
    }

    /// Checks the order as a limit order at `price`, a value of the field `named`.
    fn as_limit(
        &self,
        named: &str,
        price: Option<&str>,
        problems: &mut Vec<FieldProblem>,
    ) -> Option<ManualOrder> {
        let raw = RawTicket {
            kind: Some(TradeEntryType::Limit.word().to_owned()),
            price: price.map(ToOwned::to_owned),
            time_in_force: None,
            callback_rate: None,
            ..self.raw.clone()
        };
        let renamed = |problem: FieldProblem| match problem.field.as_str() {
            "price" if problem.problem == Problem::PriceRequired => {
                FieldProblem::new(named, Problem::Required)
            }
            "price" => FieldProblem::new(named, problem.problem),
            _ => problem,
        };
        raw.check().map_err(|all| problems.extend(all.into_iter().map(renamed))).ok()
    }

    fn until(&self, now: Micros, problems: &mut Vec<FieldProblem>) -> Option<ManualOrder> {
        const FIELD: &str = "goodTillDate";
        let until = match self.good_till_date.as_deref().map(date) {
            None => Err(Problem::Required),
            Some(None) => Err(Problem::NotDate),
            Some(Some(at)) if at.since(now) < LEAST_GOOD_TILL || at.millis() >= LAST_GOOD_TILL => {
                Err(Problem::NotGoodTill)
            }
            Some(Some(at)) => Ok(at),
        };
        let order = self.as_limit("price", self.raw.price.as_deref(), problems);
        match until {
            Ok(until) => order.and_then(|order| {
                let price = order.entry.price()?;
                Some(ManualOrder { entry: Entry::Until { price, until }, ..order })
            }),
            Err(problem) => {
                problems.push(FieldProblem::new(FIELD, problem));
                None
            }
        }
    }

    fn stop_market(&self, problems: &mut Vec<FieldProblem>) -> Option<ManualOrder> {
        let order = self.as_limit("triggerPrice", self.trigger_price.as_deref(), problems)?;
        let trigger = order.entry.price()?;
        Some(ManualOrder { entry: Entry::Stop { trigger, limit: None }, ..order })
    }

    fn stop_limit(&self, problems: &mut Vec<FieldProblem>) -> Option<ManualOrder> {
        let trigger = required("triggerPrice", self.trigger_price.as_deref(), problems);
        let order = self.as_limit("price", self.raw.price.as_deref(), problems)?;
        let (trigger, limit) = (trigger?, order.entry.price());
        Some(ManualOrder { entry: Entry::Stop { trigger, limit }, ..order })
    }

    fn oco(&self, problems: &mut Vec<FieldProblem>) -> Option<ManualOrder> {
        let trigger = required("triggerPrice", self.trigger_price.as_deref(), problems);
        let limit = self.trigger_limit_price.as_deref().map(|text| {
            let read = positive(text);
            read.map_err(|problem| problems.push(FieldProblem::new("triggerLimitPrice", problem))).ok()
        });
        let order = self.as_limit("price", self.raw.price.as_deref(), problems)?;
        let limit = match limit {
            Some(limit) => Some(limit?),
            None => None,
        };
        let (price, trigger) = (order.entry.price()?, trigger?);
        // The limit order waits for a better price than the stop order.
        let apart = if order.side == Side::Buy { price < trigger } else { price > trigger };
        if !apart {
            problems.push(FieldProblem::new("triggerPrice", Problem::Contradicts));
            return None;
        }
        let order = ManualOrder { entry: Entry::Oco { price, trigger, limit }, ..order };
        // The stop and the take-profits must fit whichever of the two fills.
        order.check_sides(limit.unwrap_or(trigger)).map_err(|all| problems.extend(all)).ok()?;
        Some(order)
    }

    /// Unlike the document's order, a trailing entry of a trade may have a stop and take-profits: they are placed once it has
    /// filled.
    fn trailing(&self, problems: &mut Vec<FieldProblem>) -> Option<ManualOrder> {
        let rate = match self.raw.callback_rate.as_deref() {
            None => Err(Problem::Required),
            Some(text) => callback_rate(text),
        };
        let order = self.as_limit("price", self.raw.price.as_deref(), problems);
        match rate {
            Ok(callback_rate) => order.and_then(|order| {
                let activation = order.entry.price()?;
                Some(ManualOrder { entry: Entry::Trailing { activation, callback_rate }, ..order })
            }),
            Err(problem) => {
                problems.push(FieldProblem::new("callbackRate", problem));
                None
            }
        }
    }
}

fn required(field: &str, text: Option<&str>, problems: &mut Vec<FieldProblem>) -> Option<Decimal> {
    let read = text.map_or(Err(Problem::Required), positive);
    read.map_err(|problem| problems.push(FieldProblem::new(field, problem))).ok()
}

/// Reads a date, in whole seconds: Binance ignores what is beyond.
fn date(text: &str) -> Option<Micros> {
    let at = match text.parse::<i64>() {
        Ok(millis) if (0..=LAST_GOOD_TILL).contains(&millis) => Micros::from_millis(millis),
        Ok(_) => return None,
        Err(_) => Micros::from_iso_with_offset(text)?,
    };
    Some(Micros(at.0 - at.0.rem_euclid(time::SECOND)))
}

#[cfg(test)]
mod tests;
