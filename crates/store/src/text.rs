//! Values in text columns: exact decimals as canonical text, which are never added, compared or sorted in SQL, and JSON.

use crate::{Error, Result};
use domain::{Decimal, money};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Database, Decode, Encode, Type, encode::IsNull, error::BoxDynError};
use std::{fmt, marker::PhantomData, ops::Deref};

/// A decimal in a text column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalText(pub Decimal);

domain::text_column!(DecimalText, |value| money::text(value.0), |text| {
    // Not `money::parse`, which rejects what users must not enter, such as the 29 digits of a computed third.
    Decimal::from_str_exact(text).ok().map(DecimalText)
});

/// The JSON of a `T` in a text column. It is parsed when the value is needed, not when the row is read, so a row with the
/// value of another version can be read and skipped. (`sqlx::types::Json` parses when the row is read, and on Postgres
/// fits columns of type `json` only.)
pub struct JsonText<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

/// Take-profit prices.
pub type Targets = JsonText<Vec<Decimal>>;

impl<T> JsonText<T> {
    /// Returns the JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<T: Serialize> JsonText<T> {
    /// Writes a value as JSON.
    ///
    /// # Errors
    /// If the value has no JSON, such as a map whose keys are no texts.
    pub fn of(value: &T) -> Result<Self> {
        let text = serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(Self::from(text))
    }
}

impl<T: DeserializeOwned> JsonText<T> {
    /// Parses the value.
    ///
    /// # Errors
    /// If the text is not the JSON of a `T`. The error has the place, not the text.
    pub fn value(&self) -> Result<T> {
        serde_json::from_str(&self.text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Error::from(sqlx::Error::Decode(format!("unexpected JSON at {line}:{column}").into()))
        })
    }
}

/// Takes the text as it is.
impl<T> From<String> for JsonText<T> {
    fn from(text: String) -> Self {
        Self { text, of: PhantomData }
    }
}

/// Takes the text as it is.
impl<T> From<&str> for JsonText<T> {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl<T> Deref for JsonText<T> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T> Clone for JsonText<T> {
    fn clone(&self) -> Self {
        Self::from(self.text.clone())
    }
}

impl<T> fmt::Debug for JsonText<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// Compares the texts.
impl<T> PartialEq for JsonText<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for JsonText<T> {}

impl<T, DB: Database> Type<DB> for JsonText<T>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}

impl<'q, T, DB: Database> Encode<'q, DB> for JsonText<T>
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> std::result::Result<IsNull, BoxDynError> {
        <String as Encode<'q, DB>>::encode_by_ref(&self.text, buffer)
    }
}

impl<'r, T, DB: Database> Decode<'r, DB> for JsonText<T>
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> std::result::Result<Self, BoxDynError> {
        <String as Decode<'r, DB>>::decode(value).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_parsed_when_it_is_needed() {
        let prices = vec![Decimal::new(1_105, 1), Decimal::from(120)];
        let targets = Targets::of(&prices).unwrap();
        assert_eq!(targets.as_str(), r#"["110.5","120"]"#);
        assert_eq!(targets.value().unwrap(), prices);
        assert_eq!(targets.clone(), Targets::from(r#"["110.5","120"]"#));
        let error = Targets::from("[\"secret\"]").value().unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
