//! Market data that only futures have: candles of mark price, index and premium, open interest, and the statistics
//! under `/futures/data`.

use crate::{
    engine::{Crowd, Engine},
    market::{Kline, MarketId, Pair},
    protocol::{
        call::Call,
        data::{self, named_pair, period},
        failure::{Reply, SandboxFailure},
        shape::{market::kline, statistics as shape},
    },
};
use domain::{Decimal, Frame, Micros, time};
use serde_json::{Value, json};

/// The kinds of contracts. Only perpetuals are listed.
const CONTRACTS: [&str; 3] = ["PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER"];

/// Reads `contractType`. Returns whether it is a perpetual.
fn perpetual(call: &Call<'_>) -> Reply<bool> {
    let contract = call.params.required("contractType")?;
    if !CONTRACTS.contains(&contract) {
        return Err(SandboxFailure::refused(-4104, "Invalid contract type"));
    }
    Ok(contract == "PERPETUAL")
}

fn pair(call: &Call<'_>) -> Reply<Pair> {
    named_pair(call.params.required("pair")?).map_err(|failure| match failure.code {
        -1121 => SandboxFailure::refused(-4144, "Invalid pair"),
        _ => failure,
    })
}

/// Nothing of this kind exists here.
pub(super) fn nothing(_: &mut Call<'_>) -> Reply {
    Ok(json!([]))
}

/// Candles of a contract. They equal the symbol's, because a pair has one contract.
pub(super) fn continuous_klines(call: &mut Call<'_>) -> Reply {
    let market = MarketId::futures(pair(call)?);
    let listed = perpetual(call)?;
    let (interval, rows) = data::candle_rows(call, market)?;
    let rows = if listed { rows } else { Vec::new() };
    Ok(rows.iter().map(|row| kline(market, interval, row)).collect())
}

/// Candles of the index price, which is the spot price.
pub(super) fn index_klines(call: &mut Call<'_>) -> Reply {
    let market = MarketId::spot(pair(call)?);
    let (interval, rows) = data::candle_rows(call, market)?;
    Ok(rows.iter().map(|row| shape::price_kline(interval, row)).collect())
}

/// Candles of the mark price. It follows the last price within seconds, so they equal the symbol's but for the
/// open candle, which ends at the present mark price.
pub(super) fn mark_klines(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let (interval, mut rows) = data::candle_rows(call, market)?;
    let mark = call.read(|engine| engine.mark(market.pair))?.mark;
    let present = interval.floor(call.now);
    if let Some(open) = rows.last_mut().filter(|row| row.start == present) {
        (open.close, open.high, open.low) = (mark, open.high.max(mark), open.low.min(mark));
    }
    Ok(rows.iter().map(|row| shape::price_kline(interval, row)).collect())
}

/// Candles of the premium of the perpetual over the index.
pub(super) fn premium_klines(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let (interval, rows) = data::candle_rows(call, market)?;
    let (_, index) = data::candle_rows(call, MarketId::spot(market.pair))?;
    let both = rows.iter().filter_map(|row| {
        let spot = index.iter().find(|spot| spot.start == row.start)?;
        Some(premium(row, spot))
    });
    Ok(both.map(|row| shape::price_kline(interval, &row)).collect())
}

/// The relative difference of two candles.
fn premium(futures: &Kline, spot: &Kline) -> Kline {
    let over = |a: Decimal, b: Decimal| (a - b).checked_div(b).unwrap_or_default().round_dp(8);
    let (open, close) = (over(futures.open, spot.open), over(futures.close, spot.close));
    let (one, two) = (over(futures.high, spot.high), over(futures.low, spot.low));
    let high = open.max(close).max(one).max(two);
    let low = open.min(close).min(one).min(two);
    Kline { open, high, low, close, ..*futures }
}

pub(super) fn open_interest(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let interest = call.read(|engine| engine.open_interest(market.pair, call.now))?;
    Ok(shape::open_interest(market, interest, call.now))
}

/// The markets that the index price is computed from: the pair's spot market.
pub(super) fn constituents(call: &mut Call<'_>) -> Reply {
    let pair = data::market(call)?.pair;
    let price = call.read(|engine| engine.price(MarketId::spot(pair)))?;
    Ok(shape::constituents(pair, price, call.now))
}

