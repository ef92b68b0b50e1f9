//! All texts of the user interface, by key. One table per part, so that a page's wasm contains only its own.
//!
//! The crate `language` defines what an entry is, and the languages.

#[cfg(feature = "ssr")]
pub(crate) mod admin;
#[cfg(feature = "ssr")]
pub(crate) mod adopt;
#[cfg(feature = "ssr")]
pub(crate) mod audit_actions;
#[cfg(feature = "ssr")]
pub(crate) mod billing;
#[cfg(feature = "ssr")]
pub(crate) mod clients;
#[cfg(feature = "ssr")]
pub(crate) mod closed;
#[cfg(feature = "ssr")]
pub(crate) mod copies;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod desk;
#[cfg(feature = "ssr")]
pub(crate) mod entries;
#[cfg(feature = "ssr")]
pub(crate) mod event_webhooks;
#[cfg(feature = "ssr")]
pub(crate) mod execution;
#[cfg(feature = "ssr")]
pub(crate) mod first_day;
#[cfg(feature = "ssr")]
pub(crate) mod follows;
#[cfg(feature = "ssr")]
pub(crate) mod home;
pub(crate) mod live;
#[cfg(feature = "ssr")]
pub(crate) mod messages;
#[cfg(feature = "ssr")]
pub(crate) mod money;
#[cfg(feature = "ssr")]
pub(crate) mod notices;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod orders;
#[cfg(feature = "ssr")]
pub(crate) mod own_sources;
#[cfg(feature = "ssr")]
pub(crate) mod pages;
#[cfg(feature = "ssr")]
pub(crate) mod personal;
#[cfg(feature = "ssr")]
pub(crate) mod presets;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod problems;
#[cfg(feature = "ssr")]
pub(crate) mod reference;
#[cfg(feature = "ssr")]
pub(crate) mod reports;
#[cfg(feature = "ssr")]
pub(crate) mod risk_rules;
#[cfg(feature = "ssr")]
pub(crate) mod security;
#[cfg(feature = "ssr")]
pub(crate) mod shared_trades;
#[cfg(feature = "ssr")]
pub(crate) mod strategies;
#[cfg(feature = "ssr")]
pub(crate) mod sub;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub(crate) mod users;

pub use language::Lang;
pub(crate) use language::table;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) use language::texts;

/// The language of the current page.
#[cfg(feature = "ssr")]
pub(crate) fn lang() -> Lang {
    crate::visit::lang()
}

/// The language of the current page: the only one that the bundles contain. With a second one, the `lang`
/// attribute of the document decides.
#[cfg(not(feature = "ssr"))]
pub(crate) const fn lang() -> Lang {
    Lang::En
}
