//! Forms for the profile and support requests.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::{PageNotice, RequestError},
};
use leptos::prelude::*;
use service::{
    Error,
    identity::profile::{self, ProfileChange},
    messaging::support,
};

/// Saves the profile: the form sends all fields, and empty ones are cleared.
#[server(endpoint = "profile-save")]
pub async fn save_profile(
    #[server(default)]
    #[server(rename = "firstName")]
    first_name: String,
    #[server(default)]
    #[server(rename = "lastName")]
    last_name: String,
    #[server(default)] country: String,
    #[server(default)] language: String,
    #[server(default)] timezone: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("profile-save", "/settings/profile")
        .keep("firstName", &first_name)
        .keep("lastName", &last_name)
        .keep("country", &country)
        .keep("language", &language)
        .keep("timezone", &timezone);
    let filled = |text: String| Some(Some(text).filter(|text| !text.trim().is_empty()));
    let change = ProfileChange {
        last_name: filled(last_name),
        first_name: filled(first_name),
        country: filled(country),
        language: filled(language),
        time_zone: filled(timezone),
    };
    let saved = profile::update(&visit.desk, &actor, change).await;
    answer
        .answer(&visit, saved.map(|_| Done::at("/settings/profile").with_notice(PageNotice::ProfileSaved)))
        .await
}

/// Sends a support request to the admins.
#[server(endpoint = "support-ask")]
pub async fn ask_support(
    #[server(default)] subject: String,
    #[server(default)] message: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("support-ask", "/support").keep("subject", &subject).keep_text("message", &message);
    let sent = support::send_request(&visit.desk, &actor, &visit.origin, &subject, &message).await;
    let sent = sent.map(|_| Done::at("/support").with_notice(PageNotice::SupportRequested));
    answer.when_too_many(RequestError::TooManyRequests).answer(&visit, sent).await
}

/// Closes a support request.
#[server(endpoint = "support-close")]
pub async fn close_support(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let closed = match id.parse() {
        Ok(id) => support::close_request(&visit.desk, &actor, &visit.origin, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = closed.map(|()| Done::at("/admin/support").with_notice(PageNotice::SupportClosed));
    form("support-close", "/admin/support").answer(&visit, done).await
}
