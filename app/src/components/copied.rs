//! Tables of copies: the result of each signal on each account, and why it was skipped.

use super::tables::{NUMBER, ROOMY, WORDS, scrolling, tight, timestamp, tone};
use crate::components::rendered::Rendered as _;
use crate::{
    figures, visit,
    words::{
        copies::{Copies, copies, reason},
        pages::pages,
    },
};
use domain::{Decimal, copy::Status, follow::Copied, money, signal::Action};
use leptos::prelude::*;

/// The table of a user's own copies.
pub(crate) fn table(rows: &[Copied], label: &'static str) -> AnyView {
    rows_of(rows, label, true)
}

/// The table of one signal's copies for admins, without the owners' names.
pub(crate) fn anonymous(rows: &[Copied], label: &'static str) -> AnyView {
    rows_of(rows, label, false)
}

fn rows_of(rows: &[Copied], label: &'static str, own: bool) -> AnyView {
    let (words, names) = (copies(visit::lang()), pages(visit::lang()));
    let mut columns = vec![(names.col_time, WORDS)];
    if own {
        columns.extend([(words.strategy, ROOMY), (names.col_key, ROOMY)]);
    }
    columns.extend([(words.col_signal, WORDS), (words.col_outcome, WORDS), (words.col_profit, NUMBER)]);
    let row = |copy: &Copied| {
        let key = copy.key_name.clone().unwrap_or_else(|| words.key_gone.to_owned());
        let below = own.then(|| tight(&[&copy.strategy_name, &key]));
        let whose = own.then(|| {
            view! {
                <td class="roomy wrap"><a href=format!("/strategies/{}", copy.strategy)>{copy.strategy_name.clone()}</a></td>
                <td class="roomy wrap">{key}</td>
            }
        });
        view! {
            <tr data-testid="copy" data-status=copy.status.word()>
                <td>{timestamp(copy.created_at)}</td>
                {whose}
                <th scope="row">
                    <span data-side=copy.side.map(domain::Side::word)>{words.action(copy.action, copy.side)}</span>
                    " "{copy.symbol.to_string()}{below}
                </th>
                <td class="happened">{badge(copy.status)}" "{outcome(words, copy)}</td>
                {result(copy.profit_usd, copy.result_in_r())}
            </tr>
        }
    };
    scrolling(label.to_owned(), &columns, rows.iter().map(row).collect_view())
}

/// A badge with the status of a copy.
pub(crate) fn badge(status: Status) -> AnyView {
    let mode = match status {
        Status::Queued | Status::Sending => "paper",
        Status::Open => "good",
        Status::Closed => "off",
        Status::Skipped => "warn",
        Status::Failed => "live",
    };
    view! { <span class="badge" data-mode=mode>{copies(visit::lang()).status(status)}</span> }.rendered()
}

fn result(profit: Option<Decimal>, r: Option<Decimal>) -> AnyView {
    let text = profit.map(|p| format!("{} USDT", figures::signed_cents(p)));
    view! { <td class="number" data-change=profit.map(tone)>{text}{in_r(r)}</td> }.rendered()
}

/// A result in R, as a second line.
pub(crate) fn in_r(r: Option<Decimal>) -> impl IntoView + use<> {
    let text = r.map(|r| copies(visit::lang()).in_r(&figures::signed_cents(r)));
    text.map(|text| view! { <span class="second" data-testid="in-r">{text}</span> })
}

/// The result of a copy, as text.
pub(crate) fn outcome(words: &Copies, copy: &Copied) -> String {
    match copy.status {
        Status::Queued | Status::Sending => String::new(),
        Status::Skipped | Status::Failed => {
            let why = copy.reason.map(|r| capital(reason(visit::lang(), r))).unwrap_or_default();
            let detail = copy.detail.as_ref().map(|detail| words.detail(visit::lang(), detail));
            match detail.filter(|detail| !detail.is_empty() && capital(detail) != why) {
                Some(detail) => words.with_detail(&why, &detail),
                None => why,
            }
        }
        Status::Open => sized(words, copy),
        Status::Closed if copy.action == Action::Exit => match copy.exit_percent {
            Some(percent) => words.part_closed(&figures::plain_percent(percent)),
            None => words.position_closed.to_owned(),
        },
        Status::Closed => {
            let Some(exit) = copy.exit.map(|exit| words.exit(exit)) else { return sized(words, copy) };
            size(copy).map_or_else(
                || words.ended(exit),
                |(amount, price, leverage)| words.sized_and_ended(&amount, &price, &leverage, exit),
            )
        }
    }
}

