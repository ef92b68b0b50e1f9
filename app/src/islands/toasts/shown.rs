//! The toasts on the screen.

use super::{format_toast, protective};
use crate::{islands::messages::ToastEvent, words::live::Live};

/// The maximum number of toasts on the screen.
const MOST: usize = 4;

/// A toast on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Toast {
    /// Sequence number of its event.
    pub(super) seq: i64,
    pub(super) tone: &'static str,
    pub(super) text: String,
    /// Id of the order; empty for other events.
    order: String,
    /// Whether the order has reached a final status.
    complete: bool,
}

/// Adds a toast, and returns whether it is shown. Each order has one: a fill replaces the one before, and a late partial fill
/// does not replace the complete one.
pub(super) fn add_toast(shown: &mut Vec<Toast>, toast: Toast) -> bool {
    let same = |old: &Toast| !toast.order.is_empty() && old.order == toast.order;
    if !toast.complete && shown.iter().any(|old| same(old) && old.complete) {
        return false;
    }
    shown.retain(|old| old.seq != toast.seq && !same(old));
    shown.push(toast);
    let over = shown.len().saturating_sub(MOST);
    shown.drain(..over);
    true
}

/// The toast of an event, if it has one. A closed position cancels its stop and its take profits: those are notices
/// only, because the close has a toast of its own.
pub(super) fn toast_of(words: &Live, seq: i64, what: &ToastEvent) -> Option<Toast> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        islands::messages::OrderNews,
        words::{Lang, live::live},
    };

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
                result: String::new(),
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
