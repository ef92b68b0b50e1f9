//! Tests derived from the OpenAPI document alone. It is compared with the routes and with docs/API.md, and
//! every operation in it is called: without credentials, with other users' ids, and with malformed bodies. A
//! new operation is covered as soon as it is in the document; if its path contains an id, [`world`]
//! must know what kind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod malformed;
mod operation;
mod owners;
mod page;
mod refusals;
mod strangers;
mod whole;
mod world;
