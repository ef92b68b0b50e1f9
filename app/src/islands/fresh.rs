//! A part of a page that is read again while it changes.

use leptos::prelude::*;

#[cfg(feature = "islands")]
use super::bus::bus;

/// How often a part that is still changing is read again; one that has settled is left alone until something happens.
#[cfg(feature = "islands")]
const PERIOD: std::time::Duration = std::time::Duration::from_millis(1_500);

/// Reads the page again and puts its `data-fresh` part in the place of the one that is shown: every second or so while
/// the server says that it is `moving`, and whenever the stream tells of something. What the person holds (a field
/// with the focus, an unfolded form) is not taken from them. Without script a reload does the same.
#[island]
pub fn Fresh() -> impl IntoView {
    #[cfg(feature = "islands")]
    {
        let happened = bus().happened;
        Effect::new(move |_| {
            if happened.get().is_some() {
                leptos::task::spawn_local(browser::renew());
            }
        });
        set_interval(browser::tick, PERIOD);
    }
}

#[cfg(feature = "islands")]
mod browser {
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Document, DomParser, Element, Response, SupportedType};

    const PART: &str = "[data-fresh]";
    /// What a person uses; a table that merely scrolls is none of these.
    const CONTROLS: &str = "a, button, input, select, summary, textarea";

    pub(super) fn tick() {
        let moving =
            part(&document()).is_some_and(|p| p.get_attribute("data-fresh").as_deref() == Some("moving"));
        if moving && !document().hidden() {
            leptos::task::spawn_local(renew());
        }
    }

    /// One try; the next comes soon enough.
    pub(super) async fn renew() {
        let _ = read().await;
    }

    async fn read() -> Result<(), JsValue> {
        let here = leptos::prelude::location().href()?;
        let response: Response =
            JsFuture::from(leptos::prelude::window().fetch_with_str(&here)).await?.unchecked_into();
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        let there = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
        if let (true, Some(old), Some(new)) = (response.ok(), part(&document()), part(&there)) {
            if !held(&old) {
                old.set_inner_html(&new.inner_html());
            }
            old.set_attribute("data-fresh", &new.get_attribute("data-fresh").unwrap_or_default())?;
        }
        Ok(())
    }

    fn document() -> Document {
        leptos::prelude::document()
    }

    fn part(of: &Document) -> Option<Element> {
        of.query_selector(PART).ok().flatten()
    }

    fn held(part: &Element) -> bool {
        let active = document().active_element().filter(|e| part.contains(Some(e)));
        let focused = active.is_some_and(|e| e.matches(CONTROLS).unwrap_or(true));
        focused || part.query_selector("details[open]").ok().flatten().is_some()
    }
}
