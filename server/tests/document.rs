//! What follows from the OpenAPI document alone. It is compared with the routes and with docs/API.md, and every operation
//! in it is called: by strangers, by people with another's ids, and with bodies that are none. A new operation is
//! covered by standing in the document; where its path names a thing, [`document::world`] must know what kind of thing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod common;

mod document {
    mod malformed;
    mod operation;
    mod owners;
    mod page;
    mod refusals;
    mod strangers;
    mod whole;
    mod world;
}
