//! The pages and the role each requires. The server's guard reads [`PAGES`]; a test compares it with the
//! routes.

use crate::pages;
use domain::Role;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// Every page and the role it requires.
pub const PAGES: &[(&str, Role)] = &[
    ("/", Role::Anyone),
    ("/sign-up", Role::Anyone),
    ("/sign-in", Role::Anyone),
    ("/forgot", Role::Anyone),
    ("/reset", Role::Anyone),
    ("/not-me", Role::Anyone),
    ("/confirm", Role::Trader),
    ("/docs", Role::Anyone),
    ("/maintenance", Role::Anyone),
    ("/plans", Role::Anyone),
    ("/strategies", Role::Anyone),
    ("/strategies/own", Role::Trader),
    ("/strategies/own/{id}", Role::Trader),
    ("/strategies/{id}", Role::Anyone),
    ("/strategies/{id}/execution", Role::Anyone),
    ("/strategies/{id}/follow", Role::Trader),
    ("/follows", Role::Trader),
    ("/follows/stop", Role::Trader),
    ("/follows/panic", Role::Trader),
    ("/follows/{id}", Role::Trader),
    ("/rules", Role::Trader),
    ("/copies", Role::Trader),
    ("/dashboard", Role::Trader),
    ("/keys", Role::Trader),
    ("/keys/delete", Role::Trader),
    ("/keys/{id}", Role::Trader),
    ("/support", Role::Trader),
    ("/trade", Role::Trader),
    ("/history", Role::Trader),
    ("/notices", Role::Trader),
    ("/reports", Role::Trader),
    ("/reports/{id}", Role::Trader),
    ("/accounts", Role::Trader),
    ("/billing", Role::Trader),
    ("/accounts/movements", Role::Trader),
    ("/accounts/sub", Role::Trader),
    ("/settings", Role::Trader),
    ("/settings/activity", Role::Trader),
    ("/settings/profile", Role::Trader),
    ("/settings/api-clients", Role::Trader),
    ("/settings/webhooks", Role::Trader),
    ("/settings/notifications", Role::Trader),
    ("/telegram", Role::Trader),
    ("/unsubscribe", Role::Anyone),
    ("/admin/accounts", Role::Admin),
    ("/admin/maintenance", Role::Admin),
    ("/admin/outbox", Role::Admin),
    ("/admin/people", Role::Admin),
    ("/admin/audit", Role::Admin),
    ("/admin/support", Role::Admin),
    ("/admin/strategies", Role::Admin),
    ("/admin/strategies/{id}", Role::Admin),
    ("/admin/signals/{id}", Role::Admin),
];

/// The pages that load the trade desk's bundle; all others load the small one.
pub(crate) const DESK_PAGES: &[&str] = &["/trade"];

