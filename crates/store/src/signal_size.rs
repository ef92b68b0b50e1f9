//! Sizes that the alerts of private signal sources ask for, the sources whose owner has switched them on, and the shares
//! of partial exits, which apply to all followers.

use crate::{DecimalText, Result, Source, Tx};
use domain::{
    Decimal, Micros, SignalId, StrategyId, UserId,
    signal::{AmountUnit, SignalSize},
};
use sqlx::FromRow;

/// Whether the alerts of a source decide the size of its owner's copies.
pub async fn is_sized(from: impl Source, id: StrategyId) -> Result<bool> {
    let since = value!(Micros, from, "select since from sized_sources where strategy_id = $1", id)?;
    Ok(since.is_some())
}

/// A source whose alerts decide sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct SizedSource {
    /// Id of its strategy.
    pub strategy_id: StrategyId,
}

/// Lists a user's sources whose alerts decide sizes.
pub async fn list_sized(from: impl Source, owner: UserId) -> Result<Vec<SizedSource>> {
    rows!(
        SizedSource,
        from,
        fetch_all,
        "select z.strategy_id from sized_sources z join own_sources o on o.strategy_id = z.strategy_id \
         where o.user_id = $1 order by z.strategy_id",
        owner
    )
}

/// Switches the sizes of a source's alerts on or off.
pub async fn set_sized(tx: &mut Tx, id: StrategyId, on: bool, at: Micros) -> Result<()> {
    if on {
        exec!(
            tx,
            "insert into sized_sources (strategy_id, since) values ($1, $2) on conflict (strategy_id) do nothing",
            id,
            at
        )?;
    } else {
        exec!(tx, "delete from sized_sources where strategy_id = $1", id)?;
    }
    Ok(())
}

/// Adds the size that a signal's alert asked for.
pub async fn insert_size(tx: &mut Tx, signal: SignalId, size: SignalSize) -> Result<()> {
    exec!(
        tx,
        "insert into signal_sizes (signal_id, amount, unit) values ($1, $2, $3)",
        signal,
        DecimalText(size.amount),
        size.unit
    )?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    amount: DecimalText,
    unit: AmountUnit,
}

/// Returns the share of the position that an exit closes, in percent; `None` if it closes the whole position.
pub async fn exit_percent(from: impl Source, signal: SignalId) -> Result<Option<Decimal>> {
    let text = value!(
        DecimalText,
        from,
        "select z.amount from signal_sizes z join signals s on s.id = z.signal_id \
         where z.signal_id = $1 and z.unit = 'position_percent' and s.action = 'EXIT'",
        signal
    )?;
    Ok(text.map(|text| text.0))
}

/// Returns the size that a signal asks of a user's copies: only of those of the source's owner.
pub async fn requested_of(from: impl Source, signal: SignalId, user: UserId) -> Result<Option<SignalSize>> {
    let row = rows!(
        Row,
        from,
        fetch_optional,
        "select z.amount, z.unit from signal_sizes z join signals s on s.id = z.signal_id \
         join own_sources o on o.strategy_id = s.strategy_id where z.signal_id = $1 and o.user_id = $2",
        signal,
        user
    )?;
    Ok(row.map(|row| SignalSize { amount: row.amount.0, unit: row.unit }))
}
