//! Which reports a person gets.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader};
use crate::answer::{Done, Failure};
use leptos::prelude::*;
use service::report::{self, Wanted};

/// Switches the reports of weeks and of months on or off: what is not ticked is not sent along.
#[server(endpoint = "report-settings")]
pub async fn set_reports(
    #[server(default)] weekly: String,
    #[server(default)] monthly: String,
) -> Result<Done, Failure> {
    let (visit, actor) = trader()?;
    let wanted = Wanted { weekly: weekly == "true", monthly: monthly == "true" };
    let set = report::want(&visit.desk, &actor, wanted).await;
    let done = set.map(|()| Done::at("/reports").saying("reports-set"));
    form("report-settings", "/reports").answer(&visit, done).await
}
