//! Texts of the page about one sub-account.

use super::table;
use domain::sub_account::Identification;

table! {
    /// The fields of a sub-account.
    Sub, sub {
        add_title: "Add a sub-account",
        edit_title(reference): "Sub-account {reference}",
        lead: "Details of the legal entity that owns the account.",
        account_name: "Account name",
        legal_entity_type: "Legal entity type",
        company: "Company",
        individual: "Individual",
        street: "Street",
        city: "City",
        postal_code: "Postal code",
        state_or_province: "State or province",
        state_hint: "Two-letter code. Required in the US, Canada and Mexico.",
        country: "Country",
        brand: "Brand",
        your_reference: "Your reference",
        status: "Status",
        enabled: "Enabled",
        enabled_no_trading: "Enabled, no trading",
        disabled: "Disabled",
        spread_table: "Spread table",
        identification_type: "Document type",
        identification_value: "Document number",
        no_document: "None",
        drivers_license: "Driver's license",
        social_security_number: "Social security number",
        green_card: "Green card",
        passport: "Passport",
        visa: "Visa",
        matricula_consular: "Matrícula consular",
        registro_federal_de_contribuyentes: "Registro federal de contribuyentes",
        credential_de_elector: "Credencial de elector",
        social_insurance_number: "Social insurance number",
        citizenship_papers: "Citizenship papers",
        drivers_license_canadian: "Driver's license (Canada)",
        existing_credit_card_details: "Existing credit card details",
        employer_identification_number: "Employer identification number",
        national_id: "National ID",
        others: "Others",
        incorporation_number: "Incorporation number",
        api_trading: "API trading",
        online_trading: "Online trading",
        phone_trading: "Phone trading",
        yes: "Allowed",
        no: "Not allowed",
        save: "Save sub-account",
    }
}

impl Sub {
    /// The name of a kind of document.
    pub(crate) const fn identification(&self, kind: Identification) -> &'static str {
        match kind {
            Identification::None => self.no_document,
            Identification::DriversLicense => self.drivers_license,
            Identification::SocialSecurityNumber => self.social_security_number,
            Identification::GreenCard => self.green_card,
            Identification::Passport => self.passport,
            Identification::Visa => self.visa,
            Identification::MatriculaConsular => self.matricula_consular,
            Identification::RegistroFederal => self.registro_federal_de_contribuyentes,
            Identification::CredencialDeElector => self.credential_de_elector,
            Identification::SocialInsuranceNumber => self.social_insurance_number,
            Identification::CitizenshipPapers => self.citizenship_papers,
            Identification::DriversLicenseCanadian => self.drivers_license_canadian,
            Identification::ExistingCreditCardDetails => self.existing_credit_card_details,
            Identification::EmployerIdentificationNumber => self.employer_identification_number,
            Identification::NationalId => self.national_id,
            Identification::Others => self.others,
            Identification::IncorporationNumber => self.incorporation_number,
        }
    }
}
