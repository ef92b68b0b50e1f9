//! The stream's messages, as far as the small islands understand them. Decimals stay text: they are only shown.

#[cfg(any(feature = "islands", feature = "ssr", test))]
use super::tree::Tree;

/// A message that the small islands act on (`domain::live::LiveMessage`).
#[cfg(any(feature = "islands", test))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The stream stands; where resuming may start.
    Hello(i64),
    /// Whether prices still come.
    Upstream(bool),
    /// A market's price.
    Price(String, Quote),
    /// Something for a toast.
    Happened(Happened),
}

/// The last price of a market and its change over 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quote {
    /// Last price.
    pub(crate) last: String,
    /// Change in percent.
    pub(crate) percent: String,
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
#[cfg_attr(not(any(feature = "islands", feature = "ssr")), allow(dead_code))] // read by the browser and by /notices
pub(crate) enum What {
    /// To an order.
    Order(OrderNews),
    /// A position was closed because its stop was refused.
    ClosedWithoutStop(String),
    /// Market, and the exchange's words.
    TargetRefused(String, String),
    /// The key's name.
    KeyRefused(String),
    /// The name of a key whose account is in a mode that is not supported.
    AccountMode(String),
    /// A key's name, and how its rights have changed.
    KeyRights(String, String),
    /// The market on which an order was filled that Slipstream did not send.
    ForeignFill(String),
    /// The market of a liquidated position.
    Liquidated(String),
    /// The name of a deleted key whose positions are open.
    LeftOpen(String),
    /// A copied position has its stop again.
    StopReplaced(String),
    WithoutStop(String),
    /// Strategy, market, by what a copied position ended, and what it won or lost; empty where that is not known.
    CopyEnded(String, String, String, String),
    /// Market, and what a stop won or lost; empty where that is not known.
    StopHit(String, String),
    /// The same of a take-profit.
    TargetHit(String, String),
    /// Somebody signed in from this address.
    SignedIn(String),
    /// The password was changed.
    PasswordChanged,
    /// The plan of this name ends soon.
    PlanEndsSoon(String),
    /// Its renewal was declined.
    PaymentFailed(String),
    /// It has ended.
    PlanEnded(String),
}

/// A happening's name in the stream, and how it is made of the one word or the two that it tells.
#[cfg(any(feature = "islands", feature = "ssr", test))]
type OfOne = (&'static str, fn(String) -> What);
#[cfg(any(feature = "islands", feature = "ssr", test))]
type OfTwo = (&'static str, fn(String, String) -> What);

/// What is told by one word.
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

/// What is told by two, of which the second may not be known.
#[cfg(any(feature = "islands", feature = "ssr", test))]
const BY_TWO: [OfTwo; 4] = [
    ("TargetRefused", What::TargetRefused),
    ("KeyRights", What::KeyRights),
    ("StopHit", What::StopHit),
    ("TargetHit", What::TargetHit),
];

/// The parts of an order that a toast tells.
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

/// Reads a message; what is meant for the desk alone, and what we do not know, is none.
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

/// Reads what happened (`domain::live::What`).
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

/// The message that asks the server for what this tab wants to see (`domain::live::ClientMessage::Watch`), written by
/// hand: its parts are symbols and UUIDs, which need no escaping.
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
