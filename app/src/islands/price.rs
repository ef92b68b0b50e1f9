//! The live price of one market.

use super::{bus::bus, messages::Quote};
use crate::figures;
use crate::islands::reactive::{Peek, dynamic};
use leptos::prelude::*;

/// The server's data for a [`LivePrice`], provided as context: an island without props needs no props parser
/// in its wasm.
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
#[island]
pub fn LivePrice() -> impl IntoView {
    let seed = use_context::<Seed>().unwrap_or_default();
    // Hydration writes custom attributes again, and the browser does not know the symbol: `None` leaves the
    // server's value.
    let named = Some(seed.symbol.clone()).filter(|name| !name.is_empty());
    let placed = named.as_ref().map(|_| seed.places.to_string());
    let root = NodeRef::<leptos::html::Span>::new();
    // The browser reads from the page which market this is.
    let symbol = RwSignal::new(seed.symbol);
    let places = RwSignal::new(seed.places as usize);
    let first = seed.quote;
    let quotes = bus().quotes;
    #[cfg(feature = "islands")]
    crate::islands::reactive::effect(move || {
        let Some(root) = root.get() else { return };
        if let Some(count) = root.get_attribute("data-places").and_then(|n| n.parse().ok()) {
            places.set(count);
        }
        if let Some(name) = root.get_attribute("data-live-price").filter(|n| !n.is_empty()) {
            super::stream::watch(&name);
            symbol.set(name);
        }
    });
    let quote = Memo::new(move |_| {
        let name = symbol.get();
        quotes
            .peek(|all| all.iter().find(|(of, _)| *of == name).map(|(_, q)| q.clone()))
            .unwrap_or_else(|| first.clone())
    });
    // Before the first message the browser knows no price, and leaves the server's text unchanged.
    let known = move |yes, no, is: fn(&Quote) -> bool| {
        quote.peek(|q| (!q.last.is_empty()).then(|| if is(q) { yes } else { no }))
    };
    let way = move || known("up", "down", |q| q.up);
    let change = move || known("loss", "gain", |q| q.percent.starts_with('-'));
    view! {
        <span class="live-price" node_ref=root data-live-price=named data-places=placed data-way=dynamic(way)>
            <span class="live-price-last" data-testid="live-price">{dynamic(move || quote.peek(|q| figures::steady(&q.last, places.get())))}</span>
            <span class="live-price-change" data-change=dynamic(change)>{dynamic(move || quote.peek(|q| figures::percent(&q.percent)))}</span>
        </span>
    }
}
