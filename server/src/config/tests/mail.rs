//! Mails contain links that reset passwords, with and without a password of the mail server.

use super::refused;

#[test]
fn mails_of_live_mode_travel_encrypted() {
    let live = [("SLIPSTREAM_EXCHANGE", "live"), ("SLIPSTREAM_MASTER_KEY", &*"ab".repeat(32))];
    let at = |url| [live.as_slice(), &[("SMTP_URL", url)]].concat();
    for good in [
        "smtps://mail.example",
        "smtp://mail.example:587?tls=required",
        "smtp://127.0.0.1:25",
        "smtp://localhost",
    ] {
        assert_eq!(refused(&at(good)), [""; 0], "{good}");
    }
    for bad in [
        "smtp://mail.example",
        "smtp://mail.example:587?tls=opportunistic",
        "smtp://tls=required:hunter2@mail.example",
    ] {
        let problems = refused(&at(bad));
        assert!(problems.len() == 1 && problems[0].contains("SLIPSTREAM_PLAIN_HTTP"), "{bad}: {problems:?}");
        assert_eq!(refused(&[at(bad), vec![("SLIPSTREAM_PLAIN_HTTP", "allow")]].concat()), [""; 0], "{bad}");
    }
    // Test mails of sandbox mode may go anywhere.
    assert_eq!(refused(&[("SMTP_URL", "smtp://mail.example")]), [""; 0]);
}
