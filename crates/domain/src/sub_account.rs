//! Sub-accounts: registered legal entities, validated by the rules of Currencycloud's "Create Account"
//! documentation.

mod draft;

pub use draft::SubAccountDraft;

use crate::{Micros, SubAccountId, words};
use serde::{Deserialize, Serialize};

words! {
    /// The kind of legal entity.
    pub LegalEntity {
        /// A company.
        Company = "company",
        /// A natural person.
        Individual = "individual",
    }
}

words! {
    /// The permitted use of a sub-account.
    pub Status {
        /// Enabled for everything.
        Enabled = "enabled",
        /// Enabled for everything but trading.
        EnabledNoTrading = "enabled_no_trading",
        /// Disabled for everything.
        Disabled = "disabled",
    }
}

words! {
    /// A type of identification document.
    pub Identification {
        /// No document.
        None = "none",
        /// A driver's licence.
        DriversLicense = "drivers_license",
        /// A social security number.
        SocialSecurityNumber = "social_security_number",
        /// A green card.
        GreenCard = "green_card",
        /// A passport.
        Passport = "passport",
        /// A visa.
        Visa = "visa",
        /// A Mexican consular card.
        MatriculaConsular = "matricula_consular",
        /// A Mexican taxpayer's number.
        RegistroFederal = "registro_federal_de_contribuyentes",
        /// A Mexican voter's card.
        CredencialDeElector = "credential_de_elector",
        /// A social insurance number.
        SocialInsuranceNumber = "social_insurance_number",
        /// Citizenship papers.
        CitizenshipPapers = "citizenship_papers",
        /// A Canadian driver's licence.
        DriversLicenseCanadian = "drivers_license_canadian",
        /// Details of an existing credit card.
        ExistingCreditCardDetails = "existing_credit_card_details",
        /// An employer's number.
        EmployerIdentificationNumber = "employer_identification_number",
        /// A national id.
        NationalId = "national_id",
        /// Another document.
        Others = "others",
        /// A company's number.
        IncorporationNumber = "incorporation_number",
    }
}

/// The brand used if the account specifies none.
pub const BRAND: &str = "currencycloud";
/// The spread table used if the account specifies none.
pub const SPREAD_TABLE: &str = "no_markup";

/// The fields that a caller can set, in the order in which their problems are reported.
pub const FIELDS: &[&str] = &[
    "account_name",
    "brand",
    "your_reference",
    "status",
    "legal_entity_type",
    "street",
    "city",
    "postal_code",
    "state_or_province",
    "country",
    "spread_table",
    "api_trading",
    "online_trading",
    "phone_trading",
    "identification_type",
    "identification_value",
];

/// Returns the maximum length of a field, in characters.
#[must_use]
pub fn longest(field: &str) -> usize {
    match field {
        "account_name" | "street" => 150,
        "city" | "brand" | "spread_table" => 100,
        "your_reference" => 25,
        "postal_code" => 20,
        "country" | "state_or_province" => 2,
        _ => 255,
    }
}

/// The details of a legal entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Name of the entity.
    pub account_name: String,
    /// The brand whose design the pages use.
    pub brand: String,
    /// The caller's own reference.
    pub your_reference: Option<String>,
    /// The permitted use of the account.
    pub status: Status,
    /// Company or individual.
    pub legal_entity_type: LegalEntity,
    /// First line of the address.
    pub street: String,
    /// City.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// Two-letter code; required in the US, Canada and Mexico.
    pub state_or_province: Option<String>,
    /// Two-letter country code.
    pub country: String,
    /// The spread table.
    pub spread_table: String,
    /// Whether trading by API is allowed.
    pub api_trading: bool,
    /// Whether trading in the browser is allowed.
    pub online_trading: bool,
    /// Whether trading by telephone is allowed.
    pub phone_trading: bool,
    /// Type of the identification document.
    pub identification_type: Option<Identification>,
    /// Number of the identification document.
    pub identification_value: Option<String>,
}

/// A registered legal entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubAccount {
    /// Id of the sub-account.
    pub id: SubAccountId,
    /// Creation date and a number within that day, `181115-00063`.
    pub short_reference: String,
    /// Whether it is the owner's main account, created from their profile.
    pub main: bool,
    /// Details of the entity.
    pub details: Details,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}
