//! Closed trades as a CSV file for spreadsheets (RFC 4180).

use super::{Filter, Sorting, list};
use crate::{actor::Actor, error::Result, following::Following, platform::spreadsheet};
use domain::{Decimal, closed_trade::ClosedTrade, money, time::SECOND};

/// The download's file name.
pub const FILE_NAME: &str = "closed-trades.csv";

const HEADER: [&str; 19] = [
    "opened",
    "closed",
    "duration seconds",
    "key",
    "source",
    "strategy",
    "symbol",
    "side",
    "amount",
    "entry price",
    "exit price",
    "stop",
    "realized",
    "fees",
    "funding",
    "result",
    "result r",
    "quote",
    "exit",
];

/// Returns all closed trades that match, sorted.
///
/// # Errors
/// If the database cannot be queried.
pub async fn csv(desk: &Following, actor: &Actor, filter: &Filter, sorting: Sorting) -> Result<String> {
    let mut text = spreadsheet::line(HEADER.map(str::to_owned));
    for found in list(desk, actor.user, filter, sorting).await? {
        text.push_str(&line(&found.into_trade(desk).await?));
    }
    Ok(text)
}

fn line(trade: &ClosedTrade) -> String {
    let number = |value: Option<Decimal>| value.map(money::text).unwrap_or_default();
    let strategy = trade.strategy.as_ref().map_or("", |(_, name)| name.as_str());
    spreadsheet::line([
        trade.opened_at.to_string(),
        trade.closed_at.to_string(),
        (trade.duration() / SECOND).to_string(),
        spreadsheet::words(&trade.key_name),
        trade.source.word().to_owned(),
        spreadsheet::words(strategy),
        trade.symbol.to_string(),
        trade.side.word().to_owned(),
        money::text(trade.amount),
        money::text(trade.entry_price),
        number(trade.exit_price),
        number(trade.stop),
        money::text(trade.profit.realized),
        money::text(trade.profit.fees),
        money::text(trade.profit.funding),
        money::text(trade.profit.net()),
        number(trade.result_in_r()),
        trade.symbol.quote().to_owned(),
        trade.exit.word().to_owned(),
    ])
}
