//! Forms for API clients.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    form::{Form, form},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
};
use domain::{Micros, time::DAY, validation::Problem};
use leptos::prelude::*;
use service::{
    Error,
    identity::api_client::{self, NewClient},
};

const PAGE: &str = "/settings/api-clients";

/// Creates an API client. Its page shows the secret once.
#[server(endpoint = "client-create")]
pub async fn create_client(
    #[server(default)] name: String,
    #[server(default)] permissions: Vec<String>,
    #[server(default)] addresses: String,
    #[server(default)]
    #[server(rename = "rsaPublicKey")]
    rsa: String,
    #[server(default)]
    #[server(rename = "expiresAt")]
    expires: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("client-create", format!("{PAGE}#add"))
        .keep("name", &name)
        .keep("addresses", &addresses)
        .keep("rsaPublicKey", &rsa)
        .keep("expiresAt", &expires);
    let answer = permissions.iter().fold(answer, |form, word| form.keep("permissions", word));
    let networks = addresses.split([' ', ',', '\n', '\r']).filter(|text| !text.is_empty());
    let networks = networks.map(str::to_owned).collect();
    let made = match end_of_day(&expires) {
        Ok(expires_at) => {
            let rsa_public_key = Some(rsa).filter(|pem| !pem.trim().is_empty());
            let new = NewClient { name, permissions, rsa_public_key, networks, expires_at };
            api_client::create(&visit.desk, &actor, &visit.origin, new).await
        }
        Err(error) => Err(error),
    };
    let done = made.map(|made| {
        let details = vec![(made.client.id.to_string(), made.secret.to_string())];
        Done::at(PAGE).with_notice(PageNotice::ClientMade).about(made.client.name).with_details(details)
    });
    answer.answer(&visit, done).await
}

/// The end of a day; `None` for an empty field.
fn end_of_day(day: &str) -> Result<Option<Micros>, Error> {
    match day.trim() {
        "" => Ok(None),
        day => match Micros::from_date(day) {
            Some(start) => Ok(Some(start.plus(DAY))),
            None => Err(Error::field("expiresAt", Problem::NotDate)),
        },
    }
}

/// Revokes an API client.
#[server(endpoint = "client-revoke")]
pub async fn revoke_client(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let revoked = match id.parse() {
        Ok(id) => api_client::revoke(&visit.desk, &actor, &visit.origin, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let answer: Form = form("client-revoke", PAGE);
    let done = revoked.map(|name| Done::at(PAGE).with_notice(PageNotice::ClientRevoked).about(name));
    answer.answer(&visit, done).await
}
