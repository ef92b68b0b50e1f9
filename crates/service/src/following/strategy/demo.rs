//! The four demo strategies of a fresh sandbox install.

use crate::{error::Result, following::Following, platform::settings::Mode};
use domain::{ExchangeId, Frame, StrategyId};
use uuid::Uuid;

/// First of their ids. The ids are fixed, so that any number of instances and restarts create exactly four
/// strategies.
const FIRST: u128 = 0x0192_f6a0_0000_7000_8000_0000_0000_0001;

/// Adds the missing demo strategies, active. Renamed or deactivated ones stay as they are.
///
/// # Errors
/// If the database cannot be written.
pub async fn seed(desk: &Following) -> Result<()> {
    if desk.settings.mode != Mode::Sandbox {
        return Ok(());
    }
    let Ok(symbol) = "BTC/USDT".parse() else { return Ok(()) };
    let now = desk.clock.now();
    let mut new = store::strategy::Strategy {
        id: StrategyId(Uuid::nil()),
        name: String::new(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol,
        timeframe_s: Frame::M1.seconds(),
        definition: None,
        active: true,
        position: 0,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await?;
    for (id, demo) in (FIRST..).zip(::strategy::demo::demo_strategies()) {
        new.id = StrategyId(Uuid::from_u128(id));
        demo.name.clone_into(&mut new.name);
        new.description = Some(demo.description.to_owned());
        new.definition = Some(demo.definition.to_json());
        store::strategy::insert_missing(&mut tx, &new).await?;
        new.position += 1;
    }
    Ok(tx.commit().await?)
}
