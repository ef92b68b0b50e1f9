//! The form of what the desk does with an open trade by itself.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    trade::{at_desk, desk_page, fresh_key, market_of},
    trade_change::{once, target},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::DeskNotice,
};
use domain::{
    Decimal, money,
    trade::{AutomationChange, PriceSource, Setting, TradeChange},
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{Error, trading::order};

/// Replaces what the desk does with a trade by itself. An empty field switches one off.
#[allow(clippy::too_many_arguments)] // the form's fields
#[server(endpoint = "trade-automation")]
pub async fn set_automation(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)] version: String,
    #[server(default)]
    #[server(rename = "breakevenAfter")]
    breakeven_after: String,
    #[server(default)]
    #[server(rename = "trailingPercent")]
    trailing_percent: String,
    #[server(default)]
    #[server(rename = "trailingAtr")]
    trailing_atr: String,
    #[server(default)] trigger: String,
    #[server(default)]
    #[server(rename = "timeLimit")]
    time_limit: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = at_desk("trade-automation", &key, &symbol)
        .keep("id", &trade)
        .keep("breakevenAfter", &breakeven_after)
        .keep("trailingPercent", &trailing_percent)
        .keep("trailingAtr", &trailing_atr)
        .keep("trigger", &trigger)
        .keep("timeLimit", &time_limit);
    let trail = [&trailing_percent, &trailing_atr];
    let body = [&key, &symbol, &trade, &breakeven_after, trail[0], trail[1], &trigger, &time_limit];
    let idempotency = once("trade-automation", &body, idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        let automation = automation_of(&breakeven_after, trail.map(String::as_str), &trigger, &time_limit);
        Ok((id, pair, target(&trade, &version, idempotency)?, automation.map_err(Error::Fields)?))
    };
    let changed = match parse() {
        Ok((id, pair, target, automation)) => {
            let change = TradeChange { automation, ..TradeChange::default() };
            order::change_trade(&visit.desk, &actor, id, &pair, target, change).await
        }
        Err(error) => Err(error),
    };
    let done = changed.map(|()| Done::at(desk_page(&key, &symbol)).with_notice(DeskNotice::AutomationSet));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// `percent` and `atr` are the distance of the trailing stop; a multiple of the average true range replaces a percentage.
fn automation_of(
    after: &str,
    [percent, atr]: [&str; 2],
    trigger: &str,
    limit: &str,
) -> Result<AutomationChange, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let multiple = setting(&mut problems, "trailingAtr", atr, Problem::NotAtrMultiple, Some);
    let percent = setting(&mut problems, "trailingPercent", percent, Problem::NotNumber, Some);
    let (trailing_percent, trailing_atr) = match multiple {
        Setting::Set(multiple) => (Setting::Keep, Some(multiple)),
        Setting::Clear | Setting::Keep => (percent, None),
    };
    let change = AutomationChange {
        breakeven_after: setting(&mut problems, "breakevenAfter", after, Problem::NotTargetNumber, whole),
        trailing_percent,
        trailing_atr,
        trigger: Some(PriceSource::parse(trigger).unwrap_or_default()),
        time_limit: setting(&mut problems, "timeLimit", limit, Problem::NotTimeLimit, whole),
    };
    if problems.is_empty() { Ok(change) } else { Err(problems) }
}

fn setting<T>(
    problems: &mut Vec<FieldProblem>,
    field: &str,
    text: &str,
    problem: Problem,
    read: impl FnOnce(Decimal) -> Option<T>,
) -> Setting<T> {
    if text.trim().is_empty() {
        return Setting::Clear;
    }
    let value = money::parse(text).ok().and_then(read);
    value.map_or_else(
        || {
            problems.push(FieldProblem::new(field, problem));
            Setting::Keep
        },
        Setting::Set,
    )
}

fn whole<T: TryFrom<Decimal>>(number: Decimal) -> Option<T> {
    if number.is_integer() { T::try_from(number).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_switches_a_setting_off() {
        let read = automation_of("", [" 1.5 ", ""], "mark", "").unwrap();
        let expected = AutomationChange {
            breakeven_after: Setting::Clear,
            trailing_percent: Setting::Set(Decimal::new(15, 1)),
            trailing_atr: None,
            trigger: Some(PriceSource::Mark),
            time_limit: Setting::Clear,
        };
        assert_eq!(read, expected);
        let read = automation_of("", ["1.5", "2"], "mark", "").unwrap();
        let (trailing_percent, trailing_atr) = (Setting::Keep, Some(Decimal::TWO));
        assert_eq!(read, AutomationChange { trailing_percent, trailing_atr, ..expected });
    }

    #[test]
    fn every_field_that_cannot_be_read_is_named() {
        let problems = automation_of("1.5", ["much", ""], "elsewhere", "-1").unwrap_err();
        let named: Vec<_> =
            problems.iter().map(|problem| (problem.field.as_str(), problem.problem)).collect();
        let expected = [
            ("trailingPercent", Problem::NotNumber),
            ("breakevenAfter", Problem::NotTargetNumber),
            ("timeLimit", Problem::NotTimeLimit),
        ];
        assert_eq!(named, expected);
    }
}
