//! A user's profile.

use super::Iso;
use domain::profile::{Language, Profile};
use serde::Serialize;
use utoipa::ToSchema;

/// "Get User Profile".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UserProfile)]
#[allow(missing_docs)] // the fields are the document's
pub struct ProfileItem {
    pub last_name: Option<String>,
    pub first_name: Option<String>,
    #[schema(example = "CA")]
    pub country: Option<String>,
    #[schema(example = "EN")]
    pub language: Option<&'static str>,
    #[schema(example = "America/Toronto")]
    pub timezone: Option<String>,
    pub created_at: Iso,
    pub updated_at: Iso,
}

impl From<Profile> for ProfileItem {
    fn from(profile: Profile) -> Self {
        let Profile { last_name, first_name, country, language, time_zone, created_at, updated_at } = profile;
        Self {
            last_name,
            first_name,
            country,
            language: language.map(Language::word),
            timezone: time_zone,
            created_at: Iso(created_at),
            updated_at: Iso(updated_at),
        }
    }
}
