//! The use cases: what an owner may ask for.

mod add;
mod aim;
mod automatic;
mod breakeven;
mod close;
mod entries;
mod limit;

pub use add::{AddSize, add_to_trade};
use aim::reduced_by;
use automatic::trigger_by;
pub(in crate::trading::order) use automatic::{Automatic, move_automatically, with_distance};
pub use breakeven::breakeven;
use breakeven::breakeven_of;
pub(in crate::trading::order) use close::close_target;
pub use close::{close_part, reduce_position};
pub use entries::cancel_entries;
pub use limit::{LimitClose, reduce_at_limit};

use super::{
    history::HistoryEntry,
    pending::complete_changes,
    plan::{Situation, plan},
    shown::{in_force, version_of},
    work::carry_out,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading, market,
        order::{
            account::Access,
            claim::claim,
            finish::finish,
            idempotency::IdempotencyKey,
            intent::{Intent, Request},
            legs::Leg,
            place::{answered_before, busy},
            run::Run,
            sharing::{SharedPosition, current},
        },
    },
};
use domain::{
    ExchangeKeyId, IntentId, Market, Position, PositionSide, PositionSlot, Symbol,
    trade::{ChangeKind, StopChange, TradeChange, TradeSnapshot},
    validation::Problem,
};
use store::protection::{Protection, Wanted};

/// The trade that a change is for.
#[derive(Clone, Debug, Default)]
pub struct TradeTarget {
    /// The trade; `None` for the latest one of the market.
    pub trade: Option<IntentId>,
    /// The side of the position; `None` for the trade's, or the latest one of the market. It matters in hedge mode, where a
    /// market has two positions.
    pub side: Option<PositionSide>,
    /// The version that the caller has seen ([`domain::trade::OpenTrade::version`]); `None` if it does not matter.
    pub version: Option<i64>,
    /// Recognizes a repeated request.
    pub idempotency: Option<IdempotencyKey>,
}

/// A change of a trade's protection, or one that is calculated from its position.
enum Wish {
    Change(TradeChange),
    Breakeven,
    /// A move of the stop that the desk decides.
    Automatic(Automatic),
}

/// Changes the stop and the take-profits of an open trade. What `change` does not mention stays.
///
/// # Errors
/// [`Error::NotFound`] without an open trade, [`Error::Fields`] for what does not fit the position, the price or the
/// market, and for a `version` that is not the current one; 1103, 1106, 1300; 1500 if the exchange refuses the new stop,
/// and then the old one stays. [`Error::Unavailable`] while the outcome is unknown: the desk pursues the change.
pub async fn change_trade(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    target: TradeTarget,
    change: TradeChange,
) -> Result<()> {
    protect(desk, actor, id, symbol, target, Wish::Change(change)).await
}

async fn protect(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    target: TradeTarget,
    wish: Wish,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    let idempotency = target.idempotency.clone();
    let work = async move { Changer::new(&shared, access, symbol, idempotency).protect(target, wish).await };
    desk.work.run(work).await
}

struct Changer<'a> {
    desk: &'a SharedTrading,
    access: Access,
    symbol: Symbol,
    /// The position that is changed, once [`Changer::aim`] has determined it.
    slot: PositionSlot,
    idempotency: Option<IdempotencyKey>,
}

impl<'a> Changer<'a> {
    fn new(
        desk: &'a SharedTrading,
        access: Access,
        symbol: Symbol,
        idempotency: Option<IdempotencyKey>,
    ) -> Self {
        Self { desk, access, symbol, slot: PositionSlot::Both, idempotency }
    }

