//! Hedge mode and multi-assets mode: the switches, and when they are rejected. What multi-assets mode does to
//! margin is not modelled.

use super::{Account, CommandResult, EventKind, Reject, markets::MarketState};
use domain::{MarginMode, TradeType};

/// Switches an account's modes. `forced` skips the checks, which no owner can do.
pub(super) fn set(
    markets: &mut MarketState,
    account: &mut Account,
    dual: Option<bool>,
    multi_assets: Option<bool>,
    forced: bool,
) -> Result<CommandResult, Reject> {
    if !forced {
        dual.map_or(Ok(()), |dual| check_dual(account, dual))?;
        multi_assets.map_or(Ok(()), |multi| check_multi_assets(account, multi))?;
    }
    if let Some(dual) = dual {
        account.dual = dual;
    }
    if let Some(multi) = multi_assets {
        account.multi_assets = multi;
        markets.emit(account.id, EventKind::MultiAssets(multi));
    }
    Ok(CommandResult::Done)
}

fn check_dual(account: &Account, dual: bool) -> Result<(), Reject> {
    if account.dual == dual {
        return Err(Reject::same_position_mode());
    }
    if has_orders(account) {
        return Err(Reject::position_mode_orders());
    }
    if account.positions().any(|(_, p)| !p.amount.is_zero()) {
        return Err(Reject::position_mode_position());
    }
    Ok(())
}

fn check_multi_assets(account: &Account, multi: bool) -> Result<(), Reject> {
    if account.multi_assets == multi {
        return Err(Reject::same_asset_mode());
    }
    if has_orders(account) {
        return Err(Reject::asset_mode_orders());
    }
    if multi && account.positions().any(|(_, p)| p.mode == MarginMode::Isolated) {
        return Err(Reject::asset_mode_isolated());
    }
    Ok(())
}

fn has_orders(account: &Account) -> bool {
    account.orders(TradeType::Futures).open().next().is_some() || account.algos.open().next().is_some()
}
