//! The form for display settings.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, visitor};
use crate::{
    answer::{Done, FormFailure},
    visit::{Theme, safe_next},
};
use leptos::prelude::*;

/// Sets the theme: light, dark, or the system's. Not a secret: it has its own cookie, for a year.
#[server(endpoint = "theme")]
pub async fn set_theme(
    #[server(default)] theme: String,
    #[server(default)] next: Option<String>,
) -> Result<Done, FormFailure> {
    let visit = visitor()?;
    visit.set_theme(Theme::parse(&theme));
    let next = safe_next(next.as_deref()).to_owned();
    form("theme", next.clone()).answer(&visit, Ok(Done::at(next))).await
}
