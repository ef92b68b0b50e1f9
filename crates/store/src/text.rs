//! Exact decimals as canonical text. They are never added, compared or sorted in SQL.

use domain::{Decimal, money};

/// A decimal in a text column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalText(pub Decimal);

domain::text_column!(DecimalText, |value| money::text(value.0), |text| {
    // Not `money::parse`, which rejects what users must not enter, such as the 29 digits of a computed third.
    Decimal::from_str_exact(text).ok().map(DecimalText)
});
