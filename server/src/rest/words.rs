//! The permitted values of fields, as the OpenAPI document lists them. Nothing is parsed with these types:
//! the domain's parsers do that, and the values come from the domain's own lists.

use domain::{copy, strategy, sub_account};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type},
    },
};

/// Defines a string schema with the listed words.
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
    /// Exchange of a key.
    ExchangeId = domain::ExchangeId;
    /// Trade type of a key.
    TradeType = domain::TradeType;
    /// Strategy type of a key.
    StrategyType = domain::StrategyType;
    /// Status of a key.
    ApiKeyStatus = domain::ApiKeyStatus;
    /// Entry type of an order.
    EntryType = domain::ticket::EntryType;
    /// Entry type of a trade's order.
    TradeEntryType = domain::ticket::TradeEntryType;
    /// Type of an order's stop.
    StopType = domain::ticket::StopType;
    /// Side of an order.
    Side = domain::Side;
    /// Margin type of a market.
    MarginType = domain::MarginMode;
    /// Interval of history ranges.
    Interval = strategy::Interval;
    /// Bar interval of a strategy.
    Timeframe = domain::Frame;
    /// Action of a signal.
    SignalAction = domain::signal::Action;
    /// Source of a signal.
    SignalSource = domain::signal::Source;
    /// Visibility of a private signal source.
    SourceVisibility = domain::own_source::Visibility;
    /// An admin's decision about a private signal source.
    SourceDecision = domain::own_source::SourceDecision;
    /// Verdict on a call of a private signal source.
    SourceVerdict = domain::own_source::Verdict;
    /// Why a private signal source refused an alert.
    AlertRefusal = domain::own_source::RefusedAlert;
    /// Topic of events.
    EventTopic = domain::event_webhook::EventTopic;
    /// Type of an event.
    EventType = domain::event_webhook::EventType;
    /// Why an event webhook receives no events.
    WebhookDisabled = domain::event_webhook::Disabled;
    /// State of a delivery of an event.
    EventDeliveryState = domain::event_webhook::DeliveryState;
    /// Why an attempt to deliver an event failed.
    EventDeliveryProblem = domain::event_webhook::DeliveryProblem;
    /// Quantity that a risk rule bounds.
    RiskRuleKind = domain::risk_rule::Kind;
    /// Level that a risk rule applies to.
    RiskRuleLevel = domain::risk_rule::Level;
    /// Effect of a broken risk rule.
    RiskRuleAction = domain::risk_rule::RuleAction;
    /// Status of a copy.
    CopyStatus = copy::Status;
    /// Permission of an API client.
    Permission = domain::Permission;
    /// Legal entity type of a sub-account.
    LegalEntity = sub_account::LegalEntity;
    /// Status of a sub-account.
    SubAccountStatus = sub_account::Status;
    /// Identification type of a sub-account's owner.
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
