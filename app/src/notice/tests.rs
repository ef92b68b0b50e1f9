//! Each notice has a word of its own, and words of later releases are read.

use super::*;

#[test]
fn every_notice_is_read_back_from_its_word() {
    for notice in DeskNotice::ALL.iter().map(|notice| PostNotice::Desk(*notice)) {
        assert_eq!(PostNotice::read(notice.word()), notice);
    }
    #[cfg(feature = "ssr")]
    for notice in PageNotice::ALL.iter().map(|notice| PostNotice::Page(*notice)) {
        assert_eq!(PostNotice::read(notice.word()), notice);
    }
}

#[test]
fn every_rejection_is_read_back_from_its_word() {
    let rules = Refusal::ALL.iter().map(|refusal| Rejection::Rule(*refusal));
    let requests = RequestError::ALL.iter().map(|error| Rejection::Request(*error));
    for rejection in rules.chain(requests) {
        assert_eq!(Rejection::read(rejection.word()), rejection);
    }
}

#[test]
fn an_unknown_word_is_generic() {
    assert_eq!(PostNotice::read("order-replaced"), PostNotice::Unknown);
    assert_eq!(Rejection::read("9999"), Rejection::Request(RequestError::Fault));
}

#[test]
fn they_travel_as_words() {
    let json = serde_json::to_string(&PostNotice::from(DeskNotice::OrderPlaced)).unwrap();
    assert_eq!(json, "\"order-placed\"");
    assert_eq!(serde_json::from_str::<PostNotice>(&json).unwrap(), PostNotice::Desk(DeskNotice::OrderPlaced));
    let json = serde_json::to_string(&Rejection::from(Refusal::KeyExists)).unwrap();
    assert_eq!(json, "\"1109\"");
}
