//! Market data endpoints. Spot and futures take the same requests and differ slightly in their responses.

use super::{
    call::Call,
    failure::{Reply, SandboxFailure},
    limits::Venue,
    shape::market as shape,
    time_unit::stamp,
    time_zone,
};
use crate::{
    engine::{MarketStatus, TradeQuery},
    market::{Interval, Kline, MarketId, Pair},
};
use domain::{Frame, Micros};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Parses a pair parameter.
pub(crate) fn named_pair(name: &str) -> Reply<Pair> {
    let legal = (1..=20).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_.".contains(&b));
    if !legal {
        return Err(SandboxFailure::illegal("symbol", "^[A-Z0-9-_.]{1,20}$"));
    }
    Pair::parse(name).ok_or_else(SandboxFailure::invalid_symbol)
}

/// The pairs of a list that names none of them twice.
pub(crate) fn each_pair_once(names: &[String]) -> Reply<Vec<Pair>> {
    let pairs = names.iter().map(|name| named_pair(name)).collect::<Reply<Vec<_>>>()?;
    if pairs.iter().copied().collect::<BTreeSet<_>>().len() < pairs.len() {
        return Err(SandboxFailure::refused(-1151, "Symbol is present multiple times in the list."));
    }
    Ok(pairs)
}

/// The mandatory `symbol` parameter as a market.
pub(crate) fn market(call: &Call<'_>) -> Reply<MarketId> {
    let pair = named_pair(call.params.required("symbol")?)?;
    Ok(MarketId { pair, kind: call.venue.kind() })
}

/// The optional `symbol` parameter as a market.
pub(crate) fn maybe_market(call: &Call<'_>) -> Reply<Option<MarketId>> {
    if call.params.text("symbol")?.is_some() { market(call).map(Some) } else { Ok(None) }
}

/// A trading status that markets of this venue can have.
pub(crate) fn trading_status(venue: Venue, word: &str) -> Reply<MarketStatus> {
    let status = MarketStatus::parse(word).filter(|status| status.of(venue.kind()));
    status.ok_or_else(|| SandboxFailure::refused(-1122, "Invalid symbolStatus."))
}

/// Whether a market has the trading status that the request asks for.
fn has_status(call: &Call<'_>, market: MarketId) -> Reply<bool> {
    let wanted = if call.venue == Venue::Spot { call.params.text("symbolStatus")? } else { None };
    let Some(word) = wanted else { return Ok(true) };
    let status = trading_status(call.venue, word)?;
    call.read(|engine| engine.market(market).1 == status)
}

/// One row for the given symbol, or a list of rows for those in `symbols` or for all. Spot leaves out the markets
/// without the status that the request asks for.
pub(crate) fn one_or_all(call: &Call<'_>, row: impl Fn(&Call<'_>, MarketId) -> Reply) -> Reply {
    if let Some(market) = maybe_market(call)? {
        call.params.forbid("symbols")?;
        if !has_status(call, market)? {
            let msg = "The symbol's status does not match the requested symbolStatus.";
            return Err(SandboxFailure::refused(-1220, msg));
        }
        return row(call, market);
    }
    let pairs = match call.params.text("symbols")? {
        Some(text) => {
            let names: Vec<String> = serde_json::from_str(text)
                .map_err(|_| SandboxFailure::illegal("symbols", "^\\[(\"[A-Z0-9-_.]{1,20}\",?)+\\]$"))?;
            each_pair_once(&names)?
        }
        None => Pair::ALL.to_vec(),
    };
    let kind = call.venue.kind();
    let mut rows = Vec::new();
    for market in pairs.into_iter().map(|pair| MarketId { pair, kind }) {
        if has_status(call, market)? {
            rows.push(row(call, market)?);
        }
    }
    Ok(Value::Array(rows))
}

pub(crate) fn ping(_: &mut Call<'_>) -> Reply {
    Ok(json!({}))
}

pub(crate) fn time(call: &mut Call<'_>) -> Reply {
    Ok(json!({ "serverTime": stamp(call.now) }))
}

pub(crate) fn depth(call: &mut Call<'_>) -> Reply {
    let market = market(call)?;
    let limit = match call.venue {
        Venue::Spot => call.limit(100, 5_000)?,
        Venue::Futures => book_levels(call)?,
    };
    let depth = call.read(|engine| engine.depth(market, limit))?;
    Ok(shape::depth(market, &depth, call.now))
}

/// The number of levels that a book of futures may be asked for.
fn book_levels(call: &Call<'_>) -> Reply<usize> {
    let levels = call.limit(500, 1_000)?;
    if [5, 10, 20, 50, 100, 500, 1_000].contains(&levels) {
        return Ok(levels);
    }
    Err(SandboxFailure::refused(-4021, format!("{levels} is not valid depth limit")))
}

pub(crate) fn trades(call: &mut Call<'_>) -> Reply {
    let market = market(call)?;
    let limit = call.limit(500, 1_000)?;
    let trades = call.read(|engine| engine.trades(market, limit))?;
    Ok(trades.iter().map(|trade| shape::trade(market, trade)).collect())
}

/// Every trade is its own aggregate, because each has one taker and one price.
pub(crate) fn agg_trades(call: &mut Call<'_>) -> Reply {
    let market = market(call)?;
    let limit = call.limit(500, 1_000)?;
    let from = call.params.integer::<u64>("fromId")?;
    let (start, end) = period(call)?;
    let query = TradeQuery { from, start, end, limit };
    let rows = call.read(|engine| engine.public_trades(market, &query))?;
    Ok(rows.iter().map(|trade| shape::agg_trade(market, trade)).collect())
}

