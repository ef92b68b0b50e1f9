//! Track records of strategies: curves, and figures of backtest and live side by side, never mixed.

use super::{copied::in_r, plot, profit_chart::percent_chart};
use crate::components::rendered::Rendered as _;
use crate::{
    figures, visit,
    words::strategies::{Strategies, strategies},
};
use domain::{
    Decimal, Micros,
    strategy::{Card, Kind, Range, Record, Trade},
};
use leptos::{either::Either, prelude::*};

/// A badge: backtest or live.
pub(crate) fn badge(kind: Kind) -> AnyView {
    let mode = if kind == Kind::Live { "good" } else { "paper" };
    view! { <span class="badge" data-mode=mode>{strategies(visit::lang()).kind(kind)}</span> }.rendered()
}

/// The curve of a record below its name, or a text if there is none. Only strategies with rules can be
/// backtested.
pub(crate) fn curve(record: &Record, outside: bool) -> AnyView {
    drawn(record, outside, plot::profit)
}

/// As [`curve`], with axes.
pub(crate) fn chart(record: &Record, outside: bool) -> AnyView {
    drawn(record, outside, percent_chart)
}

fn drawn(record: &Record, outside: bool, draw: fn(&[(Micros, Decimal)], String) -> AnyView) -> AnyView {
    let words = strategies(visit::lang());
    let name = words.kind(record.kind);
    let span = record.since.zip(record.until);
    let span = span.map(|(a, b)| match (a.date(), b.date()) {
        (first, last) if first == last => words.traded_on(&first),
        (first, last) => words.traded(&first, &last),
    });
    let drawn = if record.curve.len() > 1 {
        let last = record.curve.last().map(|p| figures::signed_percent(p.1)).unwrap_or_default();
        Either::Left(draw(&record.curve, words.curve(name, &last)))
    } else {
        let text = match record.kind {
            Kind::Live => words.no_live,
            Kind::Backtest if outside => words.outside_backtest,
            Kind::Backtest => words.no_backtest,
        };
        Either::Right(view! { <p class="empty">{text}</p> })
    };
    view! {
        <figure class="record" data-testid=format!("curve-{}", record.kind)>
            <figcaption>{badge(record.kind)}<span class="hint">{span}</span></figcaption>
            {drawn}
        </figure>
    }
    .rendered()
}

/// The figures of both records side by side.
pub(crate) fn compared(card: &Card) -> AnyView {
    let words = strategies(visit::lang());
    let (back, live) = (&card.backtest, &card.live);
    let row = |(name, show): Row| {
        view! { <tr><th scope="row">{name}</th>{cell(show(back))}{cell(show(live))}</tr> }
    };
    view! {
        <table class="table compared" data-testid="figures">
            <caption class="visually-hidden">{words.figures(&card.strategy.name)}</caption>
            <thead>
                <tr><td></td><th scope="col" class="number">{words.backtest}</th><th scope="col" class="number">{words.live}</th></tr>
            </thead>
            <tbody>{rows(words).into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .rendered()
}

/// A figure and its tone: gain or loss.
struct Shown(String, &'static str);

/// A row of the comparison: its name, and how it is computed from a record.
type Row = (&'static str, fn(&Record) -> Shown);

fn rows(words: &Strategies) -> [Row; 12] {
    [
        (words.since, |r| plain(r.metrics.start.map(Micros::date))),
        (words.net_profit, |r| profit(r.total.net_profit_percent)),
        (words.benchmark, |r| profit(r.metrics.hold_percent)),
        (words.max_draw_down, |r| plain(r.total.max_draw_down.map(figures::share))),
        (words.profit_factor, |r| plain(r.metrics.profit_factor.map(figures::cents))),
        (words.sharpe, |r| plain(r.metrics.sharpe.map(figures::cents))),
        (words.exposure, |r| plain(r.metrics.exposure.map(figures::share))),
        (words.average_trade, |r| profit(r.metrics.average_trade_percent)),
        (words.win_rate, |r| plain(r.total.win_rate.map(figures::share))),
        (words.trades, |r| plain(Some(r.total.trades.to_string()))),
        (words.long, |r| plain(Some(r.total.long.to_string()))),
        (words.short, |r| plain(Some(r.total.short.to_string()))),
    ]
}

fn cell(Shown(text, way): Shown) -> AnyView {
    view! { <td class="number" data-change=way>{text}</td> }.rendered()
}

fn plain(text: Option<String>) -> Shown {
    Shown(text.unwrap_or_else(|| "—".to_owned()), "plain")
}

fn profit(value: Option<Decimal>) -> Shown {
    let way = value.map_or("plain", super::tables::tone);
    Shown(plain(value.map(figures::signed_percent)).0, way)
}

/// Days or months of one record, newest first.
pub(crate) fn ranges(rows: &[Range], label: String) -> AnyView {
    use super::tables::{NUMBER, ROOMY_NUMBER, WORDS};
    let words = strategies(visit::lang());
    let columns = [
        (words.range, WORDS),
        (words.net_profit, NUMBER),
        (words.win_rate, ROOMY_NUMBER),
        (words.max_draw_down, NUMBER),
        (words.trades, NUMBER),
        (words.long, ROOMY_NUMBER),
        (words.short, ROOMY_NUMBER),
    ];
    let row = |range: &Range| {
        let f = range.figures;
        let date = range.start.date();
        view! {
            <tr data-testid="range">
                <th scope="row" class="date"><time datetime=date.clone()>{date.clone()}</time></th>
                {cell(profit(f.net_profit_percent))}
                <td class="roomy number">{plain(f.win_rate.map(figures::share)).0}</td>
                {cell(plain(f.max_draw_down.map(figures::share)))}
                <td class="number">{f.trades}</td>
                <td class="roomy number">{f.long}</td>
                <td class="roomy number">{f.short}</td>
            </tr>
        }
    };
    super::tables::scrolling(label, &columns, rows.iter().map(row).collect_view())
}

/// The newest trades of one record; one may still be open.
pub(crate) fn trades(rows: &[Trade], label: String) -> AnyView {
    use super::tables::{NUMBER, ROOMY, ROOMY_NUMBER, WORDS, tight, timestamp};
    let words = strategies(visit::lang());
    let columns = [
        (words.entry_time, WORDS),
        (words.side, WORDS),
        (words.entry_price, ROOMY_NUMBER),
        (words.exit_price, ROOMY_NUMBER),
        (words.exit_reason, ROOMY),
        (words.profit, NUMBER),
    ];
    let row = |trade: &Trade| {
        let side = crate::words::orders::orders(visit::lang()).entered(trade.side);
        let exit_reason = trade.exit.map_or(words.still_open, |exit| words.exit(exit));
        let Shown(result, way) = profit(trade.profit_percent);
        let (entry, exit) = (figures::decimal(trade.entry_price), trade.exit_price.map(figures::decimal));
        let below: Vec<_> = [Some(entry.as_str()), exit.as_deref()].into_iter().flatten().collect();
        let below = tight(&below);
        view! {
            <tr data-testid="record-trade">
                <td>{timestamp(trade.entered_at)}</td>
                <th scope="row" class="sum"><span data-side=trade.side.word()>{side}</span>{below}</th>
                <td class="roomy number">{entry}</td>
                <td class="roomy number">{exit}</td>
                <td class="roomy">{exit_reason}</td>
                <td class="number" data-change=way>{result}{in_r(trade.result_in_r())}</td>
            </tr>
        }
    };
    super::tables::scrolling(label, &columns, rows.iter().map(row).collect_view())
}
