//! Reading an account at its exchange, and its settings.

use super::protection;
use crate::{Actor, Desk, Error, Result, SharedDesk, key};
use domain::{
    ExchangeKeyId, MarginMode, Order, Position, Refusal, Symbol, Trade, TradeType,
    live::{AccountState, PositionProtection},
    validation::Problem,
};
use exchange::{Answer, Credentials};
use store::key::KeyRow;

/// How many orders and trades a history shows.
pub const HISTORY: u16 = 100;

/// A person's key with the means to use it.
pub(crate) struct Access {
    pub(crate) row: KeyRow,
    pub(crate) who: Credentials,
}

impl Access {
    /// The caller's key, whatever it trades.
    pub(crate) async fn any(desk: &Desk, actor: &Actor, id: ExchangeKeyId) -> Result<Self> {
        let row = key::find(desk, actor, id).await?;
        let who = key::credentials(desk, &row)?;
        Ok(Self { row, who })
    }

    /// The caller's futures key: positions, leverage and margin are for nothing else (1106).
    pub(super) async fn futures(desk: &Desk, actor: &Actor, id: ExchangeKeyId) -> Result<Self> {
        let access = Self::any(desk, actor, id).await?;
        if access.row.key.trade_type == TradeType::Futures {
            Ok(access)
        } else {
            Err(Refusal::KeyTypeInvalid.into())
        }
    }

    /// Passes an answer on; a key that the exchange refuses is switched off.
    pub(crate) async fn take<T>(&self, desk: &Desk, answer: Answer<T>) -> Result<T> {
        key::heed(desk, self.row.key.id, answer).await
    }

    async fn market(&self, desk: &Desk, symbol: &Symbol) -> Result<()> {
        crate::market::find(desk, self.row.key.trade_type, symbol).await.map(drop)
    }
}

/// Open orders of a pair, conditional ones included, newest first.
///
/// # Errors
/// 1103, 1300.
pub async fn open(desk: &Desk, actor: &Actor, id: ExchangeKeyId, symbol: &Symbol) -> Result<Vec<Order>> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.open_orders(&access.who, access.row.key.trade_type, Some(symbol)).await;
    access.take(desk, answer).await
}

/// The last orders of a pair, newest first.
///
/// # Errors
/// 1103, 1300.
pub async fn history(desk: &Desk, actor: &Actor, id: ExchangeKeyId, symbol: &Symbol) -> Result<Vec<Order>> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.orders(&access.who, access.row.key.trade_type, symbol, HISTORY).await;
    access.take(desk, answer).await
}

/// The last fills of a pair, newest first.
///
/// # Errors
/// 1103, 1300.
pub async fn trades(desk: &Desk, actor: &Actor, id: ExchangeKeyId, symbol: &Symbol) -> Result<Vec<Trade>> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.trades(&access.who, access.row.key.trade_type, symbol, HISTORY).await;
    access.take(desk, answer).await
}

/// The open position of a pair.
///
/// # Errors
/// 1103, 1106 for a SPOT key, 1300.
pub async fn position(
    desk: &Desk,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<Option<Position>> {
    let access = Access::futures(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.positions(&access.who, Some(symbol)).await;
    access.take(desk, answer).await.map(|all| all.into_iter().next())
}

/// The protection of each of `positions`, which with `orders` are what the exchange shows of the caller's key.
///
/// # Errors
/// Not found; when the database cannot be read.
pub async fn protection_of(
    desk: &Desk,
    actor: &Actor,
    id: ExchangeKeyId,
    positions: &[Position],
    orders: &[Order],
) -> Result<Vec<PositionProtection>> {
    key::find(desk, actor, id).await?;
    protection::shown(desk, id, positions, orders).await
}

/// Every open position of a futures key.
///
/// # Errors
/// Not found; 1103, 1106 for a SPOT key.
pub async fn positions(desk: &Desk, actor: &Actor, id: ExchangeKeyId) -> Result<Vec<Position>> {
    let access = Access::futures(desk, actor, id).await?;
    let answer = desk.exchange.positions(&access.who, None).await;
    access.take(desk, answer).await
}

/// Sets a pair's leverage.
///
/// # Errors
/// 1106 for a SPOT key; 1500 when the exchange allows less for this account.
pub async fn set_leverage(
    desk: &Desk,
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
    desk.hub.nudge(id, symbol);
    Ok(())
}

/// Sets a pair's margin mode.
///
/// # Errors
/// 1106 for a SPOT key; 1500 when a position or order stands in the way.
pub async fn set_margin_mode(
    desk: &Desk,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    mode: MarginMode,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    let answer = desk.exchange.set_margin_mode(&access.who, symbol, mode, desk.validity().await?).await;
    access.take(desk, answer).await?;
    desk.hub.nudge(id, symbol);
    Ok(())
}

/// Cancels one open order; one that is not open any more is no failure.
///
/// # Errors
/// 1103, 1300.
pub async fn cancel(
    desk: &Desk,
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
    desk.hub.nudge(id, symbol);
    Ok(())
}

/// Cancels a market's open orders, each by its id; one that has ended meanwhile is no failure.
pub(crate) async fn cancel_open(desk: &Desk, access: &Access, symbol: &Symbol) -> Result<()> {
    let (who, kind) = (&access.who, access.row.key.trade_type);
    let open = access.take(desk, desk.exchange.open_orders(who, kind, Some(symbol)).await).await?;
    for order in open {
        let validity = desk.validity().await?;
        let (id, conditional) = (&order.client_order_id, order.kind.conditional());
        access.take(desk, desk.exchange.cancel(who, kind, symbol, id, conditional, validity).await).await?;
    }
    Ok(())
}

/// One market of one account: orders, position, funds, settings.
///
/// # Errors
/// 1103, 1300.
pub async fn account_state(
    desk: &Desk,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<AccountState> {
    let access = Access::any(desk, actor, id).await?;
    access.market(desk, symbol).await?;
    read_state(desk, &access.who, id, access.row.key.trade_type, symbol).await
}

/// What a new order on this market would end first: its open orders and its position.
///
/// # Errors
/// As [`account_state`].
pub async fn closing_first(
    desk: &SharedDesk,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<AccountState> {
    account_state(desk, actor, id, symbol).await
}

/// Reads everything at once.
pub(crate) async fn read_state(
    desk: &Desk,
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
        (all.0, all.1, all.2, key::heed(desk, key, all.3).await?)
    } else {
        let all = tokio::join!(orders, balance);
        (all.0, all.1, Ok(Vec::new()), (1, MarginMode::Crossed))
    };
    let orders = key::heed(desk, key, orders).await?;
    let mut positions = key::heed(desk, key, positions).await?;
    positions.truncate(1);
    let protection = protection::shown(desk, key, &positions, &orders).await?.pop();
    Ok(AccountState {
        key,
        symbol: symbol.clone(),
        orders,
        position: positions.pop(),
        protection,
        balance: key::heed(desk, key, balance).await?,
        leverage,
        margin_mode,
        at: desk.clock.now(),
    })
}
