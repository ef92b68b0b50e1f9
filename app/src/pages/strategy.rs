//! `/strategies/<id>?of=&by=`: one strategy's records, and how they were computed.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        filters::{address, tabs},
        frame::{Width, frame},
        heat, plot, record,
        show::show,
    },
    figures,
    pages::strategies::{about, follow, state},
    visit,
    words::{
        execution::execution,
        strategies::{Strategies, strategies},
    },
};
use domain::{
    Decimal, StrategyId, dec,
    strategy::{Card, Costs, Interval, Kind, Range, Record, Strategy, Trade},
    time::MINUTE,
};
use leptos::prelude::*;
use service::{Error, following::strategy, platform::settings::Mode};

/// The number of days or months listed.
const RANGES: u16 = 30;

/// The number of trades listed.
const TRADES: u16 = 20;

/// The market whose recorded hours the sandbox plays, one a minute.
const RECORDED: &str = "BTC/USDT";

/// Hours per year.
const YEAR_HOURS: Decimal = dec!(8766);

/// For everyone, signed in or not; a private signal source only for its owner.
pub(crate) fn page() -> impl IntoView {
    let (id, of, by) = (visit::param("id"), visit::query("of"), visit::query("by"));
    show(|visit| async move {
        let (words, viewer) = (strategies(visit::lang()), visit.actor.as_ref());
        let id = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let card = strategy::card(&visit.desk, viewer, id).await?;
        let best = if card.live.total.trades > 0 { Kind::Live } else { Kind::Backtest };
        let kind = of.as_deref().and_then(Kind::parse).unwrap_or(best);
        let interval = by.as_deref().and_then(Interval::parse).unwrap_or(Interval::Day);
        let ranges = strategy::history_seen_by(&visit.desk, viewer, id, kind, interval, RANGES).await?;
        let trades = strategy::trades_seen_by(&visit.desk, viewer, id, kind, TRADES).await?;
        let costs = strategy::costs();
        let sandbox = visit.desk.settings.mode == Mode::Sandbox;
        let name = card.strategy.name.clone();
        let body = view! {
            {head(words, &card)}
            <div class="columns even">
                {panel(words, &card.strategy, &card.backtest, sandbox)}
                {panel(words, &card.strategy, &card.live, sandbox)}
            </div>
            <div class="columns even">
                <section class="panel" aria-label=words.figures(&name)>{record::compared(&card)}</section>
                {rules(words, costs)}
            </div>
            {months(words, &card)}
            {history(words, id, kind, interval, &ranges)}
            {newest(words, kind, &trades)}
        };
        Ok(frame(&visit, &name, Width::Wide, body))
    })
}

fn head(words: &'static Strategies, card: &Card) -> AnyView {
    let strategy = &card.strategy;
    let resting =
        (!strategy.active).then(|| view! { <p class="message" data-tone="warn">{words.inactive_lead}</p> });
    view! {
        <p><a href="/strategies" data-ahead>{words.all}</a></p>
        <div class="strategy-head">
            <h1>{strategy.name.clone()}</h1>
            {state(words, strategy)}
            {follow(words, strategy)}
        </div>
        <p class="hint">{about(words, strategy)}</p>
        {strategy.description.clone().map(|text| view! { <p class="lead">{text}</p> })}
        <p>
            <a class="button" href=format!("/strategies/{}/execution", strategy.id) data-testid="execution">
                {execution(visit::lang()).see}
            </a>
        </p>
        {resting}
    }
    .rendered()
}

fn panel(words: &'static Strategies, strategy: &Strategy, record: &Record, sandbox: bool) -> AnyView {
    let outside = strategy.outside;
    let lead = match record.kind {
        Kind::Live => Some(words.live_lead),
        Kind::Backtest => (!outside).then_some(words.backtest_lead),
    };
    let span = record.metrics.start.zip(record.metrics.end).zip(record.metrics.bars);
    let span = span.map(|((start, end), bars)| {
        let bars = figures::grouped(&bars.to_string());
        let text = words.backtest_span(&bars, strategy.frame.word(), &start.date(), &end.date());
        view! { <p class="hint" data-testid="backtest-span">{text}" "{recorded(words, strategy, sandbox, end.since(start))}</p> }
    });
    let ends = (record.curve.len() > 1).then(|| plot::ends(&record.curve, figures::signed_percent));
    view! {
        <section class="panel" aria-label=words.kind(record.kind)>
            {record::chart(record, outside)}
            {ends}
            {lead.map(|lead| view! { <p class="hint">{lead}</p> })}
            {span}
        </section>
    }
    .rendered()
}

