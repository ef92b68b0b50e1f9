//! Validation of definitions, reported as problems with their location, and the warm-up length.

use crate::{
    Ratio,
    definition::{Condition, Definition, Expr, Stop, Target},
    unreadable::Unreadable,
};
use domain::{Decimal, PositionSide};
use std::fmt;

/// Limits of a definition.
pub mod limits {
    /// Maximum length of an indicator, in bars.
    pub const LENGTH: u32 = 1_000;
    /// Maximum nesting depth of conditions.
    pub const DEPTH: usize = 6;
    /// Maximum total number of conditions.
    pub const CONDITIONS: usize = 64;
    /// Maximum number of targets.
    pub const TARGETS: usize = 10;
    /// Maximum multiple of an ATR or of the risk.
    pub const MULTIPLE: i64 = 100;
    /// Maximum distance of a target, in percent.
    pub const TARGET_PERCENT: i64 = 1_000;
    /// Maximum absolute value of a constant.
    pub const CONSTANT: i64 = 1_000_000_000;
    /// Maximum size of the JSON, in bytes.
    pub const JSON: usize = 64 * 1024;
}

/// A problem in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionProblem {
    /// The location, such as `entry.long.all[1].above[0].length`; empty for the whole definition.
    pub at: String,
    /// The fault.
    pub fault: Fault,
}

impl fmt::Display for DefinitionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Fault::NotReadable(why) = &self.fault {
            return write!(f, "{why}");
        }
        let at = if self.at.is_empty() { "The definition" } else { self.at.as_str() };
        write!(f, "{at} {}", self.fault)
    }
}

/// The kinds of faults.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Invalid JSON, or not a definition.
    #[error("{0}")]
    NotReadable(Unreadable),
    /// The JSON is too long.
    #[error("must not be longer than {} bytes", limits::JSON)]
    TooLong,
    /// No entry condition, so the strategy would never trade.
    #[error("needs a long or a short condition")]
    NoEntry,
    /// A length is zero or too large.
    #[error("must be between 1 and {}", limits::LENGTH)]
    Length,
    /// A multiple is not positive, too large or too precise.
    #[error("must be greater than 0 and at most {}", limits::MULTIPLE)]
    Multiple,
    /// A percentage is not positive, leaves no positive price, or is too precise.
    #[error("must be greater than 0 and less than {0}")]
    Percent(i64),
    /// A constant is too large or too precise.
    #[error("must be between -{most} and {most}, with at most 10 decimals", most = limits::CONSTANT)]
    Constant,
    /// An empty `all` or `any`.
    #[error("needs at least one condition")]
    Empty,
    /// Conditions are nested too deeply.
    #[error("must not be nested more than {} levels deep", limits::DEPTH)]
    TooDeep,
    /// Too many conditions.
    #[error("must not have more than {} conditions", limits::CONDITIONS)]
    TooManyConditions,
    /// Too many targets.
    #[error("must not have more than {} take profits", limits::TARGETS)]
    TooManyTargets,
    /// A target is a multiple of the risk, but there is no stop to define the risk.
    #[error("needs a stop loss, which defines R")]
    RiskWithoutStop,
    /// A side can be entered, but its stop level is missing.
    #[error("is required, because this side has an entry condition")]
    NoLevel,
    /// The definition has no stop. A strategy that can be copied needs one, because copies are sized by it.
    #[error("is required, because copies are sized by the stop loss")]
    NoStop,
}

impl Definition {
    /// Checks all limits.
    ///
    /// # Errors
    /// All problems, in the order of the fields.
    pub fn validate(&self) -> Result<(), Vec<DefinitionProblem>> {
        let mut check = Check::default();
        if self.entry.long.is_none() && self.entry.short.is_none() {
            check.found("entry", Fault::NoEntry);
        }
        for (name, sides) in [("entry", &self.entry), ("exit", &self.exit)] {
            for side in SIDES {
                if let Some(condition) = sides.of(side) {
                    check.condition(&format!("{name}.{side}"), condition, 1);
                }
            }
        }
        if check.conditions > limits::CONDITIONS {
            check.found("", Fault::TooManyConditions);
        }
        check.stop(self);
        check.targets(self);
        if check.problems.is_empty() { Ok(()) } else { Err(check.problems) }
    }

