//! Presets of the ticket: settings that a user has saved under a name. They fit any price, because their exits are
//! distances.

use crate::{
    Decimal, PresetId,
    ticket::MOST_TARGETS,
    unseen::unseen,
    validation::{FieldProblem, Problem},
};
use serde::{Deserialize, Serialize};

/// Most presets of a user.
pub const MOST_PRESETS: usize = 20;
/// Longest name, in characters.
const LONGEST_NAME: usize = 40;

/// The size of a preset's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PresetSize {
    /// An amount in base units.
    Amount(Decimal),
    /// The share of equity at risk, in percent.
    Risk(Decimal),
}

/// The settings of a preset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetSettings {
    /// The size of the order.
    pub size: PresetSize,
    /// The stop's distance from the entry, in percent of its price.
    pub stop_percent: Option<Decimal>,
    /// The distances of the take-profits from the entry, in percent of its price.
    pub target_percents: Vec<Decimal>,
    /// The shares of the take-profits, each above 0 and together at most 1; empty for equal ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_shares: Vec<Decimal>,
    /// The market's leverage; `None` if it does not matter.
    pub leverage: Option<u16>,
}

/// A preset of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Id of the preset.
    pub id: PresetId,
    /// Its name, unique among its user's presets.
    pub name: String,
    /// Size, exits and leverage.
    pub settings: PresetSettings,
}

impl PresetSettings {
    /// Checks the settings and their name.
    ///
    /// # Errors
    /// All problems together.
    pub fn check(&self, name: &str) -> Result<(), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut fail = |field: &str, problem: Problem| problems.push(FieldProblem::new(field, problem));
        match name.chars().count() {
            0 => fail("name", Problem::Required),
            1..=LONGEST_NAME if name.chars().any(unseen) => fail("name", Problem::NotText),
            1..=LONGEST_NAME => {}
            _ => fail("name", Problem::TextTooLong),
        }
        match self.size {
            PresetSize::Amount(amount) if amount <= Decimal::ZERO => fail("amount", Problem::NotPositive),
            PresetSize::Risk(percent) if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED => {
                fail("riskPercent", Problem::NotRiskPercent);
            }
            PresetSize::Amount(_) | PresetSize::Risk(_) => {}
        }
        if self.stop_percent.is_some_and(|percent| percent <= Decimal::ZERO) {
            fail("stopPercent", Problem::NotPositive);
        }
        if self.target_percents.iter().any(|percent| *percent <= Decimal::ZERO) {
            fail("takeProfitPercents", Problem::NotPositive);
        } else if self.target_percents.len() > MOST_TARGETS {
            fail("takeProfitPercents", Problem::TooManyTargets);
        }
        self.check_shares(&mut fail);
        if self.leverage.is_some_and(|leverage| !(1..=125).contains(&leverage)) {
            fail("leverage", Problem::NotLeverage);
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn check_shares(&self, fail: &mut impl FnMut(&str, Problem)) {
        const FIELD: &str = "takeProfitShares";
        if self.target_shares.is_empty() {
            return;
        }
        if self.target_shares.len() != self.target_percents.len() {
            fail(FIELD, Problem::Contradicts);
        } else if self.target_shares.iter().any(|share| *share <= Decimal::ZERO || *share > Decimal::ONE) {
            fail(FIELD, Problem::NotShare);
        } else if self.target_shares.iter().sum::<Decimal>() > Decimal::ONE {
            fail(FIELD, Problem::SharesTooMany);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dec;

    fn settings() -> PresetSettings {
        PresetSettings {
            size: PresetSize::Risk(dec!(1)),
            stop_percent: Some(dec!(2)),
            target_percents: vec![dec!(3), dec!(6)],
            target_shares: Vec::new(),
            leverage: Some(10),
        }
    }

    #[test]
    fn all_problems_are_reported_together() {
        assert_eq!(settings().check("Swing"), Ok(()));
        let bad = PresetSettings {
            size: PresetSize::Amount(dec!(0)),
            stop_percent: Some(dec!(-1)),
            target_percents: vec![dec!(0)],
            target_shares: Vec::new(),
            leverage: Some(126),
        };
        let fields: Vec<_> = bad.check("").unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["name", "amount", "stopPercent", "takeProfitPercents", "leverage"]);
        let risk = PresetSettings { size: PresetSize::Risk(dec!(101)), ..settings() };
        assert_eq!(risk.check("x").unwrap_err()[0].problem, Problem::NotRiskPercent);
        assert_eq!(settings().check(&"x".repeat(41)).unwrap_err()[0].problem, Problem::TextTooLong);
        assert_eq!(settings().check("a\u{7}").unwrap_err()[0].problem, Problem::NotText);
    }
    #[test]
    fn shares_are_those_of_the_take_profits() {
        let shares = |all: &[Decimal]| {
            let settings = PresetSettings { target_shares: all.to_vec(), ..settings() };
            settings.check("x").err().map(|problems| (problems[0].field.clone(), problems[0].problem))
        };
        let problem = |problem| Some(("takeProfitShares".to_owned(), problem));
        assert_eq!(shares(&[dec!(0.7), dec!(0.3)]), None);
        assert_eq!(shares(&[dec!(0.5), dec!(0.2)]), None, "a part of the position may have no take-profit");
        assert_eq!(shares(&[dec!(1)]), problem(Problem::Contradicts));
        assert_eq!(shares(&[dec!(0), dec!(0.5)]), problem(Problem::NotShare));
        assert_eq!(shares(&[dec!(0.7), dec!(0.4)]), problem(Problem::SharesTooMany));
    }
}
