//! User profiles: personal details and language preferences.

use crate::{Micros, key::words, validation::Problem};
use serde::{Deserialize, Serialize};

/// Maximum length of a first or last name, in characters.
pub const LONGEST_NAME: usize = 100;

words! {
    /// A supported interface language.
    pub Language {
        /// English.
        English = "EN",
        /// Arabic.
        Arabic = "AR",
    }
}

/// A user's profile. Fields are `None` if they were never given or have been cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Family name.
    pub last_name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Country of residence, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Preferred language.
    pub language: Option<Language>,
    /// Time zone, as an IANA time zone name: `America/Toronto`.
    pub time_zone: Option<String>,
    /// When the profile was created.
    pub created_at: Micros,
    /// When the profile was last changed.
    pub updated_at: Micros,
}

/// Characters that Unicode does not class as alphabetic but that occur within names: combining accents, the
/// vowel killers (viramas) and nuktas of the scripts of India and its neighbours, the tone marks of Thai and
/// Lao, and the two joiners used in Persian and Urdu.
const MARKS: &[(char, char)] = &[
    ('\u{300}', '\u{36f}'),
    ('\u{591}', '\u{5bd}'),
    ('\u{610}', '\u{61a}'),
    ('\u{64b}', '\u{65f}'),
    ('\u{93c}', '\u{93c}'),
    ('\u{94d}', '\u{94d}'),
    ('\u{9bc}', '\u{9bc}'),
    ('\u{9cd}', '\u{9cd}'),
    ('\u{a3c}', '\u{a3c}'),
    ('\u{a4d}', '\u{a4d}'),
    ('\u{abc}', '\u{abc}'),
    ('\u{acd}', '\u{acd}'),
    ('\u{b4d}', '\u{b4d}'),
    ('\u{bcd}', '\u{bcd}'),
    ('\u{c4d}', '\u{c4d}'),
    ('\u{ccd}', '\u{ccd}'),
    ('\u{d4d}', '\u{d4d}'),
    ('\u{dca}', '\u{dca}'),
    ('\u{e47}', '\u{e4e}'),
    ('\u{ec8}', '\u{ecd}'),
    ('\u{1037}', '\u{103a}'),
    ('\u{17c9}', '\u{17d2}'),
    ('\u{200c}', '\u{200d}'),
];

/// Validates a first or last name: letters of any script, with spaces, hyphens and apostrophes between them.
///
/// # Errors
/// [`Problem::NotAlphabetic`], [`Problem::TextTooLong`].
pub fn name(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let mark = |c: char| MARKS.iter().any(|(first, last)| (*first..=*last).contains(&c));
    let within = |c: char| c.is_alphabetic() || mark(c) || matches!(c, ' ' | '-' | '\'' | '’');
    if !text.starts_with(char::is_alphabetic) || !text.chars().all(within) {
        return Err(Problem::NotAlphabetic);
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(Problem::TextTooLong);
    }
    Ok(text.to_owned())
}

/// Validates a two-letter country code of ISO 3166-1.
///
/// # Errors
/// [`Problem::NotCountry`].
pub fn country(text: &str) -> Result<&'static str, Problem> {
    let known = COUNTRIES.iter().find(|(code, _)| *code == text);
    known.map(|(code, _)| *code).ok_or(Problem::NotCountry)
}

/// Parses a supported language.
///
/// # Errors
/// [`Problem::NotLanguage`].
pub fn language(text: &str) -> Result<Language, Problem> {
    Language::parse(text).ok_or(Problem::NotLanguage)
}

