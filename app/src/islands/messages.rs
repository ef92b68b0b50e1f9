//! The stream's messages, as far as the small islands use them. Decimals stay text, because they are only
//! displayed.

#[cfg(any(feature = "islands", feature = "ssr", test))]
use super::tree::Tree;

/// A message that the small islands handle (`domain::live::LiveMessage`).
#[cfg(any(feature = "islands", test))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TabMessage {
    /// The stream is established; contains the sequence number to resume from.
    Hello(i64),
    /// Whether the exchange's prices arrive.
    Upstream(bool),
    /// A market's price.
    Price(String, Quote),
    /// An event for a toast.
    Happened(TabEvent),
}

/// The profit of the open positions of all accounts (`domain::live::Portfolio`).
#[cfg(any(feature = "pages", test))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortfolioNews {
    /// Changes when the page has to read the positions and orders again.
    pub(crate) revision: i64,
    /// Whether every account could be read.
    pub(crate) complete: bool,
    /// The profit of all positions.
    pub(crate) unrealized: String,
    /// The place of each position's profit on the page (key, market and side, with spaces between), and the profit.
    pub(crate) positions: Vec<(String, String)>,
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
#[cfg(any(feature = "islands", test))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TabEvent {
    /// Its sequence number.
    pub(crate) seq: i64,
    pub(crate) what: ToastEvent,
}

/// The kind of an event with its details.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "islands", feature = "ssr")), allow(dead_code))] // read by the browser and by /notices
pub(crate) enum ToastEvent {
    /// A change of an order.
    Order(OrderNews),
    /// A position was closed because its stop was rejected. The market.
    ClosedWithoutStop(String),
    /// A take-profit order was rejected. The market, and the reason as it is stored.
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
    /// The market of a position that has reached its time limit.
    TimeLimit(String),
    /// A copied position ended. Strategy, market, exit reason, and profit; empty if unknown.
    CopyEnded(String, String, String, String),
    /// A stop was hit. The market and the profit; empty if unknown.
    StopHit(String, String),
    /// A take-profit was hit. The market and the profit; empty if unknown.
    TargetHit(String, String),
    /// A sign-in from this address.
    SignedIn(String),
    PasswordChanged,
    /// The private signal source of this name refused an alert.
    AlertRefused(String),
    /// The event webhook of this name was disabled.
    WebhookDisabled(String),
    /// A risk rule tripped. The strategy, key or user that it applies to.
    RuleTripped(String),
    /// The plan of this name ends soon.
    PlanEndsSoon(String),
    /// The renewal of this plan was declined.
    PaymentFailed(String),
    /// This plan has ended.
    PlanEnded(String),
}

