//! Lists, newest first and paginated.

use super::form::Form;
use crate::{
    books::{Books, Object},
    failure::CheckoutFailure,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One page of the objects that match a filter.
pub(super) fn list<T: Object>(
    books: &Books,
    base: &str,
    url: &str,
    form: &Form,
    all: &BTreeMap<String, T>,
    wanted: impl Fn(&T) -> bool,
) -> Result<Value, CheckoutFailure> {
    let limit = form.read::<usize>(&["limit"])?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(CheckoutFailure::Param("limit", "Invalid limit: must be from 1 to 100.".to_owned()));
    }
    let mut found: Vec<&T> = all.values().filter(|item| wanted(item)).collect();
    found.sort_by_key(|item| std::cmp::Reverse(item.made().serial));
    if let Some(after) = form.text(&["starting_after"]) {
        let serial = all.get(after).map(|item| item.made().serial);
        let serial = serial.ok_or_else(|| CheckoutFailure::Missing(format!("No such object: '{after}'")))?;
        found.retain(|item| item.made().serial < serial);
    }
    let data: Vec<Value> = found.iter().take(limit).map(|item| item.json(books, base)).collect();
    Ok(json!({"object": "list", "data": data, "has_more": found.len() > limit, "url": format!("/v1/{url}")}))
}

/// One object.
pub(super) fn one<T: Object>(
    books: &Books,
    base: &str,
    all: &BTreeMap<String, T>,
    id: &str,
) -> Result<Value, CheckoutFailure> {
    let found = all.get(id).map(|item| item.json(books, base));
    found.ok_or_else(|| CheckoutFailure::Missing(format!("No such object: '{id}'")))
}
