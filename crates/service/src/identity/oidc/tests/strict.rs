//! Kind, scope, strength and age of tokens.

use super::{AUDIENCE, Issuer, NOW, desk_for, refused, rs256, rs256_with, rsa_jwk, with, without};
use crate::{actor::Origin, error::Error, identity::token, platform::settings::OidcSettings};
use domain::time::{HOUR, SECOND};
use serde_json::json;
use store::testing::TestDb;

store::each_engine!(
    id_tokens_are_refused_unless_they_are_wanted,
    access_tokens_are_known_by_what_the_issuer_states,
    scope_strength_and_age_are_checked_where_they_are_set,
    a_token_that_has_only_expired_is_not_reported,
);

async fn id_tokens_are_refused_unless_they_are_wanted(db: &TestDb) {
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let settings =
        OidcSettings { issuer: issuer.url.clone(), audience: AUDIENCE.into(), ..OidcSettings::default() };
    let (any, _) = desk_for(db, settings.clone());
    let plain = without(&issuer.claims(), "token_use");
    token::verify(&any, &rs256("one", &plain)).await.unwrap();
    for (name, value) in
        [("token_use", json!("id")), ("typ", json!("ID")), ("nonce", json!("x")), ("at_hash", json!("x"))]
    {
        refused(&any, &rs256("one", &with(&plain, name, value)), name).await;
    }
    let (wanted, _) = desk_for(db, OidcSettings { token_use: Some("id".into()), ..settings });
    let id_token = with(&with(&plain, "token_use", json!("id")), "nonce", json!("x"));
    token::verify(&wanted, &rs256("one", &id_token)).await.unwrap();
    refused(&wanted, &rs256("one", &issuer.claims()), "an access token").await;
}

async fn access_tokens_are_known_by_what_the_issuer_states(db: &TestDb) {
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let settings =
        OidcSettings { issuer: issuer.url.clone(), audience: AUDIENCE.into(), ..OidcSettings::default() };
    let (desk, _) = desk_for(db, settings);
    let bare = without(&without(&issuer.claims(), "token_use"), "client_id");
    let bare = with(&bare, "aud", json!(AUDIENCE));
    refused(&desk, &rs256("one", &bare), "an ID token of a sign-in without a nonce").await;
    let header = |kind: &str| json!({ "alg": "RS256", "kid": "one", "typ": kind });
    refused(&desk, &rs256_with(&header("JWT"), &bare), "every token is a JWT").await;
    let nonce = with(&bare, "nonce", json!("x"));
    for (name, value) in [
        ("token_use", json!("access")),
        ("typ", json!("Bearer")),
        ("scope", json!("openid desk/read")),
        ("scp", json!(["desk/read"])),
    ] {
        token::verify(&desk, &rs256("one", &with(&nonce, name, value))).await.unwrap();
    }
    for kind in ["at+jwt", "application/at+JWT"] {
        token::verify(&desk, &rs256_with(&header(kind), &nonce)).await.unwrap();
        let both = with(&nonce, "token_use", json!("id"));
        refused(&desk, &rs256_with(&header(kind), &both), "it states both").await;
    }
    for (name, value) in [("scope", json!("")), ("client_id", json!(AUDIENCE)), ("azp", json!(AUDIENCE))] {
        refused(&desk, &rs256("one", &with(&nonce, name, value)), name).await;
    }
    let scoped = with(&nonce, "scope", json!("openid"));
    for name in ["at_hash", "c_hash", "s_hash"] {
        refused(&desk, &rs256("one", &with(&scoped, name, json!("x"))), name).await;
    }
}

async fn scope_strength_and_age_are_checked_where_they_are_set(db: &TestDb) {
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let settings = OidcSettings {
        issuer: issuer.url.clone(),
        audience: AUDIENCE.into(),
        scopes: vec!["desk/trade".into(), "desk/read".into()],
        acr: vec!["mfa".into(), "phr".into()],
        max_age_s: Some(600),
        ..OidcSettings::default()
    };
    let (desk, clock) = desk_for(db, settings);
    let mut good =
        with(&without(&issuer.claims(), "token_use"), "scope", json!("desk/read desk/trade openid"));
    good = with(&with(&good, "acr", json!("phr")), "auth_time", json!(NOW - 400));
    good = with(&good, "exp", json!(NOW + 10_000));
    token::verify(&desk, &rs256("one", &good)).await.unwrap();
    let listed = with(&without(&good, "scope"), "scp", json!(["desk/trade", "desk/read"]));
    token::verify(&desk, &rs256("one", &listed)).await.unwrap();
    for (name, value) in [
        ("scope", json!("desk/read")),
        ("scope", json!("desk/trades desk/read")),
        ("scope", json!(1)),
        ("acr", json!("pwd")),
        ("acr", json!(["phr"])),
        ("auth_time", json!(NOW - 630)),
        ("auth_time", json!("recently")),
    ] {
        refused(&desk, &rs256("one", &with(&good, name, value.clone())), &format!("{name}: {value}")).await;
    }
    for name in ["scope", "acr", "auth_time"] {
        refused(&desk, &rs256("one", &without(&good, name)), name).await;
    }
    // The sign-in gets too old while the token, which the desk remembers, is still valid.
    token::verify(&desk, &rs256("one", &good)).await.unwrap();
    clock.advance(229 * SECOND);
    token::verify(&desk, &rs256("one", &good)).await.unwrap();
    clock.advance(SECOND);
    refused(&desk, &rs256("one", &good), "the sign-in is too old").await;
}

async fn a_token_that_has_only_expired_is_not_reported(db: &TestDb) {
    let issuer = Issuer::open(vec![rsa_jwk("one")]).await;
    let settings = OidcSettings {
        issuer: issuer.url.clone(),
        audience: AUDIENCE.into(),
        max_age_s: Some(600),
        ..OidcSettings::default()
    };
    let (desk, clock) = desk_for(db, settings);
    let origin = Origin::new([192, 0, 2, 1].into(), "Test/1.0");
    let expires = with(&issuer.claims(), "auth_time", json!(NOW));
    let ages = with(&expires, "exp", json!(NOW + 10_000));
    let good = [rs256("one", &expires), rs256("one", &ages)];
    for jwt in &good {
        token::admit(&desk, jwt, &origin).await.unwrap();
    }
    clock.advance(HOUR);
    let reported = async |jwt: &str| {
        let rejected = token::admit(&desk, jwt, &origin).await;
        assert!(matches!(rejected, Err(Error::Unauthenticated)), "{rejected:?}");
        desk.rejections.counted()
    };
    for jwt in &good {
        assert_eq!(reported(jwt).await, 0);
    }
    let foreign = rs256("one", &with(&expires, "client_id", json!("another-client")));
    assert_eq!(reported(&foreign).await, 1);
}
