//! The capacity that rules leave for one more position, read in the transaction that begins it. The decision before cannot
//! see the entries that other workers and instances begin at the same time.

use crate::{DecimalText, Result, Tx, user};
use domain::{
    CopyId, ExchangeKeyId, FollowId, Micros, UserId,
    risk_rule::{EntryTerms, Measured, RiskRule, Verdict, judge},
};
use sqlx::FromRow;

/// A rule that bounds the number or the value of open positions, with the keys whose copies it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The rule.
    pub rule: RiskRule,
    /// The keys.
    pub keys: Vec<ExchangeKeyId>,
}

/// An entry and the bounds that it must keep when it is begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The owner of the copy.
    pub user_id: UserId,
    /// The copy.
    pub copy: CopyId,
    /// The sized entry.
    pub entry: EntryTerms,
    /// The bounds.
    pub bounds: Vec<Bound>,
}

#[derive(FromRow)]
struct Active {
    follow_id: FollowId,
    exchange_key_id: ExchangeKeyId,
    amount: Option<DecimalText>,
    entry_price: Option<DecimalText>,
}

impl Capacity {
    /// Whether the bounds are kept with the copies that are being sent or open now. Locks the user's row until the
    /// transaction ends, so that no two entries of a user take the same place.
    pub async fn is_left(&self, tx: &mut Tx, now: Micros) -> Result<bool> {
        user::lock_user(&mut *tx, self.user_id).await?;
        let active = rows!(
            Active,
            &mut *tx,
            fetch_all,
            "select c.follow_id, c.exchange_key_id, c.amount, c.entry_price from copies c \
             where c.user_id = $1 and c.finished_at is null and c.action = 'ENTER' \
               and c.status in ('SENDING', 'OPEN') and c.id <> $2",
            self.user_id,
            self.copy
        )?;
        Ok(self.bounds.iter().all(|bound| self.keeps(bound, &active, now)))
    }

    fn keeps(&self, bound: &Bound, active: &[Active], now: Micros) -> bool {
        let own = bound.rule.own_follow();
        let counts = |copy: &&Active| {
            bound.keys.contains(&copy.exchange_key_id) && own.is_none_or(|follow| follow == copy.follow_id)
        };
        let counted: Vec<&Active> = active.iter().filter(counts).collect();
        let value = |copy: &&Active| copy.amount?.0.checked_mul(copy.entry_price?.0);
        let measured = Measured {
            now,
            positions: counted.len(),
            exposure: counted.iter().filter_map(value).sum(),
            entry: Some(self.entry),
            ..Measured::default()
        };
        judge(&bound.rule, &measured) == Verdict::Kept
    }
}