/// Public trades from an id on, or the latest ones.
pub(crate) fn historical_trades(call: &mut Call<'_>) -> Reply {
    let market = market(call)?;
    let limit = match call.venue {
        Venue::Spot => call.limit(500, 1_000)?,
        Venue::Futures => call.limit(100, 500)?,
    };
    let from = call.params.integer::<u64>("fromId")?;
    let query = TradeQuery { from, limit, ..TradeQuery::default() };
    let rows = call.read(|engine| engine.public_trades(market, &query))?;
    Ok(rows.iter().map(|row| shape::trade(market, row)).collect())
}

/// The parameters `startTime` and `endTime`.
pub(crate) fn period(call: &Call<'_>) -> Reply<(Option<Micros>, Option<Micros>)> {
    let start = call.params.timestamp("startTime")?;
    let end = call.params.period_end("endTime")?;
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err(match call.venue {
            Venue::Spot => SandboxFailure::refused(-1127, "Lookup interval is too big."),
            Venue::Futures => SandboxFailure::refused(-1023, "Start time is greater than end time."),
        });
    }
    Ok((start, end))
}

pub(crate) fn klines(call: &mut Call<'_>) -> Reply {
    let market = market(call)?;
    let (interval, rows) = candle_rows(call, market)?;
    Ok(rows.iter().map(|row| shape::kline(market, interval, row)).collect())
}

/// The candles of a market that a request asks for, oldest first.
pub(crate) fn candle_rows(call: &Call<'_>, market: MarketId) -> Reply<(Interval, Vec<Kline>)> {
    let interval = call.params.required("interval")?;
    // Only spot has candles of a second.
    let interval = Interval::parse(interval)
        .filter(|interval| *interval != Interval::SECOND || call.venue == Venue::Spot)
        .ok_or_else(|| SandboxFailure::refused(-1120, "Invalid interval."))?;
    let zone = if call.venue == Venue::Spot { time_zone::requested(&call.params)? } else { 0 };
    let interval = interval.in_zone(zone);
    let (start, end) = period(call)?;
    let most = if call.venue == Venue::Spot { 1_000 } else { 1_500 };
    let limit = call.limit(500, most)?;
    let rows = call.read(|engine| {
        if interval == Interval::SECOND {
            engine.seconds(market, (start, end), limit)
        } else {
            engine.candles(market, interval, start, end, limit)
        }
    })?;
    Ok((interval, rows))
}

pub(crate) fn day_ticker(call: &mut Call<'_>) -> Reply {
    let mini = call.venue == Venue::Spot && mini(call)?;
    one_or_all(call, |call, market| {
        let day = call.read(|engine| engine.day_ticker(market))?;
        Ok(if mini {
            shape::period_ticker(market, &day, stamp(day.at), mini)
        } else {
            shape::day_ticker(market, &day)
        })
    })
}

/// The parameter `type` of the tickers of spot: whether the short form is wanted.
pub(crate) fn mini(call: &Call<'_>) -> Reply<bool> {
    match call.params.text("type")? {
        None | Some("FULL") => Ok(false),
        Some("MINI") => Ok(true),
        Some(_) => Err(SandboxFailure::refused(-1139, "Invalid ticker type.")),
    }
}

pub(crate) fn price_ticker(call: &mut Call<'_>) -> Reply {
    one_or_all(call, |call, market| {
        let last = call.read(|engine| engine.price(market))?;
        Ok(shape::price_ticker(market, last, call.now))
    })
}

pub(crate) fn book_ticker(call: &mut Call<'_>) -> Reply {
    one_or_all(call, |call, market| {
        let book = call.read(|engine| engine.book_ticker(market))?;
        Ok(shape::book_ticker(market, &book, call.now))
    })
}

pub(crate) fn average_price(call: &mut Call<'_>) -> Reply {
    let market = market(call)?;
    let rows = call.read(|engine| engine.klines(market, Frame::M1, None, None, 5))?;
    Ok(shape::average_price(market, &rows, call.now))
}

pub(crate) fn premium_index(call: &mut Call<'_>) -> Reply {
    one_or_all(call, |call, market| {
        let mark = call.read(|engine| engine.mark(market.pair))?;
        Ok(shape::premium_index(market.pair, &mark, call.now))
    })
}

pub(crate) fn funding_rates(call: &mut Call<'_>) -> Reply {
    let pairs = maybe_market(call)?.map_or(Pair::ALL.to_vec(), |market| vec![market.pair]);
    let (start, end) = period(call)?;
    let limit = call.limit(100, 1_000)?;
    let mut rows = Vec::new();
    for pair in pairs {
        let history = call.read(|engine| engine.funding_history(pair, start, end, limit))?;
        rows.extend(history.into_iter().map(|point| (pair, point)));
    }
    rows.sort_by_key(|(_, point)| point.at);
    if start.is_none() {
        rows.drain(..rows.len().saturating_sub(limit));
    }
    rows.truncate(limit);
    Ok(rows.iter().map(|(pair, point)| shape::funding_rate(*pair, point)).collect())
}

pub(crate) fn funding_info(_: &mut Call<'_>) -> Reply {
    Ok(Pair::ALL.iter().map(|pair| shape::funding_info(*pair)).collect())
}
