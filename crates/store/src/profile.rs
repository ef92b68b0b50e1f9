//! User profiles.

use crate::{Result, Source, Tx};
use domain::{
    Micros, UserId,
    profile::{Language, Profile},
};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    last_name: Option<String>,
    first_name: Option<String>,
    country: Option<String>,
    language: Option<Language>,
    time_zone: Option<String>,
    created_at: Micros,
    updated_at: Micros,
}

impl From<Row> for Profile {
    fn from(row: Row) -> Self {
        let Row { last_name, first_name, country, language, time_zone, created_at, updated_at } = row;
        Self { last_name, first_name, country, language, time_zone, created_at, updated_at }
    }
}

/// A change of a profile: `None` leaves a field unchanged, an empty text clears it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProfileUpdate<'a> {
    /// Family name.
    pub last_name: Option<&'a str>,
    /// Given name.
    pub first_name: Option<&'a str>,
    /// Two-letter country code.
    pub country: Option<&'a str>,
    /// EN or AR.
    pub language: Option<&'a str>,
    /// Time zone, as an IANA time zone name.
    pub time_zone: Option<&'a str>,
}

select! {
    profiles -> Row,
    "last_name, first_name, country, language, time_zone, created_at, updated_at",
    "from profiles"
}

/// Returns a user's profile; `None` if they have never filled it in.
pub async fn get_profile(from: impl Source, user: UserId) -> Result<Option<Profile>> {
    let row = profiles!(from, fetch_optional, "where user_id = $1", user)?;
    Ok(row.map(Profile::from))
}

/// Returns a user's country of residence, if given.
pub async fn get_country(from: impl Source, user: UserId) -> Result<Option<String>> {
    value!(String, from, "select country from profiles where user_id = $1", user)
}

/// Updates a user's profile, creating it if necessary. It is a single statement, so concurrent updates do not
/// overwrite each other's fields.
pub async fn update_profile(
    tx: &mut Tx,
    user: UserId,
    change: &ProfileUpdate<'_>,
    at: Micros,
) -> Result<Profile> {
    let ProfileUpdate { last_name, first_name, country, language, time_zone } = *change;
    let row = profiles!(
        tx,
        fetch_one,
        "insert into profiles (user_id, last_name, first_name, country, language, time_zone, created_at, updated_at) \
         values ($1, nullif($2, ''), nullif($3, ''), nullif($4, ''), nullif($5, ''), nullif($6, ''), $7, $7) \
         on conflict (user_id) do update set \
           last_name = nullif(coalesce($2, profiles.last_name), ''), \
           first_name = nullif(coalesce($3, profiles.first_name), ''), \
           country = nullif(coalesce($4, profiles.country), ''), \
           language = nullif(coalesce($5, profiles.language), ''), \
           time_zone = nullif(coalesce($6, profiles.time_zone), ''), \
           updated_at = excluded.updated_at \
         returning "
            + columns,
        user,
        last_name,
        first_name,
        country,
        language,
        time_zone,
        at
    )?;
    Ok(Profile::from(row))
}
