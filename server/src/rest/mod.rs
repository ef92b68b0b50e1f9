//! The HTTP surfaces for programs, one module each.

pub mod auth;
pub mod mudawyl;
