//! Following up: what became of a copied position. The exchange is asked, whoever says that something changed: its
//! stream at once, and a walk over all open copies from time to time.

use super::end;
use crate::{
    Desk, Result, SharedDesk, key, live,
    notify::{Event, Telling},
    order::{Access, Entered, Repaired},
};
use domain::{
    Decimal, ExchangeKeyId, Micros, Order, PositionSide, Side, Symbol, Trade, TradeType,
    copy::{Exit, Status},
    live::{Happening, What},
    time,
};
use futures::{StreamExt as _, stream};
use store::copy::{Copy, Ended};

/// An open copy is looked at this often when nothing is heard of it.
const EVERY: i64 = time::MINUTE;
/// How many are looked at in one walk, and how many at the same time.
const WALK: i64 = 256;
const AT_ONCE: usize = 8;
/// How many orders and fills tell how a position ended.
const HISTORY: u16 = 200;

/// Looks at the open copies that nobody has looked at for a while; how many there were.
///
/// # Errors
/// When the database cannot be asked. One copy's failure never delays the others.
pub async fn reconcile(desk: &SharedDesk) -> Result<usize> {
    let due = store::copy::unchecked(&desk.db, desk.clock.now().plus(-EVERY), WALK).await?;
    let count = due.len();
    stream::iter(due)
        .for_each_concurrent(AT_ONCE, |copy| async move {
            if let Err(error) = visit(desk, &copy).await {
                tracing::debug!(copy = %copy.id, %error, "an open copy could not be looked at");
            }
        })
        .await;
    desk.pulse.copies_kept(desk.clock.now());
    Ok(count)
}

/// A protective order of a copy changed at the exchange.
pub(crate) async fn protection_changed(desk: &SharedDesk, copy: Copy, order: &Order) -> Result<()> {
    if copy.status == Status::Open && order.is_final() { visit(desk, &copy).await } else { Ok(()) }
}

/// Looks at what was copied on a market, now.
pub(crate) async fn look_again(desk: &SharedDesk, key: ExchangeKeyId, symbol: &Symbol) -> Result<()> {
    match store::copy::open_on(&desk.db, key, symbol).await? {
        Some(copy) => visit(desk, &copy).await,
        None => Ok(()),
    }
}

/// Looks at all that an account's copies have open: its stream was away.
pub(super) async fn look_at_key(desk: &SharedDesk, key: ExchangeKeyId) {
    let looked = async {
        for copy in store::copy::open_of_key(&desk.db, key).await? {
            visit(desk, &copy).await?;
        }
        Ok::<(), crate::Error>(())
    };
    if let Err(error) = looked.await {
        tracing::debug!(%key, %error, "the walk over open copies will look at these");
    }
}

async fn visit(desk: &SharedDesk, copy: &Copy) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, copy.exchange_key_id).await? else { return Ok(()) };
    if super::decide::by_key(&row).is_err() {
        // Nothing can be asked with it; its owner has been told.
        return Ok(());
    }
    let who = key::credentials(desk, &row)?;
    let access = Access { row, who };
    let _turn = desk.locks.turn(copy.exchange_key_id, &copy.symbol).await;
    look(desk, &access, copy).await.map(drop)
}

/// Whether an open copy's position still stands. One that has ended is settled; one that has lost its stop gets it back,
/// or is closed. The caller has the turn.
pub(super) async fn look(desk: &Desk, access: &Access, copy: &Copy) -> Result<bool> {
    let Some(copy) = store::copy::get(&desk.db, copy.id).await? else { return Ok(false) };
    let (Status::Open, Some(side)) = (copy.status, copy.side) else {
        return Ok(copy.status == Status::Sending);
    };
    let positions = desk.exchange.positions(&access.who, Some(&copy.symbol)).await;
    let wanted = if side == Side::Buy { PositionSide::Long } else { PositionSide::Short };
    let stands = access.take(desk, positions).await?.into_iter().any(|p| p.side == wanted);
    if !stands {
        settle(desk, access, &copy, side).await?;
        return Ok(false);
    }
    protect(desk, access, &copy, side).await
}