/// No position is ever reduced to cover another trader's loss.
pub(super) fn adl_risk(call: &mut Call<'_>) -> Reply {
    let row =
        |pair: Pair| json!({ "symbol": pair.joined(), "adlRisk": "low", "updateTime": call.now.millis() });
    match data::maybe_market(call)? {
        Some(market) => Ok(row(market.pair)),
        None => Ok(Pair::ALL.into_iter().map(row).collect()),
    }
}

/// The candles of the requested statistics, one for each period.
fn periods(call: &Call<'_>, market: MarketId) -> Reply<Vec<Kline>> {
    let (frame, length) = match call.params.required("period")? {
        "6h" => (Frame::H1, 6 * time::HOUR),
        "12h" => (Frame::H1, 12 * time::HOUR),
        word @ ("5m" | "15m" | "30m" | "1h" | "2h" | "4h" | "1d") => {
            let frame = Frame::parse(word).ok_or_else(|| SandboxFailure::not_valid("period"))?;
            (frame, frame.micros())
        }
        _ => return Err(SandboxFailure::not_valid("period")),
    };
    let (start, end) = period(call)?;
    let limit = call.limit(30, 500)?;
    let rows_of_one = usize::try_from(length / frame.micros()).unwrap_or(1);
    let rows = call.read(|engine| engine.klines(market, frame, start, end, limit * rows_of_one))?;
    let mut merged: Vec<Kline> = Vec::new();
    for row in rows {
        let begin = Micros(row.start.0.div_euclid(length) * length);
        match merged.last_mut().filter(|last| last.start == begin) {
            Some(last) => *last = last.merge(&row),
            None => merged.push(Kline { start: begin, ..row }),
        }
    }
    // Hours before the first whole period may have started one more.
    let surplus = merged.len().saturating_sub(limit);
    if start.is_some() {
        merged.truncate(limit);
    } else {
        merged.drain(..surplus);
    }
    Ok(merged)
}

/// One row for each period of the symbol.
fn each_period(call: &Call<'_>, row: impl Fn(&Engine, Pair, &Kline) -> Value) -> Reply {
    let market = data::market(call)?;
    let rows = periods(call, market)?;
    call.read(|engine| rows.iter().map(|k| row(engine, market.pair, k)).collect())
}

pub(super) fn open_interest_history(call: &mut Call<'_>) -> Reply {
    each_period(call, |engine, pair, k| {
        let interest = engine.open_interest(pair, k.start);
        shape::open_interest_point(pair, interest, interest * k.open, k.start)
    })
}

fn ratio(call: &Call<'_>, crowd: Crowd) -> Reply {
    each_period(call, |engine, pair, k| {
        shape::long_short(pair, engine.long_share(pair, crowd, k.start), k.start)
    })
}

pub(super) fn top_position_ratio(call: &mut Call<'_>) -> Reply {
    ratio(call, Crowd::TopPositions)
}

pub(super) fn top_account_ratio(call: &mut Call<'_>) -> Reply {
    ratio(call, Crowd::TopAccounts)
}

pub(super) fn global_account_ratio(call: &mut Call<'_>) -> Reply {
    ratio(call, Crowd::AllAccounts)
}

/// The volumes of takers on each side, which the candles know.
pub(super) fn taker_ratio(call: &mut Call<'_>) -> Reply {
    each_period(call, |_, _, k| shape::taker_volumes(k.taker_base, k.volume - k.taker_base, k.start))
}

/// The difference between the perpetual's price and the index.
pub(super) fn basis(call: &mut Call<'_>) -> Reply {
    let pair = pair(call)?;
    if !perpetual(call)? {
        return Ok(json!([]));
    }
    let rows = periods(call, MarketId::futures(pair))?;
    let index = periods(call, MarketId::spot(pair))?;
    let both = rows.iter().filter_map(|row| {
        let spot = index.iter().find(|spot| spot.start == row.start)?;
        Some(shape::basis(pair, row.close, spot.close, row.start))
    });
    Ok(both.collect())
}
