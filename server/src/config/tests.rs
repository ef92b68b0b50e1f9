mod events;
mod mail;
mod payments;
use super::*;

fn read(vars: &[(&str, &str)]) -> Result<Config, Problems> {
    Config::read(vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

fn refused(vars: &[(&str, &str)]) -> Vec<String> {
    read(vars).err().map(|problems| problems.0).unwrap_or_default()
}

#[test]
fn nothing_set_is_a_sandbox_on_sqlite() {
    let config = read(&[]).unwrap();
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.database_url, "sqlite:data/slipstream.db");
    assert_eq!(config.exchange, ExchangeAt::Embedded);
    assert_eq!(config.settings.mode, Mode::Sandbox);
    assert_eq!(config.settings.public_url, "http://127.0.0.1:3000");
    assert!(config.warnings.is_empty() && config.master_key.is_none());
}

#[test]
fn spot_listen_keys_are_retired_by_default() {
    assert!(!read(&[]).unwrap().sandbox_legacy_listen_key);
    let legacy = |word| read(&[("SLIPSTREAM_SANDBOX_LISTEN_KEY", word)]);
    assert!(legacy("legacy").unwrap().sandbox_legacy_listen_key);
    assert!(!legacy("retired").unwrap().sandbox_legacy_listen_key);
    assert_eq!(refused(&[("SLIPSTREAM_SANDBOX_LISTEN_KEY", "yes")]).len(), 1);
}

#[test]
fn plans_limit_paper_accounts_on_request() {
    assert!(!read(&[]).unwrap().settings.sandbox_plan_limits);
    let limits = |word| read(&[("SLIPSTREAM_SANDBOX_PLAN_LIMITS", word)]);
    assert!(limits("on").unwrap().settings.sandbox_plan_limits);
    assert!(!limits("off").unwrap().settings.sandbox_plan_limits);
    assert_eq!(refused(&[("SLIPSTREAM_SANDBOX_PLAN_LIMITS", "yes")]).len(), 1);
}

#[test]
fn live_mode_goes_to_binance_and_wants_its_key() {
    assert!(refused(&[("SLIPSTREAM_EXCHANGE", "live")])[0].starts_with("SLIPSTREAM_MASTER_KEY must be set"));
    let config =
        read(&[("SLIPSTREAM_EXCHANGE", "live"), ("SLIPSTREAM_MASTER_KEY", &"ab".repeat(32))]).unwrap();
    let ExchangeAt::Binance { spot_url, futures_url } = config.exchange else {
        panic!("{:?}", config.exchange)
    };
    assert_eq!(
        (spot_url.as_str(), futures_url.as_str()),
        ("https://api.binance.com", "https://fapi.binance.com")
    );
}

#[test]
fn in_sandbox_mode_one_address_alone_never_leaves_the_other_at_binance() {
    assert_eq!(refused(&[("BINANCE_SPOT_URL", "http://127.0.0.1:9")]).len(), 1);
    let both =
        [("BINANCE_SPOT_URL", "http://127.0.0.1:9/x/"), ("BINANCE_FUTURES_URL", "http://127.0.0.1:9/x")];
    let ExchangeAt::Binance { spot_url, .. } = read(&both).unwrap().exchange else { panic!() };
    assert_eq!(spot_url, "http://127.0.0.1:9/x");
}

#[test]
fn a_sandbox_elsewhere_needs_its_token() {
    assert_eq!(refused(&[("SLIPSTREAM_SANDBOX", "http://127.0.0.1:4000/sandbox")]).len(), 1);
    let vars =
        [("SLIPSTREAM_SANDBOX", "http://127.0.0.1:4000/sandbox"), ("SLIPSTREAM_SANDBOX_TOKEN", "t0ken")];
    let config = read(&vars).unwrap();
    assert!(!format!("{:?}", config.exchange).contains("t0ken"));
    assert!(matches!(config.exchange, ExchangeAt::Sandbox { .. }));
    assert_eq!(refused(&[("SLIPSTREAM_SANDBOX", "off")]).len(), 1);
}

#[test]
fn all_problems_are_reported_together_without_values() {
    let bad = refused(&[
        ("SLIPSTREAM_ADDR", "nowhere"),
        ("DATABASE_URL", "mysql://root:hunter2@db"),
        ("SLIPSTREAM_EXCHANGE", "LIVE"),
        ("SLIPSTREAM_MASTER_KEY", "hunter2"),
        ("EGRESS_IPS", "10.0.0.1,here"),
        ("DEFAULT_JURISDICTION", "South Africa"),
        ("SLIPSTREAM_PUBLIC_URL", "ftp://x"),
        ("SLIPSTREAM_ATTEMPTS", "many"),
        ("SLIPSTREAM_RATE_PERSON", "-1"),
        ("SLIPSTREAM_RATE_ADDRESS", "hunter2"),
        ("SLIPSTREAM_METRICS_TOKEN", "hunter2"),
        ("SLIPSTREAM_CORS_ORIGINS", "https://app.example,*"),
        ("RECAPTCHA_FLOOR", "50"),
        ("OIDC_AUDIENCE", "hunter2"),
    ]);
    assert_eq!(bad.len(), 14, "{bad:#?}");
    assert!(!bad.concat().contains("hunter2"));
}

#[test]
fn a_misspelt_variable_is_reported() {
    let config = read(&[("SLIPSTREAM_ADR", "x"), ("SLIPSTREAM_BIN", "x")]).unwrap();
    assert_eq!(config.warnings.len(), 1, "{:?}", config.warnings);
    assert!(config.warnings[0].contains("SLIPSTREAM_ADR "));
}

#[test]
fn audit_rows_are_logged_where_it_is_wanted() {
    assert!(!read(&[]).unwrap().settings.log_audit);
    assert!(read(&[("SLIPSTREAM_LOG_AUDIT", "1")]).unwrap().settings.log_audit);
    assert_eq!(refused(&[("SLIPSTREAM_LOG_AUDIT", "yes")]).len(), 1);
}

#[test]
fn an_empty_variable_is_unset() {
    assert!(read(&[("DATABASE_URL", ""), ("SLIPSTREAM_EXCHANGE", " ")]).is_ok());
}

#[test]
fn another_issuer_is_named_whole_and_over_a_safe_line() {
    let issuer = |url| [("OIDC_ISSUER", url), ("OIDC_AUDIENCE", "desk"), ("OIDC_TOKEN_USE", "access")];
    // Some issuers end in a slash, and their tokens contain it.
    for good in ["https://issuer.example/pool/", "http://127.0.0.1:9229/pool"] {
        let oidc = read(&issuer(good)).unwrap().settings.edge.oidc.unwrap();
        assert_eq!((oidc.issuer.as_str(), oidc.audience.as_str()), (good, "desk"));
    }
    for bad in
        ["http://issuer.example", "http://127.0.0.1.evil.example", "issuer", "https://issuer.example?x"]
    {
        assert_eq!(refused(&issuer(bad)).len(), 1, "{bad}");
    }
    assert_eq!(refused(&[("OIDC_ISSUER", "https://issuer.example")]).len(), 1, "for whom?");
    assert_eq!(refused(&[("OIDC_TOKEN_USE", "access")]).len(), 1, "whose?");
    assert_eq!(refused(&[("OIDC_SCOPE", "desk/trade")]).len(), 1, "whose?");
    let strict = [("OIDC_SCOPE", "desk/trade desk/read"), ("OIDC_ACR", "mfa"), ("OIDC_MAX_AGE", "3600")];
    let whole = [issuer("https://issuer.example").as_slice(), &strict].concat();
    let oidc = read(&whole).unwrap().settings.edge.oidc.unwrap();
    assert_eq!(
        (oidc.scopes.len(), oidc.acr.as_slice(), oidc.max_age_s),
        (2, &["mfa".to_owned()][..], Some(3_600))
    );
    let never = [issuer("https://issuer.example").as_slice(), &[("OIDC_MAX_AGE", "0")]].concat();
    assert_eq!(refused(&never).len(), 1);
    assert_eq!(read(&[]).unwrap().settings.edge.oidc, None);
}

#[test]
fn captcha_applies_where_a_secret_is_set() {
    let recaptcha = |vars: &[(&str, &str)]| read(vars).unwrap().settings.edge.recaptcha;
    assert_eq!(recaptcha(&[("RECAPTCHA_FLOOR", "0.7")]), None);
    let set = recaptcha(&[("RECAPTCHA_SECRET", "hunter2")]).unwrap();
    assert_eq!(
        (set.verify_url.starts_with("https://www.google.com/"), set.floor.to_string()),
        (true, "0.5".into())
    );
    assert!(!format!("{set:?}").contains("hunter2"));
}

#[test]
fn rates_are_generous_until_they_are_set() {
    let rates = |vars: &[(&str, &str)]| read(vars).unwrap().settings.edge.rates;
    assert_eq!(rates(&[]), service::platform::settings::Rates::GENEROUS);
    let set = rates(&[("SLIPSTREAM_RATE_PERSON", "0"), ("SLIPSTREAM_RATE_ADDRESS", "7")]);
    assert_eq!((set.person, set.address), (0, 7));
}

#[test]
fn live_mode_needs_encrypted_connections() {
    let live = [("SLIPSTREAM_EXCHANGE", "live"), ("SLIPSTREAM_MASTER_KEY", &*"ab".repeat(32))];
    let plain = [
        ("SLIPSTREAM_PUBLIC_URL", "http://desk.example"),
        ("BINANCE_SPOT_URL", "http://192.0.2.1"),
        ("BINANCE_FUTURES_URL", "http://192.0.2.1"),
        ("STRIPE_SECRET_KEY", "sk_live_hunter2"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_hunter2"),
        ("STRIPE_API_BASE", "http://stripe.example"),
        ("TELEGRAM_BOT_TOKEN", "1:hunter2"),
        ("TELEGRAM_API_BASE", "http://telegram.example"),
        ("SMTP_URL", "smtp://desk:hunter2@mail.example"),
        ("RECAPTCHA_SECRET", "hunter2"),
        ("RECAPTCHA_VERIFY_URL", "http://recaptcha.example"),
    ];
    let problems = refused(&[live.as_slice(), &plain].concat());
    assert_eq!(problems.len(), 7, "{problems:#?}");
    assert!(problems.iter().all(|text| text.contains("SLIPSTREAM_PLAIN_HTTP")), "{problems:#?}");
    assert!(!problems.concat().contains("hunter2"));
    let allowed = [live.as_slice(), &plain, &[("SLIPSTREAM_PLAIN_HTTP", "allow")]].concat();
    assert_eq!(refused(&allowed), [""; 0]);
    // Test payments may go anywhere.
    assert_eq!(refused(&plain[..3]), [""; 0]);
}

#[test]
fn encrypted_lines_and_this_machine_are_good_enough() {
    let live = [("SLIPSTREAM_EXCHANGE", "live"), ("SLIPSTREAM_MASTER_KEY", &*"ab".repeat(32))];
    for (name, good) in [
        ("SLIPSTREAM_PUBLIC_URL", "https://desk.example"),
        ("SLIPSTREAM_PUBLIC_URL", "http://localhost:3000"),
        ("BINANCE_SPOT_URL", "http://[::1]:9/x"),
        ("BINANCE_SPOT_URL", "http://127.0.0.53"),
        ("SMTP_URL", "smtps://desk:hunter2@mail.example"),
        ("SMTP_URL", "smtp://desk:hunter2@mail.example:587?tls=required"),
        ("SMTP_URL", "smtp://desk:hunter2@localhost:25"),
        ("SMTP_URL", "smtp://127.0.0.1:25"),
        ("SMTP_URL", "smtp://mail.example:587?tls=required"),
    ] {
        assert_eq!(refused(&[live.as_slice(), &[(name, good)]].concat()), [""; 0], "{good}");
    }
    for (name, bad) in [
        ("BINANCE_SPOT_URL", "http://127.0.0.1.evil.example"),
        ("BINANCE_SPOT_URL", "http://localhost.evil.example"),
        ("SMTP_URL", "smtp://localhost:hunter2@mail.example"),
        ("SMTP_URL", "smtp://desk:hunter2@mail.example:587?tls=opportunistic"),
        ("SMTP_URL", "smtp://tls=required:hunter2@mail.example"),
    ] {
        assert_eq!(refused(&[live.as_slice(), &[(name, bad)]].concat()).len(), 1, "{bad}");
    }
    let everywhere = [live.as_slice(), &[("SLIPSTREAM_ADDR", "0.0.0.0:3000")]].concat();
    assert!(refused(&everywhere)[0].starts_with("SLIPSTREAM_PUBLIC_URL"));
}

#[test]
fn a_database_on_another_machine_is_reached_encrypted() {
    let live = [("SLIPSTREAM_EXCHANGE", "live"), ("SLIPSTREAM_MASTER_KEY", &*"ab".repeat(32))];
    let at = |url| [live.as_slice(), &[("DATABASE_URL", url)]].concat();
    for good in [
        "sqlite:desk.db",
        "postgres://desk:hunter2@127.0.0.1/desk",
        "postgres://desk:hunter2@db.example/desk?sslmode=verify-full",
        "postgres://desk:hunter2@db.example/desk?sslmode=require",
    ] {
        assert_eq!(refused(&at(good)), [""; 0], "{good}");
    }
    let plain = at("postgres://desk:hunter2@db.example/desk?sslmode=prefer");
    let problems = refused(&plain);
    assert!(problems.len() == 1 && problems[0].contains("sslmode=verify-full"), "{problems:?}");
    assert!(!problems[0].contains("hunter2"));
    assert_eq!(refused(&[plain.as_slice(), &[("SLIPSTREAM_PLAIN_HTTP", "allow")]].concat()), [""; 0]);
    let sandbox = [("DATABASE_URL", "postgres://desk:hunter2@db.example/desk?sslmode=disable")];
    assert_eq!(refused(&sandbox), [""; 0], "paper accounts only");
}

#[test]
fn a_secret_may_be_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("key"), format!("{}\n", "ab".repeat(32))).unwrap();
    std::fs::write(path("empty"), "\n").unwrap();
    let live = ("SLIPSTREAM_EXCHANGE", "live");
    let config = read(&[live, ("SLIPSTREAM_MASTER_KEY_FILE", &path("key"))]).unwrap();
    assert!(config.master_key.is_some() && config.warnings.is_empty(), "{:?}", config.warnings);
    for bad in [path("nowhere"), path("empty"), folder.path().display().to_string()] {
        let problems = refused(&[("SLIPSTREAM_METRICS_TOKEN_FILE", &bad)]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(!problems[0].contains(&bad));
    }
    let twice =
        [("SLIPSTREAM_METRICS_TOKEN", "a token of enough"), ("SLIPSTREAM_METRICS_TOKEN_FILE", &path("key"))];
    assert_eq!(
        refused(&twice),
        ["SLIPSTREAM_METRICS_TOKEN_FILE must not be set together with SLIPSTREAM_METRICS_TOKEN"]
    );
}

#[test]
fn hosts_are_names_without_more() {
    let hosts = |text| read(&[("SLIPSTREAM_ALLOWED_HOSTS", text)]).map(|config| config.allowed_hosts);
    assert_eq!(
        hosts("nas.local, 192.168.1.20,[fd00::20]").unwrap(),
        ["nas.local", "192.168.1.20", "[fd00::20]"]
    );
    for bad in ["https://nas.local", "nas.local:3000", "*", "nas.local/x", "[x]", "fd00::20"] {
        assert!(hosts(bad).is_err(), "{bad}");
    }
}

#[test]
fn connections_and_streams_can_be_set() {
    let vars = [("SLIPSTREAM_CONNECTIONS", "1000"), ("SLIPSTREAM_STREAMS_ADDRESS", "0")];
    let wanted = read(&vars).unwrap().connections;
    assert_eq!((wanted.connections, wanted.streams_address, wanted.address), (Some(1_000), Some(0), None));
    assert_eq!(
        refused(&[("SLIPSTREAM_CONNECTIONS_ADDRESS", "many"), ("SLIPSTREAM_STREAMS_PERSON", "-1")]).len(),
        2
    );
}

#[test]
fn retention_is_set_in_days_and_never_below_what_is_still_read() {
    let kept = |vars: &[(&str, &str)]| read(vars).unwrap().settings.retention;
    let usual = kept(&[]);
    assert_eq!((usual.events_days, usual.messages_days, usual.orders_days), (7, 90, 400));
    let vars = [
        ("SLIPSTREAM_RETENTION_EVENTS", "1"),
        ("SLIPSTREAM_RETENTION_MESSAGES", "365"),
        ("SLIPSTREAM_RETENTION_ORDERS", "90"),
    ];
    let set = kept(&vars);
    assert_eq!((set.events_days, set.messages_days, set.orders_days), (1, 365, 90));
    for (name, bad) in [
        ("SLIPSTREAM_RETENTION_EVENTS", "0"),
        ("SLIPSTREAM_RETENTION_MESSAGES", "89"),
        ("SLIPSTREAM_RETENTION_ORDERS", "30"),
        ("SLIPSTREAM_RETENTION_ORDERS", "3651"),
        ("SLIPSTREAM_RETENTION_ORDERS", "-1"),
    ] {
        assert_eq!(refused(&[(name, bad)]).len(), 1, "{name}={bad}");
    }
}
