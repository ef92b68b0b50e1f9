//! The stream's messages, as far as the small islands understand them. Decimals stay text: they are only shown.

/// The last price of a market and its change over 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quote {
    /// Last price.
    pub(crate) last: String,
    /// Change in percent.
    pub(crate) percent: String,
    /// Highest of the day.
    pub(crate) high: String,
    /// Lowest of the day.
    pub(crate) low: String,
    /// Whether the last change was upwards.
    pub(crate) up: bool,
}

/// Something worth a toast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    /// Its number.
    pub(crate) seq: i64,
    /// What.
    pub(crate) what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// To an order.
    Order(OrderNews),
    /// A position was closed because its stop was refused.
    ClosedWithoutStop(String),
    /// Market, and the exchange's words.
    TargetRefused(String, String),
    /// The key's name.
    KeyRefused(String),
}

/// The parts of an order that a toast tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderNews {
    pub(crate) symbol: String,
    pub(crate) side: String,
    pub(crate) status: String,
    pub(crate) amount: String,
    pub(crate) filled: String,
    pub(crate) average: String,
}

/// The message that asks the server for what this tab wants to see (`domain::live::ClientMessage::Watch`), written by
/// hand: its parts are symbols and UUIDs, which need no escaping.
#[cfg(any(feature = "islands", test))]
pub(crate) fn watch_message(
    symbols: &std::collections::BTreeSet<String>,
    account: Option<&(String, String)>,
    after: Option<i64>,
) -> String {
    let quoted = symbols.iter().map(|s| format!("\"{s}\"")).collect::<Vec<_>>().join(",");
    let account = account.map_or_else(|| "null".to_owned(), |(key, symbol)| format!("[\"{key}\",\"{symbol}\"]"));
    let after = after.map_or_else(|| "null".to_owned(), |seq| seq.to_string());
    format!("{{\"Watch\":{{\"symbols\":[{quoted}],\"account\":{account},\"after\":{after}}}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::live::ClientMessage;

    #[test]
    fn the_watch_message_is_what_the_server_reads() {
        let key = "0192d3a0-0000-7000-8000-000000000001";
        let symbols = ["BTC/USDT", "ETH/USDT"].map(str::to_owned).into();
        let account = (key.to_owned(), "BTC/USDT".to_owned());
        let read = serde_json::from_str(&watch_message(&symbols, Some(&account), Some(7))).unwrap();
        let ClientMessage::Watch { symbols, account, after } = read;
        assert_eq!(symbols.len(), 2);
        assert_eq!(account.unwrap().0.to_string(), key);
        assert_eq!(after, Some(7));
        assert!(serde_json::from_str::<ClientMessage>(&watch_message(&[].into(), None, None)).is_ok());
    }
}
