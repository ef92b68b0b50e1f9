//! A history as a CSV file for spreadsheets (RFC 4180).

use super::{Filter, HistoryReader, TradeHistoryRequest, Which, days};
use crate::{
    actor::Actor,
    error::Result,
    following::Following,
    platform::spreadsheet::{self, words},
};
use domain::{Decimal, follow::PastTrade, money};

/// Trades per read.
const STEP: usize = 500;

const HEADER: &str = "time,key,strategy,symbol,side,price,amount,cost,stop,stop type,take profits,trailing trigger,\
                      callback rate,leverage,risk percent,exit,profit usd,order id";

/// Returns the download's file name.
#[must_use]
pub const fn file_name(which: Which) -> &'static str {
    match which {
        Which::Strategy => "strategy-trades.csv",
        Which::Manual => "manual-trades.csv",
    }
}

/// Returns the whole period of a history, newest first. The page token is ignored, because a file has no
/// pages.
///
/// # Errors
/// If the database cannot be queried.
pub async fn csv(
    desk: &Following,
    actor: &Actor,
    which: Which,
    request: &TradeHistoryRequest,
    filter: &Filter,
) -> Result<String> {
    let mut reader = HistoryReader::new(desk, actor, which, filter, days(desk, request))?;
    let mut text = format!("{HEADER}\r\n");
    loop {
        let some = reader.take(STEP).await?;
        if some.is_empty() {
            return Ok(text);
        }
        some.iter().for_each(|(_, trade)| line(&mut text, trade));
    }
}

fn line(text: &mut String, trade: &PastTrade) {
    let number = |value: Option<Decimal>| value.map(money::text).unwrap_or_default();
    let targets: Vec<String> = trade.take_profit.iter().map(|target| money::text(*target)).collect();
    let fields = [
        trade.at.to_string(),
        words(trade.key_name.as_deref().unwrap_or_default()),
        words(trade.strategy.as_ref().map_or("", |strategy| strategy.name.as_str())),
        trade.symbol.to_string(),
        trade.side.word().to_owned(),
        number(trade.price),
        money::text(trade.amount),
        money::text(trade.cost),
        number(trade.stop),
        trade.stop_type.map_or(String::new(), |kind| kind.word().to_owned()),
        targets.join(" "),
        number(trade.trailing_trigger_price),
        number(trade.callback_rate),
        trade.leverage.map_or(String::new(), |times| times.to_string()),
        number(trade.risk_percent),
        trade.exit.map_or(String::new(), |exit| exit.word().to_owned()),
        number(trade.profit_usd),
        words(&trade.order_id),
    ];
    text.push_str(&spreadsheet::line(fields));
}