    /// Checks all limits, and that there is a stop.
    pub fn validate_followable(&self) -> Result<(), Vec<DefinitionProblem>> {
        let mut problems = self.validate().err().unwrap_or_default();
        if self.stop.is_none() {
            problems.push(DefinitionProblem { at: "stop".to_owned(), fault: Fault::NoStop });
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The number of bars, including the deciding one, that must be seen before a decision can be made.
    #[must_use]
    pub fn warm_up(&self) -> usize {
        let conditions = SIDES.iter().flat_map(|&side| [self.entry.of(side), self.exit.of(side)]).flatten();
        let stop = match &self.stop {
            Some(Stop::Atr { length, .. }) => Expr::Atr { length: *length }.trusted(),
            Some(Stop::Level(levels)) => {
                SIDES.iter().filter_map(|&s| levels.of(s)).map(Expr::trusted).max().unwrap_or(1)
            }
            Some(Stop::Percent(_)) | None => 1,
        };
        conditions.map(Condition::warm_up).max().unwrap_or(1).max(stop)
    }
}

const SIDES: [PositionSide; 2] = [PositionSide::Long, PositionSide::Short];

impl Condition {
    fn warm_up(&self) -> usize {
        match self {
            Self::Above(a, b) | Self::Below(a, b) => a.trusted().max(b.trusted()),
            // A crossing also needs the previous bar.
            Self::CrossesAbove(a, b) | Self::CrossesBelow(a, b) => {
                a.trusted().max(b.trusted()).max(a.known().max(b.known()) + 1)
            }
            Self::All(all) | Self::Any(all) => all.iter().map(Self::warm_up).max().unwrap_or(1),
            Self::Not(one) => one.warm_up(),
        }
    }
}

impl Expr {
    /// The number of bars after which it first has a value.
    fn known(&self) -> usize {
        match self {
            Self::Price(_) | Self::Constant(_) | Self::Ema { .. } => 1,
            Self::Sma { length, .. } | Self::Atr { length } | Self::Supertrend { length, .. } => {
                *length as usize
            }
            Self::Rsi { length, .. } | Self::DonchianHigh { length } | Self::DonchianLow { length } => {
                *length as usize + 1
            }
        }
    }

    /// The number of bars after which its value is meaningful: an EMA's first values are dominated by its
    /// starting value.
    fn trusted(&self) -> usize {
        match self {
            Self::Ema { length, .. } => *length as usize,
            _ => self.known(),
        }
    }
}

#[derive(Default)]
struct Check {
    problems: Vec<DefinitionProblem>,
    conditions: usize,
}

impl Check {
    fn found(&mut self, at: &str, fault: Fault) {
        self.problems.push(DefinitionProblem { at: at.to_owned(), fault });
    }

    fn condition(&mut self, at: &str, condition: &Condition, depth: usize) {
        self.conditions += 1;
        if depth > limits::DEPTH {
            self.found(at, Fault::TooDeep);
            return;
        }
        match condition {
            Condition::Above(a, b) => self.pair(&format!("{at}.above"), a, b),
            Condition::Below(a, b) => self.pair(&format!("{at}.below"), a, b),
            Condition::CrossesAbove(a, b) => self.pair(&format!("{at}.crossesAbove"), a, b),
            Condition::CrossesBelow(a, b) => self.pair(&format!("{at}.crossesBelow"), a, b),
            Condition::All(all) => self.several(&format!("{at}.all"), all, depth),
            Condition::Any(any) => self.several(&format!("{at}.any"), any, depth),
            Condition::Not(one) => self.condition(&format!("{at}.not"), one, depth + 1),
        }
    }

    fn several(&mut self, at: &str, conditions: &[Condition], depth: usize) {
        if conditions.is_empty() {
            self.found(at, Fault::Empty);
        }
        for (number, condition) in conditions.iter().enumerate() {
            self.condition(&format!("{at}[{number}]"), condition, depth + 1);
        }
    }

    fn pair(&mut self, at: &str, a: &Expr, b: &Expr) {
        self.expr(&format!("{at}[0]"), a);
        self.expr(&format!("{at}[1]"), b);
    }

    fn expr(&mut self, at: &str, expr: &Expr) {
        match expr {
            Expr::Price(_) => {}
            Expr::Constant(value) => {
                if value.abs() > Decimal::from(limits::CONSTANT) || value.normalize().scale() > 10 {
                    self.found(at, Fault::Constant);
                }
            }
            Expr::Ema { length, .. } | Expr::Sma { length, .. } | Expr::Rsi { length, .. } => {
                self.length(at, *length)
            }
            Expr::Atr { length } | Expr::DonchianHigh { length } | Expr::DonchianLow { length } => {
                self.length(at, *length);
            }
            Expr::Supertrend { length, multiple } => {
                self.length(at, *length);
                self.multiple(&format!("{at}.multiple"), *multiple);
            }
        }
    }

    fn stop(&mut self, definition: &Definition) {
        match &definition.stop {
            None => {}
            Some(Stop::Percent(percent)) => self.percent("stop.percent", *percent, 100),
            Some(Stop::Atr { length, multiple }) => {
                self.length("stop.atr", *length);
                self.multiple("stop.atr.multiple", *multiple);
            }
            Some(Stop::Level(levels)) => {
                for side in SIDES {
                    let at = format!("stop.level.{side}");
                    match levels.of(side) {
                        Some(level) => self.expr(&at, level),
                        None if definition.entry.of(side).is_some() => self.found(&at, Fault::NoLevel),
                        None => {}
                    }
                }
            }
        }
    }

    fn targets(&mut self, definition: &Definition) {
        if definition.targets.len() > limits::TARGETS {
            self.found("targets", Fault::TooManyTargets);
        }
        // A short cannot gain the full price, because the target would be at zero.
        let most = if definition.entry.short.is_some() { 100 } else { limits::TARGET_PERCENT };
        for (number, target) in definition.targets.iter().enumerate().take(limits::TARGETS) {
            let at = format!("targets[{number}]");
            match target {
                Target::Percent(percent) => self.percent(&format!("{at}.percent"), *percent, most),
                Target::R(multiple) => {
                    self.multiple(&format!("{at}.r"), *multiple);
                    if definition.stop.is_none() {
                        self.found(&format!("{at}.r"), Fault::RiskWithoutStop);
                    }
                }
            }
        }
    }

    fn length(&mut self, at: &str, length: u32) {
        if !(1..=limits::LENGTH).contains(&length) {
            self.found(&format!("{at}.length"), Fault::Length);
        }
    }

    fn multiple(&mut self, at: &str, value: Decimal) {
        let kept = Ratio::from_decimal(value).is_some();
        if !kept || value <= Decimal::ZERO || value > Decimal::from(limits::MULTIPLE) {
            self.found(at, Fault::Multiple);
        }
    }

    fn percent(&mut self, at: &str, value: Decimal, below: i64) {
        let kept = Ratio::from_percent(value).is_some();
        if !kept || value <= Decimal::ZERO || value >= Decimal::from(below) {
            self.found(at, Fault::Percent(below));
        }
    }
}
