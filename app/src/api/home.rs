//! Forms of the dashboard.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trade::side_of_position, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::DeskNotice,
};
use domain::{ExchangeKeyId, Refusal, Symbol};
use leptos::prelude::*;
use service::{Error, trading::order};

/// Closes a position at the market price, and returns to the dashboard.
#[server(endpoint = "open-position-close")]
pub async fn close_open_position(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)]
    #[server(rename = "positionSide")]
    side: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let closed = match (key.parse::<ExchangeKeyId>(), symbol.parse::<Symbol>(), side_of_position(&side)) {
        (Ok(key), Ok(symbol), Ok(side)) => order::close_side(&visit.desk, &actor, key, &symbol, side).await,
        (Err(_), ..) => Err(Error::NotFound),
        (_, Err(_), _) => Err(Error::Refused(Refusal::SymbolInvalid)),
        (.., Err(error)) => Err(error),
    };
    let done = closed.map(|()| Done::at("/dashboard").with_notice(DeskNotice::PositionClosed));
    form("open-position-close", "/dashboard").answer(&visit, done).await
}
