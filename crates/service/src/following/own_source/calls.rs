//! The newest calls of a source's webhook, for its owner.

use super::SourceVerdict;
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    messaging::notify::{Notification, NotificationEvent},
};
use domain::{
    Micros, SourceCallId, StrategyId,
    own_source::{KEPT_CALLS, SourceCall, Verdict},
    time::MINUTE,
};
use store::{
    own_source::{Call, OwnSource},
    strategy::Strategy,
};

/// The shortest time between two notices about refused alerts of one source.
const QUIET: i64 = 10 * MINUTE;

/// Returns the newest calls of one of the caller's sources, newest first.
///
/// # Errors
/// Not found.
pub async fn list_calls(desk: &Following, actor: &Actor, id: StrategyId) -> Result<Vec<SourceCall>> {
    store::own_source::get_source(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)?;
    let calls = store::own_source::list_calls(&desk.db, actor.user, id, KEPT_CALLS).await?;
    let shown = |call: Call| SourceCall {
        at: call.at,
        test: call.test,
        verdict: call.verdict,
        reason: call.reason,
        signal: call.signal_id,
        body: call.body,
    };
    Ok(calls.into_iter().map(shown).collect())
}

/// A call that was judged.
pub(super) struct JudgedCall<'a> {
    /// The source.
    pub(super) source: &'a OwnSource,
    /// The strategy that the source feeds.
    pub(super) strategy: &'a Strategy,
    /// The body as it arrived.
    pub(super) body: &'a [u8],
    /// Whether it was a test by the owner.
    pub(super) test: bool,
    /// When it arrived.
    pub(super) at: Micros,
}

/// Keeps a call with its verdict, and notifies the owner if an alert was refused.
///
/// # Errors
/// If the database cannot be written.
pub(super) async fn keep_call(
    desk: &Following,
    judged: &JudgedCall<'_>,
    verdict: SourceVerdict,
) -> Result<()> {
    let JudgedCall { source, strategy, body, test, at } = *judged;
    let call = Call {
        id: SourceCallId::mint(&*desk.clock, &*desk.entropy),
        strategy_id: source.strategy_id,
        at,
        test,
        verdict: verdict.verdict,
        reason: verdict.reason,
        signal_id: verdict.signal,
        body: ::strategy::alert::redact::redacted(body),
    };
    let mut tx = desk.db.begin().await?;
    store::own_source::insert_call(&mut tx, &call, KEPT_CALLS).await?;
    if verdict.verdict == Verdict::Accepted && !test {
        store::own_source::set_live(&mut tx, source.strategy_id, at).await?;
    }
    if let Some(reason) = verdict.reason.filter(|_| !test)
        && store::own_source::begin_refusal_notice(&mut tx, source.strategy_id, at, at.plus(-QUIET)).await?
    {
        let event = NotificationEvent::AlertRefused {
            strategy: source.strategy_id,
            name: strategy.name.clone(),
            reason,
        };
        let once = format!("alert-refused:{}:{}", source.strategy_id, at.0);
        Notification::new(source.user_id, once, &event, at)?.write(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}
