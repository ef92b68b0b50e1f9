//! The role that each page, form and plain route requires.

use crate::step_up;
use app::{api::SERVER_FNS, routes::PAGES};
use domain::Role;

/// Routes that are neither pages, nor forms, nor in the OpenAPI document, with the role they require.
const PLAIN: &[(&str, Role)] = &[
    ("/healthz", Role::Anyone),
    ("/metrics", Role::Anyone),
    ("/openapi.json", Role::Anyone),
    ("/events", Role::Anyone),
    ("/history.csv", Role::Trader),
    ("/report.html", Role::Trader),
    ("/message.html", Role::Admin),
    ("/activity.csv", Role::Trader),
    ("/admin/audit.csv", Role::Admin),
    (step_up::PATH, Role::Trader),
];

/// The role that a page or endpoint requires. Unclassified routes are for admins only; a test reports them.
pub(crate) fn role_of(path: &str) -> Role {
    let plain = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let mut all = PAGES.iter().chain(SERVER_FNS).chain(PLAIN);
    all.find(|(known, _)| *known == plain).map_or(Role::Admin, |(_, role)| *role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unclassified_paths_are_closed() {
        assert_eq!(role_of("/"), Role::Anyone);
        assert_eq!(role_of("/dashboard/"), Role::Trader);
        assert_eq!(role_of("/admin/outbox"), Role::Admin);
        assert_eq!(role_of("/api/order-place"), Role::Trader);
        assert_eq!(role_of("/nobody/thought/of/it"), Role::Admin);
    }
}