/// An event's name in the stream, and its constructor from one or two texts.
#[cfg(any(feature = "islands", feature = "ssr", test))]
type OfOne = (&'static str, fn(String) -> ToastEvent);
#[cfg(any(feature = "islands", feature = "ssr", test))]
type OfTwo = (&'static str, fn(String, String) -> ToastEvent);

/// Events with one text.
#[cfg(any(feature = "islands", feature = "ssr", test))]
const BY_ONE: [OfOne; 16] = [
    ("ClosedWithoutStop", ToastEvent::ClosedWithoutStop),
    ("StopReplaced", ToastEvent::StopReplaced),
    ("WithoutStop", ToastEvent::WithoutStop),
    ("TimeLimit", ToastEvent::TimeLimit),
    ("KeyRefused", ToastEvent::KeyRefused),
    ("AccountMode", ToastEvent::AccountMode),
    ("ForeignFill", ToastEvent::ForeignFill),
    ("Liquidated", ToastEvent::Liquidated),
    ("LeftOpen", ToastEvent::LeftOpen),
    ("SignedIn", ToastEvent::SignedIn),
    ("AlertRefused", ToastEvent::AlertRefused),
    ("WebhookDisabled", ToastEvent::WebhookDisabled),
    ("RuleTripped", ToastEvent::RuleTripped),
    ("PlanEndsSoon", ToastEvent::PlanEndsSoon),
    ("PaymentFailed", ToastEvent::PaymentFailed),
    ("PlanEnded", ToastEvent::PlanEnded),
];

/// Events with two texts, the second of which may be unknown.
#[cfg(any(feature = "islands", feature = "ssr", test))]
const BY_TWO: [OfTwo; 4] = [
    ("TargetRefused", ToastEvent::TargetRefused),
    ("KeyRights", ToastEvent::KeyRights),
    ("StopHit", ToastEvent::StopHit),
    ("TargetHit", ToastEvent::TargetHit),
];

/// The parts of an order that a toast shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderNews {
    /// The exchange's order id.
    pub(crate) id: String,
    pub(crate) symbol: String,
    pub(crate) kind: String,
    pub(crate) side: String,
    pub(crate) status: String,
    pub(crate) amount: String,
    pub(crate) filled: String,
    pub(crate) average: String,
    /// The result of an order that has closed a position or a part of it, if it is known.
    pub(crate) result: String,
}

impl ToastEvent {
    /// The event with the result of its order.
    #[cfg(any(feature = "islands", feature = "ssr", test))]
    pub(crate) fn with_result(mut self, result: String) -> Self {
        if let Self::Order(order) = &mut self {
            order.result = result;
        }
        self
    }
}

/// Parses a message; `None` for unknown messages and those meant for the desk only.
#[cfg(any(feature = "islands", test))]
pub(crate) fn read(message: &impl Tree) -> Option<TabMessage> {
    if let Some(ticker) = message.get("Price") {
        let quote = Quote { last: ticker.string("last"), percent: ticker.string("percentage"), up: true };
        return Some(TabMessage::Price(ticker.string("symbol"), quote));
    }
    if let Some(hello) = message.get("Hello") {
        return Some(TabMessage::Hello(hello.get("seq")?.int()?));
    }
    if let Some(upstream) = message.get("Upstream") {
        return Some(TabMessage::Upstream(upstream.get("live")?.truth()?));
    }
    let happened = message.get("Happened")?;
    let what = toast_event(&happened.get("event")?.get("what")?)?.with_result(happened.string("result"));
    Some(TabMessage::Happened(TabEvent { seq: happened.get("seq")?.int()?, what }))
}

/// Parses the message with the profit of the open positions; `None` for any other.
#[cfg(any(feature = "pages", test))]
pub(crate) fn portfolio_news(message: &impl Tree) -> Option<PortfolioNews> {
    let portfolio = message.get("Portfolio")?;
    let mut positions = Vec::new();
    for open in portfolio.get("positions")?.items()? {
        let [key, symbol, side] = ["key", "symbol", "side"].map(|name| open.string(name));
        positions.push((format!("{key} {symbol} {side}"), open.string("unrealized")));
    }
    Some(PortfolioNews {
        revision: portfolio.get("revision")?.int()?,
        complete: portfolio.get("complete")?.truth()?,
        unrealized: portfolio.string("unrealized"),
        positions,
    })
}

/// Parses an event (`domain::live::LiveEventKind`).
#[cfg(any(feature = "islands", feature = "ssr", test))]
pub(crate) fn toast_event(what: &impl Tree) -> Option<ToastEvent> {
    if let Some(both) = what.get("Order") {
        let order = both.items()?.into_iter().next()?;
        return Some(ToastEvent::Order(OrderNews {
            id: order.string("id"),
            symbol: order.string("symbol"),
            kind: order.string("kind"),
            side: order.string("side"),
            status: order.string("status"),
            amount: order.string("amount"),
            filled: order.string("filled"),
            average: order.string("average"),
            result: String::new(),
        }));
    }
    if let Some(copy) = what.get("CopyEnded") {
        let [strategy, symbol, exit, profit] =
            ["strategy", "symbol", "exit", "profit_usd"].map(|name| copy.string(name));
        return Some(ToastEvent::CopyEnded(strategy, symbol, exit, profit));
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
    (what.text()? == "PasswordChanged").then_some(ToastEvent::PasswordChanged)
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

/// The message that subscribes the tab to the positions of all accounts (`domain::live::ClientMessage::Portfolio`).
#[cfg(any(feature = "islands", test))]
pub(crate) const PORTFOLIO: &str = "\"Portfolio\"";

#[cfg(test)]
mod tests;
