//! Public lists: cached between writes, with ETags, and in the encoding that the client prefers.

use super::call::{Front, request};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::time::{DAY, SECOND};
use serde_json::json;
use std::io::Read as _;
use store::testing::TestDb;

store::each_engine!(
    a_list_is_revalidated_by_its_etag,
    every_form_is_the_same_list,
    a_write_shows_in_the_next_answer,
    a_new_day_is_a_new_history,
    what_is_no_answer_is_not_kept,
    a_list_that_is_too_large_to_keep_is_served_whole,
    a_request_for_the_head_keeps_the_whole_list,
);

const LISTS: &[&str] =
    &["/v1/pub/subscription/list", "/v1/pub/strategy/list", "/v1/pub/strategy/profile/list"];

async fn seeded(db: &TestDb) -> (Front, String) {
    let front = Front::new(db);
    service::following::strategy::seed(&front.desk).await.unwrap();
    let id = service::following::strategy::list_strategies(&front.desk).await.unwrap()[0].id.to_string();
    (front, id)
}

async fn a_list_is_revalidated_by_its_etag(db: &TestDb) {
    let (front, id) = seeded(db).await;
    let figures = ["history", "performance?interval=1M", "execution"]
        .map(|what| format!("/v1/pub/strategy/{id}/{what}"));
    for path in LISTS.iter().copied().chain(figures.iter().map(String::as_str)) {
        let first = front.get(path, &[]).await;
        assert_eq!(first.status, StatusCode::OK, "{path}: {}", first.text);
        assert_eq!(first.header(header::CACHE_CONTROL), "public, no-cache");
        assert_eq!(first.header(header::CONTENT_TYPE), "application/json");
        let tag = first.header(header::ETAG).to_owned();
        assert!(tag.starts_with('"') && tag.len() > 10, "{tag}");
        let again = front.get(path, &[]).await;
        assert_eq!((again.bytes, again.headers[header::ETAG].to_str().unwrap()), (first.bytes, tag.as_str()));
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let unchanged = front.get(path, &[("if-none-match", &known)]).await;
            assert_eq!((unchanged.status, unchanged.bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            assert_eq!(unchanged.header(header::ETAG), tag);
        }
        assert_eq!(front.get(path, &[("if-none-match", "\"other\"")]).await.status, StatusCode::OK);
        let head = front.call(request(Method::HEAD, path, &[], Body::empty())).await;
        assert_eq!(
            (head.status, head.header(header::ETAG), head.bytes.len()),
            (StatusCode::OK, tag.as_str(), 0)
        );
    }
}

async fn every_form_is_the_same_list(db: &TestDb) {
    let (front, _) = seeded(db).await;
    for path in ["/v1/pub/strategy/list", "/openapi.json", "/"] {
        let plain = front.get(path, &[("accept", "text/html")]).await;
        assert_eq!(plain.header(header::CONTENT_ENCODING), "", "{path}");
        for coding in ["br", "gzip"] {
            let packed = front.get(path, &[("accept-encoding", coding), ("accept", "text/html")]).await;
            assert_eq!(packed.header(header::CONTENT_ENCODING), coding, "{path}");
            assert!(packed.header(header::VARY).to_ascii_lowercase().contains("accept-encoding"), "{path}");
            let mut text = Vec::new();
            if coding == "br" {
                brotli::BrotliDecompress(&mut packed.bytes.as_slice(), &mut text).unwrap();
            } else {
                flate2::read::GzDecoder::new(packed.bytes.as_slice()).read_to_end(&mut text).unwrap();
            }
            assert!(packed.bytes.len() < text.len());
            // A page has a new nonce each time.
            if path != "/" {
                assert_eq!(text, plain.bytes, "{path} {coding}");
            }
            if path.starts_with("/v1") {
                assert_ne!(packed.header(header::ETAG), plain.header(header::ETAG), "another representation");
            }
        }
    }
}

async fn a_write_shows_in_the_next_answer(db: &TestDb) {
    let (front, id) = seeded(db).await;
    let other = Front::new(db);
    let (admin, _) = front.admin().await;
    let list = "/v1/pub/strategy/list";
    let before = front.get(list, &[]).await;
    assert_eq!(other.get(list, &[]).await.text, before.text);
    // Five times, to exclude luck.
    for round in 0..5 {
        let name = format!("Renamed {round}");
        let path = format!("/v1/admin/strategy/{id}");
        let renamed = front.send(Method::PUT, &path, &admin, &json!({ "name": name })).await;
        assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.text);
        let after = front.get(list, &[("if-none-match", before.header(header::ETAG))]).await;
        assert!(after.status == StatusCode::OK && after.text.contains(&name), "{}", after.text);
        other.clock.advance(SECOND);
        assert_eq!(other.get(list, &[]).await.text, after.text, "another instance");
    }
    // A write of another process is not a commit of this one.
    db.execute("update strategies set name = 'Elsewhere' where active = active and name = 'Renamed 4'").await;
    db.execute("update plans set monthly_price_usd = 21 where name = 'BASIC'").await;
    front.clock.advance(SECOND);
    assert!(front.get(list, &[]).await.text.contains("Elsewhere"));
    assert!(front.get("/v1/pub/subscription/list", &[]).await.text.contains("21"));
}

