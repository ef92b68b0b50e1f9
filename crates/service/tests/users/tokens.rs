use super::setting::{ADA, PASSWORD, desk, from, here};
use domain::{
    Role,
    account::Tokens,
    time::{DAY, MINUTE, SECOND},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use service::{
    Error, Origin, SharedDesk,
    identity::{
        account,
        person::{self, By, UserAction},
        token,
    },
    testing,
};
use store::testing::TestDb;

store::each_engine!(
    a_program_signs_in_and_refreshes,
    a_refresh_token_that_comes_back_ends_the_family,
    concurrent_refreshes_get_the_same_token,
    another_client_gets_nothing_for_a_spent_token,
    an_access_token_expires,
    a_forged_token_is_refused,
    another_instance_reads_the_same_keys,
    the_command_line_ends_tokens_within_a_second,
    a_new_role_applies_immediately,
    keys_rotate,
    an_owner_sees_and_ends_each_sign_in_of_a_program,
);

async fn signed_up(desk: &SharedDesk) -> Tokens {
    token::sign_up(desk, here(), ADA, PASSWORD).await.unwrap()
}

async fn refused(desk: &SharedDesk, jwt: &str) {
    let verified = token::verify(desk, jwt).await;
    assert!(matches!(verified, Err(Error::Unauthenticated)), "{jwt}: {verified:?}");
}

async fn a_program_signs_in_and_refreshes(db: &TestDb) {
    let (desk, _) = desk(db);
    let first = signed_up(&desk).await;
    assert_eq!(first.expires_in, 900);
    let actor = token::verify(&desk, &first.access_token).await.unwrap();
    assert_eq!((actor.email.as_str(), actor.role, actor.session), (ADA, Role::Trader, None));
    let second = token::refresh(&desk, here(), &first.refresh_token).await.unwrap();
    assert_ne!(second.refresh_token, first.refresh_token);
    let again = token::verify(&desk, &second.access_token).await.unwrap();
    assert_eq!((again.user, again.role), (actor.user, actor.role));
    assert!(!format!("{second:?}").contains(&second.refresh_token));
}

async fn a_refresh_token_that_comes_back_ends_the_family(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = signed_up(&desk).await;
    let apart = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    let second = token::refresh(&desk, here(), &first.refresh_token).await.unwrap();
    token::verify(&desk, &second.access_token).await.unwrap();
    clock.advance(10 * SECOND);
    let stolen = token::refresh(&desk, here(), &first.refresh_token).await;
    assert!(matches!(stolen, Err(Error::Unauthenticated)));
    let after = token::refresh(&desk, here(), &second.refresh_token).await;
    assert!(matches!(after, Err(Error::Unauthenticated)));
    refused(&desk, &second.access_token).await;
    refused(&desk, &first.access_token).await;
    token::refresh(&desk, here(), &apart.refresh_token).await.unwrap();
}

async fn concurrent_refreshes_get_the_same_token(db: &TestDb) {
    let (desk, clock) = desk(db);
    let first = signed_up(&desk).await;
    let tries = (0..20).map(|_| token::refresh(&desk, here(), &first.refresh_token));
    let done: Vec<Tokens> =
        futures::future::join_all(tries).await.into_iter().map(|tokens| tokens.unwrap()).collect();
    assert!(done.iter().all(|tokens| tokens.refresh_token == done[0].refresh_token));
    token::verify(&desk, &done[19].access_token).await.unwrap();
    // The response was lost: the client asks again.
    clock.advance(9 * SECOND);
    let again = token::refresh(&desk, here(), &first.refresh_token).await.unwrap();
    assert_eq!(again.refresh_token, done[0].refresh_token);
    let next = token::refresh(&desk, here(), &again.refresh_token).await.unwrap();
    // The chain has moved on: the first token can only come from a thief, even within the grace period.
    assert!(token::refresh(&desk, here(), &first.refresh_token).await.is_err());
    refused(&desk, &next.access_token).await;
}

async fn another_client_gets_nothing_for_a_spent_token(db: &TestDb) {
    let (desk, _) = desk(db);
    for thief in [from("198.51.100.7"), Origin::new(here().address, "Thief/1.0")] {
        let email = format!("victim{}@example.org", thief.user_agent.len());
        let first = token::sign_up(&desk, here(), &email, PASSWORD).await.unwrap();
        let second = token::refresh(&desk, here(), &first.refresh_token).await.unwrap();
        assert!(token::refresh(&desk, thief, &first.refresh_token).await.is_err());
        refused(&desk, &second.access_token).await;
        assert!(token::refresh(&desk, here(), &second.refresh_token).await.is_err());
    }
}

async fn an_access_token_expires(db: &TestDb) {
    let (desk, clock) = desk(db);
    let tokens = signed_up(&desk).await;
    clock.advance(token::ACCESS - SECOND);
    token::verify(&desk, &tokens.access_token).await.unwrap();
    // Cached recently, and still not accepted beyond its expiry.
    clock.advance(12 * SECOND);
    refused(&desk, &tokens.access_token).await;
    clock.advance(31 * DAY);
    let late = token::refresh(&desk, here(), &tokens.refresh_token).await;
    assert!(matches!(late, Err(Error::Unauthenticated)));
}

/// The parts of a token, decoded without verification.
fn parts(jwt: &str) -> (Value, Value) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let mut split = jwt.split('.');
    (read(split.next().unwrap()), read(split.next().unwrap()))
}

