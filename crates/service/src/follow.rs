//! Following: exchange keys that copy strategies' signals at a risk of their owner's choice.

mod change;
mod copies;
mod preview;

pub use change::{FollowChange, NewFollow, beyond, create, pause, resume, stop, unknown, update};
pub use copies::{Copies, copies};
pub(crate) use copies::{key_names, shown as shown_copy, targets};
pub use preview::preview;

use crate::{Actor, Desk, Error, Result, key, plan, strategy};
use domain::{
    ApiKeyStatus, Decimal, ExchangeKey, ExchangeKeyId, FollowId, Refusal, RiskProfileId, StrategyId,
    StrategyType,
    copy::{Paused, Reason},
    follow::{Follow, RiskProfile},
    strategy::Strategy,
};
use std::collections::HashMap;
use store::switch;

/// A person's follows, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(desk: &Desk, actor: &Actor) -> Result<Vec<Follow>> {
    let rows = store::follow::list_by_user(&desk.db, actor.user).await?;
    Around::read(desk, actor).await?.all(desk, rows).await
}

/// What a key follows, oldest first.
///
/// # Errors
/// Not found; 1106 for a key that is not AUTOMATED.
pub async fn list_by_key(desk: &Desk, actor: &Actor, id: ExchangeKeyId) -> Result<Vec<Follow>> {
    automated(&key::find(desk, actor, id).await?.key)?;
    let rows = store::follow::list_by_key(&desk.db, actor.user, id).await?;
    Around::read(desk, actor).await?.all(desk, rows).await
}

/// One follow that was not stopped.
///
/// # Errors
/// Not found.
pub async fn get(desk: &Desk, actor: &Actor, id: FollowId) -> Result<Follow> {
    let row = store::follow::get(&desk.db, actor.user, id).await?.filter(|row| row.stopped_at.is_none());
    Around::read(desk, actor).await?.one(desk, row.ok_or(Error::NotFound)?).await
}

/// Only keys that strategies trade follow them.
fn automated(key: &ExchangeKey) -> std::result::Result<(), Refusal> {
    if key.strategy_type == StrategyType::Automated { Ok(()) } else { Err(Refusal::KeyTypeInvalid) }
}

/// A key that copies now is switched on, and let in by its exchange.
fn usable(key: &ExchangeKey) -> std::result::Result<(), Refusal> {
    let good = key.active && key.status == ApiKeyStatus::Authorized;
    if good { Ok(()) } else { Err(Refusal::KeyInactive) }
}

/// What follows are shown with.
struct Around {
    keys: HashMap<ExchangeKeyId, ExchangeKey>,
    strategies: HashMap<StrategyId, Strategy>,
    profiles: HashMap<RiskProfileId, RiskProfile>,
    allowed: bool,
    all_paused: bool,
}

impl Around {
    async fn read(desk: &Desk, actor: &Actor) -> Result<Self> {
        let keys = store::key::list_by_user(&desk.db, actor.user).await?;
        let strategies = strategy::list(desk).await?;
        let profiles = strategy::risk_profiles(desk).await?;
        Ok(Self {
            keys: keys.into_iter().map(|key| (key.id, key)).collect(),
            strategies: strategies.into_iter().map(|strategy| (strategy.id, strategy)).collect(),
            profiles: profiles.into_iter().map(|profile| (profile.id, profile)).collect(),
            allowed: plan::of(desk, actor).await?.limits.strategy_automated,
            all_paused: switch::get(&desk.db, switch::PAUSE_COPIES).await?.is_some(),
        })
    }

    async fn all(&self, desk: &Desk, rows: Vec<store::follow::Follow>) -> Result<Vec<Follow>> {
        let mut follows = Vec::with_capacity(rows.len());
        for row in rows {
            match self.one(desk, row).await {
                Ok(follow) => follows.push(follow),
                // Its key was deleted between the two reads, and the follow with it.
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(follows)
    }

    async fn one(&self, desk: &Desk, row: store::follow::Follow) -> Result<Follow> {
        let key = self.keys.get(&row.exchange_key_id).ok_or(Error::NotFound)?;
        let strategy = self.strategies.get(&row.strategy_id).ok_or(Error::NotFound)?.clone();
        let profile = self.profiles.get(&row.risk_profile_id).ok_or(Error::NotFound)?.clone();
        let limit = row.daily_loss_limit_usd.map(|text| text.0);
        let blocked = match self.blocked(&row, key, &strategy) {
            None if lost_too_much(desk, key.id, limit).await? => Some(Reason::DailyLoss),
            blocked => blocked,
        };
        Ok(Follow {
            id: row.id,
            key: key.id,
            key_name: key.name.clone(),
            strategy,
            profile,
            active: row.active,
            paused: row.paused_reason,
            blocked,
            max_leverage: row.max_leverage.and_then(|times| u16::try_from(times).ok()),
            daily_loss_limit_usd: limit,
            in_position: store::copy::open_of_follow(&desk.db, row.id).await?.is_some(),
            last_copy_at: row.last_copy_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    /// Why the next signal would not be copied, as far as our own rows tell.
    const fn blocked(
        &self,
        row: &store::follow::Follow,
        key: &ExchangeKey,
        strategy: &Strategy,
    ) -> Option<Reason> {
        match (row.active, row.paused_reason) {
            (false, Some(Paused::Panic)) => return Some(Reason::Panic),
            (false, _) => return Some(Reason::Paused),
            (true, _) => {}
        }
        if matches!(key.status, ApiKeyStatus::Unauthorized) {
            Some(Reason::KeyUnauthorized)
        } else if !key.active {
            Some(Reason::KeyInactive)
        } else if !self.allowed {
            Some(Reason::PlanFeature)
        } else if self.all_paused {
            Some(Reason::AllPaused)
        } else if !strategy.active {
            Some(Reason::StrategyInactive)
        } else {
            None
        }
    }
}

/// Whether the copies of a key that ended today have lost its limit.
async fn lost_too_much(desk: &Desk, key: ExchangeKeyId, limit: Option<Decimal>) -> Result<bool> {
    let Some(limit) = limit else { return Ok(false) };
    let profits = store::copy::profits_since(&desk.db, key, desk.clock.now().day()).await?;
    Ok(profits.into_iter().sum::<Decimal>() <= -limit)
}
