//! Forms for account recovery, and admins' actions on users.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader, visitor};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
    visit::encoded,
};
use leptos::prelude::*;
use service::{
    Error,
    identity::{
        person::{self, By, UserAction},
        recovery,
    },
};

/// Freezes the account of the user whose mail contained the token.
#[server(endpoint = "freeze")]
pub async fn freeze(#[server(default)] token: String) -> Result<Done, FormFailure> {
    let visit = visitor()?;
    let frozen = recovery::freeze_by_link(&visit.desk, &visit.origin, &token).await;
    if frozen.is_ok() {
        visit.forget_session();
    }
    let done = frozen.map(|()| Done::at("/forgot").with_notice(PageNotice::AccountFrozen));
    form("freeze", format!("/not-me?token={}", encoded(&token))).answer(&visit, done).await
}

/// Applies one action to a user.
#[server(endpoint = "person-act")]
pub async fn act_on_person(
    #[server(default)] id: String,
    #[server(default)] step: String,
    #[server(default)] search: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let back = format!("/admin/people?search={}", encoded(&search));
    let changed = match (id.parse(), UserAction::parse(&step)) {
        (Ok(id), Some(step)) => {
            person::act_on_user(&visit.desk, By::Admin(&actor, &visit.origin), id, step).await
        }
        _ => Err(Error::NotFound),
    };
    let done =
        changed.map(|user| Done::at(back.clone()).with_notice(PageNotice::PersonChanged).about(user.email));
    form("person-act", back).keep("id", &id).answer(&visit, done).await
}
