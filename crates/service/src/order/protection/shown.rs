//! How a position's protection is shown to its owner.

use super::decide;
use crate::{Actor, Desk, Result, key, order::close::entered_by};
use domain::{Decimal, ExchangeKeyId, Order, Position};
use store::protection::{self as rows, Wanted};

/// The stop of an open position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It triggers at this price.
    At(Decimal),
    /// There is none by the owner's choice.
    NoneByChoice,
    /// There is none, and the desk is working on it.
    Missing,
    /// There is none, and the desk did not open the position.
    None,
}

/// The protection of an open position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its stop.
    pub stop: Stop,
    /// The desk opened it; otherwise it was opened elsewhere.
    pub ours: bool,
}

/// The protection of each of `positions`, which with `orders` are what the exchange shows of the caller's key.
///
/// # Errors
/// Not found; when the database cannot be read.
pub async fn shown(
    desk: &Desk,
    actor: &Actor,
    id: ExchangeKeyId,
    positions: &[Position],
    orders: &[Order],
) -> Result<Vec<Shown>> {
    key::find(desk, actor, id).await?;
    let mut wanted = rows::of_key(&desk.db, id).await?;
    wanted.retain(|row| row.ended_at.is_none());
    let of = |position: &Position| {
        let side = entered_by(position.side);
        let row = wanted.iter().rev().find(|row| row.symbol == position.symbol && row.side == side);
        let stops = |order: &&Order| {
            order.symbol == position.symbol && order.side == side.opposite() && decide::is_stop(order)
        };
        let stop = match (orders.iter().find(stops).and_then(|order| order.stop_price), row) {
            (Some(price), _) => Stop::At(price),
            (None, Some(row)) if row.wanted == Wanted::NoStop => Stop::NoneByChoice,
            (None, Some(_)) => Stop::Missing,
            (None, None) => Stop::None,
        };
        Shown { stop, ours: row.is_some() }
    };
    Ok(positions.iter().map(of).collect())
}
