//! Texts of the page about one sub-account.

use super::table;

table! {
    /// The fields of a sub-account.
    Sub, sub {
        add_title: "Add a sub-account",
        edit_title: "Sub-account {}",
        lead: "A legal entity that you keep on the books.",
        account_name: "Account name",
        legal_entity_type: "Legal entity",
        company: "Company",
        individual: "Individual",
        street: "Street",
        city: "City",
        postal_code: "Postal code",
        state_or_province: "State or province",
        state_hint: "Two letters; needed in the US, Canada and Mexico.",
        country: "Country",
        country_hint: "Two capital letters, such as GB.",
        brand: "Brand",
        your_reference: "Your reference",
        status: "Status",
        enabled: "Enabled",
        enabled_no_trading: "Enabled, no trading",
        disabled: "Disabled",
        spread_table: "Spread table",
        identification_type: "Document",
        identification_value: "Document number",
        no_document: "None given",
        api_trading: "Trading by program",
        online_trading: "Trading in the browser",
        phone_trading: "Trading by telephone",
        yes: "Yes",
        no: "No",
        save: "Save",
    }
}
