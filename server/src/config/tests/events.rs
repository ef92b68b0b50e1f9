//! Settings of event webhooks and of the limit on signals.

use super::{read, refused};

#[test]
fn webhooks_to_this_machine_are_for_tests() {
    assert!(!read(&[]).unwrap().settings.local_webhooks);
    assert!(read(&[("SLIPSTREAM_LOCAL_WEBHOOKS", "1")]).unwrap().settings.local_webhooks);
    let live = [("SLIPSTREAM_LOCAL_WEBHOOKS", "1"), ("SLIPSTREAM_EXCHANGE", "live")];
    assert!(refused(&live).iter().any(|problem| problem.contains("SLIPSTREAM_LOCAL_WEBHOOKS")));
}

#[test]
fn webhooks_may_be_restricted_to_hosts() {
    assert!(read(&[]).unwrap().settings.webhook_hosts.is_empty());
    let set = read(&[("SLIPSTREAM_WEBHOOK_HOSTS", "Hooks.example.org, 1.1.1.1")]).unwrap();
    assert_eq!(set.settings.webhook_hosts, ["hooks.example.org", "1.1.1.1"]);
    for bad in ["https://hooks.example.org", "hooks.example.org:8443", "a,,b", "*.example.org"] {
        assert_eq!(refused(&[("SLIPSTREAM_WEBHOOK_HOSTS", bad)]).len(), 1, "{bad}");
    }
}

#[test]
fn a_strategy_may_send_so_many_signals_a_minute() {
    assert_eq!(read(&[]).unwrap().settings.max_signals_per_minute, 30);
    let set = |value| read(&[("SLIPSTREAM_SIGNALS_PER_MINUTE", value)]);
    assert_eq!(set("5").unwrap().settings.max_signals_per_minute, 5);
    for bad in ["0", "-1", "many"] {
        assert_eq!(refused(&[("SLIPSTREAM_SIGNALS_PER_MINUTE", bad)]).len(), 1, "{bad}");
    }
}
