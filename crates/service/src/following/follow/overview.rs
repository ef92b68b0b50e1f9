//! The data of the copy trading page, read with one statement of each kind.

use super::{FollowContext, performance::performances_of, shown_copy};
use crate::{actor::Actor, error::Result, following::Following};
use domain::{
    ExchangeKey, ExchangeKeyId, FollowId,
    follow::{Copied, Follow, FollowPerformance, RiskProfile},
    risk_rule::RiskRule,
    strategy::Strategy,
};
use std::collections::{HashMap, HashSet};

/// The caller's keys, what they follow, and what there is to choose from.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The caller's keys.
    pub keys: Vec<ExchangeKey>,
    /// Their follows, oldest first.
    pub follows: Vec<Follow>,
    /// Those that were stopped, the last one first.
    pub stopped: Vec<Follow>,
    /// The newest copies of each key that has any, newest first.
    pub newest: HashMap<ExchangeKeyId, Vec<Copied>>,
    /// The keys with an open copied position.
    pub in_position: HashSet<ExchangeKeyId>,
    /// All strategies.
    pub strategies: Vec<Strategy>,
    /// All risk profiles, lowest risk first.
    pub profiles: Vec<RiskProfile>,
    /// The caller's risk rules, oldest first.
    pub rules: Vec<RiskRule>,
    /// The earnings of each follow with an entered copy.
    pub performances: HashMap<FollowId, FollowPerformance>,
}

/// Returns the overview with the `newest` last copies of each key.
///
/// # Errors
/// If the database cannot be queried.
pub async fn overview(desk: &Following, actor: &Actor, newest: u16) -> Result<Overview> {
    let entries = store::copy::list_entries(&desk.db, actor.user).await?;
    let context = FollowContext::with_copies(desk, actor, newest, Some(&entries)).await?;
    let follows = context.all(desk, |_| true).await?;
    let stopped = context.stopped(desk).await?;
    let in_position = context.open().map(|copy| copy.exchange_key_id).collect();
    let FollowContext { keys, strategies, profiles, copies, book, .. } = context;
    let names = keys.iter().map(|key| (key.id, key.name.clone())).collect();
    let mut by_key: HashMap<ExchangeKeyId, Vec<Copied>> = HashMap::new();
    for copy in copies {
        let of_key = by_key.entry(copy.exchange_key_id).or_default();
        // The rest is open, or ended today.
        if of_key.len() < usize::from(newest) {
            of_key.push(shown_copy(copy, &names)?);
        }
    }
    let rules = book.rules().to_vec();
    let performances = performances_of(desk, actor.user, entries).await?;
    Ok(Overview {
        keys,
        follows,
        stopped,
        newest: by_key,
        in_position,
        strategies,
        profiles,
        rules,
        performances,
    })
}
