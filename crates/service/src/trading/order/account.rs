//! Reads and configures an account at its exchange.

use super::{
    change,
    protection::shown,
    run::{Halt, RunResult},
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{Trading, key},
};
use domain::{
    ExchangeKeyId, MarginMode, Order, Position, Refusal, Symbol, Trade, TradeType,
    live::{AccountState, PositionProtection, SecondPosition},
    validation::Problem,
};
use exchange::{Credentials, ExchangeResult};
use store::key::KeyRow;

/// Largest number of orders or trades in a history.
pub const HISTORY: u16 = 100;

/// A user's key together with its decrypted credentials.
pub(crate) struct Access {
    pub(crate) row: KeyRow,
    pub(crate) who: Credentials,
}

impl Access {
    /// Loads the caller's key, of any market type.
    pub(crate) async fn any(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<Self> {
        let row = key::find_key(desk, actor, id).await?;
        let who = key::credentials(desk, &row)?;
        Ok(Self { row, who })
    }

    /// Loads the caller's futures key. Other keys have no positions, leverage or margin mode (1106).
    pub(super) async fn futures(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<Self> {
        let access = Self::any(desk, actor, id).await?;
        if access.row.key.trade_type == TradeType::Futures {
            Ok(access)
        } else {
            Err(Refusal::KeyTypeInvalid.into())
        }
    }

    /// Returns the exchange's answer. On `Unauthorized`, disables the key.
    pub(crate) async fn take<T>(&self, desk: &Trading, answer: ExchangeResult<T>) -> Result<T> {
        key::disable_if_unauthorized(desk, self.row.key.id, &self.who, answer).await
    }

    /// Returns what work that has only read from the exchange has found.
    pub(super) async fn known<T>(&self, desk: &Trading, outcome: RunResult<T>) -> Result<T> {
        match outcome {
            Ok(known) => Ok(known),
            Err(Halt::Refused(failure)) => self.take(desk, Err(failure)).await,
            Err(Halt::Later(_) | Halt::TooLate) => Err(Error::Unavailable { retry_after_s: 2 }),
            Err(Halt::Fault(error)) => Err(error),
        }
    }

    async fn market(&self, desk: &Trading, symbol: &Symbol) -> Result<()> {
        crate::trading::market::find_market(desk, self.row.key.trade_type, symbol).await.map(drop)
    }
}

/// Returns the open orders of a market, conditional ones included, newest first.
///
/// # Errors
/// 1103, 1300.
pub async fn list_open_orders(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<Vec<Order>> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.open_orders(&access.who, access.row.key.trade_type, Some(symbol)).await;
    access.take(desk, answer).await
}

/// Returns the last orders of a market, newest first.
///
/// # Errors
/// 1103, 1300.
pub async fn list_history(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<Vec<Order>> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.orders(&access.who, access.row.key.trade_type, symbol, HISTORY).await;
    access.take(desk, answer).await
}

/// Returns the last fills of a market, newest first.
///
/// # Errors
/// 1103, 1300.
pub async fn list_trades(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<Vec<Trade>> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.trades(&access.who, access.row.key.trade_type, symbol, HISTORY).await;
    access.take(desk, answer).await
}

/// Returns the open position on a market; of the two of an account in hedge mode, the long one.
///
/// # Errors
/// 1103, 1106 for a SPOT key, 1300.
pub async fn get_position(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<Option<Position>> {
    let access = Access::futures(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.positions(&access.who, Some(symbol)).await;
    let open = access.take(desk, answer).await?;
    Ok(open.into_iter().min_by_key(|position| position.position_side))
}

/// Returns the protection of each of `list_positions`. `list_positions` and `orders` are what the exchange reports for
/// the caller's key.
///
/// # Errors
/// Not found; if the database cannot be read.
pub async fn protection_of(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    positions: &[Position],
    orders: &[Order],
) -> Result<Vec<PositionProtection>> {
    key::find_key(desk, actor, id).await?;
    shown::shown(desk, id, positions, orders).await
}

/// Returns every open position of a futures key.
///
/// # Errors
/// Not found; 1103, 1106 for a SPOT key.
pub async fn list_positions(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<Vec<Position>> {
    let access = Access::futures(desk, actor, id).await?;
    let answer = desk.exchange.positions(&access.who, None).await;
    access.take(desk, answer).await
}

/// Sets a market's leverage.
///
/// # Errors
/// 1106 for a SPOT key; 1500 if the exchange allows less for this account.
pub async fn set_leverage(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    leverage: u16,
) -> Result<()> {
    if !(1..=125).contains(&leverage) {
        return Err(Error::field("leverage", Problem::NotLeverage));
    }
    let access = Access::futures(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.set_leverage(&access.who, symbol, leverage, desk.validity().await?).await;
    access.take(desk, answer).await?;
    desk.hub.request_refresh(id, symbol);
    Ok(())
}

/// Sets a market's margin mode.
///
/// # Errors
/// 1106 for a SPOT key; 1500 if an open position or order prevents it.
pub async fn set_margin_mode(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    mode: MarginMode,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.set_margin_mode(&access.who, symbol, mode, desk.validity().await?).await;
    access.take(desk, answer).await?;
    desk.hub.request_refresh(id, symbol);
    Ok(())
}

/// Sets a market's leverage and margin mode together. What is `None` or as it should be stays.
///
/// # Errors
/// 1106 for a SPOT key; 1500 if the exchange allows less for this account, or if an open position or order prevents it.
pub async fn set_market_settings(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    leverage: Option<u16>,
    mode: Option<MarginMode>,
) -> Result<()> {
    if leverage.is_some_and(|leverage| !(1..=125).contains(&leverage)) {
        return Err(Error::field("leverage", Problem::NotLeverage));
    }
    let access = Access::futures(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let present = desk.exchange.leverage(&access.who, symbol).await;
    let present = access.take(desk, present).await?;
    // The margin mode first: it is the one that the exchange may refuse.
    if let Some(mode) = mode.filter(|mode| *mode != present.1) {
        set_margin_mode(desk, actor, id, symbol, mode).await?;
    }
    if let Some(leverage) = leverage.filter(|leverage| *leverage != present.0) {
        set_leverage(desk, actor, id, symbol, leverage).await?;
    }
    Ok(())
}

/// Cancels one open order. It is not an error if the order is no longer open.
///
/// # Errors
/// 1103, 1300.
pub async fn cancel_order(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    client_order_id: &str,
    conditional: bool,
) -> Result<()> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let kind = access.row.key.trade_type;
    let validity = desk.validity().await?;
    let answer =
        desk.exchange.cancel(&access.who, kind, symbol, client_order_id, conditional, validity).await;
    access.take(desk, answer).await?;
    desk.hub.request_refresh(id, symbol);
    Ok(())
}

/// Cancels a market's open orders one by one. It is not an error if one has ended meanwhile.
pub(crate) async fn cancel_open(desk: &Trading, access: &Access, symbol: &Symbol) -> Result<()> {
    let (who, kind) = (&access.who, access.row.key.trade_type);
    let open = access.take(desk, desk.exchange.open_orders(who, kind, Some(symbol)).await).await?;
    for order in open {
        let validity = desk.validity().await?;
        let (id, conditional) = (&order.client_order_id, order.kind.conditional());
        access.take(desk, desk.exchange.cancel(who, kind, symbol, id, conditional, validity).await).await?;
    }
    Ok(())
}

/// Returns the state of one market of one account: orders, position, funds and settings.
///
/// # Errors
/// 1103, 1300.
pub async fn account_state(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<AccountState> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    read_state(desk, &access.who, id, access.row.key.trade_type, symbol).await
}

/// Reads the whole state of one market concurrently.
pub(crate) async fn read_state(
    desk: &Trading,
    who: &Credentials,
    key: ExchangeKeyId,
    kind: TradeType,
    symbol: &Symbol,
) -> Result<AccountState> {
    let exchange = &desk.exchange;
    let orders = exchange.open_orders(who, kind, Some(symbol));
    let balance = exchange.balance(who, kind);
    let (orders, balance, positions, (leverage, margin_mode)) = if kind == TradeType::Futures {
        let all = tokio::join!(
            orders,
            balance,
            exchange.positions(who, Some(symbol)),
            exchange.leverage(who, symbol)
        );
        (all.0, all.1, all.2, key::disable_if_unauthorized(desk, key, who, all.3).await?)
    } else {
        let all = tokio::join!(orders, balance);
        (all.0, all.1, Ok(Vec::new()), (1, MarginMode::Crossed))
    };
    let orders = key::disable_if_unauthorized(desk, key, who, orders).await?;
    let mut positions = key::disable_if_unauthorized(desk, key, who, positions).await?;
    // The long one first, whatever the exchange's order is.
    positions.sort_by_key(|position| position.position_side);
    let protections = shown::shown(desk, key, &positions, &orders).await?;
    let trades = change::open_trades(desk, key, symbol, &positions).await?;
    let mut open = positions.into_iter().zip(protections);
    let (position, protection) = open.next().unzip();
    let second = open.next().map(|(position, protection)| SecondPosition { position, protection });
    Ok(AccountState {
        key,
        symbol: symbol.clone(),
        orders,
        position,
        protection,
        second,
        trades,
        balance: key::disable_if_unauthorized(desk, key, who, balance).await?,
        leverage,
        margin_mode,
        at: desk.clock.now(),
    })
}
