//! Toasts for events as they happen.

use super::messages::{OrderNews, ToastEvent};
#[cfg(feature = "ssr")]
use crate::words::{lang, live::live};
use crate::{figures, words::live::Live};
use domain::plan::title;
#[cfg(feature = "ssr")]
use leptos::prelude::*;

#[cfg(any(feature = "islands", test))]
mod shown;

#[cfg(feature = "islands")]
pub(crate) use browser::{show, show_outdated, start};

/// The place of the page's notifications, newest last. The browser adds them.
#[cfg(feature = "ssr")]
#[component]
pub fn Toasts() -> impl IntoView {
    let words = live(lang());
    view! {
        <section class="toasts" aria-label=words.toasts aria-live="polite" data-testid="toasts">
            <p class="toast" data-tone="warn" data-outdated hidden=true>
                <span>{words.reload}</span>
                <a href="" class="button" data-kind="quiet">{words.reload_now}</a>
            </p>
        </section>
    }
}

#[cfg(feature = "islands")]
mod browser {
    use super::shown::{Toast, add_toast, toast_of};
    use crate::{
        islands::{
            messages::TabEvent,
            page::{after, document, find, find_all, listen, mark, set_shown},
        },
        words::live::Live,
    };
    use std::{cell::RefCell, time::Duration};
    use wasm_bindgen::JsCast;
    use web_sys::Element;

    /// How long a toast is shown.
    const READ: Duration = Duration::from_secs(8);

    thread_local! { static SHOWN: RefCell<Vec<Toast>> = const { RefCell::new(Vec::new()) }; }

    /// Makes the buttons of the toasts work.
    pub(crate) fn start() {
        let Some(section) = find(".toasts") else { return };
        listen(
            &section,
            "click",
            Box::new(|event| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let toast = target.filter(|target| target.matches("button").unwrap_or_default());
                let seq = toast.and_then(|button| button.parent_element()).and_then(|toast| seq(&toast));
                if let Some(seq) = seq {
                    remove(seq);
                }
            }),
        );
    }

    /// Shows that the page is out of date.
    pub(crate) fn show_outdated() {
        if let Some(toast) = find("[data-outdated]") {
            set_shown(&toast, true);
        }
    }

    /// Shows the toast of an event. Bad news stays until it is dismissed.
    pub(crate) fn show(words: &Live, event: &TabEvent) {
        let Some(toast) = toast_of(words, event.seq, &event.what) else { return };
        if toast.tone != "bad" {
            let seq = toast.seq;
            after(READ, move || remove(seq));
        }
        let element = element(words, &toast);
        SHOWN.with_borrow_mut(|shown| {
            if add_toast(shown, toast) {
                remove_others(shown);
                if let (Some(section), Some(element)) = (find(".toasts"), element) {
                    // Elements made here can always be appended.
                    let _ = section.append_child(&element);
                }
            }
        });
    }

    fn remove(seq: i64) {
        SHOWN.with_borrow_mut(|shown| {
            shown.retain(|toast| toast.seq != seq);
            remove_others(shown);
        });
    }

    /// Removes the elements of toasts that are no longer shown.
    fn remove_others(shown: &[Toast]) {
        for element in find_all(".toast[data-seq]") {
            let stays = seq(&element).is_some_and(|seq| shown.iter().any(|toast| toast.seq == seq));
            if !stays {
                element.remove();
            }
        }
    }

    fn seq(toast: &Element) -> Option<i64> {
        toast.get_attribute("data-seq")?.parse().ok()
    }

    fn element(words: &Live, toast: &Toast) -> Option<Element> {
        let [element, text, button] = ["p", "span", "button"].map(|tag| document().create_element(tag).ok());
        let (element, text, button) = (element?, text?, button?);
        mark(&element, "class", "toast");
        mark(&element, "data-tone", toast.tone);
        mark(&element, "data-seq", &toast.seq.to_string());
        text.set_text_content(Some(&toast.text));
        mark(&button, "type", "button");
        mark(&button, "class", "icon-button");
        mark(&button, "aria-label", words.dismiss);
        button.set_text_content(Some("×"));
        for part in [&text, &button] {
            let _ = element.append_child(part);
        }
        Some(element)
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
        "closed" if order.result.is_empty() => ("good", words.order_filled(&subject, symbol, &price)),
        "closed" => format_result(words, words.order_filled(&subject, symbol, &price), &order.result),
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
    use crate::words::{Lang, live::live};

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
            result: String::new(),
        };
        let closing = OrderNews { side: "SELL".into(), result: "-12.345".into(), ..order.clone() };
        assert_eq!(text(&closing).unwrap(), "Sell 0.05 BTC/USDT filled at 10,800.1: −12.34 USDT");
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
            filled: "0".into(),
            ..order
        };
        assert_eq!(text(&stop).unwrap(), "Stop BTC/USDT cancelled");
        let part = OrderNews { amount: "0.05".into(), ..stop.clone() };
        assert_eq!(text(&part).unwrap(), "Stop 0.05 BTC/USDT cancelled");
        let target = OrderNews {
            kind: "take_profit_market".into(),
            status: "closed".into(),
            filled: "0.05".into(),
            ..part.clone()
        };
        assert_eq!(text(&target).unwrap(), "Sell 0.05 BTC/USDT filled at 10,800.1");
    }
}