async fn a_new_day_is_a_new_history(db: &TestDb) {
    let (front, id) = seeded(db).await;
    let path = format!("/v1/pub/strategy/{id}/history?limit=2");
    let today = front.get(&path, &[]).await;
    front.clock.advance(DAY);
    let tomorrow = front.get(&path, &[]).await;
    assert_ne!(today.text, tomorrow.text);
    assert_eq!(tomorrow.json()["items"].as_array().map(Vec::len), Some(2));
}

async fn what_is_no_answer_is_not_kept(db: &TestDb) {
    let (front, id) = seeded(db).await;
    let nobody = "0199c0de-0000-7000-8000-000000000000";
    for (path, status) in [
        (format!("/v1/pub/strategy/{id}/history?limit=0"), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("/v1/pub/strategy/{nobody}/history"), StatusCode::NOT_FOUND),
    ] {
        for _ in 0..2 {
            let answer = front.get(&path, &[]).await;
            assert_eq!(answer.status, status, "{path}");
            assert!(!answer.headers.contains_key(header::ETAG));
            assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        }
    }
    // More different requests than the cache holds are still answered.
    for number in 0..600 {
        let answer = front.get(&format!("/v1/pub/strategy/profile/list?n={number}"), &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let long = format!("/v1/pub/strategy/profile/list?n={}", "x".repeat(2_000));
    assert_eq!(front.get(&long, &[]).await.status, StatusCode::OK);
}

async fn a_list_that_is_too_large_to_keep_is_served_whole(db: &TestDb) {
    let (front, _) = seeded(db).await;
    let list = "/v1/pub/strategy/list";
    let describe = async |letter: &str, length: usize| {
        let text = letter.repeat(length);
        // A write of another process: this one notices it when it reads the version of the lists again.
        db.execute(format!("update strategies set description = '{text}'").leak()).await;
    };
    describe("a", 10).await;
    front.clock.advance(SECOND);
    let small = front.get(list, &[]).await;
    let tag = small.header(header::ETAG).to_owned();
    assert!(tag.len() > 10, "{tag}");
    describe("b", 300_000).await;
    assert_eq!(front.get(list, &[]).await.text, small.text, "it is kept");

    front.clock.advance(SECOND);
    for letter in ["b", "c"] {
        describe(letter, 300_000).await;
        let large = front.get(list, &[("if-none-match", &tag)]).await;
        assert_eq!(large.status, StatusCode::OK);
        assert!(large.bytes.len() > 1 << 20, "{}", large.bytes.len());
        assert_eq!(large.header(header::CONTENT_TYPE), "application/json");
        assert_eq!(large.header(header::ETAG), "", "it is not kept");
        let items = large.json()["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 4);
        assert!(
            items.iter().all(|item| item["description"] == letter.repeat(300_000)),
            "the newest: {letter}"
        );
    }

    describe("a", 20).await;
    front.clock.advance(SECOND);
    let again = front.get(list, &[]).await;
    assert!(again.text.contains(&"a".repeat(20)) && again.header(header::ETAG) != tag);
    describe("b", 10).await;
    assert_eq!(front.get(list, &[]).await.text, again.text, "it is kept again");
}

async fn a_request_for_the_head_keeps_the_whole_list(db: &TestDb) {
    let (front, _) = seeded(db).await;
    let head = front.call(request(Method::HEAD, LISTS[1], &[], Body::empty())).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    let whole = front.get(LISTS[1], &[]).await;
    assert_eq!(whole.json()["items"].as_array().map(Vec::len), Some(4));
    assert_eq!(whole.header(header::ETAG), head.header(header::ETAG));
}