    async fn protect(mut self, target: TradeTarget, wish: Wish) -> Result<()> {
        let _lock = self.desk.locks.lock(self.access.row.key.id, &self.symbol).await;
        if self.is_answered().await? {
            return Ok(());
        }
        self.aim(target.trade, target.side).await?;
        let market = self.ready().await?;
        let (mut trade, row) = self.trade(&target).await?;
        let last = market::last_price(self.desk, self.access.row.key.trade_type, &self.symbol).await?;
        let (position, shared) = self.part(&mut trade).await?;
        let at = Situation::of(&trade, position.as_ref(), last).ok_or(Error::NotFound)?;
        let mut at = if shared { at.shared() } else { at };
        let mut automatic = None;
        let (kind, mut change) = match wish {
            Wish::Change(change) => {
                let automation = with_distance(self.desk, &self.symbol, change.automation).await?;
                (ChangeKind::Protection, TradeChange { automation, ..change })
            }
            Wish::Breakeven => (ChangeKind::Breakeven, breakeven_of(&trade, &at, &market)?),
            Wish::Automatic(step) => {
                automatic = Some(step);
                at.cover_entered(&trade);
                let wanted = self.is_wanted(&trade, step).await?;
                let change = if wanted { step.change(&trade, &row, &at, &market)? } else { None };
                (step.kind(), change.unwrap_or_default())
            }
        };
        if change.is_empty() {
            return Ok(());
        }
        let mark = position.as_ref().map_or(last, |position| position.mark_price);
        let automation = match automatic {
            Some(step) => self.automation_with(&trade, step).await?,
            None => self.automation_after(&trade, &row, &change, (last, mark)).await?,
        };
        if let Some(new) = &automation {
            trigger_by(new.row.price_source, &trade, &row, &mut at, &mut change);
        }
        change.check(&at.facts(&market)).map_err(Error::Fields)?;
        let mut before = TradeSnapshot::from(in_force(&trade, &row));
        let mut after = TradeSnapshot::from(change.clone());
        if let Some((changed, settings)) = automation.as_ref().and_then(|new| Some((new, new.before?))) {
            (before.automation, after.automation) = (Some(settings), Some(changed.row.automation()));
        }
        let history = HistoryEntry::new(trade.id, kind, &before, after)?;
        let step = plan(&mut trade, &change, &at, row.wanted, market.lot)?;
        let removes = matches!(change.stop, Some(StopChange::Remove { .. }));
        let wanted = removes.then_some(Wanted::NoStop);
        self.desk.work.begin()?;
        self.claim_trade(&trade).await?;
        let mut intent = self.intent(Request::Protect(Box::new(step)), Vec::new());
        let idempotency = self.idempotency.as_ref();
        let automation = automation.as_ref().map(|changed| &changed.row);
        let committed = intent.commit_change(self.desk, idempotency, &mut trade, wanted, automation, history);
        committed.await.map_err(busy)?;
        self.work(intent).await
    }

    /// Returns the position of a trade, or its part of a position that others share, and whether there are others.
    async fn part(&self, trade: &mut Intent) -> Result<(Option<Position>, bool)> {
        if SharedPosition::load(self.desk, trade).await?.is_none() {
            return Ok((self.position().await?, false));
        }
        let run = Run::new(self.desk, &self.access.who, trade, false).await?;
        let seen = run.inspect().await;
        Ok((self.access.known(self.desk, seen).await?.position, true))
    }

    /// Carries out a committed change, or a close of the whole position. The background reconciler finishes whatever is
    /// left.
    async fn work(&self, mut intent: Intent) -> Result<()> {
        let (desk, who) = (self.desk, &self.access.who);
        let outcome = match intent.request {
            Request::Close => Run::new(desk, who, &mut intent, false).await?.fresh(None).await,
            _ => carry_out(desk, who, &mut intent, false).await,
        };
        finish(desk, who, &mut intent, outcome).await.map(drop)
    }

    /// Claims a trade whose entry is not settled, so that a change of its legs can be written.
    async fn claim_trade(&self, trade: &Intent) -> Result<()> {
        if trade.settled || claim(self.desk, trade.id, self.desk.clock.now()).await? {
            return Ok(());
        }
        Err(Error::Unavailable { retry_after_s: 2 })
    }

    fn intent(&self, request: Request, legs: Vec<Leg>) -> Intent {
        let id = IntentId::mint(&*self.desk.clock, &*self.desk.entropy);
        Intent::new(self.desk, id, &self.access, (self.symbol.clone(), self.slot), request, legs)
    }

    async fn is_answered(&self) -> Result<bool> {
        let answer = answered_before(self.desk, &self.access, self.idempotency.as_ref()).await?;
        Ok(answer.is_some())
    }

    /// Returns the market once a new change may begin there.
    async fn ready(&self) -> Result<Market> {
        let key = &self.access.row.key;
        if self.desk.reviews.since(key.id).is_some() {
            return Err(Error::field("apiKey", Problem::KeyUnderReview));
        }
        let market = market::find_market(self.desk, key.trade_type, &self.symbol).await?;
        complete_changes(self.desk, &self.access, &self.symbol, self.slot).await?;
        Ok(market)
    }

    /// Returns the open trade that the caller means.
    async fn trade(&self, target: &TradeTarget) -> Result<(Intent, Protection)> {
        let rows = self.rows().await?;
        let meant = |row: &Protection| target.trade.is_none_or(|id| id == row.intent_id) && is_open(row);
        let row = current(&rows).into_iter().rev().find(meant).ok_or(Error::NotFound)?;
        let trade = Intent::load(self.desk, row.intent_id).await?.ok_or(Error::NotFound)?;
        let current = version_of(self.desk, &trade).await?;
        if target.version.is_some_and(|version| version != current) {
            return Err(Error::field("version", Problem::ChangedMeanwhile));
        }
        Ok((trade, row))
    }
}

/// Whether the trade of a row can be changed: it has not ended, and it is not being closed.
fn is_open(row: &Protection) -> bool {
    row.ended_at.is_none() && row.wanted != Wanted::Closed
}
