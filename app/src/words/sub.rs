//! Texts of the page about one sub-account.

use super::table;

table! {
    /// The fields of a sub-account.
    Sub, sub {
        add_title: "Add a sub-account",
        edit_title: "Sub-account {}",
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
        api_trading: "API trading",
        online_trading: "Online trading",
        phone_trading: "Phone trading",
        yes: "Allowed",
        no: "Not allowed",
        save: "Save sub-account",
    }
}
