//! The use cases of Slipstream. The pages (`app`) and the HTTP APIs (`server`) call the same ones, so every
//! rule lives in exactly one place: here, or in `domain` if it needs no I/O.
//!
//! The modules form districts, from the bottom to the top: [`platform`], [`messaging`], [`identity`], [`trading`],
//! [`money`], [`following`]. A district uses only those below it, [`Actor`] and [`Error`] are below all of them, and
//! above all are [`Desk`], [`health`] and [`bot`], which see everything (docs/ARCHITECTURE.md, "Districts of the service").
//!
//! Every use case takes the context of its district and the calling [`Actor`], scopes its queries by that actor, and
//! fails with one of the closed cases of [`Error`]. A [`Desk`] can be passed as the context of any district.

mod actor;
mod desk;
mod error;

pub mod bot;
pub mod following;
pub mod health;
pub mod identity;
pub mod messaging;
pub mod money;
pub mod platform;
pub mod trading;

#[cfg(feature = "testing")]
pub mod testing;

pub use actor::{Actor, Origin};
pub use desk::{Desk, Parts, SharedDesk};
pub use error::{Error, Result};
