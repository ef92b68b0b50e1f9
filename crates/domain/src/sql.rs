//! Database mappings of the domain enums: stored as text, identically on every engine. Ids and times have
//! their own mappings.

use crate::{
    AccountMode, ApiKeyStatus, ExchangeId, PositionSlot, Role, Side, StrategyType, Symbol, TradeType, copy,
    own_source, risk_rule, signal, strategy,
};

/// Maps a type to a text column. Takes a function that formats it and one that parses it (`None` for invalid
/// text).
#[macro_export]
macro_rules! text_column {
    ($name:ty, $write:expr, $read:expr) => {
        impl<DB: ::sqlx::Database> ::sqlx::Type<DB> for $name
        where
            String: ::sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as ::sqlx::Type<DB>>::type_info()
            }
            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as ::sqlx::Type<DB>>::compatible(ty)
            }
        }

        impl<'q, DB: ::sqlx::Database> ::sqlx::Encode<'q, DB> for $name
        where
            String: ::sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut DB::ArgumentBuffer,
            ) -> ::core::result::Result<::sqlx::encode::IsNull, ::sqlx::error::BoxDynError> {
                let write: fn(&$name) -> String = $write;
                <String as ::sqlx::Encode<'q, DB>>::encode(write(self), buffer)
            }
        }

        impl<'r, DB: ::sqlx::Database> ::sqlx::Decode<'r, DB> for $name
        where
            &'r str: ::sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> ::core::result::Result<Self, ::sqlx::error::BoxDynError> {
                let read: fn(&str) -> Option<$name> = $read;
                let text = <&'r str as ::sqlx::Decode<'r, DB>>::decode(value)?;
                read(text).ok_or_else(|| format!("{text:?} is not a valid {}", stringify!($name)).into())
            }
        }
    };
}

text_column!(Role, |role| role.name().to_owned(), Role::parse);
text_column!(Symbol, Symbol::to_string, |text| text.parse().ok());
text_column!(ExchangeId, |id| id.word().to_owned(), ExchangeId::parse);
text_column!(TradeType, |kind| kind.word().to_owned(), TradeType::parse);
text_column!(StrategyType, |kind| kind.word().to_owned(), StrategyType::parse);
text_column!(AccountMode, |mode| mode.word().to_owned(), AccountMode::parse);
text_column!(ApiKeyStatus, |status| status.word().to_owned(), ApiKeyStatus::parse);
text_column!(PositionSlot, |slot| slot.word().to_owned(), PositionSlot::parse);
text_column!(Side, |side| side.word().to_owned(), Side::parse);
text_column!(signal::Action, |action| action.word().to_owned(), signal::Action::parse);
text_column!(signal::Source, |source| source.word().to_owned(), signal::Source::parse);
text_column!(crate::trade::PriceSource, |source| source.word().to_owned(), crate::trade::PriceSource::parse);
text_column!(signal::AmountUnit, |unit| unit.word().to_owned(), signal::AmountUnit::parse);
text_column!(copy::Status, |status| status.word().to_owned(), copy::Status::parse);
text_column!(copy::Reason, |reason| reason.word().to_owned(), copy::Reason::parse);
text_column!(
    crate::event_webhook::EventType,
    |kind| kind.word().to_owned(),
    crate::event_webhook::EventType::parse
);
text_column!(
    crate::event_webhook::Disabled,
    |it| it.word().to_owned(),
    crate::event_webhook::Disabled::parse
);
text_column!(
    crate::event_webhook::DeliveryProblem,
    |it| it.word().to_owned(),
    crate::event_webhook::DeliveryProblem::parse
);
text_column!(copy::Exit, |exit| exit.word().to_owned(), copy::Exit::parse);
text_column!(copy::Paused, |paused| paused.word().to_owned(), copy::Paused::parse);
text_column!(crate::report::Period, |period| period.word().to_owned(), crate::report::Period::parse);
text_column!(own_source::Visibility, |it| it.word().to_owned(), own_source::Visibility::parse);
text_column!(own_source::Verdict, |verdict| verdict.word().to_owned(), own_source::Verdict::parse);
text_column!(own_source::RefusedAlert, |it| it.word().to_owned(), own_source::RefusedAlert::parse);
text_column!(risk_rule::Kind, |kind| kind.word().to_owned(), risk_rule::Kind::parse);
text_column!(risk_rule::RuleAction, |it| it.word().to_owned(), risk_rule::RuleAction::parse);
text_column!(risk_rule::Level, |level| level.word().to_owned(), risk_rule::Level::parse);
text_column!(strategy::Exit, |exit| exit.word().to_owned(), strategy::Exit::parse);
text_column!(strategy::Kind, |kind| kind.word().to_owned(), strategy::Kind::parse);
text_column!(crate::notification::Channel, |c| c.word().to_owned(), crate::notification::Channel::parse);
text_column!(crate::notification::Kind, |k| k.word().to_owned(), crate::notification::Kind::parse);
text_column!(
    crate::profile::Language,
    |language| language.word().to_owned(),
    crate::profile::Language::parse
);
text_column!(crate::subscription::State, |state| state.word().to_owned(), crate::subscription::State::parse);
text_column!(crate::subscription::Interval, |i| i.word().to_owned(), crate::subscription::Interval::parse);
text_column!(crate::ledger::MovementKind, |kind| kind.word().to_owned(), crate::ledger::MovementKind::parse);
text_column!(crate::ledger::TransferStatus, |s| s.word().to_owned(), crate::ledger::TransferStatus::parse);
text_column!(
    crate::sub_account::LegalEntity,
    |e| e.word().to_owned(),
    crate::sub_account::LegalEntity::parse
);
text_column!(crate::sub_account::Status, |s| s.word().to_owned(), crate::sub_account::Status::parse);
text_column!(
    crate::sub_account::Identification,
    |kind| kind.word().to_owned(),
    crate::sub_account::Identification::parse
);
