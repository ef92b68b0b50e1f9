//! The stream's messages, as far as the small islands use them. Decimals stay text, because they are only
//! displayed.

#[cfg(any(feature = "islands", feature = "ssr", test))]
use super::tree::Tree;

/// A message that the small islands handle (`domain::live::LiveMessage`).
#[cfg(any(feature = "islands", test))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The stream is established; contains the sequence number to resume from.
    Hello(i64),
    /// Whether the exchange's prices arrive.
    Upstream(bool),
    /// A market's price.
    Price(String, Quote),
    /// An event for a toast.
    Happened(Happened),
}

/// The last price of a market and its change over 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) last: String,
    /// Change in percent.
    pub(crate) percent: String,
    /// Whether the last change was upwards.
    pub(crate) up: bool,
}

/// An event for a toast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    /// Its sequence number.
    pub(crate) seq: i64,
    pub(crate) what: What,
}

/// The kind of an event with its details.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "islands", feature = "ssr")), allow(dead_code))] // read by the browser and by /notices
pub(crate) enum What {
    /// A change of an order.
    Order(OrderNews),
    /// A position was closed because its stop was rejected. The market.
    ClosedWithoutStop(String),
    /// A take-profit order was rejected. The market, and the exchange's message.
    TargetRefused(String, String),
    /// The exchange rejected a key. The key's name.
    KeyRefused(String),
    /// The name of a key whose account is in a mode that is not supported.
    AccountMode(String),
    /// A key's name, and how its permissions have changed.
    KeyRights(String, String),
    /// The market on which an order was filled that Slipstream did not send.
    ForeignFill(String),
    /// The market of a liquidated position.
    Liquidated(String),
    /// The name of a deleted key whose positions are open.
    LeftOpen(String),
    /// A copied position has its stop again. The market.
    StopReplaced(String),
    WithoutStop(String),
    /// A copied position ended. Strategy, market, exit reason, and profit; empty if unknown.
    CopyEnded(String, String, String, String),
    /// A stop was hit. The market and the profit; empty if unknown.
    StopHit(String, String),
    /// A take-profit was hit. The market and the profit; empty if unknown.
    TargetHit(String, String),
    /// A sign-in from this address.
    SignedIn(String),
    PasswordChanged,
    /// The plan of this name ends soon.
    PlanEndsSoon(String),
    /// The renewal of this plan was declined.
    PaymentFailed(String),
    /// This plan has ended.
    PlanEnded(String),
}

