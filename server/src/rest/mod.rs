//! The HTTP surfaces for programs, one module each.

pub mod admin;
pub mod auth;
pub mod hook;
pub mod mudawyl;
