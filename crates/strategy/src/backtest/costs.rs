//! Trading costs.

use crate::Ratio;
use domain::{Decimal, dec};

/// Fee, slippage and funding rate of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    pub(crate) fee: Ratio,
    pub(crate) slippage: Ratio,
    pub(crate) funding: Ratio,
}

/// A cost that is out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostProblem {
    /// The fee rate is out of range.
    #[error("fee rate must be between 0 and 0.1")]
    Fee,
    /// The slippage is out of range.
    #[error("slippage must be between 0 and 1000 basis points")]
    Slippage,
    /// The funding rate is out of range.
    #[error("funding rate must be between -0.03 and 0.03")]
    Funding,
}

impl Costs {
    /// No costs.
    pub const FREE: Self = Self { fee: Ratio::ZERO, slippage: Ratio::ZERO, funding: Ratio::ZERO };

    /// Binance perpetuals for a taker without a discount, on a calm day: fee 0.05 %, slippage 1 basis point,
    /// funding 0.01 % per eight hours.
    pub const PERPETUAL: Self = Self {
        fee: Ratio::from_parts(Ratio::ONE / 2_000),
        slippage: Ratio::from_parts(Ratio::ONE / 10_000),
        funding: Ratio::from_parts(Ratio::ONE / 10_000),
    };

    /// Creates costs from a fee as a fraction of a fill's notional, slippage in basis points of its price,
    /// and funding as a fraction of the position's notional per eight hours, which longs pay to shorts.
    ///
    /// # Errors
    /// The first value that is out of range or has more than ten decimal places.
    pub fn new(fee_rate: Decimal, slippage_bp: Decimal, funding_rate: Decimal) -> Result<Self, CostProblem> {
        let within = |value: Decimal, least: Decimal, most: Decimal| {
            Ratio::from_decimal(value).filter(|_| value >= least && value <= most)
        };
        let tenth = dec!(0.1);
        let slippage = slippage_bp.checked_div(Decimal::from(10_000)).ok_or(CostProblem::Slippage)?;
        Ok(Self {
            fee: within(fee_rate, Decimal::ZERO, tenth).ok_or(CostProblem::Fee)?,
            slippage: within(slippage, Decimal::ZERO, tenth).ok_or(CostProblem::Slippage)?,
            funding: within(funding_rate, dec!(-0.03), dec!(0.03)).ok_or(CostProblem::Funding)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_kept() {
        let d = |units, scale| Decimal::new(units, scale);
        assert_eq!(Costs::new(d(5, 4), d(1, 0), d(1, 4)), Ok(Costs::PERPETUAL));
        assert_eq!(Costs::new(d(0, 0), d(0, 0), d(0, 0)), Ok(Costs::FREE));
        assert_eq!(Costs::new(d(-1, 4), d(1, 0), d(1, 4)), Err(CostProblem::Fee));
        assert_eq!(Costs::new(d(11, 2), d(1, 0), d(1, 4)), Err(CostProblem::Fee));
        assert_eq!(Costs::new(d(0, 0), d(1_001, 0), d(1, 4)), Err(CostProblem::Slippage));
        assert_eq!(Costs::new(d(0, 0), d(0, 0), d(31, 3)), Err(CostProblem::Funding));
        assert_eq!(Costs::new(d(1, 11), d(0, 0), d(0, 0)), Err(CostProblem::Fee));
    }
}