/// Sees to it that an open position has its stop; whether the position stands afterwards.
async fn protect(desk: &Desk, access: &Access, copy: &Copy, side: Side) -> Result<bool> {
    let open = desk.exchange.open_orders(&access.who, TradeType::Futures, Some(&copy.symbol)).await;
    let open = access.take(desk, open).await?;
    let Some(entered) = Entered::load(desk, copy.id).await? else { return Ok(true) };
    if !open.iter().any(|order| entered.is_stop(&order.client_order_id)) {
        match entered.stop_again(desk, access).await? {
            Repaired::Yes => unprotected(desk, copy, false).await?,
            Repaired::Later => {}
            Repaired::No => {
                tracing::warn!(copy = %copy.id, %side, "a copied position cannot be protected and is closed");
                Box::pin(end::end(desk, access, copy, Exit::Unprotected, None)).await?;
                unprotected(desk, copy, true).await?;
                return Ok(false);
            }
        }
    }
    let mut tx = desk.db.begin().await?;
    store::copy::checked(&mut tx, copy.id, desk.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Notes how a position that is gone has ended: its last closing order says by what, its fills say at what profit.
async fn settle(desk: &Desk, access: &Access, copy: &Copy, side: Side) -> Result<()> {
    let Some(entered) = Entered::load(desk, copy.id).await? else { return Ok(()) };
    let answer = entered.unprotect(desk, access).await;
    access.take(desk, answer).await?;
    let (who, kind, symbol) = (&access.who, TradeType::Futures, &copy.symbol);
    let orders = access.take(desk, desk.exchange.orders(who, kind, symbol, HISTORY).await).await?;
    let trades = access.take(desk, desk.exchange.trades(who, kind, symbol, HISTORY).await).await?;
    let since = entered.entered_at().unwrap_or(copy.created_at);
    let trades: Vec<Trade> = trades.into_iter().filter(|trade| trade.at >= since).collect();
    let last = last_closing(&orders, &trades, side, since);
    let exit = match last {
        Some(order) => entered.exit_by(desk, &order.client_order_id).await?,
        None => Exit::Elsewhere,
    };
    let (price, profit) = result(&trades, side, symbol.quote());
    let ended = Ended { exit, price, profit };
    let now = desk.clock.now();
    let what = What::CopyEnded {
        strategy: copy.strategy_name.clone(),
        symbol: symbol.clone(),
        exit,
        profit_usd: profit.map(|usd| usd.round_dp(2)),
    };
    let mut tx = desk.db.begin().await?;
    if store::copy::close(&mut tx, copy.id, ended, now).await? {
        let happening = Happening { key: Some(copy.exchange_key_id), at: now, what };
        for hit in entered.hits(&orders, &trades, last, now)? {
            hit.write(&mut tx).await?;
        }
        live::append(&mut tx, copy.user_id, &happening).await?;
    }
    tx.commit().await?;
    desk.copies.accounts.forget(copy.exchange_key_id);
    desk.hub.nudge(copy.exchange_key_id, symbol);
    Ok(())
}

/// The order that closed the last of a position: that of its last fill, for a stop is older than the target that was hit
/// before it. The orders are newest first.
fn last_closing<'a>(orders: &'a [Order], trades: &[Trade], side: Side, since: Micros) -> Option<&'a Order> {
    let closing = trades.iter().filter(|trade| trade.side != side).max_by_key(|trade| trade.at);
    let filled = closing.and_then(|trade| orders.iter().find(|order| order.id == trade.order));
    let closed = |o: &&Order| o.side != side && !o.filled.is_zero() && o.at >= since;
    filled.or_else(|| orders.iter().find(closed))
}

/// The average price of what closed a position, and what it won or lost after fees. Fees in other assets than the quote
/// are not counted.
fn result(trades: &[Trade], side: Side, quote: &str) -> (Option<Decimal>, Option<Decimal>) {
    let closing = || trades.iter().filter(|trade| trade.side != side);
    let amount: Decimal = closing().map(|trade| trade.amount).sum();
    let cost: Decimal = closing().map(|trade| trade.cost).sum();
    if amount.is_zero() {
        return (None, None);
    }
    let fees: Decimal = trades.iter().filter(|t| t.fee.currency == quote).map(|t| t.fee.cost).sum();
    let realized: Decimal = trades.iter().map(|trade| trade.realized).sum();
    (cost.checked_div(amount).map(|price| price.round_dp(8)), Some(realized - fees))
}

/// Tells a copy's owner that its position had no stop: in their open pages, and by their channels.
async fn unprotected(desk: &Desk, copy: &Copy, closed: bool) -> Result<()> {
    let (key, symbol, now) = (copy.exchange_key_id, copy.symbol.clone(), desk.clock.now());
    let once = if closed {
        format!("unprotected:{}", copy.id)
    } else {
        format!("stop-replaced:{}:{}", copy.id, now.0)
    };
    let event = Event::Unprotected { key, symbol, closed, copy: Some(copy.id) };
    let mut tx = desk.db.begin().await?;
    Telling::new(copy.user_id, once, &event, now)?.write(&mut tx).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Fee, OrderStatus, OrderType, TimeInForce};

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    fn trade(side: Side, price: &str, amount: &str, realized: &str) -> Trade {
        Trade {
            id: String::new(),
            order: String::new(),
            symbol: "BTC/USDT".parse().unwrap(),
            at: Micros(0),
            side,
            maker: false,
            price: d(price),
            amount: d(amount),
            cost: d(price) * d(amount),
            fee: Fee { cost: d("0.1"), currency: "USDT".into() },
            realized: d(realized),
        }
    }

    fn order(id: &str, at: i64) -> Order {
        Order {
            id: id.into(),
            client_order_id: format!("slip-{id}"),
            at: Micros(at),
            symbol: "BTC/USDT".parse().unwrap(),
            kind: OrderType::StopMarket,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only: true,
            side: Side::Sell,
            price: None,
            stop_price: None,
            callback_rate: None,
            amount: None,
            cost: Decimal::ZERO,
            average: None,
            filled: Decimal::ONE,
            remaining: None,
            status: OrderStatus::Closed,
        }
    }

    #[test]
    fn a_position_ends_by_the_order_of_its_last_fill() {
        let orders = [order("target", 3), order("stop", 2), order("before", 1)];
        let filled =
            |id: &str, at| Trade { order: id.into(), at: Micros(at), ..trade(Side::Sell, "9", "1", "0") };
        let last = |trades: &[Trade]| last_closing(&orders, trades, Side::Buy, Micros(2)).unwrap().id.clone();
        assert_eq!(last(&[filled("target", 5), filled("stop", 9)]), "stop");
        assert_eq!(last(&[]), "target", "where no fill is known");
        assert!(last_closing(&orders, &[], Side::Sell, Micros(0)).is_none());
    }

    #[test]
    fn a_result_is_what_was_realised_less_the_fees_of_both_ends() {
        let bought = trade(Side::Buy, "100", "2", "0");
        let all = [bought.clone(), trade(Side::Sell, "110", "1", "10"), trade(Side::Sell, "90", "1", "-10")];
        assert_eq!(result(&all, Side::Buy, "USDT"), (Some(d("100")), Some(d("-0.3"))));
        assert_eq!(result(&[bought], Side::Buy, "USDT"), (None, None));
    }
}
