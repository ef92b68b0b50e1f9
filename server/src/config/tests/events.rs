//! Settings of event webhooks, of the limit on signals and of breached passwords.

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
fn a_list_of_breached_passwords_is_recognized() {
    const NAME: &str = "SLIPSTREAM_BREACHED_PASSWORDS";
    assert_eq!(read(&[]).unwrap().settings.breached_passwords, None);
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good"), folder.path().join("bad"));
    std::fs::write(&good, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10\r\n").unwrap();
    std::fs::write(&bad, "password\n").unwrap();
    let set = read(&[(NAME, good.to_str().unwrap())]).unwrap();
    assert_eq!(set.settings.breached_passwords, Some(good));
    for path in [bad.to_str().unwrap(), "/no/such/file"] {
        assert_eq!(refused(&[(NAME, path)]).len(), 1, "{path}");
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