fn unsigned(header: &Value, claims: &Value) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let write = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.", write(header), write(claims))
}

async fn a_forged_token_is_refused(db: &TestDb) {
    let (desk, _) = desk(db);
    let tokens = signed_up(&desk).await;
    let (header, claims) = parts(&tokens.access_token);
    let kid = header["kid"].as_str().unwrap().to_owned();
    for nonsense in
        ["", "a.b.c", "....", &"x".repeat(10_000), &tokens.refresh_token, &tokens.access_token[..200]]
    {
        refused(&desk, nonsense).await;
    }
    // No signature at all, in any spelling.
    for alg in ["none", "None", "NONE", ""] {
        refused(&desk, &unsigned(&json!({ "alg": alg, "typ": "JWT", "kid": kid }), &claims)).await;
    }
    // Signed with the public key as if it were a shared secret.
    let keys = store::signing_key::list(&desk.db).await.unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(kid.clone());
    let secret = EncodingKey::from_secret(&keys[0].public_key);
    refused(&desk, &jsonwebtoken::encode(&header, &claims, &secret).unwrap()).await;
    // Signed by another key, under our key id and under its own.
    let theirs = signed_by_another(&claims, &kid);
    refused(&desk, &theirs).await;
    // Changed claims with our own signature.
    let (head, rest) = tokens.access_token.split_once('.').unwrap();
    let signature = rest.split_once('.').unwrap().1;
    let mut other = claims.clone();
    other["role"] = json!("admin");
    let forged = unsigned(&json!({}), &other);
    let body = forged.split('.').nth(1).unwrap();
    refused(&desk, &format!("{head}.{body}.{signature}")).await;
}

fn signed_by_another(claims: &Value, kid: &str) -> String {
    let key = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(kid.to_owned());
    let der = key.to_pkcs8().unwrap();
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ed_der(der.as_ref())).unwrap()
}

async fn another_instance_reads_the_same_keys(db: &TestDb) {
    let (first, _) = desk(db);
    let (second, _) = testing::desk((**db).clone());
    let tokens = signed_up(&first).await;
    assert_eq!(token::verify(&second, &tokens.access_token).await.unwrap().email, ADA);
    let again = token::refresh(&second, here(), &tokens.refresh_token).await.unwrap();
    token::verify(&first, &again.access_token).await.unwrap();
}

