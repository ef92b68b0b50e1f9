//! Toasts for events as they happen.

use super::{
    bus::bus,
    messages::{OrderNews, ToastEvent},
};
use crate::islands::reactive::{dynamic, effect, handler};
use crate::{
    figures,
    words::{lang, live::Live, live::live},
};
use domain::plan::title;
use leptos::prelude::*;

/// The maximum number of toasts on the screen.
const MOST: usize = 4;
/// How long a toast is shown.
#[cfg(feature = "islands")]
const READ: std::time::Duration = std::time::Duration::from_secs(8);

/// A toast on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Toast {
    /// Sequence number of its event.
    seq: i64,
    tone: &'static str,
    text: String,
    /// Id of the order; empty for other events.
    order: String,
    /// Whether the order has reached a final status.
    complete: bool,
}

/// Adds a toast. Each order has one: a fill replaces the one before, and a late partial fill does not replace the
/// complete one.
fn add_toast(shown: &mut Vec<Toast>, toast: Toast) {
    let same = |old: &Toast| !toast.order.is_empty() && old.order == toast.order;
    if !toast.complete && shown.iter().any(|old| same(old) && old.complete) {
        return;
    }
    shown.retain(|old| old.seq != toast.seq && !same(old));
    shown.push(toast);
    let over = shown.len().saturating_sub(MOST);
    shown.drain(..over);
}

/// The toast of an event, if it has one. A closed position cancels its stop and its take profits: those are notices
/// only, because the close has a toast of its own.
fn toast_of(words: &Live, seq: i64, what: &ToastEvent) -> Option<Toast> {
    let (order, complete) = match what {
        ToastEvent::Order(order)
            if order.status == "canceled" && protective(words, &order.kind).is_some() =>
        {
            return None;
        }
        ToastEvent::Order(order) => (order.id.clone(), order.status != "open"),
        _ => (String::new(), true),
    };
    let (tone, text) = format_toast(words, what)?;
    Some(Toast { seq, tone, text, order, complete })
}

/// The page's notifications, newest last.
#[island]
pub fn Toasts() -> impl IntoView {
    let words = live(lang());
    let shown = RwSignal::new(Vec::<Toast>::new());
    let shared = bus();
    let outdated = shared.outdated.clone();
    effect(move || {
        if let Some(news) = shared.happened.get() {
            let Some(toast) = toast_of(words, news.seq, &news.what) else { return };
            // Bad news stays until it is dismissed.
            #[cfg(feature = "islands")]
            if toast.tone != "bad" {
                set_timeout(move || shown.update(|s| s.retain(|toast| toast.seq != news.seq)), READ);
            }
            shown.update(|s| add_toast(s, toast));
        }
    });
    let dismiss = move |seq: i64| shown.update(|s| s.retain(|toast| toast.seq != seq));
    view! {
        <section class="toasts" aria-label=words.toasts aria-live="polite" data-testid="toasts">
            <p class="toast" data-tone="warn" hidden=dynamic(move || !outdated.get())>
                <span>{words.reload}</span>
                <a href="" class="button" data-kind="quiet">{words.reload_now}</a>
            </p>
            <For each=move || shown.get() key=|toast| toast.seq let(Toast { seq, tone, text, .. })>
                <p class="toast" data-tone=tone>
                    <span>{text}</span>
                    <button type="button" class="icon-button" aria-label=words.dismiss on:click=handler(move |_| dismiss(seq))>"×"</button>
                </p>
            </For>
        </section>
    }
}

/// Tone and text of a change of a key's permissions (`domain::live::RightsChange`).
fn rights_changed(words: &Live, key: &str, change: &str) -> Option<(&'static str, String)> {
    Some(match change {
        "WITHDRAW_GAINED" => ("bad", words.withdraw_gained(key)),
        "WITHDRAW_LOST" => ("good", words.withdraw_lost(key)),
        "ANY_ADDRESS" => ("bad", words.any_address(key)),
        "TRADING_LOST" => ("bad", words.trading_lost(key)),
        "EXPIRES_SOON" => ("warn", words.expires_soon(key)),
        _ => return None,
    })
}

