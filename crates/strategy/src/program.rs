//! A definition compiled into flat lists: indicators, each computed once per bar, and conditions as linear
//! code with skips. Running it does not allocate.

use crate::{
    Bar,
    definition::{Condition, Expr, Source},
    indicator::{Atr, Ema, Extreme, Rsi, Sight, Sma, Supertrend},
    ticks,
};

/// The location of an expression's value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot(usize);

/// An expression's value at the current and the previous bar.
#[derive(Clone, Copy, Debug)]
struct Value {
    now: f64,
    before: f64,
}

impl Value {
    const NONE: Self = Self { now: f64::NAN, before: f64::NAN };

    fn crosses_above(self, other: Self) -> bool {
        self.now > other.now && self.before <= other.before
    }
}

#[derive(Clone, Debug)]
enum Node {
    Price(Source),
    Constant(f64),
    Ema(Ema, Source),
    Sma(Sma, Source),
    Rsi(Rsi, Source),
    Atr(Atr),
    Highest(Extreme),
    Lowest(Extreme),
    Supertrend(Supertrend),
}

impl Node {
    fn new(expr: &Expr) -> Self {
        match expr {
            Expr::Price(source) => Self::Price(*source),
            Expr::Constant(value) => Self::Constant(ticks::opinion(*value)),
            Expr::Ema { of, length } => Self::Ema(Ema::new(*length), *of),
            Expr::Sma { of, length } => Self::Sma(Sma::new(*length), *of),
            Expr::Rsi { of, length } => Self::Rsi(Rsi::new(*length), *of),
            Expr::Atr { length } => Self::Atr(Atr::new(*length)),
            Expr::DonchianHigh { length } => Self::Highest(Extreme::highest(*length)),
            Expr::DonchianLow { length } => Self::Lowest(Extreme::lowest(*length)),
            Expr::Supertrend { length, multiple } => {
                Self::Supertrend(Supertrend::new(*length, ticks::opinion(*multiple)))
            }
        }
    }

    #[inline]
    fn next(&mut self, bar: &Sight) -> f64 {
        match self {
            Self::Price(source) => source.of(bar),
            Self::Constant(value) => *value,
            Self::Ema(ema, of) => ema.next(of.of(bar)),
            Self::Sma(sma, of) => sma.next(of.of(bar)),
            Self::Rsi(rsi, of) => rsi.next(of.of(bar)),
            Self::Atr(atr) => atr.next(bar),
            Self::Highest(extreme) => extreme.next(bar.high),
            Self::Lowest(extreme) => extreme.next(bar.low),
            Self::Supertrend(supertrend) => supertrend.next(bar),
        }
    }
}

impl Source {
    #[inline]
    const fn of(self, bar: &Sight) -> f64 {
        match self {
            Self::Open => bar.open,
            Self::High => bar.high,
            Self::Low => bar.low,
            Self::Close => bar.close,
            Self::Volume => bar.volume,
        }
    }
}

#[derive(Clone, Debug)]
enum Op {
    Above(Slot, Slot),
    CrossesAbove(Slot, Slot),
    Not,
    /// Jumps to this position if the current result equals the given value.
    SkipIf(bool, usize),
}

/// A compiled condition.
#[derive(Clone, Debug)]
pub(crate) struct Code(Box<[Op]>);

/// The indicators of a definition and their values at the last bar.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    exprs: Vec<Expr>,
    nodes: Vec<Node>,
    values: Vec<Value>,
}

impl Program {
    /// The slot of an expression. Equal expressions share one.
    pub(crate) fn slot(&mut self, expr: &Expr) -> Slot {
        let known = self.exprs.iter().position(|e| e == expr);
        Slot(known.unwrap_or_else(|| {
            self.exprs.push(expr.clone());
            self.nodes.push(Node::new(expr));
            self.values.push(Value::NONE);
            self.nodes.len() - 1
        }))
    }

    pub(crate) fn compile(&mut self, condition: &Condition) -> Code {
        let mut ops = Vec::new();
        self.emit(condition, &mut ops);
        Code(ops.into_boxed_slice())
    }

    fn emit(&mut self, condition: &Condition, ops: &mut Vec<Op>) {
        match condition {
            Condition::Above(a, b) => ops.push(Op::Above(self.slot(a), self.slot(b))),
            Condition::Below(a, b) => ops.push(Op::Above(self.slot(b), self.slot(a))),
            Condition::CrossesAbove(a, b) => ops.push(Op::CrossesAbove(self.slot(a), self.slot(b))),
            Condition::CrossesBelow(a, b) => ops.push(Op::CrossesAbove(self.slot(b), self.slot(a))),
            Condition::All(conditions) => self.sequence(conditions, false, ops),
            Condition::Any(conditions) => self.sequence(conditions, true, ops),
            Condition::Not(one) => {
                self.emit(one, ops);
                ops.push(Op::Not);
            }
        }
    }

