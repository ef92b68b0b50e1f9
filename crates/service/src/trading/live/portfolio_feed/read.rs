//! Reading accounts, and receiving the events of their streams.

use super::{
    changes::{Changes, Part},
    holdings::OpenAccount,
};
use crate::{
    error::Result,
    trading::{SharedTrading, key},
};
use domain::{ExchangeKeyId, Symbol, TradeType};
use exchange::{AccountEvent, Credentials};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// How long one account may take. Afterwards it counts as one that cannot be read.
const PATIENCE: Duration = Duration::from_secs(10);

/// The result of reading an account.
pub(super) struct AccountRead {
    pub(super) key: ExchangeKeyId,
    pub(super) part: Part,
    /// `None` if the account could not be read.
    pub(super) found: Option<ReadAccount>,
}

/// An account's state with its credentials and kind; `None` if its key was deleted meanwhile.
type ReadAccount = Option<(OpenAccount, Credentials, TradeType)>;

/// Reads a part of an account.
pub(super) async fn read(desk: SharedTrading, id: ExchangeKeyId, part: Part) -> AccountRead {
    let found = match timeout(PATIENCE, read_account(&desk, id, &part)).await {
        Ok(Ok(found)) => Some(found),
        Ok(Err(error)) => {
            tracing::debug!(key = %id, %error, "could not read an account for the event stream");
            None
        }
        Err(error) => {
            tracing::debug!(key = %id, %error, "an account did not answer in time for the event stream");
            None
        }
    };
    AccountRead { key: id, part, found }
}

async fn read_account(desk: &SharedTrading, id: ExchangeKeyId, part: &Part) -> Result<ReadAccount> {
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(None) };
    let (who, kind) = (key::credentials(desk, &row)?, row.key.trade_type);
    let account = match part {
        Part::All => read_part(desk, id, &who, kind, None).await?,
        Part::Markets(markets) => {
            let mut account = OpenAccount::default();
            for symbol in markets {
                let market = read_part(desk, id, &who, kind, Some(symbol)).await?;
                account.positions.extend(market.positions);
                account.orders.extend(market.orders);
            }
            account
        }
    };
    Ok(Some((account, who, kind)))
}

/// Reads one market, or all.
async fn read_part(
    desk: &SharedTrading,
    id: ExchangeKeyId,
    who: &Credentials,
    kind: TradeType,
    symbol: Option<&Symbol>,
) -> Result<OpenAccount> {
    let orders = desk.exchange.open_orders(who, kind, symbol).await;
    let orders = key::disable_if_unauthorized(desk, id, who, orders).await?;
    let positions = match kind {
        TradeType::Futures => {
            let positions = desk.exchange.positions(who, symbol).await;
            key::disable_if_unauthorized(desk, id, who, positions).await?
        }
        TradeType::Spot => Vec::new(),
    };
    Ok(OpenAccount { positions, orders })
}

/// Requests a read of what each event of an account's stream concerns.
pub(super) async fn listen(
    desk: SharedTrading,
    id: ExchangeKeyId,
    who: Credentials,
    mut events: mpsc::Receiver<AccountEvent>,
    changes: Arc<Changes>,
) {
    while let Some(event) = events.recv().await {
        match event {
            AccountEvent::Unauthorized => {
                if let Err(error) = key::disable_rejected(&desk, id, &who).await {
                    tracing::warn!(key = %id, %error, "could not disable a key that the exchange rejects");
                }
                changes.add(id, Part::All);
            }
            AccountEvent::Connected => changes.connected(id),
            AccountEvent::Disconnected => changes.disconnected(id),
            AccountEvent::Order(order, _) => changes.add(id, Part::one(&order.symbol)),
            AccountEvent::Settings(symbol, _) => changes.add(id, Part::one(&symbol)),
            // Balances alone are not part of this feed.
            AccountEvent::Account { positions, .. } if positions.is_empty() => {}
            AccountEvent::Account { positions, .. } => {
                changes.add(id, Part::of(positions.into_iter().collect()));
            }
        }
    }
}