/// How much of the recorded market a span of the sandbox covers; nothing for other markets.
fn recorded(words: &Strategies, strategy: &Strategy, sandbox: bool, span: i64) -> Option<String> {
    let played = sandbox && strategy.symbol.to_string() == RECORDED;
    played.then(|| {
        let years = Decimal::from(span / MINUTE) / YEAR_HOURS;
        words.recorded(&figures::decimal(years.round_dp(1)))
    })
}

/// The heat maps of the records that have months, one below the other.
fn months(words: &'static Strategies, card: &Card) -> Option<AnyView> {
    let maps = [&card.backtest, &card.live].into_iter().filter(|record| !record.months.is_empty());
    let maps: Vec<_> = maps.map(|record| view! { {record::badge(record.kind)}{heat::map(record)} }).collect();
    (!maps.is_empty()).then(|| {
        view! {
            <section class="panel months" aria-labelledby="months-title">
                <h2 id="months-title" class="panel-title">{words.months}</h2>
                {maps}
            </section>
        }
        .rendered()
    })
}

fn rules(words: &'static Strategies, costs: Costs) -> AnyView {
    let [fee, slippage, funding] =
        [costs.fee_percent, costs.slippage_percent, costs.funding_percent].map(figures::plain_percent);
    view! {
        <section class="panel" aria-labelledby="rules-title">
            <h2 id="rules-title" class="panel-title">{words.rules}</h2>
            <ul class="rules">
                <li>{words.rule_next}</li>
                <li>{words.rule_stop}</li>
                <li>{words.rule_gap}</li>
                <li>{words.rule_fee(&fee)}</li>
                <li>{words.rule_slippage(&slippage)}</li>
                <li>{words.rule_funding(&funding)}</li>
                <li>{words.rule_compound}</li>
                <li>{words.rule_benchmark}</li>
                <li>{words.rule_factor}</li>
                <li>{words.rule_sharpe}</li>
                <li>{words.rule_exposure}</li>
                <li>{words.rule_live}</li>
            </ul>
            <p class="hint">{words.past}</p>
        </section>
    }
    .rendered()
}

fn history(
    words: &'static Strategies,
    id: StrategyId,
    kind: Kind,
    interval: Interval,
    ranges: &[Range],
) -> AnyView {
    let page = format!("/strategies/{id}");
    let to = |kind: Kind, interval: Interval| {
        format!("{}#history", address(&page, [("of", kind.word()), ("by", interval.word())]))
    };
    let kinds = [Kind::Backtest, Kind::Live].map(|k| (to(k, interval), k.word(), words.kind(k), k == kind));
    let intervals = [(Interval::Day, words.days), (Interval::Month, words.by_month)];
    let intervals = intervals.map(|(i, text)| (to(kind, i), i.word(), text, i == interval));
    // Newest first; ranges before the first trade are omitted.
    let shown = ranges.iter().rposition(|range| range.figures.trades > 0).map_or(0, |oldest| oldest + 1);
    let ranges = &ranges[..shown];
    let empty = ranges.is_empty().then(|| view! { <p class="empty">{words.ranges_empty}</p> });
    let table = (!ranges.is_empty()).then(|| record::ranges(ranges, words.ranges.to_owned()));
    view! {
        <section class="panel" id="history" aria-labelledby="ranges-title">
            <div class="row between">
                <h2 id="ranges-title" class="panel-title">{words.ranges}</h2>
                {tabs(words.record, kinds.into())}
                {tabs(words.ranges, intervals.into())}
            </div>
            {empty}
            {table}
        </section>
    }
    .rendered()
}

fn newest(words: &'static Strategies, kind: Kind, trades: &[Trade]) -> impl IntoView + use<> {
    (!trades.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="newest-title">
                <h2 id="newest-title" class="panel-title">{words.newest}" "{record::badge(kind)}</h2>
                {record::trades(trades, words.newest.to_owned())}
            </section>
        }
    })
}