    /// Emits conditions in sequence, skipping the rest as soon as one decides the result.
    fn sequence(&mut self, conditions: &[Condition], decisive: bool, ops: &mut Vec<Op>) {
        let mut skips = Vec::new();
        for (number, condition) in conditions.iter().enumerate() {
            if number > 0 {
                skips.push(ops.len());
                ops.push(Op::SkipIf(decisive, 0));
            }
            self.emit(condition, ops);
        }
        let end = ops.len();
        for place in skips {
            if let Some(Op::SkipIf(_, to)) = ops.get_mut(place) {
                *to = end;
            }
        }
    }

    /// Processes a closed bar.
    #[inline]
    pub(crate) fn next(&mut self, bar: &Bar) {
        let sight = Sight {
            open: bar.open.opinion(),
            high: bar.high.opinion(),
            low: bar.low.opinion(),
            close: bar.close.opinion(),
            volume: bar.volume,
        };
        for (node, value) in self.nodes.iter_mut().zip(&mut self.values) {
            *value = Value { before: value.now, now: node.next(&sight) };
        }
    }

    #[inline]
    pub(crate) fn now(&self, slot: Slot) -> f64 {
        self.value(slot).now
    }

    #[inline]
    fn value(&self, slot: Slot) -> Value {
        self.values.get(slot.0).copied().unwrap_or(Value::NONE)
    }

    /// Whether a condition holds at the last bar.
    #[inline]
    pub(crate) fn holds(&self, code: &Code) -> bool {
        let (mut place, mut found) = (0, false);
        while let Some(op) = code.0.get(place) {
            place += 1;
            match op {
                Op::Above(a, b) => found = self.now(*a) > self.now(*b),
                Op::CrossesAbove(a, b) => found = self.value(*a).crosses_above(self.value(*b)),
                Op::Not => found = !found,
                Op::SkipIf(when, to) if found == *when => place = *to,
                Op::SkipIf(..) => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Price;
    use domain::{Decimal, Micros};
    use proptest::prelude::*;

    fn constant(value: i64) -> Expr {
        Expr::Constant(Decimal::from(value))
    }

    fn leaf() -> impl Strategy<Value = Condition> {
        any::<bool>().prop_map(|truth| Condition::Above(constant(i64::from(truth)), constant(0)))
    }

    fn condition() -> impl Strategy<Value = Condition> {
        leaf().prop_recursive(5, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..5).prop_map(Condition::All),
                prop::collection::vec(inner.clone(), 1..5).prop_map(Condition::Any),
                inner.prop_map(|one| Condition::Not(Box::new(one))),
            ]
        })
    }

    /// A direct interpretation of the condition, as reference.
    fn meaning(condition: &Condition) -> bool {
        match condition {
            Condition::Above(a, b) => matches!((a, b), (Expr::Constant(a), Expr::Constant(b)) if a > b),
            Condition::All(all) => all.iter().all(meaning),
            Condition::Any(any) => any.iter().any(meaning),
            Condition::Not(one) => !meaning(one),
            _ => false,
        }
    }

    fn bar(price: i64) -> Bar {
        let price = Price::from_units(price).unwrap();
        Bar { at: Micros(0), open: price, high: price, low: price, close: price, volume: 0.0 }
    }

    proptest! {
        #[test]
        fn flat_code_means_what_the_tree_means(condition in condition()) {
            let mut program = Program::default();
            let code = program.compile(&condition);
            program.next(&bar(1));
            prop_assert_eq!(program.holds(&code), meaning(&condition));
        }
    }

    #[test]
    fn a_crossing_is_one_bar_long_and_may_start_from_equality() {
        let mut program = Program::default();
        let level = Expr::Constant(Decimal::new(5, 8));
        let up = program.compile(&Condition::CrossesAbove(Expr::close(), level.clone()));
        let down = program.compile(&Condition::CrossesBelow(Expr::close(), level));
        let crossings: Vec<_> = [6, 5, 6, 7, 5, 4, 4]
            .into_iter()
            .map(|price| {
                program.next(&bar(price));
                (program.holds(&up), program.holds(&down))
            })
            .collect();
        let (none, rise, fall) = ((false, false), (true, false), (false, true));
        assert_eq!(crossings, [none, none, rise, none, none, fall, none]);
        assert_eq!(program.nodes.len(), 2, "equal expressions share a node");
    }
}
