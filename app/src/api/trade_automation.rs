//! The form of what the desk does with an open trade by itself.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    form::Form,
    posted_ticket::PostedAutomation,
    trade::{at_desk, back_to_desk, fresh_key, market_of, once},
    trade_change::{beside, target},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    islands::desk::{EntryAutomation, FIELDS, TRIGGER},
    notice::DeskNotice,
    visit::Visit,
};
use domain::money::Arithmetic as _;
use domain::{
    Decimal, ExchangeKeyId, dec, money,
    ticket::ManualOrder,
    trade::{AutomationChange, PriceSource, Setting, TargetShare, TradeChange},
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Actor, Error,
    trading::order::{self, IdempotencyKey, NewTrade, trade::TradeStatus},
};

/// The precision of an equal share.
const SHARE_STEP: Decimal = dec!(0.00000000000000000001);

/// Replaces what the desk does with a trade by itself. An empty field switches one off.
#[server(endpoint = "trade-automation")]
pub async fn set_automation(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] trade: String,
    #[server(default)] version: String,
    #[server(flatten)] automation: PostedAutomation,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let set = EntryAutomation::from(automation);
    let form = keep(at_desk("trade-automation", &key, &symbol), &set);
    let typed = format!("{set:?}");
    let body = [&key, &symbol, &trade, &typed];
    let idempotency = once("trade-automation", &body, idempotency);
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        Ok((id, pair, target(&trade, &version, idempotency)?, change_of(&set)?))
    };
    let changed = match parse() {
        Ok((id, pair, target, automation)) => {
            let change = TradeChange { automation, ..TradeChange::default() };
            let changed = order::change_trade(&visit.desk, &actor, id, &pair, target, change).await;
            // The only field that every trade has.
            changed.map_err(|error| beside("timeLimit", error))
        }
        Err(error) => Err(error),
    };
    let done = changed.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::AutomationSet));
    form.answer_with(&visit, done, Some(fresh_key(&visit))).await
}

/// Keeps the settings for a second try.
pub(super) fn keep(form: Form, set: &EntryAutomation) -> Form {
    EntryAutomation::NAMES.into_iter().fold(form, |form, name| form.keep(name, set.text(name)))
}

/// Reads the settings as a change of those of a trade.
pub(super) fn change_of(set: &EntryAutomation) -> Result<AutomationChange, Error> {
    let [after, percent, atr, limit] = FIELDS.map(|name| set.text(name));
    automation_of(after, [percent, atr], set.text(TRIGGER), limit).map_err(Error::Fields)
}

/// Opens a trade with automation by the ticket's order; its take-profits share the amount equally.
pub(super) async fn open(
    visit: &Visit,
    actor: &Actor,
    id: ExchangeKeyId,
    order: ManualOrder,
    replace: bool,
    set: &EntryAutomation,
    idempotency: Option<IdempotencyKey>,
) -> Result<DeskNotice, Error> {
    let targets = equal_shares(&order.targets);
    let new = NewTrade { order, targets, replace, automation: change_of(set)? };
    let trade = order::open_trade(&visit.desk, actor, id, new, idempotency).await?;
    let row = order::trade::get_trade(&visit.desk, actor, trade).await?.row;
    // The entry of an order with a time in force may end without a fill.
    let unfilled = row.status == TradeStatus::Canceled;
    Ok(if unfilled { DeskNotice::OrderUnfilled } else { DeskNotice::OrderPlaced })
}

/// Take-profits that share an amount equally. The last one has the rest.
fn equal_shares(prices: &[Decimal]) -> Vec<TargetShare> {
    let (count, last) = (Decimal::from(prices.len()), prices.len().saturating_sub(1));
    let part = Decimal::ONE.over(count).unwrap_or(Decimal::ONE);
    let rounded = part.round_dp(SHARE_STEP.scale());
    // Rounded up, so that an amount that is a multiple of the market's step is not divided just below one.
    let part = if rounded < part { rounded + SHARE_STEP } else { rounded };
    let of = |(index, price): (usize, &Decimal)| {
        let share = if index == last { Decimal::ONE - part * Decimal::from(last) } else { part };
        TargetShare { price: *price, share }
    };
    prices.iter().enumerate().map(of).collect()
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
    fn equal_shares_are_the_whole() {
        let lot = dec!(0.001);
        for count in 1..=25_usize {
            let shares = equal_shares(&vec![dec!(10_000); count]);
            assert_eq!(shares.iter().map(|target| target.share).sum::<Decimal>(), Decimal::ONE, "{count}");
            let whole = lot * Decimal::from(count);
            let amounts = domain::trade::target_amounts(&shares, whole, lot).unwrap();
            assert_eq!(amounts, vec![lot; count]);
        }
        assert!(equal_shares(&[]).is_empty());
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
