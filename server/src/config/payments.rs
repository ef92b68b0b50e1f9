//! The payment provider for plans.

use super::{Check, Secret};
use service::platform::settings::Mode;

/// The payment provider for plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentsAt {
    /// The test checkout inside this process: no real money.
    TestCheckout,
    /// Stripe, or any server that speaks its protocol.
    Stripe {
        /// Base URL of its API.
        base: String,
        /// The secret key.
        secret: Secret,
        /// The secret that signs its webhook messages.
        webhook_secret: Secret,
        /// Further hosts of its pages.
        pages: Vec<String>,
    },
    /// No provider: plans are not for sale, and operators assign them.
    NoProvider,
}

/// The setting with further hosts of the provider's pages.
const PAGES: &str = "STRIPE_PAGE_HOSTS";

/// Reads the variables. Test payments are not accepted in live mode, neither the test checkout's nor Stripe's
/// own.
pub(super) fn payments_at(check: &mut Check, mode: Mode) -> PaymentsAt {
    let secret = check.text("STRIPE_SECRET_KEY");
    let webhook_secret = check.text("STRIPE_WEBHOOK_SECRET");
    let base = check.url("STRIPE_API_BASE");
    let pages = check.hosts(PAGES);
    let Some(secret) = secret else {
        for (name, set) in [
            ("STRIPE_WEBHOOK_SECRET", webhook_secret.is_some()),
            ("STRIPE_API_BASE", base.is_some()),
            (PAGES, !pages.is_empty()),
        ] {
            if set {
                check.fail(name, "set together with STRIPE_SECRET_KEY");
            }
        }
        return if mode == Mode::Live { PaymentsAt::NoProvider } else { PaymentsAt::TestCheckout };
    };
    let live = ["sk_live_", "rk_live_"].iter().any(|start| secret.starts_with(start));
    if mode == Mode::Live && !live {
        check.fail(
            "STRIPE_SECRET_KEY",
            "a live key (sk_live_ or rk_live_) in live mode: test payments cannot buy a plan",
        );
    }
    if webhook_secret.is_none() {
        check.fail(
            "STRIPE_WEBHOOK_SECRET",
            "set together with STRIPE_SECRET_KEY: the endpoint's signing secret",
        );
    }
    let base = base.unwrap_or_else(|| payment::stripe::STRIPE.to_owned());
    check.encrypted("STRIPE_API_BASE", &base);
    PaymentsAt::Stripe {
        base,
        secret: Secret(secret),
        webhook_secret: Secret(webhook_secret.unwrap_or_default()),
        pages,
    }
}