async fn the_command_line_ends_tokens_within_a_second(db: &TestDb) {
    let ((desk, clock), (command_line, _)) = (desk(db), desk(db));
    let user = token::verify(&desk, &signed_up(&desk).await.access_token).await.unwrap().user;
    for (step, undone) in [
        (UserAction::Freeze, Some(UserAction::Unfreeze)),
        (UserAction::Suspend, Some(UserAction::Unsuspend)),
        (UserAction::SignOut, None),
    ] {
        let jwt = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap().access_token;
        token::verify(&desk, &jwt).await.unwrap();
        person::act_on_user(&command_line, By::CommandLine, user, step).await.unwrap();
        clock.advance(SECOND);
        refused(&desk, &jwt).await;
        if let Some(undone) = undone {
            person::act_on_user(&command_line, By::CommandLine, user, undone).await.unwrap();
        }
    }
}

async fn a_new_role_applies_immediately(db: &TestDb) {
    let (desk, _) = desk(db);
    let tokens = signed_up(&desk).await;
    assert_eq!(token::verify(&desk, &tokens.access_token).await.unwrap().role, Role::Trader);
    account::make_admin(&desk, ADA).await.unwrap();
    assert_eq!(token::verify(&desk, &tokens.access_token).await.unwrap().role, Role::Admin);
}

async fn keys_rotate(db: &TestDb) {
    let (desk, clock) = desk(db);
    let old = signed_up(&desk).await;
    clock.advance(90 * DAY - MINUTE);
    let last = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    clock.advance(MINUTE);
    let new = token::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap();
    assert_eq!(parts(&old.access_token).0, parts(&last.access_token).0);
    assert_ne!(parts(&last.access_token).0, parts(&new.access_token).0);
    token::verify(&desk, &last.access_token).await.unwrap();
    token::verify(&desk, &new.access_token).await.unwrap();
    assert_eq!(store::signing_key::list(&desk.db).await.unwrap().len(), 2);
}

async fn an_owner_sees_and_ends_each_sign_in_of_a_program(db: &TestDb) {
    let (desk, clock) = desk(db);
    signed_up(&desk).await;
    clock.advance(MINUTE);
    let phone = from("198.51.100.7");
    let second = token::sign_in(&desk, phone, ADA, PASSWORD).await.unwrap();
    let bob = token::sign_up(&desk, here(), "bob@example.org", PASSWORD).await.unwrap();
    let owner = account::sign_in(&desk, here(), ADA, PASSWORD).await.unwrap().actor;
    let listed = async || token::list(&desk, &owner).await.unwrap();
    let all = listed().await;
    let seen: Vec<_> = all.iter().map(|app| (app.address.as_str(), app.user_agent.as_str())).collect();
    assert_eq!(seen, [("198.51.100.7", "Test/1.0"), ("192.0.2.1", "Test/1.0")]);
    clock.advance(MINUTE);
    let moved = Origin::new([203, 0, 113, 9].into(), "Phone/2.0");
    let third = token::refresh(&desk, moved, &second.refresh_token).await.unwrap();
    let app = listed().await.remove(0);
    assert_eq!(
        (app.id, app.address.as_str(), app.user_agent.as_str()),
        (all[0].id, "203.0.113.9", "Phone/2.0")
    );
    assert_eq!((app.created_at, app.last_used_at), (all[0].created_at, desk.clock.now()));

    let stranger = token::verify(&desk, &bob.access_token).await.unwrap();
    let theirs = token::end(&desk, &stranger, &here(), app.id).await;
    assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");
    token::verify(&desk, &third.access_token).await.unwrap();
    token::end(&desk, &owner, &here(), app.id).await.unwrap();
    refused(&desk, &third.access_token).await;
    assert!(token::refresh(&desk, here(), &third.refresh_token).await.is_err());
    assert_eq!(listed().await.iter().map(|app| app.id).collect::<Vec<_>>(), [all[1].id]);
    assert!(matches!(token::end(&desk, &owner, &here(), app.id).await, Err(Error::NotFound)), "ended before");
    clock.advance(10 * MINUTE);
    assert!(matches!(token::end(&desk, &owner, &here(), all[1].id).await, Err(Error::StepUp)));
    clock.advance(90 * DAY);
    assert!(listed().await.is_empty(), "what has expired is not listed");
}
