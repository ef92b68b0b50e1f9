//! The facts behind `domain::copy::eligibility`, read from the rows, and the reason in words. Workers,
//! resumed entries and the copy trading page all read them here, so that a fact means the same everywhere.

use crate::{
    error::{Error, Result},
    identity::plan,
    trading::{Trading, equity, first_day},
};
use domain::{
    Clock, Decimal, ExchangeKey, Micros, Symbol, UserId,
    account::AccountState,
    copy::{CopyDetail, Facts, FollowState, KeyState, PlanBalance, Reason, eligibility},
    plan::Limits,
    risk_rule::{Kind, Measured, Objection, REASONS, Verdict, covered_keys, first_objection, judge},
    time::SECOND,
};
use store::{
    copy::Work,
    key::KeyRow,
    switch::{self, PAUSE_COPIES},
};

/// Why an entry isn't copied, with the figure or the text that decided it.
pub(crate) type No = (Reason, Option<String>);

/// Checks that a user may place manual orders; the same fact as for copies. Closing is always allowed.
///
/// # Errors
/// If the account is frozen or suspended.
pub(crate) async fn may_trade(desk: &Trading, user: UserId) -> Result<()> {
    let user = store::user::get_user(&desk.db, user).await?.ok_or(Error::Unauthenticated)?;
    Ok(user.state().must_be_active()?)
}

/// Deadline for sending an entry. The wall clock can be set back while an entry waits, so the boot clock
/// decides as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FreshUntil {
    /// By the wall clock.
    pub(crate) wall: Micros,
    /// By this machine's boot clock.
    pub(crate) boot: Micros,
}

impl FreshUntil {
    /// For a signal accepted at `signal_at` whose row was read now. By the boot clock it is never fresh for
    /// longer than a new signal, however much the wall clocks of two machines differ.
    pub(crate) fn of(desk: &Trading, signal_at: Micros) -> Self {
        let max_age = desk.settings.signal_max_age_s.saturating_mul(SECOND);
        let (now, boot) = (desk.clock.now(), desk.clock.boot());
        let wall = signal_at.plus(max_age);
        Self { wall, boot: boot.plus(wall.since(now).min(max_age)) }
    }

    /// Whether the deadline has passed.
    pub(crate) fn is_over(self, clock: &dyn Clock) -> bool {
        clock.now() > self.wall || clock.boot() > self.boot
    }
}

/// Facts shared by all copies of one signal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Common {
    /// The operator paused all new copies.
    pub(crate) all_paused: bool,
    /// Sequence number of the strategy's newest signal.
    pub(crate) newest_seq: Option<i64>,
}

/// Whether the operator paused all new copies.
pub(crate) async fn all_paused(desk: &Trading) -> Result<bool> {
    Ok(switch::get_switch(&desk.db, PAUSE_COPIES).await?.is_some())
}

/// The plan's balance limit and the balance counted against it. `None` if the plan has no limit, or does not count
/// this account because it is a paper account.
///
/// # Errors
/// When an account's value is not known.
pub(crate) async fn plan_balance(
    desk: &Trading,
    user: UserId,
    limits: &Limits,
    key: &ExchangeKey,
) -> Result<Option<PlanBalance>> {
    let counts = !key.sandbox || desk.settings.sandbox_plan_limits;
    let Some(limit) = limits.max_balance_usd.filter(|_| counts) else { return Ok(None) };
    let counted = equity::counted_usd_of(desk, user).await?;
    Ok(Some(PlanBalance { counted, limit: Decimal::from(limit) }))
}

