//! The HTML document around every page.

use crate::{
    routes::{App, DESK_PAGES},
    visit::{self, Assets},
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

/// Prefetch rules: pages are fetched when the pointer rests on their link. Actions are never prefetched,
/// because they are forms.
const SPECULATION: &str =
    r#"{"prefetch":[{"where":{"selector_matches":"a[data-ahead]"},"eagerness":"moderate"}]}"#;

/// Closes menus and questions with Esc and with a click outside, on every page and before its wasm runs; forms of the position
/// with Esc only. Questions that are popovers need no script. Esc returns the focus to what had opened the menu.
const MENUS: &str = r#"{
const open = (more = "") => document.querySelectorAll(`:is(.account-menu,.sure,.shortcuts${more})[open]`);
addEventListener("click", (event) => {
  for (const menu of open()) if (!event.composedPath().includes(menu)) menu.open = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open(",.edit")) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});
}"#;

/// Keeps a question open when the part of the page around it is rendered again, as the position's card is with each fill:
/// an element that is removed closes without an event, and the one in its place is opened.
const QUESTIONS: &str = r#"{
let asked = "";
addEventListener("beforetoggle", (event) => {
  if (event.newState === "open") asked = event.target.id;
  else if (asked === event.target.id) asked = "";
}, true);
new MutationObserver(() => {
  if (!asked) return;
  const question = document.getElementById(asked);
  if (!question) asked = "";
  else if (!question.matches(":popover-open")) question.showPopover();
}).observe(document.documentElement, { childList: true, subtree: true });
}"#;

/// Keeps the focus on an element that is rendered again while it has the focus, as the position's card is: the element with the
/// same id gets it. When a focused element is removed, some browsers report that it has lost the focus, and others do not.
const FOCUS: &str = r#"{
let focused = null;
addEventListener("focusin", (event) => { focused = event.target; });
addEventListener("focusout", ({ target }) => queueMicrotask(() => {
  if (target === focused && target.isConnected && document.activeElement !== target) focused = null;
}));
new MutationObserver(() => {
  if (!focused || focused.isConnected) return;
  const again = focused.id && document.getElementById(focused.id);
  focused = null;
  if (again && document.activeElement === document.body) again.focus({ preventScroll: true });
}).observe(document.documentElement, { childList: true, subtree: true });
}"#;

/// The document. The page determines which wasm it loads: the trade desk's, or the small one.
pub fn shell(options: LeptosOptions) -> AnyView {
    let lang = visit::lang();
    let assets = use_context::<Assets>().unwrap_or_default();
    let bundle = if DESK_PAGES.contains(&visit::path().as_str()) { assets.desk } else { assets.small };
    let scripts = bundle.map(|name| {
        let mut options = options;
        options.output_name = name.into();
        view! { <HydrationScripts options islands=true/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=lang.code() dir=lang.dir() data-theme=visit::theme().word() data-icons=assets.icons_href>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href=assets.css_href/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                {scripts}
                <script type="speculationrules" nonce=use_nonce() inner_html=SPECULATION></script>
                <script nonce=use_nonce() inner_html=MENUS></script>
                <script nonce=use_nonce() inner_html=QUESTIONS></script>
                <script nonce=use_nonce() inner_html=FOCUS></script>
                <MetaTags/>
            </head>
            <body><App/></body>
        </html>
    }
    .into_any()
}
