//! The number of unread notices, beside the bell.

use super::bus::bus;
#[cfg(any(feature = "islands", test))]
use super::messages::ToastEvent;
#[cfg(feature = "islands")]
use super::toasts::format_toast;
use crate::islands::reactive::dynamic;
use crate::words::{lang, live::Live, live::live};
use leptos::prelude::*;

/// The highest number that is displayed.
pub const MOST: usize = 99;

/// The count at the time of rendering: a context on the server, the bell's attribute in the browser.
#[derive(Clone, Copy, Debug)]
pub struct Before(pub usize);

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

/// The bell's count: the unread notices when the page was rendered plus those of the stream since.
#[island]
pub fn Unread() -> impl IntoView {
    let words = live(lang());
    let count = RwSignal::new(before());
    let happened = bus().happened;
    #[cfg(feature = "islands")]
    {
        let mut newest = i64::MIN;
        let mut orders = Vec::new();
        super::reactive::effect(move || {
            let Some(news) = happened.get().filter(|n| n.seq > newest) else { return };
            if format_toast(words, &news.what).is_some() && counts(&mut orders, &news.what) {
                count.update(|n| *n += 1);
            }
            newest = news.seq;
        });
    }
    #[cfg(not(feature = "islands"))]
    drop(happened);
    view! {
        <span class="bell-count" aria-hidden="true" data-testid="unread" hidden=dynamic(move || count.get() == 0)>
            {dynamic(move || shown(count.get()))}
        </span>
        <span class="visually-hidden">{dynamic(move || label(words, count.get()))}</span>
    }
}

fn shown(count: usize) -> String {
    if count > MOST { format!("{MOST}+") } else { count.to_string() }
}

fn label(words: &Live, count: usize) -> String {
    if count == 0 { String::new() } else { words.unread(&shown(count)) }
}

#[cfg(feature = "islands")]
fn before() -> usize {
    let bell = document().query_selector("[data-unread]").ok().flatten();
    bell.and_then(|b| b.get_attribute("data-unread")).and_then(|n| n.parse().ok()).unwrap_or_default()
}

#[cfg(not(feature = "islands"))]
fn before() -> usize {
    use_context::<Before>().map_or(0, |b| b.0)
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
