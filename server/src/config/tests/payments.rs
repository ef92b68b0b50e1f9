//! How plans are paid.

use super::*;

#[test]
fn plans_are_paid_by_test_checkout_or_stripe_or_not_sold() {
    assert_eq!(read(&[]).unwrap().payments, PaymentsAt::TestCheckout);
    let live = [("SLIPSTREAM_EXCHANGE", "live"), ("SLIPSTREAM_MASTER_KEY", &"ab".repeat(32))];
    assert_eq!(read(&live).unwrap().payments, PaymentsAt::NoProvider, "play money buys nothing in live mode");
    let stripe = [("STRIPE_SECRET_KEY", "sk_live_hunter2"), ("STRIPE_WEBHOOK_SECRET", "whsec_hunter2")];
    let config = read(&[live.as_slice(), &stripe].concat()).unwrap();
    assert!(matches!(&config.payments, PaymentsAt::Stripe { base, .. } if base == "https://api.stripe.com"));
    assert!(!format!("{:?}", config.payments).contains("hunter2"));
}

#[test]
fn further_hosts_of_payment_pages_are_names() {
    let with = |hosts| {
        [
            ("STRIPE_SECRET_KEY", "sk_test_1"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_1"),
            ("STRIPE_PAGE_HOSTS", hosts),
        ]
    };
    let config = read(&with("pay.desk.example, buy.desk.example")).unwrap();
    assert!(
        matches!(&config.payments, PaymentsAt::Stripe { pages, .. } if *pages == ["pay.desk.example", "buy.desk.example"])
    );
    for bad in ["https://pay.desk.example", "pay.desk.example:443", "*", "a,,b"] {
        assert_eq!(refused(&with(bad)).len(), 1, "{bad}");
    }
    assert_eq!(refused(&[("STRIPE_PAGE_HOSTS", "pay.desk.example")]).len(), 1, "whose?");
}

#[test]
fn half_of_stripe_is_refused() {
    assert_eq!(refused(&[("STRIPE_SECRET_KEY", "sk_test_1")]).len(), 1);
    assert_eq!(
        refused(&[("STRIPE_WEBHOOK_SECRET", "whsec_1"), ("STRIPE_API_BASE", "http://127.0.0.1:9")]).len(),
        2
    );
    let test_key = [
        ("SLIPSTREAM_EXCHANGE", "live"),
        ("SLIPSTREAM_MASTER_KEY", &"ab".repeat(32)),
        ("STRIPE_SECRET_KEY", "sk_test_1"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1"),
    ];
    assert!(refused(&test_key)[0].contains("live key"));
}
