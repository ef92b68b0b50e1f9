//! Keyboard shortcuts of the desk, and the list that shows them.

use super::ticket::Ticket;
use crate::islands::part::still;
use crate::islands::reactive::{dynamic, handler};
use crate::words::desk::{Desk, desk};
use leptos::prelude::*;

/// Each key with the element that it presses, opens or focuses.
const KEYS: [(&str, &str); 8] = [
    ("b", "[name=side][value=BUY]"),
    ("s", "[name=side][value=SELL]"),
    ("a", "#ticket-amount"),
    ("x", "#close-position"),
    ("m", "#move-stop"),
    ("c", "#cancel-entries"),
    ("p", "#to-panic"),
    ("?", "#shortcuts"),
];

/// The effect of each key, in the order of [`KEYS`].
fn effects(words: &'static Desk) -> [&'static str; 8] {
    [
        words.key_buy,
        words.key_sell,
        words.key_amount,
        words.key_close,
        words.key_stop,
        words.key_entries,
        words.key_panic,
        words.key_sheet,
    ]
}

/// The button that opens the list of shortcuts. Shortcuts can be disabled, because speech input may press letters.
pub(super) fn view(ticket: Ticket) -> impl IntoView {
    let words = desk(ticket.account.lang);
    let list = || {
        let rows = KEYS.iter().zip(effects(words)).map(|((key, _), effect)| {
            view! { <div><dt><kbd>{*key}</kbd></dt><dd>{effect}</dd></div> }
        });
        let rows = rows.collect::<Vec<_>>();
        view! { <dl class="figures">{rows}<div><dt><kbd>{words.escape_key}</kbd></dt><dd>{words.key_escape}</dd></div></dl> }
    };
    view! {
        <details class="shortcuts" id="shortcuts" data-asleep=dynamic(move || (!ticket.awake.get()).then_some(""))>
            {still(|| view! { <summary class="icon-button" aria-label=words.shortcuts data-testid="shortcuts">"?"</summary> })}
            <div class="menu">
                {still(list)}
                <label class="check">
                    <input type="checkbox" id="shortcuts-on" checked=true autocomplete="off" data-testid="shortcuts-on"
                        on:change=handler(|event| keep(event_target_checked(&event)))/>
                    {still(|| view! { <span>{words.shortcuts_on}</span> })}
                </label>
                {still(|| view! { <a href="/follows/panic" id="to-panic">{words.key_panic}</a> })}
            </div>
        </details>
    }
}

/// The server keeps no choice of the browser.
#[cfg(not(feature = "islands"))]
fn keep(_: bool) {}

#[cfg(feature = "islands")]
use browser::keep;
#[cfg(feature = "islands")]
pub(super) use browser::listen;

#[cfg(feature = "islands")]
mod browser {
    use super::{KEYS, Ticket};
    use crate::islands::desk::focus::{close_sheet, focus};
    use crate::islands::page::find;
    use crate::islands::reactive::PeekUntracked;
    use leptos::{ev, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, HtmlInputElement};

    /// The local storage key of the choice to disable shortcuts.
    const OFF: &str = "slipstream-shortcuts-off";
    /// Fields in which a letter is text.
    const TYPING: &str = "input:not([type=radio],[type=checkbox]),select,textarea";

    /// Handles keys while the page is open. Menus are closed by the script of every page.
    pub(in crate::islands::desk) fn listen(ticket: Ticket) {
        if is_off()
            && let Some(box_) = find("#shortcuts-on")
        {
            box_.unchecked_into::<HtmlInputElement>().set_checked(false);
        }
        window_event_listener(ev::keydown, move |event| pressed(ticket, &event));
    }

    fn storage() -> Option<web_sys::Storage> {
        window().local_storage().ok().flatten()
    }

    fn is_off() -> bool {
        storage().and_then(|storage| storage.get_item(OFF).ok().flatten()).is_some()
    }

    /// Remembers in this browser whether shortcuts are used.
    pub(super) fn keep(on: bool) {
        if let Some(storage) = storage() {
            let _ = if on { storage.remove_item(OFF) } else { storage.set_item(OFF, "1") };
        }
    }

    fn pressed(ticket: Ticket, event: &web_sys::KeyboardEvent) {
        let key = event.key();
        if key == "Escape" {
            ticket.confirming.set(None);
            close_sheet();
            return;
        }
        // A key that is held down must not answer the question that it opened, or send a form again.
        if event.repeat() {
            if key == "Enter" {
                event.prevent_default();
            }
            return;
        }
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|element| element.matches(TYPING).unwrap_or_default());
        let chord = event.ctrl_key() || event.meta_key() || event.alt_key();
        if typing || chord || event.default_prevented() || is_off() {
            return;
        }
        let Some((_, selector)) = KEYS.iter().find(|(of, _)| *of == key) else { return };
        let by_risk = key == "a" && ticket.draft.peek_untracked(|draft| draft.by_risk());
        let selector = if by_risk { "#ticket-riskProfilePercent" } else { *selector };
        if let Some(element) = find(selector) {
            event.prevent_default();
            open(&element, selector);
        }
    }

    /// Opens a question, follows a link, chooses a radio button, or focuses a field.
    fn open(element: &Element, selector: &str) {
        let is = |what: &str| element.matches(what).unwrap_or_default();
        if is("details") {
            let opened = element.toggle_attribute("open").unwrap_or_default();
            let part = if opened { ":is(input:not([type=hidden]),button)" } else { "summary" };
            focus(&format!("{selector} {part}"));
            return;
        }
        // On a phone the ticket's fields are in a sheet.
        if is(".ticket *")
            && let Some(sheet) = find(".sheet")
        {
            let _ = sheet.set_attribute("open", "");
        }
        let asks = is("[popovertarget]");
        if (asks || is("a,[type=radio]"))
            && let Some(element) = element.dyn_ref::<HtmlElement>()
        {
            element.click();
        }
        if asks {
            focus(&format!("{selector} + :popover-open [type=submit]"));
        } else {
            focus(selector);
        }
    }
}
