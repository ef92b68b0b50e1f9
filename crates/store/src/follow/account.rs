//! The keys of one user with their follows, and whether copies are paused, read with one statement.

use super::Follow;
use crate::{Result, Source, key::exchange_key, switch::PAUSE_COPIES};
use domain::{
    AccountMode, ApiKeyStatus, ExchangeId, ExchangeKey, ExchangeKeyId, FollowId, Micros, RiskProfileId,
    StrategyId, StrategyType, Symbol, TradeType, UserId, copy::Paused,
};
use sqlx::FromRow;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// A user's keys with what they follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowingKeys {
    /// The keys, oldest first.
    pub keys: Vec<ExchangeKey>,
    /// The follows that were not stopped, oldest first.
    pub follows: Vec<Follow>,
    /// The follows that were stopped, the last one first.
    pub stopped: Vec<Follow>,
    /// The followed strategies that the user can no longer see: sources of other users that were approved and became private
    /// again.
    pub withdrawn: BTreeSet<StrategyId>,
    /// Whether an admin has paused all new copies. Not read for a user without keys.
    pub all_paused: bool,
}

/// A key with one of its follows, if it has any.
#[derive(FromRow)]
struct Row {
    id: ExchangeKeyId,
    exchange_id: ExchangeId,
    trade_type: TradeType,
    strategy_type: StrategyType,
    active: bool,
    name: String,
    api_key: String,
    status: ApiKeyStatus,
    sandbox: bool,
    ip_restricted: bool,
    account_mode: AccountMode,
    may_withdraw: bool,
    expires_at: Option<Micros>,
    traded_elsewhere: bool,
    created_at: Micros,
    updated_at: Micros,
    follow_id: Option<FollowId>,
    strategy_id: Option<StrategyId>,
    symbol: Option<Symbol>,
    risk_profile_id: Option<RiskProfileId>,
    follow_active: Option<bool>,
    max_leverage: Option<i64>,
    paused_reason: Option<Paused>,
    last_copy_at: Option<Micros>,
    stopped_at: Option<Micros>,
    followed_at: Option<Micros>,
    changed_at: Option<Micros>,
    withdrawn: Option<StrategyId>,
    all_paused_at: Option<Micros>,
}

impl Row {
    fn follow(&self, owner: UserId) -> Option<Follow> {
        Some(Follow {
            id: self.follow_id?,
            user_id: owner,
            exchange_key_id: self.id,
            strategy_id: self.strategy_id?,
            symbol: self.symbol.clone()?,
            risk_profile_id: self.risk_profile_id?,
            active: self.follow_active?,
            max_leverage: self.max_leverage,
            paused_reason: self.paused_reason,
            last_copy_at: self.last_copy_at,
            stopped_at: self.stopped_at,
            created_at: self.followed_at?,
            updated_at: self.changed_at?,
        })
    }
}

impl From<Row> for ExchangeKey {
    fn from(row: Row) -> Self {
        exchange_key!(row)
    }
}

/// Reads a user's keys with what they follow and have followed.
pub async fn following_keys(from: impl Source, owner: UserId) -> Result<FollowingKeys> {
    // Sorted below: sqlx knows that a joined column may be null only if the statement ends with the join.
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select k.id, k.exchange_id, k.trade_type, k.strategy_type, k.active, k.name, k.api_key, k.status, k.sandbox, \
           k.ip_restricted, k.account_mode, k.may_withdraw, k.expires_at, k.traded_elsewhere, k.created_at, k.updated_at, \
           f.id as follow_id, f.strategy_id, f.symbol, f.risk_profile_id, f.active as follow_active, f.max_leverage, \
           f.paused_reason, f.last_copy_at, f.stopped_at, f.created_at as followed_at, f.updated_at as changed_at, \
           o.strategy_id as withdrawn, p.changed_at as all_paused_at \
         from exchange_keys k left join follows f on f.exchange_key_id = k.id and f.user_id = $1 \
           left join own_sources o on o.strategy_id = f.strategy_id and o.visibility = 'PRIVATE' and o.user_id <> $1 \
           left join switches p on p.name = $2 \
         where k.user_id = $1",
        owner,
        PAUSE_COPIES
    )?;
    let (mut read, mut keys) = (FollowingKeys::default(), BTreeMap::new());
    for row in rows {
        let follow = row.follow(owner);
        let list = if row.stopped_at.is_none() { &mut read.follows } else { &mut read.stopped };
        list.extend(follow);
        read.withdrawn.extend(row.withdrawn);
        read.all_paused |= row.all_paused_at.is_some();
        keys.entry(row.id).or_insert_with(|| ExchangeKey::from(row));
    }
    read.keys = keys.into_values().collect();
    read.follows.sort_by_key(|follow| follow.id);
    read.stopped.sort_by_key(|follow| Reverse((follow.stopped_at, follow.id)));
    Ok(read)
}
