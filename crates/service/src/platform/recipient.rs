//! The language of messages, by their recipient.

use crate::{error::Result, platform::Platform};
use domain::UserId;
use language::Lang;
use store::{Source, telegram::Link};

/// The language of messages to a user: that of their profile.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn lang_of_user(desk: &Platform, from: impl Source, user: UserId) -> Result<Lang> {
    let profile = store::profile::get_profile(from, user).await?;
    Ok(Lang::of_recipient(profile.and_then(|profile| profile.language), desk.settings.pseudo_locale))
}

/// The language of messages to a chat: that of its user. A chat that is not linked has the language of a user
/// who has not chosen one.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn lang_of_chat(desk: &Platform, from: impl Source, link: Option<&Link>) -> Result<Lang> {
    match link {
        Some(link) => lang_of_user(desk, from, link.user_id).await,
        None => Ok(Lang::of_recipient(None, desk.settings.pseudo_locale)),
    }
}
