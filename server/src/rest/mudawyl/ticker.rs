//! Public prices.

use super::{
    error::{HandlerResult, MudawylFailure, PrivateErrors},
    present::Ticker,
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, symbol, word},
};
use crate::rest::words;
use axum::{Json, extract::State};
use domain::{ExchangeId, Symbol, TradeType, validation::Problem};
use service::{Error, SharedDesk, trading::market};

/// Get Exchange Ticker
///
/// This endpoint retrieves the exchange symbol price ticker.
#[utoipa::path(
    get,
    path = "/v1/pub/exchange/ticker",
    operation_id = "getTicker",
    tag = "Public Data",
    params(
        ("exchangeId" = inline(Option<words::ExchangeId>), Query, description = "Exchange; BINANCE by default and the only one.", example = "BINANCE"),
        ("symbol" = Option<String>, Query, description = "Symbol; BTC/USDT by default.", example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$"),
        ("type" = inline(Option<words::TradeType>), Query, description = "SPOT or FUTURES; FUTURES by default.", example = "FUTURES"),
    ),
    responses((status = 200, body = Ticker, example = json!(super::examples::ticker())), PrivateErrors)
)]
pub(super) async fn get_ticker(State(desk): State<SharedDesk>, request: RawRequest) -> HandlerResult<Ticker> {
    let (kind, symbol) = wanted(&request)?;
    let ticker = market::get_ticker(&desk, kind, &symbol).await?;
    Ok(Json(Ticker::from(&ticker)))
}

fn wanted(request: &RawRequest) -> Result<(TradeType, Symbol), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Query);
    check.optional("exchangeId", word(ExchangeId::parse, Problem::NotExchange));
    let pair = check.optional("symbol", symbol);
    let kind = check.optional("type", word(TradeType::parse, Problem::NotTradeType));
    let (kind, pair) = check.finish(Some((kind, pair)))?;
    let pair = pair.map_or_else(|| "BTC/USDT".parse().map_err(Error::fault), Ok)?;
    Ok((kind.unwrap_or(TradeType::Futures), pair))
}
