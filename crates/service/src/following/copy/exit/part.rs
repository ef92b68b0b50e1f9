//! Partial exits: a signal closes a share of each follower's position. What is left keeps its stop, and its take-profits
//! are fitted. The first intent decides how much is left, so that attempts after a refusal or a crash close no more.

use super::{after_first, failure_of, nothing_open};
use crate::{
    error::{Error, Result},
    following::{
        SharedFollowing,
        copy::{follow_up, outcome::AttemptOutcome},
    },
    trading::{
        market,
        order::{self, Access, BeginCondition, Reducing, copied},
    },
};
use domain::{
    Decimal, IntentId, PositionSide, Side, TradeType,
    copy::{Reason, WaitReason},
    figures,
    trade::partial_exit,
};
use store::{
    copy::{CopyTrade, Work},
    group_commit::CommitOutcome as Written,
};

/// Closes `percent` of the position that `copy` opened. The caller holds the per-market lock.
pub(super) async fn reduce(
    desk: &SharedFollowing,
    access: &Access,
    work: &Work,
    copy: &CopyTrade,
    percent: Decimal,
) -> Result<AttemptOutcome> {
    match order::complete_changes(desk, access, &copy.symbol).await {
        Err(Error::Unavailable { .. }) => return Ok(AttemptOutcome::Later(WaitReason::EarlierOrder)),
        completed => completed?,
    }
    let side = copy.side.ok_or_else(|| Error::fault("an open copy has no side"))?;
    let Some(held) = held(desk, access, copy, side).await? else {
        return if follow_up::settle_if_ended(desk, access, copy, false).await? {
            Ok(AttemptOutcome::Later(WaitReason::ExchangeSilent))
        } else {
            nothing_open(desk, work).await
        };
    };
    let planned = copied::planned_reduction(desk, IntentId(work.id.0)).await?;
    let left = match &planned {
        Some(planned) => planned.left,
        None => {
            let market = market::find_market(desk, TradeType::Futures, &copy.symbol).await?;
            // The rest of the position belongs to the account's owner.
            let own = match copy.amount {
                Some(amount) => copied::remaining(desk, copy.id, amount.0).await?.min(held),
                None => held,
            };
            match partial_exit(own, percent, &market) {
                Some(amount) => held - amount,
                None => {
                    let least = figures::decimal(market.min_amount);
                    return Ok(AttemptOutcome::No(Reason::BelowMinimum, Some(least)));
                }
            }
        }
    };
    if held <= left {
        return Ok(AttemptOutcome::Exited);
    }
    let trade = Some(IntentId(copy.id.0));
    let reducing = Reducing { trade, side, amount: held - left, left, copy: Some(copy.id) };
    let first = planned.is_none();
    if send(desk, access, work, copy, reducing, first).await? == Written::Conflict {
        return Ok(AttemptOutcome::Later(WaitReason::EarlierOrder));
    }
    if first {
        return after_first(desk, work).await;
    }
    let now = self::held(desk, access, copy, side).await?;
    Ok(match now.filter(|held| *held > left) {
        Some(_) => AttemptOutcome::Refused(failure_of(work.detail.as_deref())),
        None => AttemptOutcome::Exited,
    })
}

/// Writes the intent, then carries it out. The first one takes the id of the exit's copy, so that both end in one
/// transaction.
async fn send(
    desk: &SharedFollowing,
    access: &Access,
    work: &Work,
    copy: &CopyTrade,
    reducing: Reducing,
    first: bool,
) -> Result<Written> {
    let (id, begin) = if first {
        (IntentId(work.id.0), BeginCondition::Exit { copy: work.id })
    } else {
        (IntentId::mint(&*desk.clock, &*desk.entropy), BeginCondition::Close { copy: copy.id })
    };
    let intent = copied::reducing(desk, id, access, copy.symbol.clone(), reducing);
    let written = copied::work(desk, access, intent, begin).await?;
    desk.accounts.note_order(copy.exchange_key_id);
    Ok(written)
}

/// Returns the size of the position on the side of the copy; `None` if there is none.
async fn held(
    desk: &SharedFollowing,
    access: &Access,
    copy: &CopyTrade,
    side: Side,
) -> Result<Option<Decimal>> {
    let answer = desk.exchange.position_for_stop(&access.who, &copy.symbol).await;
    let position = access.take(desk, answer).await?;
    let ours = position.filter(|position| position.side == PositionSide::opened_by(side));
    Ok(ours.map(|position| position.contracts))
}
