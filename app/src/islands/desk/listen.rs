//! Applies the stream's messages (`domain::live::LiveMessage`) to the desk's signals.

use super::{
    Bar,
    account::AccountSignals,
    chart::Chart,
    read::{FromTree, decimal},
};
use crate::islands::reactive::PeekValue;
use crate::islands::{stream, tree::Tree};
use domain::{Candle, live::AccountState};
use wasm_bindgen::JsValue;

/// Subscribes to the desk's account and market while the page is open.
pub(super) fn listen(account: AccountSignals, chart: Chart) {
    let symbol = account.symbol();
    stream::watch_account(&account.key(), &symbol.clone(), move |message| {
        take(account, chart, &symbol, message);
    });
}

/// Applies one message; `None` if it is not for the desk.
fn take(account: AccountSignals, chart: Chart, symbol: &str, message: &JsValue) -> Option<()> {
    let of_ours = |part: &JsValue| part.string("symbol") == symbol;
    if let Some(state) = message.get("Account") {
        account.state.set(AccountState::read(&state).filter(|_| of_ours(&state))?);
    } else if let Some(ticker) = message.get("Price").filter(of_ours) {
        account.last.set(decimal(&ticker, "last")?);
    } else if let Some(mark) = message.get("Mark").filter(of_ours) {
        account.mark.set(Some(decimal(&mark, "price")?));
    } else if let Some(update) = message.get("Candle").filter(of_ours) {
        let candle = Candle::read(&update.get("candle")?)?;
        chart.minute(account.market.peek_value(|m| Bar::new(&candle, m)));
    }
    Some(())
}
