//! Account settings and funds: leverage, margin mode, isolated margin, transfers and reset; also price jumps.

use super::{
    Account, AlgoStatus, CommandResult, Engine, EventKind, IncomeKind, Reason, Reject, WalletTransfer,
    bracket, cancel, ending, filters, margin,
    markets::MarketState,
    rounding, ruleset, settle,
    terms::{PositionId, PositionSlot},
    timers,
};
use crate::market::{MarketId, Pair, QUOTE};
use domain::{Decimal, MarginMode, TradeType, dec};

/// The most an account can be opened with, in USDT, for spot and futures each.
pub(super) const LARGEST_FUNDS: Decimal = dec!(1_000_000_000);

/// Sets the leverage if positions and orders fit its bracket and the margin suffices.
pub(super) fn leverage(
    markets: &mut MarketState,
    account: &mut Account,
    pair: Pair,
    leverage: u16,
) -> Result<CommandResult, Reject> {
    if leverage == 0 || leverage > bracket::highest_leverage(pair) {
        return Err(Reject::leverage(leverage));
    }
    let max_notional = bracket::largest(pair, leverage);
    let before = account.perpetual(PositionId::both(pair));
    let mark = markets.mark(pair);
    if account.positions_of(pair).any(|(_, p)| p.exposure(mark) > max_notional) {
        return Err(Reject::over_bracket());
    }
    if leverage < before.leverage {
        if before.isolated_mode() && account.positions_of(pair).any(|(_, p)| !p.amount.is_zero()) {
            return Err(Reject::leverage_isolated());
        }
        // A rejection leaves no trace: it is not in the journal, so a replay would lack what it adds.
        let configured = account.perpetuals.contains_key(&pair);
        account.configure(pair, |p| p.leverage = leverage);
        if margin::available(markets, account) < Decimal::ZERO {
            account.configure(pair, |p| p.leverage = before.leverage);
            if !configured {
                account.perpetuals.remove(&pair);
            }
            return Err(Reject::leverage_too_small());
        }
    }
    account.configure(pair, |p| p.leverage = leverage);
    markets.emit(account.id, EventKind::Leverage { pair, leverage });
    Ok(CommandResult::Leverage { leverage, max_notional })
}

/// Sets the margin mode of a perpetual that has no orders and no position.
pub(super) fn margin_mode(
    markets: &mut MarketState,
    account: &mut Account,
    pair: Pair,
    mode: MarginMode,
) -> Result<CommandResult, Reject> {
    let before = account.perpetual(PositionId::both(pair));
    let orders = account.futures_orders.open().any(|o| o.market.pair == pair);
    if before.mode == mode {
        return Err(Reject::same_margin_mode());
    }
    if account.multi_assets && mode == MarginMode::Isolated {
        return Err(Reject::isolated_asset_mode());
    }
    if orders || account.algos.open().any(|a| a.pair == pair) {
        return Err(Reject::margin_mode_orders());
    }
    if account.positions_of(pair).any(|(_, p)| !p.amount.is_zero()) {
        return Err(Reject::margin_mode_position());
    }
    account.configure(pair, |p| p.mode = mode);
    let shown: Vec<PositionId> = account.shown(pair).collect();
    markets.emit_futures_account(account, Reason::MarginTypeChange, Decimal::ZERO, &shown);
    Ok(CommandResult::Done)
}

/// Moves margin into or out of an isolated position.
pub(super) fn adjust_margin(
    markets: &mut MarketState,
    account: &mut Account,
    id: PositionId,
    amount: Decimal,
) -> Result<CommandResult, Reject> {
    if markets.ruleset >= ruleset::POSITION_SIDES && account.dual == (id.slot == PositionSlot::Both) {
        return Err(Reject::position_side());
    }
    let before = account.perpetual(id);
    if before.amount.is_zero() {
        return Err(Reject::margin_without_position());
    }
    if !before.isolated_mode() {
        return Err(Reject::margin_not_isolated());
    }
    if amount.is_zero() || amount.normalize().scale() > rounding::PLACES {
        return Err(Reject::precision());
    }
    let mark = markets.mark(id.pair);
    let needed = before.initial(before.notional(mark)) - before.unrealized(mark).min(Decimal::ZERO);
    let spare = rounding::at_least_zero(before.isolated - needed);
    let free = margin::available(markets, account).min(account.cross_wallet());
    if amount > free {
        return Err(Reject::margin_insufficient());
    }
    if -amount > spare {
        return Err(Reject::isolated_insufficient());
    }
    account.perpetual_mut(id).isolated += amount;
    account.state.keep_margin_move(id, amount, markets.now);
    markets.emit_futures_account(account, Reason::MarginTransfer, Decimal::ZERO, &[id]);
    Ok(CommandResult::Done)
}

