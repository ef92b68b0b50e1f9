//! Texts of the API reference, apart from those of the document.

use super::table;

table! {
    /// The API reference.
    Words, words {
        title: "API reference",
        lead: "Everything the desk does over HTTP: its own API under /v1, and the surfaces that programs of 3Commas, Lumetrade and Currencycloud already speak. All of them follow the same rules.",
        count: "{} operations. Open one, or let the browser search this page.",
        machine: "The same as an OpenAPI document",
        index: "Groups of operations",
        headers: "Credentials",
        open: "none",
        link: "Link to this operation",
        parameters: "Parameters",
        body: "Body",
        fields: "Fields of the body",
        name: "Name",
        place: "In",
        kind: "Type",
        needed: "Required",
        meaning: "Meaning",
        required: "yes",
        optional: "no",
        call: "Example",
        answers: "Answers",
    }
}