/// Tone and text of an event; `None` for an event that the desk itself shows sufficiently.
pub(crate) fn format_toast(words: &Live, what: &ToastEvent) -> Option<(&'static str, String)> {
    Some(match what {
        ToastEvent::Order(order) => return format_order(words, order),
        ToastEvent::ClosedWithoutStop(symbol) => ("bad", words.closed_without_stop(symbol)),
        // The reason would need all its texts in the bundle: `/notices` shows it.
        ToastEvent::TargetRefused(symbol, _) => ("warn", words.target_refused(symbol)),
        ToastEvent::KeyRefused(name) => ("bad", words.key_refused(name)),
        ToastEvent::WithoutStop(symbol) => ("bad", words.without_stop(symbol)),
        ToastEvent::TimeLimit(symbol) => ("warn", words.time_limit(symbol)),
        ToastEvent::AccountMode(name) => ("bad", words.account_mode(name)),
        ToastEvent::KeyRights(name, change) => return rights_changed(words, name, change),
        ToastEvent::ForeignFill(symbol) => ("warn", words.foreign_fill(symbol)),
        ToastEvent::Liquidated(symbol) => ("bad", words.liquidated(symbol)),
        ToastEvent::LeftOpen(name) => ("bad", words.left_open(name)),
        ToastEvent::StopReplaced(symbol) => ("warn", words.stop_replaced(symbol)),
        ToastEvent::CopyEnded(strategy, symbol, exit, profit) => {
            let text = match exit.as_str() {
                "STOP" => words.copy_stopped(strategy, symbol),
                "TARGET" => words.copy_reached(strategy, symbol),
                _ => words.copy_ended(strategy, symbol),
            };
            format_result(words, text, profit)
        }
        ToastEvent::StopHit(symbol, profit) => format_result(words, words.stop_hit(symbol), profit),
        ToastEvent::TargetHit(symbol, profit) => format_result(words, words.target_hit(symbol), profit),
        ToastEvent::SignedIn(address) => ("warn", words.signed_in(address)),
        ToastEvent::PasswordChanged => ("warn", words.password_changed.to_owned()),
        ToastEvent::AlertRefused(source) => ("warn", words.alert_refused(source)),
        ToastEvent::WebhookDisabled(name) => ("warn", words.webhook_disabled(name)),
        ToastEvent::RuleTripped(name) => ("warn", words.rule_tripped(name)),
        ToastEvent::PlanEndsSoon(plan) => ("warn", words.plan_ends_soon(&title(plan))),
        ToastEvent::PaymentFailed(plan) => ("bad", words.payment_failed(&title(plan))),
        ToastEvent::PlanEnded(plan) => ("bad", words.plan_ended(&title(plan))),
    })
}

/// Adds the profit to the text, if it is known.
fn format_result(words: &Live, text: String, profit: &str) -> (&'static str, String) {
    if profit.is_empty() {
        return ("plain", text);
    }
    let tone = if profit.starts_with('-') { "plain" } else { "good" };
    (tone, words.with_result(&text, &figures::signed(profit)))
}

fn format_order(words: &Live, order: &OrderNews) -> Option<(&'static str, String)> {
    let side = if order.side == "BUY" { words.buy } else { words.sell };
    let subject = match (protective(words, &order.kind), order.amount.as_str()) {
        (Some(kind), "") => kind.to_owned(),
        (None, "") => side.to_owned(),
        // Once filled, the side matters more than the kind of order.
        (Some(kind), amount) if order.status != "closed" => words.sized(kind, amount),
        (_, amount) => words.sized(side, amount),
    };
    let partly = !matches!(order.filled.as_str(), "" | "0");
    let (symbol, price) = (order.symbol.as_str(), figures::grouped(&order.average));
    Some(match order.status.as_str() {
        "closed" => ("good", words.order_filled(&subject, symbol, &price)),
        "open" if partly => ("good", words.order_partly(&subject, symbol, &order.filled, &price)),
        "canceled" | "expired" if partly => {
            ("plain", words.order_part_only(&subject, symbol, &order.filled, &price))
        }
        "open" if order.kind == "limit" => ("plain", words.order_open(&subject, symbol)),
        // Stops and targets follow their entry: one order is one message.
        "open" => return None,
        "expired" => ("plain", words.order_expired(&subject, symbol)),
        "rejected" => ("bad", words.order_rejected(&subject, symbol)),
        _ => ("plain", words.order_canceled(&subject, symbol)),
    })
}

