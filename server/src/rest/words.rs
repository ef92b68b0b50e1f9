//! What fields may hold, as the OpenAPI document lists it. Nothing is read with these: the domain's own parsers read,
//! and its own lists of words are what stands here.

use domain::{copy, strategy, sub_account};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type},
    },
};

/// A list of words by name.
macro_rules! listed {
    ($($(#[$doc:meta])* $name:ident = $words:ty;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$words>::ALL.iter().map(|word| word.word());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

listed! {
    /// Of a key.
    ExchangeId = domain::ExchangeId;
    /// Of a key.
    TradeType = domain::TradeType;
    /// Of a key.
    StrategyType = domain::StrategyType;
    /// Of a key.
    ApiKeyStatus = domain::ApiKeyStatus;
    /// Of an order.
    EntryType = domain::ticket::EntryType;
    /// Of an order's stop.
    StopType = domain::ticket::StopType;
    /// Of an order.
    Side = domain::Side;
    /// Of a market.
    MarginType = domain::MarginMode;
    /// Of ranges.
    Interval = strategy::Interval;
    /// Of a strategy's bars.
    Timeframe = domain::Frame;
    /// Of a signal.
    SignalAction = domain::signal::Action;
    /// Of a signal.
    SignalSource = domain::signal::Source;
    /// Of a copy.
    CopyStatus = copy::Status;
    /// Of an API client.
    Permission = domain::Permission;
    /// Of a sub-account.
    LegalEntity = sub_account::LegalEntity;
    /// Of a sub-account.
    SubAccountStatus = sub_account::Status;
    /// Of a sub-account's owner.
    Identification = sub_account::Identification;
}

/// A JSON number or a string, with all its digits.
pub struct Number;

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        let types = SchemaType::from_iter([Type::Number, Type::String]);
        ObjectBuilder::new().schema_type(types).into()
    }
}

impl ToSchema for Number {}

/// A list of numbers, or one number.
pub struct Numbers;

impl PartialSchema for Numbers {
    fn schema() -> RefOr<Schema> {
        let several = ArrayBuilder::new().items(Number::schema());
        OneOfBuilder::new().item(several).item(Number::schema()).into()
    }
}

impl ToSchema for Numbers {}