/// The ISO 3166-1 country codes with their short English names, sorted by name.
#[rustfmt::skip] // a table
pub const COUNTRIES: &[(&str, &str)] = &[
    ("AF", "Afghanistan"), ("AX", "Åland Islands"), ("AL", "Albania"), ("DZ", "Algeria"), ("AD", "Andorra"),
    ("AO", "Angola"), ("AI", "Anguilla"), ("AQ", "Antarctica"), ("AG", "Antigua and Barbuda"), ("AR", "Argentina"),
    ("AM", "Armenia"), ("AW", "Aruba"), ("AU", "Australia"), ("AT", "Austria"), ("AZ", "Azerbaijan"),
    ("BS", "Bahamas"), ("BH", "Bahrain"), ("BD", "Bangladesh"), ("BB", "Barbados"), ("BY", "Belarus"),
    ("BE", "Belgium"), ("BZ", "Belize"), ("BJ", "Benin"), ("BM", "Bermuda"), ("BT", "Bhutan"), ("BO", "Bolivia"),
    ("BA", "Bosnia and Herzegovina"), ("BW", "Botswana"), ("BV", "Bouvet Island"), ("BR", "Brazil"),
    ("IO", "British Indian Ocean Territory"), ("BN", "Brunei"), ("BG", "Bulgaria"), ("BF", "Burkina Faso"),
    ("BI", "Burundi"), ("KH", "Cambodia"), ("CM", "Cameroon"), ("CA", "Canada"), ("CV", "Cape Verde"),
    ("BQ", "Caribbean Netherlands"), ("KY", "Cayman Islands"), ("CF", "Central African Republic"), ("TD", "Chad"),
    ("CL", "Chile"), ("CN", "China"), ("CX", "Christmas Island"), ("CC", "Cocos (Keeling) Islands"), ("CO", "Colombia"),
    ("KM", "Comoros"), ("CD", "Congo (Democratic Republic)"), ("CG", "Congo (Republic)"), ("CK", "Cook Islands"),
    ("CR", "Costa Rica"), ("CI", "Côte d'Ivoire"), ("HR", "Croatia"), ("CU", "Cuba"), ("CW", "Curaçao"),
    ("CY", "Cyprus"), ("CZ", "Czech Republic"), ("DK", "Denmark"), ("DJ", "Djibouti"), ("DM", "Dominica"),
    ("DO", "Dominican Republic"), ("TL", "East Timor"), ("EC", "Ecuador"), ("EG", "Egypt"), ("SV", "El Salvador"),
    ("GQ", "Equatorial Guinea"), ("ER", "Eritrea"), ("EE", "Estonia"), ("SZ", "Eswatini (Swaziland)"),
    ("ET", "Ethiopia"), ("FK", "Falkland Islands"), ("FO", "Faroe Islands"), ("FJ", "Fiji"), ("FI", "Finland"),
    ("FR", "France"), ("GF", "French Guiana"), ("PF", "French Polynesia"), ("TF", "French Southern Territories"),
    ("GA", "Gabon"), ("GM", "Gambia"), ("GE", "Georgia"), ("DE", "Germany"), ("GH", "Ghana"), ("GI", "Gibraltar"),
    ("GR", "Greece"), ("GL", "Greenland"), ("GD", "Grenada"), ("GP", "Guadeloupe"), ("GU", "Guam"),
    ("GT", "Guatemala"), ("GG", "Guernsey"), ("GN", "Guinea"), ("GW", "Guinea-Bissau"), ("GY", "Guyana"),
    ("HT", "Haiti"),
    ("HM", "Heard Island and McDonald Islands"), ("HN", "Honduras"), ("HK", "Hong Kong"), ("HU", "Hungary"),
    ("IS", "Iceland"), ("IN", "India"), ("ID", "Indonesia"), ("IR", "Iran"), ("IQ", "Iraq"), ("IE", "Ireland"),
    ("IM", "Isle of Man"), ("IL", "Israel"), ("IT", "Italy"), ("JM", "Jamaica"), ("JP", "Japan"), ("JE", "Jersey"),
    ("JO", "Jordan"), ("KZ", "Kazakhstan"), ("KE", "Kenya"), ("KI", "Kiribati"), ("KP", "Korea (North)"),
    ("KR", "Korea (South)"), ("KW", "Kuwait"), ("KG", "Kyrgyzstan"), ("LA", "Laos"), ("LV", "Latvia"),
    ("LB", "Lebanon"), ("LS", "Lesotho"), ("LR", "Liberia"), ("LY", "Libya"), ("LI", "Liechtenstein"),
    ("LT", "Lithuania"), ("LU", "Luxembourg"), ("MO", "Macau"), ("MG", "Madagascar"), ("MW", "Malawi"),
    ("MY", "Malaysia"), ("MV", "Maldives"), ("ML", "Mali"), ("MT", "Malta"), ("MH", "Marshall Islands"),
    ("MQ", "Martinique"), ("MR", "Mauritania"), ("MU", "Mauritius"), ("YT", "Mayotte"), ("MX", "Mexico"),
    ("FM", "Micronesia"), ("MD", "Moldova"), ("MC", "Monaco"), ("MN", "Mongolia"), ("ME", "Montenegro"),
    ("MS", "Montserrat"), ("MA", "Morocco"), ("MZ", "Mozambique"), ("MM", "Myanmar (Burma)"), ("NA", "Namibia"),
    ("NR", "Nauru"), ("NP", "Nepal"), ("NL", "Netherlands"), ("NC", "New Caledonia"), ("NZ", "New Zealand"),
    ("NI", "Nicaragua"), ("NE", "Niger"), ("NG", "Nigeria"), ("NU", "Niue"), ("NF", "Norfolk Island"),
    ("MK", "North Macedonia"), ("MP", "Northern Mariana Islands"), ("NO", "Norway"), ("OM", "Oman"),
    ("PK", "Pakistan"), ("PW", "Palau"), ("PS", "Palestine"), ("PA", "Panama"), ("PG", "Papua New Guinea"),
    ("PY", "Paraguay"), ("PE", "Peru"), ("PH", "Philippines"), ("PN", "Pitcairn"), ("PL", "Poland"),
    ("PT", "Portugal"), ("PR", "Puerto Rico"), ("QA", "Qatar"), ("RE", "Réunion"), ("RO", "Romania"),
    ("RU", "Russia"), ("RW", "Rwanda"), ("WS", "Samoa"), ("AS", "Samoa (American)"), ("SM", "San Marino"),
    ("ST", "Sao Tome and Principe"), ("SA", "Saudi Arabia"), ("SN", "Senegal"), ("RS", "Serbia"),
    ("SC", "Seychelles"), ("SL", "Sierra Leone"), ("SG", "Singapore"), ("SK", "Slovakia"), ("SI", "Slovenia"),
    ("SB", "Solomon Islands"), ("SO", "Somalia"), ("ZA", "South Africa"),
    ("GS", "South Georgia and the South Sandwich Islands"), ("SS", "South Sudan"), ("ES", "Spain"),
    ("LK", "Sri Lanka"), ("BL", "St Barthélemy"), ("SH", "St Helena"), ("KN", "St Kitts and Nevis"),
    ("LC", "St Lucia"), ("SX", "St Maarten (Dutch)"), ("MF", "St Martin (French)"), ("PM", "St Pierre and Miquelon"),
    ("VC", "St Vincent"), ("SD", "Sudan"), ("SR", "Suriname"), ("SJ", "Svalbard and Jan Mayen"), ("SE", "Sweden"),
    ("CH", "Switzerland"), ("SY", "Syria"), ("TW", "Taiwan"), ("TJ", "Tajikistan"), ("TZ", "Tanzania"),
    ("TH", "Thailand"), ("TG", "Togo"), ("TK", "Tokelau"), ("TO", "Tonga"), ("TT", "Trinidad and Tobago"),
    ("TN", "Tunisia"), ("TR", "Turkey"), ("TM", "Turkmenistan"), ("TC", "Turks and Caicos Islands"), ("TV", "Tuvalu"),
    ("UG", "Uganda"), ("UA", "Ukraine"), ("AE", "United Arab Emirates"), ("GB", "United Kingdom"),
    ("US", "United States"), ("UY", "Uruguay"), ("UM", "US Minor Outlying Islands"), ("UZ", "Uzbekistan"),
    ("VU", "Vanuatu"), ("VA", "Vatican City"), ("VE", "Venezuela"), ("VN", "Vietnam"), ("VG", "Virgin Islands (UK)"),
    ("VI", "Virgin Islands (US)"), ("WF", "Wallis and Futuna"), ("EH", "Western Sahara"), ("YE", "Yemen"),
    ("ZM", "Zambia"), ("ZW", "Zimbabwe"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script() {
        for good in [
            "Doe",
            "O'Brien",
            "D’Angelo",
            "Anne-Marie",
            "van der Berg",
            "Åse",
            "e\u{301}lodie",
            "محمد",
            "عَلِيّ",
            "علی\u{200c}رضا",
            "कृष्ण",
            "李",
            "ณัฐ",
            "Ng",
            "Владимир",
        ] {
            assert_eq!(name(good).as_deref(), Ok(good), "{good}");
        }
        assert_eq!(name("  Ada ").as_deref(), Ok("Ada"));
    }

    #[test]
    fn no_names() {
        for bad in [
            "", "  ", "Doe123", "٣", "-", "'", "<b>", "a@b", "a\0b", "a\nb", "A_B", "\u{301}a", "😀",
            "\u{200d}",
        ] {
            assert_eq!(name(bad), Err(Problem::NotAlphabetic), "{bad:?}");
        }
        assert!(name(&"x".repeat(LONGEST_NAME)).is_ok());
        assert_eq!(name(&"x".repeat(LONGEST_NAME + 1)), Err(Problem::TextTooLong));
    }

    #[test]
    fn countries_are_codes_in_capitals() {
        assert_eq!(country("CA"), Ok("CA"));
        for bad in ["CAX", "ca", "XX", "", "UK", "EU"] {
            assert_eq!(country(bad), Err(Problem::NotCountry), "{bad}");
        }
        let mut codes: Vec<_> = COUNTRIES.iter().map(|(code, _)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 249, "as many as the standard has, each once");
        assert!(codes.iter().all(|code| code.len() == 2));
    }
}
