//! Orders that are rejected after their list or the cancellation of another order has been accepted.

use crate::engine::{Order, Reject, RejectReason, Status, markets::MarketState};

/// Turns an order into a rejected one.
pub(super) fn mark(markets: &MarketState, order: &mut Order, reject: &Reject) {
    order.status = Status::Rejected;
    order.updated = markets.now;
    let terms = order.terms_mut();
    terms.working_since = None;
    terms.reject = Some(reason(reject));
}

/// The reason that the streams report for a rejection.
fn reason(reject: &Reject) -> RejectReason {
    match reject {
        r if *r == Reject::insufficient_balance() => RejectReason::Balance,
        r if *r == Reject::stop_would_trigger() => RejectReason::Trigger,
        r if *r == Reject::would_match() => RejectReason::Match,
        r if *r == Reject::oco_prices() => RejectReason::OcoPrices,
        _ => RejectReason::Other,
    }
}