/// An event's name in the stream, and its constructor from one or two texts.
#[cfg(any(feature = "islands", feature = "ssr", test))]
type OfOne = (&'static str, fn(String) -> What);
#[cfg(any(feature = "islands", feature = "ssr", test))]
type OfTwo = (&'static str, fn(String, String) -> What);

/// Events with one text.
#[cfg(any(feature = "islands", feature = "ssr", test))]
const BY_ONE: [OfOne; 12] = [
    ("ClosedWithoutStop", What::ClosedWithoutStop),
    ("StopReplaced", What::StopReplaced),
    ("WithoutStop", What::WithoutStop),
    ("KeyRefused", What::KeyRefused),
    ("AccountMode", What::AccountMode),
    ("ForeignFill", What::ForeignFill),
    ("Liquidated", What::Liquidated),
    ("LeftOpen", What::LeftOpen),
    ("SignedIn", What::SignedIn),
    ("PlanEndsSoon", What::PlanEndsSoon),
    ("PaymentFailed", What::PaymentFailed),
    ("PlanEnded", What::PlanEnded),
];

/// Events with two texts, the second of which may be unknown.
#[cfg(any(feature = "islands", feature = "ssr", test))]
const BY_TWO: [OfTwo; 4] = [
    ("TargetRefused", What::TargetRefused),
    ("KeyRights", What::KeyRights),
    ("StopHit", What::StopHit),
    ("TargetHit", What::TargetHit),
];

/// The parts of an order that a toast shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderNews {
    pub(crate) symbol: String,
    pub(crate) kind: String,
    pub(crate) side: String,
    pub(crate) status: String,
    pub(crate) amount: String,
    pub(crate) filled: String,
    pub(crate) average: String,
}

/// Parses a message; `None` for unknown messages and those meant for the desk only.
#[cfg(any(feature = "islands", test))]
pub(crate) fn read(message: &impl Tree) -> Option<Told> {
    if let Some(ticker) = message.get("Price") {
        let quote = Quote { last: ticker.string("last"), percent: ticker.string("percentage"), up: true };
        return Some(Told::Price(ticker.string("symbol"), quote));
    }
    if let Some(hello) = message.get("Hello") {
        return Some(Told::Hello(hello.get("seq")?.int()?));
    }
    if let Some(upstream) = message.get("Upstream") {
        return Some(Told::Upstream(upstream.get("live")?.truth()?));
    }
    let happened = message.get("Happened")?;
    let what = what(&happened.get("event")?.get("what")?)?;
    Some(Told::Happened(Happened { seq: happened.get("seq")?.int()?, what }))
}

/// Parses an event (`domain::live::What`).
#[cfg(any(feature = "islands", feature = "ssr", test))]
pub(crate) fn what(what: &impl Tree) -> Option<What> {
    if let Some(both) = what.get("Order") {
        let order = both.items()?.into_iter().next()?;
        return Some(What::Order(OrderNews {
            symbol: order.string("symbol"),
            kind: order.string("kind"),
            side: order.string("side"),
            status: order.string("status"),
            amount: order.string("amount"),
            filled: order.string("filled"),
            average: order.string("average"),
        }));
    }
    if let Some(copy) = what.get("CopyEnded") {
        let [strategy, symbol, exit, profit] =
            ["strategy", "symbol", "exit", "profit_usd"].map(|name| copy.string(name));
        return Some(What::CopyEnded(strategy, symbol, exit, profit));
    }
    for (name, make) in BY_TWO {
        if let Some(both) = what.get(name) {
            let mut parts = both.items()?.into_iter();
            return Some(make(parts.next()?.text()?, parts.next()?.text().unwrap_or_default()));
        }
    }
    for (name, make) in BY_ONE {
        if let Some(one) = what.get(name) {
            return Some(make(one.text()?));
        }
    }
    (what.text()? == "PasswordChanged").then_some(What::PasswordChanged)
}

/// The message with this tab's subscriptions (`domain::live::ClientMessage::Watch`), formatted manually: its
/// parts are symbols and UUIDs, which need no escaping.
#[cfg(any(feature = "islands", test))]
pub(crate) fn watch_message(
    symbols: &[String],
    account: Option<&(String, String)>,
    after: Option<i64>,
) -> String {
    let quoted = symbols.iter().map(|s| format!("\"{s}\"")).collect::<Vec<_>>().join(",");
    let account =
        account.map_or_else(|| "null".to_owned(), |(key, symbol)| format!("[\"{key}\",\"{symbol}\"]"));
    let after = after.map_or_else(|| "null".to_owned(), |seq| seq.to_string());
    format!("{{\"Watch\":{{\"symbols\":[{quoted}],\"account\":{account},\"after\":{after}}}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::live::{ClientMessage, Happening, LiveMessage};

    fn told(message: &LiveMessage) -> Option<Told> {
        read(&serde_json::to_value(message).unwrap())
    }

    fn happened(what: domain::live::What) -> Option<Told> {
        let key = "0192d3a0-0000-7000-8000-000000000001".parse().unwrap();
        told(&LiveMessage::Happened {
            seq: 9,
            event: Happening { key: Some(key), at: domain::Micros(5), what },
        })
    }

    #[test]
    fn reads_what_the_server_writes() {
        assert_eq!(told(&LiveMessage::Hello { seq: 3 }), Some(Told::Hello(3)));
        assert_eq!(told(&LiveMessage::Upstream { live: false }), Some(Told::Upstream(false)));
        assert_eq!(told(&LiveMessage::Reload), None);
        let symbol: domain::Symbol = "BTC/USDT".parse().unwrap();
        let refused = happened(domain::live::What::TargetRefused(symbol.clone(), "no".into()));
        let what = What::TargetRefused("BTC/USDT".into(), "no".into());
        assert_eq!(refused, Some(Told::Happened(Happened { seq: 9, what })));
        let closed = happened(domain::live::What::ClosedWithoutStop(symbol));
        let what = What::ClosedWithoutStop("BTC/USDT".into());
        assert_eq!(closed, Some(Told::Happened(Happened { seq: 9, what })));
        let key = happened(domain::live::What::KeyRefused("mine".into()));
        assert_eq!(key, Some(Told::Happened(Happened { seq: 9, what: What::KeyRefused("mine".into()) })));
        let symbol: domain::Symbol = "BTC/USDT".parse().unwrap();
        let stop = happened(domain::live::What::StopReplaced(symbol.clone()));
        assert_eq!(
            stop,
            Some(Told::Happened(Happened { seq: 9, what: What::StopReplaced("BTC/USDT".into()) }))
        );
        let ended = |profit_usd| {
            happened(domain::live::What::CopyEnded {
                strategy: "EMA cross".into(),
                symbol: symbol.clone(),
                exit: domain::copy::Exit::Target,
                profit_usd,
            })
        };
        let what = |profit: &str| {
            What::CopyEnded("EMA cross".into(), "BTC/USDT".into(), "TARGET".into(), profit.into())
        };
        let profit = domain::money::parse("12.5").unwrap();
        assert_eq!(ended(Some(profit)), Some(Told::Happened(Happened { seq: 9, what: what("12.5") })));
        assert_eq!(ended(None), Some(Told::Happened(Happened { seq: 9, what: what("") })));
        let hit = happened(domain::live::What::StopHit(symbol.clone(), None));
        let what = What::StopHit("BTC/USDT".into(), String::new());
        assert_eq!(hit, Some(Told::Happened(Happened { seq: 9, what })));
        let hit = happened(domain::live::What::TargetHit(symbol, Some(profit)));
        let what = What::TargetHit("BTC/USDT".into(), "12.5".into());
        assert_eq!(hit, Some(Told::Happened(Happened { seq: 9, what })));
        let changed = happened(domain::live::What::PasswordChanged);
        assert_eq!(changed, Some(Told::Happened(Happened { seq: 9, what: What::PasswordChanged })));
        let over = happened(domain::live::What::PlanEnded("Pro".into()));
        assert_eq!(over, Some(Told::Happened(Happened { seq: 9, what: What::PlanEnded("Pro".into()) })));
    }

    #[test]
    fn reads_prices_and_orders() {
        let ticker = r#"{"Price":{"symbol":"BTC/USDT","at":1,"high":"2","low":"1","vwap":"1","open":"1","last":"1.5",
            "change":"0.5","percentage":"50","base_volume":"1","quote_volume":"1"}}"#;
        let message: LiveMessage = serde_json::from_str(ticker).unwrap();
        let quote = Quote { last: "1.5".into(), percent: "50".into(), up: true };
        assert_eq!(told(&message), Some(Told::Price("BTC/USDT".into(), quote)));
        let order = crate::islands::tests::order();
        let what = domain::live::What::Order(Box::new(order), None);
        let Some(Told::Happened(Happened { what: What::Order(news), .. })) = happened(what) else {
            panic!("no order was read");
        };
        assert_eq!((news.side.as_str(), news.status.as_str()), ("BUY", "open"));
        assert_eq!((news.symbol.as_str(), news.amount.as_str()), ("BTC/USDT", "0.05"));
    }

    #[test]
    fn the_watch_message_is_what_the_server_reads() {
        let key = "0192d3a0-0000-7000-8000-000000000001";
        let symbols = ["BTC/USDT", "ETH/USDT"].map(str::to_owned);
        let account = (key.to_owned(), "BTC/USDT".to_owned());
        let read = serde_json::from_str(&watch_message(&symbols, Some(&account), Some(7))).unwrap();
        let ClientMessage::Watch { symbols, account, after } = read;
        assert_eq!(symbols.len(), 2);
        assert_eq!(account.unwrap().0.to_string(), key);
        assert_eq!(after, Some(7));
        assert!(serde_json::from_str::<ClientMessage>(&watch_message(&[], None, None)).is_ok());
    }
}
