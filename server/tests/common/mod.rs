//! A whole desk in one process for tests: the server on a free port, the real sandbox behind it whose market
//! moves by command only, a manual clock, and users who call the API as programs do.

#![allow(dead_code, reason = "each test program uses its own part")]

pub(crate) mod copying;
pub(crate) mod person;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod shape;
pub(crate) mod smtp;
pub(crate) mod spot;
pub(crate) mod story;
pub(crate) mod test_server;

#[allow(unused_imports, reason = "each test program uses its own part")]
pub(crate) use person::{HttpAnswer, Person};
pub(crate) use test_server::TestServer;
