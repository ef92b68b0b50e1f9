//! The manual order: the fields of the request, and the rules checked before anything is sent. They follow the
//! section "Create Manual Order" of the Mudawyl document.

mod entry;
mod extended;

pub use entry::Entry;
pub use extended::{LEAST_GOOD_TILL, TradeEntryType, TradeTicket};

use crate::{
    Decimal, Side, Symbol, TimeInForce, dec,
    key::words,
    money,
    validation::{self, FieldProblem, Problem},
};
use serde::{Deserialize, Serialize};

/// Maximum number of take-profit prices of one order.
pub const MOST_TARGETS: usize = 25;

words! {
    /// The order type of the entry.
    pub EntryType {
        /// At the best available price.
        Market = "MARKET",
        /// At the limit price or better.
        Limit = "LIMIT",
        /// Activated at `price`, entered when the price then reverses by the callback rate.
        TrailingStop = "TRAILING_STOP",
    }
}

words! {
    /// The order type of the stop.
    pub StopType {
        /// A limit order at `stopPrice`.
        Limit = "LIMIT",
        /// A market order.
        Market = "MARKET",
    }
}

/// The request's fields as received: unchecked text. Numbers keep their digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the fields are named as in the document
pub struct RawTicket {
    pub symbol: Option<String>,
    pub kind: Option<String>,
    pub side: Option<String>,
    pub price: Option<String>,
    pub amount: Option<String>,
    pub take_profit_prices: Vec<String>,
    pub stop_trigger_price: Option<String>,
    pub stop_trigger_type: Option<String>,
    pub stop_price: Option<String>,
    pub callback_rate: Option<String>,
    pub risk_profile_percent: Option<String>,
    /// Not a field of the document.
    pub time_in_force: Option<String>,
}

/// The stop of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Trigger price.
    pub trigger: Decimal,
    /// Limit price; `None` for a market order.
    pub limit: Option<Decimal>,
}

impl Stop {
    /// Returns the order type, as the document names it.
    #[must_use]
    pub const fn kind(self) -> StopType {
        if self.limit.is_some() { StopType::Limit } else { StopType::Market }
    }
}

/// A manual order whose fields are consistent. The market's own rules are checked against [`crate::Market`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualOrder {
    /// Trading pair.
    pub symbol: Symbol,
    /// Side of the entry.
    pub side: Side,
    /// The entry.
    pub entry: Entry,
    /// Amount in base units; greater than zero.
    pub amount: Decimal,
    /// Take-profit prices, in the order given; each closes an equal share.
    pub targets: Vec<Decimal>,
    /// The stop, if there is one.
    pub stop: Option<Stop>,
    /// The share of equity from which the amount was derived, in percent.
    pub risk_percent: Option<Decimal>,
}

impl RawTicket {
    /// Checks every field and the rules between them.
    ///
    /// # Errors
    /// All problems together, in the document's field order.
    pub fn check(&self) -> Result<ManualOrder, Vec<FieldProblem>> {
        let mut check = Check::default();
        let symbol = check.required("symbol", self.symbol.as_deref(), validation::symbol);
        let kind = check
            .required("type", self.kind.as_deref(), |t| EntryType::parse(t).ok_or(Problem::NotOrderType));
        let side = check.required("side", self.side.as_deref(), validation::side);
        let price = check.optional("price", self.price.as_deref(), positive);
        if price.is_none()
            && self.price.is_none()
            && matches!(kind, Some(EntryType::Limit | EntryType::TrailingStop))
        {
            check.fail("price", Problem::PriceRequired);
        }
        let amount = check.required("amount", self.amount.as_deref(), positive);
        let trailing = kind == Some(EntryType::TrailingStop);
        let targets = self.targets(&mut check, trailing);
        let stop = self.stop(&mut check, trailing);
        let callback = check.optional("callbackRate", self.callback_rate.as_deref(), callback_rate);
        if trailing && self.callback_rate.is_none() {
            check.fail("callbackRate", Problem::Required);
        }
        let risk_percent =
            check.optional("riskProfilePercent", self.risk_profile_percent.as_deref(), risk_percent);
        let timed = self.time_in_force(&mut check, kind);
        let entry = match (kind, price, callback) {
            (Some(EntryType::Market), _, _) => Some(Entry::Market),
            (Some(EntryType::Limit), Some(price), _) => Some(match timed {
                Some(time_in_force) => Entry::TimedLimit { price, time_in_force },
                None => Entry::Limit(price),
            }),
            (Some(EntryType::TrailingStop), Some(activation), Some(callback_rate)) => {
                Some(Entry::Trailing { activation, callback_rate })
            }
            _ => None,
        };
        if let Entry::Limit(reference) | Entry::TimedLimit { price: reference, .. } =
            entry.unwrap_or(Entry::Market)
            && let Some(side) = side
        {
            check.sides(side, reference, &targets, stop);
        }
        match (check.problems.is_empty(), symbol, side, entry, amount) {
            (true, Some(symbol), Some(side), Some(entry), Some(amount)) => {
                Ok(ManualOrder { symbol, side, entry, amount, targets, stop, risk_percent })
            }
            _ => Err(check.problems),
        }
    }

