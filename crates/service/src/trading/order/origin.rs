//! Where the orders of a closed position came from.

use super::{
    intent::{Request, read},
    legs::Role,
};
use crate::{error::Result, trading::Trading};
use domain::{
    Decimal, ExchangeKeyId, IntentId, client_order_id::is_liquidation, closed_trade::ExitReason, copy::Exit,
};

/// The intent that opened a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// The intent; the id of its copy, if it has one, is the same.
    pub(crate) intent: IntentId,
    /// Stop price that was requested.
    pub(crate) stop: Option<Decimal>,
}

/// Returns the intent of the order that opened a position of `key`; `None` for an order that Slipstream did not send there.
pub(crate) async fn opening_of(
    desk: &Trading,
    key: ExchangeKeyId,
    client_order_id: &str,
) -> Result<Option<Opening>> {
    let origin = store::intent::origin_of(&desk.db, key, client_order_id).await?;
    let Some(origin) = origin else { return Ok(None) };
    // The request of a later version is no reason to hide the trade.
    let request = read::<Request>(&origin.request).ok();
    let stop = request.as_ref().and_then(Request::opens).and_then(|order| order.stop);
    Ok(Some(Opening { intent: origin.intent_id, stop: stop.map(|stop| stop.trigger) }))
}

/// Returns the trade whose order has this client order id: the trade that it opens, or of which it closes a part; `None` for an
/// order that closes a whole position, and for one that Slipstream did not send.
pub(crate) async fn trade_of(
    desk: &Trading,
    key: ExchangeKeyId,
    client_order_id: &str,
) -> Result<Option<IntentId>> {
    let origin = store::intent::origin_of(&desk.db, key, client_order_id).await?;
    let Some(origin) = origin else { return Ok(None) };
    if !matches!(Role::parse(&origin.role), Some(Role::Close | Role::Cancel) | None) {
        return Ok(Some(origin.intent_id));
    }
    Ok(read::<Request>(&origin.request).ok().and_then(|request| closed_trade_of(&request)))
}

/// Returns the trade of which a request closes a part, or all.
pub(super) const fn closed_trade_of(request: &Request) -> Option<IntentId> {
    match request {
        Request::Reduce(reducing) => reducing.trade,
        Request::Exit(exiting) => Some(IntentId(exiting.copy.0)),
        _ => None,
    }
}

/// Returns why a position of `key` was closed, from the order of its last fill.
pub(crate) async fn exit_of(desk: &Trading, key: ExchangeKeyId, client_order_id: &str) -> Result<ExitReason> {
    if is_liquidation(client_order_id) {
        return Ok(ExitReason::Liquidation);
    }
    let origin = store::intent::origin_of(&desk.db, key, client_order_id).await?;
    let Some(origin) = origin else { return Ok(ExitReason::Elsewhere) };
    Ok(match Role::parse(&origin.role) {
        Some(Role::Stop) => ExitReason::Stop,
        Some(Role::Target) => ExitReason::Target,
        Some(Role::Rescue) => {
            let over = store::automation::is_over(&desk.db, origin.intent_id).await?;
            if over { ExitReason::TimeLimit } else { ExitReason::Unprotected }
        }
        _ => read::<Request>(&origin.request).map_or(ExitReason::Manual, |request| by_request(&request)),
    })
}

/// The reason of a position that its intent closed on purpose.
const fn by_request(request: &Request) -> ExitReason {
    match request {
        Request::Reduce(reducing) if reducing.copy.is_some() => ExitReason::Signal,
        Request::Open(_)
        | Request::Adopt(_)
        | Request::Close
        | Request::Protect(_)
        | Request::Reduce(_)
        | Request::Add(_)
        | Request::CancelEntries => ExitReason::Manual,
        Request::Panic => ExitReason::Panic,
        Request::Enter(_) => ExitReason::Signal,
        Request::Exit(exiting) => match exiting.why {
            Exit::Stop => ExitReason::Stop,
            Exit::Target => ExitReason::Target,
            Exit::Signal => ExitReason::Signal,
            Exit::Owner => ExitReason::Owner,
            Exit::Panic => ExitReason::Panic,
            Exit::Unprotected => ExitReason::Unprotected,
            Exit::TimeLimit => ExitReason::TimeLimit,
            Exit::Manual => ExitReason::Manual,
            Exit::Rule => ExitReason::Rule,
            Exit::Elsewhere | Exit::Unwatched => ExitReason::Elsewhere,
        },
    }
}
