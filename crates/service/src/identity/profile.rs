//! User profiles: name, country, language and time zone.

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::Identity,
    platform::time_zone,
};
use domain::{
    UserId,
    profile::{self, Language, Profile},
    validation::{FieldProblem, Problem},
};
use store::profile::ProfileUpdate;

/// A change of a profile, as typed. `None` leaves a field unchanged; `Some(None)` clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// Family name.
    pub last_name: Option<Option<String>>,
    /// Given name.
    pub first_name: Option<Option<String>>,
    /// ISO 3166 code of two letters.
    pub country: Option<Option<String>>,
    /// `EN` or `AR`.
    pub language: Option<Option<String>>,
    /// Name of a zone in the IANA time zone database.
    pub time_zone: Option<Option<String>>,
}

/// The user's profile; `None` if they have never set one.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(desk: &Identity, actor: &Actor) -> Result<Option<Profile>> {
    of_user(desk, actor.user).await
}

/// As [`get`], for background work on behalf of a user.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_user(desk: &Identity, user: UserId) -> Result<Option<Profile>> {
    Ok(store::profile::get_profile(&desk.db, user).await?)
}

/// Updates the given fields. An empty change creates no profile.
///
/// # Errors
/// The problems of all fields together, in the order of the API document.
pub async fn update(desk: &Identity, actor: &Actor, change: ProfileChange) -> Result<Option<Profile>> {
    if change == ProfileChange::default() {
        return get(desk, actor).await;
    }
    let change = checked(change)?;
    let update = ProfileUpdate {
        last_name: change.last_name.as_deref(),
        first_name: change.first_name.as_deref(),
        country: change.country.as_deref(),
        language: change.language.as_deref(),
        time_zone: change.time_zone.as_deref(),
    };
    let mut tx = desk.db.begin().await?;
    let profile = store::profile::update_profile(&mut tx, actor.user, &update, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(Some(profile))
}

/// A validated change; an empty text clears the field.
#[derive(Default)]
struct Checked {
    last_name: Option<String>,
    first_name: Option<String>,
    country: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
}

fn checked(change: ProfileChange) -> Result<Checked> {
    let mut problems = Vec::new();
    let mut take = |field: &str, given: Option<Option<String>>, rule: fn(&str) -> Rule| {
        given?.map_or_else(
            || Some(String::new()),
            |text| rule(&text).map_err(|problem| problems.push(FieldProblem::new(field, problem))).ok(),
        )
    };
    let checked = Checked {
        last_name: take("lastName", change.last_name, profile::name),
        first_name: take("firstName", change.first_name, profile::name),
        country: take("country", change.country, |text| profile::country(text).map(ToOwned::to_owned)),
        language: take("language", change.language, |text| {
            profile::language(text).map(Language::word).map(ToOwned::to_owned)
        }),
        time_zone: take("timezone", change.time_zone, |text| time_zone::known(text).map(ToOwned::to_owned)),
    };
    if problems.is_empty() { Ok(checked) } else { Err(Error::Fields(problems)) }
}

type Rule = std::result::Result<String, Problem>;
