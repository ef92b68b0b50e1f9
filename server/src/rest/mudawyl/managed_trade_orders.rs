//! Orders of trades: a new one, an increase, and a reversal. Not in the original document.

use super::{
    error::{MudawylFailure, OpeningErrors, PrivateErrors, StaleVersion},
    managed_trade::{Versioned, refused, version_of, versioned},
    order::once_of,
    present::ManagedTradeDetails,
    protection_fields::targets_of,
    raw_request::{FieldLocation, RawRequest},
    trade_automation::{automation_of, placed_stop_of},
    trade_bodies::{TradeAddBody, TradeBody, TradeReverseBody},
    validate::{Check, decimal, flag, id, word},
};
use crate::rest::auth::Trader;
use axum::extract::State;
use domain::{
    Decimal, ExchangeKeyId, IntentId, Side,
    ticket::TradeEntryType,
    trade::StopChange,
    validation::{FieldProblem, Problem},
};
use service::{
    Actor, Error, SharedDesk,
    trading::order::{
        self, AddSize, LimitClose, NewTrade,
        trade::{self, TradeListRequest, TradeRow, TradeStatus},
    },
};

/// Trades among which the reduced one is: those that share a position of the market, and in hedge mode those of both sides.
const NEWEST: u16 = 100;

/// Create Trade
///
/// Places an order as "Create Manual Order" does, with a stop loss and take profits of unequal shares. Beside an open trade of
/// the same side it opens another one: both share the position, each with its own amount, stop loss and take profits. Anything
/// else that is open on the market is a 409 unless `replace` is true; in hedge mode only the position of the order's side counts,
/// and one on the other side stays open. An OCO is run by Slipstream, which cancels the other order when one fills: while
/// Slipstream is off, and in one jump of the price, both can fill, and then what exceeds `amount` is closed at the market price.
/// With `reduceOnly` it closes an amount of the open trade instead, of several the oldest first, with a LIMIT order when its price
/// is reached. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/trade",
    operation_id = "createTrade",
    tag = "Exchange Order Execute",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Key chosen by the caller, at most 200 characters.", max_length = 200),
    ),
    request_body = TradeBody,
    responses((status = 200, body = ManagedTradeDetails), PrivateErrors, OpeningErrors)
)]
pub(super) async fn create_managed_trade(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    if check.optional("reduceOnly", flag).unwrap_or(false) {
        return reduce(&desk, &actor, &request).await;
    }
    let key: Option<ExchangeKeyId> = check.required("exchangeKeyId", id(Problem::NotUuid));
    let stop = check.optional("stop", placed_stop_of).flatten();
    let stop = stop.and_then(|change| match change {
        StopChange::Set(stop) => Some(stop),
        StopChange::Remove { .. } => None,
    });
    let targets = check.optional("takeProfits", targets_of).unwrap_or_default();
    let automation = automation_of(&request, &mut check);
    let replace = check.optional("replace", flag).unwrap_or(false);
    let order = check.trade_ticket(stop, &targets, desk.clock.now());
    let once = once_of(&request, &mut check)?;
    let (key, order) = check.finish(key.zip(order))?;
    let once = once.map(|header| header.of(key.0, &request));
    let new = NewTrade { order, targets, replace, automation };
    let opened = order::open_trade(&desk, &actor, key, new, once).await;
    let opened = opened.map_err(|error| unopened(&request, error))?;
    versioned(&desk, &actor, opened).await
}

/// Closes an amount of the position of an open trade, as a reduce-only order would, and returns the trade.
async fn reduce(
    desk: &SharedDesk,
    actor: &Actor,
    request: &RawRequest,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let key: Option<ExchangeKeyId> = check.required("exchangeKeyId", id(Problem::NotUuid));
    let symbol = check.symbol();
    let kind = check.required("type", word(TradeEntryType::parse, Problem::NotOrderType));
    let price = match kind {
        Some(TradeEntryType::Limit) => check.required("price", positive).map(Some),
        Some(TradeEntryType::Market) | None => Some(None),
        Some(_) => {
            check.fail("reduceOnly", Problem::Contradicts);
            None
        }
    };
    let side = check.required("side", word(Side::parse, Problem::NotSide));
    let amount = check.required("amount", positive);
    let once = once_of(request, &mut check)?;
    let ((key, symbol), (part, price)) =
        check.finish(key.zip(symbol).zip(side.zip(amount).zip(kind.and(price))))?;
    let repeated = once.is_some();
    let once = once.map(|header| header.of(key.0, request));
    let of = |closed| TradeListRequest {
        closed,
        key: Some(key),
        symbol: Some(symbol.clone()),
        limit: NEWEST,
        ..TradeListRequest::default()
    };
    // In hedge mode the side determines which of the two positions is reduced.
    let reduced = |trade: &TradeRow| Some(trade.side.opposite()) == side;
    let mut trades = trade::list_trades(desk, actor, &of(false)).await?.items;
    // Of trades that share a position, the oldest is closed first.
    if trades.iter().any(|trade| trade.status == TradeStatus::Open) {
        trades.retain(|trade| trade.status == TradeStatus::Open);
        trades.reverse();
    }
    if trades.is_empty() && repeated {
        // A repeated request gets its answer although the trade has closed.
        trades = trade::list_trades(desk, actor, &of(true)).await?.items;
    }
    let trade = trades.iter().find(|trade| reduced(trade)).or(trades.first());
    let id = trade.map(|trade| trade.intent_id).ok_or(Error::NotFound)?;
    let reduced = match price {
        Some(price) => {
            let closing = LimitClose { side: part.0, amount: part.1, price };
            order::reduce_at_limit(desk, actor, key, &symbol, closing, once).await
        }
        None => order::reduce_position(desk, actor, key, &symbol, part, once).await,
    };
    reduced.map_err(|error| refused(request, error))?;
    versioned(desk, actor, id).await
}

