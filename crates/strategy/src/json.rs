//! Definitions as JSON.

use crate::{
    definition::Definition,
    unreadable::Unreadable,
    validate::{DefinitionProblem, Fault, limits},
};

impl Definition {
    /// Parses and validates JSON.
    ///
    /// # Errors
    /// All problems found, each with its location.
    pub fn from_json(text: &str) -> Result<Self, Vec<DefinitionProblem>> {
        let whole = |fault| vec![DefinitionProblem { at: String::new(), fault }];
        if text.len() > limits::JSON {
            return Err(whole(Fault::TooLong));
        }
        let read: Self =
            serde_json::from_str(text).map_err(|error| whole(Fault::NotReadable(located(text, &error))))?;
        read.validate()?;
        Ok(read)
    }

    /// Serializes to canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Maps only have string keys, so serializing to memory cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The parser's error with its field, which a second, slower pass finds.
fn located(text: &str, error: &serde_json::Error) -> Unreadable {
    let tracked =
        serde_path_to_error::deserialize::<_, Definition>(&mut serde_json::Deserializer::from_str(text));
    // Text after a complete definition is in no field.
    let field = tracked.err().map(|tracked| tracked.path().to_string());
    Unreadable::new(field.as_deref().unwrap_or_default(), error)
}