/// `0.121 BTC at 19,580.1, 7×`.
fn sized(words: &Copies, copy: &Copied) -> String {
    let Some((amount, price, leverage)) = size(copy) else { return String::new() };
    words.sized(&amount, &price, &leverage)
}

/// The amount, entry price and leverage of a copy that has been filled.
fn size(copy: &Copied) -> Option<(String, String, String)> {
    let amount = format!("{} {}", money::text(copy.amount?), copy.symbol.base());
    let leverage = copy.leverage.map_or_else(|| "1".to_owned(), |l| l.to_string());
    Some((amount, figures::price(copy.entry_price?), leverage))
}

/// A text with a capital first letter.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;
    use domain::{
        Micros, Side,
        copy::{CopyDetail, Exit, Reason},
        order_failure::{FailureCause, OrderFailure},
    };

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>() -> T {
        "0192d3a0-0000-7000-8000-000000000001".parse().unwrap()
    }

    fn copy(status: Status) -> Copied {
        Copied {
            id: id(),
            signal: id(),
            strategy: id(),
            strategy_name: "EMA cross".into(),
            key: id(),
            key_name: Some("Paper 1".into()),
            symbol: "BTC/USDT".parse().unwrap(),
            action: Action::Enter,
            side: Some(Side::Buy),
            status,
            reason: None,
            detail: None,
            risk_percent: Decimal::TWO,
            exit_percent: None,
            equity: None,
            amount: Some(Decimal::new(121, 3)),
            leverage: Some(7),
            entry_price: Some(Decimal::new(195_801, 1)),
            stop: None,
            targets: Vec::new(),
            order_id: None,
            exit: None,
            exit_price: None,
            profit_usd: None,
            created_at: Micros(0),
            opened_at: None,
            finished_at: None,
        }
    }

    #[test]
    fn every_copy_shows_its_result() {
        let words = copies(Lang::En);
        assert_eq!(outcome(words, &copy(Status::Open)), "0.121 BTC at 19,580.1, 7×");
        let closed = Copied { exit: Some(Exit::Stop), ..copy(Status::Closed) };
        assert_eq!(outcome(words, &closed), "0.121 BTC at 19,580.1, 7×. Exit reason: stop loss");
        let skipped = Copied { reason: Some(Reason::Margin), ..copy(Status::Skipped) };
        let text = outcome(words, &skipped);
        assert_eq!(text, "The order needs more margin than is available at the max leverage");
        let refused = |detail: OrderFailure| {
            let detail = Some(CopyDetail::from(detail));
            outcome(words, &Copied { reason: Some(Reason::Refused), detail, ..copy(Status::Failed) })
        };
        assert_eq!(
            refused(OrderFailure::Answered(-4141, "Symbol is closed.".to_owned())),
            "The exchange rejected the order: the market isn't trading at the moment (error -4141)"
        );
        // A row of an earlier release.
        assert_eq!(
            refused(OrderFailure::read(
                "the exchange rejected the request: Filter failure: LOT_SIZE (-1013)"
            )),
            "The exchange rejected the order: “Filter failure: LOT_SIZE” (error -1013)"
        );
        assert_eq!(refused(FailureCause::OrderRejected.into()), "The exchange rejected the order");
        let detail = Some(CopyDetail::DailyLoss(Decimal::new(512, 1), Decimal::from(50)));
        let lost = Copied { reason: Some(Reason::DailyLoss), detail, ..copy(Status::Skipped) };
        assert_eq!(
            outcome(words, &lost),
            "The daily loss limit was reached: 51.20 USD lost today, the limit is 50.00 USD"
        );
        let left = Copied { action: Action::Exit, side: None, ..copy(Status::Closed) };
        assert_eq!(outcome(words, &left), "Position closed");
    }
}
