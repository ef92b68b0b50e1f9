//! The unchecked fields of a sub-account, and their validation.

use super::{BRAND, Details, FIELDS, Identification, LegalEntity, SPREAD_TABLE, Status, longest};
use crate::validation::{FieldProblem, Problem};
use std::collections::BTreeMap;

/// Fields as received: unchecked text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubAccountDraft(BTreeMap<String, String>);

impl SubAccountDraft {
    /// Creates a draft of the given fields.
    pub fn new(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// Returns a field, if it was given.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Returns the names of the given fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Validates the fields individually and together: all fields of a new account, or changes to `base`. The
    /// caller has to check whether the brand exists.
    ///
    /// # Errors
    /// Every problem, in the order of [`FIELDS`], unknown fields last.
    pub fn check(&self, base: Option<&Details>) -> Result<Details, Vec<FieldProblem>> {
        let mut check = Check { draft: self, problems: Vec::new() };
        let details = check.details(base);
        let unknown = self.0.keys().filter(|name| !FIELDS.contains(&name.as_str()));
        check.problems.extend(unknown.map(|name| FieldProblem::new(name, Problem::Unknown)));
        if check.problems.is_empty() { Ok(details) } else { Err(check.problems) }
    }
}

struct Check<'a> {
    draft: &'a SubAccountDraft,
    problems: Vec<FieldProblem>,
}