/// Moves USDT between spot and futures.
pub(super) fn transfer(
    markets: &mut MarketState,
    account: &mut Account,
    from: TradeType,
    asset: &str,
    amount: Decimal,
) -> Result<CommandResult, Reject> {
    if asset != QUOTE {
        return Err(Reject::invalid_asset());
    }
    if amount <= Decimal::ZERO || amount.normalize().scale() > rounding::PLACES {
        return Err(Reject::precision());
    }
    let there = match from {
        TradeType::Spot => account.spot_free(QUOTE),
        TradeType::Futures => margin::withdrawable(markets, account),
    };
    if amount > there {
        return Err(Reject::balance_insufficient());
    }
    let (reason, change) = match from {
        TradeType::Spot => (Reason::Deposit, amount),
        TradeType::Futures => (Reason::Withdraw, -amount),
    };
    account.spot_mut(QUOTE).free -= change;
    account.wallet += change;
    settle::income(markets, account, IncomeKind::Transfer, None, change, None);
    emit_spot_transfer(markets, account, -change);
    markets.emit_futures_account(account, reason, change, &[]);
    let id = markets.ids.income();
    account.state.keep_transfer(WalletTransfer { id, from, amount, at: markets.now });
    Ok(CommandResult::Transfer(id))
}

/// Deposits USDT from outside or withdraws it. The first outcome for a reference, including a refusal, is
/// permanent: a late duplicate must not move funds that its sender has given up on.
pub(super) fn fund(
    markets: &mut MarketState,
    account: &mut Account,
    wallet: TradeType,
    amount: Decimal,
    reference: String,
) -> Result<CommandResult, Reject> {
    if let Some(moved) = account.references.get(&reference) {
        return Ok(CommandResult::Funded(*moved));
    }
    let amount = amount.normalize();
    if amount.is_zero() || amount.scale() > rounding::PLACES {
        return Err(Reject::precision());
    }
    let there = match wallet {
        TradeType::Spot => account.spot_free(QUOTE),
        TradeType::Futures => margin::withdrawable(markets, account),
    };
    let moved = -amount <= there && amount <= LARGEST_FUNDS;
    account.references.insert(reference, moved);
    if moved {
        bring(markets, account, wallet, amount);
    }
    Ok(CommandResult::Funded(moved))
}

/// Publishes that USDT has entered or left the spot wallet, and the new balance.
fn emit_spot_transfer(markets: &mut MarketState, account: &Account, change: Decimal) {
    markets.emit(account.id, EventKind::SpotTransfer { asset: QUOTE, change });
    markets.emit_spot_balances(account, &[QUOTE]);
}

fn bring(markets: &mut MarketState, account: &mut Account, wallet: TradeType, amount: Decimal) {
    markets.counterparty.issue(QUOTE, amount);
    match wallet {
        TradeType::Spot => {
            account.spot_mut(QUOTE).free += amount;
            emit_spot_transfer(markets, account, amount);
        }
        TradeType::Futures => {
            account.wallet += amount;
            settle::income(markets, account, IncomeKind::Transfer, None, amount, None);
            let reason = if amount > Decimal::ZERO { Reason::Deposit } else { Reason::Withdraw };
            markets.emit_futures_account(account, reason, amount, &[]);
        }
    }
}

/// Ends orders and positions without profit or loss and restores the initial funds. The history is kept.
pub(super) fn reset(markets: &mut MarketState, account: &mut Account) -> Result<CommandResult, Reject> {
    for kind in [TradeType::Spot, TradeType::Futures] {
        for id in account.open_order_ids(kind, |_| true) {
            cancel::end(markets, account, kind, id, None);
        }
    }
    for id in account.open_algo_ids(|_| true) {
        ending::end_algo(markets, account, id, AlgoStatus::Canceled);
    }
    timers::stop_countdowns(markets, account);
    let held: Vec<_> = account.spot.iter().map(|(asset, h)| (asset.clone(), h.free + h.locked)).collect();
    for (asset, amount) in &held {
        markets.counterparty.issue(asset, -amount);
    }
    markets.counterparty.issue(QUOTE, account.funded.0 + account.funded.1 - account.wallet);
    let (before, now) = (account.wallet, markets.now);
    let closed: Vec<PositionId> = account.positions().map(|(id, _)| id).collect();
    for &id in &closed {
        let perpetual = account.perpetual_mut(id);
        *perpetual = super::position::Perpetual {
            leverage: perpetual.leverage,
            mode: perpetual.mode,
            updated: now,
            ..Default::default()
        };
    }
    account.warned = false;
    account.fund();
    let assets: Vec<_> = held.iter().map(|(asset, _)| asset.as_str()).collect();
    markets.emit_spot_balances(account, &assets);
    markets.emit_futures_account(account, Reason::AdminDeposit, account.wallet - before, &closed);
    Ok(CommandResult::Done)
}

impl Engine {
    /// Jumps a pair's price, with the same consequences as a beat: fills, triggers and liquidations.
    pub(super) fn set_price(&mut self, pair: Pair, price: Decimal) -> Result<(), Reject> {
        filters::price(&self.markets, MarketId::spot(pair), price)?;
        let units = price * Decimal::from(10_i64.pow(pair.price_scale()));
        let units = i64::try_from(units.trunc()).map_err(|_| Reject::price_too_high())?;
        let beat = self.markets.tape.jump(pair, units);
        for market in [MarketId::spot(pair), MarketId::futures(pair)] {
            self.markets.show_jump(market, beat);
        }
        let futures = MarketId::futures(pair);
        self.markets.perp_mut(pair).mark = self.markets.price(futures);
        self.settle_pair(pair);
        for market in [MarketId::spot(pair), futures] {
            self.markets.emit_market_update(market, false);
        }
        Ok(())
    }
}
