//! The editor of the take-profits: their prices and shares.

use super::{
    edit::{Edit, kept},
    problem,
};
use crate::{
    figures,
    islands::{
        desk::{account::AccountSignals, question::button},
        part::{IntoPart as _, Part},
        reactive::{Peek as _, RwSignal, dynamic, handler},
    },
    words::desk::desk,
};
use domain::money::Arithmetic as _;
use domain::{
    Decimal, money,
    trade::{OpenTrade, TargetShare},
};
use leptos::prelude::*;

/// The names of the fields.
pub(super) const FIELDS: &[&str] = &["takeProfitPrices", "takeProfitShares"];
/// The empty rows below those that exist.
const SPARE_ROWS: usize = 2;

/// The take-profits with their shares, and empty rows for more; a row without price and share is left out.
pub(super) fn form(edit: Edit, trade: &OpenTrade) -> Vec<Part> {
    let Edit { account, sender, .. } = edit;
    let words = desk(account.lang);
    let given = shares_of(trade);
    // The browser must find the rows that the server has rendered: what was typed does not change their number.
    let count = given.len() + SPARE_ROWS;
    let typed = kept(FIELDS[0]).into_iter().zip(kept(FIELDS[1])).collect::<Vec<_>>();
    let given = if typed.is_empty() { given } else { typed };
    let shown = written(&given);
    let spare = std::iter::repeat_n((String::new(), String::new()), count);
    let rows: Vec<(String, RwSignal<String>)> = given
        .into_iter()
        .chain(spare)
        .take(count)
        .map(|(price, share)| (price, RwSignal::new(share)))
        .collect();
    let shares: Vec<RwSignal<String>> = rows.iter().map(|(_, share)| *share).collect();
    let sum = move || {
        let given = shares.iter().filter_map(|share| share.peek(|text| money::parse(text).ok()));
        let sum = given.fold(Decimal::ZERO, |sum, share| sum.plus(share).unwrap_or(sum));
        words.shares_sum(&money::text(sum))
    };
    let found = move || {
        let problem = |name| problem(account, sender, name);
        problem(FIELDS[0]).or_else(|| problem(FIELDS[1]))
    };
    let mut parts = edit.identity();
    parts.extend(
        rows.into_iter().enumerate().map(|(index, (price, share))| row(account, index, price, share)),
    );
    parts.push(edit.note(shown, |trade| written(&shares_of(trade)), str::to_owned));
    parts.push(
        view! {
            <output class="hint" data-testid="shares-sum">{dynamic(sum)}</output>
            <p class="problem" data-testid="share-problem" role="alert" hidden=dynamic(move || found().is_none())>
                {dynamic(move || found().unwrap_or_default())}
            </p>
        }
        .part(),
    );
    parts.push(button(sender, "main", "set-targets".to_owned(), words.set_targets.to_owned()));
    vec![edit.form("/api/trade-targets", "targets-form", parts)]
}

/// The take-profits of a trade as the form's fields have them: prices, and shares in percent.
fn shares_of(trade: &OpenTrade) -> Vec<(String, String)> {
    let of = |target: &TargetShare| {
        let percent = target.share.times(Decimal::ONE_HUNDRED).unwrap_or_default();
        (money::text(target.price), money::text(percent.round_dp(2)))
    };
    trade.targets.iter().map(of).collect()
}

/// Take-profits in one line: `10,800 (30%) 11,000 (70%)`. Empty rows are left out.
fn written(targets: &[(String, String)]) -> String {
    let targets = targets.iter().filter(|(price, share)| !price.is_empty() || !share.is_empty());
    targets.fold(String::new(), |line, (price, share)| {
        let gap = if line.is_empty() { "" } else { " " };
        line + gap + &figures::grouped(price) + " (" + share + "%)"
    })
}

/// One take-profit of the editor: its price, and its share in percent.
fn row(account: AccountSignals, index: usize, price: String, share: RwSignal<String>) -> Part {
    let words = desk(account.lang);
    let number = (index + 1).to_string();
    view! {
        <div class="share-row">
            <input name=format!("takeProfitPrices[{index}]") value=price inputmode="decimal" autocomplete="off"
                aria-label=words.target_price(&number)/>
            <div class="with-unit">
                <input name=format!("takeProfitShares[{index}]") value=share.get_untracked() inputmode="decimal"
                    autocomplete="off" aria-label=words.share_of(&number)
                    on:input=handler(move |event| share.set(event_target_value(&event)))/>
                <span class="unit" aria-hidden="true">"%"</span>
            </div>
        </div>
    }
    .part()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn take_profits_are_written_in_one_line() {
        let pair = |price: &str, share: &str| (price.to_owned(), share.to_owned());
        let rows = [pair("10800.5", "30"), pair("", ""), pair("11000", "70")];
        assert_eq!(written(&rows), "10,800.5 (30%) 11,000 (70%)");
        assert_eq!(written(&[pair("", "")]), "");
    }
}
