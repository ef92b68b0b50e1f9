//! The number of unread notices, beside the bell.

#[cfg(any(feature = "islands", test))]
use super::messages::ToastEvent;
use crate::words::live::Live;
#[cfg(feature = "ssr")]
use crate::words::{lang, live::live};
#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// The highest number that is displayed.
pub const MOST: usize = 99;

/// The count at the time of rendering, a context.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug)]
pub struct Before(pub usize);

/// The bell's count: the unread notices when the page was rendered. The browser adds the events of the stream since.
#[cfg(feature = "ssr")]
#[component]
pub fn Unread() -> impl IntoView {
    let count = use_context::<Before>().map_or(0, |before| before.0);
    view! {
        <span class="bell-count" aria-hidden="true" data-testid="unread" hidden=count == 0>{shown(count)}</span>
        <span class="visually-hidden" data-unread-label>{label(live(lang()), count)}</span>
    }
}

#[cfg(any(feature = "ssr", feature = "islands", test))]
fn shown(count: usize) -> String {
    if count > MOST { format!("{MOST}+") } else { count.to_string() }
}

#[cfg(any(feature = "ssr", feature = "islands", test))]
fn label(words: &Live, count: usize) -> String {
    if count == 0 { String::new() } else { words.unread(&shown(count)) }
}

/// Returns whether an event counts: all events of one order are one notice.
#[cfg(any(feature = "islands", test))]
fn counts(orders: &mut Vec<String>, what: &ToastEvent) -> bool {
    let ToastEvent::Order(order) = what else { return true };
    let new = !orders.contains(&order.id);
    if new {
        orders.push(order.id.clone());
    }
    new
}

/// Adds an event to the bell's count, unless it was counted already.
#[cfg(feature = "islands")]
pub(crate) fn count(words: &Live, event: &super::messages::TabEvent) {
    use super::{
        page::{find, mark, set_shown},
        toasts::format_toast,
    };
    use std::cell::{Cell, RefCell};

    thread_local! {
        static NEWEST: Cell<i64> = const { Cell::new(i64::MIN) };
        static ORDERS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    if event.seq <= NEWEST.get() {
        return;
    }
    NEWEST.set(event.seq);
    let is_notice = format_toast(words, &event.what).is_some();
    if !is_notice || !ORDERS.with_borrow_mut(|orders| counts(orders, &event.what)) {
        return;
    }
    let Some(bell) = find("[data-unread]") else { return };
    let before: usize = bell.get_attribute("data-unread").and_then(|n| n.parse().ok()).unwrap_or_default();
    let count = before + 1;
    mark(&bell, "data-unread", &count.to_string());
    if let Some(badge) = find(".bell-count") {
        badge.set_text_content(Some(&shown(count)));
        set_shown(&badge, true);
    }
    if let Some(spoken) = find("[data-unread-label]") {
        spoken.set_text_content(Some(&label(words, count)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_up_to_a_point() {
        assert_eq!((shown(3), shown(MOST), shown(MOST + 1)), ("3".into(), "99".into(), "99+".into()));
        let words = live(crate::words::Lang::En);
        assert_eq!((label(words, 0), label(words, 2)), (String::new(), "2 unread".into()));
    }

    #[test]
    fn an_order_counts_once() {
        use crate::islands::messages::OrderNews;
        let order = |id: &str| ToastEvent::Order(OrderNews { id: id.into(), ..OrderNews::default() });
        let (mut orders, hit) = (Vec::new(), ToastEvent::StopHit("BTC/USDT".into(), String::new()));
        let events = [order("7"), order("7"), order("8"), hit.clone(), hit];
        let counted = events.iter().filter(|what| counts(&mut orders, what)).count();
        assert_eq!(counted, 4);
    }
}
