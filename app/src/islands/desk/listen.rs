//! The stream's messages, taken into the desk's signals.

use super::{Bar, account::Account, chart::Chart};
use crate::islands::stream;
use domain::live::LiveMessage;
use leptos::prelude::*;

/// Follows the desk's account and market for as long as the page lives.
pub(super) fn listen(account: Account, chart: Chart) {
    let symbol = account.symbol();
    stream::watch_account(&account.key(), &symbol.clone(), move |text| {
        let Ok(message) = serde_json::from_str::<LiveMessage>(text) else { return };
        match message {
            LiveMessage::Price(ticker) if ticker.symbol.to_string() == symbol => account.last.set(ticker.last),
            LiveMessage::Mark { symbol: of, price } if of.to_string() == symbol => account.mark.set(Some(price)),
            LiveMessage::Candle { symbol: of, candle } if of.to_string() == symbol => {
                chart.minute(account.market.with_value(|m| Bar::new(&candle, m)));
            }
            LiveMessage::Account(state) => account.state.set(*state),
            _ => {}
        }
    });
}