/// The name of a protective order: it may cover the whole position, and then has no amount.
fn protective(words: &Live, kind: &str) -> Option<&'static str> {
    match kind {
        "stop" | "stop_market" => Some(words.stop),
        "take_profit" | "take_profit_market" => Some(words.take_profit),
        "trailing_stop_market" => Some(words.trailing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn formats_the_result_of_a_copy() {
        let toast = |exit: &str, profit: &str| {
            let what =
                ToastEvent::CopyEnded("EMA cross".into(), "BTC/USDT".into(), exit.into(), profit.into());
            format_toast(live(Lang::En), &what).unwrap()
        };
        assert_eq!(
            toast("SIGNAL", "1012.5"),
            ("good", "EMA cross: BTC/USDT position closed: +1,012.50 USDT".into())
        );
        assert_eq!(
            toast("STOP", "-62.86043030"),
            ("plain", "EMA cross: BTC/USDT position closed by stop loss: −62.86 USDT".into())
        );
        assert_eq!(
            toast("TARGET", ""),
            ("plain", "EMA cross: BTC/USDT position closed by take profit".into())
        );
        let hit = ToastEvent::StopHit("BTC/USDT".into(), "-23.1".into());
        assert_eq!(
            format_toast(live(Lang::En), &hit),
            Some(("plain", "BTC/USDT: stop loss hit: −23.10 USDT".into()))
        );
    }

    #[test]
    fn formats_an_order_by_its_state() {
        let words = live(Lang::En);
        let text = |order: &OrderNews| format_order(words, order).map(|(_, text)| text);
        let order = OrderNews {
            id: "7".into(),
            symbol: "BTC/USDT".into(),
            kind: "limit".into(),
            side: "BUY".into(),
            status: "closed".into(),
            amount: "0.05".into(),
            filled: "0.05".into(),
            average: "10800.1".into(),
        };
        assert_eq!(text(&order).unwrap(), "Buy 0.05 BTC/USDT filled at 10,800.1");
        let partly = OrderNews { status: "open".into(), filled: "0.02".into(), ..order.clone() };
        assert_eq!(text(&partly).unwrap(), "Buy 0.05 BTC/USDT partially filled: 0.02 at 10,800.1");
        let ended = OrderNews { status: "canceled".into(), ..partly };
        let expected = "Buy 0.05 BTC/USDT partially filled: 0.02 at 10,800.1; the rest was cancelled";
        assert_eq!(text(&ended).unwrap(), expected);
        let waits = OrderNews {
            status: "open".into(),
            kind: "stop_market".into(),
            filled: "0".into(),
            ..order.clone()
        };
        assert_eq!(text(&waits), None);
        let stop = OrderNews {
            kind: "stop_market".into(),
            status: "canceled".into(),
            side: "SELL".into(),
            amount: String::new(),
            ..order
        };
        assert_eq!(text(&stop).unwrap(), "Stop BTC/USDT cancelled");
        let part = OrderNews { amount: "0.05".into(), ..stop.clone() };
        assert_eq!(text(&part).unwrap(), "Stop 0.05 BTC/USDT cancelled");
        let target = OrderNews { kind: "take_profit_market".into(), status: "closed".into(), ..part.clone() };
        assert_eq!(text(&target).unwrap(), "Sell 0.05 BTC/USDT filled at 10,800.1");
    }
    #[test]
    fn an_order_has_one_toast() {
        let words = live(Lang::En);
        let order = |id: &str, status: &str, filled: &str| {
            ToastEvent::Order(OrderNews {
                id: id.into(),
                symbol: "BTC/USDT".into(),
                kind: "market".into(),
                side: "BUY".into(),
                status: status.into(),
                amount: "0.4".into(),
                filled: filled.into(),
                average: "10800".into(),
            })
        };
        let mut shown = Vec::new();
        let mut receive = |seq: i64, what: &ToastEvent| {
            if let Some(toast) = toast_of(words, seq, what) {
                add_toast(&mut shown, toast);
            }
            shown.iter().map(|toast| toast.seq).collect::<Vec<_>>()
        };
        assert_eq!(receive(1, &order("7", "open", "0.1")), [1]);
        assert_eq!(receive(2, &order("7", "open", "0.2")), [2]);
        assert_eq!(receive(3, &order("8", "open", "0.1")), [2, 3]);
        assert_eq!(receive(4, &order("7", "closed", "0.4")), [3, 4]);
        assert_eq!(receive(5, &order("7", "open", "0.3")), [3, 4], "a late partial fill");
        let other = ToastEvent::StopHit("BTC/USDT".into(), String::new());
        assert_eq!(receive(6, &other), [3, 4, 6]);
        assert_eq!(receive(7, &other), [3, 4, 6, 7]);
        assert_eq!(receive(8, &other), [4, 6, 7, 8], "at most four");
        let ToastEvent::Order(stop) = order("9", "canceled", "0") else { panic!("an order") };
        let stop = ToastEvent::Order(OrderNews { kind: "stop_market".into(), ..stop });
        assert_eq!(receive(9, &stop), [4, 6, 7, 8], "a stop is cancelled when its position is closed");
        assert!(format_toast(words, &stop).is_some(), "it is a notice");
    }
}
