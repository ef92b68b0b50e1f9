//! Texts of the API reference, apart from those of the document.

use super::table;

table! {
    /// The API reference.
    Words, words {
        title: "API reference",
        lead: "The HTTP APIs of Slipstream: its own API under /v1, and APIs compatible with 3Commas, Lumetrade and Currencycloud. All follow the same rules.",
        count(count): plural {
            one: "{count} operation. Open it, or search this page in your browser.",
            other: "{count} operations. Open one, or search this page in your browser.",
        },
        machine: "OpenAPI document",
        index: "Operation groups",
        headers: "Credentials",
        open: "none",
        link: "Link to this operation",
        parameters: "Parameters",
        body: "Body",
        fields: "Body fields",
        name: "Name",
        place: "In",
        kind: "Type",
        needed: "Required",
        meaning: "Description",
        required: "yes",
        optional: "no",
        call: "Example",
        answers: "Responses",
    }
}
