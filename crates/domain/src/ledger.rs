//! Ledger amounts: whole units of 10^-8 in an `i64`, with a number of decimals for each currency.

use crate::{Decimal, LedgerAccountId, Micros, TransferId, UserId, money, validation::Problem, words};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Decimal places of one unit.
pub const PLACES: u32 = 8;

/// An amount in units of 10^-8 of any currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Units(pub i64);

impl Units {
    /// Returns the amount as a decimal.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.0, PLACES).normalize()
    }

    /// Converts a decimal to units, or returns `None` if it has more than 8 decimals or overflows.
    #[must_use]
    pub fn of(amount: Decimal) -> Option<Self> {
        let amount = amount.normalize();
        if amount.scale() > PLACES {
            return None;
        }
        let factor = 10_i128.checked_pow(PLACES - amount.scale())?;
        i64::try_from(amount.mantissa().checked_mul(factor)?).ok().map(Self)
    }

    /// Returns the sum, or `None` on overflow.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Returns the negated amount, or `None` on overflow.
    #[must_use]
    pub fn negated(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&money::text(self.decimal()))
    }
}

/// A currency of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// Currency code: `ZAR`, `BTC`.
    pub code: String,
    /// English name.
    pub name: String,
    /// Number of decimals: 2, 8.
    pub scale: u32,
}

impl Currency {
    /// Parses a positive amount in this currency. Input with too many decimals is rejected, never rounded.
    ///
    /// # Errors
    /// [`Problem::Required`], [`Problem::NotNumber`], [`Problem::NotPositive`], [`Problem::TooManyDecimals`].
    pub fn amount(&self, text: &str) -> Result<Units, Problem> {
        if text.trim().is_empty() {
            return Err(Problem::Required);
        }
        let amount = money::parse(text).map_err(|_| Problem::NotNumber)?.normalize();
        if amount <= Decimal::ZERO {
            return Err(Problem::NotPositive);
        }
        if amount.scale() > self.scale {
            return Err(Problem::TooManyDecimals);
        }
        Units::of(amount).ok_or(Problem::NotNumber)
    }
}

/// Validates the form of a currency code: 2 to 10 capital letters and digits.
///
/// # Errors
/// [`Problem::Required`] or [`Problem::NotCurrency`].
pub fn code(text: &str) -> Result<&str, Problem> {
    let good = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    match text.len() {
        0 => Err(Problem::Required),
        2..=10 if good => Ok(text),
        _ => Err(Problem::NotCurrency),
    }
}

/// Validates the form of a country code: two capital letters.
///
/// # Errors
/// [`Problem::Required`] or [`Problem::NotLetterCode`].
pub fn country(text: &str) -> Result<&str, Problem> {
    match text.len() {
        0 => Err(Problem::Required),
        2 if text.bytes().all(|b| b.is_ascii_uppercase()) => Ok(text),
        _ => Err(Problem::NotLetterCode),
    }
}

/// A user's account in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyAccount {
    /// Internal id.
    pub id: LedgerAccountId,
    /// Public id used by API clients: `acc_8F4J2N`.
    pub public_id: String,
    /// The user who owns the account.
    pub user: UserId,
    /// Currency code.
    pub currency: String,
    /// Available balance.
    pub available: Units,
    /// Balance reserved by holds.
    pub locked: Units,
    /// When it was opened.
    pub created_at: Micros,
}

/// One entry of an account's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Time of the entry.
    pub at: Micros,
    /// Kind of the entry.
    pub kind: MovementKind,
    /// Free-text memo of the party that moved the money.
    pub memo: String,
    /// Amount credited (positive) or debited (negative).
    pub amount: Units,
    /// Balance after the entry, held funds included.
    pub after: Units,
}

words! {
    /// The kind of a ledger movement.
    pub MovementKind {
        /// A credit by an admin or by the sandbox's faucet.
        Credit = "credit",
        /// A transfer to an exchange account.
        ToExchange = "to-exchange",
        /// A transfer from an exchange account.
        FromExchange = "from-exchange",
        /// A transfer between two ledger accounts.
        Transfer = "transfer",
    }
}

words! {
    /// The status of a transfer to or from an exchange.
    pub TransferStatus {
        /// Decided, but not yet confirmed by the exchange.
        Working = "working",
        /// Completed.
        Done = "done",
        /// Failed permanently.
        Failed = "failed",
    }
}

/// A transfer between a currency account and an exchange account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Id of the transfer, also sent to the exchange.
    pub id: TransferId,
    /// Direction: to or from the exchange.
    pub kind: MovementKind,
    /// Amount transferred.
    pub amount: Units,
    /// Status of the transfer.
    pub status: TransferStatus,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rand() -> Currency {
        Currency { code: "ZAR".into(), name: "Rand".into(), scale: 2 }
    }

    #[test]
    fn finer_input_is_refused_and_never_rounded() {
        assert_eq!(rand().amount("10.25"), Ok(Units(1_025_000_000)));
        assert_eq!(rand().amount("10.250"), Ok(Units(1_025_000_000)));
        assert_eq!(rand().amount("10.255"), Err(Problem::TooManyDecimals));
        assert_eq!(rand().amount("0"), Err(Problem::NotPositive));
        assert_eq!(rand().amount("-1"), Err(Problem::NotPositive));
        assert_eq!(rand().amount("1e30"), Err(Problem::NotNumber));
        assert_eq!(rand().amount("99999999999999"), Err(Problem::NotNumber));
        assert_eq!(rand().amount(" "), Err(Problem::Required));
    }

    #[test]
    fn codes_are_capital_letters() {
        assert_eq!(code("USDT"), Ok("USDT"));
        for bad in ["usdt", "US DT", "Z", "ÄÖ", "ABCDEFGHIJK"] {
            assert_eq!(code(bad), Err(Problem::NotCurrency), "{bad}");
        }
        assert_eq!(
            (code(""), country("ZA"), country("za")),
            (Err(Problem::Required), Ok("ZA"), Err(Problem::NotLetterCode))
        );
    }

    proptest! {
        #[test]
        fn units_and_decimals_are_equal(units in any::<i64>()) {
            prop_assert_eq!(Units::of(Units(units).decimal()), Some(Units(units)));
        }

        #[test]
        fn an_amount_reads_as_it_was_written(units in 1_i64..i64::MAX, scale in 0_u32..=8) {
            let currency = Currency { code: "X1".into(), name: String::new(), scale };
            let step = 10_i64.pow(PLACES - scale);
            let amount = Units(units / step * step);
            prop_assume!(amount.0 > 0);
            prop_assert_eq!(currency.amount(&amount.to_string()), Ok(amount));
        }
    }
}