impl Check<'_> {
    fn details(&mut self, base: Option<&Details>) -> Details {
        let kept = |of: fn(&Details) -> &String| base.map(of);
        let legal = base.map(|b| b.legal_entity_type);
        let mut details = Details {
            account_name: self.name(kept(|b| &b.account_name)),
            brand: self.brand(kept(|b| &b.brand)),
            your_reference: self.optional("your_reference", base.and_then(|b| b.your_reference.clone())),
            status: self
                .word("status", Status::parse, Some(base.map_or(Status::Enabled, |b| b.status)))
                .unwrap_or(Status::Enabled),
            legal_entity_type: self
                .word("legal_entity_type", LegalEntity::parse, legal)
                .unwrap_or(LegalEntity::Company),
            street: self.line("street", kept(|b| &b.street)),
            city: self.line("city", kept(|b| &b.city)),
            postal_code: self.line("postal_code", kept(|b| &b.postal_code)),
            state_or_province: None,
            country: String::new(),
            spread_table: self.spread_table(kept(|b| &b.spread_table)),
            api_trading: self.flag("api_trading", base.is_none_or(|b| b.api_trading)),
            online_trading: self.flag("online_trading", base.is_none_or(|b| b.online_trading)),
            phone_trading: self.flag("phone_trading", base.is_none_or(|b| b.phone_trading)),
            identification_type: None,
            identification_value: None,
        };
        self.place(base, &mut details);
        self.identification(base, &mut details);
        self.problems
            .sort_by_key(|p| FIELDS.iter().position(|field| *field == p.field).unwrap_or(FIELDS.len()));
        details
    }

    fn fail(&mut self, field: &str, problem: Problem) {
        self.problems.push(FieldProblem::new(field, problem));
    }

    /// Returns the field if it was given, and reports what no field may have: too many characters, or control
    /// characters, which Postgres would not store.
    fn given(&mut self, field: &str) -> Option<String> {
        let text = self.draft.get(field)?.to_owned();
        if text.chars().count() > longest(field) && field != "state_or_province" {
            self.fail(field, Problem::TooLong);
        } else if text.chars().any(char::is_control) {
            self.fail(field, Problem::NotText);
        }
        Some(text)
    }

    fn name(&mut self, kept: Option<&String>) -> String {
        match (self.given("account_name"), kept) {
            (Some(name), _) => {
                if name.trim().is_empty() {
                    self.fail("account_name", Problem::TooShort);
                }
                name
            }
            (None, Some(kept)) => kept.clone(),
            (None, None) => {
                self.fail("account_name", Problem::Required);
                String::new()
            }
        }
    }

    fn brand(&mut self, kept: Option<&String>) -> String {
        let brand = self.given("brand");
        if brand.as_ref().is_some_and(String::is_empty) {
            self.fail("brand", Problem::TooShort);
        }
        brand.unwrap_or_else(|| kept.map_or_else(|| BRAND.to_owned(), Clone::clone))
    }

    /// Returns a required address line. It must not be missing or emptied.
    fn line(&mut self, field: &str, kept: Option<&String>) -> String {
        let text = self.given(field).or_else(|| kept.cloned()).unwrap_or_default();
        let untouched = self.draft.get(field).is_none() && kept.is_some();
        if text.trim().is_empty() && !untouched {
            self.fail(field, Problem::Required);
        }
        text
    }

    fn optional(&mut self, field: &str, kept: Option<String>) -> Option<String> {
        match self.given(field) {
            Some(text) => Some(text).filter(|text| !text.is_empty()),
            None => kept,
        }
    }

    fn spread_table(&mut self, kept: Option<&String>) -> String {
        let given = self.given("spread_table").filter(|text| !text.is_empty());
        given.unwrap_or_else(|| kept.map_or_else(|| SPREAD_TABLE.to_owned(), Clone::clone))
    }

    fn word<T>(&mut self, field: &str, parse: fn(&str) -> Option<T>, kept: Option<T>) -> Option<T> {
        let value = match self.draft.get(field) {
            Some(word) => parse(word),
            None => kept,
        };
        if value.is_none() {
            self.fail(field, Problem::NotInRange);
        }
        value
    }

    fn flag(&mut self, field: &str, kept: bool) -> bool {
        match self.draft.get(field) {
            None => kept,
            Some("true") => true,
            Some("false") => false,
            Some(_) => {
                self.fail(field, Problem::NotInRange);
                kept
            }
        }
    }

    fn place(&mut self, base: Option<&Details>, details: &mut Details) {
        details.country = self.line("country", base.map(|b| &b.country));
        let letters = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        let short = details.country.chars().count() <= longest("country");
        if self.draft.get("country").is_some_and(|c| !c.trim().is_empty())
            && short
            && !letters(&details.country)
        {
            self.fail("country", Problem::NotLetterCode);
        }
        details.state_or_province =
            self.optional("state_or_province", base.and_then(|b| b.state_or_province.clone()));
        let needed = ["US", "CA", "MX"].contains(&details.country.as_str());
        match &details.state_or_province {
            Some(state) if !letters(state) => self.fail("state_or_province", Problem::NotLetterCode),
            None if needed => self.fail("state_or_province", Problem::Required),
            _ => {}
        }
    }

    /// Checks the identification document: type and number must both be given, or neither.
    fn identification(&mut self, base: Option<&Details>, details: &mut Details) {
        let (kind, value) = ("identification_type", "identification_value");
        details.identification_type = match self.draft.get(kind) {
            Some("") => None,
            Some(word) => {
                let parsed = Identification::parse(word);
                if parsed.is_none() {
                    self.fail(kind, Problem::NotInRange);
                    return;
                }
                parsed
            }
            None => base.and_then(|b| b.identification_type),
        };
        let text = self.draft.get(value).map(str::to_owned);
        if text
            .as_ref()
            .is_some_and(|v| v.chars().count() > longest(value) || v.chars().any(char::is_control))
        {
            self.fail(value, Problem::NotInRange);
            return;
        }
        let text = text.or_else(|| base.and_then(|b| b.identification_value.clone()));
        details.identification_value = text.filter(|v| !v.trim().is_empty());
        let document = details.identification_type.filter(|kind| *kind != Identification::None);
        match (document, &details.identification_value) {
            (Some(_), None) => self.fail(value, Problem::OtherHalfMissing),
            (None, Some(_)) => self.fail(kind, Problem::OtherHalfMissing),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draft(changes: &[(&str, &str)]) -> SubAccountDraft {
        let good = [
            ("account_name", "My Example Account"),
            ("legal_entity_type", "company"),
            ("street", "My Example Street"),
            ("city", "My Example City"),
            ("postal_code", "Example Code"),
            ("country", "GB"),
        ];
        let own = |(field, value): &(&str, &str)| ((*field).to_owned(), (*value).to_owned());
        SubAccountDraft::new(good.iter().map(own).chain(changes.iter().map(own)))
    }

    fn problems_of(draft: &SubAccountDraft) -> Vec<(String, Problem)> {
        let problems = draft.check(None).err().unwrap_or_default();
        problems.into_iter().map(|p| (p.field, p.problem)).collect()
    }

    #[test]
    fn missing_fields_have_their_defaults() {
        let details = draft(&[]).check(None).unwrap();
        assert_eq!((details.brand.as_str(), details.spread_table.as_str()), (BRAND, SPREAD_TABLE));
        assert_eq!(details.status, Status::Enabled);
        assert!(details.api_trading && details.online_trading && details.phone_trading);
    }

    #[test]
    fn all_problems_are_returned_in_order() {
        let nothing: Vec<_> = problems_of(&SubAccountDraft::default());
        let fields: Vec<_> = nothing.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["account_name", "legal_entity_type", "street", "city", "postal_code", "country"]);
        assert_eq!(problems_of(&draft(&[("colour", "red")])), [("colour".to_owned(), Problem::Unknown)]);
    }

    #[test]
    fn some_countries_have_states() {
        for country in ["US", "CA", "MX"] {
            let problem = ("state_or_province".to_owned(), Problem::Required);
            assert_eq!(problems_of(&draft(&[("country", country)])), [problem]);
            assert!(draft(&[("country", country), ("state_or_province", "CA")]).check(None).is_ok());
        }
        let problem = ("state_or_province".to_owned(), Problem::NotLetterCode);
        assert_eq!(problems_of(&draft(&[("state_or_province", "Texas")])), [problem]);
    }

    #[test]
    fn a_document_has_both_halves() {
        let of = |kind: &str, value: &str| {
            problems_of(&draft(&[("identification_type", kind), ("identification_value", value)]))
        };
        assert_eq!(of("passport", "X1"), []);
        assert_eq!(of("none", ""), []);
        assert_eq!(of("passport", ""), [("identification_value".to_owned(), Problem::OtherHalfMissing)]);
        assert_eq!(of("", "X1"), [("identification_type".to_owned(), Problem::OtherHalfMissing)]);
        assert_eq!(of("library_card", "X1"), [("identification_type".to_owned(), Problem::NotInRange)]);
    }

    #[test]
    fn a_change_keeps_the_rest_and_is_checked_with_it() {
        let before = draft(&[("your_reference", "7")]).check(None).unwrap();
        let change = |field: &str, value: &str| SubAccountDraft::new([(field.to_owned(), value.to_owned())]);
        let after = change("city", "York").check(Some(&before)).unwrap();
        assert_eq!((after.city.as_str(), &after.your_reference), ("York", &before.your_reference));
        assert!(change("country", "US").check(Some(&before)).is_err());
        assert!(change("street", "").check(Some(&before)).is_err());
        assert_eq!(SubAccountDraft::default().check(Some(&before)), Ok(before));
    }

    proptest! {
        #[test]
        fn checked_fields_are_never_too_long(
            fields in proptest::collection::btree_map("[a-z_]{1,12}|account_name|country|brand", ".{0,300}", 0..6)
        ) {
            if let Ok(details) = SubAccountDraft::new(fields).check(None) {
                prop_assert!(details.account_name.chars().count() <= 150);
                prop_assert_eq!(details.country.len(), 2);
            }
        }
    }
}
