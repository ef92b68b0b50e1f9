//! Definitions as JSON.

use crate::{
    definition::Definition,
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
        let read: Self = serde_json::from_str(text).map_err(|e| whole(Fault::NotReadable(e.to_string())))?;
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
