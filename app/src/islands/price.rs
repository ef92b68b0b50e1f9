//! The live price of one market.

use super::messages::Quote;
use crate::figures;
#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// The server's data for a [`LivePrice`], provided as context.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    /// The symbol of the market.
    pub(crate) symbol: String,
    /// The number of decimal places of its prices.
    pub(crate) places: u32,
    /// The current price.
    pub(crate) quote: Quote,
}

/// The last price of the market of the [`Seed`] in context, and its change over 24 hours.
#[cfg(feature = "ssr")]
#[component]
pub fn LivePrice() -> impl IntoView {
    let Seed { symbol, places, quote } = use_context::<Seed>().unwrap_or_default();
    let shown = Shown::new(&quote, places as usize);
    view! {
        <span class="live-price" data-live-price=symbol data-places=places.to_string() data-way=shown.way>
            <span class="live-price-last" data-testid="live-price">{shown.last}</span>
            <span class="live-price-change" data-change=shown.tone>{shown.change}</span>
        </span>
    }
}

/// A price as it is displayed.
#[cfg_attr(not(any(feature = "islands", feature = "ssr")), allow(dead_code))] // written by the server and the browser
struct Shown {
    /// The direction of the last change.
    way: &'static str,
    last: String,
    tone: &'static str,
    change: String,
}

#[cfg_attr(not(any(feature = "islands", feature = "ssr")), allow(dead_code))] // likewise
impl Shown {
    fn new(quote: &Quote, places: usize) -> Self {
        Self {
            way: if quote.up { "up" } else { "down" },
            last: figures::steady(&quote.last, places),
            tone: if quote.percent.starts_with('-') { "loss" } else { "gain" },
            change: figures::percent(&quote.percent),
        }
    }
}

#[cfg(feature = "islands")]
pub(crate) use browser::{show, symbols};

#[cfg(feature = "islands")]
mod browser {
    use super::Shown;
    use crate::islands::{
        messages::Quote,
        page::{find_all, mark},
    };
    use std::cell::RefCell;
    use web_sys::Element;

    thread_local! {
        /// The newest price of each watched market: a few at most, so a list is enough.
        static QUOTES: RefCell<Vec<(String, Quote)>> = const { RefCell::new(Vec::new()) };
    }

    /// The markets whose prices are on the page.
    pub(crate) fn symbols() -> impl Iterator<Item = String> {
        places().into_iter().map(|place| symbol(&place))
    }

    fn places() -> Vec<Element> {
        find_all("[data-live-price]")
    }

    fn symbol(place: &Element) -> String {
        place.get_attribute("data-live-price").unwrap_or_default()
    }

    /// Writes a new price into the page.
    pub(crate) fn show(of: String, mut quote: Quote) {
        QUOTES.with_borrow_mut(|quotes| match quotes.iter_mut().find(|(symbol, _)| *symbol == of) {
            Some((_, before)) => {
                let same = before.last == quote.last;
                quote.up = if same { before.up } else { above(&quote.last, &before.last) };
                before.clone_from(&quote);
            }
            None => quotes.push((of.clone(), quote.clone())),
        });
        for place in places() {
            if symbol(&place) == of {
                write(&place, &quote);
            }
        }
    }

    fn write(place: &Element, quote: &Quote) {
        let count = place.get_attribute("data-places").and_then(|n| n.parse().ok());
        let shown = Shown::new(quote, count.unwrap_or_default());
        mark(place, "data-way", shown.way);
        if let Some(last) = place.first_element_child() {
            last.set_text_content(Some(&shown.last));
        }
        if let Some(change) = place.last_element_child() {
            mark(&change, "data-change", shown.tone);
            change.set_text_content(Some(&shown.change));
        }
    }

    /// Compares two positive decimal texts digit by digit; whether `a` is greater.
    fn above(a: &str, b: &str) -> bool {
        fn whole(text: &str) -> usize {
            text.find('.').unwrap_or(text.len())
        }
        (whole(a), a) > (whole(b), b)
    }
}
