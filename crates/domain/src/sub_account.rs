//! Sub-accounts: legal entities on the books, by the rules of Currencycloud's table
//! (seeds/currencycloud-accounts-create.txt).

mod draft;

pub use draft::Draft;

use crate::{Micros, SubAccountId, words};
use serde::{Deserialize, Serialize};

words! {
    /// What kind of legal entity it is.
    pub LegalEntity {
        /// A company.
        Company = "company",
        /// A person.
        Individual = "individual",
    }
}

words! {
    /// What the account may be used for.
    pub Status {
        /// Everything.
        Enabled = "enabled",
        /// Everything but trading.
        EnabledNoTrading = "enabled_no_trading",
        /// Nothing.
        Disabled = "disabled",
    }
}

words! {
    /// A document that says who somebody is.
    pub Identification {
        /// None.
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

/// The brand of an account that names none.
pub const BRAND: &str = "currencycloud";
/// The spread table of an account that names none.
pub const SPREAD_TABLE: &str = "no_markup";

/// The fields that a caller may give, in the order in which their problems are told.
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

/// The most characters of a field.
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

/// What a legal entity is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Its name.
    pub account_name: String,
    /// Whose look the pages wear.
    pub brand: String,
    /// The caller's own name for it.
    pub your_reference: Option<String>,
    /// What it may be used for.
    pub status: Status,
    /// Company or person.
    pub legal_entity_type: LegalEntity,
    /// First line of the address.
    pub street: String,
    /// City.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// Two letters; required in the US, Canada and Mexico.
    pub state_or_province: Option<String>,
    /// Two letters.
    pub country: String,
    /// The spread table.
    pub spread_table: String,
    /// May trade by program.
    pub api_trading: bool,
    /// May trade in the browser.
    pub online_trading: bool,
    /// May trade by telephone.
    pub phone_trading: bool,
    /// Which document says who it is.
    pub identification_type: Option<Identification>,
    /// The document's number.
    pub identification_value: Option<String>,
}

/// A legal entity on the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubAccount {
    /// Its id.
    pub id: SubAccountId,
    /// Date and number of that day, `181115-00063`.
    pub short_reference: String,
    /// The owner's own, made from their profile.
    pub main: bool,
    /// What it is known by.
    pub details: Details,
    /// When it was made.
    pub created_at: Micros,
    /// When it last changed.
    pub updated_at: Micros,
}
