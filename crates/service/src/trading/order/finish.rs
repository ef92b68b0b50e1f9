//! The end of working an intent: records its outcome and answers the caller.

use super::{intent::Intent, protection::state::Watched, run::Halt};
use crate::{
    error::{Error, Result},
    trading::{Trading, key},
};
use domain::{
    Order, Refusal,
    copy::Reason,
    order_failure::{FailureCause, OrderFailure},
    validation::Problem,
};
use exchange::{Credentials, ExchangeFailure};
use store::intent::Status;

/// "The order could not be executed as maker".
const POST_ONLY_REJECTED: i64 = -5022;
/// "The order could not be filled immediately": of a fill-or-kill order.
const FILL_OR_KILL_REJECTED: i64 = -5021;

/// Records the outcome of the work, for which requests were signed with the credentials `who`, and returns the
/// caller's answer.
pub(super) async fn finish(
    desk: &Trading,
    who: &Credentials,
    intent: &mut Intent,
    outcome: std::result::Result<(), Halt>,
) -> Result<Vec<Order>> {
    let answer = match outcome {
        Ok(()) => {
            confirm(desk, intent);
            Ok(intent.answer())
        }
        Err(Halt::Refused(failure)) => {
            let refusal = refusal(&failure);
            // These have messages of their own, because the balance and the filters are no cause.
            let answer = match failure {
                ExchangeFailure::Refused { code: POST_ONLY_REJECTED, .. } => {
                    Error::field("price", Problem::WouldTake)
                }
                ExchangeFailure::Refused { code: FILL_OR_KILL_REJECTED, .. } => {
                    Error::field("timeInForce", Problem::NotFilledWhole)
                }
                _ if failure.is_of_mode() => mode_changed(),
                _ => refusal.into(),
            };
            let of_mode = failure.is_of_mode();
            intent.fail(refusal, Some(OrderFailure::from(&failure).into()), Some(reason(&failure)));
            key::disable_if_unauthorized::<()>(desk, intent.key, who, Err(failure)).await.err();
            if of_mode {
                plan_again(desk, who, intent).await?;
            }
            Err(answer)
        }
        Err(Halt::TooLate) => {
            let refusal = Refusal::ExchangeBadRequest;
            intent.fail(refusal, Some(FailureCause::SignalOld.into()), Some(Reason::TooOld));
            Err(refusal.into())
        }
        Err(Halt::Later(failure)) => {
            tracing::warn!(intent = %intent.id, %failure, "could not settle an order yet; the reconciliation job continues");
            wait(intent);
            if intent.filled_entry().is_some() || intent.request.changes() {
                desk.supervision.wake(intent.key, &intent.symbol);
            }
            Err(Error::Unavailable { retry_after_s: 2 })
        }
        Err(Halt::Fault(error)) => {
            wait(intent);
            Err(error)
        }
    };
    intent.save(desk).await?;
    desk.hub.request_refresh(intent.key, &intent.symbol);
    answer
}

/// The refusal of an order whose account is in the other position mode than when the order was planned.
pub(super) fn mode_changed() -> Error {
    Error::field("apiKey", Problem::AccountModeChanged)
}

/// Prepares the repetition of a request whose account is in the other position mode: reads the mode again, and lets the
/// idempotency key be used once more, because nothing was sent.
async fn plan_again(desk: &Trading, who: &Credentials, intent: &Intent) -> Result<()> {
    if let Err(error) = key::read_mode_again(desk, intent.key, who).await {
        tracing::debug!(key = %intent.key, %error, "could not read an account's mode; the next check does");
    }
    let mut tx = desk.db.begin().await?;
    store::intent::forget_idempotency(&mut tx, intent.id).await?;
    Ok(tx.commit().await?)
}

/// Lets a change of a trade that cannot be completed yet wait: the supervisor must not be kept from the position
/// meanwhile.
fn wait(intent: &mut Intent) {
    if intent.request.changes() && intent.status != Status::Done {
        intent.status = Status::Waiting;
    }
}

/// Notifies the supervisor of a position that has been entered and protected, or closed.
fn confirm(desk: &Trading, intent: &Intent) {
    if intent.request.opens().is_none() {
        desk.supervision.wake(intent.key, &intent.symbol);
        return;
    }
    if intent.status == Status::Done && intent.filled_entry().is_some() && intent.wanted_stop().is_some() {
        let watched = Watched { intent: intent.id, key: intent.key, symbol: intent.symbol.clone() };
        let streamed = desk.accounts.is_live(intent.key);
        desk.supervision.confirmed(watched, desk.clock.boot(), streamed);
    }
}

/// Maps an exchange failure to the caller's error.
const fn refusal(failure: &ExchangeFailure) -> Refusal {
    match failure {
        ExchangeFailure::Unauthorized => Refusal::KeyUnauthorized,
        ExchangeFailure::UnknownSymbol => Refusal::SymbolInvalid,
        _ => Refusal::ExchangeBadRequest,
    }
}

/// Maps an exchange failure to the reason shown to the copy's owner.
const fn reason(failure: &ExchangeFailure) -> Reason {
    match failure {
        ExchangeFailure::Unauthorized => Reason::KeyUnauthorized,
        ExchangeFailure::Limited(_)
        | ExchangeFailure::Unreachable
        | ExchangeFailure::Unknown(_)
        | ExchangeFailure::Expired => Reason::Unreachable,
        // Insufficient margin, leverage not available to this account, or position too large for it.
        ExchangeFailure::Refused { code: -2019 | -2027 | -2028 | -4028, .. } => Reason::Margin,
        ExchangeFailure::Refused { code: -1013 | -4164, .. } => Reason::BelowMinimum,
        failure if failure.is_of_mode() => Reason::AccountMode,
        ExchangeFailure::Refused { .. } | ExchangeFailure::UnknownSymbol => Reason::Refused,
    }
}
