//! Forms for sign-up, sign-in and sign-out, passwords and sessions.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader, visitor};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
    visit::{encoded, safe_next},
};
use leptos::prelude::*;
use service::{
    Error,
    identity::{
        account::{self, PasswordChange},
        recovery::Keep,
        session, token,
    },
};

/// Creates an account and signs in.
#[server(endpoint = "sign-up")]
pub async fn sign_up(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: Option<String>,
) -> Result<Done, FormFailure> {
    let visit = visitor()?;
    let next = safe_next(next.as_deref());
    let back = format!("/sign-up?next={}", encoded(next));
    let opened = account::sign_up(&visit.desk, visit.origin.clone(), &email, &password).await;
    let done = visit.begin(opened).await.map(|()| Done::at(next));
    form("sign-up", back).keep("email", &email).answer(&visit, done).await
}

/// Signs in.
#[server(endpoint = "sign-in")]
pub async fn sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: Option<String>,
) -> Result<Done, FormFailure> {
    let visit = visitor()?;
    let next = safe_next(next.as_deref());
    let back = format!("/sign-in?next={}", encoded(next));
    let opened = account::sign_in(&visit.desk, visit.origin.clone(), &email, &password).await;
    let done = visit.begin(opened).await.map(|()| Done::at(next));
    form("sign-in", back).keep("email", &email).answer(&visit, done).await
}

/// Ends this browser's session.
#[server(endpoint = "sign-out")]
pub async fn sign_out() -> Result<Done, FormFailure> {
    let visit = visitor()?;
    let ended = match &visit.session {
        Some(token) => session::sign_out(&visit.desk, token, &visit.origin).await,
        None => Ok(()),
    };
    visit.forget_session();
    form("sign-out", "/").answer(&visit, ended.map(|()| Done::at("/"))).await
}

/// Requests a reset link. The response is the same whether or not the account exists.
#[server(endpoint = "forgot")]
pub async fn forgot(#[server(default)] email: String) -> Result<Done, FormFailure> {
    let visit = visitor()?;
    let sent = account::request_reset(&visit.desk, visit.origin.clone(), &email).await;
    let done = sent.map(|()| Done::at("/forgot").with_notice(PageNotice::ResetSent));
    form("forgot", "/forgot").keep("email", &email).answer(&visit, done).await
}

/// Sets a new password by a reset link.
#[server(endpoint = "reset")]
pub async fn reset(
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<Done, FormFailure> {
    let visit = visitor()?;
    let back = format!("/reset?token={}", encoded(&token));
    let done = account::reset_password(&visit.desk, visit.origin.clone(), &token, &password).await;
    form("reset", back)
        .answer(&visit, done.map(|_| Done::at("/sign-in").with_notice(PageNotice::PasswordReset)))
        .await
}

/// Changes the password. Other sessions end, and so do the API clients, the webhooks and the linked chat that
/// were not ticked, if the form offered the choice.
#[server(endpoint = "change-password")]
pub async fn change_password(
    #[server(default)] current: String,
    #[server(default)] password: String,
    #[server(default)]
    #[server(rename = "asked")]
    offered: String,
    #[server(default)] keep: Vec<String>,
    #[server(default)] chat: String,
    #[server(default)] webhooks: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    // A form without the choice keeps everything.
    let offered = offered == "true";
    let keep = Keep {
        clients: offered.then(|| keep.iter().filter_map(|id| id.parse().ok()).collect()),
        end_chat: offered && chat != "true",
        end_webhooks: offered && webhooks != "true",
    };
    let change = PasswordChange { current: &current, new: &password, keep: &keep };
    let changed = account::change_password(&visit.desk, &actor, &visit.origin, change).await;
    let done = changed.map(|renewed| {
        visit.renew(renewed.as_deref());
        Done::at("/settings").with_notice(PageNotice::PasswordChanged)
    });
    form("change-password", "/settings").answer(&visit, done).await
}

/// Ends one session.
#[server(endpoint = "end-session")]
pub async fn end_session(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let ended = match id.parse() {
        Ok(id) => session::end(&visit.desk, &actor, &visit.origin, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = ended.map(|()| Done::at("/settings").with_notice(PageNotice::SessionEnded));
    form("end-session", "/settings").answer(&visit, done).await
}

/// Ends one sign-in of a program.
#[server(endpoint = "end-program")]
pub async fn end_program(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let ended = match id.parse() {
        Ok(id) => token::end(&visit.desk, &actor, &visit.origin, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = ended.map(|()| Done::at("/settings").with_notice(PageNotice::SessionEnded));
    form("end-program", "/settings").answer(&visit, done).await
}

/// Ends all sessions of the user, including this one.
#[server(endpoint = "end-all-sessions")]
pub async fn end_all_sessions() -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let ended = session::end_all(&visit.desk, &actor, &visit.origin).await;
    if ended.is_ok() {
        visit.forget_session();
    }
    form("end-all-sessions", "/settings").answer(&visit, ended.map(|()| Done::at("/sign-in"))).await
}