/// Judges an entry by the rows, before its account is read at the exchange: returns the facts, or the reason
/// against it. `key` is `None` if it was deleted.
///
/// # Errors
/// When a fact is needed that cannot be read now.
pub(crate) async fn by_rows(
    desk: &Trading,
    work: &Work,
    key: Option<&KeyRow>,
    common: Common,
    fresh_until: FreshUntil,
) -> Result<std::result::Result<Facts, No>> {
    let no = |reason, facts: &Facts| Ok(Err(in_words(reason, facts, work.detail.as_deref())));
    let mut facts = Facts {
        account: Some(AccountState::of(work.frozen_at, work.suspended_at)),
        follow: Some(FollowState::of(work.follow_active, work.paused_reason, work.stopped_at.is_some())),
        key: Some(key.map_or(KeyState::Deleted, |row| {
            KeyState::of(&row.key).reviewed(desk.reviews.since(row.key.id).is_some())
        })),
        ..Facts::default()
    };
    let market = only_market(desk, key).await?;
    facts.other_first_day_market = market.as_ref().map(|market| *market != work.symbol);
    match eligibility(&facts) {
        Err(Reason::FirstDayMarket) => {
            return Ok(Err((Reason::FirstDayMarket, market.map(|market| market.to_string()))));
        }
        Err(reason) => return no(reason, &facts),
        Ok(()) => {}
    }
    let limits = plan::limits_of(desk, work.user_id).await?;
    facts.plan_includes_strategies = Some(limits.strategy_automated);
    if let Err(reason) = eligibility(&facts) {
        return no(reason, &facts);
    }
    let balance = match key {
        Some(row) => plan_balance(desk, work.user_id, &limits, &row.key).await,
        None => Ok(None),
    };
    facts = Facts {
        // If unknown, the rest is judged without it, so that an entry still ends when its signal is too old.
        plan_balance: balance.as_ref().ok().copied().flatten(),
        all_paused: Some(common.all_paused),
        strategy_active: Some(work.strategy_active),
        superseded: Some(common.newest_seq.is_some_and(|newest| newest > work.signal_seq)),
        too_old: Some(fresh_until.is_over(&*desk.clock)),
        ..facts
    };
    if let Err(reason) = eligibility(&facts) {
        return no(reason, &facts);
    }
    balance.map(|_| Ok(facts))
}

/// The only market that the first-day limits of a key allow; `None` if it may enter any.
async fn only_market(desk: &Trading, key: Option<&KeyRow>) -> Result<Option<Symbol>> {
    let Some(row) = key else { return Ok(None) };
    Ok(first_day::active_limits(desk, row.key.id).await?.and_then(|limits| limits.market))
}

/// Judges an entry whose intent was committed but which certainly was not sent, by the same rows as a new
/// entry, read again.
///
/// # Errors
/// When the rows cannot be read.
pub(crate) async fn resumed(desk: &Trading, work: &Work) -> Result<std::result::Result<(), No>> {
    let key = store::key::get_any(&desk.db, work.exchange_key_id).await?;
    let common = Common {
        all_paused: all_paused(desk).await?,
        newest_seq: store::signal::newest_seq(&desk.db, work.strategy_id).await?,
    };
    let fresh_until = FreshUntil::of(desk, work.signal_at);
    let facts = match by_rows(desk, work, key.as_ref(), common, fresh_until).await? {
        Ok(facts) => Facts { rule: by_trips(desk, work).await?, ..facts },
        Err(no) => return Ok(Err(no)),
    };
    Ok(eligibility(&facts).map_err(|reason| in_words(reason, &facts, work.detail.as_deref())))
}

/// The objection of a risk rule that has tripped since the entry was decided, or whose signal is too old by now. What the
/// account holds was judged when the entry was decided.
async fn by_trips(desk: &Trading, work: &Work) -> Result<Option<Objection>> {
    let rules = store::risk_rule::list_by_user(&desk.db, work.user_id).await?;
    if rules.is_empty() {
        return Ok(None);
    }
    let covered = covered_keys(&store::key::list_by_user(&desk.db, work.user_id).await?);
    let now = desk.clock.now();
    let measured = Measured { now, signal_at: Some(work.signal_at), ..Measured::default() };
    let judged = rules
        .iter()
        .filter(|rule| rule.applies(work.follow_id, work.exchange_key_id, &covered))
        .map(|rule| match rule.terms.kind {
            Kind::SignalAge => (rule, judge(rule, &measured)),
            _ => (rule, Verdict::Kept),
        });
    Ok(first_objection(judged, now))
}

/// A reason with the figure that decided it, as it is stored. `waited` is the reason for which the copy was kept waiting.
pub(crate) fn in_words(reason: Reason, facts: &Facts, waited: Option<&str>) -> No {
    let detail = match reason {
        Reason::PlanBalance => {
            facts.plan_balance.map(|balance| CopyDetail::PlanLimit(balance.limit).stored())
        }
        Reason::FirstDayCap => facts.capped_order.map(|order| CopyDetail::FirstDayCap(order.cap).stored()),
        Reason::TooOld => waited.map(str::to_owned),
        reason if reason != Reason::RuleUnknown && REASONS.contains(&reason) => {
            facts.rule.map(|objection| CopyDetail::of_rule(objection).stored())
        }
        _ => None,
    };
    (reason, detail)
}