/// All pages. Each is rendered completely before it is sent: it can be read, and its forms work, without
/// scripts. Its type is erased here, so that the tree of views is compiled once, in this crate, and not again
/// in every crate that uses it.
#[allow(clippy::too_many_lines, reason = "a table: a line for each page")]
#[component]
pub fn App() -> AnyView {
    provide_meta_context();
    let ssr = SsrMode::Async;
    view! {
        <Router>
            <Routes fallback=pages::not_found::page>
                <Route path=path!("/") view=pages::landing::page ssr=ssr.clone()/>
                <Route path=path!("/sign-up") view=pages::sign_up::page ssr=ssr.clone()/>
                <Route path=path!("/sign-in") view=pages::sign_in::page ssr=ssr.clone()/>
                <Route path=path!("/forgot") view=pages::forgot::page ssr=ssr.clone()/>
                <Route path=path!("/reset") view=pages::reset::page ssr=ssr.clone()/>
                <Route path=path!("/not-me") view=pages::not_me::page ssr=ssr.clone()/>
                <Route path=path!("/confirm") view=pages::confirm::page ssr=ssr.clone()/>
                <Route path=path!("/admin/people") view=pages::admin::users::page ssr=ssr.clone()/>
                <Route path=path!("/settings/activity") view=pages::activity::own ssr=ssr.clone()/>
                <Route path=path!("/admin/audit") view=pages::activity::all ssr=ssr.clone()/>
                <Route path=path!("/dashboard") view=pages::dashboard::page ssr=ssr.clone()/>
                <Route path=path!("/keys") view=pages::keys::page ssr=ssr.clone()/>
                <Route path=path!("/keys/delete") view=pages::key_delete::page ssr=ssr.clone()/>
                <Route path=path!("/keys/:id") view=pages::key_days::page ssr=ssr.clone()/>
                <Route path=path!("/support") view=pages::support::page ssr=ssr.clone()/>
                <Route path=path!("/admin/support") view=pages::admin::tickets::page ssr=ssr.clone()/>
                <Route path=path!("/trade") view=pages::trade::page ssr=ssr.clone()/>
                <Route path=path!("/history") view=pages::history::page ssr=ssr.clone()/>
                <Route path=path!("/notices") view=pages::notices::page ssr=ssr.clone()/>
                <Route path=path!("/reports") view=pages::reports::list ssr=ssr.clone()/>
                <Route path=path!("/reports/:id") view=pages::report::page ssr=ssr.clone()/>
                <Route path=path!("/accounts") view=pages::accounts::page ssr=ssr.clone()/>
                <Route path=path!("/plans") view=pages::plans::page ssr=ssr.clone()/>
                <Route path=path!("/billing") view=pages::billing::page ssr=ssr.clone()/>
                <Route path=path!("/accounts/movements") view=pages::movements::page ssr=ssr.clone()/>
                <Route path=path!("/accounts/sub") view=pages::sub_account::page ssr=ssr.clone()/>
                <Route path=path!("/settings") view=pages::settings::page ssr=ssr.clone()/>
                <Route path=path!("/docs") view=pages::reference::page ssr=ssr.clone()/>
                <Route path=path!("/maintenance") view=pages::closed::page ssr=ssr.clone()/>
                <Route path=path!("/admin/maintenance") view=pages::admin::maintenance::page ssr=ssr.clone()/>
                <Route path=path!("/settings/profile") view=pages::profile::page ssr=ssr.clone()/>
                <Route path=path!("/strategies") view=pages::strategies::page ssr=ssr.clone()/>
                <Route path=path!("/strategies/own") view=pages::own_sources::page ssr=ssr.clone()/>
                <Route path=path!("/strategies/own/:id") view=pages::own_source::page ssr=ssr.clone()/>
                <Route path=path!("/strategies/:id") view=pages::strategy::page ssr=ssr.clone()/>
                <Route path=path!("/strategies/:id/execution") view=pages::execution::page ssr=ssr.clone()/>
                <Route path=path!("/strategies/:id/follow") view=pages::follow_new::page ssr=ssr.clone()/>
                <Route path=path!("/follows") view=pages::follows::page ssr=ssr.clone()/>
                <Route path=path!("/follows/stop") view=pages::follow_stop::page ssr=ssr.clone()/>
                <Route path=path!("/follows/panic") view=pages::panic::page ssr=ssr.clone()/>
                <Route path=path!("/follows/:id") view=pages::follow::page ssr=ssr.clone()/>
                <Route path=path!("/rules") view=pages::risk_rules::page ssr=ssr.clone()/>
                <Route path=path!("/copies") view=pages::copies::page ssr=ssr.clone()/>
                <Route path=path!("/admin/strategies") view=pages::admin::list::page ssr=ssr.clone()/>
                <Route path=path!("/admin/strategies/:id") view=pages::admin::strategy::page ssr=ssr.clone()/>
                <Route path=path!("/admin/signals/:id") view=pages::admin::signal::page ssr=ssr.clone()/>
                <Route path=path!("/settings/api-clients") view=pages::api_clients::page ssr=ssr.clone()/>
                <Route path=path!("/settings/webhooks") view=pages::event_webhooks::page ssr=ssr.clone()/>
                <Route path=path!("/settings/notifications") view=pages::notifications::page ssr=ssr.clone()/>
                <Route path=path!("/telegram") view=pages::telegram::page ssr=ssr.clone()/>
                <Route path=path!("/unsubscribe") view=pages::unsubscribe::page ssr=ssr.clone()/>
                <Route path=path!("/admin/accounts") view=pages::rules::page ssr=ssr.clone()/>
                <Route path=path!("/admin/outbox") view=pages::outbox::page ssr/>
            </Routes>
        </Router>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_routed_page_is_classified() {
        let routed = leptos_axum::generate_route_list(App);
        let routed: BTreeSet<_> = routed.iter().map(|r| r.path().trim_end_matches('/').to_owned()).collect();
        let listed: BTreeSet<_> = PAGES.iter().map(|(p, _)| p.trim_end_matches('/').to_owned()).collect();
        assert_eq!(routed, listed);
        assert!(DESK_PAGES.iter().all(|p| listed.contains(*p)));
    }
}
