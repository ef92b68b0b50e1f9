//! The names of countries.

use domain::profile::COUNTRIES;

/// The countries by name, each with its two-letter code, after the option `first`.
pub(crate) fn countries(first: (&'static str, &'static str)) -> Vec<(String, String)> {
    let all = std::iter::once(first).chain(COUNTRIES.iter().copied());
    all.map(|(code, name)| (code.to_owned(), name.to_owned())).collect()
}

/// Returns the name of a country, or its code if the list does not have it.
pub(crate) fn country_name(code: &str) -> String {
    let known = COUNTRIES.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| *name).to_owned()
}
