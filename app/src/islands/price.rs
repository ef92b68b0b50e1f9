//! The live price of one market.

use super::{bus::bus, told::Quote};
use crate::figures;
use leptos::prelude::*;

/// What the server knows of a market when it renders a [`LivePrice`], given by context: an island without props needs
/// no parser of props in its wasm.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    /// The pair.
    pub(crate) symbol: String,
    /// How many places its prices have.
    pub(crate) places: u32,
    /// Its price now.
    pub(crate) quote: Quote,
}

/// The last price of the market of the [`Seed`] in context, and its change over 24 hours.
#[island]
pub fn LivePrice() -> impl IntoView {
    let seed = use_context::<Seed>().unwrap_or_default();
    // Custom attributes are written again in the browser, which knows no name: none leaves the server's in place.
    let named = Some(seed.symbol.clone()).filter(|name| !name.is_empty());
    let placed = named.as_ref().map(|_| seed.places.to_string());
    let root = NodeRef::<leptos::html::Span>::new();
    // The browser learns from the page which market this is.
    let symbol = RwSignal::new(seed.symbol);
    let places = RwSignal::new(seed.places as usize);
    let first = seed.quote;
    let quotes = bus().quotes;
    #[cfg(feature = "islands")]
    Effect::new(move |_| {
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
            .with(|all| all.iter().find(|(of, _)| *of == name).map(|(_, q)| q.clone()))
            .unwrap_or_else(|| first.clone())
    });
    // Before the first message the browser knows nothing, and leaves what the server wrote.
    let known = move |yes, no, is: fn(&Quote) -> bool| {
        quote.with(|q| (!q.last.is_empty()).then(|| if is(q) { yes } else { no }))
    };
    let way = move || known("up", "down", |q| q.up);
    let change = move || known("loss", "gain", |q| q.percent.starts_with('-'));
    view! {
        <span class="live-price" node_ref=root data-live-price=named data-places=placed data-way=way>
            <span class="live-price-last" data-testid="live-price">{move || quote.with(|q| figures::steady(&q.last, places.get()))}</span>
            <span class="live-price-change" data-change=change>{move || quote.with(|q| figures::percent(&q.percent))}</span>
        </span>
    }
}
