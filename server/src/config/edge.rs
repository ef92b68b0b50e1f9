//! Settings of the network edge: identity providers, rate limits, allowed origins and metrics access.

use super::check::{Check, is_on_this_machine};
use crate::{front::Wanted, hosts};
use domain::{Decimal, dec};
use service::platform::settings::{EdgeSettings, OidcSettings, Rates, RecaptchaSettings, Secret};
use std::net::Ipv6Addr;

/// Where Google verifies reCAPTCHA tokens.
const GOOGLE: &str = "https://www.google.com/recaptcha/api/siteverify";
/// A shorter token could be guessed.
const SHORTEST_TOKEN: usize = 16;

pub(super) fn settings(check: &mut Check) -> EdgeSettings {
    let metrics = check.text("SLIPSTREAM_METRICS_TOKEN");
    if metrics.as_ref().is_some_and(|token| token.len() < SHORTEST_TOKEN) {
        check.fail("SLIPSTREAM_METRICS_TOKEN", "at least 16 characters");
    }
    EdgeSettings {
        oidc: oidc(check),
        recaptcha: recaptcha(check),
        rates: Rates {
            person: rate(check, "SLIPSTREAM_RATE_PERSON", Rates::GENEROUS.person),
            address: rate(check, "SLIPSTREAM_RATE_ADDRESS", Rates::GENEROUS.address),
        },
        origins: origins(check),
        metrics_token: metrics.map(Secret),
    }
}

/// Host names without a port: `nas.local`, `192.168.1.20`, `[fd00::20]`.
pub(super) fn hosts(check: &mut Check) -> Vec<String> {
    let all: Vec<String> = check.list(hosts::SETTING, "host names, separated by commas");
    let name = |text: &String| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        let v6 = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        v6.map_or(!text.is_empty() && text.bytes().all(plain), |v6| v6.parse::<Ipv6Addr>().is_ok())
    };
    if !all.iter().all(name) {
        check.fail(hosts::SETTING, "host names without a scheme or a port, separated by commas");
    }
    all
}

pub(super) fn connections(check: &mut Check) -> Wanted {
    Wanted {
        connections: check.parsed("SLIPSTREAM_CONNECTIONS", "a number of connections"),
        address: check.parsed("SLIPSTREAM_CONNECTIONS_ADDRESS", "a number of connections, or 0 for no limit"),
        streams_address: check
            .parsed("SLIPSTREAM_STREAMS_ADDRESS", "a number of event streams, or 0 for no limit"),
        streams_person: check
            .parsed("SLIPSTREAM_STREAMS_PERSON", "a number of event streams, or 0 for no limit"),
    }
}

fn rate(check: &mut Check, name: &str, usual: u32) -> u32 {
    check.parsed(name, "a number of requests per minute, or 0 for no limit").unwrap_or(usual)
}

fn oidc(check: &mut Check) -> Option<OidcSettings> {
    let issuer = check.text("OIDC_ISSUER");
    let audience = check.text("OIDC_AUDIENCE");
    let token_use = check.word("OIDC_TOKEN_USE", &["access", "id"]).map(str::to_owned);
    let scopes: Vec<String> = words(check.text("OIDC_SCOPE"));
    let acr: Vec<String> = words(check.text("OIDC_ACR"));
    let max_age_s: Option<i64> = check.parsed("OIDC_MAX_AGE", "a number of seconds");
    if max_age_s.is_some_and(|seconds| seconds < 1) {
        check.fail("OIDC_MAX_AGE", "a number of seconds, 1 or more");
    }
    let Some(issuer) = issuer else {
        let others = audience.is_some() || token_use.is_some() || max_age_s.is_some();
        if others || !scopes.is_empty() || !acr.is_empty() {
            check.fail("OIDC_ISSUER", "set together with the other OIDC_* variables");
        }
        return None;
    };
    // Anyone who can change the keys in transit can sign as the issuer.
    if !(issuer.starts_with("https://") || (issuer.starts_with("http://") && is_on_this_machine(&issuer)))
        || issuer.contains(['@', '?', '#', ' '])
    {
        check.fail("OIDC_ISSUER", "an https:// address, exactly as in the tokens' `iss` claim");
    }
    if audience.is_none() {
        check.fail(
            "OIDC_AUDIENCE",
            "set together with OIDC_ISSUER, so that tokens for other applications are rejected",
        );
    }
    Some(OidcSettings { issuer, audience: audience?, token_use, scopes, acr, max_age_s })
}

fn words(text: Option<String>) -> Vec<String> {
    text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

fn recaptcha(check: &mut Check) -> Option<RecaptchaSettings> {
    let secret = check.text("RECAPTCHA_SECRET");
    let verify_url = check.url("RECAPTCHA_VERIFY_URL").unwrap_or_else(|| GOOGLE.to_owned());
    let floor = check.parsed("RECAPTCHA_FLOOR", "a score from 0 to 1").unwrap_or(dec!(0.5));
    if !(Decimal::ZERO..=Decimal::ONE).contains(&floor) {
        check.fail("RECAPTCHA_FLOOR", "a score from 0 to 1");
    }
    let secret = Secret(secret?);
    check.encrypted("RECAPTCHA_VERIFY_URL", &verify_url);
    Some(RecaptchaSettings { secret, verify_url, floor })
}

/// Origins as browsers send them: scheme, host, and the port unless it is the default one; nothing after
/// that.
fn origins(check: &mut Check) -> Vec<String> {
    let all: Vec<String> = check.list("SLIPSTREAM_CORS_ORIGINS", "origins, separated by commas");
    let origin = |text: &String| {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        host.is_some_and(|host| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b);
            !host.is_empty() && host.bytes().all(plain)
        })
    };
    if !all.iter().all(origin) {
        check.fail("SLIPSTREAM_CORS_ORIGINS", "origins such as https://app.example, separated by commas");
    }
    all
}