/// Add to Trade
///
/// Increases the position of an open trade at the market price, on its side, by an `amount` or by the amount whose loss at the
/// stop loss is `riskPercent` of the balance. The stop loss covers the larger position before the order is sent, and the take
/// profits are fitted to it afterwards. The order is never sent late. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/trade/{id}/add",
    operation_id = "addToTrade",
    tag = "Exchange Order Execute",
    params(
        ("id" = String, Path, description = "TRADE_ID", format = Uuid),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the trade that the caller has seen."),
        ("Idempotency-Key" = Option<String>, Header, description = "Key chosen by the caller, at most 200 characters.", max_length = 200),
    ),
    request_body = TradeAddBody,
    responses((status = 200, body = ManagedTradeDetails), PrivateErrors, StaleVersion)
)]
pub(super) async fn add_to_managed_trade(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id: Option<IntentId> = check.path_id();
    let amount = check.optional("amount", positive);
    let percent = check.optional("riskPercent", decimal);
    let size = match (amount, percent) {
        (Some(amount), None) => Some(AddSize::Amount(amount)),
        (None, Some(percent)) => Some(AddSize::RiskPercent(percent)),
        (Some(_), Some(_)) => {
            check.fail("riskPercent", Problem::Contradicts);
            None
        }
        (None, None) => {
            if request.field(FieldLocation::Body, "amount").is_none()
                && request.field(FieldLocation::Body, "riskPercent").is_none()
            {
                check.fail("amount", Problem::Required);
            }
            None
        }
    };
    let once = once_of(&request, &mut check)?;
    let (id, size) = check.finish(id.zip(size))?;
    let once = once.map(|header| header.of(id.0, &request));
    let version = version_of(&request)?;
    let added = trade::add_to(&desk, &actor, id, size, version, once).await;
    added.map_err(|error| refused(&request, error))?;
    versioned(&desk, &actor, id).await
}

/// Reverse Trade
///
/// Closes the position of an open trade and opens one of the same size on the other side at the market price. Its stop loss is
/// on the other side of the price, as far away as before; it has no take profits. Returns the new trade. While another trade
/// shares the position it is a 422 at `trade`. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/trade/{id}/reverse",
    operation_id = "reverseTrade",
    tag = "Exchange Order Execute",
    params(
        ("id" = String, Path, description = "TRADE_ID", format = Uuid),
        ("Idempotency-Key" = Option<String>, Header, description = "Key chosen by the caller, at most 200 characters.", max_length = 200),
    ),
    request_body = TradeReverseBody,
    responses((status = 200, body = ManagedTradeDetails), PrivateErrors)
)]
pub(super) async fn reverse_managed_trade(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> Result<Versioned<ManagedTradeDetails>, MudawylFailure> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let id: Option<IntentId> = check.path_id();
    let confirmed = check.optional("confirmNoStop", flag).unwrap_or(false);
    let once = once_of(&request, &mut check)?;
    let id = check.finish(id)?;
    let once = once.map(|header| header.of(id.0, &request));
    let reversed = trade::reverse(&desk, &actor, id, confirmed, once).await;
    let reversed = reversed.map_err(|error| refused(&request, error))?;
    versioned(&desk, &actor, reversed).await
}

/// Maps the error of a new trade: what is open on the market is 409.
fn unopened(request: &RawRequest, error: Error) -> MudawylFailure {
    let open = |problem: &FieldProblem| problem.problem == Problem::PositionOpen;
    match error {
        Error::Fields(problems) if problems.iter().any(open) => MudawylFailure::PositionOpen,
        other => request.refuse(other),
    }
}

fn positive(value: &serde_json::Value) -> Result<Decimal, Problem> {
    let number = decimal(value)?;
    if number > Decimal::ZERO { Ok(number) } else { Err(Problem::NotPositive) }
}