    /// The time in force of a limit order; `None` for good till cancelled.
    fn time_in_force(&self, check: &mut Check, kind: Option<EntryType>) -> Option<TimeInForce> {
        const FIELD: &str = "timeInForce";
        let chosen = check.optional(FIELD, self.time_in_force.as_deref(), time_in_force);
        let chosen = chosen.filter(|chosen| *chosen != TimeInForce::Gtc)?;
        if kind.is_some_and(|kind| kind != EntryType::Limit) {
            check.fail(FIELD, Problem::Contradicts);
        }
        Some(chosen)
    }

    fn targets(&self, check: &mut Check, trailing: bool) -> Vec<Decimal> {
        const FIELD: &str = "takeProfitPrices";
        if self.take_profit_prices.is_empty() {
            return Vec::new();
        }
        if trailing {
            check.fail(FIELD, Problem::NotWithTrailing);
        }
        if self.take_profit_prices.len() > MOST_TARGETS {
            check.fail(FIELD, Problem::TooManyTargets);
            return Vec::new();
        }
        match self.take_profit_prices.iter().map(|t| positive(t)).collect() {
            Ok(prices) => prices,
            Err(problem) => {
                check.fail(FIELD, problem);
                Vec::new()
            }
        }
    }

    fn stop(&self, check: &mut Check, trailing: bool) -> Option<Stop> {
        let trigger = check.optional("stopTriggerPrice", self.stop_trigger_price.as_deref(), positive);
        if trailing && self.stop_trigger_price.is_some() {
            check.fail("stopTriggerPrice", Problem::NotWithTrailing);
        } else if self.stop_trigger_price.is_none() && self.stop_trigger_type.is_some() && !trailing {
            check.fail("stopTriggerPrice", Problem::StopTriggerRequired);
        }
        let kind = check.optional("stopTriggerType", self.stop_trigger_type.as_deref(), |t| {
            StopType::parse(t).ok_or(Problem::NotStopType)
        });
        if self.stop_trigger_price.is_some() && self.stop_trigger_type.is_none() {
            check.fail("stopTriggerType", Problem::StopTypeRequired);
        }
        if kind == Some(StopType::Limit) && self.stop_price.is_none() {
            check.fail("stopTriggerType", Problem::StopPriceRequired);
        }
        let price = check.optional("stopPrice", self.stop_price.as_deref(), positive);
        Some(Stop { trigger: trigger?, limit: if kind? == StopType::Limit { Some(price?) } else { None } })
    }
}

impl ManualOrder {
    /// Checks that stop and targets are on the correct side of `reference`, the expected entry price.
    ///
    /// # Errors
    /// Every field whose order would trigger immediately.
    pub fn check_sides(&self, reference: Decimal) -> Result<(), Vec<FieldProblem>> {
        let mut check = Check::default();
        check.sides(self.side, reference, &self.targets, self.stop);
        if check.problems.is_empty() { Ok(()) } else { Err(check.problems) }
    }
}

#[derive(Default)]
struct Check {
    problems: Vec<FieldProblem>,
}

impl Check {
    fn fail(&mut self, field: &str, problem: Problem) {
        self.problems.push(FieldProblem::new(field, problem));
    }

    fn optional<T>(
        &mut self,
        field: &str,
        text: Option<&str>,
        rule: impl Fn(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        match rule(text?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.fail(field, problem);
                None
            }
        }
    }

    fn required<T>(
        &mut self,
        field: &str,
        text: Option<&str>,
        rule: impl Fn(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        if text.is_none_or(|t| t.trim().is_empty()) {
            self.fail(field, Problem::Required);
            return None;
        }
        self.optional(field, text, rule)
    }

    fn sides(&mut self, side: Side, reference: Decimal, targets: &[Decimal], stop: Option<Stop>) {
        let wins = |price: Decimal| if side == Side::Buy { price > reference } else { price < reference };
        let loses = |price: Decimal| price != reference && !wins(price);
        if !targets.iter().all(|t| wins(*t)) {
            self.fail("takeProfitPrices", Problem::TargetOnWrongSide);
        }
        if stop.is_some_and(|s| !loses(s.trigger)) {
            self.fail("stopTriggerPrice", Problem::StopOnWrongSide);
        }
    }
}

fn positive(text: &str) -> Result<Decimal, Problem> {
    let value = money::parse(text).map_err(|_| Problem::NotNumber)?;
    if value > Decimal::ZERO { Ok(value) } else { Err(Problem::NotPositive) }
}

fn time_in_force(text: &str) -> Result<TimeInForce, Problem> {
    let chosen =
        TimeInForce::parse(text).filter(|chosen| !matches!(chosen, TimeInForce::Gtd | TimeInForce::GteGtc));
    chosen.ok_or(Problem::NotTimeInForce)
}

fn callback_rate(text: &str) -> Result<Decimal, Problem> {
    let value = money::parse(text).map_err(|_| Problem::NotNumber)?;
    let range = dec!(0.1)..=Decimal::from(5);
    if range.contains(&value) { Ok(value) } else { Err(Problem::NotCallbackRate) }
}

fn risk_percent(text: &str) -> Result<Decimal, Problem> {
    let value = money::parse(text).map_err(|_| Problem::NotNumber)?;
    if value > Decimal::ZERO && value <= Decimal::ONE_HUNDRED {
        Ok(value)
    } else {
        Err(Problem::NotRiskPercent)
    }
}

#[cfg(test)]
mod tests;
