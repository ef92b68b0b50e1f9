//! Evaluation of a definition, from bars to decisions.

use crate::{
    Bar, Price, Ratio, Ticks,
    definition::{Condition, Definition, Sides, Stop, Target},
    program::{Code, Program, Slot},
    ticks,
    validate::DefinitionProblem,
};
use domain::PositionSide;

/// A strategy's decision at a bar's close. It trades at the next price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Open a position, closing the opposite one if there is one.
    Enter {
        /// Long or short.
        side: PositionSide,
        /// The stop price.
        stop: Option<Price>,
        /// The target prices, nearest first, which share the position equally.
        targets: Vec<Price>,
    },
    /// Close the position.
    Exit,
}

/// Evaluates a definition, one closed bar at a time. Decisions depend only on the bars, so historical and
/// live bars give the same result.
#[derive(Clone, Debug)]
pub struct Evaluator {
    program: Program,
    ticks: Ticks,
    entry: Sides<Code>,
    exit: Sides<Code>,
    stop: StopRule,
    targets: Vec<TargetRule>,
    warm_up: usize,
    seen: usize,
}

#[derive(Clone, Copy, Debug)]
enum StopRule {
    Nowhere,
    Share(Ratio),
    Atr { slot: Slot, multiple: f64 },
    Level { long: Option<Slot>, short: Option<Slot> },
}

#[derive(Clone, Copy, Debug)]
enum TargetRule {
    Risk(Ratio),
    Share(Ratio),
}

impl Evaluator {
    /// Compiles a definition for a market.
    ///
    /// # Errors
    /// The problems found by [`Definition::validate`].
    pub fn new(definition: &Definition, ticks: Ticks) -> Result<Self, Vec<DefinitionProblem>> {
        definition.validate()?;
        let mut program = Program::default();
        let entry = compile(&mut program, &definition.entry);
        let exit = compile(&mut program, &definition.exit);
        let stop = match &definition.stop {
            None => StopRule::Nowhere,
            Some(Stop::Percent(percent)) => {
                StopRule::Share(Ratio::from_percent(*percent).unwrap_or_default())
            }
            Some(Stop::Atr { length, multiple }) => StopRule::Atr {
                slot: program.slot(&crate::Expr::Atr { length: *length }),
                multiple: ticks::opinion(*multiple),
            },
            Some(Stop::Level(levels)) => StopRule::Level {
                long: levels.long.as_ref().map(|level| program.slot(level)),
                short: levels.short.as_ref().map(|level| program.slot(level)),
            },
        };
        let targets = definition.targets.iter().map(|target| match target {
            Target::R(multiple) => TargetRule::Risk(Ratio::from_decimal(*multiple).unwrap_or_default()),
            Target::Percent(percent) => TargetRule::Share(Ratio::from_percent(*percent).unwrap_or_default()),
        });
        let targets = targets.collect();
        Ok(Self { program, ticks, entry, exit, stop, targets, warm_up: definition.warm_up(), seen: 0 })
    }

    /// Processes a closed bar, given the side of the current position, and decides.
    #[inline]
    pub fn step(&mut self, bar: &Bar, held: Option<PositionSide>) -> Option<Decision> {
        self.program.next(bar);
        self.seen += 1;
        if self.seen < self.warm_up {
            return None;
        }
        let (long, short) = (self.holds(self.entry.long.as_ref()), self.holds(self.entry.short.as_ref()));
        let wanted = match (long, short) {
            (true, false) => Some(PositionSide::Long),
            (false, true) => Some(PositionSide::Short),
            // Simultaneous long and short conditions contradict each other.
            _ => None,
        };
        match (held, wanted) {
            (None, Some(side)) => self.enter(bar.close, side),
            (Some(held), Some(side)) if held != side => self.enter(bar.close, side).or(Some(Decision::Exit)),
            (Some(held), _) => self.holds(self.exit.of(held)).then_some(Decision::Exit),
            (None, None) => None,
        }
    }

    /// The number of bars processed.
    #[must_use]
    pub const fn seen(&self) -> usize {
        self.seen
    }

    #[inline]
    fn holds(&self, code: Option<&Code>) -> bool {
        code.is_some_and(|code| self.program.holds(code))
    }

    /// `None` if a level would be on the wrong side of the price.
    #[cold]
    fn enter(&self, price: Price, side: PositionSide) -> Option<Decision> {
        let stop = match self.stop {
            StopRule::Nowhere => None,
            rule => Some(self.stop(rule, price, side).filter(|&stop| beyond(price, stop, side))?),
        };
        let mut targets = Vec::with_capacity(self.targets.len());
        for rule in &self.targets {
            let target = match *rule {
                TargetRule::Share(share) => self.ticks.away(price, share, side, true)?,
                TargetRule::Risk(multiple) => self.ticks.reward(price, stop?, multiple, side)?,
            };
            if !beyond(target, price, side) {
                return None;
            }
            targets.push(target);
        }
        targets.sort_unstable_by_key(|target| target.units().abs_diff(price.units()));
        Some(Decision::Enter { side, stop, targets })
    }

    fn stop(&self, rule: StopRule, price: Price, side: PositionSide) -> Option<Price> {
        match rule {
            StopRule::Nowhere => None,
            StopRule::Share(share) => self.ticks.away(price, share, side, false),
            StopRule::Atr { slot, multiple } => {
                self.ticks.against(price, multiple * self.program.now(slot), side)
            }
            StopRule::Level { long, short } => {
                let slot = if side == PositionSide::Long { long } else { short };
                self.ticks.level(self.program.now(slot?), side)
            }
        }
    }
}

/// Whether `price` is on the profitable side of `from` for a position of this side.
pub(crate) fn beyond(price: Price, from: Price, side: PositionSide) -> bool {
    match side {
        PositionSide::Long => price > from,
        PositionSide::Short => price < from,
    }
}

fn compile(program: &mut Program, sides: &Sides<Condition>) -> Sides<Code> {
    Sides {
        long: sides.long.as_ref().map(|condition| program.compile(condition)),
        short: sides.short.as_ref().map(|condition| program.compile(condition)),
    }
}
